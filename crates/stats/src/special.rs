//! Special functions in double precision.
//!
//! `erf`, `erfc` and `ln_gamma` below 10 come from `libm`, whose last digit is right, and the
//! inverse of `erfc` from `statrs` (whose `erfc` has only ten digits); the logarithm of the beta
//! function, the incomplete gamma and beta functions with their inverses, and everything about
//! the normal distribution's tails are ours, because differences of large `ln_gamma` values and
//! `1 - cdf` lose the digits that a prior's tail needs. Outside its domain a function returns NaN;
//! none panics.

mod beta;
mod gamma;
mod normal;
mod root;

pub use beta::{beta_lower, beta_quantile, beta_upper, ln_beta};
pub use gamma::{digamma, gamma_lower, gamma_quantile, gamma_upper, ln_gamma, ln_gamma_half_step};
pub use normal::{
    ln_normal_cdf, ln_normal_interval, ln_normal_pdf, normal_cdf, normal_pdf, normal_quantile,
    normal_quantile_of_ln, normal_survival,
};

pub(crate) use beta::{beta_logit_quantile, beta_tails};
pub(crate) use gamma::{gamma_quantile_of_tails, gamma_tails};

/// `ln(2 pi) / 2`, the normalising constant of the standard normal density.
pub const LN_SQRT_2PI: f64 = 0.918_938_533_204_672_8;

/// The error function.
#[inline]
pub fn erf(x: f64) -> f64 {
    libm::erf(x)
}

/// `1 - erf(x)`, accurate for large `x`.
#[inline]
pub fn erfc(x: f64) -> f64 {
    libm::erfc(x)
}

/// `x ln y`, and 0 when `x` is 0, whatever `y`.
#[inline]
pub fn x_ln_y(x: f64, y: f64) -> f64 {
    if x == 0.0 { 0.0 } else { x * y.ln() }
}

/// `ln(1 + x) - x` without cancellation near 0.
///
/// With `r = x / (2 + x)` and `y = r^2`, `ln(1 + x) = 2 r (1 + y/3 + y^2/5 + ...)`, so that the
/// linear term can be taken out by hand.
pub fn ln_1p_minus(x: f64) -> f64 {
    if !(-0.4..=0.7).contains(&x) {
        return x.ln_1p() - x;
    }
    let r = x / (2.0 + x);
    let y = r * r;
    let (mut power, mut sum, mut odd) = (1.0, 0.0, 3.0);
    loop {
        let term = power / odd;
        sum += term;
        if term <= sum * 1e-17 {
            break;
        }
        power *= y;
        odd += 2.0;
    }
    r * (2.0 * y * sum - x)
}

/// `ln(e^a + e^b)` without overflow.
#[inline]
pub fn ln_add_exp(a: f64, b: f64) -> f64 {
    let (low, high) = if a < b { (a, b) } else { (b, a) };
    if high.is_infinite() {
        return high;
    }
    high + (low - high).exp().ln_1p()
}

/// `ln(1 - e^x)` for `x <= 0` (Mächler 2012): `expm1` near 0, `ln_1p` far below it.
#[inline]
pub fn ln_1m_exp(x: f64) -> f64 {
    if x > -std::f64::consts::LN_2 { (-x.exp_m1()).ln() } else { (-x.exp()).ln_1p() }
}

#[cfg(test)]
mod tests;
