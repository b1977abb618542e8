//! What is true: how exposure becomes KPI.
//!
//! A mechanism is built of small parts ([`CarryOver`], [`Response`], a baseline); everything that
//! is said about a world is measured on it from outside, by asking what the KPI would be under
//! another media plan. Parts can therefore be exchanged freely.

use std::sync::Arc;

use outlay_core::{Exposure, Grid};

use crate::carry_over::CarryOver;
use crate::response::Response;
use crate::spec::Order;

/// One channel's way from exposure to effect.
#[derive(Debug, Clone)]
pub struct MediaEffect {
    /// How pressure reaches later periods.
    pub carry_over: Arc<dyn CarryOver>,
    /// How pressure becomes effect.
    pub response: Arc<dyn Response>,
    /// Which comes first; exposure told as reach and frequency always responds first.
    pub order: Order,
    /// Exposure per head at which relative pressure is 1 (reach per head for reach and frequency).
    pub reference: f64,
    /// KPI units per unit of response, one per geo.
    pub size: Vec<f64>,
}

/// The whole truth of a brand, without noise.
#[derive(Debug, Clone)]
pub struct Mechanism {
    /// The KPI without media, `[geo][period]`.
    pub baseline: Grid,
    /// One effect per channel: paid ones first, then organic ones.
    pub media: Vec<MediaEffect>,
    /// Share of people per geo.
    pub people: Vec<f64>,
    /// Periods of exposure before the first period of the KPI.
    pub history: usize,
}

impl MediaEffect {
    /// Effect per period of geo `g`, in units of response; history included.
    pub(crate) fn unit_effect(&self, exposure: &Exposure, g: usize, people: f64) -> Vec<f64> {
        let per_head = self.reference * people;
        let relative = |row: &[f64]| row.iter().map(|x| x / per_head).collect::<Vec<f64>>();
        match exposure {
            Exposure::Volume { values, .. } => {
                let pressure = relative(values.row(g));
                match self.order {
                    Order::AdstockFirst => self.response.respond(&self.carry_over.carry(&pressure)),
                    Order::SaturationFirst => {
                        self.carry_over.carry(&self.response.respond(&pressure))
                    }
                }
            }
            Exposure::ReachFrequency { reach, frequency } => {
                let met = self.response.respond(frequency.row(g));
                let people = relative(reach.row(g));
                let effect: Vec<f64> = people.iter().zip(&met).map(|(r, m)| r * m).collect();
                self.carry_over.carry(&effect)
            }
        }
    }
}

impl Mechanism {
    /// The KPI without noise under a media plan (one exposure per effect, `[geo][history +
    /// period]`), in KPI units, `[geo][period]`.
    pub fn expected(&self, plan: &[Exposure]) -> Grid {
        let mut values = self.baseline.values().to_vec();
        let periods = self.baseline.periods();
        for (effect, exposure) in self.media.iter().zip(plan) {
            for (g, people) in self.people.iter().enumerate() {
                let unit = effect.unit_effect(exposure, g, *people);
                let row = values.iter_mut().skip(g * periods).take(periods);
                row.zip(unit.iter().skip(self.history)).for_each(|(v, u)| *v += effect.size[g] * u);
            }
        }
        // The shape is the baseline's, so the grid is always made.
        Grid::new(self.baseline.geos(), periods, values).unwrap_or_else(|| self.baseline.clone())
    }
}

/// `plan` with the exposure of channel `m` multiplied by `factor`: more or fewer people at equal
/// frequency, more or fewer impressions; history included. 0 takes the channel away.
pub fn scaled(plan: &[Exposure], m: usize, factor: f64) -> Vec<Exposure> {
    let mut other = plan.to_vec();
    if let Some(exposure) = other.get_mut(m) {
        *exposure = match exposure {
            Exposure::Volume { unit, values } => {
                Exposure::Volume { unit: unit.clone(), values: values.map(|x| x * factor) }
            }
            Exposure::ReachFrequency { reach, frequency } => Exposure::ReachFrequency {
                reach: reach.map(|x| x * factor),
                frequency: frequency.clone(),
            },
        };
    }
    other
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::carry_over::LagWeights;
    use crate::spec::{Adstock, Saturation};

    fn volume(values: &[f64]) -> Exposure {
        let values = Grid::new(1, values.len(), values.to_vec()).unwrap();
        Exposure::Volume { unit: "spend".into(), values }
    }

    fn mechanism(order: Order) -> Mechanism {
        Mechanism {
            baseline: Grid::filled(1, 3, 100.0),
            media: vec![MediaEffect {
                carry_over: Arc::new(LagWeights::new(Adstock::Geometric { alpha: 0.5 }, 1)),
                response: Arc::new(Saturation::MichaelisMenten { half: 1.0 }),
                order,
                reference: 10.0,
                size: vec![60.0],
            }],
            people: vec![1.0],
            history: 1,
        }
    }

    #[test]
    fn history_carries_into_the_data_in_either_order() {
        let plan = [volume(&[30.0, 0.0, 30.0, 0.0])];
        // Relative pressure 3, 0, 3, 0; weights 2/3, 1/3.
        let first = mechanism(Order::AdstockFirst).expected(&plan);
        let expected = [130.0, 140.0, 130.0];
        first.values().iter().zip(expected).for_each(|(a, b)| assert!((a - b).abs() < 1e-9));
        let then = mechanism(Order::SaturationFirst).expected(&plan);
        let expected = [115.0, 130.0, 115.0];
        then.values().iter().zip(expected).for_each(|(a, b)| assert!((a - b).abs() < 1e-9));
    }

    #[test]
    fn without_media_the_baseline_is_left() {
        let plan = [volume(&[30.0, 0.0, 30.0, 0.0])];
        let world = mechanism(Order::AdstockFirst);
        assert_eq!(world.expected(&scaled(&plan, 0, 0.0)), world.baseline);
    }
}
