//! What a draw says happened: outcome, split into baseline and channels.
//!
//! Conservation holds per draw and period: `expected = baseline + Σ channels`. With a log-normal
//! likelihood effects multiply; the joint effect of all media is then split in proportion to
//! each channel's term on the log scale.

mod ahead;
mod next;

use std::sync::Arc;

use outlay_stats::simd::{Kernel, axpy, dispatch, dot};

use crate::density::Draw;
use crate::model::Model;
use crate::model::design::Part;
use crate::model::media::UnitWork;
use crate::spec::LikelihoodFamily;

pub use ahead::{Ahead, Buying, Responding};

/// Evaluates draws of one model; owns the scratch memory of one thread.
#[derive(Debug, Clone)]
pub struct Explainer {
    model: Arc<Model>,
    works: Vec<UnitWork>,
    /// Outcome per unit of scaled KPI, `[geo][period]`.
    rate: Vec<f64>,
    /// Outcome per KPI unit, `[geo][period]`.
    worth: Vec<f64>,
    media: Vec<f64>,
    linear: Vec<f64>,
    by_period: Vec<f64>,
}

/// One draw's account of the panel, summed over geos.
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    /// Outcome brought by each channel, `[channel][period]`.
    pub channels: Vec<Vec<f64>>,
    /// KPI units brought by each channel.
    pub channel_kpi: Vec<f64>,
    /// Expected outcome per period.
    pub expected: Vec<f64>,
    /// Expected outcome without media per period.
    pub baseline: Vec<f64>,
    /// Variance of the observation noise per period, on the outcome's scale.
    pub noise_variance: Vec<f64>,
    /// Outcome of each treatment against its baseline value.
    pub treatments: Vec<f64>,
}

impl Explainer {
    /// Scratch memory for `model`.
    pub fn new(model: Arc<Model>) -> Self {
        let (geos, periods) = (model.geos(), model.periods());
        let n = geos * periods;
        let cell = |f: &dyn Fn(usize, usize) -> f64| {
            (0..n).map(|i| f(i / periods, i % periods)).collect::<Vec<f64>>()
        };
        let worth = cell(&|g, t| model.panel.revenue_per_unit(g, t));
        let rate = cell(&|g, t| model.heads[g] * model.kpi_scale.spread * worth[g * periods + t]);
        Self {
            works: model.units.iter().map(|u| u.work(geos, periods)).collect(),
            rate,
            worth,
            media: vec![0.0; n],
            linear: vec![0.0; n],
            by_period: vec![0.0; periods],
            model,
        }
    }

    /// The linear part of the predictor: level, seasons, controls and so on, unscaled.
    #[inline(always)]
    fn linear_predictor(&mut self, draw: &Draw) {
        let periods = self.model.periods();
        self.linear.fill(0.0);
        let design = &self.model.block.design;
        design.apply(&draw.coefficients, &mut self.by_period, &mut self.linear);
        for (column, slot) in &self.model.explicit {
            let scale = column.scale.map_or(1.0, |s| s.value(&draw.theta));
            column.add_to(slot.value(&draw.theta) * scale, periods, &mut self.linear);
        }
    }

    /// Transformed exposure of every channel at the exposure that was.
    #[inline(always)]
    fn transform(&mut self, draw: &Draw) {
        let periods = self.model.periods();
        self.media.fill(0.0);
        for ((unit, work), beta) in self.model.units.iter().zip(&mut self.works).zip(&draw.beta) {
            unit.weights(&draw.theta, work);
            unit.transform_scaled(&draw.theta, 1.0, periods, work);
            let rows =
                self.media.chunks_exact_mut(periods).zip(work.main.out.chunks_exact(periods));
            for ((media, out), b) in rows.zip(beta) {
                axpy(*b, out, media);
            }
        }
    }

    /// Adds to held-out cells what autocorrelated noise leads to expect of them: the last error
    /// seen before them, fading.
    #[inline(always)]
    fn remember(&mut self, draw: &Draw) {
        let model = &self.model;
        let rho = model.noise.autocorrelation.value(&draw.theta);
        if rho == 0.0 || !model.has_holdout {
            return;
        }
        let periods = model.periods();
        for g in 0..model.geos() {
            let mut error = 0.0;
            for cell in g * periods..(g + 1) * periods {
                if model.observed[cell] > 0.0 {
                    error = model.transformed_kpi(cell) - self.linear[cell] - self.media[cell];
                } else {
                    error *= rho;
                    self.linear[cell] += error;
                }
            }
        }
    }

    /// Standard deviation of the noise of a geo.
    fn sigma(&self, draw: &Draw, geo: usize) -> f64 {
        self.model.noise.marginal_sd(&draw.theta, geo)
    }

    /// What each channel adds to the predictor, `[channel][cell]`.
    pub(crate) fn terms(&mut self, draw: &Draw) -> Vec<Vec<f64>> {
        dispatch(Transforming { explainer: self, draw });
        let periods = self.model.periods();
        let terms = self.works.iter().zip(&draw.beta).map(|(work, beta)| {
            let cells = work.main.out.iter().enumerate();
            cells.map(|(cell, out)| beta[cell / periods] * out).collect()
        });
        terms.collect()
    }

    /// The whole account of a draw.
    pub fn account(&mut self, draw: &Draw) -> Account {
        dispatch(Accounting { explainer: self, draw })
    }

    #[inline(always)]
    fn account_inlined(&mut self, draw: &Draw) -> Account {
        let model = Arc::clone(&self.model);
        let periods = model.periods();
        self.linear_predictor(draw);
        self.transform(draw);
        self.remember(draw);
        let n = self.media.len();
        let mut account = Account {
            channels: vec![vec![0.0; periods]; model.units.len()],
            channel_kpi: vec![0.0; model.units.len()],
            expected: vec![0.0; periods],
            baseline: vec![0.0; periods],
            noise_variance: vec![0.0; periods],
            treatments: Vec::new(),
        };
        let log = model.noise.family == LikelihoodFamily::LogNormal;
        let centre = model.kpi_scale.centre;
        // Outcome per unit of a channel's term on the predictor's scale, per cell.
        let mut gain = self.rate.clone();
        let common = model.noise.common_sd(&draw.theta);
        // What geos share of the noise adds up before it is squared.
        let mut together = vec![0.0; periods];
        for cell in 0..n {
            let (g, t) = (cell / periods, cell % periods);
            let (sigma, own) = (self.sigma(draw, g), model.noise.own_sd(&draw.theta, g));
            let (linear, media) = (self.linear[cell], self.media[cell]);
            let (expected, baseline, variance) = if log {
                let half = (0.5 * sigma * sigma).exp();
                let with = self.rate[cell] * (linear + media).exp() * half;
                let without = self.rate[cell] * linear.exp() * half;
                gain[cell] = if media > 0.0 { (with - without) / media } else { without };
                together[t] += with * common;
                (with, without, with * with * ((own * own).exp() - 1.0))
            } else {
                let offset = model.heads[g] * centre * self.worth[cell];
                let spread = self.rate[cell] * own;
                together[t] += self.rate[cell] * common;
                let baseline = offset + self.rate[cell] * linear;
                let df = model.noise.degrees_of_freedom.value(&draw.theta);
                let tails = if df.is_finite() && df > 2.0 { df / (df - 2.0) } else { 1.0 };
                (baseline + self.rate[cell] * media, baseline, spread * spread * tails)
            };
            account.expected[t] += expected;
            account.baseline[t] += baseline;
            account.noise_variance[t] += variance;
        }
        for (variance, together) in account.noise_variance.iter_mut().zip(&together) {
            *variance += together * together;
        }
        for (m, work) in self.works.iter().enumerate() {
            for cell in 0..n {
                let (g, t) = (cell / periods, cell % periods);
                let brought = gain[cell] * draw.beta[m][g] * work.main.out[cell];
                account.channels[m][t] += brought;
                account.channel_kpi[m] +=
                    if self.worth[cell] == 0.0 { 0.0 } else { brought / self.worth[cell] };
            }
        }
        account.treatments = self.treatments(draw, &gain);
        account
    }

    /// Outcome of each treatment against its baseline value.
    fn treatments(&self, draw: &Draw, gain: &[f64]) -> Vec<f64> {
        let model = &self.model;
        let periods = model.periods();
        let mut totals = vec![0.0; model.panel.treatments.len()];
        for (column, b) in model.block.design.columns.iter().zip(&draw.coefficients) {
            let Part::Treatment(n) = column.part else { continue };
            let dense = column.dense(model.geos(), periods);
            let own_geo = match column.shape {
                crate::model::design::Shape::Geo { geo, .. } => Some(geo),
                _ => None,
            };
            let base = match own_geo {
                Some(_) => model.treatment_base[n],
                None => model.treatment_base[n] * model.treatment_factor[n],
            };
            for cell in 0..dense.len() {
                if own_geo.is_none_or(|g| g == cell / periods) {
                    totals[n] += gain[cell] * b * (dense[cell] - base);
                }
            }
        }
        totals
    }

    /// Outcome of one channel if its media had been `multiplier` times what it was, in every
    /// period, per multiplier. At 1 this is the channel's contribution. Where effects multiply,
    /// a contribution is a share of their joint effect; the curve is scaled to it.
    pub fn response(&mut self, draw: &Draw, channel: usize, multipliers: &[f64]) -> Vec<f64> {
        dispatch(Answering { explainer: self, draw, channel, multipliers })
    }

    #[inline(always)]
    fn response_inlined(&mut self, draw: &Draw, channel: usize, multipliers: &[f64]) -> Vec<f64> {
        let model = Arc::clone(&self.model);
        let periods = model.periods();
        let unit = &model.units[channel];
        let log = model.noise.family == LikelihoodFamily::LogNormal;
        if log {
            self.linear_predictor(draw);
            self.transform(draw);
        } else {
            let work = &mut self.works[channel];
            unit.weights(&draw.theta, work);
            unit.transform_scaled(&draw.theta, 1.0, periods, work);
        }
        let own: Vec<f64> = self.works[channel].main.out.clone();
        let mut outcomes = Vec::with_capacity(multipliers.len());
        for multiplier in multipliers {
            let work = &mut self.works[channel];
            unit.transform_scaled(&draw.theta, *multiplier, periods, work);
            let mut total = 0.0;
            for (g, beta) in draw.beta[channel].iter().enumerate() {
                let cells = g * periods..(g + 1) * periods;
                if log {
                    let half = (0.5 * model.noise.marginal_sd(&draw.theta, g).powi(2)).exp();
                    for cell in cells {
                        let others = self.linear[cell] + self.media[cell] - beta * own[cell];
                        let alone = self.rate[cell] * others.exp() * half;
                        total += alone * ((beta * self.works[channel].main.out[cell]).exp_m1());
                    }
                } else {
                    let out = &self.works[channel].main.out[cells.clone()];
                    total += beta * dot(&self.rate[cells], out);
                }
            }
            outcomes.push(total);
        }
        if log {
            let alone = self.alone(draw, channel, &own);
            let share = self.share(draw, channel, &own);
            if alone > 0.0 {
                outcomes.iter_mut().for_each(|o| *o *= share / alone);
            }
        }
        outcomes
    }

    /// Outcome that would be missing without a channel whose transformed exposure is `own`, where
    /// effects multiply; needs the predictors of the draw.
    fn alone(&self, draw: &Draw, channel: usize, own: &[f64]) -> f64 {
        let periods = self.model.periods();
        let cells = own.iter().enumerate().map(|(cell, own)| {
            let g = cell / periods;
            let term = draw.beta[channel][g] * own;
            let half = (0.5 * self.model.noise.marginal_sd(&draw.theta, g).powi(2)).exp();
            let with = self.rate[cell] * (self.linear[cell] + self.media[cell]).exp() * half;
            -with * (-term).exp_m1()
        });
        cells.sum()
    }

    /// The channel's share of the joint effect of all media, as [`Self::account`] splits it.
    fn share(&self, draw: &Draw, channel: usize, own: &[f64]) -> f64 {
        let periods = self.model.periods();
        let cells = own.iter().enumerate().map(|(cell, own)| {
            let g = cell / periods;
            let half = (0.5 * self.model.noise.marginal_sd(&draw.theta, g).powi(2)).exp();
            let without = self.rate[cell] * self.linear[cell].exp() * half;
            let media = self.media[cell];
            let gain = if media > 0.0 { without * media.exp_m1() / media } else { without };
            gain * draw.beta[channel][g] * own
        });
        cells.sum()
    }

    /// Carry-over weights of a channel (they sum to one when the family is normalised).
    pub fn adstock(&mut self, draw: &Draw, channel: usize) -> Vec<f64> {
        let model = Arc::clone(&self.model);
        let work = &mut self.works[channel];
        model.units[channel].weights(&draw.theta, work);
        work.weights.clone()
    }

    /// A channel's saturation at multiples `x` of its highest exposure, relative to its value
    /// there.
    pub fn saturation(&self, draw: &Draw, channel: usize, x: &[f64]) -> Vec<f64> {
        let unit = &self.model.units[channel];
        let largest = unit.series.level.iter().copied().fold(0.0, f64::max);
        let slots = unit.saturation_slots;
        let p = [slots[0].value(&draw.theta), slots[1].value(&draw.theta)];
        let top = unit.saturation.at(largest, &p).value;
        x.iter().map(|x| unit.saturation.at(x * largest, &p).value / top).collect()
    }

    /// Mean outcome per period of each part of the baseline, by name, for a draw: level (with the
    /// scaling's centre), trend, seasonality, holidays, and each control and treatment. Where
    /// effects multiply, each part counts as what it changes on top of those before it, so that they
    /// add up to the baseline all the same.
    pub fn baseline_parts(&mut self, draw: &Draw) -> Vec<(String, Vec<f64>)> {
        let model = Arc::clone(&self.model);
        let periods = model.periods();
        let n = self.rate.len();
        let log = model.noise.family == LikelihoodFamily::LogNormal;
        let mut parts: Vec<(String, Vec<f64>)> = Vec::new();
        let mut add = |name: String, per_cell: &[f64]| {
            let mut series = vec![0.0; periods];
            for cell in 0..n {
                series[cell % periods] += per_cell[cell];
            }
            match parts.iter_mut().find(|(known, _)| *known == name) {
                Some((_, known)) => axpy(1.0, &series, known),
                None => parts.push((name, series)),
            }
        };
        let centre: Vec<f64> = (0..n)
            .map(|c| model.heads[c / periods] * model.kpi_scale.centre * self.worth[c])
            .collect();
        if !log {
            add("level".to_owned(), &centre);
        }
        let mut columns: Vec<(&crate::model::design::Column, f64)> = Vec::new();
        columns.extend(model.block.design.columns.iter().zip(draw.coefficients.iter().copied()));
        for (column, slot) in &model.explicit {
            let scale = column.scale.map_or(1.0, |s| s.value(&draw.theta));
            columns.push((column, slot.value(&draw.theta) * scale));
        }
        // The level first: the others then change something.
        columns.sort_by_key(|(column, _)| column.part != Part::Level);
        let half: Vec<f64> = (0..model.geos())
            .map(|g| (0.5 * model.noise.marginal_sd(&draw.theta, g).powi(2)).exp())
            .collect();
        let mut sum = vec![0.0; n];
        let mut before = vec![0.0; n];
        let mut cells = vec![0.0; n];
        for (column, b) in columns {
            cells.fill(0.0);
            column.add_to(b, periods, &mut cells);
            for (i, v) in cells.iter_mut().enumerate() {
                if log {
                    sum[i] += *v;
                    let after = self.rate[i] * sum[i].exp() * half[i / periods];
                    *v = after - std::mem::replace(&mut before[i], after);
                } else {
                    *v *= self.rate[i];
                }
            }
            add(part_name(&model, &column.part), &cells);
        }
        parts
    }
}

struct Transforming<'a> {
    explainer: &'a mut Explainer,
    draw: &'a Draw,
}

impl Kernel for Transforming<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        self.explainer.transform(self.draw);
    }
}

struct Accounting<'a> {
    explainer: &'a mut Explainer,
    draw: &'a Draw,
}

impl Kernel for Accounting<'_> {
    type Output = Account;

    #[inline(always)]
    fn run(self) -> Account {
        self.explainer.account_inlined(self.draw)
    }
}

struct Answering<'a> {
    explainer: &'a mut Explainer,
    draw: &'a Draw,
    channel: usize,
    multipliers: &'a [f64],
}

impl Kernel for Answering<'_> {
    type Output = Vec<f64>;

    #[inline(always)]
    fn run(self) -> Vec<f64> {
        self.explainer.response_inlined(self.draw, self.channel, self.multipliers)
    }
}

/// Name of a part of the baseline.
pub(crate) fn part_name(model: &Model, part: &Part) -> String {
    match part {
        Part::Level => "level".to_owned(),
        Part::Trend => "trend".to_owned(),
        Part::Seasonality => "seasonality".to_owned(),
        Part::Holidays => "holidays".to_owned(),
        Part::Demand => "demand".to_owned(),
        Part::Control(c) => model.panel.controls[*c].name.clone(),
        Part::Treatment(t) => model.panel.treatments[*t].name.clone(),
    }
}
