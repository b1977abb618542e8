//! Simulation-based calibration of exact and of wrong posteriors.

use crate::densities::closure;
use outlay_inference::sbc::{Simulation, calibrate};
use outlay_inference::{SampleError, Settings, Silent, Start, sample};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;
use std::sync::atomic::AtomicBool;

/// theta ~ N(0, 1), y | theta ~ N(theta, 1): the posterior is N(y / 2, 1 / sqrt(2)).
fn conjugate(seed: u64, spread: f64) -> Simulation {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut normal = || rng.sample::<f64, _>(StandardNormal);
    let truth = normal();
    let y = truth + normal();
    let draws = (0..99).map(|_| 0.5 * y + spread * 0.5f64.sqrt() * normal()).collect();
    Simulation { truth: vec![truth], draws }
}

#[test]
fn exact_posteriors_have_flat_histograms_and_narrow_ones_do_not() {
    let (good, errors) = calibrate(1000, 4, |seed| Ok::<_, ()>(conjugate(seed, 1.0)));
    assert!(errors.is_empty());
    assert_eq!((good.simulations(), good.draws), (1000, 99));
    assert!(good.uniformity(0).unwrap().p_value > 0.001);
    let (narrow, _) = calibrate(1000, 4, |seed| Ok::<_, ()>(conjugate(seed, 0.7)));
    assert!(narrow.uniformity(0).unwrap().p_value < 1e-4);
    let counts = narrow.histogram(0, 10).unwrap().counts;
    assert!(counts[0] > counts[5] && counts[9] > counts[5]);
    assert!(narrow.uniformity(1).is_err());
}

#[test]
fn failures_are_reported_with_their_index_and_change_no_other_rank() {
    let (whole, _) = calibrate(20, 9, |seed| Ok::<_, ()>(conjugate(seed, 1.0)));
    let (rest, errors) = calibrate(20, 9, |seed| {
        let simulation = conjugate(seed, 1.0);
        if simulation.truth[0] > 1.0 { Err("no data") } else { Ok(simulation) }
    });
    assert!(!errors.is_empty() && rest.simulations() > 0);
    assert_eq!(rest.simulations() + errors.len(), 20);
    assert_eq!(rest.incomplete, errors.iter().map(|e| e.0).collect::<Vec<_>>());
    let expected: Vec<usize> = (0..20)
        .filter(|index| !rest.incomplete.contains(index))
        .map(|index| whole.ranks[0][index])
        .collect();
    assert_eq!(rest.ranks[0], expected);
}

#[test]
fn ties_are_broken_uniformly() {
    let constant = |_| Ok::<_, ()>(Simulation { truth: vec![3.0], draws: vec![3.0; 9] });
    let (calibration, _) = calibrate(2000, 1, constant);
    assert!(calibration.uniformity(0).unwrap().p_value > 0.001);
}

/// mu ~ N(0, 1), log sigma ~ N(0, 1/4), five observations of N(mu, sigma), sampled by NUTS.
fn sampled(seed: u64) -> Result<Simulation, SampleError> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut normal = || rng.sample::<f64, _>(StandardNormal);
    let truth = vec![normal(), 0.5 * normal()];
    let observed: Vec<f64> = (0..5).map(|_| truth[0] + truth[1].exp() * normal()).collect();
    let target = closure(2, move |x, gradient| {
        let precision = (-2.0 * x[1]).exp();
        let mut value = -0.5 * x[0] * x[0] - 2.0 * x[1] * x[1] - 5.0 * x[1];
        gradient[0] = -x[0];
        gradient[1] = -4.0 * x[1] - 5.0;
        for y in &observed {
            let residual = y - x[0];
            value -= 0.5 * precision * residual * residual;
            gradient[0] += precision * residual;
            gradient[1] += precision * residual * residual;
        }
        Ok(value)
    });
    let settings =
        Settings { chains: 1, warmup: 300, draws: 490, threads: 1, seed, ..Settings::default() };
    let start = Start::Points(vec![vec![0.1, 0.1]]);
    let run = sample(&target, &settings, &start, &Silent, &AtomicBool::new(false))?;
    let thinned = run.chains[0].positions.chunks_exact(2).step_by(10).flatten().copied();
    Ok(Simulation { truth, draws: thinned.collect() })
}

#[test]
fn the_sampler_is_calibrated() {
    let (calibration, errors) = calibrate(400, 17, sampled);
    assert!(errors.is_empty());
    assert_eq!(calibration.draws, 49);
    for quantity in 0..2 {
        let test = calibration.uniformity(quantity).unwrap();
        assert!(test.p_value > 0.01, "quantity {quantity}: p = {}", test.p_value);
    }
}
