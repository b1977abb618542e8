use proptest::prelude::*;

use super::*;

fn problem(values: &[f64], n: usize, p: usize) -> (Vec<f64>, Vec<f64>) {
    let design: Vec<f64> = values[..n * p].iter().map(|v| 100.0 * v + 30.0).collect();
    let y = (0..n).map(|t| {
        let signal: f64 = (0..p).map(|j| (j as f64 - 1.5) * design[j * n + t]).sum();
        1000.0 + signal + 40.0 * values[n * p + t]
    });
    (design.clone(), y.collect())
}

/// Largest violation of the optimality conditions, relative to the gradient at zero.
fn kkt_violation(
    design: &[f64],
    y: &[f64],
    lambda: f64,
    bounds: &[Bounds],
    solver: &RidgeSolver,
) -> f64 {
    let (n, p) = (y.len(), bounds.len());
    let mean = |v: &[f64]| v.iter().sum::<f64>() / n as f64;
    let sd = |v: &[f64]| {
        let m = mean(v);
        (v.iter().map(|x| (x - m).powi(2)).sum::<f64>() / n as f64).sqrt()
    };
    let scale_y = if solver.has_intercept() {
        sd(y)
    } else {
        (y.iter().map(|v| v * v).sum::<f64>() / n as f64).sqrt()
    };
    let b = solver.coefficients();
    let residual: Vec<f64> = (0..n)
        .map(|t| y[t] - solver.intercept() - (0..p).map(|j| b[j] * design[j * n + t]).sum::<f64>())
        .collect();
    let mut worst = 0.0_f64;
    if solver.has_intercept() {
        worst = mean(&residual).abs() / scale_y;
    }
    for j in 0..p {
        let x = &design[j * n..(j + 1) * n];
        let s = sd(x);
        let pull = x.iter().zip(&residual).map(|(x, r)| x * r).sum::<f64>() / n as f64;
        // Per unit of standardised coefficient, in units of the response's scale.
        let gradient = (pull - lambda / scale_y * s * s * b[j]) / (s * scale_y);
        let at_lower = b[j] <= bounds[j].lower;
        let at_upper = b[j] >= bounds[j].upper;
        let violation = match (at_lower, at_upper) {
            (true, _) => gradient.max(0.0),
            (_, true) => (-gradient).max(0.0),
            _ => gradient.abs(),
        };
        worst = worst.max(violation);
        assert!((bounds[j].lower..=bounds[j].upper).contains(&b[j]));
    }
    worst
}

proptest! {
    #[test]
    fn the_exact_solution_meets_the_optimality_conditions(
        values in prop::collection::vec(-1.0..1.0_f64, 40 * 7),
        log_lambda in -3.0..5.0_f64,
        kinds in prop::collection::vec(0..4_usize, 6),
        offset in -8000.0..3000.0_f64,
    ) {
        let (design, mut y) = problem(&values, 40, 6);
        y.iter_mut().for_each(|v| *v += offset);
        let bounds: Vec<Bounds> = kinds.iter().map(|k| match k {
            0 => Bounds { lower: 0.0, upper: f64::INFINITY },
            1 => Bounds { lower: 0.0, upper: 1.0 },
            2 => Bounds { lower: -1.0, upper: 0.0 },
            _ => Bounds { lower: f64::NEG_INFINITY, upper: f64::INFINITY },
        }).collect();
        let lambda = 10_f64.powf(log_lambda);
        for rule in [InterceptRule::NonNegative, InterceptRule::Free] {
            let mut solver = RidgeSolver::new(40, 6);
            solver.fit(&design, 40, &y, 40, lambda, &bounds, &[], rule, Solver::Exact);
            let violation = kkt_violation(&design, &y, lambda, &bounds, &solver);
            prop_assert!(violation < 1e-11, "{violation}");
            if rule == InterceptRule::NonNegative {
                prop_assert!(solver.intercept() >= 0.0);
            }
        }
    }

    #[test]
    fn both_solvers_agree_on_easy_problems(values in prop::collection::vec(-1.0..1.0_f64, 40 * 7)) {
        let (design, y) = problem(&values, 40, 6);
        let bounds = [Bounds { lower: 0.0, upper: f64::INFINITY }; 6];
        let mut exact = RidgeSolver::new(40, 6);
        let mut peer = RidgeSolver::new(40, 6);
        exact.fit(&design, 40, &y, 40, 10.0, &bounds, &[], InterceptRule::Free, Solver::Exact);
        peer.fit(&design, 40, &y, 40, 10.0, &bounds, &[], InterceptRule::Free, Solver::Glmnet);
        for (a, b) in exact.coefficients().iter().zip(peer.coefficients()) {
            prop_assert!((a - b).abs() < 0.02 * (1.0 + a.abs()), "{a} {b}");
        }
    }
}

#[test]
fn constant_and_duplicate_columns_are_harmless() {
    let x: Vec<f64> = (0..30).map(|t| (t as f64 * 0.7).sin()).collect();
    let mut design = vec![0.1 + 0.2; 30];
    design.extend(&x);
    design.extend(&x);
    let y: Vec<f64> = x.iter().map(|v| 5.0 + 4.0 * v).collect();
    let bounds = [Bounds { lower: 0.0, upper: f64::INFINITY }; 3];
    let mut solver = RidgeSolver::new(30, 3);
    solver.fit(&design, 30, &y, 30, 1e-6, &bounds, &[], InterceptRule::NonNegative, Solver::Exact);
    let b = solver.coefficients();
    assert_eq!(b[0], 0.0);
    // Ridge shares an effect equally between twins.
    assert!((b[1] - b[2]).abs() < 1e-4 && (b[1] + b[2] - 4.0).abs() < 1e-3, "{b:?}");
}

#[test]
fn penalty_factors_are_relative() {
    let design: Vec<f64> = (0..60).map(|i| ((i * i) as f64 * 0.37).sin()).collect();
    let y: Vec<f64> = (0..30).map(|t| 3.0 + design[t] + design[30 + t]).collect();
    let bounds = [Bounds { lower: f64::NEG_INFINITY, upper: f64::INFINITY }; 2];
    let fit = |factors: &[f64]| {
        let mut s = RidgeSolver::new(30, 2);
        s.fit(&design, 30, &y, 30, 0.5, &bounds, factors, InterceptRule::Free, Solver::Exact);
        s.coefficients().to_vec()
    };
    assert_eq!(fit(&[1.0, 1.0]), fit(&[0.5, 0.5]));
    let uneven = fit(&[0.0, 1.0]);
    assert!(uneven[0] > fit(&[1.0, 1.0])[0] && uneven[1] < fit(&[1.0, 1.0])[1]);
}

#[test]
fn lambda_range_ignores_constant_columns() {
    let y = [1.0, 2.0, 3.0, 4.0];
    let columns: [&[f64]; 2] = [&[7.0; 4], &[1.0, 2.0, 3.0, 4.0]];
    let (low, high) = lambda_range(columns.into_iter(), &y);
    // Σ z y = n·sd(y) = 4·√1.25; times 0.1 over 0.001·4.
    assert!((high - 100.0 * 1.25_f64.sqrt()).abs() < 1e-9);
    assert!((low / high - 1e-4).abs() < 1e-15);
}
