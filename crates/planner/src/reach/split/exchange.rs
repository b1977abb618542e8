//! Exchanges: money moves between two channels as long as that helps.

use super::objective::Objective;

/// Smallest amount moved, as a share of the budget.
const FINEST: f64 = 1e-8;
/// Rounds over all pairs at one amount.
const ROUNDS: usize = 200;

/// Moves ever smaller amounts between pairs of channels while `value` rises.
pub(super) fn improve(
    objective: &Objective<'_>,
    mut spends: Vec<f64>,
    budget: f64,
    value: impl Fn(&[f64]) -> f64,
) -> Vec<f64> {
    let n = spends.len();
    let mut current = value(&spends);
    let mut amount = 0.25 * budget;
    while amount > FINEST * budget {
        for _ in 0..ROUNDS {
            let mut moved = false;
            for (from, to) in (0..n).flat_map(|from| (0..n).map(move |to| (from, to))) {
                let room = (spends[from] - objective.least[from])
                    .min(objective.most[to] - spends[to])
                    .min(amount);
                if from == to || room <= 0.0 {
                    continue;
                }
                let before = (spends[from], spends[to]);
                (spends[from], spends[to]) = (before.0 - room, before.1 + room);
                let next = value(&spends);
                if next > current + 1e-15 {
                    (current, moved) = (next, true);
                } else {
                    (spends[from], spends[to]) = before;
                }
            }
            if !moved {
                break;
            }
        }
        amount *= 0.5;
    }
    spends
}

/// Where exchanges begin: at `first`, and with all free money in one channel, for each.
pub(super) fn starts(
    objective: &Objective<'_>,
    first: Vec<f64>,
    budget: f64,
) -> impl Iterator<Item = Vec<f64>> {
    let n = objective.channels();
    let single = (0..n).map(move |favourite| {
        let mut spends = objective.least.clone();
        let mut rest = budget - spends.iter().sum::<f64>();
        for i in std::iter::once(favourite).chain(0..n) {
            let more = rest.min(objective.most[i] - spends[i]).max(0.0);
            spends[i] += more;
            rest -= more;
        }
        spends
    });
    std::iter::once(first).chain(single)
}
