//! The quarter after the data: what is asked about it, and what any plan would truly bring.

use outlay_mmm::calibration::PlanResult;
use outlay_world::plan::{LEAST, MOST};
use outlay_world::{Quarter, World, best_quarter};

/// Points of a curve between the bounds; between them it is a straight line.
const POINTS: u32 = 41;

/// The quarter after the data, as it truly will be, with its best plan.
pub(super) struct Ahead {
    quarter: Quarter,
    best: f64,
}

/// Multiples of the last quarter's spend that curves are asked for, ascending.
pub(super) fn multiples() -> Vec<f64> {
    let share = |i| f64::from(i) / f64::from(POINTS - 1);
    (0..POINTS).map(|i| LEAST + (MOST - LEAST) * share(i)).collect()
}

impl Ahead {
    /// The quarter of a brand.
    pub(super) fn of(world: &World) -> Self {
        Self { quarter: Quarter::new(world), best: best_quarter(world).outcome }
    }

    /// Periods.
    pub(super) fn periods(&self) -> usize {
        self.quarter.periods()
    }

    /// Spend of the last quarter per paid channel.
    pub(super) fn spend(&self) -> &[f64] {
        self.quarter.spend()
    }

    /// What a plan truly brings, as multiples of the last quarter's spend.
    pub(super) fn outcome(&self, multipliers: &[f64]) -> f64 {
        self.quarter.outcome(multipliers)
    }

    /// A plan beside the best one, doing nothing and silence.
    pub(super) fn price(&self, planned: f64) -> PlanResult {
        let channels = self.quarter.spend().len();
        PlanResult {
            do_nothing: self.quarter.outcome(&[]),
            planned,
            best: self.best,
            silence: self.quarter.outcome(&vec![0.0; channels]),
        }
    }

    /// The quarter itself.
    pub(super) fn quarter(&self) -> &Quarter {
        &self.quarter
    }
}

/// True outcome of one paid channel's media of a quarter at each multiple, the others as they were.
pub(super) fn true_curve(quarter: &Quarter, channel: usize, multiples: &[f64]) -> Vec<f64> {
    let at = |multiple: f64| {
        let mut plan = vec![1.0; quarter.spend().len()];
        plan[channel] = multiple;
        quarter.outcome(&plan)
    };
    let nothing = at(0.0);
    multiples.iter().map(|x| at(*x) - nothing).collect()
}

/// The curve at a multiple, straight between its points.
pub(super) fn between(curve: &[f64], multiple: f64) -> f64 {
    let Some(last) = curve.len().checked_sub(1) else { return 0.0 };
    let position = ((multiple - LEAST) / (MOST - LEAST)).clamp(0.0, 1.0) * last as f64;
    let left = (position.floor() as usize).min(last.saturating_sub(1));
    let right = (left + 1).min(last);
    curve[left] + (position - left as f64) * (curve[right] - curve[left])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_are_straight_between_their_points() {
        let curve: Vec<f64> = multiples().iter().map(|m| 3.0 * m).collect();
        assert_eq!((multiples()[0], multiples()[20], multiples()[40]), (0.5, 1.0, 1.5));
        for multiple in [0.5, 0.513, 1.0, 1.37, 1.5] {
            assert!((between(&curve, multiple) - 3.0 * multiple).abs() < 1e-12);
        }
        assert_eq!(between(&curve, 9.0), 4.5, "held to the bounds");
        assert_eq!(between(&[], 1.0), 0.0);
    }
}
