//! One simulated data set fitted until its draws can be trusted, and thinned.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use outlay_inference::diagnostics::convergence;
use outlay_inference::sbc::Simulation;
use outlay_inference::{SampleError, Silent};

use super::simulate::Simulated;
use super::{CalibrationSettings, SimulationError, Unsettled};
use crate::density::{Draw, Evaluator};
use crate::fit::{FitError, FitSettings, Fitted, nuts};
use crate::scalars::Scalars;
use crate::spec::Sampling;
use crate::summary::Estimate;

/// The most that a target acceptance is raised to.
const MOST_ACCEPTED: f64 = 0.99;

/// A fitted simulation.
#[derive(Debug, Clone)]
pub(super) struct Refit {
    /// Seed of the simulation.
    pub(super) seed: u64,
    /// Truth and thinned draws of every quantity.
    pub(super) simulation: Simulation,
    /// Posterior of every quantity from all draws.
    pub(super) estimates: Vec<Estimate>,
    /// Attempts made.
    pub(super) attempts: usize,
    health: Health,
    settled: bool,
}

impl Refit {
    /// What was wrong, if anything was.
    pub(super) fn unsettled(&self) -> Option<Unsettled> {
        (!self.settled).then_some(Unsettled {
            seed: self.seed,
            attempts: self.attempts,
            rhat: self.health.rhat,
            ess: self.health.ess,
            divergences: self.health.divergences,
        })
    }
}

/// Convergence of one fit.
#[derive(Debug, Clone, Copy)]
struct Health {
    rhat: f64,
    ess: f64,
    divergences: usize,
    chains_lost: bool,
}

/// Fits, again and longer where needed, and reads off every quantity.
pub(super) fn refit(
    simulated: Simulated,
    scalars: &Scalars,
    free: &[usize],
    settings: &CalibrationSettings,
    seed: u64,
    cancel: &AtomicBool,
) -> Result<Refit, SimulationError> {
    let Simulated { truth, model } = simulated;
    let mut evaluator = Evaluator::new(Arc::new(model.clone()));
    let mut values = |draw: &Draw| -> Vec<f64> {
        let own = free.iter().map(|i| scalars.value(*i, draw));
        let joint = evaluator.log_joint(&draw.theta, &draw.standardised);
        own.chain([joint]).collect()
    };
    let truth = values(&truth);
    let mut attempt = 0;
    loop {
        let fitted = unstuck(&mut attempt, settings.attempts, |attempt| {
            let fit = FitSettings {
                sampling: longer(&settings.sampling, attempt),
                seed: seed.wrapping_add(attempt as u64),
                threads: 1,
                warm: None,
                patience: None,
            };
            nuts(model.clone(), &fit, &Silent, cancel)
        })?;
        if fitted.interrupted {
            return Err(SimulationError::Cancelled);
        }
        let chains: Vec<Vec<Vec<f64>>> =
            fitted.chains.iter().map(|chain| chain.iter().map(&mut values).collect()).collect();
        let health = health(&fitted, &chains, settings.sampling.chains);
        let settled = health.rhat <= settings.rhat
            && health.ess >= settings.draws as f64
            && health.divergences == 0
            && !health.chains_lost;
        attempt += 1;
        if settled || attempt >= settings.attempts {
            let draws: Vec<&Vec<f64>> = chains.iter().flatten().collect();
            let column = |q: usize| draws.iter().map(|d| d[q]).collect::<Vec<f64>>();
            let estimates = (0..truth.len()).map(|q| Estimate::from_draws(&column(q))).collect();
            let draws = thinned(&draws, settings.draws);
            let simulation = Simulation { truth, draws };
            return Ok(Refit { seed, simulation, estimates, attempts: attempt, health, settled });
        }
    }
}

/// The fit of this attempt, or of the first one after it in which not every chain is stuck: other
/// starts and smaller steps may find what these did not.
fn unstuck<T>(
    attempt: &mut usize,
    attempts: usize,
    mut fit: impl FnMut(usize) -> Result<T, FitError>,
) -> Result<T, FitError> {
    loop {
        match fit(*attempt) {
            Err(FitError::Sample(SampleError::AllStuck { .. })) if *attempt + 1 < attempts => {
                *attempt += 1;
            }
            other => return other,
        }
    }
}

/// The first attempt as set; each further one warms up twice as long, keeps three times as many
/// draws, and takes smaller steps.
fn longer(first: &Sampling, attempt: usize) -> Sampling {
    let power = u32::try_from(attempt).unwrap_or(u32::MAX);
    let rejected = (1.0 - first.target_accept) * 0.4_f64.powi(attempt as i32);
    Sampling {
        chains: first.chains,
        warmup: first.warmup.saturating_mul(2_usize.saturating_pow(power)),
        draws: first.draws.saturating_mul(3_usize.saturating_pow(power)),
        target_accept: (1.0 - rejected).min(MOST_ACCEPTED.max(first.target_accept)),
    }
}

fn health(fitted: &Fitted, chains: &[Vec<Vec<f64>>], wanted: usize) -> Health {
    let quantities = chains.iter().flatten().next().map_or(0, Vec::len);
    let (mut rhat, mut ess) = (1.0_f64, f64::INFINITY);
    for q in 0..quantities {
        let own: Vec<Vec<f64>> =
            chains.iter().map(|chain| chain.iter().map(|d| d[q]).collect()).collect();
        let found = convergence(&own);
        rhat = rhat.max(found.rhat.unwrap_or(f64::INFINITY));
        ess = ess.min(found.ess_bulk.unwrap_or(0.0));
    }
    Health {
        rhat,
        ess,
        divergences: fitted.facts.iter().map(|f| f.divergences).sum(),
        chains_lost: fitted.chains.len() < wanted || fitted.facts.iter().any(|f| f.suspicious),
    }
}

/// `count` draws at equal distances, one after the other.
fn thinned(draws: &[&Vec<f64>], count: usize) -> Vec<f64> {
    let n = draws.len();
    (0..count)
        .filter_map(|k| draws.get((2 * k + 1) * n / (2 * count)))
        .flat_map(|draw| draw.iter().copied())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use outlay_inference::StuckReason;

    #[test]
    fn thinning_takes_equal_steps_over_all_draws() {
        let draws: Vec<Vec<f64>> = (0..40).map(|i| vec![f64::from(i), -f64::from(i)]).collect();
        let all: Vec<&Vec<f64>> = draws.iter().collect();
        assert_eq!(thinned(&all, 4), [5.0, -5.0, 15.0, -15.0, 25.0, -25.0, 35.0, -35.0]);
        assert_eq!(thinned(&all, 40).len(), 80);
    }

    #[test]
    fn every_attempt_is_longer_and_more_careful() {
        let first = Sampling { chains: 2, warmup: 300, draws: 200, target_accept: 0.9 };
        assert_eq!(longer(&first, 0), first);
        let (second, third) = (longer(&first, 1), longer(&first, 2));
        assert_eq!((second.warmup, second.draws), (600, 600));
        assert!(second.target_accept > 0.95 && third.target_accept > second.target_accept);
        assert!(longer(&first, 9).target_accept <= MOST_ACCEPTED);
    }

    #[test]
    fn a_simulation_whose_chains_are_all_stuck_is_fitted_again_and_other_failures_are_not() {
        let stuck = || {
            let reason = StuckReason::Immobile;
            FitError::Sample(SampleError::AllStuck { chains: 2, reason, restarts: 4 })
        };
        let tried = |free_from: usize, failure: &dyn Fn() -> FitError| {
            let (mut attempt, mut calls) = (0, 0);
            let end = unstuck(&mut attempt, 3, |n| {
                calls += 1;
                if n < free_from { Err(failure()) } else { Ok(n) }
            });
            (end.ok(), attempt, calls)
        };
        assert_eq!(tried(0, &stuck), (Some(0), 0, 1));
        assert_eq!(tried(2, &stuck), (Some(2), 2, 3), "the attempt that counts is the third");
        assert_eq!(tried(3, &stuck), (None, 2, 3), "after the last attempt it is given up");
        let cancelled = || FitError::Sample(SampleError::Cancelled);
        assert_eq!(tried(2, &cancelled), (None, 0, 1));
    }
}
