//! How pressure of one period reaches later ones.
//!
//! Written from the formulas alone and on purpose not shared with the model's transforms: a
//! mistake common to both would cancel out and stay unseen.
//!
//! Sources: geometric and delayed, Jin et al. 2017, equations 3 and 4; binomial, Meridian's
//! documentation; Weibull, Robyn's and PyMC-Marketing's documentation.

use std::fmt;

use crate::spec::Adstock;

/// A part of a mechanism: pressure per period in, pressure that is felt per period out.
///
/// Before the first period there is none. An implementation may depend on everything up to the
/// period (its own state, the season), never on the future.
pub trait CarryOver: fmt::Debug + Send + Sync {
    /// Felt pressure per period; as long as `pressure`.
    fn carry(&self, pressure: &[f64]) -> Vec<f64>;

    /// Average weight of the pressure of 0, 1, … periods ago; sums to 1.
    fn weights(&self) -> Vec<f64>;
}

/// A fixed distribution of every period's pressure over lags.
#[derive(Debug, Clone, PartialEq)]
pub struct LagWeights(Vec<f64>);

impl LagWeights {
    /// The weights of a family over lags `0..=max_lag`, normalised to sum 1.
    pub fn new(adstock: Adstock, max_lag: usize) -> Self {
        let window = max_lag + 1;
        let lags = (0..window).map(|l| l as f64);
        let raw: Vec<f64> = match adstock {
            Adstock::None {} => lags.map(|l| if l == 0.0 { 1.0 } else { 0.0 }).collect(),
            Adstock::Geometric { alpha } => lags.map(|l| alpha.powf(l)).collect(),
            Adstock::Delayed { alpha, theta } => {
                lags.map(|l| alpha.powf((l - theta).powi(2))).collect()
            }
            Adstock::Binomial { alpha } => {
                lags.map(|l| (1.0 - l / window as f64).powf(1.0 / alpha - 1.0)).collect()
            }
            Adstock::WeibullCdf { scale, shape } => {
                // The first lag is untouched; each later one keeps what survives until it.
                let mut kept = 1.0;
                let survive = |l: f64| (-(l / scale).powf(shape)).exp();
                lags.map(|l| {
                    if l > 0.0 {
                        kept *= survive(l);
                    }
                    kept
                })
                .collect()
            }
            Adstock::TwoSpeed { fast, slow, share } => {
                // Each part by its own sum, so that `share` is the slow one's share of the effect.
                let part = |alpha: f64| -> Vec<f64> {
                    let raw: Vec<f64> = (0..window).map(|l| alpha.powf(l as f64)).collect();
                    let sum: f64 = raw.iter().sum();
                    raw.into_iter().map(|w| w / sum).collect()
                };
                let mix = |(f, s): (f64, f64)| (1.0 - share) * f + share * s;
                part(fast).into_iter().zip(part(slow)).map(mix).collect()
            }
            Adstock::PowerLaw { scale, exponent } => {
                lags.map(|l| (1.0 + l / scale).powf(-exponent)).collect()
            }
            Adstock::LatePeak { peak, shape } => {
                let at = |x: f64| (x * (1.0 - x).exp()).powf(shape);
                lags.map(|l| at((l + 1.0) / (peak + 1.0))).collect()
            }
            Adstock::Plateau { periods } => {
                lags.map(|l| if l < periods as f64 { 1.0 } else { 0.0 }).collect()
            }
            Adstock::WeibullPdf { scale, shape } => {
                let density = |x: f64| {
                    let r = x / scale;
                    shape / scale * r.powf(shape - 1.0) * (-r.powf(shape)).exp()
                };
                let dense: Vec<f64> = lags.map(|l| density(l + 1.0)).collect();
                let low = dense.iter().copied().fold(f64::INFINITY, f64::min);
                dense.into_iter().map(|d| d - low).collect()
            }
        };
        let sum: f64 = raw.iter().sum();
        if sum.is_finite() && sum > 0.0 {
            Self(raw.into_iter().map(|w| w / sum).collect())
        } else {
            // A density too far outside the window to be told from zero: all of it at once.
            Self(std::iter::once(1.0).chain(std::iter::repeat_n(0.0, max_lag)).collect())
        }
    }
}

impl CarryOver for LagWeights {
    fn carry(&self, pressure: &[f64]) -> Vec<f64> {
        (0..pressure.len())
            .map(|t| self.0.iter().zip(pressure[..=t].iter().rev()).map(|(w, x)| w * x).sum())
            .collect()
    }

    fn weights(&self) -> Vec<f64> {
        self.0.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAMILIES: [Adstock; 10] = [
        Adstock::None {},
        Adstock::Geometric { alpha: 0.6 },
        Adstock::Delayed { alpha: 0.6, theta: 2.0 },
        Adstock::Binomial { alpha: 0.4 },
        Adstock::WeibullCdf { scale: 2.0, shape: 1.5 },
        Adstock::WeibullPdf { scale: 3.0, shape: 2.0 },
        Adstock::TwoSpeed { fast: 0.3, slow: 0.95, share: 0.4 },
        Adstock::PowerLaw { scale: 2.0, exponent: 1.5 },
        Adstock::LatePeak { peak: 4.0, shape: 2.0 },
        Adstock::Plateau { periods: 5 },
    ];

    #[test]
    fn weights_sum_to_one_and_an_impulse_shows_them() {
        for family in FAMILIES {
            let carry = LagWeights::new(family, 8);
            let weights = carry.weights();
            assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{family:?}");
            assert!(weights.iter().all(|w| *w >= 0.0), "{family:?}");
            let mut impulse = vec![0.0; 12];
            impulse[2] = 1.0;
            let felt = carry.carry(&impulse);
            assert_eq!(&felt[..2], [0.0, 0.0]);
            assert_eq!(&felt[2..11], weights.as_slice());
        }
    }

    #[test]
    fn weights_match_values_worked_out_by_hand() {
        let close = |family, max_lag, expected: &[f64]| {
            for (w, e) in LagWeights::new(family, max_lag).weights().iter().zip(expected) {
                assert!((w - e).abs() < 1e-9, "{family:?}: {w} against {e}");
            }
        };
        close(Adstock::Geometric { alpha: 0.5 }, 2, &[4.0 / 7.0, 2.0 / 7.0, 1.0 / 7.0]);
        // (1 - l/3)^1 for alpha = 1/2: 1, 2/3, 1/3.
        close(Adstock::Binomial { alpha: 0.5 }, 2, &[0.5, 1.0 / 3.0, 1.0 / 6.0]);
        // 0.5^((l-1)^2): 1/2, 1, 1/2.
        close(Adstock::Delayed { alpha: 0.5, theta: 1.0 }, 2, &[0.25, 0.5, 0.25]);
        // Shape 1, scale 1 / ln 2: survival halves per period, its running product is
        // 1, 1/2, 1/8.
        let scale = 1.0 / std::f64::consts::LN_2;
        close(Adstock::WeibullCdf { scale, shape: 1.0 }, 2, &[8.0 / 13.0, 4.0 / 13.0, 1.0 / 13.0]);
    }

    #[test]
    fn families_that_are_made_to_last_have_the_shapes_of_their_names() {
        let weights = |family, lags| LagWeights::new(family, lags).weights();
        // The fast part acts at once, the slow one as 2/3 and 1/3: 1/4 + 3/4 * 2/3.
        let two = weights(Adstock::TwoSpeed { fast: 0.0, slow: 0.5, share: 0.75 }, 1);
        assert!((two[0] - 0.75).abs() < 1e-12 && (two[1] - 0.25).abs() < 1e-12, "{two:?}");
        let power = weights(Adstock::PowerLaw { scale: 1.0, exponent: 1.0 }, 2);
        let sum = 1.0 + 0.5 + 1.0 / 3.0;
        assert!((power[2] - 1.0 / 3.0 / sum).abs() < 1e-12);
        let late = weights(Adstock::LatePeak { peak: 4.0, shape: 3.0 }, 30);
        let top = (0..31).max_by(|a, b| late[*a].total_cmp(&late[*b])).unwrap();
        assert_eq!(top, 4);
        assert_eq!(weights(Adstock::Plateau { periods: 2 }, 3), [0.5, 0.5, 0.0, 0.0]);
    }

    #[test]
    fn degenerate_weights_act_at_once() {
        let far = LagWeights::new(Adstock::WeibullPdf { scale: 1e-3, shape: 50.0 }, 3);
        assert_eq!(far.weights(), [1.0, 0.0, 0.0, 0.0]);
    }
}
