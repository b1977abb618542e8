//! From a model to posterior draws in the model's own terms.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use outlay_inference::diagnostics::convergence;
use outlay_inference::{
    Approximation, ApproximationSettings, ChainDraws, Observer, Run, SampleError, Settings, Start,
    StartSettings, WarmStart, laplace, pathfinder, sample_until, starts,
};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::density::{Draw, Evaluator, Posterior};
use crate::model::{Model, ModelError};
use crate::scalars::Scalars;
use crate::summary::Method;

/// Prior draws from which optimisation paths begin.
const CANDIDATES: usize = 8;

/// Coordinates above which two optimisation paths must do: each takes long, and more of them
/// would keep the user waiting for the first draw.
const LARGE: usize = 60;

/// How a fit is run; what is to be fitted stands in the specification.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FitSettings {
    /// Chains, warm-up, draws, target acceptance.
    pub sampling: crate::spec::Sampling,
    /// Seed.
    pub seed: u64,
    /// Threads; results do not depend on it.
    #[serde(skip, default = "one")]
    pub threads: usize,
    /// State of an earlier fit of a similar model.
    pub warm: Option<WarmStart>,
    /// When chains that have not settled draw on; `None`: never.
    #[serde(default)]
    pub patience: Option<Patience>,
}

/// When the draws of a structure are enough, and how long it may go on until they are.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Patience {
    /// R-hat that every parameter must stay below.
    pub rhat: f64,
    /// Effective draws, of the bulk and of the tails, that every parameter must have.
    pub ess: f64,
    /// Draws made for each kept one at most; chains draw on in doublings.
    pub max_thin: usize,
}

impl Patience {
    /// Whether every scalar of these chains has settled.
    fn ends_with(&self, model: &Model, chains: &[Vec<Draw>]) -> bool {
        let scalars = Scalars::new(model);
        (0..scalars.len()).into_par_iter().all(|i| {
            let c = convergence(&scalars.chains(i, chains));
            let enough = |ess: Option<f64>| ess.is_none_or(|ess| ess >= self.ess);
            c.rhat.is_none_or(|rhat| rhat < self.rhat) && enough(c.ess_bulk) && enough(c.ess_tail)
        })
    }
}

fn one() -> usize {
    1
}

/// Why there is no fit.
#[derive(Debug, Error)]
pub enum FitError {
    /// The specification and the data do not make a model.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// Sampling failed.
    #[error(transparent)]
    Sample(#[from] SampleError),
}

/// Sampler figures of one chain.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ChainFacts {
    /// Divergent draws.
    pub divergences: usize,
    /// Draws that reached the largest depth.
    pub max_depth_reached: usize,
    /// Leapfrog steps of all kept draws.
    pub leapfrogs: u64,
    /// Step size.
    pub step_size: f64,
    /// Warm-up draws.
    pub warmup: usize,
    /// Draws that were made for each kept one: more than one where chains had to draw on.
    #[serde(default = "one")]
    pub thin: usize,
    /// Whether the chain's energy never joined the others'.
    pub suspicious: bool,
}

/// What the sampler noted of each draw of a chain.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Trace {
    /// Log density in the sampler's coordinates, up to a constant.
    pub log_density: Vec<f64>,
    /// Total energy.
    pub energy: Vec<f64>,
    /// Whether the trajectory diverged.
    pub divergent: Vec<bool>,
    /// Leapfrog steps.
    pub leapfrogs: Vec<u32>,
    /// Depth of the tree.
    pub depth: Vec<u32>,
    /// Whether the tree reached its largest depth.
    pub max_depth_reached: Vec<bool>,
}

/// A posterior in draws.
#[derive(Debug, Clone)]
pub struct Fitted {
    /// The model.
    pub model: Arc<Model>,
    /// Draws, `[chain][draw]`.
    pub chains: Vec<Vec<Draw>>,
    /// How they were found.
    pub method: Method,
    /// Seed.
    pub seed: u64,
    /// Sampler figures per chain; empty for approximations.
    pub facts: Vec<ChainFacts>,
    /// What the sampler noted of each draw, per chain; empty for approximations and for a fit that
    /// was read back.
    pub traces: Vec<Trace>,
    /// Restarted chains.
    pub restarts: usize,
    /// Chains given up.
    pub abandoned: usize,
    /// Whether the run was interrupted.
    pub interrupted: bool,
    /// Gradient evaluations.
    pub gradient_evaluations: u64,
    /// Pareto k-hat of an approximation.
    pub khat: Option<f64>,
    /// What a later fit may start from.
    pub warm: Option<WarmStart>,
}

impl Fitted {
    /// All draws, chain by chain.
    pub fn draws(&self) -> impl Iterator<Item = &Draw> {
        self.chains.iter().flatten()
    }

    /// Number of draws.
    pub fn len(&self) -> usize {
        self.chains.iter().map(Vec::len).sum()
    }

    /// Whether there is no draw.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Samples the posterior by NUTS.
///
/// # Errors
/// [`FitError::Sample`] for impossible settings, or when nothing could be drawn.
pub fn nuts(
    model: Model,
    settings: &FitSettings,
    observer: &dyn Observer,
    cancel: &AtomicBool,
) -> Result<Fitted, FitError> {
    let posterior = Posterior::new(model);
    let sampling = &settings.sampling;
    let start = match &settings.warm {
        Some(warm) if warm.points.iter().all(|p| p.len() == posterior.model.dim()) => {
            Start::Warm(warm.clone())
        }
        _ => {
            let count = sampling.chains * 2;
            let usual = StartSettings { count, seed: settings.seed, ..StartSettings::default() };
            let large = posterior.model.dim() > LARGE;
            let start = StartSettings { paths: if large { 2 } else { usual.paths }, ..usual };
            starts(&posterior, &candidates(&posterior, settings.seed), &start)?
        }
    };
    let run_settings = Settings {
        chains: sampling.chains,
        warmup: sampling.warmup,
        draws: sampling.draws,
        max_thin: settings.patience.map_or(1, |p| p.max_thin),
        target_accept: sampling.target_accept,
        seed: settings.seed,
        threads: settings.threads,
        ..Settings::default()
    };
    let enough = |chains: &[&ChainDraws]| {
        settings.patience.is_none_or(|patience| {
            let chains = all_draws(&posterior, chains, settings.seed);
            patience.ends_with(&posterior.model, &chains)
        })
    };
    let run = sample_until(&posterior, &run_settings, &start, observer, cancel, &enough)?;
    Ok(from_run(&posterior, &run, settings.seed))
}

/// Approximates the posterior in well under a second; the result says that it is approximate.
///
/// # Errors
/// [`FitError::Sample`] when no usable mode or path was found.
pub fn approximate(
    model: Model,
    method: Method,
    draws: usize,
    seed: u64,
) -> Result<Fitted, FitError> {
    let posterior = Posterior::new(model);
    let candidates = candidates(&posterior, seed);
    let settings = ApproximationSettings {
        draws,
        proposals: 2 * draws,
        seed,
        ..ApproximationSettings::default()
    };
    let found = match method {
        Method::Laplace => laplace(&posterior, &candidates, &settings)?,
        _ => pathfinder(&posterior, &candidates, &settings)?,
    };
    Ok(from_approximation(&posterior, &found, seed, method))
}

fn candidates(posterior: &Posterior, seed: u64) -> Vec<Vec<f64>> {
    let mut evaluator = Evaluator::new(Arc::clone(&posterior.model));
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(u64::MAX);
    (0..CANDIDATES).map(|_| evaluator.prior_point(&mut rng)).collect()
}

/// Turns positions into draws; linear coefficients are drawn from their exact conditional, with a
/// generator that depends on seed and chain only.
fn draws(posterior: &Posterior, positions: &[f64], seed: u64, chain: u64) -> Vec<Draw> {
    let mut evaluator = Evaluator::new(Arc::clone(&posterior.model));
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(chain);
    positions
        .chunks_exact(posterior.model.dim().max(1))
        .filter_map(|position| evaluator.draw(position, &mut rng).ok())
        .collect()
}

/// The draws of several chains.
fn all_draws(posterior: &Posterior, chains: &[&ChainDraws], seed: u64) -> Vec<Vec<Draw>> {
    chains
        .par_iter()
        .map(|chain| draws(posterior, &chain.positions, seed, chain.chain as u64))
        .collect()
}

fn from_run(posterior: &Posterior, run: &Run, seed: u64) -> Fitted {
    let chains = all_draws(posterior, &run.chains.iter().collect::<Vec<_>>(), seed);
    let facts = run
        .chains
        .iter()
        .map(|chain| ChainFacts {
            divergences: chain.divergent.iter().filter(|d| **d).count(),
            max_depth_reached: chain.max_depth_reached.iter().filter(|d| **d).count(),
            leapfrogs: chain.leapfrogs.iter().map(|l| u64::from(*l)).sum(),
            step_size: chain.step_size,
            warmup: chain.warmup,
            thin: chain.thin,
            suspicious: chain.suspicion.is_some(),
        })
        .collect();
    Fitted {
        model: Arc::clone(&posterior.model),
        chains,
        method: Method::Nuts,
        seed,
        facts,
        traces: run.chains.iter().map(trace).collect(),
        restarts: run.restarts(),
        abandoned: run.abandoned.len(),
        interrupted: run.interrupted,
        gradient_evaluations: run.gradient_evaluations,
        khat: None,
        warm: Some(run.warm_start()),
    }
}

fn trace(chain: &ChainDraws) -> Trace {
    Trace {
        log_density: chain.log_density.clone(),
        energy: chain.energy.clone(),
        divergent: chain.divergent.clone(),
        leapfrogs: chain.leapfrogs.clone(),
        depth: chain.depth.clone(),
        max_depth_reached: chain.max_depth_reached.clone(),
    }
}

fn from_approximation(
    posterior: &Posterior,
    found: &Approximation,
    seed: u64,
    method: Method,
) -> Fitted {
    Fitted {
        model: Arc::clone(&posterior.model),
        chains: vec![draws(posterior, &found.positions, seed, 0)],
        method,
        seed,
        facts: Vec::new(),
        traces: Vec::new(),
        restarts: 0,
        abandoned: 0,
        interrupted: false,
        gradient_evaluations: found.gradient_evaluations,
        khat: Some(found.khat),
        warm: None,
    }
}
