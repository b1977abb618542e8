//! Optimisers over separate curves, one per channel, of the answer's means.

use outlay_world::allocate;
use outlay_world::plan::{LEAST, MOST};

use super::super::plan::between;

/// Steps of the dynamic programme's grid over the money that may move.
const STEPS: usize = 400;
/// Steps of the greedy optimiser's grid over the budget.
const JUMPS: f64 = 4000.0;
/// Returns that differ by no more than this share are equal.
const EVEN: f64 = 1e-9;
/// First and last step of the local climb, as shares of the budget: small, so that it stays local.
const CLIMB: (f64, f64) = (0.01, 1e-5);
/// Most moves of the climb: enough to go through all bounds at its last step.
const MOVES: usize = 200_000;
/// Halvings of the factor that makes shares add up: to the last digit.
const HALVINGS: usize = 100;
/// Weights below this share of the largest count as this much, so that the money can be spent.
const LEAST_WEIGHT: f64 = 1e-6;

/// Channels with their curves.
pub(super) struct Market<'a> {
    /// Spend of the last quarter per channel.
    pub(super) spend: &'a [f64],
    /// Outcome at each multiple of it (`[channel][multiple]`).
    pub(super) curves: &'a [Vec<f64>],
}

impl Market<'_> {
    fn budget(&self) -> f64 {
        self.spend.iter().sum()
    }

    fn bounds(&self) -> Vec<(f64, f64)> {
        self.spend.iter().map(|s| (LEAST * s, MOST * s)).collect()
    }

    /// Outcome of a channel by its curve.
    fn brings(&self, m: usize, money: f64) -> f64 {
        let spend = self.spend[m];
        if spend > 0.0 { between(&self.curves[m], money / spend) } else { 0.0 }
    }

    /// The best sum of the curves.
    pub(super) fn best(&self) -> Vec<f64> {
        let curves: Vec<_> =
            (0..self.spend.len()).map(|m| move |money: f64| self.brings(m, money)).collect();
        allocate(self.budget(), &self.bounds(), &curves, STEPS)
    }

    /// From the least spend on, always the jump of any size that returns most per unit of money,
    /// until the next one is beyond the budget; what is left then stays unspent.
    pub(super) fn greedy(&self) -> Vec<f64> {
        let step = self.budget() / JUMPS;
        let mut left = self.budget() * (1.0 - LEAST);
        let grids: Vec<Vec<(f64, f64)>> = self
            .bounds()
            .iter()
            .enumerate()
            .map(|(m, (low, high))| {
                let points = if step > 0.0 { ((high - low) / step).floor() as usize } else { 0 };
                let at = |k: usize| low + step * k as f64;
                (0..=points).map(|k| (at(k), self.brings(m, at(k)))).collect()
            })
            .collect();
        let mut place = vec![0; grids.len()];
        // The best jump of a channel changes only when it is taken.
        let jump = |m: usize, from: usize| -> Option<(f64, usize)> {
            let (spent, brought) = grids[m][from];
            let ahead = grids[m].iter().enumerate().skip(from + 1);
            let returns =
                ahead.map(|(k, (money, brings))| ((brings - brought) / (money - spent), k));
            // Of equal ones the first: a straight stretch is walked, not jumped.
            returns.fold(None, |best: Option<(f64, usize)>, own| match best {
                Some(best) if own.0 - best.0 <= EVEN * best.0.abs() => Some(best),
                _ => Some(own),
            })
        };
        let mut jumps: Vec<_> = (0..grids.len()).map(|m| jump(m, 0)).collect();
        loop {
            let open = jumps.iter().enumerate().filter_map(|(m, j)| j.map(|(r, k)| (r, m, k)));
            let Some((_, m, k)) = open.max_by(|a, b| a.0.total_cmp(&b.0)) else { break };
            let money = grids[m][k].0 - grids[m][place[m]].0;
            if money > left + 1e-9 * step {
                break;
            }
            left -= money;
            place[m] = k;
            jumps[m] = jump(m, k);
        }
        grids.iter().zip(place).map(|(grid, k)| grid[k].0).collect()
    }

    /// A local climb from equal spend on all channels: money goes from where it is missed least to
    /// where it brings most, in small steps, as long as that helps.
    pub(super) fn climb(&self) -> Vec<f64> {
        let bounds = self.bounds();
        let Some(mut plan) = self.in_proportion(&vec![1.0; bounds.len()]) else {
            return Vec::new();
        };
        let mut step = CLIMB.0 * self.budget();
        for _ in 0..MOVES {
            if step <= CLIMB.1 * self.budget() {
                break;
            }
            let change = |m: usize, by: f64| self.brings(m, plan[m] + by) - self.brings(m, plan[m]);
            let all = || 0..plan.len();
            let to = all()
                .filter(|m| plan[*m] + step <= bounds[*m].1)
                .max_by(|a, b| change(*a, step).total_cmp(&change(*b, step)));
            let from = all()
                .filter(|m| plan[*m] - step >= bounds[*m].0 && Some(*m) != to)
                .max_by(|a, b| change(*a, -step).total_cmp(&change(*b, -step)));
            match (from, to) {
                (Some(from), Some(to)) if change(from, -step) + change(to, step) > 0.0 => {
                    plan[from] -= step;
                    plan[to] += step;
                }
                _ => step *= 0.5,
            }
        }
        plan
    }

    /// The budget in proportion to `weights`, as far as bounds allow; `None` where none is above
    /// zero.
    pub(super) fn in_proportion(&self, weights: &[f64]) -> Option<Vec<f64>> {
        let (budget, bounds) = (self.budget(), self.bounds());
        let largest = weights.iter().copied().fold(0.0, f64::max);
        if largest <= 0.0 {
            return None;
        }
        let weights: Vec<f64> = weights.iter().map(|w| w.max(LEAST_WEIGHT * largest)).collect();
        let plan = |factor: f64| -> Vec<f64> {
            let each = bounds.iter().zip(&weights);
            each.map(|((low, high), w)| (factor * w).clamp(*low, *high)).collect()
        };
        // At the larger factor every channel is at its most.
        let full = bounds.iter().zip(&weights).map(|((_, high), w)| high / w);
        let (mut low, mut high) = (0.0, full.fold(0.0, f64::max));
        for _ in 0..HALVINGS {
            let middle = 0.5 * (low + high);
            if plan(middle).iter().sum::<f64>() < budget {
                low = middle;
            } else {
                high = middle;
            }
        }
        Some(plan(high))
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::plan::multiples;
    use super::*;

    const SPEND: [f64; 3] = [100.0, 200.0, 0.0];

    fn curves(of: [&dyn Fn(f64) -> f64; 3]) -> Vec<Vec<f64>> {
        of.iter().map(|f| multiples().into_iter().map(f).collect()).collect()
    }

    fn sum(plan: &[f64]) -> f64 {
        plan.iter().sum()
    }

    #[test]
    fn where_curves_level_off_all_optimisers_agree() {
        let curves = curves([&|m| 90.0 * m.sqrt(), &|m| 100.0 * m.sqrt(), &|m| 7.0 * m]);
        let market = Market { spend: &SPEND, curves: &curves };
        let best = market.best();
        // Marginal returns are equal at 45 / √(100 x) = 50 / √(200 y).
        assert!((best[0] - 150.0).abs() < 0.5 && (best[1] - 150.0).abs() < 0.5, "{best:?}");
        for other in [market.greedy(), market.climb()] {
            assert!((sum(&other) - 300.0).abs() < 0.5, "{other:?}");
            assert!((other[0] - best[0]).abs() < 4.0, "{other:?} {best:?}");
        }
    }

    #[test]
    fn a_jump_beyond_the_budget_leaves_money_unspent() {
        // The second brings all it has at its most: from its least on that is the best jump.
        let curves = curves([&|m| 90.0 * m, &|m| if m < 1.49 { 0.0 } else { 500.0 }, &|_| 0.0]);
        let market = Market { spend: &SPEND, curves: &curves };
        assert!(sum(&market.greedy()) < 260.0, "{:?}", market.greedy());
        assert!((sum(&market.best()) - 300.0).abs() < 1e-6);
    }

    #[test]
    fn shares_in_proportion_keep_bounds_and_budget() {
        let market = Market { spend: &SPEND, curves: &[] };
        // Returns of 1 and 2: 100 and 400, which is 60 and 240 of what there is.
        let plan = market.in_proportion(&[100.0, 400.0, 0.0]).unwrap();
        assert!((plan[0] - 60.0).abs() < 1e-6 && (plan[1] - 240.0).abs() < 1e-6, "{plan:?}");
        let plan = market.in_proportion(&[1e6, 0.0, 0.0]).unwrap();
        assert!((plan[0] - 150.0).abs() < 1e-6 && (plan[1] - 150.0).abs() < 1e-6, "{plan:?}");
        assert_eq!(market.in_proportion(&[0.0, -1.0, 0.0]), None);
    }
}
