//! How felt pressure becomes effect. Independent of the model's own saturation on purpose, like
//! [`crate::carry_over`].

use std::fmt;

use crate::spec::Saturation;

/// A part of a mechanism: pressure per period in, effect per period out, up to a constant size.
///
/// No pressure has no effect. An implementation may depend on the periods before (wear-out).
pub trait Response: fmt::Debug + Send + Sync {
    /// Effect per period; as long as `pressure`, which is relative to its reference level.
    fn respond(&self, pressure: &[f64]) -> Vec<f64>;
}

impl Saturation {
    /// Effect of one period's relative pressure `z >= 0`.
    pub fn value(&self, z: f64) -> f64 {
        if z <= 0.0 {
            return 0.0;
        }
        match *self {
            Self::None {} => z,
            // The same as z^s / (z^s + h^s), without overflow of the powers.
            Self::Hill { slope, half } => 1.0 / (1.0 + (half / z).powf(slope)),
            Self::Logistic { rate } => {
                let e = (-rate * z).exp();
                (1.0 - e) / (1.0 + e)
            }
            Self::MichaelisMenten { half } => z / (z + half),
            Self::Tanh { scale } => (z / scale).tanh(),
            Self::Power { exponent } => z.powf(exponent),
            Self::Threshold { level, half } => {
                let above = (z - level).max(0.0);
                above / (above + half)
            }
            Self::SCurve { centre, steep } => {
                let logistic = |z: f64| 1.0 / (1.0 + (-steep * (z - centre)).exp());
                logistic(z) - logistic(0.0)
            }
            Self::Logarithmic { scale } => (z / scale).ln_1p(),
            Self::Kinked { at, then } => z.min(at) + then * (z - at).max(0.0),
            Self::TwoAudience { fast, slow, share } => {
                -(1.0 - share) * (-z / fast).exp_m1() - share * (-z / slow).exp_m1()
            }
        }
    }
}

impl Response for Saturation {
    fn respond(&self, pressure: &[f64]) -> Vec<f64> {
        pressure.iter().map(|z| self.value(*z)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAMILIES: [Saturation; 6] = [
        Saturation::None {},
        Saturation::Hill { slope: 2.0, half: 1.0 },
        Saturation::Logistic { rate: 1.5 },
        Saturation::MichaelisMenten { half: 0.7 },
        Saturation::Tanh { scale: 1.2 },
        Saturation::Power { exponent: 0.5 },
    ];

    #[test]
    fn every_curve_starts_at_zero_and_rises() {
        for family in FAMILIES {
            assert_eq!(family.value(0.0), 0.0);
            let curve = family.respond(&(1..50).map(|i| f64::from(i) * 0.1).collect::<Vec<_>>());
            assert!(curve.windows(2).all(|w| w[1] > w[0]), "{family:?}");
        }
    }

    const FOREIGN: [Saturation; 5] = [
        Saturation::Threshold { level: 0.5, half: 0.8 },
        Saturation::SCurve { centre: 1.0, steep: 3.0 },
        Saturation::Logarithmic { scale: 0.5 },
        Saturation::Kinked { at: 1.0, then: 0.25 },
        Saturation::TwoAudience { fast: 0.3, slow: 3.0, share: 0.5 },
    ];

    #[test]
    fn foreign_curves_start_at_zero_never_fall_and_stay_finite() {
        for family in FOREIGN {
            assert_eq!(family.value(0.0), 0.0);
            let curve = family.respond(&(0..60).map(|i| f64::from(i) * 0.1).collect::<Vec<_>>());
            assert!(curve.windows(2).all(|w| w[1] >= w[0]), "{family:?}");
            assert!(family.value(1e300).is_finite() && family.value(1e-300) >= 0.0, "{family:?}");
        }
    }

    #[test]
    fn foreign_curves_pass_through_the_points_that_name_their_parameters() {
        let at = |s: Saturation, z: f64, y: f64| assert!((s.value(z) - y).abs() < 1e-12, "{s:?}");
        at(FOREIGN[0], 0.5, 0.0);
        at(FOREIGN[0], 1.3, 0.5);
        at(FOREIGN[1], 1.0, 0.5 - 1.0 / (1.0 + 3.0_f64.exp()));
        at(FOREIGN[2], 0.5, 2.0_f64.ln());
        at(FOREIGN[3], 3.0, 1.5);
        at(FOREIGN[4], 3.0, 0.5 * (1.0 - (-10.0_f64).exp()) + 0.5 * (1.0 - (-1.0_f64).exp()));
    }

    #[test]
    fn curves_pass_through_the_points_that_name_their_parameters() {
        let half = |s: Saturation, z: f64, y: f64| assert!((s.value(z) - y).abs() < 1e-12, "{s:?}");
        half(Saturation::Hill { slope: 3.0, half: 2.0 }, 2.0, 0.5);
        half(Saturation::Hill { slope: 2.0, half: 1.0 }, 3.0, 0.9);
        half(Saturation::MichaelisMenten { half: 0.25 }, 0.25, 0.5);
        half(Saturation::Logistic { rate: 3.0_f64.ln() }, 1.0, 0.5);
        half(Saturation::Tanh { scale: 2.0 }, 2.0, 1.0_f64.tanh());
        half(Saturation::Power { exponent: 0.5 }, 4.0, 2.0);
    }

    #[test]
    fn extreme_pressure_stays_finite() {
        for family in FAMILIES {
            assert!(family.value(1e300).is_finite() && family.value(1e-300).is_finite());
        }
    }
}
