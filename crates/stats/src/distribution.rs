//! One-dimensional distributions: priors that a user writes, densities that a sampler evaluates.
//!
//! A [`Distribution`] is what a specification holds: in TOML `{ log-normal = { mu = 0.2, sigma =
//! 0.9 } }`. Reading one checks it: unknown keys, negative scales, empty intervals and numbers
//! that are not finite are errors that say what is wrong. [`Distribution::compiled`] gives the
//! [`Density`] with its constants computed once, for inner loops.
//!
//! ```
//! use outlay_stats::distribution::Distribution;
//!
//! let prior = Distribution::log_normal_from_mean_sd(1.5, 0.8)?;
//! assert!((prior.mean() - 1.5).abs() < 1e-12);
//! let density = prior.compiled();
//! let (log_density, gradient) = density.log_density_and_gradient(1.0);
//! assert!(log_density < 0.0 && gradient.is_finite());
//! # Ok::<(), outlay_stats::distribution::DistributionError>(())
//! ```

use serde::{Deserialize, Serialize};

mod cumulative;
mod density;
mod describe;
mod moments;
mod rectified;
mod sampling;
mod validation;
mod wire;

pub use density::Density;
pub use rectified::Rectified;
pub use validation::DistributionError;

/// A probability distribution on (a part of) the real line.
///
/// The fields are public so that a default can be written as a literal; a value that came from a
/// user passes [`Distribution::validated`], which deserialisation calls. Functions of an invalid
/// distribution return NaN.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", try_from = "wire::WrittenDistribution")]
pub enum Distribution {
    /// The normal distribution.
    Normal {
        /// Mean.
        mean: f64,
        /// Standard deviation, positive.
        sd: f64,
    },
    /// The absolute value of a normal distribution around 0.
    HalfNormal {
        /// Standard deviation of the normal before folding, positive.
        sd: f64,
    },
    /// A normal distribution conditioned on lying between `low` and `high`.
    TruncatedNormal {
        /// Mean before truncation.
        mean: f64,
        /// Standard deviation before truncation, positive.
        sd: f64,
        /// Lower bound; −inf (left out in a file) for none.
        #[serde(skip_serializing_if = "is_infinite")]
        low: f64,
        /// Upper bound; inf (left out in a file) for none.
        #[serde(skip_serializing_if = "is_infinite")]
        high: f64,
    },
    /// `e^X` with `X` normal. A file may give `mean` and `sd` of the distribution itself instead.
    LogNormal {
        /// Mean of the logarithm.
        mu: f64,
        /// Standard deviation of the logarithm, positive.
        sigma: f64,
    },
    /// `shift + e^X` with `X` normal.
    ShiftedLogNormal {
        /// Lower bound of the support.
        shift: f64,
        /// Mean of the logarithm of the excess over `shift`.
        mu: f64,
        /// Standard deviation of that logarithm, positive.
        sigma: f64,
    },
    /// Nothing at all with probability `zero`; otherwise nearly `e^X` with `X` normal: see
    /// [`Rectified`]. For effects that may not be there.
    RectifiedLogNormal {
        /// Probability of exactly 0, between 0 and 1/2.
        zero: f64,
        /// Mean of the logarithm above the ramp.
        mu: f64,
        /// Standard deviation of that logarithm, positive.
        sigma: f64,
    },
    /// The beta distribution on 0..1. A file may give `mean` and `sd` instead.
    Beta {
        /// First shape, positive.
        alpha: f64,
        /// Second shape, positive.
        beta: f64,
    },
    /// The gamma distribution. A file may give `mean` and `sd` instead.
    Gamma {
        /// Shape, positive.
        shape: f64,
        /// Rate (one over the scale), positive.
        rate: f64,
    },
    /// One over a gamma variable.
    InverseGamma {
        /// Shape, positive.
        shape: f64,
        /// Scale, positive.
        scale: f64,
    },
    /// The uniform distribution between two bounds.
    Uniform {
        /// Lower bound.
        low: f64,
        /// Upper bound, above `low`.
        high: f64,
    },
    /// The Laplace (double exponential) distribution.
    Laplace {
        /// Mean.
        mean: f64,
        /// Scale, positive; the standard deviation is `scale * sqrt(2)`.
        scale: f64,
    },
    /// Student's t, moved and scaled.
    StudentT {
        /// Degrees of freedom, positive.
        df: f64,
        /// Centre (the mean where `df > 1`).
        mean: f64,
        /// Scale, positive.
        scale: f64,
    },
    /// The absolute value of a Student t around 0.
    HalfStudentT {
        /// Degrees of freedom, positive.
        df: f64,
        /// Scale, positive.
        scale: f64,
    },
    /// The exponential distribution.
    Exponential {
        /// Rate (one over the mean), positive.
        rate: f64,
    },
    /// The absolute value of a Cauchy variable around 0.
    HalfCauchy {
        /// Scale, positive: the median.
        scale: f64,
    },
    /// A known value, not sampled.
    Fixed {
        /// The value.
        value: f64,
    },
}

/// Where a distribution puts its mass.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Support {
    /// The whole real line.
    Real,
    /// Everything above a bound. A rectified distribution has mass on the bound itself, too.
    Above(f64),
    /// Everything below a bound.
    Below(f64),
    /// Between two finite bounds.
    Interval {
        /// Lower bound.
        low: f64,
        /// Upper bound.
        high: f64,
    },
    /// One value.
    Point(f64),
}

impl Support {
    /// The bounds, infinite where there are none.
    pub fn bounds(&self) -> (f64, f64) {
        match *self {
            Self::Real => (f64::NEG_INFINITY, f64::INFINITY),
            Self::Above(low) => (low, f64::INFINITY),
            Self::Below(high) => (f64::NEG_INFINITY, high),
            Self::Interval { low, high } => (low, high),
            Self::Point(value) => (value, value),
        }
    }

    /// Whether `x` lies in the support or on its bounds.
    pub fn contains(&self, x: f64) -> bool {
        let (low, high) = self.bounds();
        (low..=high).contains(&x)
    }
}

impl Distribution {
    /// The log-normal distribution with this mean and standard deviation (of itself, not of its
    /// logarithm).
    ///
    /// # Errors
    /// [`DistributionError`] unless both are positive and finite.
    pub fn log_normal_from_mean_sd(mean: f64, sd: f64) -> Result<Self, DistributionError> {
        validation::positive("log-normal", "mean", mean)?;
        validation::positive("log-normal", "sd", sd)?;
        let ratio = sd / mean;
        let variance = (ratio * ratio).ln_1p();
        Self::LogNormal { mu: mean.ln() - 0.5 * variance, sigma: variance.sqrt() }.validated()
    }

    /// The gamma distribution with this mean and standard deviation.
    ///
    /// # Errors
    /// [`DistributionError`] unless both are positive and finite.
    pub fn gamma_from_mean_sd(mean: f64, sd: f64) -> Result<Self, DistributionError> {
        validation::positive("gamma", "mean", mean)?;
        validation::positive("gamma", "sd", sd)?;
        let ratio = mean / sd;
        Self::Gamma { shape: ratio * ratio, rate: ratio / sd }.validated()
    }

    /// The beta distribution with this mean and standard deviation.
    ///
    /// # Errors
    /// [`DistributionError`] unless the mean lies inside 0..1 and `sd^2 < mean (1 - mean)`.
    pub fn beta_from_mean_sd(mean: f64, sd: f64) -> Result<Self, DistributionError> {
        validation::positive("beta", "sd", sd)?;
        let spread = mean * (1.0 - mean);
        if spread.is_nan() || spread <= 0.0 || sd * sd >= spread {
            return Err(DistributionError::BetaMoments { mean, sd });
        }
        let concentration = spread / (sd * sd) - 1.0;
        Self::Beta { alpha: mean * concentration, beta: (1.0 - mean) * concentration }.validated()
    }

    /// Where the distribution puts its mass.
    pub fn support(&self) -> Support {
        match *self {
            Self::Normal { .. } | Self::Laplace { .. } | Self::StudentT { .. } => Support::Real,
            Self::HalfNormal { .. }
            | Self::LogNormal { .. }
            | Self::RectifiedLogNormal { .. }
            | Self::Gamma { .. }
            | Self::InverseGamma { .. }
            | Self::HalfStudentT { .. }
            | Self::Exponential { .. }
            | Self::HalfCauchy { .. } => Support::Above(0.0),
            Self::ShiftedLogNormal { shift, .. } => Support::Above(shift),
            Self::Beta { .. } => Support::Interval { low: 0.0, high: 1.0 },
            Self::Uniform { low, high } => Support::Interval { low, high },
            Self::TruncatedNormal { low, high, .. } => match (low.is_finite(), high.is_finite()) {
                (true, true) => Support::Interval { low, high },
                (true, false) => Support::Above(low),
                (false, true) => Support::Below(high),
                (false, false) => Support::Real,
            },
            Self::Fixed { value } => Support::Point(value),
        }
    }

    /// Mean and standard deviation if this is a normal distribution, whose conjugacy an algorithm
    /// may use.
    pub fn as_gaussian(&self) -> Option<(f64, f64)> {
        match *self {
            Self::Normal { mean, sd } => Some((mean, sd)),
            _ => None,
        }
    }

    /// The map from a standard normal variable if this is a rectified distribution, whose mass at
    /// zero has no density.
    pub fn as_rectified(&self) -> Option<Rectified> {
        match *self {
            Self::RectifiedLogNormal { zero, mu, sigma } => Some(Rectified::new(zero, mu, sigma)),
            _ => None,
        }
    }

    /// The value if it is known and not sampled.
    pub fn as_fixed(&self) -> Option<f64> {
        match *self {
            Self::Fixed { value } => Some(value),
            _ => None,
        }
    }

    /// The density with its constants computed, for repeated evaluation.
    pub fn compiled(&self) -> Density {
        Density::new(*self)
    }

    /// The logarithm of the density at `x`, fully normalised; −inf outside the support. For
    /// [`Self::Fixed`] the mass: 0 at the value, −inf elsewhere.
    pub fn log_density(&self, x: f64) -> f64 {
        self.compiled().log_density(x)
    }

    /// The derivative of [`Self::log_density`] with respect to `x`; 0 outside the support.
    pub fn log_density_gradient(&self, x: f64) -> f64 {
        self.compiled().log_density_and_gradient(x).1
    }
}

fn is_infinite(x: &f64) -> bool {
    x.is_infinite()
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
