//! Why a world cannot be simulated.

use std::fmt;

use chrono::NaiveDate;
use outlay_core::PanelError;
use thiserror::Error;

/// One thing wrong with a specification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Line in the file, where the specification came from one.
    pub line: Option<usize>,
    /// The key, for example `channels[1].adstock.alpha`; empty when the file is no TOML.
    pub key: String,
    /// What is wrong with it and what would be right.
    pub reason: String,
}

impl Problem {
    pub(crate) fn new(key: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { line: None, key: key.into(), reason: reason.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        if !self.key.is_empty() {
            write!(f, "`{}` ", self.key)?;
        }
        f.write_str(&self.reason)
    }
}

/// Why a world cannot be simulated.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum WorldError {
    /// The specification is refused; every problem is listed.
    #[error("{}", lines(.0))]
    Spec(Vec<Problem>),
    /// Trend, seasonality, demand and the rest push the baseline to zero or below.
    #[error(
        "without media the KPI of geo `{geo}` would fall to {value:.1} in the period of {date}: make trend, seasonality, demand, controls or treatments weaker"
    )]
    Baseline {
        /// Geo where it happens first.
        geo: String,
        /// First day of the period.
        date: NaiveDate,
        /// The baseline there, in KPI units.
        value: f64,
    },
    /// A channel is never on.
    #[error(
        "channel `{0}` never runs in the simulated periods: shorten its `dark` periods or raise its bursts"
    )]
    NeverOn(String),
    /// The effect asked for cannot be reached with the channel's exposure.
    #[error(
        "channel `{0}` has no response to scale: its exposure rounds to nothing; raise its spend or lower its cost per thousand"
    )]
    NoResponse(String),
    /// Channels raise each other so much that no sizes bring what was asked for.
    #[error(
        "no size of channel `{0}` brings the effect asked for, because effects multiply: ask for less, or use `link = \"additive\"` and no halo"
    )]
    Unsettled(String),
    /// The simulated data is no sound panel.
    #[error("the simulated data is no sound panel: {}", lines(.0))]
    Panel(Vec<PanelError>),
}

fn lines<T: fmt::Display>(items: &[T]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
