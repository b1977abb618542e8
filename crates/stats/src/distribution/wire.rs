//! How a distribution is written in a file, before it is checked.

use super::{Distribution, DistributionError};
use serde::Deserialize;

/// The file's form: the same names, with the alternative ways to give parameters.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", rename = "distribution", deny_unknown_fields)]
pub(super) enum WrittenDistribution {
    Normal {
        mean: f64,
        sd: f64,
    },
    HalfNormal {
        sd: f64,
    },
    TruncatedNormal {
        mean: f64,
        sd: f64,
        #[serde(default = "unbounded_below")]
        low: f64,
        #[serde(default = "unbounded_above")]
        high: f64,
    },
    LogNormal {
        mu: Option<f64>,
        sigma: Option<f64>,
        mean: Option<f64>,
        sd: Option<f64>,
    },
    ShiftedLogNormal {
        shift: f64,
        mu: f64,
        sigma: f64,
    },
    Beta {
        alpha: Option<f64>,
        beta: Option<f64>,
        mean: Option<f64>,
        sd: Option<f64>,
    },
    Gamma {
        shape: Option<f64>,
        rate: Option<f64>,
        mean: Option<f64>,
        sd: Option<f64>,
    },
    InverseGamma {
        shape: f64,
        scale: f64,
    },
    Uniform {
        low: f64,
        high: f64,
    },
    Laplace {
        mean: f64,
        scale: f64,
    },
    StudentT {
        df: f64,
        mean: f64,
        scale: f64,
    },
    HalfStudentT {
        df: f64,
        scale: f64,
    },
    Exponential {
        rate: f64,
    },
    HalfCauchy {
        scale: f64,
    },
    Fixed {
        value: f64,
    },
}

fn unbounded_below() -> f64 {
    f64::NEG_INFINITY
}

fn unbounded_above() -> f64 {
    f64::INFINITY
}

impl TryFrom<WrittenDistribution> for Distribution {
    type Error = DistributionError;

    fn try_from(written: WrittenDistribution) -> Result<Self, DistributionError> {
        use WrittenDistribution as W;
        match written {
            W::Normal { mean, sd } => Self::Normal { mean, sd },
            W::HalfNormal { sd } => Self::HalfNormal { sd },
            W::TruncatedNormal { mean, sd, low, high } => {
                Self::TruncatedNormal { mean, sd, low, high }
            }
            W::LogNormal { mu, sigma, mean, sd } => match (mu, sigma, mean, sd) {
                (Some(mu), Some(sigma), None, None) => Self::LogNormal { mu, sigma },
                (None, None, Some(mean), Some(sd)) => Self::log_normal_from_mean_sd(mean, sd)?,
                _ => return Err(either_or("log-normal", "mu and sigma")),
            },
            W::ShiftedLogNormal { shift, mu, sigma } => Self::ShiftedLogNormal { shift, mu, sigma },
            W::Beta { alpha, beta, mean, sd } => match (alpha, beta, mean, sd) {
                (Some(alpha), Some(beta), None, None) => Self::Beta { alpha, beta },
                (None, None, Some(mean), Some(sd)) => Self::beta_from_mean_sd(mean, sd)?,
                _ => return Err(either_or("beta", "alpha and beta")),
            },
            W::Gamma { shape, rate, mean, sd } => match (shape, rate, mean, sd) {
                (Some(shape), Some(rate), None, None) => Self::Gamma { shape, rate },
                (None, None, Some(mean), Some(sd)) => Self::gamma_from_mean_sd(mean, sd)?,
                _ => return Err(either_or("gamma", "shape and rate")),
            },
            W::InverseGamma { shape, scale } => Self::InverseGamma { shape, scale },
            W::Uniform { low, high } => Self::Uniform { low, high },
            W::Laplace { mean, scale } => Self::Laplace { mean, scale },
            W::StudentT { df, mean, scale } => Self::StudentT { df, mean, scale },
            W::HalfStudentT { df, scale } => Self::HalfStudentT { df, scale },
            W::Exponential { rate } => Self::Exponential { rate },
            W::HalfCauchy { scale } => Self::HalfCauchy { scale },
            W::Fixed { value } => Self::Fixed { value },
        }
        .validated()
    }
}

fn either_or(distribution: &'static str, natural: &'static str) -> DistributionError {
    DistributionError::EitherOr { distribution, natural }
}
