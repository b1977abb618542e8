//! What a fit and a plan say, as rows of the flat tables that other tools read.

use outlay_mmm::summary::{Estimate, Summary};
use outlay_planner::plan::Plan;
use outlay_store::{AllocationRow, CurveRow, Id, Model, Scenario};

/// What ISO 4217 writes where no currency is involved, or none is known.
pub(crate) const NO_CURRENCY: &str = "XXX";

fn currency(known: Option<&String>) -> String {
    let code = known.filter(|code| code.len() == NO_CURRENCY.len());
    code.cloned().unwrap_or_else(|| NO_CURRENCY.to_owned())
}

fn micros(units: f64) -> i64 {
    (units * 1e6).round() as i64
}

/// Numbers that a table can hold.
fn finite(value: f64) -> Option<f64> {
    Some(value).filter(|value| value.is_finite())
}

/// Half the width of the 90 % interval over the mean.
fn uncertainty(roi: Option<&Estimate>) -> Option<f64> {
    roi.and_then(|roi| finite((roi.q95 - roi.q05) / (2.0 * roi.mean).abs()))
}

/// Points of every channel that costs money.
pub(crate) fn curves(model: Id<Model>, summary: &Summary) -> Vec<CurveRow> {
    let currency = currency(summary.data.currency.as_ref());
    let mut rows = Vec::new();
    for (name, channel) in &summary.channels {
        let Some(curve) = &channel.response else { continue };
        for (point, spend) in curve.spend.iter().enumerate() {
            let at = |series: &[f64]| series.get(point).copied().and_then(finite);
            let response = at(&curve.outcome.mean);
            let band = (at(&curve.outcome.q05), at(&curve.outcome.q95));
            let (Some(response), (Some(lower), Some(upper))) = (response, band) else { continue };
            rows.push(CurveRow {
                model_id: model,
                channel: name.clone(),
                spend_micros: micros(*spend),
                currency: currency.clone(),
                response,
                lower,
                upper,
                roi: finite(response / spend),
                mroi: at(&curve.marginal.mean),
                uncertainty_pct: uncertainty(channel.roi.as_ref()),
            });
        }
    }
    rows
}

/// What a plan gives to each channel.
pub(crate) fn allocations(
    model: Id<Model>,
    scenario: Id<Scenario>,
    plan: &Plan,
) -> Vec<AllocationRow> {
    let currency = currency(plan.question.currency.as_ref());
    let row = |channel: &outlay_planner::plan::ChannelPlan| AllocationRow {
        model_id: model,
        scenario_id: Some(scenario),
        channel: channel.name.clone(),
        current_micros: micros(channel.current),
        proposed_micros: micros(channel.planned),
        currency: currency.clone(),
        effect: finite(channel.difference.mean),
        lower: finite(channel.difference.q05),
        upper: finite(channel.difference.q95),
        uncertainty_pct: uncertainty(channel.roi.as_ref()),
    };
    plan.channels.iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_return_that_may_be_anything_has_a_wide_uncertainty() {
        let roi =
            |q05, mean, q95| Estimate { mean, sd: 1.0, q05, q25: q05, q50: mean, q75: q95, q95 };
        assert_eq!(uncertainty(Some(&roi(1.0, 2.0, 3.0))), Some(0.5));
        assert_eq!(uncertainty(Some(&roi(-3.0, -2.0, -1.0))), Some(0.5));
        assert_eq!(uncertainty(Some(&roi(-1.0, 0.0, 1.0))), None);
        assert_eq!(uncertainty(None), None);
    }
}
