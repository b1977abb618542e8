//! A fitted model as response functions.

use outlay_mmm::ensemble::Ensemble;

use crate::curve::Curve;
use crate::response::{Delivery, DrawResponse, Effect, Link, Response, ResponseError};

/// What a plan starts from: the response functions, and what was spent.
#[derive(Debug, Clone, PartialEq)]
pub struct Outlook {
    /// Response functions of the periods ahead, one draw per posterior draw.
    pub response: Response,
    /// The spend of the last periods, repeated: what doing nothing means. Per cell.
    pub reference: Vec<f64>,
    /// Highest spend of each channel and geo in one period of the data, `[channel][geo]`.
    pub highest: Vec<Vec<f64>>,
    /// Spend of the last period of the data, `[channel][geo]`: what a first step is measured from.
    pub last: Vec<Vec<f64>>,
}

/// The response functions of a fit for the next `horizon` periods, all draws.
///
/// # Errors
/// [`ResponseError`] for a fit without paid channels, or with draws that are no numbers.
pub fn outlook(ensemble: &Ensemble, horizon: usize) -> Result<Outlook, ResponseError> {
    let model = ensemble.model();
    let panel = &model.panel;
    let (channels, geos) = (model.paid(), model.geos());
    if channels == 0 {
        return Err(ResponseError::NoChannel);
    }
    if horizon == 0 {
        return Err(ResponseError::NoHorizon);
    }
    // Structures may carry over for different times; the longest decides how long is counted.
    let lags = |m: &outlay_mmm::ensemble::Member| {
        m.fitted.model.units.iter().filter(|u| u.paid).map(|u| u.window.saturating_sub(1)).max()
    };
    let tail = ensemble.members.iter().filter_map(lags).max().unwrap_or(0);
    let deliveries: Vec<Delivery> = (0..channels)
        .map(|c| {
            // The structure that looks furthest back has all the history that any needs.
            let furthest = ensemble.members.iter().max_by_key(|m| m.fitted.model.units[c].pad);
            let buying = furthest.map(|m| m.fitted.model.buying(c, horizon));
            let buying = buying.unwrap_or_else(|| model.buying(c, horizon));
            let rate = buying.rate.iter().flat_map(|r| std::iter::repeat_n(*r, horizon));
            Delivery { rate: rate.collect(), history: buying.history }
        })
        .collect();
    let draws = ensemble.explain(|explainer, draw| {
        let ahead = explainer.ahead(draw, horizon, tail);
        let effects = ahead
            .channels
            .into_iter()
            .map(|r| {
                let curve = Curve::of(r.saturation, &r.parameters);
                Effect {
                    weights: r.weights,
                    // Reach is counted, not saturated: its frequency is.
                    curve: if r.by_frequency.is_some() { Curve::Linear } else { curve },
                    curve_first: r.saturation_first || r.by_frequency.is_some(),
                    height: r.height,
                    lift: r.by_frequency,
                }
            })
            .collect();
        let link = if ahead.multiplies { Link::Multiply } else { Link::Add };
        DrawResponse { link, worth: ahead.worth, effects }
    });
    let response = Response {
        channels: panel.channels.iter().map(|c| c.name.clone()).collect(),
        geos: panel.geos.clone(),
        horizon,
        tail,
        deliveries,
        draws,
        margins: vec![1.0; channels],
    };
    response.validate()?;
    let periods = model.periods();
    let recent = horizon.min(periods);
    let mut reference = vec![0.0; response.cells()];
    let (mut highest, mut last) = (Vec::new(), Vec::new());
    for (c, channel) in panel.channels.iter().enumerate() {
        let rows = (0..geos).map(|g| channel.spend.row(g));
        for (g, row) in rows.clone().enumerate() {
            for t in 0..horizon {
                // A horizon longer than the data repeats the data.
                let from = if horizon <= periods { periods - recent + t } else { t % periods };
                reference[response.cell(c, g, t)] = row[from];
            }
        }
        highest.push(rows.clone().map(|row| row.iter().copied().fold(0.0, f64::max)).collect());
        last.push(rows.map(|row| row.last().copied().unwrap_or(0.0)).collect());
    }
    Ok(Outlook { response, reference, highest, last })
}
