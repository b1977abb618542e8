//! Chains that draw on until it is enough.

use crate::densities::{Autoregressive, closure};
use outlay_inference::{
    ChainDraws, Observer, Phase, Progress, Run, Settings, Silent, Start, sample, sample_until,
};
use std::cell::Cell;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

const TARGET: Autoregressive = Autoregressive { dim: 3, rho: 0.7 };

fn settings(draws: usize, max_thin: usize) -> Settings {
    Settings { warmup: 100, draws, max_thin, threads: 2, seed: 5, ..Settings::default() }
}

fn start() -> Start {
    Start::Points(vec![vec![0.5; 3]])
}

/// A run in which it is enough when asked for the `yes`-th time; and how often it was asked.
fn until(yes: usize, settings: &Settings) -> (Run, usize) {
    let asked = Cell::new(0);
    let enough = |chains: &[&ChainDraws]| {
        assert_eq!(chains.len(), 4);
        assert!(chains.iter().all(|c| c.draws() == settings.draws));
        asked.set(asked.get() + 1);
        asked.get() >= yes
    };
    let never = AtomicBool::new(false);
    let run = sample_until(&TARGET, settings, &start(), &Silent, &never, &enough).unwrap();
    (run, asked.get())
}

fn every_nth(long: &ChainDraws, n: usize) -> Vec<f64> {
    let draws = long.positions.chunks_exact(3).skip(n - 1).step_by(n);
    draws.flatten().copied().collect()
}

#[test]
fn what_is_kept_are_the_draws_of_a_longer_run() {
    let long = sample(&TARGET, &settings(400, 1), &start(), &Silent, &AtomicBool::new(false));
    let long = long.unwrap();
    for (yes, thin) in [(1, 1), (2, 2), (3, 4)] {
        let (run, asked) = until(yes, &settings(100, 8));
        assert_eq!((run.draws(), asked), (100, yes));
        for (own, long) in run.chains.iter().zip(&long.chains) {
            assert_eq!(own.thin, thin);
            let through = thin * 100;
            assert_eq!(own.positions, every_nth(long, thin)[..3 * 100], "thin {thin}");
            let energies = long.energy[..through].iter().skip(thin - 1).step_by(thin);
            assert!(own.energy.iter().eq(energies));
            for length in [own.divergent.len(), own.leapfrogs.len(), own.depth.len()] {
                assert_eq!(length, 100);
            }
        }
    }
}

#[test]
fn chains_draw_on_no_longer_than_may_be() {
    for (max_thin, thin, asks) in [(1, 1, 0), (2, 2, 1), (7, 4, 2)] {
        let (run, asked) = until(usize::MAX, &settings(50, max_thin));
        assert_eq!((run.chains[0].thin, asked), (thin, asks));
        assert!(!run.interrupted);
    }
    assert!(settings(50, 0).validate().unwrap_err().to_string().contains("max_thin"));
}

/// Cancels when a chain has made `at` draws, and notes all progress.
struct Stopper<'a> {
    cancel: &'a AtomicBool,
    at: usize,
    seen: Mutex<Vec<Progress>>,
}

impl Observer for Stopper<'_> {
    fn progress(&self, progress: &Progress) {
        if progress.phase == Phase::Sampling && progress.iteration >= self.at {
            self.cancel.store(true, Ordering::Relaxed);
        }
        self.seen.lock().unwrap().push(*progress);
    }
}

#[test]
fn progress_goes_on_where_it_was() {
    let cancel = AtomicBool::new(false);
    let observer = Stopper { cancel: &cancel, at: usize::MAX, seen: Mutex::default() };
    let run =
        sample_until(&TARGET, &settings(20, 4), &start(), &observer, &cancel, &|_| false).unwrap();
    let seen = observer.seen.into_inner().unwrap();
    let mine: Vec<_> = seen
        .iter()
        .filter(|p| p.chain == 1 && p.phase == Phase::Sampling)
        .map(|p| (p.iteration, p.total))
        .collect();
    let expected = [(10, 20), (20, 20), (30, 40), (40, 40), (50, 80), (60, 80), (70, 80), (80, 80)];
    assert_eq!(mine, expected);
    let total: u64 = run.chains.iter().map(|c| c.gradient_evaluations).sum();
    assert_eq!(total + 1, run.gradient_evaluations, "one more looked at the start");
}

#[test]
fn cancelled_while_drawing_on_what_was_kept_before_counts() {
    let cancel = AtomicBool::new(false);
    let observer = Stopper { cancel: &cancel, at: 130, seen: Mutex::default() };
    let run =
        sample_until(&TARGET, &settings(100, 4), &start(), &observer, &cancel, &|_| false).unwrap();
    assert!(run.interrupted);
    let whole = sample(&TARGET, &settings(100, 1), &start(), &Silent, &AtomicBool::new(false));
    for (own, whole) in run.chains.iter().zip(&whole.unwrap().chains) {
        assert_eq!((own.thin, &own.positions), (1, &whole.positions));
    }
    assert_eq!(run.chains.len(), 4);
}

#[test]
fn a_chain_that_gets_stuck_while_drawing_on_is_told_and_nothing_is_lost() {
    // After its first draws the density turns into a wall for whoever asks.
    let wall = AtomicBool::new(false);
    let target = closure(3, |x: &[f64], gradient: &mut [f64]| {
        gradient.iter_mut().zip(x).for_each(|(g, x)| *g = -x);
        let far = if wall.load(Ordering::Relaxed) { 1e6 } else { 1.0 };
        gradient.iter_mut().for_each(|g| *g *= far);
        Ok(-0.5 * far * x.iter().map(|x| x * x).sum::<f64>())
    });
    let enough = |_: &[&ChainDraws]| {
        wall.store(true, Ordering::Relaxed);
        false
    };
    let never = AtomicBool::new(false);
    let settings = settings(400, 4);
    let run = sample_until(&target, &settings, &start(), &Silent, &never, &enough).unwrap();
    assert!(!run.interrupted);
    assert_eq!((run.draws(), run.chains.len()), (400, 4));
    assert!(run.chains.iter().all(|c| c.thin == 1 && c.suspicion.is_some()));
}
