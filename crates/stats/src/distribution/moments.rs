//! Means and standard deviations.

use super::{Distribution, Rectified};
use crate::special::{ln_gamma_half_step, ln_normal_interval, ln_normal_pdf};
use std::f64::consts::{PI, SQRT_2};

/// A density below `e^-EXPONENT` of its peak adds nothing to a double.
const EXPONENT: f64 = 40.0;
/// Panels of Simpson's rule over a truncated normal's interval.
const PANELS: usize = 4000;

impl Distribution {
    /// The mean; infinite where it diverges, NaN where it does not exist (a Student t with
    /// `df <= 1`).
    pub fn mean(&self) -> f64 {
        self.mean_and_sd().0
    }

    /// The standard deviation; infinite where it diverges, NaN where the mean does not exist.
    pub fn sd(&self) -> f64 {
        self.mean_and_sd().1
    }

    fn mean_and_sd(&self) -> (f64, f64) {
        match *self {
            Self::Normal { mean, sd } => (mean, sd),
            Self::HalfNormal { sd } => (sd * (2.0 / PI).sqrt(), sd * (1.0 - 2.0 / PI).sqrt()),
            Self::TruncatedNormal { mean, sd, low, high } => {
                let (m, s) = truncated_moments((low - mean) / sd, (high - mean) / sd);
                (mean + sd * m, sd * s)
            }
            Self::LogNormal { mu, sigma } => log_normal_moments(mu, sigma),
            Self::ShiftedLogNormal { shift, mu, sigma } => {
                let (mean, sd) = log_normal_moments(mu, sigma);
                (shift + mean, sd)
            }
            Self::RectifiedLogNormal { zero, mu, sigma } => {
                Rectified::new(zero, mu, sigma).mean_and_sd()
            }
            Self::Beta { alpha, beta } => {
                let total = alpha + beta;
                let (a, b) = (alpha / total, beta / total);
                (a, (a * b / (total + 1.0)).sqrt())
            }
            Self::Gamma { shape, rate } => (shape / rate, shape.sqrt() / rate),
            Self::InverseGamma { shape, scale } => {
                let mean = if shape > 1.0 { scale / (shape - 1.0) } else { f64::INFINITY };
                let sd = if shape > 2.0 { mean / (shape - 2.0).sqrt() } else { f64::INFINITY };
                (mean, sd)
            }
            Self::Uniform { low, high } => (low + 0.5 * (high - low), (high - low) / 12f64.sqrt()),
            Self::Laplace { mean, scale } => (mean, scale * SQRT_2),
            Self::StudentT { df, mean, scale } => {
                if df > 2.0 {
                    (mean, scale * (df / (df - 2.0)).sqrt())
                } else if df > 1.0 {
                    (mean, f64::INFINITY)
                } else {
                    (f64::NAN, f64::NAN)
                }
            }
            Self::HalfStudentT { df, scale } => half_student_moments(df, scale),
            Self::HalfCauchy { .. } => (f64::INFINITY, f64::INFINITY),
            Self::Exponential { rate } => (1.0 / rate, 1.0 / rate),
            Self::Fixed { value } => (value, 0.0),
        }
    }
}

fn log_normal_moments(mu: f64, sigma: f64) -> (f64, f64) {
    let variance = sigma * sigma;
    let mean = (mu + 0.5 * variance).exp();
    (mean, mean * variance.exp_m1().sqrt())
}

fn half_student_moments(df: f64, scale: f64) -> (f64, f64) {
    if df <= 1.0 {
        return (f64::INFINITY, f64::INFINITY);
    }
    let mean = 2.0 * scale * (df / PI).sqrt() * ln_gamma_half_step(0.5 * df).exp() / (df - 1.0);
    if df <= 2.0 {
        return (mean, f64::INFINITY);
    }
    (mean, (scale * scale * df / (df - 2.0) - mean * mean).sqrt())
}

/// Mean and standard deviation of a standard normal truncated to `a..b`, by quadrature of the
/// centred moments: the closed forms subtract nearly equal numbers for an interval that is narrow
/// or far out.
fn truncated_moments(a: f64, b: f64) -> (f64, f64) {
    if a + b > 0.0 {
        let (mean, sd) = truncated_moments(-b, -a);
        return (-mean, sd);
    }
    // The density peaks at `top`, and falls at least as fast as e^(-|top| d - d^2/2) below it.
    let top = b.min(0.0);
    let reach = 2.0 * EXPONENT / (top.abs() + (top * top + 2.0 * EXPONENT).sqrt());
    let low = a.max(top - reach);
    let high = b.min(top + reach);
    let ln_mass = ln_normal_interval(a, b);
    let step = (high - low) / PANELS as f64;
    // Offsets from `top` keep the digits of the distance where `top` is large.
    let offset = |i: usize| (low - top) + step * i as f64;
    let density = |d: f64| (ln_normal_pdf(top) - top * d - 0.5 * d * d - ln_mass).exp();
    let simpson = |f: &dyn Fn(f64) -> f64| {
        let sum: f64 = (0..=PANELS)
            .map(|i| {
                let weight = match i {
                    0 | PANELS => 1.0,
                    _ if i % 2 == 1 => 4.0,
                    _ => 2.0,
                };
                let d = offset(i);
                weight * density(d) * f(d)
            })
            .sum();
        sum * step / 3.0
    };
    let mean = simpson(&|d| d);
    let variance = simpson(&|d| (d - mean) * (d - mean));
    (top + mean, variance.max(0.0).sqrt())
}
