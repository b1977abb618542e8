//! Guard-rails: how far a proposed change of a daily budget may go, and why not further.
//!
//! Invariant: this crate does no input or output, reads no clock and never panics; money is
//! compared in integer micros and rounded towards the value in force, so that no limit is ever
//! passed, not even by one micro. Whatever cannot be judged is an error, never a silent pass.
//!
//! A [`Request`] holds a change with its evidence, [`Limits`] what the registry and the calendar
//! of freezes allow. [`check()`] moves the asked value towards the one in force until every rule
//! holds and says which rules bound; [`check_all`] does so for a batch whose items share what is
//! limited; [`check_exact`] is for the moment of applying, when only the approved value counts.
//!
//! ```
//! use chrono::DateTime;
//! use outlay_core::Money;
//! use outlay_core::registry::Registry;
//! use outlay_govern::{DayLedger, Limits, Portfolio, Request, Rule, check};
//!
//! let euros = |units: i64| Money::new(units * 1_000_000, "EUR".parse().unwrap());
//! let limits = Limits::new(&Registry::default(), "EUR".parse()?, Vec::new())?;
//! let cut = Request {
//!     target: "display".to_owned(),
//!     at: DateTime::parse_from_rfc3339("2026-11-18T09:00:00+01:00")?,
//!     read: euros(6_000),
//!     now: euros(6_000),
//!     asked: euros(4_800),
//!     day: DayLedger { start: euros(6_000), changes: Vec::new() },
//!     exploring: false,
//!     portfolio: Portfolio { id: "shop".to_owned(), total: euros(40_000), exploring: euros(0) },
//!     cac: None,
//!     returns: None,
//!     history: Vec::new(),
//! };
//! let verdict = check(&cut, &limits)?;
//! assert_eq!(verdict.allowed, euros(5_700));
//! assert_eq!(verdict.bounds[0].rule, Rule::PerChange);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Days are those of an account with a fixed offset. Whoever builds a request looks up the offset
//! that is in force at its time; a day on which the clocks change is then cut at that offset's
//! midnight, and daylight saving is no business of this crate.

pub mod batch;
pub mod check;
pub mod error;
pub mod evidence;
pub mod freeze;
pub mod limits;
pub mod request;
pub mod rules;
pub mod verdict;

mod figures;
mod proposal;
mod ratio;

pub use batch::check_all;
pub use check::{check, check_exact};
pub use error::GuardError;
pub use evidence::{CacInterval, CacStanding, DailySpend, ReturnInterval};
pub use freeze::Freeze;
pub use limits::Limits;
pub use request::{Change, DayLedger, Portfolio, Request};
pub use rules::Rule;
pub use verdict::{Bound, Outcome, Room, Verdict};
