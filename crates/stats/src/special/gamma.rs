//! The gamma function's logarithm and derivative, the incomplete gamma functions, their inverse.

use super::{LN_SQRT_2PI, ln_1p_minus, root::invert_tails};

/// Arguments from which Stirling's series is exact to double precision.
const STIRLING_FROM: f64 = 10.0;

/// `ln Gamma(x)` for `x > 0`; NaN elsewhere.
pub fn ln_gamma(x: f64) -> f64 {
    if x >= STIRLING_FROM {
        (x - 0.5) * x.ln() - x + LN_SQRT_2PI + stirling_correction(x)
    } else if x > 0.0 {
        libm::lgamma(x)
    } else {
        f64::NAN
    }
}

/// The digamma function, `d ln Gamma(x) / dx`, for `x > 0`; NaN elsewhere.
pub fn digamma(x: f64) -> f64 {
    if x.is_nan() || x <= 0.0 {
        return f64::NAN;
    }
    // Recurrence up to where the asymptotic series (Abramowitz & Stegun 6.3.18) is exact.
    let (mut y, mut shift) = (x, 0.0);
    while y < STIRLING_FROM {
        shift += 1.0 / y;
        y += 1.0;
    }
    let z = 1.0 / (y * y);
    const C: [f64; 7] = [
        1.0 / 12.0,
        -1.0 / 120.0,
        1.0 / 252.0,
        -1.0 / 240.0,
        1.0 / 132.0,
        -691.0 / 32_760.0,
        1.0 / 12.0,
    ];
    let series = C.iter().rev().fold(0.0, |sum, c| sum * z + c) * z;
    y.ln() - 0.5 / y - series - shift
}

/// What Stirling's formula leaves out: `ln Gamma(x) - [(x - 1/2) ln x - x + ln(2 pi)/2]`, for
/// `x >= 10` (Abramowitz & Stegun 6.1.41).
pub(super) fn stirling_correction(x: f64) -> f64 {
    const C: [f64; 7] = [
        1.0 / 12.0,
        -1.0 / 360.0,
        1.0 / 1260.0,
        -1.0 / 1680.0,
        1.0 / 1188.0,
        -691.0 / 360_360.0,
        1.0 / 156.0,
    ];
    let z = 1.0 / (x * x);
    C.iter().rev().fold(0.0, |sum, c| sum * z + c) / x
}

/// `ln Gamma(x + 1/2) - ln Gamma(x)` for `x > 0`, accurate also where both are huge (the
/// normalising constant of a Student t with many degrees of freedom).
pub fn ln_gamma_half_step(x: f64) -> f64 {
    if x < 2.0 * STIRLING_FROM {
        return ln_gamma(x + 0.5) - ln_gamma(x);
    }
    // (x) ln(x + 1/2) - (x - 1/2) ln x - 1/2 + corrections, with the logarithms combined.
    let half = 0.5 / x;
    0.5 * x.ln() + x * ln_1p_minus(half) + stirling_correction(x + 0.5) - stirling_correction(x)
}

/// `x^a e^-x / Gamma(a)`: the gamma density times `x`, without the cancellation of large terms.
pub(super) fn gamma_kernel(a: f64, x: f64) -> f64 {
    if a < STIRLING_FROM {
        return (a * x.ln() - x - ln_gamma(a)).exp();
    }
    let shape = if x < 0.5 * a { (x / a).ln() - (x - a) / a } else { ln_1p_minus((x - a) / a) };
    let exponent = a * shape - stirling_correction(a);
    (a / (2.0 * std::f64::consts::PI)).sqrt() * exponent.exp()
}

/// The regularised incomplete gamma functions `(P(a, x), Q(a, x))`, `a > 0`, `x >= 0`.
pub(crate) fn gamma_tails(a: f64, x: f64) -> (f64, f64) {
    if a.is_nan() || x.is_nan() || a <= 0.0 || x < 0.0 {
        return (f64::NAN, f64::NAN);
    }
    if x == 0.0 {
        return (0.0, 1.0);
    }
    if x == f64::INFINITY {
        return (1.0, 0.0);
    }
    let kernel = gamma_kernel(a, x);
    if x < a + 1.0 {
        let lower = (kernel * lower_series(a, x)).min(1.0);
        (lower, 1.0 - lower)
    } else {
        let upper = (kernel * upper_fraction(a, x)).min(1.0);
        (1.0 - upper, upper)
    }
}

/// `sum_k x^k / (a (a+1) ... (a+k))` (Abramowitz & Stegun 6.5.29).
fn lower_series(a: f64, x: f64) -> f64 {
    let mut term = 1.0 / a;
    let mut sum = term;
    let mut denominator = a;
    while term > sum * 1e-17 {
        denominator += 1.0;
        term *= x / denominator;
        sum += term;
    }
    sum
}

/// Legendre's continued fraction of `Q` by the modified Lentz method (A&S 6.5.31).
fn upper_fraction(a: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / b;
    let mut h = d;
    let most = 1000.0 + 20.0 * a.sqrt();
    let mut i = 1.0;
    while i < most {
        let an = -i * (i - a);
        b += 2.0;
        d = 1.0 / nonzero(an * d + b, TINY);
        c = nonzero(b + an / c, TINY);
        let step = d * c;
        h *= step;
        if (step - 1.0).abs() < 1e-16 {
            break;
        }
        i += 1.0;
    }
    h
}

/// `x`, or `tiny` where a continued fraction's denominator vanishes.
#[inline]
pub(super) fn nonzero(x: f64, tiny: f64) -> f64 {
    if x.abs() < tiny { tiny } else { x }
}

/// The regularised lower incomplete gamma function `P(a, x)`: the cdf of a Gamma(a, 1).
pub fn gamma_lower(a: f64, x: f64) -> f64 {
    gamma_tails(a, x).0
}

/// The regularised upper incomplete gamma function `Q(a, x) = 1 - P(a, x)`, accurate in its tail;
/// with `a = dof / 2` and `x = statistic / 2` the p-value of a chi-square test.
pub fn gamma_upper(a: f64, x: f64) -> f64 {
    gamma_tails(a, x).1
}

/// The `p`-quantile of a Gamma(a, 1); NaN unless `a > 0` and `0 <= p <= 1`.
pub fn gamma_quantile(a: f64, p: f64) -> f64 {
    gamma_quantile_of_tails(a, p, 1.0 - p)
}

/// The Gamma(a, 1) quantile with lower probability `p` and upper probability `q = 1 - p`, each
/// given so that either may be tiny.
pub(crate) fn gamma_quantile_of_tails(a: f64, p: f64, q: f64) -> f64 {
    if a.is_nan() || a <= 0.0 || p.is_nan() || p < 0.0 || q < 0.0 {
        return f64::NAN;
    }
    if p == 0.0 {
        return 0.0;
    }
    if q == 0.0 {
        return f64::INFINITY;
    }
    // Near 0, P(a, x) ~ x^a / Gamma(a + 1); elsewhere Wilson and Hilferty (1931).
    let ln_small = (p.ln() + ln_gamma(a + 1.0)) / a;
    if ln_small < -700.0 {
        return ln_small.exp();
    }
    let z = if p <= q { super::normal_quantile(p) } else { -super::normal_quantile(q) };
    let cube = 1.0 - 1.0 / (9.0 * a) + z / (3.0 * a.sqrt());
    let start = if cube > 0.1 && ln_small > -2.0 { (a * cube.powi(3)).ln() } else { ln_small };
    invert_tails(
        |u| {
            let x = u.exp();
            let (lower, upper) = gamma_tails(a, x);
            (lower, upper, gamma_kernel(a, x))
        },
        p,
        q,
        start,
    )
    .exp()
}
