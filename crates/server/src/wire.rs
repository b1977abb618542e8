//! What is served, made of what is stored.

use serde::Serialize;
use utoipa::ToSchema;

pub(crate) mod campaign;
pub(crate) mod contract;
pub(crate) mod data;
pub(crate) mod home;
pub(crate) mod job;
pub(crate) mod model;
pub(crate) mod plan;
pub(crate) mod quality;
pub(crate) mod range;

/// How far a model or a plan is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Stage {
    /// Waits for a worker.
    Queued,
    /// A worker has it.
    Running,
    /// It answers.
    Ready,
    /// Given up, with its error.
    Failed,
    /// A person stopped it.
    Cancelled,
}

/// A sentence with its first letter large: those of the engine may begin with a channel's name.
pub(crate) fn sentence_case(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Money in units of its currency, as pages show it.
pub(crate) fn units(micros: i64) -> f64 {
    micros as f64 / 1e6
}
