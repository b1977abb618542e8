//! What a channel brings at any spend.

use outlay_mmm::ensemble::Ensemble;
use outlay_mmm::summary::Estimate;
use outlay_report::format::Locale;
use serde::{Deserialize, Serialize};

use super::{CurveError, Fit};
use crate::error::EngineError;

/// Points of a curve when no spend is named.
const POINTS: usize = 11;

/// A step of one per cent: what a marginal return is measured with.
const MARGINAL_STEP: f64 = 0.01;

/// Which curve is asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CurveRequest {
    /// The channel.
    pub channel: String,
    /// Total spend over the fit's whole period at each point, in units of its currency; from
    /// nothing to twice what was spent when empty.
    #[serde(default)]
    pub spend: Vec<f64>,
}

/// What a channel brings over its spend, flighting kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = ChannelCurve))]
pub struct Curve {
    /// The last point in one sentence.
    pub sentence: String,
    /// The channel.
    pub channel: String,
    /// What outcomes are counted in.
    pub outcome_unit: String,
    /// Total spend of the data.
    pub historical_spend: f64,
    /// Total spend up to which the data has seen this channel; more is extrapolated.
    pub observed_to_spend: f64,
    /// The points, in the order of the request.
    pub points: Vec<CurvePoint>,
}

/// What a spend brings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct CurvePoint {
    /// Total spend.
    pub spend: f64,
    /// Outcome at this spend.
    pub outcome: Estimate,
    /// Return per unit of spend; `null` at zero.
    pub roi: Option<Estimate>,
    /// Return on the next unit of spend.
    pub mroi: Estimate,
    /// Whether the spend lies beyond what was observed.
    pub extrapolated: bool,
}

/// The response curve of a channel.
///
/// # Errors
/// [`CurveError`] for a channel that the fit does not have or that costs nothing, and for what is
/// no amount of money.
pub fn curve(fit: &Fit, request: &CurveRequest) -> Result<Curve, EngineError> {
    let (ensemble, summary) = (&fit.ensemble, &fit.summary);
    let model = ensemble.model();
    let name = &request.channel;
    let Some(index) = model.units.iter().position(|u| u.name == *name) else {
        let known: Vec<&str> = model.units.iter().map(|u| u.name.as_str()).collect();
        return Err(CurveError::Unknown { name: name.clone(), known: known.join(", ") }.into());
    };
    let channel = summary.channels.get(name);
    let (Some(channel), true) = (channel, model.units[index].paid) else {
        return Err(CurveError::NoSpend(name.clone()).into());
    };
    if let Some(bad) = request.spend.iter().find(|s| !(s.is_finite() && **s >= 0.0)) {
        return Err(CurveError::Spend(*bad).into());
    }
    let spends = if request.spend.is_empty() {
        (0..POINTS).map(|i| channel.spend * 2.0 * i as f64 / (POINTS - 1) as f64).collect()
    } else {
        request.spend.clone()
    };
    let observed_to = channel.response.as_ref().map_or(1.0, |r| r.observed_to) * channel.spend;
    let points = points(ensemble, index, channel.spend, &spends, observed_to);
    let unit = &summary.data.outcome_unit;
    let number = |x| Locale::POINT.compact(x);
    let sentence = points.last().map_or_else(String::new, |p| {
        format!(
            "{name} at {} in total brings {} {unit} ({}–{}).",
            number(p.spend),
            number(p.outcome.q50),
            number(p.outcome.q05),
            number(p.outcome.q95),
        )
    });
    Ok(Curve {
        sentence,
        channel: name.clone(),
        outcome_unit: unit.clone(),
        historical_spend: channel.spend,
        observed_to_spend: observed_to,
        points,
    })
}

fn points(
    ensemble: &Ensemble,
    index: usize,
    historical: f64,
    spends: &[f64],
    observed_to: f64,
) -> Vec<CurvePoint> {
    let at: Vec<f64> =
        spends.iter().flat_map(|s| [s / historical, s / historical + MARGINAL_STEP]).collect();
    let rows: Vec<Vec<f64>> =
        ensemble.explain(|explainer, draw| explainer.response(draw, index, &at));
    spends
        .iter()
        .enumerate()
        .map(|(i, spend)| {
            let outcome: Vec<f64> = rows.iter().map(|r| r[2 * i]).collect();
            let step = MARGINAL_STEP * historical;
            let next: Vec<f64> = rows.iter().map(|r| (r[2 * i + 1] - r[2 * i]) / step).collect();
            let ratio = || -> Vec<f64> { outcome.iter().map(|o| o / spend).collect() };
            CurvePoint {
                spend: *spend,
                outcome: Estimate::from_draws(&outcome),
                roi: (*spend > 0.0).then(|| Estimate::from_draws(&ratio())),
                mroi: Estimate::from_draws(&next),
                extrapolated: *spend > observed_to,
            }
        })
        .collect()
}
