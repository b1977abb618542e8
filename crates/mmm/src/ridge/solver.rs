//! Ridge regression with box bounds, in glmnet's scaling.
//!
//! glmnet (gaussian, alpha = 0) standardises regressors by their 1/n standard deviation `s_j`
//! and divides the response by `s_y`, so that a user's λ acts as `λ / s_y`:
//!
//! `min_b 1/(2n) ‖y - b₀ - Xb‖² + (λ / s_y)/2 · Σ_j v_j (s_j b_j)²`, `l_j <= b_j <= u_j`.
//!
//! With an intercept `s_y` is the standard deviation of the response. Without one nothing is
//! centred, `s_j` stays the *centred* deviation, and `s_y` is the root mean square of the
//! response. (Friedman, Hastie and Tibshirani 2010; scaling of the fit without intercept
//! established on the peer's output.)

mod active;
mod descent;
mod moments;

use super::settings::{InterceptRule, Solver};
use moments::Moments;

/// Problem in standardised coordinates: `min ½ aᵀ(C + diag(penalty))a - gᵀa` within a box.
#[derive(Debug, Clone, Default)]
pub(crate) struct Standardised {
    /// Number of regressors p.
    p: usize,
    /// Second moments C, p × p.
    gram: Vec<f64>,
    /// Moments with the response g.
    cross: Vec<f64>,
    /// Ridge penalty per regressor.
    penalty: Vec<f64>,
    /// Box.
    lower: Vec<f64>,
    /// Box.
    upper: Vec<f64>,
    /// Regressors that vary; the rest keeps a coefficient of 0.
    live: Vec<bool>,
}

/// Bounds and penalty factor of one regressor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// Smallest coefficient, at most 0.
    pub lower: f64,
    /// Largest coefficient, at least 0.
    pub upper: f64,
}

/// Everything a fit needs, kept between fits so that none allocates.
#[derive(Debug, Clone)]
pub struct RidgeSolver {
    moments: Moments,
    problem: Standardised,
    scratch: Scratch,
    solution: Vec<f64>,
    coefficients: Vec<f64>,
    intercept: f64,
    has_intercept: bool,
}

/// Work space of the two algorithms.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scratch {
    gradient: Vec<f64>,
    entered: Vec<usize>,
    is_entered: Vec<bool>,
    before: Vec<f64>,
    free: Vec<usize>,
    side: Vec<active::Side>,
    factor: Vec<f64>,
    target: Vec<f64>,
}

impl RidgeSolver {
    /// A solver for up to `rows` rows and exactly `columns` regressors.
    pub fn new(rows: usize, columns: usize) -> Self {
        let p = columns;
        Self {
            moments: Moments::new(rows, p),
            problem: Standardised {
                p,
                gram: vec![0.0; p * p],
                cross: vec![0.0; p],
                penalty: vec![0.0; p],
                lower: vec![0.0; p],
                upper: vec![0.0; p],
                live: vec![false; p],
            },
            scratch: Scratch {
                gradient: vec![0.0; p],
                entered: Vec::with_capacity(p),
                is_entered: vec![false; p],
                before: vec![0.0; p],
                free: Vec::with_capacity(p),
                side: vec![active::Side::Free; p],
                factor: vec![0.0; p * p],
                target: vec![0.0; p],
            },
            solution: vec![0.0; p],
            coefficients: vec![0.0; p],
            intercept: 0.0,
            has_intercept: true,
        }
    }

    /// Fits the first `n` rows of the column-major design (`stride` rows per column).
    ///
    /// `factors` are penalty factors (empty: all 1); they are scaled to sum to the number of
    /// regressors, as glmnet does. `lambda` is in glmnet's units.
    #[inline(always)]
    pub fn fit(
        &mut self,
        design: &[f64],
        stride: usize,
        y: &[f64],
        n: usize,
        lambda: f64,
        bounds: &[Bounds],
        factors: &[f64],
        rule: InterceptRule,
        solver: Solver,
    ) {
        self.moments.measure(design, stride, y, n);
        self.solve(lambda, bounds, factors, solver, true);
        if self.intercept < 0.0 && rule == InterceptRule::NonNegative {
            self.solve(lambda, bounds, factors, solver, false);
        }
    }

    /// Coefficients on the scale of the design.
    pub fn coefficients(&self) -> &[f64] {
        &self.coefficients
    }

    /// Intercept; 0 when the fit has none.
    pub fn intercept(&self) -> f64 {
        self.intercept
    }

    /// Whether the kept fit has an intercept.
    pub fn has_intercept(&self) -> bool {
        self.has_intercept
    }

    #[inline(always)]
    fn solve(
        &mut self,
        lambda: f64,
        bounds: &[Bounds],
        factors: &[f64],
        solver: Solver,
        intercept: bool,
    ) {
        let p = self.problem.p;
        let scale_y = self.moments.standardise(intercept, &mut self.problem);
        let sum: f64 = factors.iter().sum();
        for j in 0..p {
            let relative = if sum > 0.0 { factors[j] * p as f64 / sum } else { 1.0 };
            self.problem.penalty[j] = relative * lambda / scale_y;
            let unit = self.moments.sd(j) / scale_y;
            self.problem.lower[j] = bounds[j].lower * unit;
            self.problem.upper[j] = bounds[j].upper * unit;
        }
        self.solution.fill(0.0);
        match solver {
            Solver::Glmnet => {
                descent::solve(&self.problem, &mut self.solution, &mut self.scratch, 1e-7, 100_000);
            }
            Solver::Exact => {
                // A few sweeps find most of the bounds that bind; the rest is exact.
                descent::solve(&self.problem, &mut self.solution, &mut self.scratch, 1e-7, 12);
                if !active::solve(&self.problem, &mut self.solution, &mut self.scratch) {
                    let (problem, scratch) = (&self.problem, &mut self.scratch);
                    descent::solve(problem, &mut self.solution, scratch, 1e-20, 20_000);
                }
            }
        }
        let mut level = 0.0;
        for j in 0..p {
            let (a, Bounds { lower, upper }) = (self.solution[j], bounds[j]);
            // Scaling back and forth must neither leave the box nor miss its ends by a rounding
            // error.
            let b = if !self.problem.live[j] {
                0.0
            } else if a == self.problem.lower[j] {
                lower
            } else if a == self.problem.upper[j] {
                upper
            } else {
                (scale_y * a / self.moments.sd(j)).min(upper).max(lower)
            };
            self.coefficients[j] = b;
            level += b * self.moments.mean(j);
        }
        self.has_intercept = intercept;
        self.intercept = if intercept { self.moments.mean_y() - level } else { 0.0 };
    }
}

/// Largest and smallest λ of the search (glmnet's units), from the regressors before
/// saturation: `λ_max = 0.1 · max_j |Σ_t z_jt y_t| / (0.001 n)` with `z` standardised and `y`
/// as it is; `λ_min = 10⁻⁴ λ_max` (Robyn, `lambda_seq`).
///
/// Returns `(lambda_min, lambda_max)`.
pub fn lambda_range<'a>(columns: impl Iterator<Item = &'a [f64]>, y: &[f64]) -> (f64, f64) {
    let n = y.len() as f64;
    let strongest = columns
        .map(|x| {
            let mean = x.iter().sum::<f64>() / n;
            let sd = (x.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt();
            if sd > 1e-12 * mean.abs() && sd > 0.0 {
                x.iter().zip(y).map(|(x, y)| (x - mean) / sd * y).sum::<f64>().abs()
            } else {
                0.0
            }
        })
        .fold(0.0_f64, f64::max);
    let max = 0.1 * strongest / (0.001 * n);
    (1e-4 * max, max)
}

#[cfg(test)]
mod tests;
