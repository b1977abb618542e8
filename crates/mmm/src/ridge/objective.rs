//! What the search minimises.

use serde::{Deserialize, Serialize};

/// Objectives of one candidate; smaller is better.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Objectives {
    /// The NRMSE that the search minimises: of the validation block, or of the window when
    /// there is no validation.
    pub nrmse: f64,
    /// Root mean squared error over the range of the KPI, training block.
    pub nrmse_train: f64,
    /// The same of the validation block.
    pub nrmse_val: Option<f64>,
    /// The same of the test block.
    pub nrmse_test: Option<f64>,
    /// DECOMP.RSSD: distance between shares of effect and of spend.
    pub decomp_rssd: f64,
    /// MAPE.LIFT: mean relative error against the lift tests.
    pub mape_lift: Option<f64>,
}

/// Sizes of the chronological blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Split {
    /// Training rows.
    pub train: usize,
    /// Validation rows.
    pub validation: usize,
    /// Test rows.
    pub test: usize,
}

impl Split {
    /// `train = ⌊quantile(0..n-1, share)⌋`, `validation = ⌊n (1 - share) / 2⌋`, test the rest;
    /// without a share everything is training.
    #[inline(always)]
    pub fn new(rows: usize, train_size: Option<f64>) -> Self {
        let Some(share) = train_size else {
            return Self { train: rows, validation: 0, test: 0 };
        };
        let train = ((rows.saturating_sub(1)) as f64 * share).floor() as usize;
        let validation = ((rows as f64 * (1.0 - share)) / 2.0).floor() as usize;
        let validation = validation.min(rows - train);
        Self { train, validation, test: rows - train - validation }
    }
}

/// Root mean squared error over `max y - min y`; `None` for an empty block.
///
/// A block whose KPI never changes is scaled by its level instead.
#[inline(always)]
pub fn nrmse(y: &[f64], predicted: &[f64]) -> Option<f64> {
    if y.is_empty() {
        return None;
    }
    let (mut squares, mut low, mut high) = (0.0, f64::INFINITY, f64::NEG_INFINITY);
    for (y, p) in y.iter().zip(predicted) {
        squares += (y - p) * (y - p);
        low = low.min(*y);
        high = high.max(*y);
    }
    let range = if high > low { high - low } else { high.abs().max(f64::MIN_POSITIVE) };
    Some((squares / y.len() as f64).sqrt() / range)
}

/// `sqrt(Σ (effect share - spend share)²)` over paid channels, times one plus the share of
/// channels whose effect share rounds to 0 in four decimals when `penalise` is set.
///
/// Infinite when no paid channel has an effect, 0 when there is no paid channel.
#[inline(always)]
pub fn decomp_rssd(effects: &[f64], spend_shares: &[f64], penalise: bool) -> f64 {
    if effects.is_empty() {
        return 0.0;
    }
    let total: f64 = effects.iter().sum();
    if total == 0.0 || !total.is_finite() {
        return f64::INFINITY;
    }
    let (mut squares, mut zeros) = (0.0, 0.0);
    for (effect, spend) in effects.iter().zip(spend_shares) {
        let share = effect / total;
        squares += (share - spend) * (share - spend);
        zeros += f64::from((share * 1e4).round_ties_even() == 0.0);
    }
    let factor = if penalise { 1.0 + zeros / effects.len() as f64 } else { 1.0 };
    squares.sqrt() * factor
}

/// Explained variance; `None` when `y` never changes.
pub fn r_squared(y: &[f64], predicted: &[f64]) -> Option<f64> {
    let mean = y.iter().sum::<f64>() / y.len().max(1) as f64;
    let total: f64 = y.iter().map(|v| (v - mean).powi(2)).sum();
    let rest: f64 = y.iter().zip(predicted).map(|(y, p)| (y - p).powi(2)).sum();
    (total > 0.0).then(|| 1.0 - rest / total)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn blocks_follow_the_floor_quantile() {
        // 157 rows at 0.5625…: quantile of 0..156 is 87.76, validation 34.3.
        let split = Split::new(157, Some(0.5625437958287047));
        assert_eq!(split, Split { train: 87, validation: 34, test: 36 });
        assert_eq!(Split::new(50, None), Split { train: 50, validation: 0, test: 0 });
    }

    #[test]
    fn equal_shares_are_no_distance_and_zero_effects_cost() {
        assert!(decomp_rssd(&[2.0, 6.0], &[0.25, 0.75], true) < 1e-15);
        let plain = decomp_rssd(&[0.0, 1.0], &[0.5, 0.5], false);
        assert!((decomp_rssd(&[0.0, 1.0], &[0.5, 0.5], true) / plain - 1.5).abs() < 1e-15);
        assert_eq!(decomp_rssd(&[0.0, 0.0], &[0.5, 0.5], true), f64::INFINITY);
        assert_eq!(decomp_rssd(&[], &[], true), 0.0);
    }

    proptest! {
        #[test]
        fn blocks_partition_the_window(rows in 1..500_usize, share in 0.1..0.95_f64) {
            let s = Split::new(rows, Some(share));
            prop_assert_eq!(s.train + s.validation + s.test, rows);
        }

        #[test]
        fn nrmse_is_free_of_units(
            y in prop::collection::vec(-1e3..1e3_f64, 3..30), scale in 0.1..100.0_f64,
        ) {
            let p: Vec<f64> = y.iter().enumerate().map(|(i, v)| v + (i as f64).sin()).collect();
            let (sy, sp) = (y.iter().map(|v| v * scale), p.iter().map(|v| v * scale));
            let (sy, sp): (Vec<f64>, Vec<f64>) = (sy.collect(), sp.collect());
            let (a, b) = (nrmse(&y, &p).unwrap(), nrmse(&sy, &sp).unwrap());
            prop_assert!((a / b - 1.0).abs() < 1e-9);
        }
    }
}
