//! What a draw says of spending to come: the pieces of which response functions are made.

use std::sync::Arc;

use outlay_stats::simd::{Kernel, dispatch};

use crate::density::Draw;
use crate::explain::Explainer;
use crate::model::Model;
use crate::model::media::{MediaUnit, Series};
use crate::spec::LikelihoodFamily;
use crate::transform::SaturationShape;

/// How the spending of a paid channel will become exposure.
#[derive(Debug, Clone, PartialEq)]
pub struct Buying {
    /// Scaled exposure (reach, where frequency is planned apart) per unit of spending in each geo:
    /// the average of the last periods; zero where nothing was ever bought.
    pub rate: Vec<f64>,
    /// Scaled exposure of the periods before, `[geo][lag]`, oldest first.
    pub history: Vec<f64>,
}

/// What a draw says of a paid channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Responding {
    /// Carry-over weights.
    pub weights: Vec<f64>,
    /// Family of the saturation.
    pub saturation: SaturationShape,
    /// Its parameters.
    pub parameters: [f64; 2],
    /// Whether saturation comes before carry-over.
    pub saturation_first: bool,
    /// Coefficient per geo.
    pub height: Vec<f64>,
    /// Saturated frequency in each cell `[geo][period]`, for a channel of reach and frequency:
    /// reach enters linearly.
    pub by_frequency: Option<Vec<f64>>,
}

/// What a draw says of the periods ahead.
#[derive(Debug, Clone, PartialEq)]
pub struct Ahead {
    /// Whether effects multiply.
    pub multiplies: bool,
    /// Outcome per unit of the predictor (effects that add), or outcome without the spending of
    /// these periods (effects that multiply), `[geo][horizon + tail]`.
    pub worth: Vec<f64>,
    /// Paid channels, in the order of the panel.
    pub channels: Vec<Responding>,
}

impl Model {
    /// Number of paid channels.
    pub fn paid(&self) -> usize {
        self.units.iter().filter(|u| u.paid).count()
    }

    /// How spending of a paid channel becomes exposure after the data, at the average price of the
    /// last `horizon` periods (of all, where nothing was spent in them).
    pub fn buying(&self, channel: usize, horizon: usize) -> Buying {
        let (geos, periods) = (self.geos(), self.periods());
        let unit = &self.units[channel];
        let driver = unit.series.multiplier.as_ref().unwrap_or(&unit.series.level);
        let padded = periods + unit.pad;
        let spend = &self.panel.channels[channel].spend;
        let price = |from: usize| {
            let cells = (0..geos).flat_map(|g| (from..periods).map(move |t| (g, t)));
            let (bought, paid) = cells.fold((0.0, 0.0), |(bought, paid), (g, t)| {
                let exposure = driver[g * padded + unit.pad + t] * self.heads[g];
                (bought + exposure, paid + spend.at(g, t))
            });
            if paid > 0.0 { bought / paid } else { 0.0 }
        };
        let recent = price(periods.saturating_sub(horizon));
        let rate = if recent > 0.0 { recent } else { price(0) };
        let history = driver.chunks_exact(padded).flat_map(|row| &row[padded - unit.pad..]);
        Buying {
            rate: self.heads.iter().map(|heads| rate / heads).collect(),
            history: history.copied().collect(),
        }
    }
}

impl Explainer {
    /// What a draw says of `horizon` periods after the data, and of `tail` more in which their
    /// media still work.
    ///
    /// Where effects add, an effect is worth what it was worth on average in the last `horizon`
    /// periods. Where they multiply, the outcome without new media is that of the same season a
    /// year before, moved by what the baseline has changed since; with less than a year of data,
    /// the mean of the last `horizon` periods.
    pub fn ahead(&mut self, draw: &Draw, horizon: usize, tail: usize) -> Ahead {
        dispatch(LookAhead { explainer: self, draw, horizon, tail })
    }

    #[inline(always)]
    fn ahead_inlined(&mut self, draw: &Draw, horizon: usize, tail: usize) -> Ahead {
        let model = Arc::clone(&self.model);
        let (geos, periods, span) = (model.geos(), model.periods(), horizon + tail);
        let last = periods.saturating_sub(horizon)..periods;
        let multiplies = model.noise.family == LikelihoodFamily::LogNormal;
        let mut channels = Vec::with_capacity(model.paid());
        // Effects of earlier media that are still at work.
        let mut working = vec![0.0; geos * span];
        for (c, unit) in model.units.iter().enumerate().filter(|(_, u)| u.paid) {
            unit.weights(&draw.theta, &mut self.works[c]);
            let weights = self.works[c].weights.clone();
            let slots = unit.saturation_slots;
            let parameters = [slots[0].value(&draw.theta), slots[1].value(&draw.theta)];
            if multiplies {
                let mut pass = unit.pass(geos, span);
                let silence = silent(unit, geos, periods, span);
                unit.transform::<false>(&silence, &draw.theta, &weights, span, &mut pass);
                for (g, beta) in draw.beta[c].iter().enumerate() {
                    for t in g * span..(g + 1) * span {
                        working[t] += beta * pass.out[t];
                    }
                }
            }
            let padded = periods + unit.pad;
            let by_frequency = unit.series.multiplier.as_ref().map(|_| {
                let saturated = |v: f64| unit.saturation.at(v, &parameters).value;
                let cell = |g: usize, t: usize| {
                    let again = last.start + t % last.len().max(1);
                    saturated(unit.series.level[g * padded + unit.pad + again])
                };
                (0..geos)
                    .flat_map(|g| (0..horizon).map(move |t| (g, t)))
                    .map(|(g, t)| cell(g, t))
                    .collect()
            });
            channels.push(Responding {
                weights,
                saturation: unit.saturation,
                parameters,
                saturation_first: unit.saturation_first,
                height: draw.beta[c].clone(),
                by_frequency,
            });
        }
        let worth = if multiplies {
            self.without_media(draw, horizon, span, &working)
        } else {
            let mean = |g: usize| {
                let cells = last.clone().map(|t| self.rate[g * periods + t]);
                cells.sum::<f64>() / last.len().max(1) as f64
            };
            (0..geos).flat_map(|g| std::iter::repeat_n(mean(g), span)).collect()
        };
        Ahead { multiplies, worth, channels }
    }

    /// Outcome of the periods ahead without new media, where effects multiply.
    #[inline(always)]
    fn without_media(
        &mut self,
        draw: &Draw,
        horizon: usize,
        span: usize,
        working: &[f64],
    ) -> Vec<f64> {
        let model = Arc::clone(&self.model);
        let (geos, periods) = (model.geos(), model.periods());
        self.linear_predictor(draw);
        self.transform(draw);
        // What is there without paid media: baseline and organic media.
        let mut calm: Vec<f64> = self.linear.iter().zip(&self.media).map(|(l, m)| l + m).collect();
        for c in 0..model.paid() {
            for (cell, value) in calm.iter_mut().enumerate() {
                *value -= draw.beta[c][cell / periods] * self.works[c].main.out[cell];
            }
        }
        let year = model.panel.calendar.granularity().periods_per_whole_year();
        let recent = horizon.min(periods);
        let mut worth = Vec::with_capacity(geos * span);
        for g in 0..geos {
            let half = (0.5 * model.noise.marginal_sd(&draw.theta, g).powi(2)).exp();
            let row = &calm[g * periods..(g + 1) * periods];
            let rate = &self.rate[g * periods..(g + 1) * periods];
            let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len().max(1) as f64;
            let now = &row[periods - recent..];
            let rate_now = mean(&rate[periods - recent..]);
            let known = periods >= year;
            // The change since the same season, where both ends of it were seen.
            let moved = if periods >= year + recent {
                mean(now) - mean(&row[periods - year - recent..periods - year])
            } else {
                0.0
            };
            let flat = now.iter().zip(&rate[periods - recent..]).map(|(p, r)| r * p.exp());
            let flat = flat.sum::<f64>() / recent.max(1) as f64;
            for t in 0..span {
                let base = if known {
                    let then = periods + t - year * (t / year + 1);
                    rate_now * (row[then] + moved).exp()
                } else {
                    flat
                };
                worth.push(base * half * working[g * span + t].exp());
            }
        }
        worth
    }
}

struct LookAhead<'a> {
    explainer: &'a mut Explainer,
    draw: &'a Draw,
    horizon: usize,
    tail: usize,
}

impl Kernel for LookAhead<'_> {
    type Output = Ahead;

    #[inline(always)]
    fn run(self) -> Ahead {
        self.explainer.ahead_inlined(self.draw, self.horizon, self.tail)
    }
}

/// History, and nothing after it.
fn silent(unit: &MediaUnit, geos: usize, periods: usize, span: usize) -> Series {
    let padded = periods + unit.pad;
    let extend = |values: &[f64]| -> Vec<f64> {
        let mut out = Vec::with_capacity(geos * (unit.pad + span));
        for row in values.chunks_exact(padded) {
            out.extend_from_slice(&row[padded - unit.pad..]);
            out.extend(std::iter::repeat_n(0.0, span));
        }
        out
    };
    Series {
        level: extend(&unit.series.level),
        multiplier: unit.series.multiplier.as_ref().map(|m| extend(m)),
        // The data are what was before.
        before: None,
    }
}
