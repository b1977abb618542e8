//! Log densities with their constants computed once.

use super::{Distribution, Rectified};
use crate::special::{LN_SQRT_2PI, ln_beta, ln_gamma, ln_gamma_half_step, ln_normal_interval};
use std::f64::consts::{LN_2, PI};

/// A distribution's log density, ready for an inner loop.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Density {
    distribution: Distribution,
    low: f64,
    high: f64,
    /// Added to the kernel's value, so that the density integrates to 1.
    log_norm: f64,
    kernel: Kernel,
}

/// The part of the log density that depends on `x`, with the fewest operations per value.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Kernel {
    /// `-(x - mean)^2 precision / 2`.
    Gaussian { mean: f64, precision: f64 },
    /// `-(ln(x - shift) - mu)^2 precision / 2 - ln(x - shift)`.
    LogGaussian { shift: f64, mu: f64, precision: f64 },
    /// The standard normal density of the coordinate, divided by the slope of the map.
    Rectified(Rectified),
    /// `power ln x + other ln(1 - x)`.
    Beta { power: f64, other: f64 },
    /// `power ln x - rate x`.
    Gamma { power: f64, rate: f64 },
    /// `-power ln x - scale / x`.
    InverseGamma { power: f64, scale: f64 },
    /// `-|x - mean| rate`.
    Laplace { mean: f64, rate: f64 },
    /// `-half_power ln(1 + (x - mean)^2 / spread)`.
    Student { mean: f64, half_power: f64, spread: f64 },
    /// Constant.
    Flat,
}

impl Density {
    /// Computes the constants of `distribution`.
    pub fn new(distribution: Distribution) -> Self {
        let (low, high) = distribution.support().bounds();
        let (kernel, log_norm) = match distribution {
            Distribution::Normal { mean, sd } => (gaussian(mean, sd), -sd.ln() - LN_SQRT_2PI),
            Distribution::HalfNormal { sd } => (gaussian(0.0, sd), LN_2 - sd.ln() - LN_SQRT_2PI),
            Distribution::TruncatedNormal { mean, sd, low, high } => {
                let log_mass = ln_normal_interval((low - mean) / sd, (high - mean) / sd);
                (gaussian(mean, sd), -sd.ln() - LN_SQRT_2PI - log_mass)
            }
            Distribution::LogNormal { mu, sigma } => {
                (log_gaussian(0.0, mu, sigma), -sigma.ln() - LN_SQRT_2PI)
            }
            Distribution::ShiftedLogNormal { shift, mu, sigma } => {
                (log_gaussian(shift, mu, sigma), -sigma.ln() - LN_SQRT_2PI)
            }
            Distribution::RectifiedLogNormal { zero, mu, sigma } => {
                (Kernel::Rectified(Rectified::new(zero, mu, sigma)), 0.0)
            }
            Distribution::Beta { alpha, beta } => {
                (Kernel::Beta { power: alpha - 1.0, other: beta - 1.0 }, -ln_beta(alpha, beta))
            }
            Distribution::Gamma { shape, rate } => {
                (Kernel::Gamma { power: shape - 1.0, rate }, shape * rate.ln() - ln_gamma(shape))
            }
            Distribution::InverseGamma { shape, scale } => (
                Kernel::InverseGamma { power: shape + 1.0, scale },
                shape * scale.ln() - ln_gamma(shape),
            ),
            Distribution::Uniform { low, high } => (Kernel::Flat, -(high - low).ln()),
            Distribution::Laplace { mean, scale } => {
                (Kernel::Laplace { mean, rate: 1.0 / scale }, -LN_2 - scale.ln())
            }
            Distribution::StudentT { df, mean, scale } => student(df, mean, scale),
            Distribution::HalfStudentT { df, scale } => folded(student(df, 0.0, scale)),
            Distribution::HalfCauchy { scale } => folded(student(1.0, 0.0, scale)),
            Distribution::Exponential { rate } => (Kernel::Gamma { power: 0.0, rate }, rate.ln()),
            Distribution::Fixed { .. } => (Kernel::Flat, 0.0),
        };
        Self { distribution, low, high, log_norm, kernel }
    }

    /// The distribution whose density this is.
    pub fn distribution(&self) -> &Distribution {
        &self.distribution
    }

    /// The logarithm of the density at `x`; −inf outside the support, NaN for NaN.
    #[inline]
    pub fn log_density(&self, x: f64) -> f64 {
        self.log_density_and_gradient(x).0
    }

    /// The derivative of the log density at `x`; 0 outside the support.
    #[inline]
    pub fn log_density_gradient(&self, x: f64) -> f64 {
        self.log_density_and_gradient(x).1
    }

    /// The log density at `x` and its derivative: `(−inf, 0)` outside the support.
    #[inline]
    pub fn log_density_and_gradient(&self, x: f64) -> (f64, f64) {
        if x < self.low || x > self.high {
            return (f64::NEG_INFINITY, 0.0);
        }
        if x.is_nan() {
            return (f64::NAN, f64::NAN);
        }
        let (value, gradient) = match self.kernel {
            Kernel::Gaussian { mean, precision } => {
                let d = x - mean;
                (-0.5 * precision * d * d, -precision * d)
            }
            Kernel::LogGaussian { shift, mu, precision } => {
                let excess = x - shift;
                if excess <= 0.0 {
                    return (f64::NEG_INFINITY, 0.0);
                }
                let log_excess = excess.ln();
                let d = log_excess - mu;
                (-0.5 * precision * d * d - log_excess, -(precision * d + 1.0) / excess)
            }
            Kernel::Rectified(map) => map.log_density_and_gradient(x),
            Kernel::Beta { power, other } => {
                let (left, left_slope) = power_term(power, x);
                let (right, right_slope) = power_term_below_one(other, x);
                (left + right, left_slope - right_slope)
            }
            Kernel::Gamma { power, rate } => {
                let (value, slope) = power_term(power, x);
                (value - rate * x, slope - rate)
            }
            Kernel::InverseGamma { power, scale } => {
                if x <= 0.0 {
                    return (f64::NEG_INFINITY, 0.0);
                }
                let inverse = 1.0 / x;
                let pull = scale * inverse;
                (-power * x.ln() - pull, (pull - power) * inverse)
            }
            Kernel::Laplace { mean, rate } => {
                let d = x - mean;
                let slope = if d > 0.0 {
                    -rate
                } else if d < 0.0 {
                    rate
                } else {
                    0.0
                };
                (-rate * d.abs(), slope)
            }
            Kernel::Student { mean, half_power, spread } => {
                let d = x - mean;
                (-half_power * (d * d / spread).ln_1p(), -2.0 * half_power * d / (spread + d * d))
            }
            Kernel::Flat => (0.0, 0.0),
        };
        (value + self.log_norm, gradient)
    }
}

/// `power ln x` and its slope, without `0 * inf` on the bound.
#[inline]
fn power_term(power: f64, x: f64) -> (f64, f64) {
    if power == 0.0 { (0.0, 0.0) } else { (power * x.ln(), power / x) }
}

/// `power ln(1 - x)` and minus its slope.
#[inline]
fn power_term_below_one(power: f64, x: f64) -> (f64, f64) {
    if power == 0.0 { (0.0, 0.0) } else { (power * (-x).ln_1p(), power / (1.0 - x)) }
}

fn gaussian(mean: f64, sd: f64) -> Kernel {
    Kernel::Gaussian { mean, precision: 1.0 / (sd * sd) }
}

fn log_gaussian(shift: f64, mu: f64, sigma: f64) -> Kernel {
    Kernel::LogGaussian { shift, mu, precision: 1.0 / (sigma * sigma) }
}

fn student(df: f64, mean: f64, scale: f64) -> (Kernel, f64) {
    let log_norm = ln_gamma_half_step(0.5 * df) - 0.5 * (df * PI).ln() - scale.ln();
    (Kernel::Student { mean, half_power: 0.5 * (df + 1.0), spread: df * scale * scale }, log_norm)
}

fn folded((kernel, log_norm): (Kernel, f64)) -> (Kernel, f64) {
    (kernel, log_norm + LN_2)
}
