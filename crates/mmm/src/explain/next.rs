//! What a channel will bring if its latest pattern of spending is repeated at another height.

use std::sync::Arc;

use outlay_stats::simd::{Kernel, dispatch};

use crate::density::Draw;
use crate::explain::Explainer;
use crate::model::media::{MediaUnit, Series};
use crate::spec::LikelihoodFamily;

impl Explainer {
    /// Outcome that the media of one channel in the next `horizon` periods will bring, in them
    /// and afterwards until the carry-over has run out, per multiplier: the pattern of the last
    /// `horizon` periods of the panel is repeated at that multiple, at the level of demand of
    /// those periods. What earlier media still carries over is not counted. Horizons beyond the
    /// panel are cut to it.
    pub fn next(
        &mut self,
        draw: &Draw,
        channel: usize,
        horizon: usize,
        multipliers: &[f64],
    ) -> Vec<f64> {
        dispatch(Next { explainer: self, draw, channel, horizon, multipliers })
    }

    #[inline(always)]
    fn next_inlined(
        &mut self,
        draw: &Draw,
        channel: usize,
        horizon: usize,
        multipliers: &[f64],
    ) -> Vec<f64> {
        let model = Arc::clone(&self.model);
        let periods = model.periods();
        let horizon = horizon.min(periods);
        let unit = &model.units[channel];
        let ahead = horizon + unit.window.saturating_sub(1);
        let rates: Vec<f64> = (0..model.geos())
            .map(|g| {
                let last = (g + 1) * periods - horizon..(g + 1) * periods;
                last.clone().map(|cell| self.rate[cell]).sum::<f64>() / horizon.max(1) as f64
            })
            .collect();
        let log = model.noise.family == LikelihoodFamily::LogNormal;
        // Outcome without the channel, per geo.
        let alone: Vec<f64> = if log { self.without(draw, channel, horizon) } else { rates };
        unit.weights(&draw.theta, &mut self.works[channel]);
        let weights = &self.works[channel].weights;
        let mut pass = unit.pass(model.geos(), ahead);
        let silence = repeated(unit, model.geos(), periods, horizon, ahead, 0.0);
        unit.transform::<false>(&silence, &draw.theta, weights, ahead, &mut pass);
        let nothing = pass.out.clone();
        let mut outcomes = Vec::with_capacity(multipliers.len());
        // Loops and no closures: what is hot must be inlined to become vector code.
        for multiplier in multipliers {
            let series = repeated(unit, model.geos(), periods, horizon, ahead, *multiplier);
            unit.transform::<false>(&series, &draw.theta, weights, ahead, &mut pass);
            let mut outcome = 0.0;
            let rows = pass.out.chunks_exact(ahead).zip(nothing.chunks_exact(ahead));
            for (((with, without), alone), beta) in rows.zip(&alone).zip(&draw.beta[channel]) {
                let mut gained = 0.0;
                for (a, b) in with.iter().zip(without) {
                    gained +=
                        if log { (beta * a).exp() - (beta * b).exp() } else { beta * (a - b) };
                }
                outcome += alone * gained;
            }
            outcomes.push(outcome);
        }
        outcomes
    }

    /// Mean outcome per period without one channel over the last `horizon` periods, per geo, for
    /// likelihoods whose effects multiply.
    #[inline(always)]
    fn without(&mut self, draw: &Draw, channel: usize, horizon: usize) -> Vec<f64> {
        let model = Arc::clone(&self.model);
        let periods = model.periods();
        self.linear_predictor(draw);
        self.transform(draw);
        let own = &self.works[channel].main.out;
        (0..model.geos())
            .map(|g| {
                let beta = draw.beta[channel][g];
                let half = (0.5 * model.noise.marginal_sd(&draw.theta, g).powi(2)).exp();
                let cells = (g + 1) * periods - horizon..(g + 1) * periods;
                let each = cells.map(|cell| {
                    let others = self.linear[cell] + self.media[cell] - beta * own[cell];
                    self.rate[cell] * others.exp() * half
                });
                each.sum::<f64>() / horizon.max(1) as f64
            })
            .collect()
    }
}

struct Next<'a> {
    explainer: &'a mut Explainer,
    draw: &'a Draw,
    channel: usize,
    horizon: usize,
    multipliers: &'a [f64],
}

impl Kernel for Next<'_> {
    type Output = Vec<f64>;

    #[inline(always)]
    fn run(self) -> Vec<f64> {
        self.explainer.next_inlined(self.draw, self.channel, self.horizon, self.multipliers)
    }
}

/// The exposure of the last `horizon` periods at `multiplier`, then nothing; what ran before
/// stands in the pad.
fn repeated(
    unit: &MediaUnit,
    geos: usize,
    periods: usize,
    horizon: usize,
    ahead: usize,
    multiplier: f64,
) -> Series {
    let padded = periods + unit.pad;
    let extend = |values: &[f64], factor: f64| -> Vec<f64> {
        let mut out = Vec::with_capacity(geos * (unit.pad + ahead));
        for row in values.chunks_exact(padded) {
            out.extend_from_slice(&row[padded - unit.pad..]);
            out.extend(row[padded - horizon..].iter().map(|v| v * factor));
            out.extend(std::iter::repeat_n(0.0, ahead - horizon));
        }
        out
    };
    match &unit.series.multiplier {
        Some(reach) => Series {
            level: extend(&unit.series.level, 1.0),
            multiplier: Some(extend(reach, multiplier)),
            before: None,
        },
        None => {
            Series { level: extend(&unit.series.level, multiplier), multiplier: None, before: None }
        }
    }
}
