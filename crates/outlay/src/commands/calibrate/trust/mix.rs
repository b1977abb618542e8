//! The answer of a mix model.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::thread::{self, ThreadId};

use cpu_time::ThreadTime;
use outlay_core::Panel;
use outlay_inference::{Observer, Progress, SampleError};
use outlay_mmm::calibration::{Returns, returns};
use outlay_mmm::ensemble::{Ensemble, Search, learn};
use outlay_mmm::fit::{FitError, FitSettings};
use outlay_mmm::spec::{Sampling, Spec};
use outlay_mmm::summary::Method;
use outlay_planner::from_fit::outlook;

use super::answer::{Answer, Stop};

/// Draws that curves are averaged over: their error beside the posterior's own spread is small.
const CURVE_DRAWS: usize = 200;

/// How a mix model is fitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Approach {
    /// NUTS.
    Nuts,
    /// Laplace: approximate.
    Laplace,
    /// Pathfinder: approximate.
    Pathfinder,
}

impl Approach {
    /// Name in files.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Nuts => "nuts",
            Self::Laplace => "laplace",
            Self::Pathfinder => "pathfinder",
        }
    }

    fn method(self) -> Method {
        match self {
            Self::Nuts => Method::Nuts,
            Self::Laplace => Method::Laplace,
            Self::Pathfinder => Method::Pathfinder,
        }
    }

    /// Draws in all.
    pub(super) fn draws(self, sampling: &Sampling) -> usize {
        sampling.chains * sampling.draws
    }
}

/// Fits and reads off. `multiples` are those that curves are wanted at.
pub(super) fn answer(
    panel: &Panel,
    spec: &Spec,
    approach: Approach,
    seed: u64,
    (horizon, multiples): (usize, &[f64]),
    cancel: &AtomicBool,
) -> Result<Answer, Stop> {
    let (clock, chains) = (ThreadTime::now(), ChainClock::default());
    let settings = FitSettings {
        sampling: spec.sampling.clone(),
        seed,
        threads: 1,
        warm: None,
        patience: None,
    };
    let search = Search {
        method: approach.method(),
        settings: &settings,
        approximate_draws: approach.draws(&spec.sampling),
    };
    let learnt = match learn(spec, panel, search, &chains, cancel) {
        Err(FitError::Sample(SampleError::Cancelled)) => return Err(Stop::Cancelled),
        other => other.map_err(|e| Stop::failed(&e))?,
    };
    if learnt.interrupted() {
        return Err(Stop::Cancelled);
    }
    let cpu_seconds = clock.elapsed().as_secs_f64() + chains.seconds();
    let Returns { channels, total } = returns(&learnt);
    let fits = || learnt.members.iter().map(|m| &m.fitted);
    let outlook = outlook(&learnt, horizon).map_err(|e| Stop::failed(&e))?;
    let divergences = fits().flat_map(|f| &f.facts).map(|f| f.divergences).sum();
    Ok(Answer {
        returns: channels,
        total: total.mean,
        curves: Some(curves(&learnt, panel.channels.len(), horizon, multiples)),
        outlook: Some(Box::new(outlook)),
        cpu_seconds,
        divergences: (approach == Approach::Nuts).then_some(divergences),
        khat: fits().filter_map(|f| f.khat).reduce(f64::max),
        structures: learnt.members.iter().map(|m| (m.name.clone(), m.weight)).collect(),
    })
}

/// Posterior mean of the next quarter's outcome per paid channel and multiple.
fn curves(learnt: &Ensemble, channels: usize, horizon: usize, multiples: &[f64]) -> Vec<Vec<f64>> {
    let some = learnt.thinned(CURVE_DRAWS);
    let draws = learnt.explain_some(&some, |explainer, draw| -> Vec<Vec<f64>> {
        (0..channels).map(|channel| explainer.next(draw, channel, horizon, multiples)).collect()
    });
    let mut mean = vec![vec![0.0; multiples.len()]; channels];
    for draw in &draws {
        for (mean, own) in mean.iter_mut().zip(draw) {
            mean.iter_mut().zip(own).for_each(|(m, v)| *m += v / draws.len() as f64);
        }
    }
    mean
}

/// CPU seconds of the chains: each runs on a thread of its own, whose clock it reads itself.
#[derive(Default)]
struct ChainClock {
    threads: Mutex<HashMap<ThreadId, f64>>,
}

impl ChainClock {
    fn seconds(&self) -> f64 {
        self.threads.lock().map_or(0.0, |threads| threads.values().sum())
    }
}

impl Observer for ChainClock {
    fn progress(&self, _progress: &Progress) {
        let seconds = ThreadTime::now().as_duration().as_secs_f64();
        if let Ok(mut threads) = self.threads.lock() {
            threads.insert(thread::current().id(), seconds);
        }
    }
}
