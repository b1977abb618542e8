//! Smooth one-to-one maps from the whole real line onto a distribution's support.
//!
//! A sampler moves on the unconstrained scale `u`; the model reads the constrained value
//! `x = f(u)`. A density `p(x)` becomes `p(f(u)) |f'(u)|`, so a log density gains
//! [`Bijector::log_jacobian`] and its gradient is
//! `f'(u) d ln p / dx + d ln |f'(u)| / du`.
//!
//! Every value stays finite and strictly inside the support for any finite `u`: where rounding
//! would reach a bound, the nearest representable number inside is returned instead.

use crate::distribution::Support;

/// Beyond this the exponential leaves the normal double range.
const LARGEST_EXPONENT: f64 = 709.0;
/// Below this the exponential is subnormal.
const SMALLEST_EXPONENT: f64 = -708.0;

/// A map from the real line onto a support.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bijector {
    /// `x = u`.
    Identity,
    /// `x = low + e^u`.
    Lower {
        /// The bound below, not reached.
        low: f64,
    },
    /// `x = high - e^-u`: increasing, so that a larger `u` is a larger `x`.
    Upper {
        /// The bound above, not reached.
        high: f64,
    },
    /// `x = low + (high - low) / (1 + e^-u)`, the scaled logistic function.
    Interval {
        /// The bound below, not reached.
        low: f64,
        /// The bound above, not reached.
        high: f64,
    },
}

/// All that a sampler's inner loop needs at one `u`, from a single exponential.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Constrained {
    /// The constrained value `x`.
    pub value: f64,
    /// `dx / du`, positive.
    pub derivative: f64,
    /// `ln (dx / du)`.
    pub log_jacobian: f64,
    /// `d ln(dx / du) / du`.
    pub log_jacobian_gradient: f64,
}

impl Bijector {
    /// The map onto the inside of `support`; `None` for a point, which has nothing to sample.
    pub fn from_support(support: Support) -> Option<Self> {
        match support {
            Support::Real => Some(Self::Identity),
            Support::Above(low) => Some(Self::Lower { low }),
            Support::Below(high) => Some(Self::Upper { high }),
            Support::Interval { low, high } => Some(Self::Interval { low, high }),
            Support::Point(_) => None,
        }
    }

    /// The constrained value, its derivative and the log Jacobian with its gradient.
    #[inline]
    pub fn evaluate(&self, u: f64) -> Constrained {
        match *self {
            Self::Identity => Constrained {
                value: u,
                derivative: 1.0,
                log_jacobian: 0.0,
                log_jacobian_gradient: 0.0,
            },
            Self::Lower { low } => {
                let e = bounded_exp(u);
                Constrained {
                    value: inside(low + e, low, f64::INFINITY),
                    derivative: e,
                    log_jacobian: u,
                    log_jacobian_gradient: 1.0,
                }
            }
            Self::Upper { high } => {
                let e = bounded_exp(-u);
                Constrained {
                    value: inside(high - e, f64::NEG_INFINITY, high),
                    derivative: e,
                    log_jacobian: -u,
                    log_jacobian_gradient: -1.0,
                }
            }
            Self::Interval { low, high } => {
                let width = high - low;
                // Measured from the nearer end, so that the distance keeps its digits.
                let e = bounded_exp(-u.abs());
                let near = e / (1.0 + e);
                let value = if u < 0.0 { low + width * near } else { high - width * near };
                let tilt = (1.0 - e) / (1.0 + e);
                Constrained {
                    value: inside(value, low, high),
                    derivative: width * near / (1.0 + e),
                    log_jacobian: width.ln() - u.abs() - 2.0 * e.ln_1p(),
                    log_jacobian_gradient: if u < 0.0 { tilt } else { -tilt },
                }
            }
        }
    }

    /// The constrained value `x` of `u`.
    #[inline]
    pub fn to_constrained(&self, u: f64) -> f64 {
        self.evaluate(u).value
    }

    /// The unconstrained value of `x`: infinite on a bound, NaN outside the support.
    #[inline]
    pub fn to_unconstrained(&self, x: f64) -> f64 {
        match *self {
            Self::Identity => x,
            Self::Lower { low } => (x - low).ln(),
            Self::Upper { high } => -(high - x).ln(),
            Self::Interval { low, high } => {
                if x < low || x > high {
                    return f64::NAN;
                }
                (x - low).ln() - (high - x).ln()
            }
        }
    }

    /// `dx / du`, positive.
    #[inline]
    pub fn derivative(&self, u: f64) -> f64 {
        self.evaluate(u).derivative
    }

    /// `ln (dx / du)`: what a log density gains when it is expressed in `u`.
    #[inline]
    pub fn log_jacobian(&self, u: f64) -> f64 {
        self.evaluate(u).log_jacobian
    }

    /// The derivative of [`Self::log_jacobian`] with respect to `u`.
    #[inline]
    pub fn log_jacobian_gradient(&self, u: f64) -> f64 {
        self.evaluate(u).log_jacobian_gradient
    }
}

/// `e^u`, held within the normal double range.
#[inline]
fn bounded_exp(u: f64) -> f64 {
    u.clamp(SMALLEST_EXPONENT, LARGEST_EXPONENT).exp()
}

/// `x`, moved to the nearest double inside `low..high` where rounding reached a bound.
#[inline]
fn inside(x: f64, low: f64, high: f64) -> f64 {
    if x <= low {
        low.next_up()
    } else if x >= high {
        high.next_down()
    } else {
        x
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_bijector() -> impl Strategy<Value = Bijector> {
        prop_oneof![
            Just(Bijector::Identity),
            (-50.0..50.0).prop_map(|low| Bijector::Lower { low }),
            (-50.0..50.0).prop_map(|high| Bijector::Upper { high }),
            (-50.0..50.0, 0.1..100.0)
                .prop_map(|(low, width)| Bijector::Interval { low, high: low + width }),
        ]
    }

    proptest! {
        #[test]
        fn a_value_returns_to_where_it_came_from(map in any_bijector(), u in -8.0..8.0_f64) {
            let x = map.to_constrained(u);
            // The bounds are up to 50 away, and e^-8 of the distance is left.
            prop_assert!((map.to_unconstrained(x) - u).abs() < 1e-9, "{x}");
        }

        #[test]
        fn derivatives_match_finite_differences(map in any_bijector(), u in -6.0..6.0_f64) {
            let h = 1e-5;
            let slope = (map.to_constrained(u + h) - map.to_constrained(u - h)) / (2.0 * h);
            prop_assert!((map.derivative(u) - slope).abs() < 1e-7 * (1.0 + slope.abs()));
            let bend = (map.log_jacobian(u + h) - map.log_jacobian(u - h)) / (2.0 * h);
            prop_assert!((map.log_jacobian_gradient(u) - bend).abs() < 1e-8);
            prop_assert!((map.derivative(u).ln() - map.log_jacobian(u)).abs() < 1e-12);
        }

        #[test]
        fn every_value_is_finite_and_inside(map in any_bijector(), u in -1e6..1e6_f64) {
            let at = map.evaluate(u);
            prop_assert!(at.value.is_finite() && at.derivative.is_finite());
            prop_assert!(at.derivative > 0.0 && at.log_jacobian.is_finite());
            match map {
                Bijector::Identity => {}
                Bijector::Lower { low } => prop_assert!(at.value > low),
                Bijector::Upper { high } => prop_assert!(at.value < high),
                Bijector::Interval { low, high } => {
                    prop_assert!(at.value > low && at.value < high);
                }
            }
        }

        #[test]
        fn the_map_is_increasing(map in any_bijector(), u in -9.0..9.0_f64, step in 0.1..5.0_f64) {
            prop_assert!(map.to_constrained(u + step) > map.to_constrained(u));
        }
    }

    #[test]
    fn the_far_ends_keep_their_logarithms() {
        let map = Bijector::Interval { low: 0.0, high: 2.0 };
        for u in [-700.0, 700.0, 1e5] {
            assert!((map.log_jacobian(u) - (2.0_f64.ln() - u.abs())).abs() < 1e-9);
            assert_eq!(map.log_jacobian_gradient(u), -u.signum());
        }
        let positive = Bijector::Lower { low: 0.0 };
        assert!((positive.to_unconstrained(positive.to_constrained(-700.0)) + 700.0).abs() < 1e-10);
        assert!((positive.to_unconstrained(positive.to_constrained(700.0)) - 700.0).abs() < 1e-10);
        assert_eq!(positive.log_jacobian(-5000.0), -5000.0);
    }

    #[test]
    fn bounds_and_what_lies_outside_are_told_apart() {
        let map = Bijector::Interval { low: 1.0, high: 3.0 };
        assert_eq!(map.to_unconstrained(2.0), 0.0);
        assert_eq!(map.to_unconstrained(1.0), f64::NEG_INFINITY);
        assert_eq!(map.to_unconstrained(3.0), f64::INFINITY);
        assert!(map.to_unconstrained(0.5).is_nan() && map.to_unconstrained(3.5).is_nan());
        assert!(Bijector::Lower { low: 1.0 }.to_unconstrained(0.5).is_nan());
        assert_eq!(Bijector::from_support(Support::Point(1.0)), None);
        assert_eq!(Bijector::from_support(Support::Above(2.0)), Some(Bijector::Lower { low: 2.0 }));
    }
}
