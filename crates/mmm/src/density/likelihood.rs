//! Likelihood of every observed cell with the linear block explicit.

use outlay_stats::simd::dot;
use outlay_stats::special::{digamma, ln_gamma};

use crate::model::Model;
use crate::model::design::{Column, Shape};
use crate::spec::LikelihoodFamily;

/// Sums the log density of `residual - linear` over observed cells. On entry `d_mean` holds the
/// linear part of the mean; on exit the derivative in the mean. Derivatives in noise parameters
/// are added to `d_theta`.
#[inline(always)]
pub(super) fn pointwise(
    model: &Model,
    theta: &[f64],
    residual: &[f64],
    d_mean: &mut [f64],
    d_theta: &mut [f64],
) -> f64 {
    let periods = model.periods();
    let mut value = 0.0;
    for g in 0..model.geos() {
        let cells = g * periods..(g + 1) * periods;
        let slot = model.noise.sigma[if model.noise.sigma.len() == 1 { 0 } else { g }];
        let sigma = slot.value(theta);
        let (r, w) = (&residual[cells.clone()], &model.observed[cells.clone()]);
        let d = &mut d_mean[cells];
        let (log, d_sigma) = match model.noise.family {
            LikelihoodFamily::Normal | LikelihoodFamily::LogNormal => normal(sigma, r, w, d),
            LikelihoodFamily::StudentT => {
                let df = model.noise.degrees_of_freedom;
                let (log, d_sigma, d_df) = student(sigma, df.value(theta), r, w, d);
                df.add(d_theta, d_df);
                (log, d_sigma)
            }
        };
        value += log;
        slot.add(d_theta, d_sigma);
    }
    value
}

#[inline(always)]
fn normal(sigma: f64, r: &[f64], w: &[f64], d: &mut [f64]) -> (f64, f64) {
    let precision = 1.0 / (sigma * sigma);
    let (mut count, mut squares) = (0.0, 0.0);
    for i in 0..r.len() {
        let e = (r[i] - d[i]) * w[i];
        count += w[i];
        squares += e * e;
        d[i] = e * precision;
    }
    let log =
        -0.5 * (count * (2.0 * std::f64::consts::PI * sigma * sigma).ln() + squares * precision);
    (log, (squares * precision - count) / sigma)
}

/// Log density of every observed cell given the cells before it in its geo, for normal noise
/// that may be autocorrelated; `linear` is the linear part of the mean. Gives the cell's index
/// with it.
pub(crate) fn innovations<'a>(
    model: &'a Model,
    theta: &'a [f64],
    residual: &'a [f64],
    linear: &'a [f64],
) -> impl Iterator<Item = (usize, f64)> + 'a {
    let periods = model.periods();
    let rho = model.noise.autocorrelation.value(theta);
    let error = move |cell: usize| residual[cell] - linear[cell];
    let observed = (0..residual.len()).filter(|cell| model.observed[*cell] > 0.0);
    observed.map(move |cell| {
        let slots = &model.noise.sigma;
        let sigma = slots[if slots.len() == 1 { 0 } else { cell / periods }].value(theta);
        let follows = !cell.is_multiple_of(periods) && model.observed[cell - 1] > 0.0;
        let (mean, sd) = if follows {
            (rho * error(cell - 1), sigma)
        } else {
            (0.0, sigma / (1.0 - rho * rho).sqrt())
        };
        let z = (error(cell) - mean) / sd;
        (cell, -0.5 * z * z - sd.ln() - 0.5 * (2.0 * std::f64::consts::PI).ln())
    })
}

/// Student-t with derivatives in mean, scale and degrees of freedom.
#[inline(always)]
fn student(sigma: f64, df: f64, r: &[f64], w: &[f64], d: &mut [f64]) -> (f64, f64, f64) {
    let half = 0.5 * (df + 1.0);
    let (mut count, mut logs, mut weighted) = (0.0, 0.0, 0.0);
    for i in 0..r.len() {
        let e = (r[i] - d[i]) * w[i];
        let z2 = (e / sigma).powi(2) / df;
        count += w[i];
        logs += w[i] * z2.ln_1p();
        let pull = 2.0 * half / (1.0 + z2) / df;
        weighted += w[i] * pull * (e / sigma).powi(2);
        d[i] = pull * e / (sigma * sigma);
    }
    let constant =
        ln_gamma(half) - ln_gamma(0.5 * df) - 0.5 * (df * std::f64::consts::PI).ln() - sigma.ln();
    let d_constant = 0.5 * (digamma(half) - digamma(0.5 * df) - 1.0 / df);
    // d/dν of -(ν+1)/2 ln(1 + z²/ν): the log term, and z²/ν shrinking in ν.
    let d_df = count * d_constant - 0.5 * logs + 0.5 * weighted / df;
    (count * constant - half * logs, (weighted - count) / sigma, d_df)
}

/// `column · d` with the sum over geos at hand.
#[inline(always)]
pub(super) fn column_dot(column: &Column, periods: usize, by_period: &[f64], d: &[f64]) -> f64 {
    match &column.shape {
        Shape::Time { from, values } => dot(values, &by_period[*from..*from + values.len()]),
        Shape::Geo { geo, values } => dot(values, &d[geo * periods..(geo + 1) * periods]),
        Shape::Dense(values) => dot(values, d),
    }
}
