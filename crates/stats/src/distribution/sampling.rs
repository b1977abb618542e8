//! Draws.

use super::{Distribution, Rectified};
use rand::{Rng, RngExt};
use rand_distr::{Beta, Distribution as _, Gamma, StandardNormal, StudentT};

impl Distribution {
    /// One draw, strictly inside the support (or the zero of a rectified distribution); NaN for an invalid distribution.
    pub fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        let x = match *self {
            Self::Normal { mean, sd } => mean + sd * standard_normal(rng),
            Self::HalfNormal { sd } => sd * standard_normal(rng).abs(),
            Self::TruncatedNormal { .. }
            | Self::Uniform { .. }
            | Self::Laplace { .. }
            | Self::HalfCauchy { .. }
            | Self::Exponential { .. } => self.quantile(open_unit(rng)),
            Self::LogNormal { mu, sigma } => (mu + sigma * standard_normal(rng)).exp(),
            Self::ShiftedLogNormal { shift, mu, sigma } => {
                shift + (mu + sigma * standard_normal(rng)).exp()
            }
            Self::RectifiedLogNormal { zero, mu, sigma } => {
                return Rectified::new(zero, mu, sigma).value(standard_normal(rng));
            }
            Self::Beta { alpha, beta } => {
                Beta::new(alpha, beta).map_or(f64::NAN, |law| law.sample(rng))
            }
            Self::Gamma { shape, rate } => standard_gamma(shape, rng) / rate,
            Self::InverseGamma { shape, scale } => scale / standard_gamma(shape, rng),
            Self::StudentT { df, mean, scale } => mean + scale * student(df, rng),
            Self::HalfStudentT { df, scale } => scale * student(df, rng).abs(),
            Self::Fixed { value } => return value,
        };
        let (low, high) = self.support().bounds();
        // A draw may round to a bound (a gamma with a tiny shape underflows), where a density can
        // be infinite or nothing.
        if x <= low {
            low.next_up()
        } else if x >= high {
            high.next_down()
        } else {
            x
        }
    }
}

fn standard_normal<R: Rng + ?Sized>(rng: &mut R) -> f64 {
    StandardNormal.sample(rng)
}

fn standard_gamma<R: Rng + ?Sized>(shape: f64, rng: &mut R) -> f64 {
    Gamma::new(shape, 1.0).map_or(f64::NAN, |law| law.sample(rng))
}

fn student<R: Rng + ?Sized>(df: f64, rng: &mut R) -> f64 {
    StudentT::new(df).map_or(f64::NAN, |law| law.sample(rng))
}

/// A uniform draw from the open interval 0..1.
fn open_unit<R: Rng + ?Sized>(rng: &mut R) -> f64 {
    rng.sample(rand_distr::Open01)
}
