//! Noise that remembers: a stationary AR(1) within each geo, as a quadratic in its autocorrelation.
//!
//! With innovations of scale `σ`, the precision of a run of observed periods is `Ω(ρ) / σ²`,
//! `Ω = A₀ + ρ A₁ + ρ² A₂`, where `A₀` is the identity on observed cells, `A₁` has -1 between
//! neighbours, and `A₂` counts each cell's later neighbour, less one for the first of a run;
//! `|Ω| = (1 - ρ²)` for every run. A held-out cell ends a run. So `XᵀΩX` is a quadratic too, and
//! its three parts are computed once.

use outlay_stats::simd::dot;

use super::NoiseLaw;
use crate::model::design::Design;

/// Which cells follow each other, and the parts of the Gram matrix that depend on `ρ`.
#[derive(Debug, Clone)]
pub(super) struct Correlation {
    /// 1 where a cell and the one before it are observed, `[geo][period]`.
    linked: Vec<f64>,
    /// Diagonal of `A₂`.
    curvature: Vec<f64>,
    /// Number of runs of observed periods.
    runs: f64,
    /// `XᵀA₁X`, row-major.
    first: Vec<f64>,
    /// `XᵀA₂X`, row-major.
    second: Vec<f64>,
}

impl Correlation {
    /// Prepares a design; `weights` are 1 for observed cells and 0 for held-out ones.
    pub(super) fn new(design: &Design, weights: &[f64]) -> Self {
        let (n, periods) = (weights.len(), design.periods);
        let starts_geo = |cell: usize| cell.is_multiple_of(periods);
        let mut linked = vec![0.0; n];
        for cell in (0..n).filter(|c| !starts_geo(*c)) {
            linked[cell] = weights[cell] * weights[cell - 1];
        }
        let mut curvature = vec![0.0; n];
        let mut runs = 0.0;
        for cell in 0..n {
            let later = linked.get(cell + 1).copied().unwrap_or(0.0);
            let first = weights[cell] - linked[cell];
            runs += first;
            curvature[cell] = later - first;
        }
        let mut own = Self { linked, curvature, runs, first: Vec::new(), second: Vec::new() };
        let p = design.columns.len();
        let dense: Vec<Vec<f64>> =
            design.columns.iter().map(|c| c.dense(design.geos, periods)).collect();
        let (mut first, mut second) = (vec![0.0; p * p], vec![0.0; p * p]);
        let mut scratch = vec![0.0; n];
        for i in 0..p {
            own.neighbours(&dense[i], &mut scratch);
            for j in 0..p {
                first[i * p + j] = dot(&scratch, &dense[j]);
            }
            for ((s, x), c) in scratch.iter_mut().zip(&dense[i]).zip(&own.curvature) {
                *s = x * c;
            }
            for j in 0..p {
                second[i * p + j] = dot(&scratch, &dense[j]);
            }
        }
        (own.first, own.second) = (first, second);
        own
    }

    /// `out = A₁ x`.
    #[inline(always)]
    fn neighbours(&self, x: &[f64], out: &mut [f64]) {
        out.fill(0.0);
        for t in 1..x.len() {
            out[t] -= self.linked[t] * x[t - 1];
            out[t - 1] -= self.linked[t] * x[t];
        }
    }

    /// `out = Ω x` for an `x` that is zero in held-out cells.
    #[inline(always)]
    pub(super) fn apply(&self, rho: f64, x: &[f64], out: &mut [f64]) {
        let n = x.len();
        let square = rho * rho;
        for t in 0..n {
            out[t] = x[t] * (1.0 + square * self.curvature[t]);
        }
        for t in 1..n {
            out[t] -= rho * self.linked[t] * x[t - 1];
        }
        for t in 1..n {
            out[t - 1] -= rho * self.linked[t] * x[t];
        }
    }

    /// Adds `scale · (ρ XᵀA₁X + ρ² XᵀA₂X)` to `gram`.
    #[inline(always)]
    pub(super) fn add_gram(&self, rho: f64, scale: f64, gram: &mut [f64]) {
        let (one, two) = (scale * rho, scale * rho * rho);
        for ((g, a), b) in gram.iter_mut().zip(&self.first).zip(&self.second) {
            *g += one * a + two * b;
        }
    }

    /// `ln |Ω|`.
    #[inline(always)]
    pub(super) fn log_determinant(&self, rho: f64) -> f64 {
        self.runs * (-rho * rho).ln_1p()
    }

    /// Derivative in `ρ` of the log density: of the determinants and of the quadratic form, for
    /// the residual `e` and the covariance `inverse` of the standardised coefficients (scales
    /// `sd`).
    #[inline(always)]
    pub(super) fn gradient(&self, noise: NoiseLaw, e: &[f64], inverse: &[f64], sd: &[f64]) -> f64 {
        let (rho, precision) = (noise.rho, noise.precision());
        let mut quadratic = 0.0;
        for t in 0..e.len() {
            let before = if t > 0 { e[t - 1] } else { 0.0 };
            quadratic += 2.0 * e[t] * (rho * self.curvature[t] * e[t] - self.linked[t] * before);
        }
        let p = sd.len();
        let mut trace = 0.0;
        for i in 0..p {
            let row = i * p..(i + 1) * p;
            let mut sum = 0.0;
            for (((v, a), b), s) in inverse[row.clone()]
                .iter()
                .zip(&self.first[row.clone()])
                .zip(&self.second[row])
                .zip(sd)
            {
                sum += v * (a + 2.0 * rho * b) * s;
            }
            trace += sum * sd[i];
        }
        -noise.power * self.runs * rho / (1.0 - rho * rho) - 0.5 * precision * (quadratic + trace)
    }
}
