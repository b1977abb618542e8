//! A reach curve: people reached at least k times by what is bought, and its inverse.

use serde::Serialize;

use super::error::{ReachError, check};
use super::nbd::Nbd;
use super::pchip::Pchip;
use super::points::{Segment, Unit};

/// How many times the last given point the inverse looks before it gives up.
const FARTHEST: f64 = 1e12;

/// People reached as a function of what is bought.
///
/// For every frequency: zero at zero, never falling, never above the population, never more than
/// one person per `frequency` impressions (where impressions are known), never above the reach at a
/// lower frequency.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReachCurve {
    pub(crate) channel: String,
    pub(crate) segment: Segment,
    pub(crate) population: f64,
    pub(crate) unit: Unit,
    pub(crate) impressions_per_unit: Option<f64>,
    pub(crate) cost_per_unit: Option<f64>,
    /// The largest amount bought among the points.
    pub(crate) last: f64,
    pub(crate) body: Body,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Body {
    /// One channel in one segment: the family, and curves of their own at some frequencies.
    Fitted { joint: Nbd, own: Vec<OwnCurve> },
    /// Segments without overlap, each with a fixed share of what is bought.
    Sum(Vec<Part>),
}

/// The curve of one frequency, in ascending order of frequency.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct OwnCurve {
    pub(crate) frequency: u32,
    pub(crate) shape: OwnShape,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum OwnShape {
    Family(Nbd),
    /// Through the points, continued by the family.
    Kept {
        points: Pchip,
        tail: Nbd,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Part {
    pub(crate) share: f64,
    pub(crate) curve: ReachCurve,
}

/// What it takes to reach a number of people.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Needed {
    /// The smallest amount that reaches the target.
    Bought {
        /// Spend or impressions.
        bought: f64,
        /// Money, where a price is known.
        cost: Option<f64>,
        /// Whether it lies beyond the given points.
        extrapolated: bool,
    },
    /// No amount reaches the target.
    NotReachable {
        /// Most people this curve ever reaches at this frequency.
        at_most: f64,
    },
}

impl ReachCurve {
    /// The channel.
    pub fn channel(&self) -> &str {
        &self.channel
    }

    /// Whom the curve describes.
    pub fn segment(&self) -> &Segment {
        &self.segment
    }

    /// People in the segment.
    pub fn population(&self) -> f64 {
        self.population
    }

    /// What is counted as bought.
    pub fn unit(&self) -> Unit {
        self.unit
    }

    /// Money per unit bought (1 for spend), where a price is known.
    pub fn cost_per_unit(&self) -> Option<f64> {
        self.cost_per_unit
    }

    /// Impressions per unit bought (1 for impressions), where they are known.
    pub fn impressions_per_unit(&self) -> Option<f64> {
        self.impressions_per_unit
    }

    /// The largest amount bought among the given points; beyond it the curve is extrapolated.
    pub fn last(&self) -> f64 {
        self.last
    }

    /// People reached at least `frequency` times (0 counts as 1) after buying `bought` (nothing
    /// unless a positive number).
    pub fn reach(&self, bought: f64, frequency: u32) -> f64 {
        self.value_and_slope(bought, frequency).0
    }

    /// People reached per further unit bought.
    pub fn slope(&self, bought: f64, frequency: u32) -> f64 {
        self.value_and_slope(bought, frequency).1
    }

    /// Most people the curve ever reaches at least `frequency` times.
    pub fn limit(&self, frequency: u32) -> f64 {
        let frequency = frequency.max(1);
        match &self.body {
            Body::Sum(parts) => {
                let parts = parts.iter().filter(|part| part.share > 0.0);
                parts.map(|part| part.curve.limit(frequency)).sum()
            }
            Body::Fitted { joint, own } => {
                order(joint.reachable(), own, frequency, |own| own.limit()).min(self.population)
            }
        }
    }

    /// The smallest amount that reaches `people` at least `frequency` times.
    ///
    /// # Errors
    /// [`ReachError::Value`] unless `people` is a number of people.
    pub fn needed(&self, people: f64, frequency: u32) -> Result<Needed, ReachError> {
        check("the number of people to reach", "zero or more", people, people >= 0.0)?;
        let beyond = Needed::NotReachable { at_most: self.limit(frequency) };
        if people > self.limit(frequency) {
            return Ok(beyond);
        }
        let (mut low, mut high) = (0.0, self.last);
        while self.reach(high, frequency) < people {
            if high > FARTHEST * self.last {
                return Ok(beyond);
            }
            (low, high) = (high, 2.0 * high);
        }
        if people == 0.0 {
            high = 0.0;
        }
        // Down to neighbouring numbers: the curve is monotone, each step is cheap.
        while low < high {
            let middle = low + 0.5 * (high - low);
            if middle <= low || middle >= high {
                break;
            }
            if self.reach(middle, frequency) < people {
                low = middle;
            } else {
                high = middle;
            }
        }
        Ok(Needed::Bought {
            bought: high,
            cost: self.cost_per_unit.map(|cost| cost * high),
            extrapolated: high > self.last,
        })
    }

    /// Whether `−ln(1 − reach/population)` is sure to be concave in what is bought, so that a
    /// split by equal marginals is the best one. True of 1+ reach by the family: with
    /// `u = 1 + ρx/r` the derivative is `mρ / ((1−m) u^(r+1) + m u)`, which falls. Sums of such
    /// curves keep it, since log-convex functions add up to log-convex ones.
    pub(crate) fn is_concave(&self, frequency: u32) -> bool {
        frequency <= 1
            && match &self.body {
                Body::Sum(parts) => parts.iter().all(|part| part.curve.is_concave(frequency)),
                Body::Fitted { own, .. } => own.first().is_none_or(|own| {
                    own.frequency == 1 && matches!(own.shape, OwnShape::Family(_))
                }),
            }
    }

    pub(crate) fn value_and_slope(&self, bought: f64, frequency: u32) -> (f64, f64) {
        let (bought, frequency) = (bought.max(0.0), frequency.max(1));
        match &self.body {
            Body::Sum(parts) => parts.iter().fold((0.0, 0.0), |(sum, slope), part| {
                let (v, s) = part.curve.value_and_slope(bought * part.share, frequency);
                (sum + v, slope + s * part.share)
            }),
            Body::Fitted { joint, own } => {
                let family = (joint.reach(bought, frequency), joint.slope(bought, frequency));
                let mut best = order_pairs(family, own, frequency, |own| own.at(bought));
                if let Some(per_unit) = self.impressions_per_unit {
                    let most = per_unit / f64::from(frequency);
                    best = lower(best, (most * bought, most));
                }
                lower(best, (self.population, 0.0))
            }
        }
    }
}

impl OwnCurve {
    fn at(&self, bought: f64) -> (f64, f64) {
        match &self.shape {
            OwnShape::Family(nbd) => {
                (nbd.reach(bought, self.frequency), nbd.slope(bought, self.frequency))
            }
            OwnShape::Kept { points, tail } => {
                let (end, reached) = points.last();
                if bought <= end {
                    return points.value_and_slope(bought);
                }
                // Points below the family: it continues from there. Points above it: its remaining
                // growth shrinks to what is left, so that the curve never passes the limit.
                let base = tail.reach(end, self.frequency);
                let left = tail.reachable() - base;
                if left <= 0.0 {
                    return (reached, 0.0);
                }
                let scale = (self.limit() - reached) / left;
                let growth = tail.reach(bought, self.frequency) - base;
                (reached + scale * growth, scale * tail.slope(bought, self.frequency))
            }
        }
    }

    fn limit(&self) -> f64 {
        match &self.shape {
            OwnShape::Family(nbd) => nbd.reachable(),
            OwnShape::Kept { points, tail } => {
                let (end, reached) = points.last();
                let left = tail.reachable() - tail.reach(end, self.frequency);
                (reached + left).min(tail.reachable().max(reached))
            }
        }
    }
}

fn lower(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    if b.0 < a.0 { b } else { a }
}

/// The value at `frequency`: its own curve where there is one, the family otherwise; never above
/// the curves of lower frequencies nor below those of higher ones.
fn order_pairs(
    family: (f64, f64),
    own: &[OwnCurve],
    frequency: u32,
    at: impl Fn(&OwnCurve) -> (f64, f64),
) -> (f64, f64) {
    let mut best = family;
    let mut running = (f64::INFINITY, 0.0);
    for curve in own {
        running = lower(running, at(curve));
        if curve.frequency < frequency {
            best = lower(family, running);
        } else if curve.frequency == frequency {
            return running;
        } else {
            return if running.0 > best.0 { running } else { best };
        }
    }
    best
}

fn order(family: f64, own: &[OwnCurve], frequency: u32, at: impl Fn(&OwnCurve) -> f64) -> f64 {
    order_pairs((family, 0.0), own, frequency, |own| (at(own), 0.0)).0
}
