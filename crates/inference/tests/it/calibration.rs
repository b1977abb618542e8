//! Simulation-based calibration of exact and of wrong posteriors.

use outlay_inference::sbc::{Simulation, calibrate};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

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
