//! Approximate posteriors: Gaussians corrected by importance resampling. Fast, and labelled as
//! what they are.

use crate::density::{Checked, Density, Target};
use crate::error::SampleError;
use crate::geometry::Geometry;
use crate::mode::{Mode, ModeSettings};
use crate::seed::{self, Stream};
use crate::settings::require;
use crate::smoothing::smooth;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Settings of [`crate::laplace()`] and [`crate::pathfinder()`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ApproximationSettings {
    /// Draws returned, at least 1.
    pub draws: usize,
    /// Draws proposed and weighted, at least `draws`; the ratio bounds how often one is repeated
    /// in a good approximation.
    pub proposals: usize,
    /// Seed.
    pub seed: u64,
    /// The climbs.
    pub mode: ModeSettings,
    /// Optimisation paths of Pathfinder, at least 1.
    pub paths: usize,
    /// Draws for each estimate of the evidence lower bound along a path, at least 2.
    pub elbo_draws: usize,
}

impl Default for ApproximationSettings {
    fn default() -> Self {
        Self {
            draws: 1000,
            proposals: 4000,
            seed: 0,
            mode: ModeSettings::default(),
            paths: 4,
            elbo_draws: 8,
        }
    }
}

impl ApproximationSettings {
    pub(crate) fn validate(&self) -> Result<(), SampleError> {
        require("draws", self.draws, self.draws >= 1, "must be at least 1")?;
        require(
            "proposals",
            self.proposals,
            self.proposals >= self.draws,
            "must be at least `draws`",
        )?;
        require("paths", self.paths, self.paths >= 1, "must be at least 1")?;
        require("elbo_draws", self.elbo_draws, self.elbo_draws >= 2, "must be at least 2")
    }
}

/// How an approximation was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// A Gaussian with the curvature at the mode.
    Laplace,
    /// Gaussians along optimisation paths, chosen by their evidence lower bound.
    Pathfinder,
}

/// How far an approximation can be trusted, by the shape of its importance ratios' tail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reliability {
    /// k-hat below 0.7: resampled means and intervals are close to the posterior's.
    Good,
    /// k-hat in 0.7..1: biased, useful for orientation.
    Rough,
    /// k-hat of 1 and more: the importance ratios have no mean; a sketch at best.
    Unreliable,
}

/// Draws of an approximate posterior. Never the posterior itself: show [`Approximation::label`]
/// beside any number derived from it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Approximation {
    /// How it was made.
    pub method: Method,
    /// Number of parameters.
    pub dim: usize,
    /// Importance-resampled draws, `[draw][dim]`, in random order; repetitions occur.
    pub positions: Vec<f64>,
    /// Log density of each draw.
    pub log_density: Vec<f64>,
    /// Pareto shape of the importance ratios (Vehtari et al. 2024): `-inf` for an exact
    /// approximation, infinite when it cannot be estimated.
    pub khat: f64,
    /// The best Gaussian, before resampling; a start for sampling.
    pub geometry: Geometry,
    /// Importance estimate of the log of the density's integral.
    pub log_evidence: f64,
    /// The mode, where the method has one.
    pub mode: Option<Mode>,
    /// Directions in which the curvature was not that of a maximum and had to be replaced.
    pub repaired_directions: usize,
    /// Gradient evaluations.
    pub gradient_evaluations: u64,
}

impl Approximation {
    /// Number of draws.
    #[must_use]
    pub fn draws(&self) -> usize {
        self.log_density.len()
    }

    /// All draws of one parameter.
    #[must_use]
    pub fn parameter(&self, index: usize) -> Vec<f64> {
        self.positions.iter().skip(index).step_by(self.dim.max(1)).copied().collect()
    }

    /// The verdict of k-hat.
    #[must_use]
    pub fn reliability(&self) -> Reliability {
        match self.khat {
            k if k < 0.7 => Reliability::Good,
            k if k < 1.0 => Reliability::Rough,
            _ => Reliability::Unreliable,
        }
    }

    /// `approximate (Laplace, k-hat 0.31)`.
    #[must_use]
    pub fn label(&self) -> String {
        format!("approximate ({}, k-hat {:.2})", self.method, self.khat)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Laplace => "Laplace",
            Self::Pathfinder => "Pathfinder",
        })
    }
}

/// Draws proposed by Gaussians, with the logarithm of the proposals' density at each.
pub(crate) struct Proposals {
    pub(crate) positions: Vec<f64>,
    pub(crate) log_proposal: Vec<f64>,
}

/// What is left of the proposals after weighting.
pub(crate) struct Resampled {
    pub(crate) positions: Vec<f64>,
    pub(crate) log_density: Vec<f64>,
    pub(crate) khat: f64,
    pub(crate) log_evidence: f64,
    pub(crate) gradient_evaluations: u64,
}

/// Weights the proposals by the target, smooths the weights and resamples.
pub(crate) fn importance_resample<T: Target>(
    target: &T,
    proposals: &Proposals,
    settings: &ApproximationSettings,
) -> Resampled {
    let mut density = Checked::new(target.density());
    let dim = density.dim();
    let mut gradient = vec![0.0; dim];
    let values: Vec<f64> = proposals
        .positions
        .chunks_exact(dim)
        .map(|x| density.log_density(x, &mut gradient).unwrap_or(f64::NEG_INFINITY))
        .collect();
    let ratios: Vec<f64> = values.iter().zip(&proposals.log_proposal).map(|(p, q)| p - q).collect();
    let smoothed = smooth(&ratios);
    let max = ratios.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mean = ratios.iter().map(|r| (r - max).exp()).sum::<f64>() / ratios.len().max(1) as f64;
    let mut rng = seed::rng(settings.seed, Stream::Approximation, 1, 0);
    let mut positions = Vec::with_capacity(settings.draws * dim);
    let mut log_density = Vec::with_capacity(settings.draws);
    for index in smoothed.resample(settings.draws, &mut rng) {
        if let Some(x) = proposals.positions.get(index * dim..(index + 1) * dim) {
            positions.extend_from_slice(x);
            log_density.push(values.get(index).copied().unwrap_or(f64::NEG_INFINITY));
        }
    }
    Resampled {
        positions,
        log_density,
        khat: smoothed.khat,
        log_evidence: max + mean.ln(),
        gradient_evaluations: density.evaluations(),
    }
}
