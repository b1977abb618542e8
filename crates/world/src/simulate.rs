//! From a specification to data and truth.

use outlay_core::{Channel, Exposure, Grid, Kpi, KpiKind, Organic, Panel, PanelDraft};

use crate::assemble::{self, in_data};
use crate::baseline::{self, BaselineDraw};
use crate::csv;
use crate::draw::{geo_series, stream};
use crate::error::WorldError;
use crate::geography::Geography;
use crate::mechanism::Mechanism;
use crate::noise::{outliers, unit_noise};
use crate::spec::WorldSpec;
use crate::spending::{Bought, Scene};
use crate::timeline::Timeline;
use crate::truth::{Facts, Truth, measure};

/// A simulated brand: what its analyst sees, and what is true.
#[derive(Debug, Clone)]
pub struct World {
    /// What the analyst sees.
    pub panel: Panel,
    /// What is true.
    pub truth: Truth,
    /// What would come under any other media plan.
    pub mechanism: Mechanism,
    /// The media plan that was run, unseen history included: one exposure per channel, paid ones
    /// first, `[geo][history + period]`.
    pub plan: Vec<Exposure>,
}

impl World {
    /// Simulates `spec` with `seed` in place of its own.
    ///
    /// Same specification and seed, same world, bit for bit.
    ///
    /// # Errors
    /// [`WorldError`] when the specification is refused or asks for the impossible.
    pub fn simulate(spec: &WorldSpec, seed: u64) -> Result<Self, WorldError> {
        spec.check()?;
        let line = Timeline::new(spec);
        let geography = Geography::new(spec, seed);
        let demand = geo_series(
            (seed, "demand"),
            geography.len(),
            line.total(),
            line.history,
            spec.demand.persistence,
            spec.geos.own_share,
        );
        let pulled: Vec<Vec<f64>> =
            spec.treatments.iter().map(|t| baseline::pull(t, seed, &line)).collect();
        let scene = Scene {
            spec,
            seed,
            line: &line,
            geography: &geography,
            demand: &demand,
            treatments: &pulled,
        };
        let bought = scene.spend()?;
        let organic: Vec<Exposure> =
            spec.organic.iter().map(|o| scene.publish(o)).collect::<Result<_, _>>()?;
        let base = baseline::build(spec, seed, &line, &geography, &demand, &pulled);
        let without = base.total(geography.len(), line.periods);
        refuse_negative(&without, &geography, &line)?;

        let plan: Vec<Exposure> =
            bought.iter().map(|b| b.exposure.clone()).chain(organic).collect();
        let parts = assemble::parts(spec);
        let media =
            parts.iter().zip(&plan).map(|(part, exposure)| part.effect(exposure, &scene)).collect();
        let people = geography.people.clone();
        let mut mechanism = Mechanism {
            level: (0..geography.len())
                .map(|g| without.row(g).iter().sum::<f64>() / line.periods.max(1) as f64)
                .collect(),
            baseline: without,
            link: spec.link,
            media,
            people,
            history: line.history,
        };
        let units = mechanism.units(&plan);
        assemble::halos(&mut mechanism, &parts, &units);
        assemble::size(&mut mechanism, spec, &units, &bought, &parts)?;

        let drawn = observe(spec, seed, &mechanism, &plan);
        let panel = panel(spec, &line, &geography, &bought, &plan, &base, drawn.kpi)?;
        let names: Vec<String> = parts.iter().map(|p| p.name.clone()).collect();
        let parameters = parts
            .iter()
            .zip(&mechanism.media)
            .map(|(part, effect)| part.parameters(effect, line.history));
        let truth = measure(Facts {
            spec,
            seed,
            panel: &panel,
            mechanism: &mechanism,
            plan: &plan,
            names: &names,
            parameters: parameters.collect(),
            baseline_parts: &base.parts,
            demand: (line.history..line.total())
                .map(|t| demand.iter().zip(&geography.people).map(|(d, p)| d[t] * p).sum())
                .collect(),
            noise_sd: drawn.sd,
            clamped_cells: drawn.clamped,
        });
        Ok(Self { panel, truth, mechanism, plan })
    }

    /// The panel as a wide CSV file: `date`, `geo` and `population` where there are geos, the KPI,
    /// `NAME_spend` and `NAME_impressions` (or `NAME_reach` and `NAME_frequency`) per channel,
    /// organic volumes, controls and treatments.
    pub fn to_csv(&self) -> String {
        csv::render(&self.panel)
    }
}

struct Observation {
    kpi: Grid,
    /// Per unit share of people.
    sd: f64,
    clamped: usize,
}

/// Adds noise of equal size per head, and rounds as a till does.
fn observe(spec: &WorldSpec, seed: u64, mechanism: &Mechanism, plan: &[Exposure]) -> Observation {
    let expected = mechanism.expected(plan);
    let (geos, periods) = (expected.geos(), expected.periods());
    let people = &mechanism.people;
    let sd = spec.noise.sd.map_or_else(
        || {
            let variance = variance_per_head(&expected, people);
            (variance * (1.0 - spec.noise.r2) / spec.noise.r2).sqrt()
        },
        |share| share * spec.baseline.level,
    );
    let draw = |label: &str| unit_noise(&spec.noise, &mut stream(seed, label), periods);
    let shared = spec.noise.common > 0.0 && geos > 1;
    let common = if shared { draw("noise/common") } else { Vec::new() };
    let rows: Vec<Vec<f64>> = (0..geos)
        .map(|g| {
            let mut row = draw(&format!("noise/{g}"));
            let (ours, own) = (spec.noise.common.sqrt(), (1.0 - spec.noise.common).sqrt());
            row.iter_mut().zip(&common).for_each(|(e, c)| *e = own * *e + ours * c);
            if spec.noise.level_power > 0.0 {
                let mean = expected.row(g).iter().sum::<f64>() / periods.max(1) as f64;
                let growth = |y: f64| (y.max(0.0) / mean).powf(spec.noise.level_power);
                row.iter_mut().zip(expected.row(g)).for_each(|(e, y)| *e *= growth(*y));
            }
            let mut rng = stream(seed, &format!("outliers/{g}"));
            outliers(&spec.noise, &mut rng, &mut row, spec.granularity.per_year());
            row
        })
        .collect();
    let digits = if spec.kpi.kind == KpiKind::Count { 1.0 } else { 100.0 };
    let raw = Grid::from_fn(geos, periods, |g, t| expected.at(g, t) + sd * people[g] * rows[g][t]);
    Observation {
        clamped: raw.values().iter().filter(|y| **y < 0.0).count(),
        kpi: raw.map(|y| (y.max(0.0) * digits).round() / digits),
        sd,
    }
}

/// Variance over time within geos, of values divided by the geo's share of people.
fn variance_per_head(values: &Grid, people: &[f64]) -> f64 {
    let mut sum = 0.0;
    for (g, share) in people.iter().enumerate() {
        let row = values.row(g);
        let mean = row.iter().sum::<f64>() / row.len().max(1) as f64;
        sum += row.iter().map(|y| ((y - mean) / share).powi(2)).sum::<f64>();
    }
    sum / values.values().len().max(1) as f64
}

fn panel(
    spec: &WorldSpec,
    line: &Timeline,
    geography: &Geography,
    bought: &[Bought],
    plan: &[Exposure],
    base: &BaselineDraw,
    kpi: Grid,
) -> Result<Panel, WorldError> {
    let (geos, periods) = (kpi.geos(), kpi.periods());
    let seen = |exposure: &Exposure| match exposure {
        Exposure::Volume { unit, values } => {
            Exposure::Volume { unit: unit.clone(), values: in_data(values, line.history) }
        }
        Exposure::ReachFrequency { reach, frequency } => Exposure::ReachFrequency {
            reach: in_data(reach, line.history),
            frequency: in_data(frequency, line.history),
        },
    };
    let channels = spec.channels.iter().zip(bought).map(|(channel, bought)| Channel {
        name: channel.name.clone(),
        exposure: seen(&bought.exposure),
        spend: in_data(&bought.spend, line.history),
    });
    let organic = spec.organic.iter().zip(plan.iter().skip(bought.len()));
    let draft = PanelDraft {
        calendar: line.calendar.clone(),
        lead_in: 0,
        geos: geography.names.clone(),
        population: geography.population.clone(),
        currency: Some(spec.kpi.currency),
        kpi: Kpi {
            name: spec.kpi.name.clone(),
            kind: spec.kpi.kind,
            values: kpi,
            revenue_per_unit: spec.kpi.revenue_per_unit.map(|r| Grid::filled(geos, periods, r)),
        },
        channels: channels.collect(),
        organic: organic
            .map(|(o, exposure)| Organic { name: o.name.clone(), exposure: seen(exposure) })
            .collect(),
        controls: base.controls.clone(),
        treatments: base.treatments.clone(),
    };
    Panel::new(draft).map_err(WorldError::Panel)
}

fn refuse_negative(
    baseline: &Grid,
    geography: &Geography,
    line: &Timeline,
) -> Result<(), WorldError> {
    let low = baseline.values().iter().position(|v| v.is_nan() || *v <= 0.0);
    match low {
        None => Ok(()),
        Some(cell) => Err(WorldError::Baseline {
            geo: geography.names[cell / line.periods].clone(),
            date: line.calendar.starts()[cell % line.periods],
            value: baseline.values()[cell],
        }),
    }
}
