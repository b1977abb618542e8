//! Response curves, marginal returns, carry-over and saturation curves.

use crate::ensemble::Ensemble;
use crate::model::Model;
use crate::summary::{BandSeries, Curve, Estimate, ResponseCurve};

/// The step of a marginal return: one per cent more media.
pub(super) const MARGINAL_STEP: f64 = 0.01;

/// Multipliers of historical spend at which responses are given: 0, 0.1, …, 2.
const MULTIPLIERS: usize = 21;

/// Points of a saturation curve.
const SATURATION_POINTS: usize = 31;

/// Highest level of a saturation curve, as a multiple of the highest one observed.
const SATURATION_RANGE: f64 = 1.5;

/// Most draws that curves are computed from.
const CURVE_DRAWS: usize = 400;

/// A channel's carry-over and saturation.
pub(super) struct Shapes {
    pub(super) carryover_share: Estimate,
    pub(super) adstock: BandSeries,
    pub(super) saturation: Curve,
}

/// Outcome gained by one per cent more media, per channel and draw.
pub(super) fn marginals(ensemble: &Ensemble) -> Vec<Vec<f64>> {
    let channels = ensemble.model().units.len();
    let rows: Vec<Vec<f64>> = ensemble.explain(|explainer, draw| {
        (0..channels)
            .map(|m| {
                let at = explainer.response(draw, m, &[1.0, 1.0 + MARGINAL_STEP]);
                at[1] - at[0]
            })
            .collect()
    });
    (0..channels).map(|m| rows.iter().map(|row| row[m]).collect()).collect()
}

/// Response curves of all channels; spend is filled in by the caller.
pub(super) fn responses(ensemble: &Ensemble, thin: &[usize]) -> Vec<ResponseCurve> {
    let model = ensemble.model();
    let step = thin.len().div_ceil(CURVE_DRAWS).max(1);
    let grid: Vec<f64> = (0..MULTIPLIERS).map(|i| i as f64 * 0.1).collect();
    let near: Vec<f64> = grid.iter().flat_map(|m| [*m, m + MARGINAL_STEP]).collect();
    let chosen: Vec<usize> = thin.iter().copied().step_by(step).collect();
    let rows: Vec<Vec<Vec<f64>>> = ensemble.explain_some(&chosen, |explainer, draw| {
        (0..model.units.len()).map(|m| explainer.response(draw, m, &near)).collect()
    });
    (0..model.units.len())
        .map(|m| {
            let outcome = |row: &Vec<Vec<f64>>| row[m].iter().step_by(2).copied().collect();
            let marginal = |row: &Vec<Vec<f64>>| {
                row[m].chunks_exact(2).map(|pair| (pair[1] - pair[0]) / MARGINAL_STEP).collect()
            };
            ResponseCurve {
                multiplier: grid.clone(),
                spend: Vec::new(),
                outcome: BandSeries::from_draws(&rows.iter().map(outcome).collect::<Vec<_>>()),
                marginal: BandSeries::from_draws(&rows.iter().map(marginal).collect::<Vec<_>>()),
                observed_to: observed_to(model, m),
            }
        })
        .collect()
}

impl ResponseCurve {
    /// Fills in spend, and turns marginals per multiplier into marginals per unit of spend.
    pub(super) fn with_spend(mut self, spend: f64) -> Self {
        self.spend = self.multiplier.iter().map(|m| m * spend).collect();
        let marginal = &mut self.marginal;
        for band in [
            &mut marginal.q05,
            &mut marginal.q25,
            &mut marginal.q50,
            &mut marginal.q75,
            &mut marginal.q95,
            &mut marginal.mean,
        ] {
            band.iter_mut().for_each(|v| *v /= spend);
        }
        self
    }
}

/// Largest exposure of a period over the mean of periods with any: raising all media by more than
/// this leaves what was observed even in an average period.
fn observed_to(model: &Model, m: usize) -> f64 {
    let series = &model.units[m].series;
    let driver = series.multiplier.as_ref().unwrap_or(&series.level);
    let positive: Vec<f64> = driver.iter().copied().filter(|v| *v > 0.0).collect();
    let mean = positive.iter().sum::<f64>() / positive.len().max(1) as f64;
    let largest = positive.iter().copied().fold(0.0, f64::max);
    if mean > 0.0 { largest / mean } else { 1.0 }
}

/// Carry-over weights and saturation of one channel.
pub(super) fn shapes(ensemble: &Ensemble, thin: &[usize], m: usize) -> Shapes {
    let x: Vec<f64> = (0..SATURATION_POINTS)
        .map(|i| SATURATION_RANGE * i as f64 / (SATURATION_POINTS - 1) as f64)
        .collect();
    let each = ensemble.explain_some(thin, |explainer, draw| {
        let weights = explainer.adstock(draw, m);
        let total: f64 = weights.iter().sum();
        let share = 1.0 - weights.first().copied().unwrap_or(1.0) / total;
        let adstock: Vec<f64> = weights.iter().map(|w| w / total).collect();
        (share, adstock, explainer.saturation(draw, m, &x))
    });
    let shares: Vec<f64> = each.iter().map(|(share, ..)| *share).collect();
    let longest = each.iter().map(|(_, a, _)| a.len()).max().unwrap_or(0);
    let adstocks: Vec<Vec<f64>> = each
        .iter()
        .map(|(_, adstock, _)| {
            let mut adstock = adstock.clone();
            adstock.resize(longest, 0.0);
            adstock
        })
        .collect();
    let saturations: Vec<Vec<f64>> = each.into_iter().map(|(.., s)| s).collect();
    Shapes {
        carryover_share: Estimate::from_draws(&shares),
        adstock: BandSeries::from_draws(&adstocks),
        saturation: Curve { x, y: BandSeries::from_draws(&saturations) },
    }
}
