//! Robyn's saturation: Hill with the inflexion at a share of the largest adstocked value.
//!
//! `h(a) = a^α / (a^α + κ^α)`, `κ = γ · max a` over the modelling window (Robyn,
//! `transformation.R`; facts restated).

use outlay_stats::simd::{exp, ln};

/// Saturation of one channel over one window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hill {
    /// Exponent α: above 1 the curve is S-shaped.
    pub alpha: f64,
    /// Inflexion κ, in units of adstocked exposure.
    pub inflexion: f64,
}

impl Hill {
    /// The curve for adstocked exposure `window`.
    #[inline(always)]
    pub fn of_window(alpha: f64, gamma: f64, window: &[f64]) -> Self {
        let max = window.iter().copied().fold(0.0_f64, f64::max);
        Self { alpha, inflexion: gamma * max }
    }

    /// Saturated effect in [0, 1) of adstocked exposure `a >= 0`; 0 where the channel never ran.
    #[inline(always)]
    pub fn at(self, a: f64) -> f64 {
        // 1 / (1 + (κ/a)^α): a power that overflows means no effect, as it should.
        let value = 1.0 / (1.0 + (self.inflexion / a).powf(self.alpha));
        if a > 0.0 && self.inflexion > 0.0 { value } else { 0.0 }
    }

    /// Derivative of [`Hill::at`]; infinite at 0 for α below 1, as the curve is.
    pub fn slope(self, a: f64) -> f64 {
        if self.inflexion <= 0.0 {
            return 0.0;
        }
        if a <= 0.0 {
            return match self.alpha.total_cmp(&1.0) {
                std::cmp::Ordering::Less => f64::INFINITY,
                std::cmp::Ordering::Equal => 1.0 / self.inflexion,
                std::cmp::Ordering::Greater => 0.0,
            };
        }
        let h = self.at(a);
        self.alpha * h * (1.0 - h) / a
    }

    /// Saturates a series: [`Hill::at`] in logarithms, which vectorise.
    #[inline(always)]
    pub fn apply(self, a: &[f64], out: &mut [f64]) {
        if self.inflexion <= 0.0 {
            out.fill(0.0);
            return;
        }
        let log_inflexion = ln(self.inflexion);
        for (out, a) in out.iter_mut().zip(a) {
            let value = 1.0 / (1.0 + exp(self.alpha * (log_inflexion - ln(*a))));
            *out = if *a > 0.0 { value } else { 0.0 };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn half_at_the_inflexion_and_nothing_from_nothing() {
        let hill = Hill::of_window(2.0, 0.5, &[0.0, 10.0, 4.0]);
        assert_eq!(hill.inflexion, 5.0);
        assert!((hill.at(5.0) - 0.5).abs() < 1e-15);
        assert_eq!(hill.at(0.0), 0.0);
        assert_eq!(Hill::of_window(2.0, 0.5, &[0.0]).at(1.0), 0.0);
    }

    proptest! {
        #[test]
        fn equals_the_textbook_form_and_rises(
            alpha in 0.3..4.0_f64, kappa in 1e-3..1e6_f64, ratio in 1e-3..1e3_f64,
        ) {
            let hill = Hill { alpha, inflexion: kappa };
            let a = kappa * ratio;
            let textbook = a.powf(alpha) / (a.powf(alpha) + kappa.powf(alpha));
            prop_assert!((hill.at(a) / textbook - 1.0).abs() < 1e-13);
            prop_assert!(hill.at(a * 1.01) >= hill.at(a));
            let step = a * 1e-6;
            let numeric = (hill.at(a + step) - hill.at(a - step)) / (2.0 * step);
            prop_assert!((hill.slope(a) - numeric).abs() <= 1e-5 * numeric.abs() + 1e-9 / a);
        }

        #[test]
        fn series_and_point_agree(a in prop::collection::vec(0.0..1e6_f64, 1..20), alpha in 0.3..4.0_f64) {
            let hill = Hill::of_window(alpha, 0.6, &a);
            let mut out = vec![0.0; a.len()];
            hill.apply(&a, &mut out);
            for (out, a) in out.iter().zip(&a) {
                prop_assert!((*out - hill.at(*a)).abs() < 1e-13);
            }
        }
    }
}
