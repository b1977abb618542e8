//! Robyn's adstock: over the whole history, not normalised.
//!
//! Geometric: `a_t = x_t + θ a_{t-1}`. Weibull: `a_t = Σ_l w_l x_{t-l}` over the history of
//! length T with the scale λ = round(quantile(1..T, scale)), and
//! - density: `w_l` is the min-max-normalised Weibull density at `l + 1`,
//! - survival: `w_0 = 1`, `w_l = Π_{s=1..l} (1 - F(s))`, F the Weibull distribution function.
//!
//! (Robyn, `transformation.R`; facts restated.)

use outlay_stats::simd::axpy;

use super::settings::AdstockFamily;

/// Carry-over of one channel, in natural units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Carryover {
    /// Retention per period in [0, 1).
    Geometric(f64),
    /// Min-max-normalised Weibull density.
    WeibullPdf {
        /// Shape k.
        shape: f64,
        /// Scale as a quantile of the history's length, in [0, 1].
        scale: f64,
    },
    /// Running product of Weibull survival.
    WeibullCdf {
        /// Shape k.
        shape: f64,
        /// Scale as a quantile of the history's length, in [0, 1].
        scale: f64,
    },
}

impl Carryover {
    /// Reads the family's parameters: `[theta]` or `[shape, scale]`; a missing one counts as 0.
    #[inline(always)]
    pub(crate) fn from_parts(family: AdstockFamily, parts: &[f64]) -> Self {
        let at = |i: usize| parts.get(i).copied().unwrap_or(0.0);
        match family {
            AdstockFamily::Geometric => Self::Geometric(at(0)),
            AdstockFamily::WeibullPdf => Self::WeibullPdf { shape: at(0), scale: at(1) },
            AdstockFamily::WeibullCdf => Self::WeibullCdf { shape: at(0), scale: at(1) },
        }
    }

    /// Weight of the effect 0, 1, … periods after the exposure, for a history of `weights.len()`
    /// periods.
    #[inline(always)]
    pub fn weights(self, weights: &mut [f64]) {
        let t = weights.len();
        match self {
            Self::Geometric(theta) => {
                let mut w = 1.0;
                for out in weights.iter_mut() {
                    *out = w;
                    w *= theta;
                }
            }
            // Robyn switches the carry-over off at the edge of the box.
            Self::WeibullPdf { shape, scale } | Self::WeibullCdf { shape, scale }
                if shape == 0.0 || scale == 0.0 =>
            {
                weights.fill(0.0);
                if let Some(first) = weights.first_mut() {
                    *first = 1.0;
                }
            }
            Self::WeibullPdf { shape, scale } => {
                let lambda = weibull_scale(scale, t);
                for (l, out) in weights.iter_mut().enumerate() {
                    let x = (l + 1) as f64 / lambda;
                    let log_density =
                        (shape / lambda).ln() + (shape - 1.0) * x.ln() - x.powf(shape);
                    *out = log_density.exp();
                }
                let low = weights.iter().copied().fold(f64::INFINITY, f64::min);
                let high = weights.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let range = high - low;
                if range > 0.0 && range.is_finite() {
                    weights.iter_mut().for_each(|w| *w = (*w - low) / range);
                } else {
                    weights.fill(0.0);
                    if let Some(first) = weights.first_mut() {
                        *first = 1.0;
                    }
                }
            }
            Self::WeibullCdf { shape, scale } => {
                let lambda = weibull_scale(scale, t);
                let mut product = 1.0;
                for (l, out) in weights.iter_mut().enumerate() {
                    if l > 0 {
                        product *= (-(l as f64 / lambda).powf(shape)).exp();
                    }
                    *out = product;
                }
            }
        }
    }

    /// Adstocks `x` into `out`. `scratch` is overwritten; its length, at least that of `x`, is
    /// the length of the history that Weibull scales refer to.
    #[inline(always)]
    pub fn apply(self, x: &[f64], scratch: &mut [f64], out: &mut [f64]) {
        if let Self::Geometric(theta) = self {
            let mut carried = 0.0_f64;
            for (out, x) in out.iter_mut().zip(x) {
                carried = theta.mul_add(carried, *x);
                *out = carried;
            }
            return;
        }
        self.weights(scratch);
        out.fill(0.0);
        let n = x.len().min(scratch.len());
        for (lag, weight) in scratch[..n].iter().enumerate() {
            if *weight != 0.0 {
                axpy(*weight, &x[..n - lag], &mut out[lag..]);
            }
        }
    }

    /// Weight of the exposure's own period: 1 except for the Weibull density.
    pub fn immediate_weight(self, periods: usize) -> f64 {
        let mut weights = vec![0.0; periods.max(1)];
        self.weights(&mut weights);
        weights[0]
    }
}

/// `round(quantile(1..T, p))` with halves to even, as R rounds.
#[inline(always)]
fn weibull_scale(p: f64, t: usize) -> f64 {
    (1.0 + (t.saturating_sub(1)) as f64 * p.clamp(0.0, 1.0)).round_ties_even().max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn apply(c: Carryover, x: &[f64]) -> Vec<f64> {
        let (mut scratch, mut out) = (vec![0.0; x.len()], vec![0.0; x.len()]);
        c.apply(x, &mut scratch, &mut out);
        out
    }

    #[test]
    fn geometric_is_a_recursion() {
        let out = apply(Carryover::Geometric(0.5), &[1.0, 0.0, 2.0]);
        assert_eq!(out, [1.0, 0.5, 2.25]);
    }

    #[test]
    fn survival_weights_start_at_one_and_fall() {
        let mut w = [0.0; 20];
        Carryover::WeibullCdf { shape: 1.0, scale: 0.1 }.weights(&mut w);
        // λ = round(1 + 19·0.1) = 3; w_1 = e^{-1/3}, w_2 = e^{-1/3}·e^{-2/3} = e^{-1}.
        assert_eq!(w[0], 1.0);
        assert!((w[2] - (-1.0_f64).exp()).abs() < 1e-15);
        assert!(w.windows(2).all(|p| p[1] <= p[0]));
    }

    #[test]
    fn density_weights_can_peak_late_and_span_zero_to_one() {
        let mut w = [0.0; 52];
        Carryover::WeibullPdf { shape: 4.0, scale: 0.1 }.weights(&mut w);
        let peak = w.iter().position(|v| *v == 1.0).unwrap();
        assert!(peak > 2 && w.contains(&0.0), "{w:?}");
    }

    #[test]
    fn the_edge_of_the_box_means_no_carryover() {
        let x = [3.0, 1.0, 4.0];
        assert_eq!(apply(Carryover::WeibullPdf { shape: 2.0, scale: 0.0 }, &x), x);
        assert_eq!(apply(Carryover::WeibullCdf { shape: 0.0, scale: 0.1 }, &x), x);
    }

    proptest! {
        #[test]
        fn recursion_and_convolution_agree(
            x in prop::collection::vec(0.0..10.0_f64, 1..40), theta in 0.0..0.95_f64,
        ) {
            let mut w = vec![0.0; x.len()];
            Carryover::Geometric(theta).weights(&mut w);
            for (t, value) in apply(Carryover::Geometric(theta), &x).iter().enumerate() {
                let sum: f64 = (0..=t).map(|l| w[l] * x[t - l]).sum();
                prop_assert!((value - sum).abs() < 1e-9);
            }
        }

        #[test]
        fn more_exposure_never_gives_less(
            x in prop::collection::vec(0.0..10.0_f64, 5..40), shape in 0.1..9.0_f64, scale in 0.0..1.0_f64,
        ) {
            let more: Vec<f64> = x.iter().map(|v| v + 1.0).collect();
            for c in [Carryover::WeibullPdf { shape, scale }, Carryover::WeibullCdf { shape, scale }] {
                for (a, b) in apply(c, &x).iter().zip(apply(c, &more)) {
                    prop_assert!(a.is_finite() && *a >= 0.0 && b >= *a);
                }
            }
        }
    }
}
