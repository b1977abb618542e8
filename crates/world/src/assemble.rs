//! From a specification to a mechanism: parts chosen, and sized so that each channel brings what
//! its specification says.

use std::sync::Arc;

use outlay_core::{Exposure, Grid};

use crate::carry_over::LagWeights;
use crate::error::WorldError;
use crate::mechanism::{Mechanism, MediaEffect};
use crate::spec::{Adstock, Effect, Order, Saturation, WorldSpec};
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
}

pub(crate) fn parts(spec: &WorldSpec) -> Vec<Part> {
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
        }
    }

    pub(crate) fn parameters(&self, effect: &MediaEffect) -> ChannelParameters {
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
pub(crate) fn size(
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

/// The periods of the data, without history.
pub(crate) fn in_data(grid: &Grid, history: usize) -> Grid {
    Grid::from_fn(grid.geos(), grid.periods() - history, |g, t| grid.at(g, history + t))
}
