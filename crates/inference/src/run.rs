//! What a run leaves behind.

use crate::geometry::Geometry;
use crate::start::WarmStart;
use crate::stuck::StuckReason;
use serde::{Deserialize, Serialize};

/// The kept draws of all chains that were not abandoned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Number of parameters.
    pub dim: usize,
    /// Chains with equally many draws, in order of their index.
    pub chains: Vec<ChainDraws>,
    /// Chains that stayed stuck after all restarts; their draws would be worthless.
    pub abandoned: Vec<AbandonedChain>,
    /// Whether the run was cancelled before all draws were made.
    pub interrupted: bool,
    /// Gradient evaluations of all chains, warm-up and restarts included.
    pub gradient_evaluations: u64,
}

/// The kept draws of one chain, warm-up excluded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChainDraws {
    /// Index of the chain in `0..settings.chains`.
    pub chain: usize,
    /// Number of parameters.
    pub dim: usize,
    /// Positions, `[draw][dim]`.
    pub positions: Vec<f64>,
    /// Log density of each draw.
    pub log_density: Vec<f64>,
    /// Total energy at each draw, for the energy diagnostic (E-BFMI; Betancourt 2016).
    pub energy: Vec<f64>,
    /// Whether the draw's trajectory diverged.
    pub divergent: Vec<bool>,
    /// Leapfrog steps of each trajectory.
    pub leapfrogs: Vec<u32>,
    /// Tree depth of each trajectory.
    pub depth: Vec<u32>,
    /// Whether the trajectory ended at the maximum depth instead of a U-turn.
    pub max_depth_reached: Vec<bool>,
    /// Draws that were made for each kept one.
    pub thin: usize,
    /// Step size after warm-up, in the adapted metric's units.
    pub step_size: f64,
    /// Warm-up iterations of the accepted attempt.
    pub warmup: usize,
    /// Divergent warm-up iterations of the accepted attempt.
    pub warmup_divergences: usize,
    /// Gradient evaluations, warm-up and earlier attempts included.
    pub gradient_evaluations: u64,
    /// How often the chain was started again because it was stuck.
    pub restarts: usize,
    /// Why each earlier attempt was given up.
    pub restart_reasons: Vec<StuckReason>,
    /// Set when the chain is still suspicious although no restart was left: its draws are
    /// valid draws of a mode that the other chains show to be negligible.
    pub suspicion: Option<StuckReason>,
}

/// A chain without draws.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AbandonedChain {
    /// Index of the chain.
    pub chain: usize,
    /// Why the last attempt was given up.
    pub reason: StuckReason,
    /// Restarts used.
    pub restarts: usize,
}

impl Run {
    /// Kept draws per chain.
    #[must_use]
    pub fn draws(&self) -> usize {
        self.chains.first().map_or(0, ChainDraws::draws)
    }

    /// Divergent kept draws of all chains.
    #[must_use]
    pub fn divergences(&self) -> usize {
        self.chains.iter().map(|c| c.divergent.iter().filter(|d| **d).count()).sum()
    }

    /// Restarts of all chains, abandoned ones included.
    #[must_use]
    pub fn restarts(&self) -> usize {
        self.chains.iter().map(|c| c.restarts).sum::<usize>()
            + self.abandoned.iter().map(|c| c.restarts).sum::<usize>()
    }

    /// Leapfrog steps per kept draw, over all chains.
    #[must_use]
    pub fn mean_leapfrogs(&self) -> f64 {
        let count = self.draws() * self.chains.len();
        let total: u64 =
            self.chains.iter().flat_map(|c| &c.leapfrogs).map(|steps| u64::from(*steps)).sum();
        total as f64 / count.max(1) as f64
    }

    /// Draws of one parameter, one vector per chain, as the diagnostics take them.
    #[must_use]
    pub fn parameter(&self, index: usize) -> Vec<Vec<f64>> {
        self.chains.iter().map(|chain| chain.parameter(index)).collect()
    }

    /// What a later run on similar data needs to start warm: where each chain ended, and the
    /// pooled geometry of all draws.
    #[must_use]
    pub fn warm_start(&self) -> WarmStart {
        let pooled: Vec<f64> =
            self.chains.iter().flat_map(|chain| chain.positions.iter().copied()).collect();
        WarmStart {
            points: self
                .chains
                .iter()
                .filter_map(|chain| chain.positions.chunks_exact(self.dim).next_back())
                .map(<[f64]>::to_vec)
                .collect(),
            geometry: Geometry::from_draws(&pooled, self.dim),
        }
    }
}

impl ChainDraws {
    pub(crate) fn new(chain: usize, dim: usize, draws: usize) -> Self {
        Self {
            chain,
            dim,
            positions: Vec::with_capacity(draws * dim),
            log_density: Vec::with_capacity(draws),
            energy: Vec::with_capacity(draws),
            divergent: Vec::with_capacity(draws),
            leapfrogs: Vec::with_capacity(draws),
            depth: Vec::with_capacity(draws),
            max_depth_reached: Vec::with_capacity(draws),
            thin: 1,
            step_size: 0.0,
            warmup: 0,
            warmup_divergences: 0,
            gradient_evaluations: 0,
            restarts: 0,
            restart_reasons: Vec::new(),
            suspicion: None,
        }
    }

    /// Number of kept draws.
    #[must_use]
    pub fn draws(&self) -> usize {
        self.log_density.len()
    }

    /// The position of draw `draw`; `None` beyond the last.
    #[must_use]
    pub fn position(&self, draw: usize) -> Option<&[f64]> {
        self.positions.chunks_exact(self.dim).nth(draw)
    }

    /// All draws of one parameter.
    #[must_use]
    pub fn parameter(&self, index: usize) -> Vec<f64> {
        self.positions.iter().skip(index).step_by(self.dim.max(1)).copied().collect()
    }

    /// Every second draw of these and the equally many of `later`, which goes on where these end.
    pub(crate) fn thinned_with(self, later: Self) -> Self {
        let mut positions = self.positions;
        positions.extend(later.positions);
        Self {
            positions: positions
                .chunks_exact(self.dim.max(1))
                .skip(1)
                .step_by(2)
                .flatten()
                .copied()
                .collect(),
            log_density: every_second(self.log_density, later.log_density),
            energy: every_second(self.energy, later.energy),
            divergent: every_second(self.divergent, later.divergent),
            leapfrogs: every_second(self.leapfrogs, later.leapfrogs),
            depth: every_second(self.depth, later.depth),
            max_depth_reached: every_second(self.max_depth_reached, later.max_depth_reached),
            thin: 2 * self.thin,
            ..later
        }
    }

    pub(crate) fn truncate(&mut self, draws: usize) {
        self.positions.truncate(draws * self.dim);
        self.log_density.truncate(draws);
        self.energy.truncate(draws);
        self.divergent.truncate(draws);
        self.leapfrogs.truncate(draws);
        self.depth.truncate(draws);
        self.max_depth_reached.truncate(draws);
    }
}

fn every_second<T>(first: Vec<T>, later: Vec<T>) -> Vec<T> {
    first.into_iter().chain(later).skip(1).step_by(2).collect()
}
