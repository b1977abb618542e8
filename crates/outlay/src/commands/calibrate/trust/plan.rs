//! From an answer's curves to a plan for the quarter after the data, priced by the truth.
//!
//! Every answer's plan comes from the same optimiser, so that what differs is what the answer
//! knows. A plan moves money between channels: the total stays, and each channel gets between half
//! and one and a half of what it spent in the last quarter.

use outlay_mmm::calibration::PlanResult;
use outlay_world::plan::{LEAST, MOST};
use outlay_world::{Quarter, World, allocate, best_quarter};

/// Points of a curve between the bounds; between them it is a straight line.
const POINTS: u32 = 41;
/// Steps of the optimiser's grid over the budget.
const STEPS: usize = 400;

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

    /// Multiple per channel of the plan that follows from curves (`[channel][multiple]`, in the
    /// order of the panel), and what it truly brings. Without curves nothing is changed.
    pub(super) fn price(&self, curves: Option<&[Vec<f64>]>) -> (Vec<f64>, PlanResult) {
        let channels = self.quarter.spend().len();
        let plan = curves.map_or_else(|| vec![1.0; channels], |curves| self.plan(curves));
        let outcome = |plan: &[f64]| self.quarter.outcome(plan);
        let priced = PlanResult {
            do_nothing: outcome(&[]),
            planned: outcome(&plan),
            best: self.best,
            silence: outcome(&vec![0.0; channels]),
        };
        (plan, priced)
    }

    /// The best multiples by the curves.
    fn plan(&self, curves: &[Vec<f64>]) -> Vec<f64> {
        let spend = self.quarter.spend();
        let bounds: Vec<(f64, f64)> = spend.iter().map(|s| (LEAST * s, MOST * s)).collect();
        let outcomes: Vec<_> = curves
            .iter()
            .zip(spend)
            .map(|(curve, spend)| {
                move |money: f64| if *spend > 0.0 { between(curve, money / spend) } else { 0.0 }
            })
            .collect();
        let planned = allocate(spend.iter().sum(), &bounds, &outcomes, STEPS);
        let shares = planned.iter().zip(spend);
        shares.map(|(money, spend)| if *spend > 0.0 { money / spend } else { 1.0 }).collect()
    }

    /// True outcome of the quarter's media per paid channel at each multiple, the others as they
    /// were.
    pub(super) fn true_curves(&self, multiples: &[f64]) -> Vec<Vec<f64>> {
        let channels = self.quarter.spend().len();
        (0..channels)
            .map(|m| {
                let at = |multiple: f64| {
                    let mut plan = vec![1.0; channels];
                    plan[m] = multiple;
                    self.quarter.outcome(&plan)
                };
                let nothing = at(0.0);
                multiples.iter().map(|x| at(*x) - nothing).collect()
            })
            .collect()
    }
}

/// The curve at a multiple, straight between its points.
fn between(curve: &[f64], multiple: f64) -> f64 {
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
