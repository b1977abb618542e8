//! Which chains are stuck: rules on one chain's recent iterations, and between chains.

use crate::settings::StuckRules;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Why a chain was judged stuck.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StuckReason {
    /// The density cannot be evaluated at the start, or does not depend on a parameter there.
    BadStart,
    /// No iteration of a window changed the position.
    Immobile,
    /// Every iteration of a window diverged.
    AllDivergent,
    /// The step size fell below the smallest credible one.
    StepSizeCollapsed,
    /// The chain explores a mode of negligible mass.
    PoorMode {
        /// How far its median log density lies below the best chain's, in nats.
        below: f64,
    },
}

impl StuckReason {
    /// Whether further draws of the chain would be worthless.
    pub(crate) fn is_hopeless(self) -> bool {
        !matches!(self, Self::PoorMode { .. })
    }
}

impl fmt::Display for StuckReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadStart => f.write_str("the density is flat or not finite at the start"),
            Self::Immobile => f.write_str("the position no longer changes"),
            Self::AllDivergent => f.write_str("every trajectory diverges"),
            Self::StepSizeCollapsed => f.write_str("the step size collapsed"),
            Self::PoorMode { below } => {
                write!(f, "the log density stays {below:.0} below the best chain's")
            }
        }
    }
}

/// Judges one chain by consecutive windows of its iterations.
pub(crate) struct Watch {
    rules: StuckRules,
    seen: usize,
    moved: bool,
    converged: bool,
    step_held: bool,
    in_window: usize,
}

impl Watch {
    pub(crate) fn new(rules: StuckRules) -> Self {
        Self { rules, seen: 0, moved: false, converged: false, step_held: false, in_window: 0 }
    }

    /// Notes one iteration; a reason at the end of a window that was stuck throughout, once the
    /// first `grace` iterations are over.
    pub(crate) fn note(
        &mut self,
        moved: bool,
        divergent: bool,
        step_size: f64,
        grace: usize,
    ) -> Option<StuckReason> {
        self.seen += 1;
        self.in_window += 1;
        self.moved |= moved;
        self.converged |= !divergent;
        self.step_held |= step_size >= self.rules.min_step_size;
        if self.in_window < self.rules.window {
            return None;
        }
        let verdict = self.verdict();
        (self.in_window, self.moved, self.converged, self.step_held) = (0, false, false, false);
        verdict.filter(|_| self.seen > grace)
    }

    /// The verdict on the unfinished window, for phases shorter than a window. None before the
    /// tenth iteration of it.
    pub(crate) fn finish(&self) -> Option<StuckReason> {
        if self.in_window < 10 { None } else { self.verdict() }
    }

    fn verdict(&self) -> Option<StuckReason> {
        if !self.moved {
            Some(StuckReason::Immobile)
        } else if !self.converged {
            Some(StuckReason::AllDivergent)
        } else if !self.step_held {
            Some(StuckReason::StepSizeCollapsed)
        } else {
            None
        }
    }
}

/// Where a chain has been: running moments of its positions and its log densities.
#[derive(Debug, Clone)]
pub(crate) struct Region {
    count: usize,
    mean: Vec<f64>,
    squares: Vec<f64>,
    log_density: Vec<f64>,
    last: Vec<f64>,
}

impl Region {
    pub(crate) fn new(dim: usize) -> Self {
        Self {
            count: 0,
            mean: vec![0.0; dim],
            squares: vec![0.0; dim],
            log_density: Vec::new(),
            last: vec![0.0; dim],
        }
    }

    /// Adds a draw (Welford 1962).
    pub(crate) fn add(&mut self, position: &[f64], log_density: f64) {
        self.count += 1;
        let n = self.count as f64;
        for ((mean, square), x) in self.mean.iter_mut().zip(&mut self.squares).zip(position) {
            let before = x - *mean;
            *mean += before / n;
            *square += before * (x - *mean);
        }
        self.log_density.push(log_density);
        self.last.copy_from_slice(position);
    }

    /// The last position.
    pub(crate) fn last(&self) -> &[f64] {
        &self.last
    }

    /// Standard deviations of the positions.
    pub(crate) fn spread(&self) -> Vec<f64> {
        let n = (self.count as f64 - 1.0).max(1.0);
        self.squares.iter().map(|s| (s / n).sqrt()).collect()
    }

    /// The figures that chains are compared by; `None` with fewer than ten draws.
    pub(crate) fn figures(&self) -> Option<Figures> {
        if self.count < 10 {
            return None;
        }
        let mut sorted = self.log_density.clone();
        sorted.sort_by(f64::total_cmp);
        let quantile = |p: f64| {
            let position = ((sorted.len() - 1) as f64 * p).round() as usize;
            sorted.get(position).copied().unwrap_or(f64::NEG_INFINITY)
        };
        let mean = self.log_density.iter().sum::<f64>() / self.count as f64;
        let entropy: f64 = self
            .spread()
            .iter()
            .map(|sd| sd.max(f64::MIN_POSITIVE).ln() + 0.5 * (1.0 + std::f64::consts::TAU.ln()))
            .sum();
        Some(Figures {
            median: quantile(0.5),
            spread: (quantile(0.75) - quantile(0.25)) / 1.349,
            log_mass: mean + entropy,
            dim: self.mean.len(),
        })
    }
}

/// What a chain's region looks like from outside.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Figures {
    median: f64,
    spread: f64,
    log_mass: f64,
    dim: usize,
}

impl Figures {
    /// For choosing the chain whose region restarted chains are sent to.
    pub(crate) fn log_mass(&self) -> f64 {
        self.log_mass
    }

    /// Whether `other` shows that this chain's mode is negligible
    /// ([`StuckRules::poor_mode_sds`]).
    fn is_beaten_by(&self, other: &Self, rules: &StuckRules) -> Option<StuckReason> {
        let spread = other.spread.max((other.dim as f64 / 2.0).sqrt());
        let margin = rules.poor_mode_nats.max(rules.poor_mode_sds * spread);
        let below = other.median - self.median;
        (below > margin && other.log_mass - self.log_mass > margin)
            .then_some(StuckReason::PoorMode { below })
    }
}

/// The reason for which each chain is in a poor mode, judged against all the others.
pub(crate) fn poor_modes(
    figures: &[Option<Figures>],
    rules: &StuckRules,
) -> Vec<Option<StuckReason>> {
    let best = figures.iter().flatten().max_by(|a, b| a.log_mass.total_cmp(&b.log_mass));
    figures
        .iter()
        .map(|own| own.as_ref().zip(best).and_then(|(own, best)| own.is_beaten_by(best, rules)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(median: f64, spread: f64, log_mass: f64) -> Option<Figures> {
        Some(Figures { median, spread, log_mass, dim: 8 })
    }

    #[test]
    fn a_far_poorer_mode_is_flagged_and_equals_are_not() {
        let rules = StuckRules::default();
        let chains =
            [figures(-10.0, 2.0, 0.0), figures(-11.0, 2.0, -0.5), figures(-60.0, 2.0, -50.0)];
        let flags = poor_modes(&chains, &rules);
        assert_eq!(flags, [None, None, Some(StuckReason::PoorMode { below: 50.0 })]);
    }

    #[test]
    fn one_good_chain_outvotes_three_poor_ones() {
        let poor = figures(-60.0, 2.0, -50.0);
        let flags =
            poor_modes(&[poor, poor, figures(-10.0, 2.0, 0.0), poor], &StuckRules::default());
        assert_eq!(flags.iter().filter(|flag| flag.is_some()).count(), 3);
        assert!(flags[2].is_none());
    }

    #[test]
    fn a_wide_region_of_low_density_is_not_poor() {
        // A chain caught in a funnel's neck has the higher density and the smaller mass.
        let (neck, mouth) = (figures(40.0, 2.0, 5.0), figures(-10.0, 9.0, 20.0));
        let flags = poor_modes(&[neck, mouth, mouth], &StuckRules::default());
        assert_eq!(flags, [None, None, None]);
    }

    #[test]
    fn the_log_mass_of_a_gaussian_region_is_its_normalising_constant() {
        // Quantiles of a standard normal stand in for draws.
        let mut region = Region::new(1);
        for k in 0..2001 {
            let p = (f64::from(k) + 0.5) / 2001.0;
            let x = normal_quantile(p);
            region.add(&[x], -0.5 * x * x);
        }
        let mass = region.figures().unwrap().log_mass();
        assert!((mass - 0.5 * std::f64::consts::TAU.ln()).abs() < 2e-3, "{mass}");
    }

    fn normal_quantile(p: f64) -> f64 {
        let (mut low, mut high) = (-9.0, 9.0);
        for _ in 0..80 {
            let mid = 0.5 * (low + high);
            if normal_cdf(mid) < p { low = mid } else { high = mid }
        }
        0.5 * (low + high)
    }

    fn normal_cdf(x: f64) -> f64 {
        let (mut term, mut sum) = (x, x);
        for k in 1..200 {
            let k = f64::from(k);
            term *= x * x / (2.0 * k + 1.0);
            sum += term;
        }
        0.5 + sum * (-0.5 * x * x).exp() / std::f64::consts::TAU.sqrt()
    }

    #[test]
    fn an_immobile_window_after_the_grace_is_stuck() {
        let mut watch = Watch::new(StuckRules::default());
        let verdicts: Vec<_> =
            (0..200).filter_map(|_| watch.note(false, false, 0.1, 100)).collect();
        assert_eq!(verdicts, [StuckReason::Immobile; 2]);
        let mut moving = Watch::new(StuckRules::default());
        assert!((0..200).all(|i| moving.note(i % 49 == 0, i % 2 == 0, 0.1, 100).is_none()));
    }
}
