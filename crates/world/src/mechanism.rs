//! What is true: how exposure becomes KPI.
//!
//! A mechanism is built of small parts ([`CarryOver`], [`Response`], a baseline); everything that
//! is said about a world is measured on it from outside, by asking what the KPI would be under
//! another media plan. Parts can therefore be exchanged freely.

use std::sync::Arc;

use outlay_core::{Exposure, Grid};

use crate::carry_over::CarryOver;
use crate::response::Response;
use crate::spec::{Link, Order};

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
    /// KPI units per unit of response, one per geo (at the geo's average baseline where the link
    /// multiplies).
    pub size: Vec<f64>,
    /// Factor of the effect per period, history included; the last holds afterwards. Empty for
    /// an effect that never changes.
    pub change: Vec<f64>,
    /// Channels that raise this one's effect.
    pub halo: Vec<HaloEffect>,
}

/// How another channel raises an effect: by `1 + gain * response of the other`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HaloEffect {
    /// Index of the other channel.
    pub from: usize,
    /// Share gained per unit of the other's response.
    pub gain: f64,
}

/// Response of one channel to a plan, `[geo][period]`, history included.
pub(crate) type Units = Vec<Vec<f64>>;

/// The whole truth of a brand, without noise.
#[derive(Debug, Clone)]
pub struct Mechanism {
    /// The KPI without media, `[geo][period]`.
    pub baseline: Grid,
    /// How effects and baseline make the KPI.
    pub link: Link,
    /// KPI per period and geo at which `size` counts: the average baseline of the data.
    pub level: Vec<f64>,
    /// One effect per channel: paid ones first, then organic ones.
    pub media: Vec<MediaEffect>,
    /// Share of people per geo.
    pub people: Vec<f64>,
    /// Periods of exposure before the first period of the KPI.
    pub history: usize,
}

impl MediaEffect {
    /// Effect per period of geo `g`, in units of response, drift included; history included.
    pub(crate) fn unit_effect(&self, exposure: &Exposure, g: usize, people: f64) -> Vec<f64> {
        let mut unit = self.response_to(exposure, g, people);
        unit.iter_mut().enumerate().for_each(|(t, u)| *u *= self.strength(t));
        unit
    }

    /// Factor of the effect in period `t`, history included.
    pub(crate) fn strength(&self, t: usize) -> f64 {
        self.change.get(t).or(self.change.last()).copied().unwrap_or(1.0)
    }

    fn response_to(&self, exposure: &Exposure, g: usize, people: f64) -> Vec<f64> {
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
        self.combine(&self.units(plan))
    }

    /// Every channel's response to its exposure, before halo and size.
    pub(crate) fn units(&self, plan: &[Exposure]) -> Vec<Units> {
        (0..self.media.len().min(plan.len())).map(|m| self.unit(m, &plan[m])).collect()
    }

    /// One channel's response to an exposure.
    pub(crate) fn unit(&self, m: usize, exposure: &Exposure) -> Units {
        let effect = &self.media[m];
        let geos = self.people.iter().enumerate();
        geos.map(|(g, people)| effect.unit_effect(exposure, g, *people)).collect()
    }

    /// The response of a channel that is taken away.
    pub(crate) fn nothing(&self) -> Units {
        vec![vec![0.0; self.history + self.baseline.periods()]; self.people.len()]
    }

    /// The KPI that responses make, `[geo][period]`.
    pub(crate) fn combine(&self, units: &[Units]) -> Grid {
        let (geos, periods) = (self.baseline.geos(), self.baseline.periods());
        let mut values = Vec::with_capacity(geos * periods);
        for g in 0..geos {
            let base = self.baseline.row(g);
            match self.link {
                Link::Additive => {
                    let mut row = base.to_vec();
                    self.add(units, g, &mut row);
                    values.append(&mut row);
                }
                Link::Proportional | Link::Log => {
                    let level = self.level[g];
                    let mut media = vec![0.0; periods];
                    self.add(units, g, &mut media);
                    let factor = |f: f64| match self.link {
                        Link::Log => (f / level).exp(),
                        _ => 1.0 + f / level,
                    };
                    values.extend(base.iter().zip(media).map(|(b, f)| b * factor(f)));
                }
            }
        }
        // The shape is the baseline's, so the grid is always made.
        Grid::new(geos, periods, values).unwrap_or_else(|| self.baseline.clone())
    }

    /// Adds the sized effects of geo `g` to a row of the data's periods.
    fn add(&self, units: &[Units], g: usize, row: &mut [f64]) {
        for (effect, unit) in self.media.iter().zip(units) {
            for (t, value) in row.iter_mut().enumerate() {
                let at = self.history + t;
                *value += effect.size[g] * unit[g][at] * halo(effect, units, g, at);
            }
        }
    }
}

/// Factor by which other channels raise an effect.
fn halo(effect: &MediaEffect, units: &[Units], g: usize, at: usize) -> f64 {
    let gain = |h: &HaloEffect| units.get(h.from).map_or(0.0, |unit| h.gain * unit[g][at]);
    1.0 + effect.halo.iter().map(gain).sum::<f64>()
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
            link: Link::Additive,
            level: vec![100.0],
            media: vec![MediaEffect {
                carry_over: Arc::new(LagWeights::new(Adstock::Geometric { alpha: 0.5 }, 1)),
                response: Arc::new(Saturation::MichaelisMenten { half: 1.0 }),
                order,
                reference: 10.0,
                size: vec![60.0],
                change: Vec::new(),
                halo: Vec::new(),
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
