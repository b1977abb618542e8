//! From a panel to the design of a ridge: national sums, baseline components, signs and boxes.

use outlay_core::{Calendar, Panel};

use super::baseline::{cycle, decompose, default_components};
use super::design::{Column, Design, Lift, Role};
use super::error::RidgeError;
use super::settings::{Component, RidgeSettings, Sign, boxes};
use super::solver::Bounds;

/// Builds the design of `panel`. Geos are summed: the ridge is a national model.
///
/// # Errors
/// [`RidgeError`] when settings name unknown series, or the window is too short.
pub fn design(panel: &Panel, settings: &RidgeSettings) -> Result<Design, RidgeError> {
    settings.validate()?;
    check_names(panel, settings)?;
    let kpi = panel.kpi.values.national();
    let value = national_value(panel, &kpi);
    let window = window(&panel.calendar, settings);
    let mut columns = baseline_columns(panel, &kpi, settings)?;
    for (role, covariates) in
        [(Role::Control, &panel.controls), (Role::Treatment, &panel.treatments)]
    {
        columns.extend(covariates.iter().map(|c| Column {
            name: c.name.clone(),
            role,
            values: c.values.national(),
            spend: Vec::new(),
            bounds: bounds(settings.signs.get(&c.name).copied().unwrap_or(Sign::Free)),
            boxes: Vec::new(),
        }));
    }
    let granularity = panel.calendar.granularity();
    let media = |name: &str, role, values: Vec<f64>, spend| {
        let set = settings.channels.get(name);
        Column {
            name: name.to_owned(),
            role,
            values,
            spend,
            bounds: bounds(set.and_then(|s| s.sign).unwrap_or(Sign::Positive)),
            boxes: boxes(name, set, settings.adstock, granularity),
        }
    };
    for c in &panel.channels {
        let values = c.exposure.impressions().national();
        columns.push(media(&c.name, Role::Paid, values, c.spend.national()));
    }
    for o in &panel.organic {
        let values = o.exposure.impressions().national();
        columns.push(media(&o.name, Role::Organic, values, Vec::new()));
    }
    let mut design = Design {
        kpi,
        value,
        columns,
        lead_in: panel.lead_in,
        window,
        family: settings.adstock,
        lifts: Vec::new(),
    };
    design.lifts = lifts(&design, &panel.calendar, settings)?;
    design.validate()?;
    Ok(design)
}

/// Bounds of a sign.
pub fn bounds(sign: Sign) -> Bounds {
    match sign {
        Sign::Positive => Bounds { lower: 0.0, upper: f64::INFINITY },
        Sign::Negative => Bounds { lower: f64::NEG_INFINITY, upper: 0.0 },
        Sign::Free => Bounds { lower: f64::NEG_INFINITY, upper: f64::INFINITY },
    }
}

/// Revenue of an average KPI unit per period; 1 where revenue is not known.
fn national_value(panel: &Panel, kpi: &[f64]) -> Vec<f64> {
    (0..panel.n_periods())
        .map(|t| {
            let (mut revenue, mut rate) = (0.0, 0.0);
            for g in 0..panel.n_geos() {
                revenue += panel.kpi.values.at(g, t) * panel.revenue_per_unit(g, t);
                rate += panel.revenue_per_unit(g, t) / panel.n_geos() as f64;
            }
            let average = revenue / kpi[t];
            if average.is_finite() { average } else { rate }
        })
        .collect()
}

fn window(calendar: &Calendar, settings: &RidgeSettings) -> std::ops::Range<usize> {
    let starts = calendar.starts();
    let from = settings.window_start.map_or(0, |d| starts.partition_point(|s| *s < d));
    let to = settings.window_end.map_or(starts.len(), |d| starts.partition_point(|s| *s <= d));
    from..to.max(from)
}

fn baseline_columns(
    panel: &Panel,
    kpi: &[f64],
    settings: &RidgeSettings,
) -> Result<Vec<Column>, RidgeError> {
    let calendar = &panel.calendar;
    let components = match &settings.components {
        Some(components) => components.clone(),
        None => default_components(calendar, &settings.holidays),
    };
    let granularity = calendar.granularity();
    let refuse = |problem: String| Err(RidgeError::Setting { key: "components".into(), problem });
    for (i, component) in components.iter().enumerate() {
        let seasonal = !matches!(component, Component::Trend | Component::Holiday);
        if components[..i].contains(component) {
            return refuse(format!("names `{}` twice: leave one out", component.name()));
        }
        if seasonal && cycle(*component, granularity).is_none() {
            let name = component.name();
            return refuse(format!("asks for `{name}`, which data per {granularity} cannot show"));
        }
        if *component == Component::Holiday && settings.holidays.is_empty() {
            return refuse("asks for `holiday`, but no holidays are given".to_owned());
        }
    }
    let taken = |name: &str| {
        let covariates = panel.controls.iter().chain(&panel.treatments).map(|c| c.name.as_str());
        let media = panel.channels.iter().map(|c| c.name.as_str());
        let organic = panel.organic.iter().map(|o| o.name.as_str());
        covariates.chain(media).chain(organic).any(|n| n == name)
    };
    let column = |(component, values): (Component, Vec<f64>)| {
        let falling = component == Component::Trend && values.iter().sum::<f64>() < 0.0;
        let (lower, upper) = if falling { (-1.0, 0.0) } else { (0.0, 1.0) };
        let name = component.name();
        Column {
            name: if taken(name) { format!("{name} (fitted)") } else { name.to_owned() },
            role: Role::Baseline,
            values,
            spend: Vec::new(),
            bounds: Bounds { lower, upper },
            boxes: Vec::new(),
        }
    };
    let parts = decompose(calendar, kpi, &components, &settings.holidays);
    Ok(parts.into_iter().map(column).collect())
}

fn lifts(
    design: &Design,
    calendar: &Calendar,
    settings: &RidgeSettings,
) -> Result<Vec<Lift>, RidgeError> {
    let starts = calendar.starts();
    let end_of = |t: usize| calendar.granularity().advance(starts[t], 1);
    let mut out = Vec::with_capacity(settings.lift_tests.len());
    for (i, test) in settings.lift_tests.iter().enumerate() {
        let refuse =
            |problem: &str| Err(RidgeError::LiftTest { index: i + 1, problem: problem.to_owned() });
        let (Some(from), Some(last)) = (calendar.index_of(test.start), calendar.index_of(test.end))
        else {
            return refuse("lies outside of the data: check `start` and `end`");
        };
        if from < design.window.start || last >= design.window.end {
            return refuse(
                "lies outside of the modelling window: widen the window or drop the test",
            );
        }
        let columns = test
            .channels
            .iter()
            .filter_map(|name| design.columns.iter().position(|c| c.name == *name))
            .collect();
        let study = (test.end - test.start).num_days() + 1;
        let covered = end_of(last).map_or(study, |end| (end - starts[from]).num_days());
        out.push(Lift {
            columns,
            rows: from..last + 1,
            lift: test.lift,
            day_ratio: study as f64 / covered.max(1) as f64,
            scope: test.scope,
        });
    }
    Ok(out)
}

fn check_names(panel: &Panel, settings: &RidgeSettings) -> Result<(), RidgeError> {
    let paid = panel.channels.iter().map(|c| c.name.as_str());
    let media: Vec<&str> = paid.chain(panel.organic.iter().map(|o| o.name.as_str())).collect();
    let covariates: Vec<&str> =
        panel.controls.iter().chain(&panel.treatments).map(|c| c.name.as_str()).collect();
    let check = |key: &str, name: &str, known: &[&str]| {
        if known.contains(&name) {
            return Ok(());
        }
        Err(RidgeError::UnknownSeries {
            key: key.to_owned(),
            name: name.to_owned(),
            known: known.join(", "),
        })
    };
    for name in settings.channels.keys() {
        check("channels", name, &media)?;
    }
    for name in settings.signs.keys() {
        check("signs", name, &covariates)?;
    }
    for test in &settings.lift_tests {
        for name in &test.channels {
            check("lift_tests.channels", name, &media)?;
        }
    }
    Ok(())
}
