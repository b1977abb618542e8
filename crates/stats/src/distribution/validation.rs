//! What makes a distribution's parameters possible.

use super::Distribution;
use crate::special::ln_normal_interval;
use thiserror::Error;

/// Why a distribution is refused.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum DistributionError {
    /// A parameter is infinite or not a number.
    #[error("{distribution}: {parameter} must be a finite number, not {value}")]
    NotFinite {
        /// The distribution as a file names it.
        distribution: &'static str,
        /// The parameter's key.
        parameter: &'static str,
        /// What was given.
        value: f64,
    },
    /// A scale, shape or rate is zero or negative.
    #[error(
        "{distribution}: {parameter} must be greater than 0, not {value} \
         (for a known value write {{ fixed = {{ value = ... }} }})"
    )]
    NotPositive {
        /// The distribution as a file names it.
        distribution: &'static str,
        /// The parameter's key.
        parameter: &'static str,
        /// What was given.
        value: f64,
    },
    /// A probability of zero that is none.
    #[error(
        "rectified-log-normal: zero is the probability of no effect and must lie between 0 and 0.5, \
         not {value} (without it write log-normal)"
    )]
    Zero {
        /// What was given.
        value: f64,
    },
    /// The bounds are equal, reversed or too far apart for a double.
    #[error("{distribution}: low must be below high, and both in range: not {low} and {high}")]
    EmptyInterval {
        /// The distribution as a file names it.
        distribution: &'static str,
        /// The lower bound given.
        low: f64,
        /// The upper bound given.
        high: f64,
    },
    /// A truncated normal without a bound.
    #[error("truncated-normal needs low, high or both; without bounds use normal")]
    NoBound,
    /// A truncated normal whose interval holds no mass that a double can express.
    #[error(
        "truncated-normal: a normal with mean {mean} and sd {sd} has no mass between {low} and \
         {high}; move the bounds towards the mean or widen sd"
    )]
    NoMass {
        /// Mean before truncation.
        mean: f64,
        /// Standard deviation before truncation.
        sd: f64,
        /// The lower bound given.
        low: f64,
        /// The upper bound given.
        high: f64,
    },
    /// A beta distribution with an impossible mean and standard deviation.
    #[error(
        "beta: mean {mean} and sd {sd} are impossible: mean must lie between 0 and 1 and sd below \
         sqrt(mean * (1 - mean))"
    )]
    BetaMoments {
        /// The mean given.
        mean: f64,
        /// The standard deviation given.
        sd: f64,
    },
    /// Neither or both of two ways to write the parameters.
    #[error("{distribution}: give either {natural}, or mean and sd")]
    EitherOr {
        /// The distribution as a file names it.
        distribution: &'static str,
        /// Its natural parameters.
        natural: &'static str,
    },
}

/// Refuses a number that is not finite.
pub(super) fn finite(
    distribution: &'static str,
    parameter: &'static str,
    value: f64,
) -> Result<(), DistributionError> {
    if value.is_finite() {
        Ok(())
    } else {
        Err(DistributionError::NotFinite { distribution, parameter, value })
    }
}

/// Refuses a number that is not finite and above 0.
pub(super) fn positive(
    distribution: &'static str,
    parameter: &'static str,
    value: f64,
) -> Result<(), DistributionError> {
    finite(distribution, parameter, value)?;
    if value > 0.0 {
        Ok(())
    } else {
        Err(DistributionError::NotPositive { distribution, parameter, value })
    }
}

impl Distribution {
    /// The distribution's name as a file writes it, such as `log-normal`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Normal { .. } => "normal",
            Self::HalfNormal { .. } => "half-normal",
            Self::TruncatedNormal { .. } => "truncated-normal",
            Self::LogNormal { .. } => "log-normal",
            Self::ShiftedLogNormal { .. } => "shifted-log-normal",
            Self::RectifiedLogNormal { .. } => "rectified-log-normal",
            Self::Beta { .. } => "beta",
            Self::Gamma { .. } => "gamma",
            Self::InverseGamma { .. } => "inverse-gamma",
            Self::Uniform { .. } => "uniform",
            Self::Laplace { .. } => "laplace",
            Self::StudentT { .. } => "student-t",
            Self::HalfStudentT { .. } => "half-student-t",
            Self::Exponential { .. } => "exponential",
            Self::HalfCauchy { .. } => "half-cauchy",
            Self::Fixed { .. } => "fixed",
        }
    }

    /// The distribution itself if its parameters are possible.
    ///
    /// # Errors
    /// [`DistributionError`] naming the parameter, its value and what it must be.
    pub fn validated(self) -> Result<Self, DistributionError> {
        let name = self.name();
        match self {
            Self::Normal { mean, sd } => {
                finite(name, "mean", mean)?;
                positive(name, "sd", sd)?;
            }
            Self::HalfNormal { sd } => positive(name, "sd", sd)?,
            Self::TruncatedNormal { mean, sd, low, high } => {
                finite(name, "mean", mean)?;
                positive(name, "sd", sd)?;
                if low == f64::NEG_INFINITY && high == f64::INFINITY {
                    return Err(DistributionError::NoBound);
                }
                if low.is_nan() || high.is_nan() || low >= high || (high - low).is_nan() {
                    return Err(DistributionError::EmptyInterval { distribution: name, low, high });
                }
                if !ln_normal_interval((low - mean) / sd, (high - mean) / sd).is_finite() {
                    return Err(DistributionError::NoMass { mean, sd, low, high });
                }
            }
            Self::LogNormal { mu, sigma } => {
                finite(name, "mu", mu)?;
                positive(name, "sigma", sigma)?;
            }
            Self::ShiftedLogNormal { shift, mu, sigma } => {
                finite(name, "shift", shift)?;
                finite(name, "mu", mu)?;
                positive(name, "sigma", sigma)?;
            }
            Self::RectifiedLogNormal { zero, mu, sigma } => {
                if !(zero > 0.0 && zero < 0.5) {
                    return Err(DistributionError::Zero { value: zero });
                }
                finite(name, "mu", mu)?;
                positive(name, "sigma", sigma)?;
            }
            Self::Beta { alpha, beta } => {
                positive(name, "alpha", alpha)?;
                positive(name, "beta", beta)?;
            }
            Self::Gamma { shape, rate } => {
                positive(name, "shape", shape)?;
                positive(name, "rate", rate)?;
            }
            Self::InverseGamma { shape, scale } => {
                positive(name, "shape", shape)?;
                positive(name, "scale", scale)?;
            }
            Self::Uniform { low, high } => {
                finite(name, "low", low)?;
                finite(name, "high", high)?;
                if low >= high || !(high - low).is_finite() {
                    return Err(DistributionError::EmptyInterval { distribution: name, low, high });
                }
            }
            Self::Laplace { mean, scale } => {
                finite(name, "mean", mean)?;
                positive(name, "scale", scale)?;
            }
            Self::StudentT { df, mean, scale } => {
                positive(name, "df", df)?;
                finite(name, "mean", mean)?;
                positive(name, "scale", scale)?;
            }
            Self::HalfStudentT { df, scale } => {
                positive(name, "df", df)?;
                positive(name, "scale", scale)?;
            }
            Self::Exponential { rate } => positive(name, "rate", rate)?,
            Self::HalfCauchy { scale } => positive(name, "scale", scale)?,
            Self::Fixed { value } => finite(name, "value", value)?,
        }
        Ok(self)
    }
}
