//! Stuck chains: found, started again, given up loudly.

use crate::densities::closure;
use crate::sampling::{assert_moments, run};
use outlay_inference::{DensityError, SampleError, Settings, Silent, Start, StuckReason, sample};
use std::sync::atomic::AtomicBool;

fn quick() -> Settings {
    Settings { warmup: 300, draws: 600, seed: 21, ..Settings::default() }
}

/// Two unit Gaussians 60 apart in each of three dimensions; the second has weight exp(-40).
fn far_poor_mode(x: &[f64], gradient: &mut [f64]) -> Result<f64, DensityError> {
    let square = |center: f64| x.iter().map(|x| (x - center).powi(2)).sum::<f64>();
    let (good, poor) = (-0.5 * square(0.0), -40.0 - 0.5 * square(60.0));
    let (center, value) = if good >= poor { (0.0, good) } else { (60.0, poor) };
    gradient.iter_mut().zip(x).for_each(|(g, x)| *g = center - x);
    Ok(value)
}

#[test]
fn chains_in_a_far_poorer_mode_start_again_in_the_good_one() {
    let target = closure(3, far_poor_mode);
    let start = Start::Points(vec![vec![60.5; 3], vec![59.0; 3], vec![0.5; 3], vec![61.0; 3]]);
    let run = run(&target, &quick(), &start);
    assert_eq!(run.chains.iter().map(|c| c.restarts).collect::<Vec<_>>(), [1, 1, 0, 1]);
    let reason = run.chains[0].restart_reasons[0];
    assert!(matches!(reason, StuckReason::PoorMode { below } if below > 30.0), "{reason}");
    assert!(run.chains.iter().all(|c| c.suspicion.is_none()));
    (0..3).for_each(|i| assert_moments(&run, i, 0.0, 1.0));
}

#[test]
fn without_a_restart_left_the_suspicion_is_reported() {
    let target = closure(3, far_poor_mode);
    let start = Start::Points(vec![vec![60.5; 3], vec![0.5; 3]]);
    let settings = Settings { max_restarts: 0, chains: 2, ..quick() };
    let run = run(&target, &settings, &start);
    assert!(matches!(run.chains[0].suspicion, Some(StuckReason::PoorMode { .. })));
    assert_eq!(run.chains[1].suspicion, None);
}

/// A unit Gaussian for x < 10; beyond it nothing but one single point.
fn trap(x: &[f64], gradient: &mut [f64]) -> Result<f64, DensityError> {
    if x[0] < 10.0 {
        gradient.iter_mut().zip(x).for_each(|(g, x)| *g = -x);
        return Ok(-0.5 * x.iter().map(|x| x * x).sum::<f64>());
    }
    if x != [20.0, 0.0] {
        return Err(DensityError::OutsideSupport("the trap"));
    }
    gradient.fill(1.0);
    Ok(-1.0)
}

#[test]
fn an_immobile_chain_starts_again_near_a_healthy_one() {
    let target = closure(2, trap);
    let start = Start::Points(vec![vec![0.5; 2], vec![20.0, 0.0], vec![-0.5; 2]]);
    let settings = Settings { chains: 3, ..quick() };
    let run = run(&target, &settings, &start);
    assert!(run.abandoned.is_empty());
    assert_eq!(run.chains[1].restarts, 1);
    assert_eq!(run.chains[1].restart_reasons, [StuckReason::Immobile]);
    (0..2).for_each(|i| assert_moments(&run, i, 0.0, 1.0));
    let again = crate::sampling::run(&target, &Settings { threads: 1, ..settings }, &start);
    assert_eq!(again, run);
}

#[test]
fn a_flat_start_is_left_as_well() {
    let target = closure(2, |x, gradient| {
        let square = x.iter().map(|x| x * x).sum::<f64>();
        let flat = square > 1e4;
        gradient.iter_mut().zip(x).for_each(|(g, x)| *g = if flat { 0.0 } else { -x });
        Ok(if flat { -5e3 } else { -0.5 * square })
    });
    let start = Start::Points(vec![vec![0.5; 2], vec![2e3; 2]]);
    let settings = Settings { chains: 2, ..quick() };
    let run = run(&target, &settings, &start);
    assert_eq!(run.chains[1].restart_reasons, [StuckReason::BadStart]);
    (0..2).for_each(|i| assert_moments(&run, i, 0.0, 1.0));
}

#[test]
fn when_nothing_helps_the_run_fails_and_says_why() {
    let target = closure(2, |x, gradient| {
        if x != [20.0, 0.0] {
            return Err(DensityError::OutsideSupport("the trap"));
        }
        gradient.fill(1.0);
        Ok(-1.0)
    });
    let start = Start::Points(vec![vec![20.0, 0.0]]);
    let settings = Settings { chains: 2, max_restarts: 1, ..quick() };
    let error = sample(&target, &settings, &start, &Silent, &AtomicBool::new(false)).unwrap_err();
    assert!(
        matches!(
            error,
            SampleError::AllStuck { chains: 2, restarts: 2, reason: StuckReason::Immobile }
        ),
        "{error}"
    );
}

#[test]
fn starts_at_which_the_density_fails_are_passed_over() {
    let target = closure(2, trap);
    let start = Start::Points(vec![vec![15.0; 2], vec![0.5; 2]]);
    let healthy = run(&target, &quick(), &start);
    assert_eq!(healthy.restarts(), 0);
    let start = Start::Points(vec![vec![15.0; 2]]);
    let error = sample(&target, &quick(), &start, &Silent, &AtomicBool::new(false)).unwrap_err();
    assert!(matches!(error, SampleError::NoValidStart { tried: 1, .. }), "{error}");
}
