//! One answer, scored, as a line of `scores.jsonl`.

use indexmap::IndexMap;
use outlay_mmm::calibration::{BrandScore, ChannelResult, PlanResult, TotalResult};
use serde::{Deserialize, Serialize};

use super::style::Planned;

/// Name and version of the schema of a line.
pub(super) const SCHEMA: &str = "outlay/score/2";

/// What an answer depends on: two lines with the same key say the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) struct Key {
    /// Class of the brand.
    pub(super) class: String,
    /// Seed of brand and fit.
    pub(super) seed: u64,
    /// Row of the table.
    pub(super) row: String,
    /// How the answer was found.
    pub(super) method: String,
    /// Chains and draws, or whatever else the method was told.
    pub(super) settings: String,
    /// Fingerprint of the specification.
    pub(super) spec: String,
    /// Fingerprint of the brand: specification of the world and panel.
    pub(super) brand: String,
    /// Whether the data went through a file and a proposed mapping.
    pub(super) through_file: bool,
    /// Version of the program that answered.
    pub(super) version: String,
}

/// An answer beside the truth, or why there is none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Line {
    /// [`SCHEMA`].
    pub(super) schema: String,
    /// What it depends on.
    #[serde(flatten)]
    pub(super) key: Key,
    /// Fingerprint of the program's file: tells builds of one version apart.
    pub(super) program: String,
    /// The answer beside the truth.
    pub(super) result: Option<Outcome>,
    /// Why there is none.
    pub(super) failed: Option<String>,
}

/// An answer beside the truth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Outcome {
    /// The score that follows from what stands below.
    pub(super) score: BrandScore,
    /// Return on spend per channel.
    pub(super) channels: Vec<ChannelResult>,
    /// All paid channels together.
    pub(super) total_media: TotalResult,
    /// The quarter after the data.
    pub(super) plan: Option<PlanResult>,
    /// Multiple of the last quarter's spend that the plan gives each channel.
    pub(super) multipliers: Vec<f64>,
    /// The style of that plan.
    pub(super) style: String,
    /// The plan of every style that the answer allows, by name.
    pub(super) styles: IndexMap<String, Planned>,
    /// CPU seconds of the answer.
    pub(super) cpu_seconds: f64,
    /// Divergent draws.
    pub(super) divergences: Option<usize>,
    /// Pareto k-hat of an approximation.
    pub(super) khat: Option<f64>,
    /// Weight of each structure of a mix model, by name.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub(super) structures: IndexMap<String, f64>,
    /// Series that the proposed mapping took for something else than they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) misread: Vec<String>,
}
