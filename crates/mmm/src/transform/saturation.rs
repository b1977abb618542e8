//! Saturation: how the effect levels off as exposure grows.
//!
//! Each curve is monotone in exposure, zero at zero, and elementwise. The height of the curve is
//! the channel's coefficient, not part of the shape.

use outlay_stats::simd::{exp, ln, tanh};

/// The family of a saturation curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SaturationShape {
    /// `x`.
    None,
    /// `x^s / (x^s + κ^s)`: half saturation κ, slope s.
    Hill,
    /// `(1 - e^{-λx}) / (1 + e^{-λx})`.
    Logistic,
    /// `tanh(x / c)`.
    Tanh,
    /// `x / (κ + x)`.
    MichaelisMenten,
    /// `x^a`, 0 < a ≤ 1.
    Power,
}

/// Largest number of parameters of a shape.
pub const MAX_PARAMETERS: usize = 2;

/// Value and derivatives of a curve at one exposure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// `f(x)`.
    pub value: f64,
    /// `df/dx`.
    pub dx: f64,
    /// `df/dp_k`.
    pub dp: [f64; MAX_PARAMETERS],
}

impl SaturationShape {
    /// Names of the shape's parameters, in order.
    pub fn parameters(self) -> &'static [&'static str] {
        match self {
            Self::None => &[],
            Self::Hill => &["half_saturation", "slope"],
            Self::Logistic => &["lambda"],
            Self::Tanh => &["scale"],
            Self::MichaelisMenten => &["half_saturation"],
            Self::Power => &["exponent"],
        }
    }

    /// The curve at one exposure `x >= 0`.
    pub fn at(self, x: f64, p: &[f64]) -> Point {
        match self {
            Self::None => Linear.at(x),
            Self::Hill => Hill::new(p).at(x),
            Self::Logistic => Logistic { lambda: p[0] }.at(x),
            Self::Tanh => Tanh { scale: p[0] }.at(x),
            Self::MichaelisMenten => MichaelisMenten { kappa: p[0] }.at(x),
            Self::Power => Power { exponent: p[0] }.at(x),
        }
    }

    /// The curve over a slice, values only.
    #[inline(always)]
    pub fn values(self, x: &[f64], p: &[f64], out: &mut [f64]) {
        match self {
            Self::None => out.copy_from_slice(x),
            Self::Hill => values(&Hill::new(p), x, out),
            Self::Logistic => values(&Logistic { lambda: p[0] }, x, out),
            Self::Tanh => values(&Tanh { scale: p[0] }, x, out),
            Self::MichaelisMenten => values(&MichaelisMenten { kappa: p[0] }, x, out),
            Self::Power => values(&Power { exponent: p[0] }, x, out),
        }
    }

    /// The curve and its derivatives over a slice: `value`, `dx`, and `dp` per parameter.
    #[inline(always)]
    pub fn values_and_slopes(
        self,
        x: &[f64],
        p: &[f64],
        value: &mut [f64],
        dx: &mut [f64],
        dp0: &mut [f64],
        dp1: &mut [f64],
    ) {
        match self {
            Self::None => points(&Linear, x, value, dx, dp0, dp1),
            Self::Hill => points(&Hill::new(p), x, value, dx, dp0, dp1),
            Self::Logistic => points(&Logistic { lambda: p[0] }, x, value, dx, dp0, dp1),
            Self::Tanh => points(&Tanh { scale: p[0] }, x, value, dx, dp0, dp1),
            Self::MichaelisMenten => {
                points(&MichaelisMenten { kappa: p[0] }, x, value, dx, dp0, dp1);
            }
            Self::Power => points(&Power { exponent: p[0] }, x, value, dx, dp0, dp1),
        }
    }
}

/// A curve with its parameters. A trait rather than a closure, because only a marked method is
/// sure to be inlined into the loop that the compiler vectorises.
trait Curve {
    fn at(&self, x: f64) -> Point;
}

#[inline(always)]
fn values(curve: &impl Curve, x: &[f64], out: &mut [f64]) {
    for (o, x) in out.iter_mut().zip(x) {
        *o = curve.at(*x).value;
    }
}

#[inline(always)]
fn points(
    curve: &impl Curve,
    x: &[f64],
    value: &mut [f64],
    dx: &mut [f64],
    dp0: &mut [f64],
    dp1: &mut [f64],
) {
    let n = x.len();
    let (value, dx, dp0, dp1) = (&mut value[..n], &mut dx[..n], &mut dp0[..n], &mut dp1[..n]);
    for i in 0..n {
        let point = curve.at(x[i]);
        value[i] = point.value;
        dx[i] = point.dx;
        dp0[i] = point.dp[0];
        dp1[i] = point.dp[1];
    }
}

struct Linear;

impl Curve for Linear {
    #[inline(always)]
    fn at(&self, x: f64) -> Point {
        Point { value: x, dx: 1.0, dp: [0.0; 2] }
    }
}

struct Hill {
    slope: f64,
    log_kappa: f64,
    slope_over_kappa: f64,
}

impl Hill {
    #[inline(always)]
    fn new(p: &[f64]) -> Self {
        Self { slope: p[1], log_kappa: ln(p[0]), slope_over_kappa: p[1] / p[0] }
    }
}

impl Curve for Hill {
    #[inline(always)]
    fn at(&self, x: f64) -> Point {
        // Zero has no logarithm; its value and slope come out right from far below any exposure.
        let x = x.max(1e-300);
        let log_ratio = ln(x) - self.log_kappa;
        let value = 1.0 / (1.0 + exp(-self.slope * log_ratio));
        let curvature = value * (1.0 - value);
        Point {
            value,
            dx: curvature * self.slope / x,
            dp: [-curvature * self.slope_over_kappa, curvature * log_ratio],
        }
    }
}

struct MichaelisMenten {
    kappa: f64,
}

impl Curve for MichaelisMenten {
    #[inline(always)]
    fn at(&self, x: f64) -> Point {
        let inverse = 1.0 / (x + self.kappa);
        let value = x * inverse;
        let rest = self.kappa * inverse;
        Point { value, dx: rest * inverse, dp: [-value * inverse, 0.0] }
    }
}

struct Logistic {
    lambda: f64,
}

impl Curve for Logistic {
    #[inline(always)]
    fn at(&self, x: f64) -> Point {
        let value = tanh(0.5 * self.lambda * x);
        let slope = 0.5 * (1.0 - value * value);
        Point { value, dx: slope * self.lambda, dp: [slope * x, 0.0] }
    }
}

struct Tanh {
    scale: f64,
}

impl Curve for Tanh {
    #[inline(always)]
    fn at(&self, x: f64) -> Point {
        let ratio = x / self.scale;
        let value = tanh(ratio);
        let slope = (1.0 - value * value) / self.scale;
        Point { value, dx: slope, dp: [-slope * ratio, 0.0] }
    }
}

struct Power {
    exponent: f64,
}

impl Curve for Power {
    #[inline(always)]
    fn at(&self, x: f64) -> Point {
        let x = x.max(1e-300);
        let log = ln(x);
        let value = exp(self.exponent * log);
        Point { value, dx: self.exponent * value / x, dp: [value * log, 0.0] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SHAPES: [SaturationShape; 6] = [
        SaturationShape::None,
        SaturationShape::Hill,
        SaturationShape::Logistic,
        SaturationShape::Tanh,
        SaturationShape::MichaelisMenten,
        SaturationShape::Power,
    ];

    proptest! {
        #[test]
        fn slopes_equal_finite_differences(x in 0.01..6.0_f64, a in 0.2..3.0_f64, b in 0.4..3.0_f64) {
            for shape in SHAPES {
                let p = if shape == SaturationShape::Power { [a / 3.0, 0.0] } else { [a, b] };
                let at = shape.at(x, &p);
                let h = 1e-6 * x;
                let numeric = (shape.at(x + h, &p).value - shape.at(x - h, &p).value) / (2.0 * h);
                prop_assert!((numeric - at.dx).abs() < 1e-6 * (1.0 + at.dx.abs()), "{shape:?} dx");
                for (i, name) in shape.parameters().iter().enumerate() {
                    let h = 1e-6 * p[i];
                    let (mut up, mut down) = (p, p);
                    up[i] += h;
                    down[i] -= h;
                    let numeric = (shape.at(x, &up).value - shape.at(x, &down).value) / (2.0 * h);
                    prop_assert!((numeric - at.dp[i]).abs() < 1e-6 * (1.0 + at.dp[i].abs()),
                        "{shape:?} {name}: {numeric} against {}", at.dp[i]);
                }
            }
        }

        #[test]
        fn curves_rise_from_zero(a in 0.05..5.0_f64, b in 0.2..4.0_f64, x in 0.0..20.0_f64, step in 1e-6..5.0_f64) {
            for shape in SHAPES {
                let p = if shape == SaturationShape::Power { [(a / 5.0).max(0.02), 0.0] } else { [a, b] };
                prop_assert!(shape.at(0.0, &p).value.abs() < 1e-2, "{shape:?}");
                prop_assert!(shape.at(x + step, &p).value >= shape.at(x, &p).value, "{shape:?}");
            }
        }

        #[test]
        fn slices_agree_with_points(xs in prop::collection::vec(0.0..5.0_f64, 11), a in 0.2..0.9_f64, b in 0.5..2.0_f64) {
            for shape in SHAPES {
                let n = xs.len();
                let mut o = [vec![0.0; n], vec![0.0; n], vec![0.0; n], vec![0.0; n]];
                let mut values = vec![0.0; n];
                let [v, dx, d0, d1] = &mut o;
                shape.values_and_slopes(&xs, &[a, b], v, dx, d0, d1);
                shape.values(&xs, &[a, b], &mut values);
                for i in 0..n {
                    let at = shape.at(xs[i], &[a, b]);
                    prop_assert!((v[i] - at.value).abs() < 1e-13 && (values[i] - at.value).abs() < 1e-13);
                    prop_assert!((dx[i] - at.dx).abs() <= 1e-12 * at.dx.abs().max(1.0));
                }
            }
        }
    }
}
