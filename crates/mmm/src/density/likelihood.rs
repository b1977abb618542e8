//! Likelihood of every observed cell with the linear block explicit.

use outlay_stats::simd::dot;
use outlay_stats::special::{digamma, ln_gamma};

use crate::model::Model;
use crate::model::design::{Column, Shape};
use crate::model::layout::Slot;
use crate::spec::LikelihoodFamily;

/// Sums the log density of `residual - linear` over observed cells. On entry `d_mean` holds the
/// linear part of the mean; on exit the derivative in the mean. Derivatives in noise parameters
/// are added to `d_theta`. `errors` is scratch of the same length.
#[inline(always)]
pub(super) fn pointwise(
    model: &Model,
    theta: &[f64],
    residual: &[f64],
    errors: &mut [f64],
    d_mean: &mut [f64],
    d_theta: &mut [f64],
) -> f64 {
    let periods = model.periods();
    let power = model.power;
    let memory = model.noise.autocorrelation;
    let remembers = memory != Slot::Fixed(0.0);
    let rho = memory.value(theta);
    let mut value = 0.0;
    for g in 0..model.geos() {
        let cells = g * periods..(g + 1) * periods;
        let slot = model.noise.sigma[if model.noise.sigma.len() == 1 { 0 } else { g }];
        let sigma = slot.value(theta);
        let (r, w) = (&residual[cells.clone()], &model.observed[cells.clone()]);
        let (e, d) = (&mut errors[cells.clone()], &mut d_mean[cells]);
        for i in 0..r.len() {
            e[i] = (r[i] - d[i]) * w[i];
            d[i] = e[i];
        }
        if remembers {
            value += innovate(rho, e, w, d);
        }
        let (log, d_sigma) = match model.noise.family {
            LikelihoodFamily::Normal | LikelihoodFamily::LogNormal => normal(sigma, w, d),
            LikelihoodFamily::StudentT => {
                let df = model.noise.degrees_of_freedom;
                let (log, d_sigma, d_df) = student(sigma, df.value(theta), w, d);
                df.add(d_theta, power * d_df);
                (log, d_sigma)
            }
        };
        if remembers {
            memory.add(d_theta, power * innovate_adjoint(rho, e, w, d));
        }
        value += log;
        slot.add(d_theta, power * d_sigma);
        if power != 1.0 {
            d.iter_mut().for_each(|d| *d *= power);
        }
    }
    power * value
}

/// Turns errors into innovations in `u` (which holds the errors): what is new against `ρ` times
/// the error before; the first of a run is scaled to the same variance. Gives the log Jacobian.
#[inline(always)]
fn innovate(rho: f64, e: &[f64], w: &[f64], u: &mut [f64]) -> f64 {
    let stationary = (1.0 - rho * rho).sqrt();
    let mut runs = 0.0;
    for t in 0..e.len() {
        if t > 0 && w[t - 1] * w[t] > 0.0 {
            u[t] = e[t] - rho * e[t - 1];
        } else {
            u[t] = stationary * e[t];
            runs += w[t];
        }
    }
    runs * stationary.ln()
}

/// From minus the derivatives in innovations to minus those in errors, in `d`; gives the
/// derivative in `ρ`.
#[inline(always)]
fn innovate_adjoint(rho: f64, e: &[f64], w: &[f64], d: &mut [f64]) -> f64 {
    let square = 1.0 - rho * rho;
    let stationary = square.sqrt();
    let mut d_rho = 0.0;
    for t in 0..e.len() {
        // Own innovation, then what the next one takes of this error.
        let own = if t > 0 && w[t - 1] * w[t] > 0.0 {
            d_rho += d[t] * e[t - 1];
            d[t]
        } else {
            d_rho += d[t] * e[t] * rho / stationary - w[t] * rho / square;
            stationary * d[t]
        };
        let later = if t + 1 < e.len() && w[t] * w[t + 1] > 0.0 { rho * d[t + 1] } else { 0.0 };
        d[t] = own - later;
    }
    d_rho
}

#[inline(always)]
fn normal(sigma: f64, w: &[f64], d: &mut [f64]) -> (f64, f64) {
    let precision = 1.0 / (sigma * sigma);
    let (mut count, mut squares) = (0.0, 0.0);
    for i in 0..d.len() {
        let e = d[i];
        count += w[i];
        squares += e * e;
        d[i] = e * precision;
    }
    let log =
        -0.5 * (count * (2.0 * std::f64::consts::PI * sigma * sigma).ln() + squares * precision);
    (log, (squares * precision - count) / sigma)
}

/// Log density of every observed cell given the cells before it in its geo; `linear` is the
/// linear part of the mean. Gives the cell's index with it.
pub(super) fn innovations<'a>(
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
        // What geos share counts in full: cells are looked at one by one here.
        let tau = model.noise.common.value(theta);
        let own = slots[if slots.len() == 1 { 0 } else { cell / periods }].value(theta);
        let sigma = own * (1.0 + tau * tau).sqrt();
        let follows = !cell.is_multiple_of(periods) && model.observed[cell - 1] > 0.0;
        let (mean, sd) = if follows {
            (rho * error(cell - 1), sigma)
        } else {
            (0.0, sigma / (1.0 - rho * rho).sqrt())
        };
        let z = (error(cell) - mean) / sd;
        let log_density = match model.noise.family {
            LikelihoodFamily::StudentT => {
                let df = model.noise.degrees_of_freedom.value(theta);
                let half = 0.5 * (df + 1.0);
                ln_gamma(half)
                    - ln_gamma(0.5 * df)
                    - 0.5 * (df * std::f64::consts::PI).ln()
                    - half * (z * z / df).ln_1p()
            }
            _ => -0.5 * z * z - 0.5 * (2.0 * std::f64::consts::PI).ln(),
        };
        (cell, log_density - sd.ln())
    })
}

/// Student-t with derivatives in mean, scale and degrees of freedom; `d` holds the errors, then
/// the derivative in the mean.
#[inline(always)]
fn student(sigma: f64, df: f64, w: &[f64], d: &mut [f64]) -> (f64, f64, f64) {
    let half = 0.5 * (df + 1.0);
    let (mut count, mut logs, mut weighted) = (0.0, 0.0, 0.0);
    for i in 0..d.len() {
        let e = d[i];
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
