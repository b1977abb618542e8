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
    RectifiedLogNormal {
        zero: f64,
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
            W::RectifiedLogNormal { zero, mu, sigma } => {
                Self::RectifiedLogNormal { zero, mu, sigma }
            }
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

#[cfg(test)]
mod tests {
    use super::Distribution as D;
    use crate::distribution::Support;

    /// What a specification holds.
    #[derive(serde::Deserialize, Debug)]
    #[serde(deny_unknown_fields)]
    struct Written {
        prior: D,
    }

    fn read(text: &str) -> Result<D, String> {
        toml::from_str::<Written>(text).map(|w| w.prior).map_err(|error| error.to_string())
    }

    #[test]
    fn a_prior_is_read_as_people_write_it() {
        let law = read("prior = { log-normal = { mu = 0.2, sigma = 0.9 } }").unwrap();
        assert_eq!(law, D::LogNormal { mu: 0.2, sigma: 0.9 });
        let law = read("prior = { normal = { mean = 0, sd = 1 } }").unwrap();
        assert_eq!(law.as_gaussian(), Some((0.0, 1.0)));
        let law = read("prior = { truncated-normal = { mean = 1, sd = 2, low = 0 } }").unwrap();
        assert_eq!(law.support(), Support::Above(0.0));
        let law = read("prior = { gamma = { mean = 2.0, sd = 1.0 } }").unwrap();
        assert_eq!(law, D::Gamma { shape: 4.0, rate: 2.0 });
        let law = read("[prior.half-student-t]\ndf = 3\nscale = 2.5").unwrap();
        assert_eq!(law, D::HalfStudentT { df: 3.0, scale: 2.5 });
    }

    #[test]
    fn an_impossible_prior_is_refused_with_the_reason() {
        for (prior, reason) in [
            ("{ normal = { mean = 0, sd = -1 } }", "sd must be greater than 0, not -1"),
            ("{ normal = { mean = nan, sd = 1 } }", "mean must be a finite number"),
            ("{ half-normal = { sd = 0 } }", "fixed = { value"),
            ("{ normal = { mean = 0 } }", "missing field `sd`"),
            ("{ normal = { mean = 0, sigma = 1 } }", "sigma, available keys: mean, sd"),
            ("{ normale = { mean = 0, sd = 1 } }", "unknown variant `normale`"),
            ("{ uniform = { low = 2, high = 1 } }", "low must be below high"),
            ("{ uniform = { low = 0, high = inf } }", "high must be a finite number"),
            ("{ truncated-normal = { mean = 0, sd = 1 } }", "without bounds use normal"),
            ("{ truncated-normal = { mean = 0, sd = 1, low = 3, high = 3 } }", "low must be below"),
            ("{ truncated-normal = { mean = 0, sd = 1e-200, low = 3 } }", "no mass between"),
            ("{ beta = { alpha = 1, beta = 0 } }", "beta must be greater than 0"),
            (
                "{ beta = { alpha = 1, beta = 2, mean = 0.5 } }",
                "either alpha and beta, or mean and sd",
            ),
            ("{ beta = { mean = 0.5, sd = 0.5 } }", "impossible"),
            ("{ gamma = { shape = 1 } }", "either shape and rate, or mean and sd"),
            ("{ gamma = { mean = -1, sd = 1 } }", "mean must be greater than 0"),
            ("{ log-normal = { mu = 1, sd = 1 } }", "either mu and sigma, or mean and sd"),
            ("{ student-t = { df = 0, mean = 0, scale = 1 } }", "df must be greater than 0"),
            ("{ fixed = { value = inf } }", "value must be a finite number"),
        ] {
            let error = read(&format!("prior = {prior}")).unwrap_err();
            assert!(error.contains(reason), "{prior}: {error}");
            assert!(error.contains("line 1"), "{error}");
        }
    }
}
