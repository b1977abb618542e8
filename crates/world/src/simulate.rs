//! From a specification to data and truth.

use outlay_core::{Channel, Exposure, Grid, Kpi, KpiKind, Organic, Panel, PanelDraft};

use crate::baseline::{self, BaselineDraw};
use crate::carry_over::LagWeights;
use crate::csv;
use crate::draw::{geo_series, stream};
use crate::error::WorldError;
use crate::geography::Geography;
use crate::mechanism::{Mechanism, MediaEffect};
use crate::noise::unit_noise;
use crate::spec::{Adstock, Effect, Order, Saturation, WorldSpec};
use crate::spending::{Bought, Scene, mean_per_head};
use crate::timeline::Timeline;
use crate::truth::{ChannelParameters, Facts, Truth, measure};

/// A simulated brand: what its analyst sees, and what is true.
#[derive(Debug, Clone, PartialEq)]
pub struct World {
    /// What the analyst sees.
    pub panel: Panel,
    /// What is true.
    pub truth: Truth,
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
        let scene = Scene { spec, seed, line: &line, geography: &geography, demand: &demand };
        let bought = scene.spend()?;
        let organic: Vec<Exposure> =
            spec.organic.iter().map(|o| scene.publish(o)).collect::<Result<_, _>>()?;
        let base = baseline::build(spec, seed, &line, &geography, &demand);
        let without = base.total(geography.len(), line.periods);
        refuse_negative(&without, &geography, &line)?;

        let plan: Vec<Exposure> =
            bought.iter().map(|b| b.exposure.clone()).chain(organic).collect();
        let parts = parts(spec);
        let media =
            parts.iter().zip(&plan).map(|(part, exposure)| part.effect(exposure, &scene)).collect();
        let people = geography.people.clone();
        let mut mechanism = Mechanism { baseline: without, media, people, history: line.history };
        size(&mut mechanism, spec, &plan, &bought, &parts)?;

        let drawn = observe(spec, seed, &mechanism, &plan);
        let panel = panel(spec, &line, &geography, &bought, &plan, &base, drawn.kpi)?;
        let names: Vec<String> = parts.iter().map(|p| p.name.clone()).collect();
        let parameters =
            parts.iter().zip(&mechanism.media).map(|(part, effect)| part.parameters(effect));
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
        Ok(Self { panel, truth })
    }

    /// The panel as a wide CSV file: `date`, `geo` and `population` where there are geos, the KPI,
    /// `NAME_spend` and `NAME_impressions` (or `NAME_reach` and `NAME_frequency`) per channel,
    /// organic volumes, controls and treatments.
    pub fn to_csv(&self) -> String {
        csv::render(&self.panel)
    }
}

/// The specification of one channel's mechanism, paid or organic.
struct Part {
    name: String,
    adstock: Adstock,
    max_lag: usize,
    saturation: Saturation,
    order: Order,
    effect: Effect,
}

fn parts(spec: &WorldSpec) -> Vec<Part> {
    let paid = spec.channels.iter().map(|c| Part {
        name: c.name.clone(),
        adstock: c.adstock,
        max_lag: c.max_lag.unwrap_or(spec.default_max_lag()),
        saturation: c.saturation,
        order: c.order,
        effect: c.effect,
    });
    let organic = spec.organic.iter().map(|o| Part {
        name: o.name.clone(),
        adstock: o.adstock,
        max_lag: o.max_lag.unwrap_or(spec.default_max_lag()),
        saturation: o.saturation,
        order: o.order,
        effect: Effect::Share(o.share),
    });
    paid.chain(organic).collect()
}

impl Part {
    /// The mechanism with sizes that only tell geos apart; their level is set later.
    fn effect(&self, exposure: &Exposure, scene: &Scene<'_>) -> MediaEffect {
        let people = &scene.geography.people;
        let pressure = match exposure {
            Exposure::Volume { values, .. } => values,
            Exposure::ReachFrequency { reach, .. } => reach,
        };
        let label = format!("geo/effect/{}", self.name);
        MediaEffect {
            carry_over: Box::new(LagWeights::new(self.adstock, self.max_lag)),
            response: Box::new(self.saturation),
            order: self.order,
            reference: mean_per_head(pressure, people, scene.line.history),
            size: scene.geography.spread((scene.seed, &label), scene.spec.geos.effect_spread),
        }
    }

    fn parameters(&self, effect: &MediaEffect) -> ChannelParameters {
        ChannelParameters {
            adstock: self.adstock,
            max_lag: self.max_lag,
            saturation: self.saturation,
            order: self.order,
            reference_exposure: effect.reference,
            size: effect.size.clone(),
        }
    }
}

/// Scales every effect to the contribution that its specification asks for.
fn size(
    mechanism: &mut Mechanism,
    spec: &WorldSpec,
    plan: &[Exposure],
    bought: &[Bought],
    parts: &[Part],
) -> Result<(), WorldError> {
    let history = mechanism.history;
    // Fixed contributions first: shares are of a whole that holds them.
    let fixed: Vec<f64> = parts
        .iter()
        .enumerate()
        .map(|(m, part)| {
            let spend = bought.get(m).map_or(0.0, |b| in_data(&b.spend, history).total());
            match part.effect {
                Effect::Roi(roi) => roi * spend / spec.outcome_per_unit(),
                Effect::Cpa(cost) => spend / cost,
                Effect::Share(_) => 0.0,
            }
        })
        .collect();
    let share = |part: &Part| if let Effect::Share(s) = part.effect { s } else { 0.0 };
    let shares: f64 = parts.iter().map(share).sum();
    let whole = (mechanism.baseline.total() + fixed.iter().sum::<f64>()) / (1.0 - shares);
    for (m, part) in parts.iter().enumerate() {
        let effect = &mut mechanism.media[m];
        let wanted = fixed[m] + share(part) * whole;
        let mut unit = 0.0;
        for (g, people) in mechanism.people.iter().enumerate() {
            let series = effect.unit_effect(&plan[m], g, *people);
            unit += effect.size[g] * series.iter().skip(history).sum::<f64>();
        }
        if !(unit.is_finite() && unit > 0.0) {
            return Err(WorldError::NoResponse(part.name.clone()));
        }
        effect.size.iter_mut().for_each(|size| *size *= wanted / unit);
    }
    Ok(())
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
    let rows: Vec<Vec<f64>> = (0..geos)
        .map(|g| unit_noise(&spec.noise, &mut stream(seed, &format!("noise/{g}")), periods))
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

fn in_data(grid: &Grid, history: usize) -> Grid {
    Grid::from_fn(grid.geos(), grid.periods() - history, |g, t| grid.at(g, history + t))
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
