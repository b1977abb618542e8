//! The sampler: right moments, reproducibility, restarts, cancellation.

use crate::densities::{Autoregressive, closure};
use outlay_inference::{
    DensityError, Metric, Observer, Phase, Progress, Run, SampleError, Settings, Silent, Start,
    StuckReason, sample,
};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

fn run<T: outlay_inference::Target>(target: &T, settings: &Settings, start: &Start) -> Run {
    sample(target, settings, start, &Silent, &AtomicBool::new(false)).unwrap()
}

/// Mean and its standard error by batch means, over all chains.
fn mean_and_error(chains: &[Vec<f64>], of: impl Fn(f64) -> f64) -> (f64, f64) {
    let batches: Vec<f64> = chains
        .iter()
        .flat_map(|chain| chain.chunks_exact(chain.len() / 20))
        .map(|batch| batch.iter().map(|x| of(*x)).sum::<f64>() / batch.len() as f64)
        .collect();
    let n = batches.len() as f64;
    let mean = batches.iter().sum::<f64>() / n;
    let variance = batches.iter().map(|b| (b - mean).powi(2)).sum::<f64>() / (n - 1.0);
    (mean, (variance / n).sqrt())
}

fn assert_moments(run: &Run, index: usize, mean: f64, sd: f64) {
    let chains = run.parameter(index);
    let (found, error) = mean_and_error(&chains, |x| x);
    assert!((found - mean).abs() < 5.0 * error, "mean {index}: {found} ± {error}, not {mean}");
    assert!(error < 0.1 * sd, "mean {index} is known to {error} only, sd {sd}");
    let (square, error) = mean_and_error(&chains, |x| (x - mean).powi(2));
    assert!(
        (square - sd * sd).abs() < 5.0 * error,
        "variance {index}: {square} ± {error}, not {}",
        sd * sd
    );
}

#[test]
fn a_correlated_gaussian_has_its_moments_with_both_metrics() {
    let target = Autoregressive { dim: 10, rho: 0.9 };
    for metric in [Metric::Diagonal, Metric::default()] {
        let settings = Settings { metric, seed: 3, warmup: 500, ..Settings::default() };
        let run = run(&target, &settings, &Start::Points(vec![vec![0.5; 10]]));
        assert_eq!((run.chains.len(), run.draws(), run.divergences()), (4, 1000, 0));
        assert_eq!(run.restarts(), 0);
        for i in 0..10 {
            assert_moments(&run, i, target.mean(i), target.sd(i));
        }
        // E[log density] of a Gaussian without its constant is -dim / 2.
        let log_density: Vec<Vec<f64>> = run.chains.iter().map(|c| c.log_density.clone()).collect();
        let (found, error) = mean_and_error(&log_density, |x| x);
        assert!((found + 5.0).abs() < 5.0 * error, "{found} ± {error}");
    }
}

#[test]
fn draws_are_identical_for_any_number_of_threads() {
    let target = Autoregressive { dim: 4, rho: 0.8 };
    let start = Start::Points(vec![vec![1.0; 4], vec![-1.0; 4]]);
    let settings =
        |threads| Settings { threads, warmup: 200, draws: 150, seed: 11, ..Settings::default() };
    let bytes = |threads| serde_json::to_string(&run(&target, &settings(threads), &start)).unwrap();
    let one = bytes(1);
    assert_eq!(one, bytes(2));
    assert_eq!(one, bytes(4));
    let other = Settings { seed: 12, ..settings(1) };
    assert_ne!(one, serde_json::to_string(&run(&target, &other, &start)).unwrap());
}
