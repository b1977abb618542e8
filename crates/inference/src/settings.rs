//! How a run is configured.

use crate::error::SampleError;
use serde::{Deserialize, Serialize};

/// Settings of a run of the No-U-Turn sampler (Hoffman and Gelman 2014; multinomial variant of
/// Betancourt 2017; metric adaptation of Seyboldt, Carlson and Carpenter 2026).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Number of independent chains, at least 1.
    pub chains: usize,
    /// Warm-up iterations per chain, at least 20; none is kept.
    pub warmup: usize,
    /// Warm-up iterations when the start brings the geometry of an earlier run
    /// ([`crate::Start::Warm`]); at least 20, and never more than `warmup` are used.
    pub warm_warmup: usize,
    /// Kept draws per chain, at least 1.
    pub draws: usize,
    /// Draws made for each kept one at most, where what was drawn is not enough
    /// ([`crate::sample_until`]); at least 1. Chains draw on in doublings.
    pub max_thin: usize,
    /// Mean acceptance probability that the step size is adapted to, in 0.5..0.999. Where no
    /// iteration diverges, 0.8 takes about half the gradients of 0.9; 0.95 to 0.99 is for
    /// posteriors with narrow places.
    pub target_accept: f64,
    /// Maximum tree depth; a trajectory has less than 2^max_depth leapfrog steps. 1..=15.
    pub max_depth: u32,
    /// Form of the metric that each chain adapts.
    pub metric: Metric,
    /// Seed of everything random in the run.
    pub seed: u64,
    /// Chains that compute at the same time, at least 1. Changes the time, never a draw, and is
    /// therefore not part of the record.
    #[serde(skip_serializing)]
    pub threads: usize,
    /// How often a stuck chain may be started again.
    pub max_restarts: usize,
    /// When a chain counts as stuck.
    pub stuck: StuckRules,
    /// Iterations between two calls of the observer.
    pub progress_every: usize,
}

/// The form of the adapted metric (mass matrix).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Metric {
    /// One scale per parameter.
    Diagonal,
    /// One scale per parameter and the directions in which the scaled posterior is still far from
    /// round. The better choice for correlated posteriors: on a ridge it took an eighteenth of the
    /// diagonal metric's leapfrogs, on a simulated media mix less than half. Costs 1, 2 and 12
    /// microseconds per leapfrog at 20, 40 and 100 parameters, and up to a second of warm-up per
    /// chain and update at 300.
    LowRank {
        /// Regularisation of the covariance estimates, > 0.
        gamma: f64,
        /// Only eigenvalues above this or below its inverse are corrected, > 1.
        eigenvalue_cutoff: f64,
    },
}

/// When a chain counts as stuck. Windows are the last `window` iterations; comparisons between
/// chains use the second half of the warm-up, and later the kept draws.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StuckRules {
    /// Length of the window over which a chain is judged by itself. A chain is stuck if in a
    /// window it never moved, or every iteration diverged, or the step size stayed below
    /// `min_step_size`. Windows are four times as long during sampling, where a chain may rest in
    /// a narrow place for a while.
    pub window: usize,
    /// Iterations at the start of warm-up that are not judged: the step size is still searched.
    pub grace: usize,
    /// Smallest credible step size in the adapted metric, where a unit Gaussian of 10^6
    /// dimensions still takes 0.03.
    pub min_step_size: f64,
    /// A chain sits in a negligible mode if another chain beats it by more than
    /// `max(poor_mode_nats, poor_mode_sds * s)` both in the median log density and in the log
    /// mass of its region (mean log density plus the entropy of a Gaussian with the same
    /// standard deviations). `s` is the larger of the better chain's log density spread
    /// (inter-quartile range / 1.349) and sqrt(dim / 2), the spread of a Gaussian. The second
    /// condition protects wide regions of low density, such as the mouth of a funnel.
    pub poor_mode_sds: f64,
    /// See `poor_mode_sds`; exp(-10) is the share of the posterior that is given up at most.
    pub poor_mode_nats: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            chains: 4,
            warmup: 1000,
            warm_warmup: 200,
            draws: 1000,
            max_thin: 1,
            target_accept: 0.9,
            max_depth: 10,
            metric: Metric::default(),
            seed: 0,
            threads: 4,
            max_restarts: 3,
            stuck: StuckRules::default(),
            progress_every: 10,
        }
    }
}

impl Default for Metric {
    fn default() -> Self {
        Self::LowRank { gamma: 1e-5, eigenvalue_cutoff: 2.0 }
    }
}

impl Default for StuckRules {
    fn default() -> Self {
        Self {
            window: 50,
            grace: 100,
            min_step_size: 1e-6,
            poor_mode_sds: 4.0,
            poor_mode_nats: 10.0,
        }
    }
}

impl Settings {
    /// Checks every value.
    ///
    /// # Errors
    /// The first setting that has an impossible value.
    pub fn validate(&self) -> Result<(), SampleError> {
        require("chains", self.chains, self.chains >= 1, "must be at least 1")?;
        require("warmup", self.warmup, self.warmup >= 20, "must be at least 20")?;
        require("warm_warmup", self.warm_warmup, self.warm_warmup >= 20, "must be at least 20")?;
        require("draws", self.draws, self.draws >= 1, "must be at least 1")?;
        require("max_thin", self.max_thin, self.max_thin >= 1, "must be at least 1")?;
        require(
            "target_accept",
            self.target_accept,
            (0.5..=0.999).contains(&self.target_accept),
            "must lie in 0.5..0.999",
        )?;
        require(
            "max_depth",
            self.max_depth,
            (1..=15).contains(&self.max_depth),
            "must lie in 1..15",
        )?;
        require("threads", self.threads, self.threads >= 1, "must be at least 1")?;
        require(
            "progress_every",
            self.progress_every,
            self.progress_every >= 1,
            "must be at least 1",
        )?;
        if let Metric::LowRank { gamma, eigenvalue_cutoff } = self.metric {
            let finite = gamma.is_finite() && eigenvalue_cutoff.is_finite();
            require("metric.gamma", gamma, finite && gamma > 0.0, "must be positive")?;
            require(
                "metric.eigenvalue_cutoff",
                eigenvalue_cutoff,
                finite && eigenvalue_cutoff > 1.0,
                "must be above 1",
            )?;
        }
        let rules = &self.stuck;
        require("stuck.window", rules.window, rules.window >= 10, "must be at least 10")?;
        for (name, value) in [
            ("stuck.min_step_size", rules.min_step_size),
            ("stuck.poor_mode_sds", rules.poor_mode_sds),
            ("stuck.poor_mode_nats", rules.poor_mode_nats),
        ] {
            require(name, value, value > 0.0, "must be positive")?;
        }
        Ok(())
    }
}

pub(crate) fn require(
    name: &'static str,
    value: impl ToString,
    holds: bool,
    rule: &'static str,
) -> Result<(), SampleError> {
    if holds { Ok(()) } else { Err(SampleError::Setting { name, value: value.to_string(), rule }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_valid_and_survive_json_without_the_thread_count() {
        let settings = Settings { threads: 1, ..Settings::default() };
        settings.validate().unwrap();
        let text = serde_json::to_string(&settings).unwrap();
        assert!(!text.contains("threads"));
        let read: Settings = serde_json::from_str(&text).unwrap();
        assert_eq!(Settings { threads: 1, ..read }, settings);
    }

    #[test]
    fn impossible_values_are_named() {
        let settings = Settings { target_accept: f64::NAN, ..Settings::default() };
        let message = settings.validate().unwrap_err().to_string();
        assert!(message.contains("target_accept"), "{message}");
    }
}
