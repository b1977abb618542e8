//! Progress, cancellation and panics.

use crate::densities::{Autoregressive, closure};
use outlay_inference::{
    DensityError, Observer, Phase, Progress, SampleError, Settings, Silent, Start, sample,
};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// Cancels when a chain has done `iteration` iterations of `phase`, and notes all progress.
struct Stopper<'a> {
    cancel: &'a AtomicBool,
    phase: Phase,
    iteration: usize,
    seen: Mutex<Vec<Progress>>,
}

impl Observer for Stopper<'_> {
    fn progress(&self, progress: &Progress) {
        if progress.phase == self.phase && progress.iteration >= self.iteration {
            self.cancel.store(true, Ordering::Relaxed);
        }
        self.seen.lock().unwrap().push(*progress);
    }
}

/// A Gaussian that takes long enough for all chains to get their turns.
fn slow(x: &[f64], gradient: &mut [f64]) -> Result<f64, DensityError> {
    let work = (0..1000).fold(x[0], |sum: f64, _| (sum + 0.1).sin());
    std::hint::black_box(work);
    gradient.iter_mut().zip(x).for_each(|(g, x)| *g = -x);
    Ok(-0.5 * x.iter().map(|x| x * x).sum::<f64>())
}

fn stopped_at(phase: Phase, iteration: usize) -> Result<outlay_inference::Run, SampleError> {
    let cancel = AtomicBool::new(false);
    let observer = Stopper { cancel: &cancel, phase, iteration, seen: Mutex::default() };
    let settings = Settings { warmup: 100, draws: 100_000, threads: 2, ..Settings::default() };
    let start = Start::Points(vec![vec![0.5; 3]]);
    sample(&closure(3, slow), &settings, &start, &observer, &cancel)
}

#[test]
fn a_cancelled_run_keeps_what_was_drawn() {
    let run = stopped_at(Phase::Sampling, 200).unwrap();
    assert!(run.interrupted);
    assert!((100..1000).contains(&run.draws()), "{} draws", run.draws());
    assert!(run.chains.len() >= 2, "{} chains", run.chains.len());
    for chain in &run.chains {
        assert_eq!(chain.positions.len(), chain.draws() * 3);
        assert_eq!(chain.draws(), run.draws());
        assert_eq!(chain.energy.len(), run.draws());
        assert_eq!(chain.leapfrogs.len(), run.draws());
    }
}

#[test]
fn the_kept_draws_of_a_cancelled_run_are_those_of_the_whole_run() {
    let cut = stopped_at(Phase::Sampling, 200).unwrap();
    let settings = Settings { warmup: 100, draws: 1000, ..Settings::default() };
    let start = Start::Points(vec![vec![0.5; 3]]);
    let whole =
        sample(&closure(3, slow), &settings, &start, &Silent, &AtomicBool::new(false)).unwrap();
    for cut in &cut.chains {
        let whole = whole.chains.iter().find(|whole| whole.chain == cut.chain).unwrap();
        assert!(whole.positions.starts_with(&cut.positions));
    }
}

#[test]
fn a_run_cancelled_in_warm_up_has_nothing_to_keep() {
    let error = stopped_at(Phase::WarmUp, 20).unwrap_err();
    assert!(matches!(error, SampleError::Cancelled), "{error}");
}

#[test]
fn progress_of_every_chain_reaches_the_end_of_both_phases() {
    let cancel = AtomicBool::new(false);
    let observer = Stopper {
        cancel: &cancel,
        phase: Phase::Sampling,
        iteration: 9999,
        seen: Mutex::default(),
    };
    let settings = Settings { warmup: 55, draws: 33, threads: 1, ..Settings::default() };
    let start = Start::Points(vec![vec![0.5; 3]]);
    let run = sample(&Autoregressive { dim: 3, rho: 0.5 }, &settings, &start, &observer, &cancel)
        .unwrap();
    assert!(!run.interrupted);
    let seen = observer.seen.into_inner().unwrap();
    for chain in 0..4 {
        let of = |phase| {
            let mine = seen.iter().filter(|p| p.chain == chain && p.phase == phase);
            mine.map(|p| p.iteration).collect::<Vec<_>>()
        };
        assert_eq!(of(Phase::WarmUp), [10, 20, 30, 40, 50, 55]);
        assert_eq!(of(Phase::Sampling), [10, 20, 30, 33]);
    }
    let total: u64 = run.chains.iter().map(|c| c.gradient_evaluations).sum();
    let last = |chain| seen.iter().rfind(|p| p.chain == chain).unwrap().gradient_evaluations;
    assert_eq!((0..4).map(last).sum::<u64>(), total);
}

#[test]
fn a_panic_in_the_density_is_an_error_that_names_the_chain() {
    let target = closure(2, |x, gradient| {
        assert!(x[0] > -1.0, "no such retention");
        gradient.iter_mut().zip(x).for_each(|(g, x)| *g = -x);
        Ok(-0.5 * x.iter().map(|x| x * x).sum::<f64>())
    });
    let start = Start::Points(vec![vec![0.5; 2]]);
    let settings = Settings { chains: 3, threads: 2, ..Settings::default() };
    let error = sample(&target, &settings, &start, &Silent, &AtomicBool::new(false)).unwrap_err();
    assert!(error.to_string().contains("no such retention"), "{error}");
}
