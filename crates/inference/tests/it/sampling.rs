//! The sampler: right moments, reproducibility, counts.

use crate::densities::{Autoregressive, closure};
use outlay_inference::{
    Metric, Run, Settings, Silent, Start, StartSettings, Target, sample, starts,
};
use std::sync::atomic::AtomicBool;

pub(crate) fn run<T: Target>(target: &T, settings: &Settings, start: &Start) -> Run {
    sample(target, settings, start, &Silent, &AtomicBool::new(false)).unwrap()
}

/// Mean and its standard error by batch means, over all chains.
pub(crate) fn mean_and_error(chains: &[Vec<f64>], of: impl Fn(f64) -> f64) -> (f64, f64) {
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

pub(crate) fn assert_moments(run: &Run, index: usize, mean: f64, sd: f64) {
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

#[test]
fn a_mild_funnel_has_its_moments() {
    // v ~ N(0, 1), x_i | v ~ N(0, exp(v / 2)): marginally E[x^2] = E[exp(v)] = exp(1/2).
    let target = closure(6, |x, gradient| {
        let (v, rest) = (x[0], &x[1..]);
        let precision = (-v).exp();
        let square: f64 = rest.iter().map(|x| x * x).sum();
        let n = rest.len() as f64;
        gradient[0] = -v - 0.5 * n + 0.5 * precision * square;
        for (g, x) in gradient[1..].iter_mut().zip(rest) {
            *g = -precision * x;
        }
        Ok(-0.5 * v * v - 0.5 * n * v - 0.5 * precision * square)
    });
    let settings = Settings { target_accept: 0.95, draws: 3000, seed: 5, ..Settings::default() };
    let run = run(&target, &settings, &Start::Points(vec![vec![0.3; 6]]));
    assert_moments(&run, 0, 0.0, 1.0);
    for i in 1..6 {
        assert_moments(&run, i, 0.0, 0.5f64.exp().sqrt());
    }
}

#[test]
fn bijected_parameters_have_the_moments_of_their_own_space() {
    // beta ~ Beta(2, 5) through the logit, scale ~ HalfNormal(3) through the logarithm.
    let target = closure(2, |x, gradient| {
        let beta = 1.0 / (1.0 + (-x[0]).exp());
        let scale = x[1].exp();
        gradient[0] = 2.0 - 7.0 * beta;
        gradient[1] = 1.0 - scale * scale / 9.0;
        Ok(2.0 * beta.ln() + 5.0 * (1.0 - beta).ln() + x[1] - scale * scale / 18.0)
    });
    let settings = Settings { seed: 8, draws: 2000, ..Settings::default() };
    let run = run(&target, &settings, &Start::Points(vec![vec![0.0, 0.0]]));
    let (beta, error) = mean_and_error(&run.parameter(0), |x| 1.0 / (1.0 + (-x).exp()));
    assert!((beta - 2.0 / 7.0).abs() < 5.0 * error, "{beta} ± {error}");
    let (scale, error) = mean_and_error(&run.parameter(1), f64::exp);
    let expected = 3.0 * (2.0 / std::f64::consts::PI).sqrt();
    assert!((scale - expected).abs() < 5.0 * error, "{scale} ± {error}");
}

#[test]
fn gradient_evaluations_are_those_that_the_density_saw() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};
    let seen = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&seen);
    let target = closure(3, move |x, gradient| {
        counter.fetch_add(1, Ordering::Relaxed);
        gradient.iter_mut().zip(x).for_each(|(g, x)| *g = -x);
        Ok(-0.5 * x.iter().map(|x| x * x).sum::<f64>())
    });
    let settings = Settings { warmup: 100, draws: 100, chains: 2, ..Settings::default() };
    let run = run(&target, &settings, &Start::Points(vec![vec![1.0; 3]]));
    assert_eq!(run.gradient_evaluations, seen.load(Ordering::Relaxed));
    for chain in &run.chains {
        let kept: u64 = chain.leapfrogs.iter().map(|l| u64::from(*l)).sum();
        assert!(chain.gradient_evaluations > kept && kept >= 100);
        assert!(chain.depth.iter().all(|d| *d <= settings.max_depth));
    }
}

#[test]
fn a_warm_start_needs_fewer_evaluations_for_the_same_moments() {
    let target = Autoregressive { dim: 8, rho: 0.95 };
    let settings = Settings { seed: 2, warm_warmup: 100, ..Settings::default() };
    let cold = run(&target, &settings, &Start::Points(vec![vec![0.1; 8]]));
    let json = serde_json::to_string(&cold.warm_start()).unwrap();
    let warm = run(&target, &settings, &Start::Warm(serde_json::from_str(&json).unwrap()));
    assert_eq!(warm.chains[0].warmup, 100);
    assert!(warm.gradient_evaluations < cold.gradient_evaluations * 7 / 10);
    for i in 0..8 {
        assert_moments(&warm, i, target.mean(i), target.sd(i));
    }
}

#[test]
fn starts_are_finite_over_dispersed_and_reproducible() {
    let target = Autoregressive { dim: 6, rho: 0.9 };
    let candidates: Vec<Vec<f64>> = (0..10).map(|k| vec![f64::from(k) - 4.0; 6]).collect();
    let settings = StartSettings { count: 200, ..StartSettings::default() };
    let chosen = starts(&target, &candidates, &settings).unwrap();
    assert_eq!(chosen, starts(&target, &candidates, &settings).unwrap());
    let points = chosen.points();
    assert_eq!(points.len(), 200);
    for i in 0..6 {
        let spread: f64 = points.iter().map(|p| (p[i] - target.mean(i)).powi(2)).sum();
        let sd = (spread / 200.0).sqrt() / target.sd(i);
        assert!((1.0..2.2).contains(&sd), "parameter {i}: {sd} posterior sds");
    }
    let run = run(&target, &Settings { warmup: 300, ..Settings::default() }, &chosen);
    for i in 0..6 {
        assert_moments(&run, i, target.mean(i), target.sd(i));
    }
}
