//! Dynamic programming over channels (Bellman 1957): the best split on a grid, whatever the shape
//! of the curves.

use super::objective::Objective;

/// The best split on a grid of `steps` steps above the least spends, and the step.
pub(super) fn solve(objective: &Objective<'_>, budget: f64, steps: usize) -> (Vec<f64>, f64) {
    let n = objective.channels();
    let room = budget - objective.least.iter().sum::<f64>();
    let step = room.max(0.0) / steps as f64;
    // best[j]: highest gain of the channels so far with j steps; choice[i][j]: steps of channel i.
    let mut best = vec![0.0; steps + 1];
    let mut choice = vec![vec![0usize; steps + 1]; n];
    for i in 0..n {
        let least = objective.least[i];
        let gains: Vec<f64> = (0..=steps)
            .map(|own| least + own as f64 * step)
            .take_while(|&spend| spend <= objective.most[i])
            .map(|spend| objective.gain(i, spend))
            .collect();
        let mut next = vec![f64::NEG_INFINITY; steps + 1];
        for j in 0..=steps {
            for (own, gain) in gains.iter().enumerate().take(j + 1) {
                let value = best[j - own] + gain;
                if value > next[j] {
                    (next[j], choice[i][j]) = (value, own);
                }
            }
        }
        best = next;
    }
    let mut left = steps;
    let mut spends = objective.least.clone();
    for i in (0..n).rev() {
        let own = choice[i][left];
        spends[i] += own as f64 * step;
        left -= own;
    }
    // Bounds between grid points leave money over; reach never falls with it.
    let mut rest = budget - spends.iter().sum::<f64>();
    for i in 0..n {
        let more = rest.min(objective.most[i] - spends[i]).max(0.0);
        spends[i] += more;
        rest -= more;
    }
    (spends, step)
}
