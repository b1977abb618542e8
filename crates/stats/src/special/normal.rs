//! The standard normal distribution, with tails that keep their relative precision.

use super::{LN_SQRT_2PI, erfc, ln_1m_exp};
use statrs::function::erf::erfc_inv;
use std::f64::consts::{FRAC_1_SQRT_2, SQRT_2};

/// Nodes of the ten-point Gauss-Legendre rule on -1..1 (the positive half) with their weights.
const GAUSS_LEGENDRE: [(f64, f64); 5] = [
    (0.148_874_338_981_631_2, 0.295_524_224_714_752_87),
    (0.433_395_394_129_247_2, 0.269_266_719_309_996_35),
    (0.679_409_568_299_024_4, 0.219_086_362_515_982_04),
    (0.865_063_366_688_984_5, 0.149_451_349_150_580_6),
    (0.973_906_528_517_171_7, 0.066_671_344_308_688_14),
];

/// The standard normal density.
#[inline]
pub fn normal_pdf(z: f64) -> f64 {
    ln_normal_pdf(z).exp()
}

/// The logarithm of the standard normal density.
#[inline]
pub fn ln_normal_pdf(z: f64) -> f64 {
    -0.5 * z * z - LN_SQRT_2PI
}

/// The standard normal cumulative distribution function.
#[inline]
pub fn normal_cdf(z: f64) -> f64 {
    0.5 * erfc(-z * FRAC_1_SQRT_2)
}

/// `1 - normal_cdf(z)`, accurate for large `z`.
#[inline]
pub fn normal_survival(z: f64) -> f64 {
    normal_cdf(-z)
}

/// The logarithm of the standard normal cumulative distribution function, finite for every
/// finite `z` whose square is.
pub fn ln_normal_cdf(z: f64) -> f64 {
    if z > 0.0 {
        return (-normal_cdf(-z)).ln_1p();
    }
    if z > -30.0 {
        return normal_cdf(z).ln();
    }
    // Mills' ratio (Abramowitz & Stegun 26.2.12): the terms beyond these are below 1e-16.
    let w = 1.0 / (z * z);
    let mills = 1.0 - w * (1.0 - w * (3.0 - w * (15.0 - w * (105.0 - w * (945.0 - w * 10_395.0)))));
    ln_normal_pdf(z) - (-z).ln() + mills.ln()
}

/// `ln(Phi(high) - Phi(low))`, the logarithm of the mass of an interval, accurate for intervals
/// far in a tail and for narrow ones; −inf for an empty interval.
pub fn ln_normal_interval(low: f64, high: f64) -> f64 {
    if low.is_nan() || high.is_nan() {
        return f64::NAN;
    }
    if low >= high {
        return f64::NEG_INFINITY;
    }
    // By symmetry, keep the bulk of the interval on the left, where the cdf is precise.
    let (low, high) = if low + high > 0.0 { (-high, -low) } else { (low, high) };
    let width = high - low;
    if width * low.abs().max(1.0) <= 1.0 {
        let (centre, half) = (0.5 * (low + high), 0.5 * width);
        let mean: f64 = GAUSS_LEGENDRE
            .iter()
            .map(|&(node, weight)| {
                let t = half * node;
                weight * (-0.5 * t * t).exp() * (centre * t).cosh()
            })
            .sum();
        return ln_normal_pdf(centre) + (width * mean).ln();
    }
    let ln_high = ln_normal_cdf(high);
    ln_high + ln_1m_exp(ln_normal_cdf(low) - ln_high)
}

/// The standard normal quantile: −inf at 0, inf at 1, NaN outside 0..1.
#[inline]
pub fn normal_quantile(p: f64) -> f64 {
    if p.is_nan() || !(0.0..=1.0).contains(&p) {
        f64::NAN
    } else if p > 0.5 {
        SQRT_2 * erfc_inv(2.0 * (1.0 - p))
    } else {
        -SQRT_2 * erfc_inv(2.0 * p)
    }
}

/// The standard normal quantile of the probability `e^ln_p`, also where that underflows.
pub fn normal_quantile_of_ln(ln_p: f64) -> f64 {
    if ln_p > -600.0 {
        return normal_quantile(ln_p.exp());
    }
    if ln_p == f64::NEG_INFINITY {
        return ln_p;
    }
    // ln Phi is concave and close to -z^2/2 here: Newton settles in a few steps.
    let mut z = -(-2.0 * ln_p).sqrt();
    for _ in 0..20 {
        let ln_cdf = ln_normal_cdf(z);
        let step = (ln_cdf - ln_p) * (ln_cdf - ln_normal_pdf(z)).exp();
        z -= step;
        if step.abs() <= f64::EPSILON * z.abs() {
            break;
        }
    }
    z
}
