//! The steps of the loop as functions: [`collect`] a file, [`check`] what it makes, [`learn`] what
//! each channel brings, [`plan`] the next periods. The command line, the HTTP API and background
//! jobs call the same ones, so that a step moves between callers without new code.
//!
//! A step takes what the step before produced, a request that can be written as JSON, and a
//! [`Run`]: the settings in force, the caller's clock, whom to tell how far it is, and a flag that
//! stops it. It gives values back; folders are written by the callers' word, whole or not at all
//! ([`folder`]).
//!
//! ```
//! use outlay_connect::Input;
//! use outlay_connect::mapping::FileDialect;
//! use outlay_core::registry::Registry;
//! use outlay_engine::check::{card, check};
//! use outlay_engine::collect::collect;
//!
//! let mut csv = String::from("week,revenue,tv_spend\n");
//! for week in 0..60 {
//!     let date = chrono::NaiveDate::default() + chrono::Days::new(7 * week);
//!     csv += &format!("{date},{},{}\n", 9000 + 97 * (week % 11), 500 + 60 * (week % 7));
//! }
//! let registry = Registry::default();
//! let upload = Input::memory("brand.csv", csv.into_bytes());
//! let collected = collect(&upload, None, &FileDialect::default(), &registry)?;
//! assert!(card(&collected, &registry).ready);
//! let checked = check(&collected, &registry)?;
//! assert_eq!(checked.panel.channels[0].name, "tv");
//! # Ok::<(), outlay_engine::EngineError>(())
//! ```
//!
//! Invariant: nothing here prints, parses arguments, speaks HTTP, or reads a clock. Every error is
//! an [`EngineError`], with a stable code, a kind, a sentence and what to do next.

pub mod check;
pub mod collect;
mod error;
pub mod folder;
pub mod learn;
pub mod plan;
mod progress;
pub mod reach;
mod run;

pub use error::{EngineError, Kind, Problem, sentence};
pub use progress::{ChainState, Progress, Sampling, Searching, Stage, Structure};
pub use run::{Clock, Run, Unclocked, VERSION};
