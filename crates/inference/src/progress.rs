//! What a caller can watch while chains run.

use serde::{Deserialize, Serialize};

/// The part of a chain's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Step size and metric are being adapted; nothing is kept.
    WarmUp,
    /// Draws are kept.
    Sampling,
}

/// The state of one chain.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Index of the chain.
    pub chain: usize,
    /// Warm-up or sampling.
    pub phase: Phase,
    /// Iterations done in this phase.
    pub iteration: usize,
    /// Iterations of this phase in all.
    pub total: usize,
    /// Divergent iterations in this phase.
    pub divergences: usize,
    /// Step size of the last trajectory, in the adapted metric's units.
    pub step_size: f64,
    /// Leapfrog steps of the last trajectory.
    pub leapfrogs: u32,
    /// Gradient evaluations of this chain since it was first started, restarts included.
    pub gradient_evaluations: u64,
    /// Log density of the last draw.
    pub log_density: f64,
    /// How often this chain was started again.
    pub restarts: usize,
}

/// Receives progress from the chains' threads. The caller owns the clock and the drawing; a slow
/// observer slows the chains.
pub trait Observer: Sync {
    /// Called every [`crate::Settings::progress_every`] iterations and at the end of a phase.
    fn progress(&self, progress: &Progress);
}

/// Watches nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Observer for Silent {
    fn progress(&self, _progress: &Progress) {}
}
