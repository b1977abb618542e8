//! Noise that remembers, and that geos share.
//!
//! Within each geo the noise is a stationary AR(1): with innovations of scale `σ`, the precision
//! of a run of observed periods is `Ω(ρ) / σ²`, `Ω = A₀ + ρ A₁ + ρ² A₂`, where `A₀` is the
//! identity on observed cells, `A₁` has -1 between neighbours, and `A₂` counts each cell's later
//! neighbour, less one for the first of a run; `|Ω| = 1 - ρ²` for every run. A held-out cell ends
//! a run.
//!
//! Innovations of `G` geos may have a part of scale `τσ` in common. By the matrix inversion lemma
//! that takes `κ` times the form of the sum over geos away, `κ = τ² / (1 + G τ²)`, and
//! divides the determinant by `1 + G τ²` for every period.
//!
//! So the Gram matrix of a design is a quadratic in `ρ`, linear in `κ`, whose parts are computed
//! once.

use outlay_stats::simd::dot;

use super::NoiseLaw;
use crate::model::design::Design;

/// Which periods follow each other in some series, and a design's Gram matrices over them.
#[derive(Debug, Clone)]
struct Runs {
    /// 1 where a cell and the one before it are observed.
    linked: Vec<f64>,
    /// Diagonal of `A₂`.
    curvature: Vec<f64>,
    /// Number of runs.
    count: f64,
    /// `XᵀA₀X`, `XᵀA₁X`, `XᵀA₂X`, row-major.
    gram: [Vec<f64>; 3],
}

impl Runs {
    /// From columns that are zero in held-out cells, in series of `periods`.
    fn new(columns: &[Vec<f64>], weights: &[f64], periods: usize) -> Self {
        let n = weights.len();
        let mut linked = vec![0.0; n];
        for cell in (0..n).filter(|c| !c.is_multiple_of(periods)) {
            linked[cell] = weights[cell] * weights[cell - 1];
        }
        let mut curvature = vec![0.0; n];
        let mut count = 0.0;
        for cell in 0..n {
            let later = linked.get(cell + 1).copied().unwrap_or(0.0);
            let first = weights[cell] - linked[cell];
            count += first;
            curvature[cell] = later - first;
        }
        let p = columns.len();
        let mut gram = [vec![0.0; p * p], vec![0.0; p * p], vec![0.0; p * p]];
        let mut scratch = vec![0.0; n];
        for (i, column) in columns.iter().enumerate() {
            for (power, gram) in gram.iter_mut().enumerate() {
                match power {
                    0 => scratch.copy_from_slice(column),
                    1 => {
                        scratch.fill(0.0);
                        for t in 1..n {
                            scratch[t] -= linked[t] * column[t - 1];
                            scratch[t - 1] -= linked[t] * column[t];
                        }
                    }
                    _ => {
                        for ((s, x), c) in scratch.iter_mut().zip(column).zip(&curvature) {
                            *s = x * c;
                        }
                    }
                }
                for (j, other) in columns.iter().enumerate() {
                    gram[i * p + j] = dot(&scratch, other);
                }
            }
        }
        Self { linked, curvature, count, gram }
    }

    /// `out = Ω x` for an `x` that is zero in held-out cells.
    #[inline(always)]
    fn apply(&self, rho: f64, x: &[f64], out: &mut [f64]) {
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

    /// `eᵀ (A₁ + 2ρ A₂) e`.
    #[inline(always)]
    fn slope(&self, rho: f64, e: &[f64]) -> f64 {
        let mut sum = 0.0;
        for t in 0..e.len() {
            let before = if t > 0 { e[t - 1] } else { 0.0 };
            sum += 2.0 * e[t] * (rho * self.curvature[t] * e[t] - self.linked[t] * before);
        }
        sum
    }

    /// `tr(V XᵀA₀X)`, `tr(V XᵀA₁X)`, `tr(V XᵀA₂X)` for a symmetric `V`.
    #[inline(always)]
    fn traces(&self, v: &[f64], p: usize) -> [f64; 3] {
        let mut traces = [0.0; 3];
        for i in 0..p {
            let cells = i * p + i..(i + 1) * p;
            let row = &v[cells.clone()];
            for (trace, gram) in traces.iter_mut().zip(&self.gram) {
                let gram = &gram[cells.clone()];
                *trace += 2.0 * dot(row, gram) - row[0] * gram[0];
            }
        }
        traces
    }
}

/// What geos share.
#[derive(Debug, Clone)]
struct Common {
    /// The national sums.
    runs: Runs,
    /// Geos that are observed.
    geos: f64,
    /// Periods that are observed.
    periods: f64,
    /// 1 for observed cells.
    weights: Vec<f64>,
}

/// The noise of a design.
#[derive(Debug, Clone)]
pub(super) struct Correlation {
    own: Runs,
    common: Option<Common>,
}

/// Scratch memory of one evaluation: national sums of a series, and their product with `Ω`.
#[derive(Debug, Clone)]
pub(super) struct Sums {
    sum: Vec<f64>,
    weighted: Vec<f64>,
}

impl Correlation {
    /// Prepares a design; `weights` are 1 for observed cells and 0 for held-out ones. With
    /// `common`, geos share a part of their innovations; then the same geos must be observed in
    /// every observed period.
    pub(super) fn new(design: &Design, weights: &[f64], common: bool) -> Self {
        let (geos, periods) = (design.geos, design.periods);
        let masked = |mut column: Vec<f64>| {
            column.iter_mut().zip(weights).for_each(|(v, w)| *v *= w);
            column
        };
        let columns: Vec<Vec<f64>> =
            design.columns.iter().map(|c| masked(c.dense(geos, periods))).collect();
        let own = Runs::new(&columns, weights, periods);
        let common = common.then(|| {
            let sums: Vec<Vec<f64>> = columns.iter().map(|c| national(c, periods)).collect();
            let observed: Vec<f64> =
                national(weights, periods).iter().map(|w| f64::from(*w > 0.0)).collect();
            Common {
                runs: Runs::new(&sums, &observed, periods),
                geos: national(weights, periods).into_iter().fold(0.0, f64::max),
                periods: observed.iter().sum(),
                weights: weights.to_vec(),
            }
        });
        Self { own, common }
    }

    pub(super) fn sums(&self, periods: usize) -> Sums {
        Sums { sum: vec![0.0; periods], weighted: vec![0.0; periods] }
    }

    /// `out = Ω x` for an `x` that is zero in held-out cells; leaves the national sums of `x` and
    /// their own product in `sums`.
    #[inline(always)]
    pub(super) fn apply(&self, noise: NoiseLaw, x: &[f64], sums: &mut Sums, out: &mut [f64]) {
        self.own.apply(noise.rho, x, out);
        let Some(common) = &self.common else { return };
        let periods = sums.sum.len();
        sums.sum.fill(0.0);
        for row in x.chunks_exact(periods) {
            sums.sum.iter_mut().zip(row).for_each(|(s, x)| *s += x);
        }
        common.runs.apply(noise.rho, &sums.sum, &mut sums.weighted);
        let kappa = common.kappa(noise);
        let rows = out.chunks_exact_mut(periods).zip(common.weights.chunks_exact(periods));
        for (row, weights) in rows {
            for ((o, q), w) in row.iter_mut().zip(&sums.weighted).zip(weights) {
                *o -= kappa * q * w;
            }
        }
    }

    /// What `XᵀΩX` has beyond `XᵀX`: weights and symmetric matrices to be summed.
    #[inline(always)]
    pub(super) fn grams(&self, noise: NoiseLaw) -> impl Iterator<Item = (f64, &[f64])> {
        let rho = noise.rho;
        let own = [rho, rho * rho].into_iter().zip(&self.own.gram[1..]);
        let common = self.common.iter().flat_map(move |common| {
            let kappa = common.kappa(noise);
            [-kappa, -kappa * rho, -kappa * rho * rho].into_iter().zip(&common.runs.gram)
        });
        own.chain(common).map(|(weight, gram)| (weight, gram.as_slice()))
    }

    /// `ln |Ω|`.
    #[inline(always)]
    pub(super) fn log_determinant(&self, noise: NoiseLaw) -> f64 {
        let shared = self
            .common
            .as_ref()
            .map_or(0.0, |c| c.periods * (c.geos * noise.common * noise.common).ln_1p());
        self.own.count * (-noise.rho * noise.rho).ln_1p() - shared
    }

    /// Derivatives in `ρ` and `τ` of the log density, for the residual `e` (whose national sums
    /// [`Self::apply`] left in `sums`) and the covariance of the coefficients.
    #[inline(always)]
    pub(super) fn gradient(
        &self,
        noise: NoiseLaw,
        e: &[f64],
        sums: &Sums,
        covariance: &[f64],
    ) -> (f64, f64) {
        let NoiseLaw { rho, common: tau, power, .. } = noise;
        let precision = noise.precision();
        let p = covariance.len().isqrt();
        let [_, first, second] = self.own.traces(covariance, p);
        let mut d_rho = self.own.slope(rho, e) + first + 2.0 * rho * second;
        let mut d_tau = 0.0;
        if let Some(common) = &self.common {
            let runs = &common.runs;
            let [zeroth, first, second] = runs.traces(covariance, p);
            let slope = runs.slope(rho, &sums.sum) + first + 2.0 * rho * second;
            d_rho -= common.kappa(noise) * slope;
            let spread = zeroth + rho * first + rho * rho * second;
            let form = dot(&sums.sum, &sums.weighted) + spread;
            let widened = 1.0 + common.geos * tau * tau;
            d_tau = tau / (widened * widened) * precision * form
                - power * common.periods * common.geos * tau / widened;
        }
        let d_rho = -power * self.own.count * rho / (1.0 - rho * rho) - 0.5 * precision * d_rho;
        (d_rho, d_tau)
    }
}

impl Common {
    #[inline(always)]
    fn kappa(&self, noise: NoiseLaw) -> f64 {
        let square = noise.common * noise.common;
        square / (1.0 + self.geos * square)
    }
}

/// Sums over geos.
fn national(values: &[f64], periods: usize) -> Vec<f64> {
    let mut sums = vec![0.0; periods];
    for row in values.chunks_exact(periods) {
        sums.iter_mut().zip(row).for_each(|(s, v)| *s += v);
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use outlay_stats::linalg::{cholesky, log_determinant, solve_lower};

    /// Stationary AR(1) noise of three geos with shared innovations, five periods, written out as a
    /// covariance; the third period and the second geo are not observed.
    #[test]
    fn the_form_is_that_of_the_dense_covariance() {
        let (geos, periods) = (3, 5);
        let noise = NoiseLaw { sigma: 0.7, rho: 0.6, common: 0.8, power: 1.0 };
        let kept = |g: usize, t: usize| g != 1 && t != 2;
        let weights: Vec<f64> =
            (0..15).map(|i| f64::from(kept(i / periods, i % periods))).collect();
        let design = Design { columns: Vec::new(), lead: 0, geos, periods };
        let correlation = Correlation::new(&design, &weights, true);
        let x: Vec<f64> = weights.iter().enumerate().map(|(i, w)| w * (i as f64).sin()).collect();
        let (mut sums, mut out) = (correlation.sums(periods), vec![0.0; 15]);
        correlation.apply(noise, &x, &mut sums, &mut out);
        let variance = noise.sigma * noise.sigma;
        let found = dot(&x, &out) / variance;

        let cells: Vec<usize> = (0..15).filter(|i| weights[*i] > 0.0).collect();
        let n = cells.len();
        let mut covariance = vec![0.0; n * n];
        for (i, a) in cells.iter().enumerate() {
            for (j, b) in cells.iter().enumerate() {
                let (s, t) = (a % periods, b % periods);
                // The gap ends a run: what lies before and after it is taken as independent.
                if (s < 2) != (t < 2) {
                    continue;
                }
                let shared = noise.common * noise.common;
                let own = f64::from(a / periods == b / periods);
                let lag = s.abs_diff(t) as i32;
                covariance[i * n + j] =
                    variance * (own + shared) * noise.rho.powi(lag) / (1.0 - noise.rho * noise.rho);
            }
        }
        cholesky(&mut covariance, n).unwrap();
        let mut z: Vec<f64> = cells.iter().map(|c| x[*c]).collect();
        solve_lower(&covariance, n, &mut z);
        assert!((found - dot(&z, &z)).abs() < 1e-10, "{found} {}", dot(&z, &z));
        let log_det = log_determinant(&covariance, n) - n as f64 * variance.ln();
        assert!((correlation.log_determinant(noise) + log_det).abs() < 1e-10);
    }
}
