//! The beta function's logarithm, the incomplete beta function and its inverse.

use super::gamma::{ln_gamma, nonzero, stirling_correction};
use super::{LN_SQRT_2PI, ln_1p_minus, root::invert_tails};

/// `ln B(a, b) = ln Gamma(a) + ln Gamma(b) - ln Gamma(a + b)` for positive `a` and `b`; NaN
/// elsewhere. Large arguments go through Stirling's corrections, so that no digits cancel.
pub fn ln_beta(a: f64, b: f64) -> f64 {
    let (small, large) = if a <= b { (a, b) } else { (b, a) };
    if small.is_nan() || large.is_nan() || small <= 0.0 {
        return f64::NAN;
    }
    let total = small + large;
    let share = small / total;
    if small >= 10.0 {
        let correction =
            stirling_correction(small) + stirling_correction(large) - stirling_correction(total);
        LN_SQRT_2PI - 0.5 * large.ln()
            + correction
            + (small - 0.5) * share.ln()
            + large * (-share).ln_1p()
    } else if large >= 10.0 {
        let correction = stirling_correction(large) - stirling_correction(total);
        ln_gamma(small) + correction + small - small * total.ln() + (large - 0.5) * (-share).ln_1p()
    } else {
        ln_gamma(small) + ln_gamma(large) - ln_gamma(total)
    }
}

/// `x^a y^b / B(a, b)` with `y = 1 - x`.
fn beta_kernel(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let total = a + b;
    // Far below one of the means the logarithms themselves are exact; large shapes closer to the
    // centre would cancel.
    let far = x * total < 0.5 * a || y * total < 0.5 * b;
    if a < 10.0 || b < 10.0 || far {
        // The larger of x and y carries the complement's digits only through the smaller one.
        let (ln_x, ln_y) = if x < y { (x.ln(), (-x).ln_1p()) } else { ((-y).ln_1p(), y.ln()) };
        return (a * ln_x + b * ln_y - ln_beta(a, b)).exp();
    }
    // Around the mean a / (a + b), with the linear terms cancelled by hand (Didonato & Morris
    // 1992, section 3).
    let lambda = if a > b { total * y - b } else { a - total * x };
    let exponent = a * ln_1p_minus(-lambda / a) + b * ln_1p_minus(lambda / b);
    let correction = stirling_correction(a) + stirling_correction(b) - stirling_correction(total);
    (a * b / (2.0 * std::f64::consts::PI * total)).sqrt() * (exponent - correction).exp()
}

/// The regularised incomplete beta functions `(I_x(a, b), I_y(b, a))`, with `y = 1 - x` given
/// separately so that either may be tiny.
pub(crate) fn beta_tails(a: f64, b: f64, x: f64, y: f64) -> (f64, f64) {
    if a.is_nan() || b.is_nan() || a <= 0.0 || b <= 0.0 || x.is_nan() || x < 0.0 || y < 0.0 {
        return (f64::NAN, f64::NAN);
    }
    if x == 0.0 {
        return (0.0, 1.0);
    }
    if y == 0.0 {
        return (1.0, 0.0);
    }
    let kernel = beta_kernel(a, b, x, y);
    if x * (a + b + 2.0) < a + 1.0 {
        let lower = (kernel * fraction(a, b, x) / a).min(1.0);
        (lower, 1.0 - lower)
    } else {
        let upper = (kernel * fraction(b, a, y) / b).min(1.0);
        (1.0 - upper, upper)
    }
}

/// The continued fraction of the incomplete beta function (Abramowitz & Stegun 26.5.8) by the
/// modified Lentz method.
fn fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let total = a + b;
    let mut c = 1.0;
    let mut d = 1.0 / nonzero(1.0 - total * x / (a + 1.0), TINY);
    let mut h = d;
    let most = 1000.0 + 20.0 * a.max(b).sqrt();
    let mut m = 1.0;
    while m < most {
        let twice = 2.0 * m;
        let even = m * (b - m) * x / ((a + twice - 1.0) * (a + twice));
        d = 1.0 / nonzero(1.0 + even * d, TINY);
        c = nonzero(1.0 + even / c, TINY);
        h *= d * c;
        let odd = -(a + m) * (total + m) * x / ((a + twice) * (a + twice + 1.0));
        d = 1.0 / nonzero(1.0 + odd * d, TINY);
        c = nonzero(1.0 + odd / c, TINY);
        let step = d * c;
        h *= step;
        if (step - 1.0).abs() < 1e-16 {
            break;
        }
        m += 1.0;
    }
    h
}

/// The regularised incomplete beta function `I_x(a, b)`: the cdf of a Beta(a, b) at `x` in 0..1.
pub fn beta_lower(a: f64, b: f64, x: f64) -> f64 {
    beta_tails(a, b, x, 1.0 - x).0
}

/// `1 - I_x(a, b)`, accurate in its tail.
pub fn beta_upper(a: f64, b: f64, x: f64) -> f64 {
    beta_tails(a, b, x, 1.0 - x).1
}

/// The `p`-quantile of a Beta(a, b); NaN unless `a, b > 0` and `0 <= p <= 1`.
pub fn beta_quantile(a: f64, b: f64, p: f64) -> f64 {
    let u = beta_logit_quantile(a, b, p, 1.0 - p);
    if u < 0.0 { u.exp() / (1.0 + u.exp()) } else { 1.0 / (1.0 + (-u).exp()) }
}

/// `ln(x / (1 - x))` of the Beta(a, b) quantile `x` with lower probability `p` and upper
/// probability `q = 1 - p`.
pub(crate) fn beta_logit_quantile(a: f64, b: f64, p: f64, q: f64) -> f64 {
    if a.is_nan() || b.is_nan() || a <= 0.0 || b <= 0.0 || p.is_nan() || p < 0.0 || q < 0.0 {
        return f64::NAN;
    }
    if p == 0.0 {
        return f64::NEG_INFINITY;
    }
    if q == 0.0 {
        return f64::INFINITY;
    }
    // I_x(a, b) ~ x^a / (a B) near 0, and the mirror image near 1: beyond these the logit's
    // exponential leaves the double range and the leading term is the answer.
    let ln_b = ln_beta(a, b);
    let from_zero = (p.ln() + a.ln() + ln_b) / a;
    let from_one = -(q.ln() + b.ln() + ln_b) / b;
    if from_zero < -700.0 {
        return from_zero;
    }
    if from_one > 700.0 {
        return from_one;
    }
    let start = if from_zero < -5.0 && p <= q {
        from_zero
    } else if from_one > 5.0 && q < p {
        from_one
    } else {
        (a / b).ln()
    };
    invert_tails(
        |u| {
            let (x, y) = if u < 0.0 {
                let e = u.exp();
                (e / (1.0 + e), 1.0 / (1.0 + e))
            } else {
                let e = (-u).exp();
                (1.0 / (1.0 + e), e / (1.0 + e))
            };
            let (lower, upper) = beta_tails(a, b, x, y);
            (lower, upper, beta_kernel(a, b, x, y))
        },
        p,
        q,
        start,
    )
}
