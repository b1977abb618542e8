//! What one channel brings, over the models of the spread.

use super::Told;
use crate::ridge::design::{Design, Role};
use crate::ridge::response::ChannelResponse;
use crate::summary::{BandSeries, ChannelKind, ChannelSummary, Curve, Estimate, ResponseCurve};

/// Multipliers of the response curve: 0 to 2 in steps of 0.1.
const CURVE_POINTS: usize = 21;
/// Points of the saturation curve: 0 to 1.5 in steps of 0.05.
const SATURATION_POINTS: usize = 31;
/// Lags are shown until this share of the effect has come.
const ADSTOCK_SHARE: f64 = 0.999;
/// Marginal return "at one per cent more".
const MARGINAL_STEP: f64 = 0.01;

/// Summarises media column `m` (column `j` of the design); `total` is the actual outcome.
pub(super) fn summarise(
    design: &Design,
    told: &[Told<'_>],
    m: usize,
    j: usize,
    total: f64,
) -> ChannelSummary {
    let column = &design.columns[j];
    let value = &design.value[design.window.clone()];
    let over = |f: &dyn Fn(&Told<'_>) -> f64| {
        Estimate::from_draws(&told.iter().map(f).collect::<Vec<f64>>())
    };
    let outcome =
        |t: &Told<'_>, multiplier: f64| weighted(t.responses[m].series(multiplier), value);
    let brought = |t: &Told<'_>| t.parts[j].iter().sum::<f64>();
    let spend = design.window_spend(j);
    let all: f64 = design.paid().map(|j| design.window_spend(j)).sum();
    let bought = spend > 0.0;
    let roi = bought.then(|| over(&|t| brought(t) / spend));
    let mroi = bought.then(|| {
        over(&|t| (outcome(t, 1.0 + MARGINAL_STEP) - outcome(t, 1.0)) / (MARGINAL_STEP * spend))
    });
    let units = |t: &Told<'_>| t.responses[m].series(1.0).sum::<f64>();
    // The cost of nothing is not a number: no CPA when some model gives the channel no effect.
    let cpa = (bought && told.iter().all(|t| units(t) > 0.0)).then(|| over(&|t| spend / units(t)));
    let carryover = |t: &Told<'_>| {
        let whole = brought(t);
        let carried = weighted(t.responses[m].carried_series(), value);
        if whole == 0.0 { 0.0 } else { (carried / whole).clamp(0.0, 1.0) }
    };
    let uncertainty = |roi: &Estimate| (roi.q95 - roi.q05) / (2.0 * roi.mean);
    ChannelSummary {
        kind: if column.role == Role::Paid { ChannelKind::Paid } else { ChannelKind::Organic },
        spend,
        spend_share: if all > 0.0 { spend / all } else { 0.0 },
        contribution: over(&brought),
        contribution_share: over(&|t| brought(t) / total),
        no_effect: None,
        hidden_demand: None,
        roi_uncertainty: roi.as_ref().map(uncertainty).filter(|u| u.is_finite()),
        roi,
        mroi,
        cpa,
        carryover_share: over(&carryover),
        response: bought.then(|| response(design, told, m, j, spend)),
        adstock: adstock(told, m, design.lead_in + design.kpi.len()),
        saturation: saturation(told, m),
        prior: None,
    }
}

fn weighted(series: impl Iterator<Item = f64>, value: &[f64]) -> f64 {
    series.zip(value).map(|(x, v)| x * v).sum()
}

/// Flighting kept: every period's exposure, history included, times the multiplier.
fn response(design: &Design, told: &[Told<'_>], m: usize, j: usize, spend: f64) -> ResponseCurve {
    let value = &design.value[design.window.clone()];
    let multiplier: Vec<f64> =
        (0..CURVE_POINTS).map(|i| 2.0 * i as f64 / (CURVE_POINTS - 1) as f64).collect();
    // At zero spend the slope of a concave curve is infinite: take it at one per cent.
    let marginal =
        |r: &ChannelResponse, k: f64| weighted(r.slope_series(k.max(MARGINAL_STEP)), value) / spend;
    let band = |f: &dyn Fn(&ChannelResponse, f64) -> f64| {
        let draws: Vec<Vec<f64>> = told
            .iter()
            .map(|t| multiplier.iter().map(|k| f(&t.responses[m], *k)).collect())
            .collect();
        BandSeries::from_draws(&draws)
    };
    let per_period = &design.columns[j].spend[design.window.clone()];
    let highest = per_period.iter().copied().fold(0.0_f64, f64::max);
    ResponseCurve {
        spend: multiplier.iter().map(|k| k * spend).collect(),
        outcome: band(&|r, k| weighted(r.series(k), value)),
        marginal: band(&marginal),
        observed_to: highest * per_period.len() as f64 / spend,
        multiplier,
    }
}

/// Weights over lags, each model's scaled to sum to 1 over the lags shown.
fn adstock(told: &[Told<'_>], m: usize, history: usize) -> BandSeries {
    let mut draws: Vec<Vec<f64>> = Vec::with_capacity(told.len());
    let mut shown = 1;
    for t in told {
        let mut weights = vec![0.0; history];
        t.responses[m].carryover.weights(&mut weights);
        let total: f64 = weights.iter().sum();
        let mut seen = 0.0;
        let needed = weights.iter().position(|w| {
            seen += w;
            seen >= ADSTOCK_SHARE * total
        });
        shown = shown.max(needed.map_or(history, |n| n + 1));
        draws.push(weights);
    }
    for weights in &mut draws {
        weights.truncate(shown);
        let total: f64 = weights.iter().sum();
        if total > 0.0 {
            weights.iter_mut().for_each(|w| *w /= total);
        }
    }
    BandSeries::from_draws(&draws)
}

/// Effect over its value at the highest adstocked level, against that level's multiples.
fn saturation(told: &[Told<'_>], m: usize) -> Curve {
    let x: Vec<f64> =
        (0..SATURATION_POINTS).map(|i| 1.5 * i as f64 / (SATURATION_POINTS - 1) as f64).collect();
    let draws: Vec<Vec<f64>> = told
        .iter()
        .map(|t| {
            let response = &t.responses[m];
            let highest = response.adstocked.iter().copied().fold(0.0_f64, f64::max);
            let top = response.hill.at(highest);
            let relative =
                |x: &f64| if top > 0.0 { response.hill.at(x * highest) / top } else { 0.0 };
            x.iter().map(relative).collect()
        })
        .collect();
    Curve { x, y: BandSeries::from_draws(&draws) }
}
