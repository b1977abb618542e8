//! Has the search settled?
//!
//! Iterations are cut into 20 bins of equal size. An objective has converged when the standard
//! deviation of the last bin is not above the mean of the first three, and the median of the
//! last bin lies below the first median less twice that mean (Robyn, `convergence.R`; facts
//! restated).

use serde::{Deserialize, Serialize};

use crate::summary::Estimate;

const BINS: usize = 20;

/// Verdict on one objective.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Convergence {
    /// `nrmse`, `decomp_rssd` or `mape_lift`.
    pub objective: String,
    /// Whether both conditions hold.
    pub converged: bool,
    /// Median of the first bin.
    pub first_median: f64,
    /// Median of the last bin.
    pub last_median: f64,
    /// Mean standard deviation of the first three bins.
    pub first_sd: f64,
    /// Standard deviation of the last bin.
    pub last_sd: f64,
}

/// Applies the rule to `series[trial][iteration]`; `None` when a trial is shorter than the
/// number of bins.
pub fn convergence(objective: &str, series: &[Vec<f64>]) -> Option<Convergence> {
    let length = series.iter().map(Vec::len).min().filter(|n| *n >= BINS)?;
    let bin = |b: usize| {
        let (from, to) = (b * length / BINS, (b + 1) * length / BINS);
        let values: Vec<f64> =
            series.iter().flat_map(|s| &s[from..to]).copied().filter(|v| v.is_finite()).collect();
        Estimate::from_draws(&values)
    };
    let first_sd = (0..3).map(|b| bin(b).sd).sum::<f64>() / 3.0;
    let (first, last) = (bin(0), bin(BINS - 1));
    let settled = last.sd <= first_sd;
    let improved = last.q50.abs() < (first.q50 - 2.0 * first_sd).abs();
    Some(Convergence {
        objective: objective.to_owned(),
        converged: settled && improved,
        first_median: first.q50,
        last_median: last.q50,
        first_sd,
        last_sd: last.sd,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_falling_quiet_series_has_converged_and_a_flat_noisy_one_has_not() {
        let wave = |i: usize| ((i * 7919) % 101) as f64 / 101.0 - 0.5;
        let falling: Vec<f64> =
            (0..2000).map(|i| 0.05 + (1.0 + 0.1 * wave(i)) * (-(i as f64) / 300.0).exp()).collect();
        assert!(convergence("nrmse", &[falling]).unwrap().converged);
        let flat: Vec<f64> = (0..2000).map(|i| 1.0 + wave(i)).collect();
        assert!(!convergence("nrmse", &[flat]).unwrap().converged);
        assert!(convergence("nrmse", &[vec![1.0; 5]]).is_none());
    }
}
