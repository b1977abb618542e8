//! The concave quadratic program that each step of the search solves, and linear programs as its
//! special case, by an interior-point method (Clarabel).

use clarabel::algebra::CscMatrix;
use clarabel::solver::{
    DefaultSettings, DefaultSolver, IPSolver, NonnegativeConeT, SolverStatus, SupportedConeT,
    ZeroConeT,
};

use crate::polytope::Polytope;

/// A cut: the objective lies below `level + gradient · x`.
#[derive(Debug, Clone)]
pub(crate) struct Cut {
    pub(crate) level: f64,
    pub(crate) gradient: Vec<f64>,
}

impl Cut {
    pub(crate) fn at(&self, x: &[f64]) -> f64 {
        self.level + self.gradient.iter().zip(x).map(|(g, x)| g * x).sum::<f64>()
    }
}

/// Downward curvature: upper triangle `(row, column, value)` with `row ≤ column`, in the
/// polytope's variables.
pub(crate) type Curvature = Vec<(usize, usize, f64)>;

/// Best point, and what its limits are worth.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) x: Vec<f64>,
    /// Per row: the objective gained per unit that its limit is moved (positive at `most`,
    /// negative at `least`).
    pub(crate) prices: Vec<f64>,
    /// Weights of the cuts; they sum to one.
    pub(crate) cuts: Vec<f64>,
}

/// Sizes by which variables and objective are divided, so that the program is of order one.
#[derive(Debug, Clone)]
pub(crate) struct Scales {
    pub(crate) spend: Vec<f64>,
    pub(crate) value: f64,
}

/// Maximises `min over cuts − ½ (x − centre)ᵀ C (x − centre)` over a polytope (its switches are
/// not looked at). `None` when there is no feasible point or the solver gives up.
pub(crate) fn maximise(
    polytope: &Polytope,
    cuts: &[Cut],
    curvature: Option<(&Curvature, &[f64])>,
    scales: &Scales,
) -> Option<Step> {
    let n = polytope.len();
    // Fixed variables are constants.
    let free: Vec<usize> = (0..n).filter(|j| polytope.high[*j] > polytope.low[*j]).collect();
    let mut place = vec![usize::MAX; n];
    for (k, j) in free.iter().enumerate() {
        place[*j] = k;
    }
    let fixed = |j: usize| polytope.low[j];
    let m = free.len();
    let theta = m;
    let s = |j: usize| scales.spend[j];
    let value = scales.value;

    // P and q of `½ zᵀPz + qᵀz`, z = (x/s, θ/value).
    let mut linear = vec![0.0; m + 1];
    linear[theta] = -1.0;
    let (mut pi, mut pj, mut pv) = (Vec::new(), Vec::new(), Vec::new());
    if let Some((entries, centre)) = curvature {
        let mut shift = vec![0.0; n];
        for (a, b, c) in entries {
            let (x, y) = (place[*a], place[*b]);
            if x != usize::MAX && y != usize::MAX {
                let scaled = c * s(*a) * s(*b) / value;
                pi.push(x.min(y));
                pj.push(x.max(y));
                pv.push(scaled);
            }
            let (da, db) = (
                if x == usize::MAX { centre[*a] - fixed(*a) } else { centre[*a] },
                if y == usize::MAX { centre[*b] - fixed(*b) } else { centre[*b] },
            );
            shift[*a] += c * db;
            if a != b {
                shift[*b] += c * da;
            }
        }
        for (k, j) in free.iter().enumerate() {
            linear[k] -= shift[*j] * s(*j) / value;
        }
    }
    let quadratic = CscMatrix::new_from_triplets(m + 1, m + 1, pi, pj, pv);

    let (mut ri, mut ci, mut vals, mut rhs) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut equalities = 0;
    let mut signs: Vec<(usize, f64, f64)> = Vec::new();
    // Equalities first, as the cones are ordered.
    for pass in 0..2 {
        for (index, row) in polytope.rows.iter().enumerate() {
            let equal = row.most.is_finite()
                && row.least.is_finite()
                && row.most - row.least <= 1e-12 * row.most.abs().max(row.least.abs());
            if equal != (pass == 0) {
                continue;
            }
            let constant: f64 = row
                .terms
                .iter()
                .filter(|(j, _)| place[*j] == usize::MAX)
                .map(|(j, a)| a * fixed(*j))
                .sum();
            let terms: Vec<(usize, f64)> = row
                .terms
                .iter()
                .filter(|(j, _)| place[*j] != usize::MAX)
                .map(|(j, a)| (place[*j], a * s(*j)))
                .collect();
            let size = terms.iter().map(|(_, a)| a.abs()).fold(0.0, f64::max);
            if size == 0.0 {
                let scale = row.terms.iter().map(|(j, a)| (a * s(*j)).abs()).fold(1e-300, f64::max);
                if constant > row.most + 1e-7 * scale || constant < row.least - 1e-7 * scale {
                    return None;
                }
                continue;
            }
            for (side, limit) in [(1.0, row.most), (-1.0, row.least)] {
                if !limit.is_finite() || (equal && side < 0.0) {
                    continue;
                }
                for (k, a) in &terms {
                    ri.push(rhs.len());
                    ci.push(*k);
                    vals.push(side * a / size);
                }
                rhs.push(side * (limit - constant) / size);
                signs.push((index, side, size));
                equalities += usize::from(equal);
            }
        }
    }
    let first_bound = rhs.len();
    for (k, j) in free.iter().enumerate() {
        for (side, limit) in [(1.0, polytope.high[*j]), (-1.0, polytope.low[*j])] {
            ri.push(rhs.len());
            ci.push(k);
            vals.push(side);
            rhs.push(side * limit / s(*j));
        }
    }
    let first_cut = rhs.len();
    for cut in cuts {
        let constant: f64 =
            (0..n).filter(|j| place[*j] == usize::MAX).map(|j| cut.gradient[j] * fixed(j)).sum();
        for (k, j) in free.iter().enumerate() {
            ri.push(rhs.len());
            ci.push(k);
            vals.push(-cut.gradient[*j] * s(*j) / value);
        }
        ri.push(rhs.len());
        ci.push(theta);
        vals.push(1.0);
        rhs.push((cut.level + constant) / value);
    }
    let matrix = CscMatrix::new_from_triplets(rhs.len(), m + 1, ri, ci, vals);
    let mut cones: Vec<SupportedConeT<f64>> = Vec::new();
    if equalities > 0 {
        cones.push(ZeroConeT(equalities));
    }
    cones.push(NonnegativeConeT(rhs.len() - equalities));
    let settings = DefaultSettings::<f64> {
        verbose: false,
        max_iter: 100,
        tol_gap_abs: 1e-9,
        tol_gap_rel: 1e-9,
        tol_feas: 1e-9,
        ..DefaultSettings::default()
    };
    let mut solver =
        DefaultSolver::new(&quadratic, &linear, &matrix, &rhs, &cones, settings).ok()?;
    solver.solve();
    let solution = &solver.solution;
    if !matches!(solution.status, SolverStatus::Solved | SolverStatus::AlmostSolved) {
        return None;
    }
    let mut x = polytope.low.clone();
    for (k, j) in free.iter().enumerate() {
        x[*j] = (solution.x[k] * s(*j)).clamp(polytope.low[*j], polytope.high[*j]);
    }
    let mut prices = vec![0.0; polytope.rows.len()];
    for ((index, side, size), dual) in signs.iter().zip(&solution.z[..first_bound]) {
        prices[*index] += side * dual * value / size;
    }
    let mut weights: Vec<f64> = solution.z[first_cut..].iter().map(|z| z.max(0.0)).collect();
    let sum: f64 = weights.iter().sum();
    if sum > 0.0 {
        weights.iter_mut().for_each(|w| *w /= sum);
    } else if let Some(last) = weights.last_mut() {
        *last = 1.0;
    }
    Some(Step { x, prices, cuts: weights })
}

/// An upper bound on what the cuts allow over the polytope, by weak duality: it holds whatever
/// the prices, and is tight where they are right.
pub(crate) fn bound(polytope: &Polytope, cuts: &[Cut], step: &Step) -> f64 {
    let mut total = 0.0;
    let mut slope = vec![0.0; polytope.len()];
    for (cut, weight) in cuts.iter().zip(&step.cuts) {
        total += weight * cut.level;
        for (s, g) in slope.iter_mut().zip(&cut.gradient) {
            *s += weight * g;
        }
    }
    for (row, price) in polytope.rows.iter().zip(&step.prices) {
        // A price with the wrong sign for a limit that does not exist bounds nothing.
        let limit = if *price >= 0.0 { row.most } else { row.least };
        if !limit.is_finite() || *price == 0.0 {
            continue;
        }
        total += price * limit;
        for (j, a) in &row.terms {
            slope[*j] -= price * a;
        }
    }
    let ends = slope.iter().zip(&polytope.low).zip(&polytope.high);
    total + ends.map(|((s, low), high)| (s * low).max(s * high)).sum::<f64>()
}
