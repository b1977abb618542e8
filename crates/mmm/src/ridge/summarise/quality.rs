//! How well the models describe the data, and what they say about periods they did not see.

use outlay_core::Panel;
use outlay_stats::special::erfc;

use super::{Told, Z95};
use crate::ridge::RidgeFit;
use crate::ridge::objective::r_squared;
use crate::summary::{Decomposition, FitQuality, HoldoutError};

/// Fit of the mean prediction; the holdout is the chosen model's test block, which neither its
/// coefficients nor its hyper-parameters saw.
pub(super) fn measure(
    fit: &RidgeFit,
    panel: &Panel,
    told: &[Told<'_>],
    chosen: &Told<'_>,
    decomposition: &Decomposition,
    baseline: &dyn Fn(&Told<'_>) -> f64,
) -> FitQuality {
    let actual = &decomposition.actual;
    let expected = &decomposition.expected.mean;
    let n = told.len().max(1) as f64;
    let total: f64 = actual.iter().sum();
    let inside = (0..actual.len()).filter(|i| {
        let band = &decomposition.predictive;
        (band.q05[*i]..=band.q95[*i]).contains(&actual[*i])
    });
    // Share of replicated totals at or above the observed one, noise independent over periods.
    let above = |t: &Told<'_>| {
        let gap = total - t.predicted.iter().sum::<f64>();
        let sd = t.noise * (actual.len() as f64).sqrt();
        if sd > 0.0 { 0.5 * erfc(gap / sd / std::f64::consts::SQRT_2) } else { 0.5 }
    };
    FitQuality {
        r2: r_squared(actual, expected).unwrap_or(0.0),
        wmape: wmape(actual, expected),
        mape: mape(actual, expected),
        posterior_predictive_p: told.iter().map(above).sum::<f64>() / n,
        negative_baseline_probability: told.iter().filter(|t| baseline(t) < 0.0).count() as f64 / n,
        predictive_coverage_90: inside.count() as f64 / actual.len().max(1) as f64,
        holdout: holdout(fit, panel, chosen, actual),
        backtest: None,
    }
}

fn wmape(actual: &[f64], predicted: &[f64]) -> f64 {
    let level: f64 = actual.iter().map(|v| v.abs()).sum();
    let error: f64 = actual.iter().zip(predicted).map(|(y, p)| (y - p).abs()).sum();
    if level > 0.0 { error / level } else { 0.0 }
}

fn mape(actual: &[f64], predicted: &[f64]) -> f64 {
    let errors = actual.iter().zip(predicted).filter(|(y, _)| **y != 0.0);
    let errors: Vec<f64> = errors.map(|(y, p)| ((y - p) / y).abs()).collect();
    errors.iter().sum::<f64>() / errors.len().max(1) as f64
}

fn holdout(
    fit: &RidgeFit,
    panel: &Panel,
    chosen: &Told<'_>,
    actual: &[f64],
) -> Option<HoldoutError> {
    let split = chosen.model.split;
    let from = split.train + split.validation;
    if split.test == 0 {
        return None;
    }
    let window = fit.design.window.clone();
    let history: Vec<f64> =
        fit.design.kpi.iter().zip(&fit.design.value).map(|(y, v)| y * v).collect();
    let year = panel.calendar.granularity().per_year().round() as usize;
    let naive: Vec<f64> = (from..actual.len())
        .map(|i| seasonal_naive(&history, window.start + from, window.start + i, year))
        .collect();
    let (truth, predicted) = (&actual[from..], &chosen.predicted[from..]);
    let covered =
        truth.iter().zip(predicted).filter(|(y, p)| (*y - *p).abs() <= Z95 * chosen.noise).count();
    let (own, other) = (wmape(truth, predicted), wmape(truth, &naive));
    Some(HoldoutError {
        start: panel.calendar.starts()[window.start + from],
        periods: split.test,
        wmape: own,
        naive_wmape: other,
        skill: if other > 0.0 { 1.0 - own / other } else { 0.0 },
        coverage_90: covered as f64 / split.test as f64,
    })
}

/// Same period of the last year known before `origin`; the last known value in a shorter
/// history.
fn seasonal_naive(history: &[f64], origin: usize, at: usize, year: usize) -> f64 {
    let mut source = at;
    while source >= origin {
        match source.checked_sub(year) {
            Some(earlier) if year > 0 => source = earlier,
            _ => return history[origin.saturating_sub(1)],
        }
    }
    history[source]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn naive_looks_back_whole_years_from_before_the_origin() {
        let history: Vec<f64> = (0..30).map(f64::from).collect();
        assert_eq!(seasonal_naive(&history, 20, 25, 12), 13.0);
        assert_eq!(seasonal_naive(&history, 10, 25, 12), 1.0);
        assert_eq!(seasonal_naive(&history, 10, 11, 12), 9.0);
    }

    #[test]
    fn errors_are_relative() {
        assert!((wmape(&[10.0, 30.0], &[11.0, 27.0]) - 0.1).abs() < 1e-15);
        assert!((mape(&[10.0, 0.0, 20.0], &[11.0, 5.0, 20.0]) - 0.05).abs() < 1e-15);
    }
}
