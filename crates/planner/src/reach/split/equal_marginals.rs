//! Water-filling: every channel gets money until its marginal gain falls to one common level.

use super::objective::Objective;

/// Halvings of an interval; more than a double resolves.
const HALVINGS: usize = 120;

/// The best split of `budget` over concave gains.
pub(super) fn solve(objective: &Objective<'_>, budget: f64) -> Vec<f64> {
    let n = objective.channels();
    let most: Vec<f64> = (0..n).map(|i| objective.most(i, budget)).collect();
    if most.iter().sum::<f64>() <= budget {
        return most;
    }
    let at_level =
        |level: f64| -> Vec<f64> { (0..n).map(|i| spend(objective, i, most[i], level)).collect() };
    // The first unit of money may gain infinitely much: begin a hair above the least spends.
    let first = |i: usize| objective.marginal(i, objective.least[i].max(1e-12 * budget));
    let (mut high, mut low) = ((0..n).map(first).fold(0.0, f64::max), 0.0);
    // At the highest marginal nobody has more than the least, at zero everybody has the most.
    let (mut few, mut many) = (at_level(high), most.clone());
    for _ in 0..HALVINGS {
        // Marginals span many orders of magnitude: halve in logarithms once there is a floor.
        let level = if low > 0.0 { f64::sqrt(low * high) } else { 1e-3 * high };
        if level <= low || level >= high {
            break;
        }
        let spends = at_level(level);
        if spends.iter().sum::<f64>() > budget {
            (low, many) = (level, spends);
        } else {
            (high, few) = (level, spends);
        }
    }
    // Both sides have the same marginals; between them gains are straight lines.
    let (sum_few, sum_many) = (few.iter().sum::<f64>(), many.iter().sum::<f64>());
    let part = if sum_many > sum_few {
        ((budget - sum_few) / (sum_many - sum_few)).clamp(0.0, 1.0)
    } else {
        0.0
    };
    few.iter().zip(&many).map(|(few, many)| few + part * (many - few)).collect()
}

/// The spend at which a channel's marginal gain falls to `level`.
fn spend(objective: &Objective<'_>, i: usize, most: f64, level: f64) -> f64 {
    let (mut low, mut high) = (objective.least[i], most);
    if objective.marginal(i, low) <= level {
        return low;
    }
    if objective.marginal(i, high) > level {
        return high;
    }
    for _ in 0..HALVINGS {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if objective.marginal(i, middle) > level {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}
