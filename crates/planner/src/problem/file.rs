//! A problem as a file: `plan.toml`.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{Blackout, Budget, Cap, ChannelLimits, Group, Linear, Problem, Ramp, Ratio, Wanted};
use crate::design::Resolution;

/// The file's version.
const VERSION: u32 = 1;

/// A problem as people write it. Every part may be left out.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = PlanLimits))]
pub struct ProblemFile {
    /// Version of the format.
    #[serde(default)]
    pub version: Option<u32>,
    /// Total spend.
    #[serde(default)]
    pub budget: Option<Budget>,
    /// What is wanted.
    #[serde(default)]
    pub objective: Option<Wanted>,
    /// How finely money is placed.
    #[serde(default)]
    pub resolution: Option<Resolution>,
    /// Margin per unit of outcome.
    #[serde(default)]
    pub margin: Option<f64>,
    /// Limits of every channel without its own.
    #[serde(default)]
    pub every_channel: ChannelLimits,
    /// Limits per channel.
    #[serde(default)]
    pub channel: IndexMap<String, ChannelLimits>,
    /// Groups.
    #[serde(default)]
    pub group: Vec<Group>,
    /// Ratios.
    #[serde(default)]
    pub ratio: Vec<Ratio>,
    /// Ramps.
    #[serde(default)]
    pub ramp: Vec<Ramp>,
    /// Blackouts.
    #[serde(default)]
    pub blackout: Vec<Blackout>,
    /// Caps.
    #[serde(default)]
    pub cap: Vec<Cap>,
    /// Other limits.
    #[serde(default)]
    pub limit: Vec<Linear>,
}

/// Why a file was refused.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum FileError {
    /// It does not parse: line and reason.
    #[error("{0}")]
    Toml(String),
    /// Of another version.
    #[error("the file is of version {0}; this program reads version 1")]
    Version(u32),
}

impl ProblemFile {
    /// Reads a file's text.
    ///
    /// # Errors
    /// [`FileError`] with line and reason.
    pub fn from_toml(text: &str) -> Result<Self, FileError> {
        let file: Self = toml::from_str(text).map_err(|e| FileError::Toml(e.to_string()))?;
        match file.version {
            None | Some(VERSION) => Ok(file),
            Some(other) => Err(FileError::Version(other)),
        }
    }

    /// The problem, with a budget for files that have none.
    pub fn problem(self, budget: Budget) -> Problem {
        Problem {
            budget: self.budget.unwrap_or(budget),
            wanted: self.objective.unwrap_or(Wanted::Outcome),
            resolution: self.resolution,
            every: self.every_channel,
            channels: self.channel,
            groups: self.group,
            ratios: self.ratio,
            ramps: self.ramp,
            blackouts: self.blackout,
            caps: self.cap,
            linear: self.limit,
            margin: self.margin,
        }
    }
}
