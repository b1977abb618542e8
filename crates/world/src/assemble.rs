//! From a specification to a mechanism: parts chosen, and sized so that each channel brings what
//! its specification says.

use std::sync::Arc;

use outlay_core::{Exposure, Grid};

use crate::carry_over::LagWeights;
use crate::drift;
use crate::error::WorldError;
use crate::mechanism::{HaloEffect, Mechanism, MediaEffect, Units};
use crate::spec::{Adstock, Change, Effect, Halo, Link, Order, Saturation, WorldSpec};
use crate::spending::{Bought, Scene, mean_per_head};
use crate::truth::ChannelParameters;

/// The specification of one channel's mechanism, paid or organic.
pub(crate) struct Part {
    pub(crate) name: String,
    adstock: Adstock,
    max_lag: usize,
    saturation: Saturation,
    order: Order,
    effect: Effect,
    change: Option<Change>,
    halo: Vec<Halo>,
}

pub(crate) fn parts(spec: &WorldSpec) -> Vec<Part> {
    let paid = spec.channels.iter().map(|c| Part {
        name: c.name.clone(),
        adstock: c.adstock,
        max_lag: c.max_lag.unwrap_or(spec.lags(c.adstock)),
        saturation: c.saturation,
        order: c.order,
        effect: c.effect,
        change: c.change,
        halo: c.halo.clone(),
    });
    let organic = spec.organic.iter().map(|o| Part {
        name: o.name.clone(),
        adstock: o.adstock,
        max_lag: o.max_lag.unwrap_or(spec.lags(o.adstock)),
        saturation: o.saturation,
        order: o.order,
        effect: Effect::Share(o.share),
        change: None,
        halo: Vec::new(),
    });
    paid.chain(organic).collect()
}

impl Part {
    /// The mechanism with sizes that only tell geos apart; their level is set later.
    pub(crate) fn effect(&self, exposure: &Exposure, scene: &Scene<'_>) -> MediaEffect {
        let people = &scene.geography.people;
        let pressure = match exposure {
            Exposure::Volume { values, .. } => values,
            Exposure::ReachFrequency { reach, .. } => reach,
        };
        let label = format!("geo/effect/{}", self.name);
        MediaEffect {
            carry_over: Arc::new(LagWeights::new(self.adstock, self.max_lag)),
            response: Arc::new(self.saturation),
            order: self.order,
            reference: mean_per_head(pressure, people, scene.line.history),
            size: scene.geography.spread((scene.seed, &label), scene.spec.geos.effect_spread),
            change: self.change.map_or_else(Vec::new, |change| {
                drift::factors(change, scene.seed, &self.name, scene.line)
            }),
            halo: Vec::new(),
        }
    }

    pub(crate) fn parameters(&self, effect: &MediaEffect, history: usize) -> ChannelParameters {
        ChannelParameters {
            adstock: self.adstock,
            max_lag: self.max_lag,
            saturation: self.saturation,
            order: self.order,
            reference_exposure: effect.reference,
            size: effect.size.clone(),
            change: effect.change.iter().skip(history).copied().collect(),
        }
    }
}

/// Tells every effect which others raise it, by how much per unit of their response.
pub(crate) fn halos(mechanism: &mut Mechanism, parts: &[Part], units: &[Units]) {
    let history = mechanism.history;
    for (from, part) in parts.iter().enumerate() {
        let cells = || units[from].iter().flat_map(|row| row.iter().skip(history));
        let mean = cells().sum::<f64>() / cells().count().max(1) as f64;
        for halo in part.halo.iter().filter(|_| mean > 0.0) {
            let Some(to) = parts.iter().position(|p| p.name == halo.to) else { continue };
            mechanism.media[to].halo.push(HaloEffect { from, gain: halo.gain / mean });
        }
    }
}

/// Scales every effect to the contribution that its specification asks for.
pub(crate) fn size(
    mechanism: &mut Mechanism,
    spec: &WorldSpec,
    units: &[Units],
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
        for (g, series) in units[m].iter().enumerate() {
            unit += effect.size[g] * series.iter().skip(history).sum::<f64>();
        }
        if !(unit.is_finite() && unit > 0.0) {
            return Err(WorldError::NoResponse(part.name.clone()));
        }
        effect.size.iter_mut().for_each(|size| *size *= wanted / unit);
    }
    let alone = mechanism.link == Link::Additive && parts.iter().all(|p| p.halo.is_empty());
    if alone { Ok(()) } else { settle(mechanism, units, parts, &fixed) }
}

/// Rounds of [`settle`] before a world is given up.
const ROUNDS: usize = 2_000;
/// Share of a contribution by which it may miss what was asked for.
const SETTLED: f64 = 1e-12;

/// Where effects depend on the baseline or on each other, contributions are not in proportion to
/// sizes: repeats the scaling until every counterfactual difference is what was asked for.
///
/// Sizes are corrected by a damped share of what is missing: under the log link a contribution
/// grows faster than its size, and a full step would swing.
fn settle(
    mechanism: &mut Mechanism,
    units: &[Units],
    parts: &[Part],
    fixed: &[f64],
) -> Result<(), WorldError> {
    for round in 0..ROUNDS {
        let expected = mechanism.combine(units).total();
        let mut worst: (f64, usize) = (0.0, 0);
        let mut factors = vec![1.0; parts.len()];
        for (m, part) in parts.iter().enumerate() {
            let wanted = match part.effect {
                Effect::Share(share) => share * expected,
                _ => fixed[m],
            };
            if wanted <= 0.0 {
                continue;
            }
            let mut without = units.to_vec();
            without[m] = mechanism.nothing();
            let brought = expected - mechanism.combine(&without).total();
            // A contribution that cannot be told from nothing would blow the size up.
            let missing = (wanted / brought.max(1e-3 * wanted)).min(1e3);
            factors[m] = missing.powf(if round < ROUNDS / 4 { 0.7 } else { 0.2 });
            if (missing - 1.0).abs() > worst.0 || !missing.is_finite() {
                worst = ((missing - 1.0).abs(), m);
            }
        }
        // What rounding of the two totals leaves is no error of the size.
        let floor = parts.iter().zip(fixed).filter(|(_, w)| **w > 0.0);
        let least = floor.map(|(_, w)| *w).fold(f64::INFINITY, f64::min);
        let rounding = if least.is_finite() { 1e-14 * expected / least } else { 0.0 };
        if worst.0 <= SETTLED.max(rounding) {
            return Ok(());
        }
        if !worst.0.is_finite() || !expected.is_finite() {
            return Err(WorldError::Unsettled(parts[worst.1].name.clone()));
        }
        for (effect, factor) in mechanism.media.iter_mut().zip(factors) {
            effect.size.iter_mut().for_each(|size| *size *= factor);
        }
        if round + 1 == ROUNDS {
            return Err(WorldError::Unsettled(parts[worst.1].name.clone()));
        }
    }
    Ok(())
}

/// The periods of the data, without history.
pub(crate) fn in_data(grid: &Grid, history: usize) -> Grid {
    Grid::from_fn(grid.geos(), grid.periods() - history, |g, t| grid.at(g, history + t))
}
