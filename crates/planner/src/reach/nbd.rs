//! The negative binomial distribution of exposures.
//!
//! A reachable person is exposed as a Poisson process; rates differ between people by a gamma
//! distribution, so that counts are negative binomial (Ehrenberg 1959, *Applied Statistics* 8;
//! for reach and frequency online: Danaher 2007, *Marketing Science* 26, eq. 1 and 2):
//!
//! ```text
//! P(N = n) = Γ(r+n)/(Γ(r) n!) · (r/(r+μ))^r (μ/(r+μ))^n
//! P(N ≥ k) = I_p(k, r),  p = μ/(r+μ)         (regularised incomplete beta function)
//! P(N ≥ 1) = 1 − (1 + μ/r)^−r
//! ```
//!
//! The mean grows with what is bought, `μ = (ρx)^s`. For impressions `s = 1` by counting. Spend buys
//! ever fewer exposures where prices rise with it, `s < 1` (one per cent more money, `s` per cent
//! more exposures); 1+ reach is then the Burr XII curve, with `r = 1` Hill's.

use outlay_stats::special::{beta_lower, ln_beta};
use serde::Serialize;

use super::error::{ReachError, check};

/// Reach when exposures per reachable person are negative binomial.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Nbd {
    reachable: f64,
    rate: f64,
    shape: f64,
    elasticity: f64,
}

impl Nbd {
    /// `reachable` people; `rate` mean exposures per reachable person and unit bought; `shape` of
    /// the differences between people (small: few people see most of it).
    ///
    /// # Errors
    /// [`ReachError::Value`] unless all three are positive and finite.
    pub fn new(reachable: f64, rate: f64, shape: f64) -> Result<Self, ReachError> {
        check("the number of reachable people", "positive", reachable, reachable > 0.0)?;
        check("the exposures per unit bought", "positive", rate, rate > 0.0)?;
        check("the shape", "positive", shape, shape > 0.0)?;
        Ok(Self::trusted(reachable, rate, shape, 1.0))
    }

    /// The same with exposures that grow as a power of what is bought.
    ///
    /// # Errors
    /// [`ReachError::Value`] unless `elasticity` is above 0 and at most 1.
    pub fn with_elasticity(self, elasticity: f64) -> Result<Self, ReachError> {
        let holds = elasticity > 0.0 && elasticity <= 1.0;
        check("the elasticity", "above 0, at most 1", elasticity, holds)?;
        Ok(Self { elasticity, ..self })
    }

    /// For parameters that are within their ranges by construction.
    pub(crate) fn trusted(reachable: f64, rate: f64, shape: f64, elasticity: f64) -> Self {
        Self { reachable, rate, shape, elasticity }
    }

    /// People who can be reached at all.
    pub fn reachable(&self) -> f64 {
        self.reachable
    }

    /// Mean exposures per reachable person and unit bought, while they are proportional.
    pub fn rate(&self) -> f64 {
        self.rate
    }

    /// Shape of the gamma distribution of rates over people.
    pub fn shape(&self) -> f64 {
        self.shape
    }

    /// Per cent more exposures for one per cent more bought.
    pub fn elasticity(&self) -> f64 {
        self.elasticity
    }

    /// Mean exposures per reachable person after buying `bought`.
    pub fn mean(&self, bought: f64) -> f64 {
        let linear = self.rate * bought;
        let mean = if self.elasticity == 1.0 { linear } else { linear.powf(self.elasticity) };
        // Beyond any purchase, but ratios of it stay numbers.
        mean.min(1e300)
    }

    /// Exposures of all reachable people after buying `bought`.
    pub fn impressions(&self, bought: f64) -> f64 {
        self.reachable * self.mean(bought)
    }

    /// People reached at least `frequency` times; everybody zero times.
    pub fn reach(&self, bought: f64, frequency: u32) -> f64 {
        self.reachable * at_least(self.mean(bought), self.shape, frequency)
    }

    /// Derivative of [`Nbd::reach`] in what is bought; infinite at zero where the curve is.
    pub fn slope(&self, bought: f64, frequency: u32) -> f64 {
        let mean = self.mean(bought);
        let growth = if self.elasticity == 1.0 {
            self.rate
        } else if bought > 0.0 {
            self.elasticity * mean / bought
        } else {
            // Reach starts like x^(s k).
            let steep = f64::from(frequency) * self.elasticity < 1.0;
            return if steep { f64::INFINITY } else { 0.0 };
        };
        self.reachable * at_least_slope(mean, self.shape, frequency) * growth
    }
}

/// `P(N ≥ k)` for mean `mean` and shape `shape`.
pub(crate) fn at_least(mean: f64, shape: f64, frequency: u32) -> f64 {
    match frequency {
        0 => 1.0,
        1 => -(-shape * (mean / shape).ln_1p()).exp_m1(),
        _ if mean <= 0.0 => 0.0,
        k => beta_lower(f64::from(k), shape, mean / (mean + shape)).clamp(0.0, 1.0),
    }
}

/// `d P(N ≥ k) / d mean`.
pub(crate) fn at_least_slope(mean: f64, shape: f64, frequency: u32) -> f64 {
    match frequency {
        0 => 0.0,
        1 => (-(shape + 1.0) * (mean / shape).ln_1p()).exp(),
        _ if mean <= 0.0 => 0.0,
        k => {
            // The beta density at p times dp/dμ = r/(r+μ)², in logarithms: p is close to 0 or 1.
            let (k, tail) = (f64::from(k), -(mean / shape).ln_1p());
            let p = mean / (mean + shape);
            let density = (k - 1.0) * p.ln() + (shape - 1.0) * tail - ln_beta(k, shape);
            (density + 2.0 * tail - shape.ln()).exp()
        }
    }
}

#[cfg(test)]
mod tests {
    use outlay_stats::special::ln_gamma;
    use proptest::prelude::*;

    use super::*;

    fn mass(mean: f64, shape: f64, n: u32) -> f64 {
        let n = f64::from(n);
        let ln = ln_gamma(shape + n) - ln_gamma(shape) - ln_gamma(n + 1.0)
            + shape * (shape / (shape + mean)).ln();
        ln.exp() * (mean / (shape + mean)).powf(n)
    }

    #[test]
    fn shape_one_is_goergs_curve_and_a_large_shape_the_exponential() {
        for mean in [0.01, 0.5, 3.0, 40.0] {
            assert!((at_least(mean, 1.0, 1) - mean / (1.0 + mean)).abs() < 1e-15);
            // Geometric: P(N ≥ k) = (μ/(1+μ))^k.
            assert!((at_least(mean, 1.0, 4) - (mean / (1.0 + mean)).powi(4)).abs() < 1e-14);
            assert!((at_least(mean, 1e9, 1) - (1.0 - f64::exp(-mean))).abs() < 1e-7);
            // Shape 2: P(N ≥ 2) = 1 − q² − 2 q² p with q = 2/(2+μ).
            let q = 2.0 / (2.0 + mean);
            assert!((at_least(mean, 2.0, 2) - (1.0 - q * q * (3.0 - 2.0 * q))).abs() < 1e-14);
        }
    }

    #[test]
    fn shape_one_with_an_elasticity_is_hills_curve() {
        let nbd = Nbd::new(500.0, 0.2, 1.0).unwrap().with_elasticity(0.5).unwrap();
        for bought in [0.1, 5.0, 300.0] {
            let hill = 500.0 / (1.0 + f64::powf(5.0 / bought, 0.5));
            assert!((nbd.reach(bought, 1) - hill).abs() < 1e-10);
            let h = 1e-6 * bought;
            let numeric = (nbd.reach(bought + h, 3) - nbd.reach(bought - h, 3)) / (2.0 * h);
            assert!((nbd.slope(bought, 3) - numeric).abs() < 1e-7 * (1.0 + numeric));
        }
        assert_eq!((nbd.slope(0.0, 1), nbd.slope(0.0, 3)), (f64::INFINITY, 0.0));
    }

    #[test]
    fn parameters_that_are_not_positive_are_refused() {
        for [reachable, rate, shape] in
            [[0.0, 1.0, 1.0], [1.0, -1.0, 1.0], [1.0, 1.0, f64::INFINITY], [f64::NAN, 1.0, 1.0]]
        {
            assert!(Nbd::new(reachable, rate, shape).is_err());
        }
        assert!(Nbd::new(1.0, 1.0, 1.0).unwrap().with_elasticity(1.1).is_err());
    }

    proptest! {
        #[test]
        fn tails_are_sums_of_the_mass(mean in 0.001..30.0f64, shape in 0.02..50.0f64, k in 1u32..12) {
            let below: f64 = (0..k).map(|n| mass(mean, shape, n)).sum();
            // The mass itself carries the rounding of ln Γ.
            prop_assert!((at_least(mean, shape, k) - (1.0 - below)).abs() < 1e-10);
        }

        #[test]
        fn the_mean_is_the_sum_of_the_tails(mean in 0.001..5.0f64, shape in 0.5..50.0f64) {
            let sum: f64 = (1..600).map(|k| at_least(mean, shape, k)).sum();
            prop_assert!((sum - mean).abs() < 1e-8 * (1.0 + mean));
        }

        #[test]
        fn slopes_are_derivatives(mean in 0.05..30.0f64, shape in 0.02..50.0f64, k in 1u32..12) {
            let h = 1e-5 * mean;
            let numeric = (at_least(mean + h, shape, k) - at_least(mean - h, shape, k)) / (2.0 * h);
            let slope = at_least_slope(mean, shape, k);
            prop_assert!((slope - numeric).abs() < 1e-6 * slope + 1e-9, "{slope} {numeric}");
        }

        #[test]
        fn nobody_is_reached_more_often_than_impressions_allow(
            mean in 0.0..30.0f64, shape in 0.02..50.0f64, k in 1u32..12,
        ) {
            prop_assert!(f64::from(k) * at_least(mean, shape, k) <= mean * (1.0 + 1e-12));
            prop_assert!(at_least(mean, shape, k + 1) <= at_least(mean, shape, k));
        }
    }
}
