//! Building a [`Model`] from a specification and a panel.

use chrono::NaiveDate;
use outlay_core::{Exposure, Grid, Panel};
use outlay_stats::distribution::{Distribution, Support};
use outlay_stats::simd::dot;

use super::baseline::{self, Baseline};
use super::design::Design;
use super::layout::{Layout, Slot};
use super::lift::{Lift, LiftKind};
use super::media::{Effect, MediaUnit, Series};
use super::names::{MediaNames, base};
use super::returns::in_units_of;
use super::scaling::{Affine, affine, heads, per_head};
use super::{Model, ModelError, Noise, Treatment};
use crate::linear::{LinearBlock, Memory};
use crate::spec::{
    AdstockFamily, EffectDistribution, EffectQuantity, LiftDesign, LikelihoodFamily, MediaKind,
    MediaSpec, Order, Preset, SaturationFamily, Spec, SpecError, TimeUnit,
};
use crate::transform::{AdstockShape, SaturationShape};

/// A step of one per cent: what a marginal return is measured with.
const MARGINAL_STEP: f64 = 0.01;

pub(super) fn compile(spec: &Spec, panel: &Panel) -> Result<Model, ModelError> {
    check_names(spec, panel)?;
    let heads = heads(panel, &spec.scaling);
    let kpi_per_head = per_head(&panel.kpi.values, &heads);
    let kpi_scale = affine(spec.scaling.kpi, &kpi_per_head);
    let log_normal = spec.likelihood.family == LikelihoodFamily::LogNormal;
    let mut target: Vec<f64> = kpi_per_head.iter().map(|y| kpi_scale.apply(*y)).collect();
    let mut log_jacobian = 0.0;
    let observed = observed_cells(spec, panel);
    if log_normal {
        if let Some(cell) = target.iter().position(|y| *y <= 0.0) {
            let (g, t) = (cell / panel.n_periods(), cell % panel.n_periods());
            return Err(ModelError::KpiNotPositive {
                geo: panel.geos[g].clone(),
                period: panel.calendar.starts()[t].to_string(),
                value: panel.kpi.values.at(g, t),
            });
        }
        for (y, w) in target.iter_mut().zip(&observed) {
            *y = y.ln();
            log_jacobian -= *y * w;
        }
    }
    let n_observed = observed.iter().filter(|w| **w > 0.0).count();
    if n_observed == 0 {
        return Err(ModelError::NothingObserved);
    }
    let mut layout = Layout::default();
    let history = match &spec.history {
        Some(prior) => layout.add("history".to_owned(), prior),
        None => Slot::Fixed(0.0),
    };
    let units = media_units(spec, panel, &heads, &kpi_scale, history, &mut layout)?;
    if units.len() * 2 > n_observed {
        let parameters = layout.len();
        return Err(ModelError::TooManyParameters { parameters, observations: n_observed });
    }
    let Baseline { columns, explicit, covariate_scale, treatment_base, treatment_factor, .. } =
        baseline::build(spec, panel, &observed, &mut layout)?;
    let noise = noise(spec, panel, &mut layout)?;
    let plain = spec.likelihood.family != LikelihoodFamily::StudentT && noise.sigma.len() == 1;
    let memory = match (noise.common, noise.autocorrelation) {
        (Slot::Fixed(_), Slot::Fixed(0.0)) => Memory::None,
        (Slot::Fixed(_), _) => Memory::Own,
        _ => Memory::Shared,
    };
    let design = Design::order(columns, panel.n_geos(), panel.n_periods());
    let means: Vec<f64> = design.columns.iter().map(|c| -c.mean).collect();
    let mut scratch = vec![0.0; panel.n_periods()];
    design.apply(&means, &mut scratch, &mut target);
    let has_holdout = n_observed < observed.len();
    for (y, w) in target.iter_mut().zip(&observed) {
        *y *= w;
    }
    let lifts = lifts(spec, panel, &units, &heads, &kpi_scale)?;
    Ok(Model {
        spec: spec.clone(),
        panel: panel.clone(),
        block: LinearBlock::new(design, &observed, memory),
        treatment: if plain { Treatment::Marginal } else { Treatment::Whitened },
        layout,
        units,
        explicit,
        noise,
        target,
        observed,
        power: coarsened(spec, panel, n_observed),
        has_holdout,
        kpi_scale,
        heads,
        covariate_scale,
        treatment_base,
        treatment_factor,
        lifts,
        log_jacobian,
    })
}

/// Power to which the likelihood is raised. Geos of one period share most of what a structure
/// gets wrong, so that each counts for the root of their number.
fn coarsened(spec: &Spec, panel: &Panel, observed: usize) -> f64 {
    let Some(c) = spec.likelihood.coarsening else { return 1.0 };
    let geos = panel.n_geos().saturating_sub(spec.holdout.geos.len()).max(1) as f64;
    c / (c + observed as f64 / geos.sqrt())
}

/// Names in the specification must exist in the data.
fn check_names(spec: &Spec, panel: &Panel) -> Result<(), SpecError> {
    let list =
        |names: &mut dyn Iterator<Item = &String>| -> Vec<String> { names.cloned().collect() };
    let media = list(
        &mut panel.channels.iter().map(|c| &c.name).chain(panel.organic.iter().map(|o| &o.name)),
    );
    let controls = list(&mut panel.controls.iter().map(|c| &c.name));
    let treatments = list(&mut panel.treatments.iter().map(|c| &c.name));
    let geos = list(&mut panel.geos.iter());
    let mut wanted: Vec<(&str, &String, &Vec<String>)> = Vec::new();
    wanted.extend(spec.channel.keys().map(|n| ("channel", n, &media)));
    wanted.extend(spec.lift_test.iter().map(|l| ("lift_test.channel", &l.channel, &media)));
    wanted.extend(spec.evidence.iter().map(|e| ("evidence.channel", &e.channel, &media)));
    wanted.extend(spec.controls.each.keys().map(|n| ("controls.each", n, &controls)));
    wanted.extend(spec.treatments.each.keys().map(|n| ("treatments.each", n, &treatments)));
    wanted.extend(spec.holdout.geos.iter().map(|n| ("holdout.geos", n, &geos)));
    for lift in &spec.lift_test {
        if let LiftDesign::Window { geos: test, .. } = &lift.design {
            wanted.extend(test.iter().map(|n| ("lift_test.geos", n, &geos)));
        }
    }
    match wanted.into_iter().find(|(_, name, known)| !known.contains(name)) {
        None => Ok(()),
        Some((key, name, known)) => Err(SpecError::UnknownName {
            key: key.to_owned(),
            name: name.clone(),
            known: if known.is_empty() { "none".to_owned() } else { known.join(", ") },
        }),
    }
}

fn observed_cells(spec: &Spec, panel: &Panel) -> Vec<f64> {
    let periods = panel.n_periods();
    let held = |t: usize| {
        t + spec.holdout.last >= periods
            || spec.holdout.periods.iter().any(|d| panel.calendar.index_of(*d) == Some(t))
    };
    let geo_held = |g: usize| spec.holdout.geos.contains(&panel.geos[g]);
    (0..panel.n_geos() * periods)
        .map(|cell| if held(cell % periods) || geo_held(cell / periods) { 0.0 } else { 1.0 })
        .collect()
}

fn noise(spec: &Spec, panel: &Panel, layout: &mut Layout) -> Result<Noise, ModelError> {
    let name = base(spec.preset, "sigma");
    let likelihood = &spec.likelihood;
    let sigma = if likelihood.sigma_per_geo && !panel.is_national() {
        panel.geos.iter().map(|g| layout.add(format!("{name}[{g}]"), &likelihood.sigma)).collect()
    } else {
        vec![layout.add(name.to_owned(), &likelihood.sigma)]
    };
    let degrees_of_freedom = match likelihood.family {
        LikelihoodFamily::StudentT => {
            layout.add("degrees_of_freedom".to_owned(), &likelihood.degrees_of_freedom)
        }
        _ => Slot::Fixed(f64::INFINITY),
    };
    let autocorrelation = match &likelihood.autocorrelation {
        Some(prior) => layout.add("autocorrelation".to_owned(), prior),
        None => Slot::Fixed(0.0),
    };
    let several = panel.n_geos() > spec.holdout.geos.len() + 1;
    let common = match &likelihood.common {
        Some(_) if several && likelihood.family == LikelihoodFamily::StudentT => {
            return Err(ModelError::NoiseNotShared { by: "`student-t` noise" });
        }
        Some(_) if several && sigma.len() > 1 => {
            return Err(ModelError::NoiseNotShared {
                by: "noise of a size of its own in each geo",
            });
        }
        Some(prior) if several => layout.add("common_noise".to_owned(), prior),
        _ => Slot::Fixed(0.0),
    };
    Ok(Noise { family: likelihood.family, sigma, degrees_of_freedom, autocorrelation, common })
}

/// Exposure per head with the pad in front, scaled by `scale`.
fn padded(grid: &Grid, lead_in: usize, pad: usize, heads: &[f64], scale: f64) -> Vec<f64> {
    let mut out = Vec::with_capacity(grid.geos() * (pad + grid.periods()));
    for g in 0..grid.geos() {
        let row = grid.row(g);
        let history = &row[..lead_in];
        let skip = history.len().saturating_sub(pad);
        out.extend(std::iter::repeat_n(0.0, pad - (history.len() - skip)));
        out.extend(row[skip..].iter().map(|v| v / heads[g] / scale));
    }
    out
}

/// Usual exposure of each geo, scaled as by [`padded`]: the mean of the first `window` periods that
/// are known. Nothing where a channel is silent at first for longer than ever again: it began then.
fn usual(grid: &Grid, lead_in: usize, window: usize, heads: &[f64], scale: f64) -> Vec<f64> {
    let from = lead_in.saturating_sub(window);
    let one = |g: usize| {
        let row = &grid.row(g)[from..];
        let silent = |values: &[f64]| values.iter().take_while(|v| **v == 0.0).count();
        let first = silent(row);
        let later = (first..row.len()).map(|t| silent(&row[t..])).max().unwrap_or(0);
        if first > later {
            return 0.0;
        }
        let known = &row[..window.min(row.len())];
        known.iter().sum::<f64>() / known.len().max(1) as f64 / heads[g] / scale
    };
    (0..grid.geos()).map(one).collect()
}

/// `series` with its drivers multiplied by `factor` where `affected(geo, period)`; periods of the
/// pad are `None`.
fn scaled_series(
    unit: &MediaUnit,
    periods: usize,
    factor: f64,
    affected: impl Fn(usize, Option<usize>) -> bool,
) -> Series {
    let mut series = unit.series.clone();
    let driver = series.multiplier.as_mut().unwrap_or(&mut series.level);
    let padded = periods + unit.pad;
    for (cell, value) in driver.iter_mut().enumerate() {
        if affected(cell / padded, (cell % padded).checked_sub(unit.pad)) {
            *value *= factor;
        }
    }
    for (g, value) in series.before.iter_mut().flatten().enumerate() {
        if affected(g, None) {
            *value *= factor;
        }
    }
    series
}

fn media_units(
    spec: &Spec,
    panel: &Panel,
    heads: &[f64],
    kpi_scale: &Affine,
    history: Slot,
    layout: &mut Layout,
) -> Result<Vec<MediaUnit>, ModelError> {
    let mut units = Vec::new();
    for channel in &panel.channels {
        let spend = channel.spend.total();
        let unit = unit(
            spec,
            panel,
            &channel.name,
            &channel.exposure,
            Some(spend),
            heads,
            kpi_scale,
            history,
            layout,
        );
        units.push(unit?);
    }
    for organic in &panel.organic {
        let unit = unit(
            spec,
            panel,
            &organic.name,
            &organic.exposure,
            None,
            heads,
            kpi_scale,
            history,
            layout,
        );
        units.push(unit?);
    }
    Ok(units)
}

fn unit(
    spec: &Spec,
    panel: &Panel,
    name: &str,
    exposure: &Exposure,
    spend: Option<f64>,
    heads: &[f64],
    kpi_scale: &Affine,
    history: Slot,
    layout: &mut Layout,
) -> Result<MediaUnit, ModelError> {
    let by_reach = matches!(exposure, Exposure::ReachFrequency { .. });
    let kind = match (spend.is_some(), by_reach) {
        (true, false) => MediaKind::Paid,
        (true, true) => MediaKind::PaidReachFrequency,
        (false, false) => MediaKind::Organic,
        (false, true) => MediaKind::OrganicReachFrequency,
    };
    let mut media = spec.media_of(name, kind)?;
    let own = spec.preset == Preset::Outlay && media.effect.source == "preset";
    if own && media.effect.on == EffectQuantity::Roi {
        media.effect.prior = in_units_of(panel, media.effect.prior);
    }
    let names = MediaNames::new(spec.preset, kind);
    let in_unit = match media.adstock.unit {
        TimeUnit::Period => 1.0,
        TimeUnit::Week => baseline::periods_per_week(panel),
    };
    let pad = match media.adstock.family {
        AdstockFamily::None => 0,
        _ => (media.adstock.max_lag as f64 * in_unit).ceil() as usize,
    };
    // Meridian's window is the history it has, where that is shorter.
    let window = (pad + 1).min(panel.n_periods() + panel.lead_in);
    let driver = match exposure {
        Exposure::Volume { values, .. } => values,
        Exposure::ReachFrequency { reach, .. } => reach,
    };
    let exposure_scale = affine(spec.scaling.media, &per_head(driver, heads)).spread;
    let known = panel.lead_in.min(pad);
    let before = (history != Slot::Fixed(0.0) && !by_reach)
        .then(|| usual(driver, panel.lead_in, window, heads, exposure_scale));
    let driver = padded(driver, panel.lead_in, pad, heads, exposure_scale);
    let series = match exposure {
        Exposure::Volume { .. } => Series { level: driver, multiplier: None, before },
        Exposure::ReachFrequency { frequency, .. } => Series {
            level: padded(frequency, panel.lead_in, pad, &vec![1.0; heads.len()], 1.0),
            multiplier: Some(driver),
            before: None,
        },
    };
    let (adstock, adstock_slots) = adstock(&media, window, in_unit, name, &names, layout);
    let (saturation, saturation_slots) = saturation(&media, name, &names, layout);
    let effect = effect(spec, panel, &media, name, spend, heads, kpi_scale, &names, layout)?;
    let mut unit = MediaUnit {
        name: name.to_owned(),
        paid: spend.is_some(),
        series,
        pad,
        exposure_scale,
        adstock,
        window,
        normalise: media.adstock.normalise,
        adstock_slots,
        saturation,
        saturation_slots,
        known,
        history,
        saturation_first: by_reach || media.order == Order::SaturationFirst,
        effect,
    };
    if unit.effect.quantity == EffectQuantity::Mroi {
        // One per cent more against what was. The effect is counted as exposure less
        // counterfactual; the sign of the weights turns that round.
        let more = scaled_series(&unit, panel.n_periods(), 1.0 + MARGINAL_STEP, |_, _| true);
        unit.effect.counterfactual = Some(more);
        unit.effect.weights.iter_mut().for_each(|w| *w = -*w);
    }
    Ok(unit)
}

fn adstock(
    media: &MediaSpec,
    window: usize,
    in_unit: f64,
    name: &str,
    names: &MediaNames,
    layout: &mut Layout,
) -> (AdstockShape, [Slot; 2]) {
    let a = &media.adstock;
    let shape = match a.family {
        AdstockFamily::None => AdstockShape::None,
        AdstockFamily::Geometric => AdstockShape::Geometric,
        AdstockFamily::Delayed => AdstockShape::Delayed,
        AdstockFamily::Binomial => {
            AdstockShape::Binomial { horizon: a.horizon.unwrap_or(window as f64) }
        }
        AdstockFamily::WeibullCdf => AdstockShape::WeibullCdf,
        AdstockFamily::WeibullPdf => AdstockShape::WeibullPdf,
        AdstockFamily::Weibull => AdstockShape::Weibull { unit: in_unit },
    };
    let slots = slots(shape.parameters(), name, layout, |p| {
        let prior = match p {
            "alpha" => &a.alpha,
            "theta" => &a.theta,
            "lambda" => &a.lambda,
            _ => &a.k,
        };
        (names.adstock(p), prior)
    });
    (shape, slots)
}

fn saturation(
    media: &MediaSpec,
    name: &str,
    names: &MediaNames,
    layout: &mut Layout,
) -> (SaturationShape, [Slot; 2]) {
    let s = &media.saturation;
    let unit_slope = s.slope.as_fixed() == Some(1.0);
    let shape = match s.family {
        SaturationFamily::None => SaturationShape::None,
        SaturationFamily::Hill if unit_slope => SaturationShape::MichaelisMenten,
        SaturationFamily::Hill => SaturationShape::Hill,
        SaturationFamily::Logistic => SaturationShape::Logistic,
        SaturationFamily::Tanh => SaturationShape::Tanh,
        SaturationFamily::MichaelisMenten => SaturationShape::MichaelisMenten,
        SaturationFamily::Power => SaturationShape::Power,
    };
    let slots = slots(shape.parameters(), name, layout, |p| {
        let prior = match p {
            "half_saturation" => &s.half_saturation,
            "slope" => &s.slope,
            "lambda" => &s.lambda,
            "scale" => &s.scale,
            _ => &s.exponent,
        };
        (names.saturation(p), prior)
    });
    (shape, slots)
}

fn slots<'a>(
    parameters: &[&'static str],
    channel: &str,
    layout: &mut Layout,
    prior: impl Fn(&'static str) -> (String, &'a Distribution),
) -> [Slot; 2] {
    let mut slots = [Slot::Fixed(1.0); 2];
    for (slot, parameter) in slots.iter_mut().zip(parameters) {
        let (name, prior) = prior(parameter);
        *slot = layout.add(format!("{name}[{channel}]"), prior);
    }
    slots
}

fn effect(
    spec: &Spec,
    panel: &Panel,
    media: &MediaSpec,
    name: &str,
    spend: Option<f64>,
    heads: &[f64],
    kpi_scale: &Affine,
    names: &MediaNames,
    layout: &mut Layout,
) -> Result<Effect, ModelError> {
    let quantity = media.effect.on;
    let on_spend = matches!(quantity, EffectQuantity::Roi | EffectQuantity::Mroi);
    if on_spend && !spend.is_some_and(|s| s > 0.0) {
        return Err(ModelError::NoSpend(name.to_owned()));
    }
    let (geos, periods) = (panel.n_geos(), panel.n_periods());
    let log_normal = spec.likelihood.family == LikelihoodFamily::LogNormal;
    let rate = |g: usize, t: usize| {
        let kpi = if log_normal { panel.kpi.values.at(g, t) } else { heads[g] * kpi_scale.spread };
        kpi * panel.revenue_per_unit(g, t)
    };
    let weights: Vec<f64> = match quantity {
        EffectQuantity::Coefficient => vec![1.0 / (geos * periods) as f64; geos * periods],
        _ => (0..geos * periods).map(|cell| rate(cell / periods, cell % periods)).collect(),
    };
    let total_outcome = || -> f64 {
        let kpi = panel.kpi.values.values();
        let worth: Vec<f64> = (0..kpi.len())
            .map(|cell| panel.revenue_per_unit(cell / periods, cell % periods))
            .collect();
        dot(kpi, &worth)
    };
    let unit = match quantity {
        EffectQuantity::Roi => spend.unwrap_or(0.0),
        EffectQuantity::Mroi => spend.unwrap_or(0.0) * MARGINAL_STEP,
        EffectQuantity::Contribution => total_outcome(),
        EffectQuantity::Coefficient => 1.0,
    };
    let slot = layout.add(format!("{}[{name}]", names.effect(quantity)), &media.effect.prior);
    let hierarchical = geos > 1;
    let (mut geo_sd, mut geo_deviation) = (None, None);
    if hierarchical {
        geo_sd = Some(layout.add(format!("{}[{name}]", names.geo_sd()), &spec.geo.media_sd));
        let unit_normal = Distribution::Normal { mean: 0.0, sd: 1.0 };
        for geo in &panel.geos {
            let slot = layout.add(format!("{}[{geo},{name}]", names.geo_deviation()), &unit_normal);
            if let Slot::Free(first) = slot {
                geo_deviation.get_or_insert(first);
            }
        }
    }
    Ok(Effect {
        quantity,
        source: media.effect.source.clone(),
        slot,
        unit,
        weights,
        counterfactual: None,
        geo_sd,
        geo_deviation,
        law: if hierarchical { spec.geo.media_effects } else { EffectDistribution::Normal },
        // The shifted coordinate reaches every positive value, so the prior must, too.
        shifted: quantity == EffectQuantity::Coefficient
            && matches!(slot, Slot::Free(_))
            && media.effect.prior.as_rectified().is_none()
            && media.effect.prior.support() == Support::Above(0.0),
    })
}

fn lifts(
    spec: &Spec,
    panel: &Panel,
    units: &[MediaUnit],
    heads: &[f64],
    kpi_scale: &Affine,
) -> Result<Vec<Lift>, SpecError> {
    let mut lifts = Vec::new();
    for (i, test) in spec.lift_test.iter().enumerate() {
        let Some(unit) = units.iter().position(|u| u.name == test.channel) else { continue };
        let value = |key: &str, reason: &str| SpecError::Value {
            key: format!("lift_test[{i}].{key}"),
            reason: reason.to_owned(),
            line: None,
        };
        let lift = match &test.design {
            LiftDesign::Point { x, delta_x, delta_y, sigma } => {
                if *sigma <= 0.0 || !sigma.is_finite() {
                    return Err(value("sigma", "must be positive"));
                }
                let scale = units[unit].exposure_scale;
                Lift {
                    unit,
                    kind: LiftKind::Point { from: x / scale, to: (x + delta_x) / scale },
                    observed: delta_y / kpi_scale.spread,
                    standard_error: sigma / kpi_scale.spread,
                }
            }
            LiftDesign::Window { start, end, geos, counterfactual, lift, standard_error } => {
                if *standard_error <= 0.0 || !standard_error.is_finite() {
                    return Err(value("standard_error", "must be positive"));
                }
                let window = window(panel, *start, *end)
                    .ok_or_else(|| value("start", "and `end` must enclose periods of the data"))?;
                let tested = |g: usize| geos.is_empty() || geos.contains(&panel.geos[g]);
                let periods = panel.n_periods();
                let series = scaled_series(&units[unit], periods, *counterfactual, |g, t| {
                    tested(g) && t.is_some_and(|t| window.contains(&t))
                });
                let rate = |cell: usize| {
                    let g = cell / periods;
                    if tested(g) { heads[g] * kpi_scale.spread } else { 0.0 }
                };
                let weights = (0..panel.n_geos() * periods).map(rate).collect();
                Lift {
                    unit,
                    kind: LiftKind::Window { counterfactual: series, weights },
                    observed: *lift,
                    standard_error: *standard_error,
                }
            }
        };
        lifts.push(lift);
    }
    Ok(lifts)
}

fn window(
    panel: &Panel,
    start: NaiveDate,
    end: NaiveDate,
) -> Option<std::ops::RangeInclusive<usize>> {
    let starts = panel.calendar.starts();
    let first = starts.partition_point(|d| *d < start);
    let last = starts.partition_point(|d| *d <= end).checked_sub(1)?;
    (first <= last).then_some(first..=last)
}
