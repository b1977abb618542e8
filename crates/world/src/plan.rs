//! The next quarter: what any budget would bring in truth, and the best one.
//!
//! The quarter is the 13 weeks (91 days, 3 months) after the data. The reference repeats the spend
//! of the last quarter of the data, period by period and geo by geo, at that quarter's average
//! prices (and frequencies); a plan multiplies each paid channel's spend, between [`LEAST`] and
//! [`MOST`] times the reference, at the same total. Organic media repeat themselves. Effects keep
//! their last drifted value. After the quarter all media are silent, and what they still bring
//! until the longest lag has run out is counted.
//!
//! Where effects multiply the baseline it has to go on as well: as in the same season a year
//! before, or, in data of less than a year, at the mean of the last quarter.

mod allocate;
mod quarter;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

pub use allocate::allocate;
use allocate::exchange;
pub use quarter::Quarter;

use crate::simulate::World;

/// Least spend of a channel, as a multiple of its reference.
pub const LEAST: f64 = 0.5;
/// Most spend of a channel, as a multiple of its reference.
pub const MOST: f64 = 1.5;

/// Grid steps of the first search: the money that may move is placed in so many parts.
const STEPS: usize = 200;
/// Searches over separate curves, each given what the others spent in the one before.
const ROUNDS: usize = 6;
/// The last exchanges move this share of a grid step.
const FINEST: f64 = 1.0 / 256.0;

/// The best plan of the next quarter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BestQuarter {
    /// Spend of each paid channel relative to the reference, in the panel's order (1 where the
    /// reference spends nothing).
    pub multipliers: Vec<f64>,
    /// Expected outcome of that plan, carry-over after the quarter included.
    pub outcome: f64,
    /// Expected outcome of the reference.
    pub do_nothing: f64,
    /// The difference: never negative.
    pub gain: f64,
}

/// The best plan of the next quarter as part of the truth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QuarterPlan {
    /// Periods of the quarter.
    pub periods: usize,
    /// Bounds of each channel's multiplier.
    pub bounds: (f64, f64),
    /// Total spend, the same in every plan.
    pub spend: f64,
    /// Spend of the reference per paid channel.
    pub reference: IndexMap<String, f64>,
    /// The best plan's spend relative to the reference, per paid channel.
    pub multipliers: IndexMap<String, f64>,
    /// Expected outcome of the best plan, carry-over after the quarter included.
    pub outcome: f64,
    /// Expected outcome of the reference.
    pub do_nothing: f64,
    /// The difference.
    pub gain: f64,
}

impl World {
    /// Expected outcome of the next quarter and of what its media bring afterwards, with the spend
    /// of paid channel `m` multiplied by `multipliers[m]` (1 where there is none). In money where
    /// the worth of the KPI is known. For many plans make one [`Quarter`].
    pub fn next_quarter(&self, multipliers: &[f64]) -> f64 {
        Quarter::new(self).outcome(multipliers)
    }

    /// Writes the best plan of the next quarter into the truth; it takes longer than the rest of
    /// the simulation, so that it is only done where it is wanted.
    pub fn plan_next_quarter(&mut self) {
        let quarter = Quarter::new(self);
        let best = best_of(&quarter);
        let names = self.panel.channels.iter().map(|c| c.name.clone());
        let reference: IndexMap<String, f64> =
            names.clone().zip(quarter.spend().iter().copied()).collect();
        self.truth.next_quarter = Some(QuarterPlan {
            periods: quarter.periods(),
            bounds: (LEAST, MOST),
            spend: reference.values().sum(),
            multipliers: names.zip(best.multipliers).collect(),
            reference,
            outcome: best.outcome,
            do_nothing: best.do_nothing,
            gain: best.gain,
        });
    }
}

/// The plan of the next quarter that brings most.
///
/// Found by dynamic programming over channels as if they worked apart, repeated around its own
/// result, and then by exchanging money between pairs of channels on the whole mechanism until no
/// exchange helps.
pub fn best_quarter(world: &World) -> BestQuarter {
    best_of(&Quarter::new(world))
}

fn best_of(quarter: &Quarter) -> BestQuarter {
    let spend = quarter.spend().to_vec();
    let bounds: Vec<(f64, f64)> = spend.iter().map(|s| (LEAST * s, MOST * s)).collect();
    let budget: f64 = spend.iter().sum();
    // Clamped, because the division rounds.
    let multiplier = |m: usize, x: f64| {
        if spend[m] > 0.0 { (x / spend[m]).clamp(LEAST, MOST) } else { 1.0 }
    };
    let multipliers = |plan: &[f64]| -> Vec<f64> {
        plan.iter().enumerate().map(|(m, x)| multiplier(m, *x)).collect()
    };
    let do_nothing = quarter.outcome(&[]);
    let (mut best, mut outcome) = (spend.clone(), do_nothing);
    for _ in 0..ROUNDS {
        let around = quarter.around(&multipliers(&best));
        let curves: Vec<_> = (0..spend.len())
            .map(|m| {
                let around = &around;
                move |x: f64| around.with(m, multiplier(m, x))
            })
            .collect();
        let plan = allocate(budget, &bounds, &curves, STEPS);
        let brings = quarter.outcome(&multipliers(&plan));
        let better = brings - outcome;
        if better > 0.0 {
            (best, outcome) = (plan, brings);
        }
        // Channels that work apart are done after one search.
        if better <= 1e-4 * (outcome - do_nothing) {
            break;
        }
    }
    let step = budget * (1.0 - LEAST) / STEPS as f64;
    let mut state = quarter.around(&multipliers(&best));
    exchange(&mut best, &bounds, (2.0 * step, FINEST * step), |plan, from, to, amount| {
        let moved = [
            (from, multiplier(from, plan[from] - amount)),
            (to, multiplier(to, plan[to] + amount)),
        ];
        state.try_move(&moved)
    });
    let multipliers = multipliers(&best);
    let outcome = quarter.outcome(&multipliers);
    // Exchanges only ever help; what rounding leaves is no loss.
    let gain = (outcome - do_nothing).max(0.0);
    BestQuarter { multipliers, outcome, do_nothing, gain }
}
