//! The rules, one file each.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::GuardError;
use crate::proposal::Proposal;

pub(crate) mod cac_cap;
pub(crate) mod exploration;
mod freeze;
pub(crate) mod historical_cap;
mod per_change;
mod per_day;
pub(crate) mod uncertainty;

/// A guard-rail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// No change in a freeze.
    Freeze,
    /// A single change is a small share of the value as read.
    PerChange,
    /// The changes of a day add up to a small share of the value at its start.
    PerDay,
    /// No raise where customers may cost more than the cap.
    CacCap,
    /// No budget far above what was ever spent.
    HistoricalCap,
    /// What is tried out takes a small share of the money.
    ExplorationShare,
    /// No raise on evidence that is too uncertain.
    Uncertainty,
}

/// How far a rule lets a budget go in the direction asked for.
///
/// Every rule allows what is nearer to the value in force than something that it allows; that is
/// why the shortest reach satisfies all of them together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reach {
    /// As far as one likes.
    Free,
    /// So many micros, at least zero.
    UpTo {
        /// The micros.
        most: i128,
        /// The reason, should the rule bind: one sentence with the figures.
        because: String,
    },
}

impl Rule {
    /// Every rule, in the order of reports.
    pub const ALL: [Self; 7] = [
        Self::Freeze,
        Self::PerChange,
        Self::PerDay,
        Self::CacCap,
        Self::HistoricalCap,
        Self::ExplorationShare,
        Self::Uncertainty,
    ];

    /// How far this rule lets `proposal` go.
    ///
    /// # Errors
    /// [`GuardError`] when evidence that the rule needs is missing.
    pub(crate) fn reach(self, proposal: &Proposal<'_>) -> Result<Reach, GuardError> {
        match self {
            Self::Freeze => Ok(freeze::reach(proposal)),
            Self::PerChange => Ok(per_change::reach(proposal)),
            Self::PerDay => per_day::reach(proposal),
            Self::CacCap => cac_cap::reach(proposal),
            Self::HistoricalCap => historical_cap::reach(proposal),
            Self::ExplorationShare => Ok(exploration::reach(proposal)),
            Self::Uncertainty => uncertainty::reach(proposal),
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Freeze => "freeze",
            Self::PerChange => "limit per change",
            Self::PerDay => "limit per day",
            Self::CacCap => "CAC cap",
            Self::HistoricalCap => "historical cap",
            Self::ExplorationShare => "exploration share",
            Self::Uncertainty => "uncertainty",
        })
    }
}

impl Reach {
    /// No change in this direction, for a reason.
    pub(crate) fn none(because: String) -> Self {
        Self::UpTo { most: 0, because }
    }
}
