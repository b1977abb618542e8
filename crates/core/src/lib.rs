//! The shared vocabulary of Outlay: money, calendar, the panel a model eats, and the
//! configuration registry.
//!
//! Invariant: this crate does no input or output, reads no clock, and knows no other crate of
//! the workspace. Constructors validate; the inside of a value is then trusted.

pub mod calendar;
pub mod fingerprint;
pub mod holidays;
pub mod money;
pub mod panel;
pub mod registry;

pub use calendar::{Calendar, CalendarError, Granularity};
pub use fingerprint::Fingerprint;
pub use holidays::{Country, Holiday, HolidayError, HolidayKind};
pub use money::{Currency, Money, MoneyError};
pub use panel::{
    Channel, Covariate, Exposure, Grid, Kpi, KpiKind, Organic, Panel, PanelDraft, PanelError,
};
