//! Cyclic coordinate descent with covariance updates, in glmnet's order.
//!
//! A full sweep over all regressors, then sweeps over those that moved ("entered") until they
//! settle, then a full sweep again, until a full sweep changes nothing. Following the peer's
//! order and start makes its early stop land on the same point.

use super::{Scratch, Standardised};

/// Improves `a` from where it is; ends when no standardised step squared exceeds `threshold`, or
/// after `sweeps` sweeps.
#[inline(always)]
pub(crate) fn solve(
    problem: &Standardised,
    a: &mut [f64],
    scratch: &mut Scratch,
    threshold: f64,
    sweeps: usize,
) {
    let p = problem.p;
    let Scratch { gradient, entered, is_entered, before, .. } = scratch;
    entered.clear();
    is_entered.fill(false);
    for j in 0..p {
        let row = &problem.gram[j * p..(j + 1) * p];
        let fitted: f64 = row.iter().zip(a.iter()).map(|(c, a)| c * a).sum();
        gradient[j] = problem.cross[j] - fitted;
    }
    let mut spent = 0;
    loop {
        let mut largest = 0.0_f64;
        for j in 0..p {
            if !problem.live[j] {
                continue;
            }
            let step = coordinate(problem, j, a, gradient[j]);
            if step == 0.0 {
                continue;
            }
            if !is_entered[j] {
                is_entered[j] = true;
                entered.push(j);
            }
            let row = &problem.gram[j * p..(j + 1) * p];
            largest = largest.max(row[j] * step * step);
            for (g, c) in gradient.iter_mut().zip(row) {
                *g -= c * step;
            }
        }
        spent += 1;
        if largest < threshold || spent >= sweeps {
            return;
        }
        for j in entered.iter() {
            before[*j] = a[*j];
        }
        loop {
            largest = 0.0;
            for &j in entered.iter() {
                let step = coordinate(problem, j, a, gradient[j]);
                if step == 0.0 {
                    continue;
                }
                let row = &problem.gram[j * p..(j + 1) * p];
                largest = largest.max(row[j] * step * step);
                for &k in entered.iter() {
                    gradient[k] -= row[k] * step;
                }
            }
            spent += 1;
            if largest < threshold || spent >= sweeps {
                break;
            }
        }
        for k in (0..p).filter(|k| !is_entered[*k]) {
            let row = &problem.gram[k * p..(k + 1) * p];
            gradient[k] -= entered.iter().map(|j| row[*j] * (a[*j] - before[*j])).sum::<f64>();
        }
        if spent >= sweeps {
            return;
        }
    }
}

/// Minimises along coordinate `j`; returns the step taken.
#[inline(always)]
fn coordinate(problem: &Standardised, j: usize, a: &mut [f64], gradient: f64) -> f64 {
    let curvature = problem.gram[j * problem.p + j];
    let old = a[j];
    let best = (gradient + old * curvature) / (curvature + problem.penalty[j]);
    a[j] = best.min(problem.upper[j]).max(problem.lower[j]);
    a[j] - old
}
