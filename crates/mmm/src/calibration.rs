//! Is the answer of a specification to be believed? Simulation-based calibration and recovery.
//!
//! Parameters are drawn from their priors, data from the model with those parameters (on the
//! panel's own media, calendar and controls), and the model is fitted to each data set. If
//! density, priors and sampler belong together, the rank of every true value among the draws of
//! its posterior is uniform (Talts, Betancourt, Simpson, Vehtari and Gelman 2018), and intervals
//! hold the truth as often as they say.
//!
//! Scaling constants and effect units stay those of the panel: only the KPI (and the observed
//! effects of lift tests) is replaced, so that the model that draws and the model that is fitted
//! are the same.
//!
//! Besides every scalar of [`Scalars`] that is not fixed, the joint log density of parameters and
//! data is ranked: a quantity that looks at the data, and so notices a posterior that does not
//! (Modrák, Moon, Kim, Bürkner, Huurre, Faltejsková, Gelman and Vehtari 2023).

mod coverage;
mod quantity;
mod refit;
mod score;
mod simulate;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use outlay_inference::sbc;
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use coverage::{Coverage, Measured, Returns, Scored, coverage, returns};
pub use quantity::{Quantity, Recovery, Shape};
pub use score::{
    BrandRow, BrandScore, ChannelResult, LEAST_GAIN, Middle, PlanResult, ScoreError, ScoreTable,
    TotalResult, aggregate, middle, score,
};

use crate::fit::FitError;
use crate::model::Model;
use crate::scalars::Scalars;
use crate::spec::Sampling;
use refit::{Refit, refit};
use simulate::Simulator;

/// Name of the joint log density among the quantities.
pub const LOG_JOINT: &str = "log_joint";
/// Level at which uniformity is rejected, after allowing for the number of quantities.
pub const LEVEL: f64 = 0.01;

/// How a calibration is run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CalibrationSettings {
    /// Simulated data sets.
    pub simulations: usize,
    /// Nearly independent draws per simulation; ranks lie in `0..=draws`.
    pub draws: usize,
    /// First attempt at each fit; attempts that do not converge are repeated with longer runs and
    /// smaller steps.
    pub sampling: Sampling,
    /// Attempts per simulation, at least 1.
    pub attempts: usize,
    /// R-hat above which a fit is tried again.
    pub rhat: f64,
    /// Seed.
    pub seed: u64,
}

impl Default for CalibrationSettings {
    fn default() -> Self {
        Self {
            simulations: 200,
            draws: 99,
            sampling: Sampling { chains: 2, warmup: 400, draws: 300, target_accept: 0.9 },
            attempts: 3,
            rhat: 1.05,
            seed: 1,
        }
    }
}

/// Why there is no calibration.
#[derive(Debug, Error)]
pub enum CalibrationError {
    /// A setting has an impossible value.
    #[error("`{key}` is {value}: {reason}")]
    Setting {
        /// The setting.
        key: &'static str,
        /// Its value.
        value: usize,
        /// What would be right.
        reason: &'static str,
    },
    /// Nothing is free.
    #[error("the specification fixes every parameter: there is nothing to calibrate")]
    NothingFree,
    /// The two models do not have the same parameters.
    #[error("the model that draws the data and the model that is fitted have different parameters")]
    Different,
    /// Cancelled before anything was completed.
    #[error("cancelled before the first simulation was completed")]
    Cancelled,
    /// No simulation could be completed; the first reason.
    #[error("no simulation could be fitted; the first failed because {0}")]
    NothingFitted(String),
}

/// Why one simulation has no result.
#[derive(Debug, Error)]
pub enum SimulationError {
    /// The drawn data are not numbers.
    #[error("the priors drew data that are not finite: make them narrower")]
    NotFinite,
    /// The fit failed.
    #[error(transparent)]
    Fit(#[from] FitError),
    /// The run was cancelled.
    #[error("the run was cancelled")]
    Cancelled,
}

/// How far a calibration has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CalibrationProgress {
    /// Simulations that have ended.
    pub done: usize,
    /// Simulations in all.
    pub total: usize,
    /// Of those that have ended, how many needed a longer run.
    pub repeated: usize,
    /// Of those that have ended, how many have no result.
    pub failed: usize,
}

/// A fit that did not meet the demands even with the longest run. Its ranks count all the same:
/// leaving out what is hard to sample would bias the result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Unsettled {
    /// Seed of the simulation.
    pub seed: u64,
    /// Attempts made.
    pub attempts: usize,
    /// Worst R-hat.
    pub rhat: f64,
    /// Smallest effective sample size of the bulk.
    pub ess: f64,
    /// Divergent draws.
    pub divergences: usize,
}

/// A simulation without a result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failed {
    /// Index of the simulation.
    pub simulation: usize,
    /// Why.
    pub reason: String,
}

/// The smallest p-value of all, before and after allowing for their number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Smallest {
    /// The quantity.
    pub name: String,
    /// Its p-value by the test of the distribution function.
    pub p_value: f64,
    /// The same times the number of quantities (Bonferroni), at most 1.
    pub adjusted: f64,
}

/// What a calibration found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CalibrationReport {
    /// How it was run.
    pub settings: CalibrationSettings,
    /// Simulations with a result.
    pub completed: usize,
    /// Whether the run was cancelled.
    pub interrupted: bool,
    /// One entry per quantity, in the order of the model's scalars, the joint density last.
    pub quantities: Vec<Quantity>,
    /// The smallest p-value of all.
    pub smallest: Smallest,
    /// Quantities whose ranks are not uniform at [`LEVEL`] after allowing for their number.
    pub rejected: Vec<String>,
    /// Simulations that needed a longer run than the first.
    pub repeated: usize,
    /// Fits that did not settle even so.
    pub unsettled: Vec<Unsettled>,
    /// Simulations without a result.
    pub failed: Vec<Failed>,
}

impl CalibrationReport {
    /// Whether no quantity is rejected and no simulation is missing.
    pub fn passed(&self) -> bool {
        self.rejected.is_empty() && self.failed.is_empty()
    }
}

/// Calibrates a model against itself.
///
/// The result depends on model and settings only, not on the number of threads of the current
/// rayon pool.
///
/// # Errors
/// [`CalibrationError`] for impossible settings, and when no simulation has a result.
pub fn calibrate(
    model: &Model,
    settings: &CalibrationSettings,
    progress: &(dyn Fn(CalibrationProgress) + Sync),
    cancel: &AtomicBool,
) -> Result<CalibrationReport, CalibrationError> {
    calibrate_between(model, model, settings, progress, cancel)
}

/// Draws data from one model and fits another with the same parameters: what a wrong prior or a
/// wrong noise does to ranks and coverage.
///
/// # Errors
/// As [`calibrate`], and [`CalibrationError::Different`] when names of parameters differ.
pub fn calibrate_between(
    world: &Model,
    fitted: &Model,
    settings: &CalibrationSettings,
    progress: &(dyn Fn(CalibrationProgress) + Sync),
    cancel: &AtomicBool,
) -> Result<CalibrationReport, CalibrationError> {
    check(settings)?;
    let scalars = Scalars::new(world);
    if scalars.names != Scalars::new(fitted).names {
        return Err(CalibrationError::Different);
    }
    let world = Arc::new(world.clone());
    let free = simulate::free(&world, &scalars, settings.seed);
    if free.is_empty() {
        return Err(CalibrationError::NothingFree);
    }
    let counts = Counts::default();
    let refits: Mutex<HashMap<u64, Refit>> = Mutex::default();
    let (ranks, errors) = sbc::calibrate(settings.simulations, settings.seed, |seed| {
        let run = || {
            if cancel.load(Ordering::Relaxed) {
                return Err(SimulationError::Cancelled);
            }
            let mut simulator = Simulator::new(Arc::clone(&world));
            let simulated = simulator.simulate(fitted, seed)?;
            refit(simulated, &scalars, &free, settings, seed, cancel)
        };
        let result = run().map(|refit| {
            let simulation = refit.simulation.clone();
            let repeated = refit.attempts > 1;
            if let Ok(mut refits) = refits.lock() {
                refits.insert(seed, refit);
            }
            (simulation, repeated)
        });
        progress(counts.add(settings.simulations, result.as_ref().map(|r| r.1)));
        result.map(|r| r.0)
    });
    let mut refits: Vec<Refit> = refits.into_inner().unwrap_or_default().into_values().collect();
    // Sums must not depend on the order in which threads finished.
    refits.sort_by_key(|r| r.seed);
    let interrupted = errors.iter().any(|(_, e)| is_cancelled(e));
    if ranks.simulations() == 0 {
        let reason = errors.into_iter().map(|(_, e)| e).find(|e| !is_cancelled(e));
        return Err(match reason {
            Some(error) => CalibrationError::NothingFitted(error.to_string()),
            None => CalibrationError::Cancelled,
        });
    }
    let names = free.iter().map(|i| scalars.names[*i].clone()).chain([LOG_JOINT.to_owned()]);
    let quantities: Vec<Quantity> =
        names.enumerate().map(|(q, name)| Quantity::new(name, q, &ranks, &refits)).collect();
    let (smallest, rejected) = verdict(&quantities);
    Ok(CalibrationReport {
        settings: settings.clone(),
        completed: ranks.simulations(),
        interrupted,
        smallest,
        rejected,
        repeated: refits.iter().filter(|r| r.attempts > 1).count(),
        unsettled: refits.iter().filter_map(Refit::unsettled).collect(),
        failed: errors
            .into_iter()
            .filter(|(_, e)| !is_cancelled(e))
            .map(|(simulation, e)| Failed { simulation, reason: e.to_string() })
            .collect(),
        quantities,
    })
}

fn is_cancelled(error: &SimulationError) -> bool {
    use outlay_inference::SampleError;
    matches!(
        error,
        SimulationError::Cancelled | SimulationError::Fit(FitError::Sample(SampleError::Cancelled))
    )
}

fn verdict(quantities: &[Quantity]) -> (Smallest, Vec<String>) {
    let number = quantities.len() as f64;
    let adjusted = |q: &Quantity| (q.ecdf.p_value * number).min(1.0);
    let smallest = quantities.iter().min_by(|a, b| a.ecdf.p_value.total_cmp(&b.ecdf.p_value));
    let smallest = smallest.map_or_else(
        || Smallest { name: String::new(), p_value: 1.0, adjusted: 1.0 },
        |q| Smallest { name: q.name.clone(), p_value: q.ecdf.p_value, adjusted: adjusted(q) },
    );
    let rejected = quantities.iter().filter(|q| adjusted(q) < LEVEL).map(|q| q.name.clone());
    (smallest, rejected.collect())
}

/// What has ended so far, counted by all threads.
#[derive(Default)]
struct Counts {
    done: AtomicUsize,
    repeated: AtomicUsize,
    failed: AtomicUsize,
}

impl Counts {
    fn add<E>(&self, total: usize, outcome: Result<bool, E>) -> CalibrationProgress {
        let count = |counter: &AtomicUsize, one: bool| {
            counter.fetch_add(usize::from(one), Ordering::Relaxed) + usize::from(one)
        };
        CalibrationProgress {
            repeated: count(&self.repeated, matches!(outcome, Ok(true))),
            failed: count(&self.failed, outcome.is_err()),
            done: count(&self.done, true),
            total,
        }
    }
}

fn check(settings: &CalibrationSettings) -> Result<(), CalibrationError> {
    let refuse = |key, value, reason| Err(CalibrationError::Setting { key, value, reason });
    let s = &settings.sampling;
    if settings.simulations == 0 {
        return refuse("simulations", 0, "at least 1 is needed, and 100 or more to see anything");
    }
    if settings.draws == 0 {
        return refuse("draws", 0, "keep at least 1 draw per simulation, 99 is usual");
    }
    if settings.attempts == 0 {
        return refuse("attempts", 0, "at least 1 attempt at each fit is needed");
    }
    if s.chains < 2 {
        return refuse("sampling.chains", s.chains, "at least 2 chains show whether they agree");
    }
    if s.chains * s.draws < settings.draws {
        let reason = "all chains together must keep at least `draws` draws";
        return refuse("sampling.draws", s.draws, reason);
    }
    Ok(())
}
