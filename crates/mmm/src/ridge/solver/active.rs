//! Primal active-set method for the strictly convex box problem: exact in finitely many steps.
//!
//! With the regressors at a bound held there, the free ones solve a linear system. A step that
//! leaves the box stops at the first bound; when no step is left, a held regressor whose
//! gradient points inward is released (Nocedal and Wright 2006, section 16.5).

use outlay_stats::linalg::{cholesky, solve_lower, solve_upper};

use super::{Scratch, Standardised};

/// Where a regressor stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// Inside of its box.
    Free,
    /// Held at the lower end.
    Lower,
    /// Held at the upper end.
    Upper,
    /// Constant regressor, held at 0.
    Dead,
}

/// Solves from the feasible point `a`; `false` when the system is singular or the steps ran out.
#[inline(always)]
pub(crate) fn solve(problem: &Standardised, a: &mut [f64], scratch: &mut Scratch) -> bool {
    let p = problem.p;
    let Scratch { free, side, factor, target, gradient, .. } = scratch;
    for j in 0..p {
        side[j] = match (problem.live[j], a[j]) {
            (false, _) => Side::Dead,
            (true, v) if v <= problem.lower[j] => Side::Lower,
            (true, v) if v >= problem.upper[j] => Side::Upper,
            (true, _) => Side::Free,
        };
    }
    for _ in 0..10 * p + 20 {
        if !newton(problem, a, side, free, factor, target) {
            return false;
        }
        if let Some((j, bound)) = blocked(problem, a, free, target) {
            a[j] = if bound == Side::Lower { problem.lower[j] } else { problem.upper[j] };
            side[j] = bound;
            continue;
        }
        for (i, &j) in free.iter().enumerate() {
            a[j] = target[i];
        }
        match worst_held(problem, a, side, gradient) {
            Some(j) => side[j] = Side::Free,
            None => return true,
        }
    }
    false
}

/// Solves for the free regressors with the others held; the solution lands in `target`.
#[inline(always)]
fn newton(
    problem: &Standardised,
    a: &[f64],
    side: &[Side],
    free: &mut Vec<usize>,
    factor: &mut [f64],
    target: &mut [f64],
) -> bool {
    let p = problem.p;
    free.clear();
    free.extend((0..p).filter(|j| side[*j] == Side::Free));
    let m = free.len();
    for (i, &j) in free.iter().enumerate() {
        let row = &problem.gram[j * p..(j + 1) * p];
        let mut rhs = problem.cross[j];
        for k in 0..p {
            if matches!(side[k], Side::Lower | Side::Upper) {
                rhs -= row[k] * a[k];
            }
        }
        target[i] = rhs;
        for (l, &k) in free.iter().enumerate() {
            factor[i * m + l] = row[k];
        }
        factor[i * m + i] += problem.penalty[j];
    }
    if cholesky(&mut factor[..m * m], m).is_err() {
        return false;
    }
    solve_lower(factor, m, &mut target[..m]);
    solve_upper(factor, m, &mut target[..m]);
    target[..m].iter().all(|v| v.is_finite())
}

/// Moves the free regressors towards `target` as far as the box allows; the one that stops the
/// move, if any.
#[inline(always)]
fn blocked(
    problem: &Standardised,
    a: &mut [f64],
    free: &[usize],
    target: &[f64],
) -> Option<(usize, Side)> {
    let mut share = 1.0_f64;
    let mut first = None;
    for (i, &j) in free.iter().enumerate() {
        let (limit, side) = if target[i] < problem.lower[j] {
            (problem.lower[j], Side::Lower)
        } else if target[i] > problem.upper[j] {
            (problem.upper[j], Side::Upper)
        } else {
            continue;
        };
        let reach = ((limit - a[j]) / (target[i] - a[j])).clamp(0.0, 1.0);
        if reach < share || first.is_none() {
            share = share.min(reach);
            first = Some((j, side));
        }
    }
    if first.is_some() {
        for (i, &j) in free.iter().enumerate() {
            a[j] += share * (target[i] - a[j]);
            a[j] = a[j].clamp(problem.lower[j], problem.upper[j]);
        }
    }
    first
}

/// The held regressor whose release lowers the objective fastest.
#[inline(always)]
fn worst_held(
    problem: &Standardised,
    a: &[f64],
    side: &[Side],
    gradient: &mut [f64],
) -> Option<usize> {
    let p = problem.p;
    let mut worst = (1e-13, None);
    for j in 0..p {
        if !matches!(side[j], Side::Lower | Side::Upper) || problem.lower[j] == problem.upper[j] {
            continue;
        }
        let row = &problem.gram[j * p..(j + 1) * p];
        let fitted: f64 = row.iter().zip(a).map(|(c, a)| c * a).sum();
        gradient[j] = problem.cross[j] - fitted - problem.penalty[j] * a[j];
        let inward = if side[j] == Side::Lower { gradient[j] } else { -gradient[j] };
        if inward > worst.0 {
            worst = (inward, Some(j));
        }
    }
    worst.1
}
