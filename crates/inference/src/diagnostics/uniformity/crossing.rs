//! The exact probability that an empirical distribution function stays between two limits.

use outlay_stats::special::ln_gamma;

/// Probabilities of a transition below this add nothing to a double.
const NEGLIGIBLE: f64 = 1e-22;

/// The points where an empirical distribution function of ranks is looked at: `z` is the share of
/// the possible ranks `0..=last` up to a rank.
pub(super) struct Lattice {
    /// The rank that each point stands for: ranks up to it are counted. Ascending, below the
    /// largest.
    ranks: Vec<usize>,
    points: Vec<f64>,
}

impl Lattice {
    /// Every possible rank but the largest, below which all ranks lie.
    pub(super) fn whole(largest: usize) -> Self {
        Self::of((0..largest).collect(), largest)
    }

    /// At most `most` points, evenly spread.
    pub(super) fn thinned(largest: usize, most: usize) -> Self {
        if largest <= most {
            return Self::whole(largest);
        }
        let spread =
            |i: usize| ((i as u128 + 1) * (largest as u128 + 1) / (most as u128 + 1)) as usize - 1;
        let mut ranks: Vec<usize> = (0..most).map(spread).collect();
        ranks.dedup();
        Self::of(ranks, largest)
    }

    fn of(ranks: Vec<usize>, largest: usize) -> Self {
        let possible = largest as f64 + 1.0;
        let points = ranks.iter().map(|&rank| (rank as f64 + 1.0) / possible).collect();
        Self { ranks, points }
    }

    /// The shares of the possible ranks, ascending inside 0..1.
    pub(super) fn points(&self) -> &[f64] {
        &self.points
    }

    /// How many of `ranks` lie at or below each point's rank.
    pub(super) fn count(&self, ranks: &[usize]) -> Vec<usize> {
        let mut sorted = ranks.to_vec();
        sorted.sort_unstable();
        self.ranks.iter().map(|&limit| sorted.partition_point(|&rank| rank <= limit)).collect()
    }
}

/// The probability that, of `total` independent uniform numbers, the count up to every
/// `points[i]` lies in `limits[i].0..=limits[i].1`.
///
/// Säilynoja et al. (2022), section 2.3: the counts form a Markov chain, since given that `r` are
/// at or below one point, the others are uniform above it.
pub(super) fn stay_probability(total: usize, points: &[f64], limits: &[(usize, usize)]) -> f64 {
    let ln_factorial = ln_factorials(total);
    let ln_fact = |n: usize| ln_factorial.get(n).copied().unwrap_or(f64::INFINITY);
    // `state[k]` is the probability of a count of `offset + k` so far.
    let (mut offset, mut state) = (0, vec![1.0]);
    let mut reached = 0.0;
    for (&point, &(low, high)) in points.iter().zip(limits) {
        let high = high.min(total);
        if high < low {
            return 0.0;
        }
        let q = ((point - reached) / (1.0 - reached)).clamp(0.0, 1.0);
        let (ln_q, ln_rest) = (q.ln(), (-q).ln_1p());
        let mut next = vec![0.0; high - low + 1];
        for (count, &weight) in (offset..).zip(&state) {
            if weight < NEGLIGIBLE || count > high {
                continue;
            }
            let left = total - count;
            let likeliest = (left as f64 * q) as usize;
            for added in low.saturating_sub(count)..=(high - count) {
                let stay = left - added;
                let ln_p = ln_fact(left) - ln_fact(added) - ln_fact(stay)
                    + weighted(added, ln_q)
                    + weighted(stay, ln_rest);
                let p = weight * ln_p.exp();
                if let Some(sum) = next.get_mut(count + added - low) {
                    *sum += p;
                }
                if added > likeliest && p < NEGLIGIBLE {
                    break;
                }
            }
        }
        (offset, state, reached) = (low, next, point);
    }
    state.iter().sum::<f64>().min(1.0)
}

/// `count * ln_p`, and 0 for no count even of an impossible event.
fn weighted(count: usize, ln_p: f64) -> f64 {
    if count == 0 { 0.0 } else { count as f64 * ln_p }
}

/// `ln k!` for `k` in `0..=n`.
pub(super) fn ln_factorials(n: usize) -> Vec<f64> {
    (0..=n).map(|k| ln_gamma(k as f64 + 1.0)).collect()
}
