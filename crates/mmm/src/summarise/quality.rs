//! Fit: how well the model describes what was, and what was held out.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution as _, StandardNormal};

use crate::explain::Account;
use crate::model::Model;
use crate::summary::{Backtest, BandSeries, Decomposition, FitQuality, HoldoutError, Summary};

/// Outcome with observation noise, per period.
pub(super) fn predictive(accounts: &[Account], thin: &[usize], seed: u64) -> BandSeries {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(u64::MAX - 1);
    let series: Vec<Vec<f64>> = thin
        .iter()
        .map(|i| {
            let a = &accounts[*i];
            let noisy = a.expected.iter().zip(&a.noise_variance);
            noisy
                .map(|(mean, variance)| {
                    let z: f64 = StandardNormal.sample(&mut rng);
                    mean + variance.sqrt() * z
                })
                .collect()
        })
        .collect();
    BandSeries::from_draws(&series)
}

pub(super) fn fit_quality(
    model: &Model,
    accounts: &[Account],
    d: &Decomposition,
    backtest: Option<Backtest>,
) -> FitQuality {
    let seen: Vec<usize> = (0..d.actual.len()).filter(|t| !d.held_out[*t]).collect();
    let held: Vec<usize> = (0..d.actual.len()).filter(|t| d.held_out[*t]).collect();
    let (actual, expected) = (&d.actual, &d.expected.mean);
    let mean = seen.iter().map(|t| actual[*t]).sum::<f64>() / seen.len().max(1) as f64;
    let residual: f64 = seen.iter().map(|t| (actual[*t] - expected[*t]).powi(2)).sum();
    let total: f64 = seen.iter().map(|t| (actual[*t] - mean).powi(2)).sum();
    let percentages: Vec<f64> = seen
        .iter()
        .filter(|t| actual[**t] != 0.0)
        .map(|t| ((actual[*t] - expected[*t]) / actual[*t]).abs())
        .collect();
    let negative = accounts.iter().filter(|a| a.baseline.iter().sum::<f64>() < 0.0).count();
    FitQuality {
        r2: if total > 0.0 { 1.0 - residual / total } else { 0.0 },
        wmape: total_error(actual, expected, &seen),
        mape: percentages.iter().sum::<f64>() / percentages.len().max(1) as f64,
        posterior_predictive_p: posterior_predictive_p(accounts, actual, &seen),
        negative_baseline_probability: negative as f64 / accounts.len().max(1) as f64,
        predictive_coverage_90: coverage(d, &seen),
        holdout: holdout_error(model, d, &held),
        backtest,
    }
}

/// Two-sided probability that replicated total outcome lies further out than the observed one
/// (Gelman et al. 2013, section 6.3). The replicate's total is normal given the draw.
fn posterior_predictive_p(accounts: &[Account], actual: &[f64], seen: &[usize]) -> f64 {
    let observed: f64 = seen.iter().map(|t| actual[*t]).sum();
    let below: f64 = accounts
        .iter()
        .map(|a| {
            let mean: f64 = seen.iter().map(|t| a.expected[*t]).sum();
            let variance: f64 = seen.iter().map(|t| a.noise_variance[*t]).sum();
            outlay_stats::special::normal_cdf((observed - mean) / variance.sqrt())
        })
        .sum::<f64>()
        / accounts.len().max(1) as f64;
    2.0 * below.min(1.0 - below)
}

fn coverage(d: &Decomposition, periods: &[usize]) -> f64 {
    let band = &d.predictive;
    let inside =
        periods.iter().filter(|t| (band.q05[**t]..=band.q95[**t]).contains(&d.actual[**t]));
    inside.count() as f64 / periods.len().max(1) as f64
}

/// Sum of absolute errors over sum of absolute outcomes.
pub fn total_error(actual: &[f64], forecast: &[f64], periods: &[usize]) -> f64 {
    let error: f64 = periods.iter().map(|t| (actual[*t] - forecast[*t]).abs()).sum();
    let size: f64 = periods.iter().map(|t| actual[*t].abs()).sum();
    if size > 0.0 { error / size } else { 0.0 }
}

/// Seasonal-naive forecast from what lies before period `from`: the same period a year earlier,
/// or the last known value where there is no such year.
pub fn naive_forecast(actual: &[f64], from: usize, season: usize) -> Vec<f64> {
    (0..actual.len())
        .map(|t| match t {
            t if t < from => actual[t],
            t => {
                let mut back = t;
                while back >= from && back >= season && season > 0 {
                    back -= season;
                }
                if back < from { actual[back] } else { actual[from.saturating_sub(1)] }
            }
        })
        .collect()
}

/// Periods in a year, rounded.
fn season(model: &Model) -> usize {
    match model.panel.calendar.granularity() {
        outlay_core::Granularity::Day => 364,
        outlay_core::Granularity::Week => 52,
        outlay_core::Granularity::Month => 12,
    }
}

fn holdout_error(model: &Model, d: &Decomposition, held: &[usize]) -> Option<HoldoutError> {
    let first = *held.first()?;
    let naive = naive_forecast(&d.actual, first, season(model));
    let wmape = total_error(&d.actual, &d.expected.mean, held);
    let naive_wmape = total_error(&d.actual, &naive, held);
    Some(HoldoutError {
        start: d.dates[first],
        periods: held.len(),
        wmape,
        naive_wmape,
        skill: if naive_wmape > 0.0 { 1.0 - wmape / naive_wmape } else { 0.0 },
        coverage_90: coverage(d, held),
    })
}

/// Pools the holdouts of several origins: errors are ratios of sums.
pub fn backtest_error(fits: &[Summary]) -> Option<Backtest> {
    let origins: Vec<HoldoutError> = fits.iter().filter_map(|s| s.fit.holdout.clone()).collect();
    if origins.is_empty() {
        return None;
    }
    let sizes: Vec<f64> = fits
        .iter()
        .map(|s| {
            let d = &s.decomposition;
            let held = d.actual.iter().zip(&d.held_out).filter(|(_, h)| **h);
            held.map(|(a, _)| a.abs()).sum()
        })
        .collect();
    let total: f64 = sizes.iter().sum();
    let pooled = |f: &dyn Fn(&HoldoutError) -> f64| -> f64 {
        origins.iter().zip(&sizes).map(|(o, size)| f(o) * size).sum::<f64>() / total
    };
    let (wmape, naive_wmape) = (pooled(&|o| o.wmape), pooled(&|o| o.naive_wmape));
    let skill = if naive_wmape > 0.0 { 1.0 - wmape / naive_wmape } else { 0.0 };
    Some(Backtest { origins, wmape, naive_wmape, skill })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_naive_forecast_repeats_last_year() {
        let actual: Vec<f64> = (0..10).map(f64::from).collect();
        let forecast = naive_forecast(&actual, 8, 4);
        assert_eq!(forecast[8..], [4.0, 5.0]);
        // Without a year of history, the last value.
        assert_eq!(naive_forecast(&actual, 3, 52)[3..], [2.0; 7]);
    }

    #[test]
    fn errors_are_ratios_of_sums() {
        assert_eq!(total_error(&[10.0, 30.0], &[12.0, 28.0], &[0, 1]), 0.1);
    }
}
