//! Mode search, curvature, Laplace and Pathfinder against exact answers.

use crate::densities::{Autoregressive, closure};
use outlay_inference::{
    Approximation, ApproximationSettings, DensityError, ModeSettings, Outcome, Reliability,
    SampleError, Target, find_mode, laplace, negative_hessian, pathfinder,
};

/// Minus the function of Rosenbrock (1960), in `dim / 2` pairs.
fn rosenbrock(x: &[f64], gradient: &mut [f64]) -> Result<f64, DensityError> {
    let mut value = 0.0;
    for (x, g) in x.chunks_exact(2).zip(gradient.chunks_exact_mut(2)) {
        let (a, b) = (1.0 - x[0], x[1] - x[0] * x[0]);
        value -= a * a + 100.0 * b * b;
        g[0] = 2.0 * a + 400.0 * x[0] * b;
        g[1] = -200.0 * b;
    }
    Ok(value)
}

#[test]
fn the_mode_of_rosenbrocks_valley_is_found() {
    let target = closure(10, rosenbrock);
    let start: Vec<f64> = [-1.2, 1.0].repeat(5);
    let mode = find_mode(&target, &[start], &ModeSettings::default()).unwrap();
    assert_eq!(mode.outcome, Outcome::Converged);
    assert!(mode.position.iter().all(|x| (x - 1.0).abs() < 1e-5), "{:?}", mode.position);
    assert!(mode.gradient_evaluations < 200, "{} evaluations", mode.gradient_evaluations);
}

#[test]
fn the_search_backs_out_of_regions_where_the_density_fails() {
    // log x - x for x > 0, on the bare half line: steps beyond zero fail.
    let target = closure(1, |x, gradient| {
        if x[0] <= 0.0 {
            return Err(DensityError::OutsideSupport("a scale"));
        }
        gradient[0] = 1.0 / x[0] - 1.0;
        Ok(x[0].ln() - x[0])
    });
    let starts = [vec![-1.0], vec![8.0], vec![1e-3]];
    let mode = find_mode(&target, &starts, &ModeSettings::default()).unwrap();
    assert!((mode.position[0] - 1.0).abs() < 1e-4);
    let error = find_mode(&target, &starts[..1], &ModeSettings::default()).unwrap_err();
    assert!(matches!(error, SampleError::NoValidStart { .. }));
}

#[test]
fn differences_of_the_gradient_give_the_precision() {
    let target = Autoregressive { dim: 5, rho: 0.7 };
    let precision = negative_hessian(&mut target.density(), &[0.3; 5]).unwrap();
    let covariance = target.covariance();
    for i in 0..5 {
        for j in 0..5 {
            let product: f64 = (0..5).map(|k| precision[i * 5 + k] * covariance[k * 5 + j]).sum();
            let expected = if i == j { 1.0 } else { 0.0 };
            assert!((product - expected).abs() < 1e-6, "{i} {j}: {product}");
        }
    }
}

#[test]
fn curvature_is_right_for_parameters_of_very_different_scale() {
    let scales = [1e-7, 1.0, 1e5];
    let mut density = closure(3, move |x, gradient| {
        let mut value = 0.0;
        for ((x, g), s) in x.iter().zip(gradient).zip(scales) {
            value -= (x / s).cosh().ln();
            *g = -(x / s).tanh() / s;
        }
        Ok(value)
    })
    .density();
    let precision = negative_hessian(&mut density, &[0.0; 3]).unwrap();
    for (i, s) in scales.iter().enumerate() {
        let relative = precision[i * 4] * s * s;
        // The largest scale is only ever seen from a step of 0.1.
        assert!((relative - 1.0).abs() < 1e-4, "scale {s}: {relative}");
    }
}

fn assert_gaussian(approximation: &Approximation, target: &Autoregressive, tolerance: f64) {
    let n = approximation.draws() as f64;
    for i in 0..target.dim {
        let draws = approximation.parameter(i);
        let mean = draws.iter().sum::<f64>() / n;
        let sd = (draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt();
        assert!((mean - target.mean(i)).abs() < tolerance * target.sd(i), "mean {i}: {mean}");
        assert!((sd / target.sd(i) - 1.0).abs() < tolerance, "sd {i}: {sd}");
    }
}

/// Log of the integral of an autoregressive Gaussian's unnormalised density.
fn log_integral(target: &Autoregressive) -> f64 {
    let dim = target.dim as f64;
    let innovations = 0.5 * (dim - 1.0) * (1.0 - target.rho * target.rho).ln();
    let scales: f64 = (0..target.dim).map(|i| target.sd(i).ln()).sum();
    0.5 * dim * std::f64::consts::TAU.ln() + innovations + scales
}

#[test]
fn laplace_is_exact_for_a_gaussian() {
    let target = Autoregressive { dim: 10, rho: 0.9 };
    let settings = ApproximationSettings { draws: 4000, ..ApproximationSettings::default() };
    let found = laplace(&target, &[vec![0.0; 10]], &settings).unwrap();
    assert!(found.khat < 0.1, "{}", found.label());
    assert_eq!((found.reliability(), found.repaired_directions), (Reliability::Good, 0));
    assert!((found.log_evidence - log_integral(&target)).abs() < 1e-3);
    for (i, scale) in found.geometry.scale.iter().enumerate() {
        assert!((scale / target.sd(i) - 1.0).abs() < 1e-4);
        assert!((found.geometry.center[i] - target.mean(i)).abs() < 1e-3 * target.sd(i));
    }
    assert_gaussian(&found, &target, 0.08);
}

#[test]
fn pathfinder_is_nearly_exact_for_a_gaussian() {
    let target = Autoregressive { dim: 10, rho: 0.5 };
    let settings = ApproximationSettings { draws: 2000, ..ApproximationSettings::default() };
    let found = pathfinder(&target, &[vec![0.0; 10], vec![3.0; 10]], &settings).unwrap();
    assert_eq!(found.reliability(), Reliability::Good, "{}", found.label());
    assert_gaussian(&found, &target, 0.15);
    assert!((found.log_evidence - log_integral(&target)).abs() < 0.15);
    assert_eq!(found, pathfinder(&target, &[vec![0.0; 10], vec![3.0; 10]], &settings).unwrap());
}

#[test]
fn a_saddle_is_repaired_and_reported() {
    // exp(-x^4 + x^2 / 2) has its modes at ±1/2 and a minimum at zero, where the climb begins.
    let target = closure(2, |x, gradient| {
        gradient[0] = x[0] - 4.0 * x[0].powi(3);
        gradient[1] = -x[1];
        Ok(0.5 * x[0] * x[0] - x[0].powi(4) - 0.5 * x[1] * x[1])
    });
    let found = laplace(&target, &[vec![0.0, 1.0]], &ApproximationSettings::default()).unwrap();
    assert_eq!(found.repaired_directions, 1);
    assert!(found.positions.iter().all(|x| x.is_finite()));
}

#[test]
fn pathfinder_stays_out_of_a_spike() {
    // A centred hierarchy has an infinite density where its scale vanishes.
    let target = closure(9, |x, gradient| {
        let (log_scale, effects) = (x[0], &x[1..]);
        let precision = (-2.0 * log_scale).exp();
        let mut value = -0.5 * log_scale * log_scale;
        gradient[0] = -log_scale;
        for (effect, g) in effects.iter().zip(gradient[1..].iter_mut()) {
            value -= log_scale + 0.5 * precision * effect * effect;
            value -= 0.5 * (effect - 0.5).powi(2) / 4.0;
            *g = -precision * effect - (effect - 0.5) / 4.0;
        }
        let square: f64 = effects.iter().map(|e| e * e).sum();
        gradient[0] += precision * square - 8.0;
        Ok(value)
    });
    let start = vec![0.5; 9];
    let peak = find_mode(&target, std::slice::from_ref(&start), &ModeSettings::default()).unwrap();
    let found = pathfinder(&target, &[start], &ApproximationSettings::default()).unwrap();
    assert!(peak.position[0] < -4.0, "the mode is in the spike: {}", peak.position[0]);
    assert!(found.geometry.center[0] > peak.position[0] + 2.0, "{:?}", found.geometry.center);
}
