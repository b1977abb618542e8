//! Reports for people: a fit's summary or a budget plan as one self-contained HTML page, and the
//! number formats and words that the terminal shares.
//!
//! Invariant: this crate does no input or output, reads no clock and loads nothing from the
//! network: a page is a function of the summary or plan and the options. Everything that comes from a
//! user is escaped, and the page's own content policy allows no script but ours.

mod chart;
mod figure;
pub mod format;
mod options;
mod page;
mod palette;
mod plan;
mod policy;
mod rank;
mod render;
mod scale;
pub mod structures;
mod svg;
mod table;
pub mod terms;

pub use options::{ReportError, ReportOptions, Theme};
pub use page::html;
pub use plan::plan_html;
