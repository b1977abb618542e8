//! Cumulative distribution functions and quantiles.

use super::{Distribution, Rectified};
use crate::special::{
    beta_logit_quantile, beta_tails, gamma_quantile_of_tails, gamma_tails, ln_1m_exp, ln_add_exp,
    ln_normal_cdf, ln_normal_interval, normal_cdf, normal_quantile, normal_quantile_of_ln,
};
use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// From here a Student t is a normal to double precision, after one correction in `1 / df`.
const NORMAL_FROM_DF: f64 = 1e7;

impl Distribution {
    /// The probability of a value at or below `x`.
    pub fn cdf(&self, x: f64) -> f64 {
        self.tails(x).0
    }

    /// The probability of a value above `x`, accurate also where [`Self::cdf`] rounds to 1.
    pub fn survival(&self, x: f64) -> f64 {
        self.tails(x).1
    }

    /// The value below which a share `p` of the mass lies: the support's bounds at 0 and 1, NaN
    /// outside 0..1.
    pub fn quantile(&self, p: f64) -> f64 {
        if p.is_nan() || !(0.0..=1.0).contains(&p) {
            return f64::NAN;
        }
        let (low, high) = self.support().bounds();
        if p == 0.0 {
            return low;
        }
        if p == 1.0 {
            return high;
        }
        self.inner_quantile(p, 1.0 - p).clamp(low, high)
    }

    /// `(P(X <= x), P(X > x))`.
    fn tails(&self, x: f64) -> (f64, f64) {
        if x.is_nan() {
            return (f64::NAN, f64::NAN);
        }
        let (low, high) = self.support().bounds();
        if x < low {
            return (0.0, 1.0);
        }
        if x >= high {
            return (1.0, 0.0);
        }
        match *self {
            Self::Normal { mean, sd } => normal_tails((x - mean) / sd),
            Self::HalfNormal { sd } => {
                let z = x / sd * FRAC_1_SQRT_2;
                (crate::special::erf(z), crate::special::erfc(z))
            }
            Self::TruncatedNormal { mean, sd, low, high } => {
                let (a, z, b) = ((low - mean) / sd, (x - mean) / sd, (high - mean) / sd);
                let whole = ln_normal_interval(a, b);
                (
                    (ln_normal_interval(a, z) - whole).exp().min(1.0),
                    (ln_normal_interval(z, b) - whole).exp().min(1.0),
                )
            }
            Self::LogNormal { mu, sigma } => normal_tails((x.ln() - mu) / sigma),
            Self::ShiftedLogNormal { shift, mu, sigma } => {
                normal_tails(((x - shift).ln() - mu) / sigma)
            }
            Self::RectifiedLogNormal { zero, mu, sigma } => {
                normal_tails(Rectified::new(zero, mu, sigma).coordinate(x))
            }
            Self::Beta { alpha, beta } => beta_tails(alpha, beta, x, 1.0 - x),
            Self::Gamma { shape, rate } => gamma_tails(shape, rate * x),
            Self::InverseGamma { shape, scale } => swap(gamma_tails(shape, scale / x)),
            Self::Uniform { low, high } => {
                let width = high - low;
                ((x - low) / width, (high - x) / width)
            }
            Self::Laplace { mean, scale } => {
                let near = 0.5 * (-((x - mean) / scale).abs()).exp();
                if x < mean { (near, 1.0 - near) } else { (1.0 - near, near) }
            }
            Self::StudentT { df, mean, scale } => {
                let z = (x - mean) / scale;
                let outside = student_two_sided(df, z).1;
                let near = 0.5 * outside;
                if z < 0.0 { (near, 1.0 - near) } else { (1.0 - near, near) }
            }
            Self::HalfStudentT { df, scale } => student_two_sided(df, x / scale),
            Self::HalfCauchy { scale } => {
                (2.0 / PI * (x / scale).atan(), 2.0 / PI * (scale / x).atan())
            }
            Self::Exponential { rate } => (-(-rate * x).exp_m1(), (-rate * x).exp()),
            // Both are settled by the bounds above.
            Self::Fixed { .. } => (1.0, 0.0),
        }
    }

    /// The quantile for `0 < p < 1`, `q = 1 - p`.
    fn inner_quantile(&self, p: f64, q: f64) -> f64 {
        match *self {
            Self::Normal { mean, sd } => mean + sd * normal_quantile(p),
            Self::HalfNormal { sd } => -sd * normal_quantile(0.5 * q),
            Self::TruncatedNormal { mean, sd, low, high } => {
                mean + sd * truncated_quantile((low - mean) / sd, (high - mean) / sd, p, q)
            }
            Self::LogNormal { mu, sigma } => (mu + sigma * normal_quantile(p)).exp(),
            Self::ShiftedLogNormal { shift, mu, sigma } => {
                shift + (mu + sigma * normal_quantile(p)).exp()
            }
            Self::RectifiedLogNormal { zero, mu, sigma } => {
                Rectified::new(zero, mu, sigma).value(normal_quantile(p))
            }
            Self::Beta { alpha, beta } => {
                let u = beta_logit_quantile(alpha, beta, p, q);
                if u < 0.0 { u.exp() / (1.0 + u.exp()) } else { 1.0 / (1.0 + (-u).exp()) }
            }
            Self::Gamma { shape, rate } => gamma_quantile_of_tails(shape, p, q) / rate,
            Self::InverseGamma { shape, scale } => scale / gamma_quantile_of_tails(shape, q, p),
            Self::Uniform { low, high } => {
                if p < 0.5 {
                    low + (high - low) * p
                } else {
                    high - (high - low) * q
                }
            }
            Self::Laplace { mean, scale } => {
                if p < 0.5 {
                    mean + scale * (2.0 * p).ln()
                } else {
                    mean - scale * (2.0 * q).ln()
                }
            }
            Self::StudentT { df, mean, scale } => {
                // The share between the centre and the quantile, on both sides of the centre.
                let (inner, outer) = if p < 0.5 { (q - p, 2.0 * p) } else { (p - q, 2.0 * q) };
                let distance = scale * student_distance(df, inner, outer);
                if p < 0.5 { mean - distance } else { mean + distance }
            }
            Self::HalfStudentT { df, scale } => scale * student_distance(df, p, q),
            Self::HalfCauchy { scale } => {
                if p < 0.5 {
                    scale * (0.5 * PI * p).tan()
                } else {
                    scale / (0.5 * PI * q).tan()
                }
            }
            Self::Exponential { rate } => -(-p).ln_1p() / rate,
            Self::Fixed { value } => value,
        }
    }
}

fn swap((a, b): (f64, f64)) -> (f64, f64) {
    (b, a)
}

fn normal_tails(z: f64) -> (f64, f64) {
    (normal_cdf(z), normal_cdf(-z))
}

/// `(P(|T| <= |z|), P(|T| > |z|))` of a Student t.
fn student_two_sided(df: f64, z: f64) -> (f64, f64) {
    let z2 = z * z;
    if df >= NORMAL_FROM_DF {
        // Abramowitz & Stegun 26.7.8.
        let w = z.abs() * (1.0 - 0.25 / df) / (1.0 + 0.5 * z2 / df).sqrt() * FRAC_1_SQRT_2;
        return (crate::special::erf(w), crate::special::erfc(w));
    }
    if z2 == f64::INFINITY {
        return (1.0, 0.0);
    }
    let total = df + z2;
    beta_tails(0.5, 0.5 * df, z2 / total, df / total)
}

/// The `t >= 0` with `P(|T| <= t) = inner`, `outer = 1 - inner`.
fn student_distance(df: f64, inner: f64, outer: f64) -> f64 {
    if inner <= 0.0 {
        return 0.0;
    }
    if df >= NORMAL_FROM_DF {
        // Abramowitz & Stegun 26.7.5.
        let z = -normal_quantile(0.5 * outer);
        return z + z * (z * z + 1.0) / (4.0 * df);
    }
    // t^2 / (df + t^2) is Beta(1/2, df/2), and its logit is ln(t^2 / df).
    df.sqrt() * (0.5 * beta_logit_quantile(0.5, 0.5 * df, inner, outer)).exp()
}

/// The quantile of a standard normal truncated to `a..b`.
fn truncated_quantile(a: f64, b: f64, p: f64, q: f64) -> f64 {
    if a + b > 0.0 {
        return -truncated_quantile(-b, -a, q, p);
    }
    let ln_b = ln_normal_cdf(b);
    if ln_b > -600.0 {
        let (low, high) = (normal_cdf(a), normal_cdf(b));
        let target = if p < 0.5 { low + p * (high - low) } else { high - q * (high - low) };
        let z = if target > 0.5 {
            -normal_quantile(normal_cdf(-b) + q * (high - low))
        } else {
            normal_quantile(target)
        };
        return z.clamp(a, b);
    }
    // Far in the tail the masses underflow: the same in logarithms.
    let ln_a = ln_normal_cdf(a);
    let ln_share = ln_1m_exp(ln_a - ln_b) + p.ln();
    normal_quantile_of_ln(ln_b + ln_add_exp(ln_a - ln_b, ln_share)).clamp(a, b)
}
