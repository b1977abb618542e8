//! Response curves, marginal returns, carry-over and saturation curves.

use std::sync::Arc;

use rayon::prelude::*;

use crate::density::Draw;
use crate::explain::Explainer;
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
pub(super) fn marginals(model: &Arc<Model>, draws: &[&Draw]) -> Vec<Vec<f64>> {
    let rows: Vec<Vec<f64>> = draws
        .par_iter()
        .map_init(
            || Explainer::new(Arc::clone(model)),
            |explainer, draw| {
                (0..model.units.len())
                    .map(|m| {
                        let at = explainer.response(draw, m, &[1.0, 1.0 + MARGINAL_STEP]);
                        at[1] - at[0]
                    })
                    .collect()
            },
        )
        .collect();
    (0..model.units.len()).map(|m| rows.iter().map(|row| row[m]).collect()).collect()
}

/// Response curves of all channels; spend is filled in by the caller.
pub(super) fn responses(model: &Arc<Model>, draws: &[&Draw], thin: &[usize]) -> Vec<ResponseCurve> {
    let step = thin.len().div_ceil(CURVE_DRAWS).max(1);
    let grid: Vec<f64> = (0..MULTIPLIERS).map(|i| i as f64 * 0.1).collect();
    let near: Vec<f64> = grid.iter().flat_map(|m| [*m, m + MARGINAL_STEP]).collect();
    let chosen: Vec<&Draw> = thin.iter().step_by(step).map(|i| draws[*i]).collect();
    let rows: Vec<Vec<Vec<f64>>> = chosen
        .par_iter()
        .map_init(
            || Explainer::new(Arc::clone(model)),
            |explainer, draw| {
                (0..model.units.len()).map(|m| explainer.response(draw, m, &near)).collect()
            },
        )
        .collect();
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
pub(super) fn shapes(model: &Arc<Model>, draws: &[&Draw], thin: &[usize], m: usize) -> Shapes {
    let unit = &model.units[m];
    let mut explainer = Explainer::new(Arc::clone(model));
    let largest = unit.series.level.iter().copied().fold(0.0, f64::max);
    let x: Vec<f64> = (0..SATURATION_POINTS)
        .map(|i| SATURATION_RANGE * i as f64 / (SATURATION_POINTS - 1) as f64)
        .collect();
    let mut shares = Vec::with_capacity(thin.len());
    let mut adstocks = Vec::with_capacity(thin.len());
    let mut saturations = Vec::with_capacity(thin.len());
    for i in thin {
        let draw = draws[*i];
        let weights = explainer.adstock(draw, m);
        let total: f64 = weights.iter().sum();
        shares.push(1.0 - weights.first().copied().unwrap_or(1.0) / total);
        adstocks.push(weights.iter().map(|w| w / total).collect());
        let slots = unit.saturation_slots;
        let p = [slots[0].value(&draw.theta), slots[1].value(&draw.theta)];
        let top = unit.saturation.at(largest, &p).value;
        let relative = |x: &f64| unit.saturation.at(x * largest, &p).value / top;
        saturations.push(x.iter().map(relative).collect());
    }
    Shapes {
        carryover_share: Estimate::from_draws(&shares),
        adstock: BandSeries::from_draws(&adstocks),
        saturation: Curve { x, y: BandSeries::from_draws(&saturations) },
    }
}
