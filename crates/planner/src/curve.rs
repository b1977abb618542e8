//! Response curves: value, slope and curvature, and the least concave function above them.
//!
//! Every curve rises from zero and is either concave or, a Hill curve with a slope above one,
//! convex up to one inflection and concave after it. That is all that the certificate rests on:
//! over an interval the least concave function above such a curve is a straight line up to a
//! point of touch, and the curve after it.

use outlay_mmm::transform::SaturationShape;
use outlay_stats::simd::{exp, ln, tanh};

/// Below this share of a curve's scale spending counts as nothing: slopes of curves that rise
/// infinitely steeply from zero stay finite.
const FLOOR: f64 = 1e-10;

/// A curve with its parameters, in exposure units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Curve {
    /// `x`.
    Linear,
    /// `x^s / (x^s + κ^s)`.
    Hill {
        /// Exposure at half of the height, κ.
        half_saturation: f64,
        /// Slope s.
        slope: f64,
    },
    /// `tanh(x / c)`; a logistic saturation of rate λ is the one with `c = 2/λ`.
    Tanh {
        /// Scale c.
        scale: f64,
    },
    /// `x^a`, 0 < a ≤ 1.
    Power {
        /// Exponent a.
        exponent: f64,
    },
}

/// Value and first two derivatives.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// `f(x)`.
    pub value: f64,
    /// `f'(x)`.
    pub slope: f64,
    /// `f''(x)`.
    pub curvature: f64,
}

impl Curve {
    /// The curve of a saturation family of the model with its parameters.
    pub fn of(shape: SaturationShape, p: &[f64]) -> Self {
        let first = p.first().copied().unwrap_or(1.0);
        match shape {
            SaturationShape::None => Self::Linear,
            SaturationShape::Hill => {
                Self::Hill { half_saturation: first, slope: p.get(1).copied().unwrap_or(1.0) }
            }
            SaturationShape::MichaelisMenten => Self::Hill { half_saturation: first, slope: 1.0 },
            SaturationShape::Logistic => Self::Tanh { scale: 2.0 / first },
            SaturationShape::Tanh => Self::Tanh { scale: first },
            SaturationShape::Power => Self::Power { exponent: first },
        }
    }

    /// Whether all parameters are finite and positive (and an exponent at most one).
    pub fn is_sound(self) -> bool {
        let positive = |x: f64| x.is_finite() && x > 0.0;
        match self {
            Self::Linear => true,
            Self::Hill { half_saturation, slope } => positive(half_saturation) && positive(slope),
            Self::Tanh { scale } => positive(scale),
            Self::Power { exponent } => positive(exponent) && exponent <= 1.0,
        }
    }

    /// The curve at one exposure `x >= 0`.
    #[inline(always)]
    pub fn at(self, x: f64) -> Point {
        match self {
            Self::Linear => Point { value: x, slope: 1.0, curvature: 0.0 },
            Self::Hill { half_saturation, slope } => hill(x, ln(half_saturation), slope),
            Self::Tanh { scale } => bend(x, scale),
            Self::Power { exponent } => power(x, exponent),
        }
    }

    /// Values, slopes and curvatures over a slice.
    #[inline(always)]
    pub(crate) fn points(self, x: &[f64], value: &mut [f64], slope: &mut [f64], bent: &mut [f64]) {
        let n = x.len();
        let (value, slope, bent) = (&mut value[..n], &mut slope[..n], &mut bent[..n]);
        match self {
            Self::Linear => {
                value.copy_from_slice(x);
                slope.fill(1.0);
                bent.fill(0.0);
            }
            Self::Hill { half_saturation, slope: s } => {
                let log = ln(half_saturation);
                for i in 0..n {
                    let p = hill(x[i], log, s);
                    (value[i], slope[i], bent[i]) = (p.value, p.slope, p.curvature);
                }
            }
            Self::Tanh { scale } => {
                for i in 0..n {
                    let p = bend(x[i], scale);
                    (value[i], slope[i], bent[i]) = (p.value, p.slope, p.curvature);
                }
            }
            Self::Power { exponent } => {
                for i in 0..n {
                    let p = power(x[i], exponent);
                    (value[i], slope[i], bent[i]) = (p.value, p.slope, p.curvature);
                }
            }
        }
    }

    /// Where the curve turns from convex to concave; `None` where it is concave all along.
    #[inline(always)]
    pub fn inflection(self) -> Option<f64> {
        match self {
            Self::Hill { half_saturation, slope } if slope > 1.0 => {
                Some(half_saturation * ((slope - 1.0) / (slope + 1.0)).powf(1.0 / slope))
            }
            _ => None,
        }
    }

    /// How far the tangent at `p` passes above the `start` of the curve at `low`; rises with `p`
    /// right of the inflection.
    #[inline(always)]
    fn above(self, p: f64, low: f64, start: f64) -> f64 {
        let at = self.at(p);
        at.value - start - at.slope * (p - low)
    }

    /// The least concave function above the curve on `[low, high]`.
    #[inline(always)]
    pub fn lid(self, low: f64, high: f64) -> Lid {
        let Some(inflection) = self.inflection() else { return Lid::NONE };
        if low >= inflection || low >= high {
            return Lid::NONE;
        }
        let start = self.at(low).value;
        if high <= inflection || self.above(high, low, start) < 0.0 {
            let slope = (self.at(high).value - start) / (high - low);
            return Lid { knot: f64::INFINITY, slope, level: start - slope * low };
        }
        let (mut left, mut right) = (inflection, high);
        for _ in 0..60 {
            let middle = 0.5 * (left + right);
            if self.above(middle, low, start) >= 0.0 {
                right = middle;
            } else {
                left = middle;
            }
            if right - left <= 1e-12 * right {
                break;
            }
        }
        // The tangent at the right end of the bracket lies above the curve on the whole interval.
        let at = self.at(right);
        Lid { knot: right, slope: at.slope, level: at.value - at.slope * right }
    }
}

/// A concave function above a curve: a line up to `knot`, the curve after it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lid {
    /// Where the line ends.
    pub knot: f64,
    /// Slope of the line.
    pub slope: f64,
    /// Value of the line at zero exposure.
    pub level: f64,
}

impl Lid {
    /// No line: the curve itself.
    pub const NONE: Self = Self { knot: f64::NEG_INFINITY, slope: 0.0, level: 0.0 };

    /// Puts the line in the place of the curve's point at `x` where the line holds.
    #[inline(always)]
    pub fn over(self, x: f64, point: Point) -> Point {
        if x < self.knot {
            Point { value: self.level + self.slope * x, slope: self.slope, curvature: 0.0 }
        } else {
            point
        }
    }
}

#[inline(always)]
fn hill(x: f64, log_half: f64, s: f64) -> Point {
    // Zero has no logarithm, and below the floor a slope under one has no bound.
    let x = x.max(FLOOR);
    let value = 1.0 / (1.0 + exp(-s * (ln(x) - log_half)));
    let slope = s * value * (1.0 - value) / x;
    Point { value, slope, curvature: slope / x * (s * (1.0 - 2.0 * value) - 1.0) }
}

#[inline(always)]
fn bend(x: f64, scale: f64) -> Point {
    let value = tanh(x / scale);
    let slope = (1.0 - value * value) / scale;
    Point { value, slope, curvature: -2.0 * value * slope / scale }
}

#[inline(always)]
fn power(x: f64, a: f64) -> Point {
    let x = x.max(FLOOR);
    let value = exp(a * ln(x));
    let slope = a * value / x;
    Point { value, slope, curvature: (a - 1.0) * slope / x }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn curve() -> impl Strategy<Value = Curve> {
        prop_oneof![
            Just(Curve::Linear),
            (0.05..5.0_f64, 0.3..6.0_f64)
                .prop_map(|(half_saturation, slope)| Curve::Hill { half_saturation, slope }),
            (0.05..5.0_f64).prop_map(|scale| Curve::Tanh { scale }),
            (0.1..1.0_f64).prop_map(|exponent| Curve::Power { exponent }),
        ]
    }

    proptest! {
        #[test]
        fn derivatives_equal_finite_differences(curve in curve(), x in 0.05..6.0_f64) {
            let h = 1e-5 * x;
            let (up, down, at) = (curve.at(x + h), curve.at(x - h), curve.at(x));
            let slope = (up.value - down.value) / (2.0 * h);
            let bent = (up.slope - down.slope) / (2.0 * h);
            prop_assert!((slope - at.slope).abs() < 1e-6 * (1.0 + at.slope.abs()));
            prop_assert!((bent - at.curvature).abs() < 1e-5 * (1.0 + at.curvature.abs()));
        }

        #[test]
        fn a_lid_is_concave_and_lies_above(
            curve in curve(), low in 0.0..4.0_f64, width in 0.01..6.0_f64,
            xs in prop::collection::vec(0.0..1.0_f64, 20),
        ) {
            let lid = curve.lid(low, low + width);
            let on = |u: f64| { let x = low + width * u; (x, lid.over(x, curve.at(x))) };
            for u in &xs {
                let (x, above) = on(*u);
                prop_assert!(above.value >= curve.at(x).value - 1e-12, "{curve:?} at {x}");
                for v in &xs {
                    // A concave function lies below each of its tangents.
                    let (y, other) = on(*v);
                    let tangent = above.value + above.slope * (y - x);
                    prop_assert!(other.value <= tangent + 1e-9 * (1.0 + above.slope.abs()),
                        "{curve:?} tangent at {x} under {y}: {} {tangent}", other.value);
                }
            }
        }

        #[test]
        fn a_lid_is_the_least(low in 0.0..1.0_f64, width in 0.5..4.0_f64, slope in 1.2..5.0_f64) {
            // At the ends and at the point of touch it meets the curve.
            let curve = Curve::Hill { half_saturation: 1.0, slope };
            let lid = curve.lid(low, low + width);
            for x in [low, low + width, lid.knot.clamp(low, low + width)] {
                let gap = lid.over(x, curve.at(x)).value - curve.at(x).value;
                prop_assert!(gap.abs() < 1e-8, "{gap} at {x}");
            }
        }
    }
}
