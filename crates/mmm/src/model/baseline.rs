//! The baseline as columns: intercept, knots, trend, seasons, holidays, geo levels, controls,
//! treatments.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use outlay_core::{Panel, holidays};
use outlay_stats::distribution::Distribution;

use super::ModelError;
use super::demand::{common_spending, neighbours};
use super::design::{Column, Part, Shape, hat_weights, time_shape};
use super::layout::{Layout, Slot};
use super::names::base;
use super::scaling::{Affine, affine};
use crate::spec::check::far_from_bounds;
use crate::spec::{KnotPlacement, Knots, Scale, Spec, TreatmentBaseline, TreatmentQuantity, Trend};

/// Share of the periods over which changepoints are spread; later ones could not be told from
/// noise.
const CHANGEPOINT_RANGE: f64 = 0.8;

/// Everything linear.
#[derive(Default)]
pub(super) struct Baseline {
    pub(super) columns: Vec<Column>,
    pub(super) explicit: Vec<(Column, Slot)>,
    pub(super) covariate_scale: Vec<Affine>,
    pub(super) treatment_base: Vec<f64>,
    pub(super) treatment_factor: Vec<f64>,
    observed: Vec<f64>,
    held_out: bool,
}

/// A column before its prior decides where it goes.
struct Candidate {
    name: String,
    part: Part,
    shape: Shape,
}

impl Baseline {
    fn add(
        &mut self,
        layout: &mut Layout,
        c: Candidate,
        prior: &Distribution,
        scale: Option<Slot>,
    ) {
        if self.unseen(&c) {
            return;
        }
        let Candidate { name, part, shape } = c;
        let gaussian = match prior {
            Distribution::TruncatedNormal { mean, sd, .. } if far_from_bounds(prior) => {
                Some((*mean, *sd))
            }
            _ => prior.as_gaussian(),
        };
        match gaussian {
            Some((mean, sd)) => {
                self.columns.push(Column { name, part, shape, mean, sd, scale });
            }
            None => {
                let slot = layout.add(name.clone(), prior);
                let column = Column { name, part, shape, mean: 0.0, sd: 1.0, scale };
                self.explicit.push((column, slot));
            }
        }
    }
}

impl Baseline {
    /// Whether a series first moves in held-out cells. Nothing can be learned about it, and a rare
    /// event weighs so much on the standardised scale that its prior alone would throw every
    /// forecast off.
    fn unseen(&self, c: &Candidate) -> bool {
        let series = matches!(c.part, Part::Control(_) | Part::Treatment(_) | Part::Demand);
        let (Shape::Dense(values), true, true) = (&c.shape, series, self.held_out) else {
            return false;
        };
        let mut seen = values.iter().zip(&self.observed).filter(|(_, w)| **w > 0.0).map(|(v, _)| v);
        let first = seen.next();
        first.is_some_and(|first| seen.all(|v| v == first))
    }
}

/// Everything linear; `observed` is 1 in cells that the fit sees.
pub(super) fn build(
    spec: &Spec,
    panel: &Panel,
    observed: &[f64],
    layout: &mut Layout,
) -> Result<Baseline, ModelError> {
    let mut baseline = Baseline {
        observed: observed.to_vec(),
        held_out: observed.contains(&0.0),
        ..Baseline::default()
    };
    let b = &mut baseline;
    let periods = panel.n_periods();
    let name = |part: &'static str| base(spec.preset, part);
    let knots = spec.baseline.knots.as_ref().map(|k| (k, knot_positions(k, panel)));
    // Knots carry the level themselves; an intercept beside them could not be told from it.
    if let (Some(prior), None) = (&spec.baseline.intercept, &knots) {
        let shape = Shape::Time { from: 0, values: vec![1.0; periods] };
        let c = Candidate { name: name("intercept").into(), part: Part::Level, shape };
        b.add(layout, c, prior, None);
    }
    if let Some((knots, positions)) = &knots {
        add_knots(b, layout, knots, positions, periods, name("level"));
    }
    if let Some(trend) = &spec.baseline.trend {
        add_trend(b, layout, trend, periods);
    }
    add_seasons(b, layout, spec, panel);
    add_holidays(b, layout, spec, panel)?;
    if !panel.is_national() {
        let biggest = most_populous(panel);
        for (g, geo) in panel.geos.iter().enumerate().filter(|(g, _)| *g != biggest) {
            let shape = Shape::Geo { geo: g, values: vec![1.0; periods] };
            let c = Candidate {
                name: format!("{}[{geo}]", name("geo_level")),
                part: Part::Level,
                shape,
            };
            b.add(layout, c, &spec.geo.level, None);
        }
    }
    add_controls(b, layout, spec, panel);
    add_demand(b, layout, spec, panel);
    add_treatments(b, layout, spec, panel);
    Ok(baseline)
}

/// The first of the geos with the most people.
pub(super) fn most_populous(panel: &Panel) -> usize {
    let people = &panel.population;
    (0..people.len()).fold(0, |best, g| if people[g] > people[best] { g } else { best })
}

/// Periods of the panel in a week (below one for months).
pub(super) fn periods_per_week(panel: &Panel) -> f64 {
    panel.calendar.granularity().per_year() * 7.0 / 365.25
}

/// Period indices of the knots; `int(linspace(0, T - 1, K))` for equally spaced ones.
fn knot_positions(knots: &Knots, panel: &Panel) -> Vec<usize> {
    let periods = panel.n_periods();
    let spaced = |count: usize| {
        let count = count.clamp(1, periods);
        let step = (periods - 1) as f64 / (count.max(2) - 1) as f64;
        let mut at: Vec<usize> = (0..count).map(|k| (k as f64 * step) as usize).collect();
        at.dedup();
        at
    };
    match knots.placement {
        KnotPlacement::Auto if panel.is_national() => vec![0],
        KnotPlacement::Auto => (0..periods).collect(),
        KnotPlacement::Count(count) => spaced(count),
        KnotPlacement::Every(every) => spaced((periods - 1).div_ceil(every.max(1)) + 1),
        KnotPlacement::EveryWeeks(weeks) => {
            let every = weeks as f64 * periods_per_week(panel);
            spaced(((periods - 1) as f64 / every.max(1.0)).ceil() as usize + 1)
        }
    }
}

fn add_knots(
    b: &mut Baseline,
    layout: &mut Layout,
    knots: &Knots,
    positions: &[usize],
    periods: usize,
    name: &str,
) {
    let hats = hat_weights(positions, periods);
    let Some(walk) = knots.walk.as_ref().filter(|_| positions.len() > 1) else {
        for (k, hat) in hats.iter().enumerate() {
            let c = Candidate {
                name: format!("{name}[{k}]"),
                part: Part::Level,
                shape: time_shape(hat),
            };
            b.add(layout, c, &knots.prior, None);
        }
        return;
    };
    // A walk: the level is the first knot plus steps, each step carried by all later knots.
    let sd = layout.add(format!("{name}_step_sd"), walk);
    let mut tail = vec![0.0; periods];
    let mut steps = Vec::new();
    for hat in hats.iter().rev() {
        for (t, h) in tail.iter_mut().zip(hat) {
            *t += h;
        }
        steps.push(time_shape(&tail));
    }
    let unit = Distribution::Normal { mean: 0.0, sd: 1.0 };
    for (k, shape) in steps.into_iter().rev().enumerate() {
        let part = Part::Level;
        if k == 0 {
            b.add(
                layout,
                Candidate { name: format!("{name}[0]"), part, shape },
                &knots.prior,
                None,
            );
        } else {
            let c = Candidate { name: format!("{name}_step[{k}]"), part, shape };
            b.add(layout, c, &unit, Some(sd));
        }
    }
}

fn add_trend(b: &mut Baseline, layout: &mut Layout, trend: &Trend, periods: usize) {
    let last = (periods - 1).max(1) as f64;
    let ramp = |from: f64| -> Vec<f64> {
        let rise: Vec<f64> = (0..periods).map(|t| (t as f64 / last - from).max(0.0)).collect();
        if from > 0.0 { rise } else { rise.iter().map(|v| v - 0.5).collect() }
    };
    let c = Candidate { name: "trend".into(), part: Part::Trend, shape: time_shape(&ramp(0.0)) };
    b.add(layout, c, &trend.slope, None);
    if trend.changepoints == 0 {
        return;
    }
    let sd = layout.add("trend_change_sd".into(), &trend.change_sd);
    let unit = Distribution::Normal { mean: 0.0, sd: 1.0 };
    for k in 1..=trend.changepoints {
        let from = CHANGEPOINT_RANGE * k as f64 / (trend.changepoints + 1) as f64;
        let c = Candidate {
            name: format!("trend_change[{k}]"),
            part: Part::Trend,
            shape: time_shape(&ramp(from)),
        };
        b.add(layout, c, &unit, Some(sd));
    }
}

/// Prefix of the names, harmonics, length in days, and the phase of a date in cycles.
type Cycle<'a> = (&'a str, usize, f64, Box<dyn Fn(&NaiveDate) -> f64>);

/// A wave by name.
type Wave = (&'static str, fn(f64) -> f64);

const WAVES: [Wave; 2] = [("sin", f64::sin), ("cos", f64::cos)];

fn add_seasons(b: &mut Baseline, layout: &mut Layout, spec: &Spec, panel: &Panel) {
    let seasons = &spec.baseline.seasonality;
    let dates = panel.calendar.starts();
    let step_days = 365.25 / panel.calendar.granularity().per_year();
    let year = |d: &NaiveDate| f64::from(d.ordinal()) / 365.25;
    let since = |d: &NaiveDate| f64::from(d.num_days_from_ce());
    let cycles: [Cycle<'_>; 3] = [
        ("", seasons.yearly, 365.25, Box::new(year)),
        ("month_", seasons.monthly, 30.4375, Box::new(move |d| since(d) / 30.4375)),
        ("week_", seasons.weekly, 7.0, Box::new(move |d| since(d) / 7.0)),
    ];
    let name = base(spec.preset, "season");
    let mut scale = None;
    for (cycle, order, length, phase) in &cycles {
        // A wave shorter than two periods cannot be seen.
        let order = (1..=*order).take_while(|k| length / *k as f64 >= 2.0 * step_days).count();
        if order == 0 {
            continue;
        }
        if scale.is_none() {
            scale = seasons.sd.as_ref().map(|sd| layout.add(format!("{name}_sd"), sd));
        }
        for (wave, f) in WAVES {
            for k in 1..=order {
                let angle = |d: &NaiveDate| 2.0 * std::f64::consts::PI * k as f64 * phase(d);
                let values = dates.iter().map(|d| f(angle(d))).collect();
                let c = Candidate {
                    name: format!("{name}[{cycle}{wave}_{k}]"),
                    part: Part::Seasonality,
                    shape: Shape::Time { from: 0, values },
                };
                b.add(layout, c, &seasons.prior, scale);
            }
        }
    }
}

fn add_holidays(
    b: &mut Baseline,
    layout: &mut Layout,
    spec: &Spec,
    panel: &Panel,
) -> Result<(), ModelError> {
    let wanted = &spec.baseline.holidays;
    let calendar = &panel.calendar;
    let (Some(first), Some(last)) = (calendar.starts().first(), calendar.starts().last()) else {
        return Ok(());
    };
    let end = calendar.granularity().advance(*last, 1).and_then(|d| d.pred_opt()).unwrap_or(*last);
    let mut days: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for country in &wanted.countries {
        for holiday in holidays::in_range(country, *first, end)? {
            let Some(t) = calendar.index_of(holiday.date) else { continue };
            let key = if wanted.countries.len() > 1 {
                format!("{country} {}", holiday.name)
            } else {
                holiday.name.to_owned()
            };
            days.entry(key).or_insert_with(|| vec![0.0; calendar.len()])[t] = 1.0;
        }
    }
    // A day that came once is no holiday to learn but an excuse for one outlier.
    days.retain(|_, v| v.iter().filter(|x| **x > 0.0).count() >= 2);
    if days.is_empty() {
        return Ok(());
    }
    let scale = wanted.sd.as_ref().map(|sd| layout.add("holiday_sd".into(), sd));
    for (holiday, values) in days {
        let c = Candidate {
            name: format!("holiday[{holiday}]"),
            part: Part::Holidays,
            shape: time_shape(&values),
        };
        b.add(layout, c, &wanted.prior, scale);
    }
    Ok(())
}

fn geo_column(values: &[f64], g: usize, periods: usize) -> Shape {
    Shape::Geo { geo: g, values: values[g * periods..(g + 1) * periods].to_vec() }
}

fn add_controls(b: &mut Baseline, layout: &mut Layout, spec: &Spec, panel: &Panel) {
    let periods = panel.n_periods();
    let unit = Distribution::Normal { mean: 0.0, sd: 1.0 };
    let name = |part: &'static str| base(spec.preset, part);
    for (c, control) in panel.controls.iter().enumerate() {
        let scale = affine(spec.scaling.controls, control.values.values());
        b.covariate_scale.push(scale);
        let values: Vec<f64> = control.values.values().iter().map(|v| scale.apply(*v)).collect();
        let prior = spec.controls.each.get(&control.name).unwrap_or(&spec.controls.prior);
        let part = Part::Control(c);
        let shared = Candidate {
            name: format!("{}[{}]", name("control"), control.name),
            part: part.clone(),
            shape: Shape::Dense(values.clone()),
        };
        b.add(layout, shared, prior, None);
        if let (false, Some(sd)) = (panel.is_national(), &spec.controls.geo_sd) {
            let sd = layout.add(format!("{}[{}]", name("control_geo_sd"), control.name), sd);
            for (g, geo) in panel.geos.iter().enumerate() {
                let own = Candidate {
                    name: format!("{}[{geo},{}]", name("control_geo_deviation"), control.name),
                    part: part.clone(),
                    shape: geo_column(&values, g, periods),
                };
                b.add(layout, own, &unit, Some(sd));
            }
        }
    }
}

/// Weeks on either side of a control that count as its neighbours: near ones, and those beyond.
const NEIGHBOURS: [(&str, f64, f64); 2] = [("near", 1.0, 2.0), ("far", 3.0, 6.0)];

/// Neighbours of controls, and what budgets do together.
fn add_demand(b: &mut Baseline, layout: &mut Layout, spec: &Spec, panel: &Panel) {
    let periods = panel.n_periods();
    let week = periods_per_week(panel);
    let standard = |values: &[f64]| -> Vec<f64> {
        let scale = affine(Scale::Standardise, values);
        values.iter().map(|v| scale.apply(*v)).collect()
    };
    if let Some(prior) = &spec.controls.neighbours {
        for (c, control) in panel.controls.iter().enumerate() {
            let scale = affine(spec.scaling.controls, control.values.values());
            let values: Vec<f64> =
                control.values.values().iter().map(|v| scale.apply(*v)).collect();
            for (name, from, to) in NEIGHBOURS {
                let near = (from * week).round().max(1.0) as usize;
                let far = (to * week).round() as usize;
                if far < near || far >= periods {
                    continue;
                }
                let own = Candidate {
                    name: format!("{}[{},{name}]", base(spec.preset, "control"), control.name),
                    part: Part::Control(c),
                    shape: Shape::Dense(neighbours(&values, periods, near, far)),
                };
                b.add(layout, own, prior, None);
            }
        }
    }
    let common = spec.controls.common_spending.as_ref();
    if let Some((prior, values)) = common.zip(common_spending(panel)) {
        let own = Candidate {
            name: "common_spending".to_owned(),
            part: Part::Demand,
            shape: Shape::Dense(standard(&values)),
        };
        b.add(layout, own, prior, None);
    }
}

fn add_treatments(b: &mut Baseline, layout: &mut Layout, spec: &Spec, panel: &Panel) {
    let periods = panel.n_periods();
    let unit = Distribution::Normal { mean: 0.0, sd: 1.0 };
    let name = |part: &'static str| base(spec.preset, part);
    for (n, treatment) in panel.treatments.iter().enumerate() {
        let scale = affine(spec.scaling.controls, treatment.values.values());
        b.covariate_scale.push(scale);
        let values: Vec<f64> = treatment.values.values().iter().map(|v| scale.apply(*v)).collect();
        let base_value = match spec.treatments.baseline {
            TreatmentBaseline::Min => values.iter().copied().fold(f64::INFINITY, f64::min),
            TreatmentBaseline::Max => values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        };
        b.treatment_base.push(base_value);
        let prior = spec.treatments.each.get(&treatment.name).unwrap_or(&spec.treatments.prior);
        let part = Part::Treatment(n);
        // On contribution, the sampled share times this factor is the coefficient.
        let (factor, key) = match spec.treatments.on {
            TreatmentQuantity::Coefficient => (1.0, name("treatment")),
            TreatmentQuantity::Contribution => {
                let total = contribution_total(spec, panel, &values, base_value);
                (total, "contribution_n")
            }
        };
        b.treatment_factor.push(factor);
        let shared = Candidate {
            name: format!("{key}[{}]", treatment.name),
            part: part.clone(),
            shape: Shape::Dense(values.iter().map(|v| v * factor).collect()),
        };
        b.add(layout, shared, prior, None);
        if let (false, Some(sd)) = (panel.is_national(), &spec.treatments.geo_sd) {
            let sd = layout.add(format!("{}[{}]", name("treatment_geo_sd"), treatment.name), sd);
            for (g, geo) in panel.geos.iter().enumerate() {
                let own = Candidate {
                    name: format!("{}[{geo},{}]", name("treatment_geo_deviation"), treatment.name),
                    part: part.clone(),
                    shape: geo_column(&values, g, periods),
                };
                b.add(layout, own, &unit, Some(sd));
            }
        }
    }
}

/// Coefficient per unit of contribution share: total outcome over `Σ rate × (value - base)`.
fn contribution_total(spec: &Spec, panel: &Panel, values: &[f64], base_value: f64) -> f64 {
    let heads = super::scaling::heads(panel, &spec.scaling);
    let per_head = super::scaling::per_head(&panel.kpi.values, &heads);
    let spread = affine(spec.scaling.kpi, &per_head).spread;
    let periods = panel.n_periods();
    let (mut total, mut moved) = (0.0, 0.0);
    for g in 0..panel.n_geos() {
        for t in 0..periods {
            let worth = panel.revenue_per_unit(g, t);
            total += panel.kpi.values.at(g, t) * worth;
            moved += heads[g] * spread * worth * (values[g * periods + t] - base_value);
        }
    }
    if moved == 0.0 { 1.0 } else { total / moved }
}
