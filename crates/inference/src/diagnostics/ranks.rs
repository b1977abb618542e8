//! Ranks, normal scores and quantiles.

use super::Chains;
use outlay_stats::special::normal_quantile;

/// The draws of some chains with the order that sorts them.
pub(super) struct Ranked {
    /// `(value, position)`, ascending.
    order: Vec<(f64, u32)>,
    length: usize,
    /// The normal score of each whole rank.
    scores: Vec<f64>,
}

impl Ranked {
    pub(super) fn new(chains: &Chains) -> Self {
        let mut order: Vec<(f64, u32)> = (0..).zip(&chains.values).map(|(i, &x)| (x, i)).collect();
        // Adding 0 turns -0 into 0, so that the total order agrees with equality.
        order.sort_unstable_by(|a, b| (a.0 + 0.0).total_cmp(&(b.0 + 0.0)));
        let scores = normal_scores(order.len());
        Self { order, length: chains.length, scores }
    }

    /// The values in ascending order.
    pub(super) fn sorted(&self) -> Vec<f64> {
        self.order.iter().map(|&(x, _)| x).collect()
    }

    /// The normal scores of the draws, in the draws' places.
    pub(super) fn scores(&self) -> Chains {
        self.scores_in(&self.order)
    }

    /// The normal scores of the draws' distances from their median.
    pub(super) fn folded_scores(&self) -> Chains {
        let n = self.order.len();
        let at = |i: usize| self.order.get(i).map_or(f64::NAN, |&(x, _)| x);
        let median = if n % 2 == 1 { at(n / 2) } else { (at(n / 2 - 1) + at(n / 2)) / 2.0 };
        // Distances fall towards the median from below and rise above it: merging the two runs
        // sorts them.
        let split = self.order.partition_point(|&(x, _)| x < median);
        let (below, above) = self.order.split_at(split);
        let distance = |&(x, place): &(f64, u32)| ((x - median).abs(), place);
        let mut below = below.iter().rev().map(distance).peekable();
        let mut above = above.iter().map(distance).peekable();
        let mut folded = Vec::with_capacity(n);
        loop {
            let next = match (below.peek(), above.peek()) {
                (Some(b), Some(a)) if b.0 <= a.0 => below.next(),
                (Some(_), None) => below.next(),
                _ => above.next(),
            };
            match next {
                Some(pair) => folded.push(pair),
                None => break,
            }
        }
        self.scores_in(&folded)
    }

    /// Scores by rank, equal values sharing the average of their ranks.
    fn scores_in(&self, order: &[(f64, u32)]) -> Chains {
        let mut values = vec![0.0; order.len()];
        let mut start = 0;
        for tied in order.chunk_by(|a, b| a.0 == b.0) {
            let score = match (tied.len(), self.scores.get(start)) {
                (1, Some(&score)) => score,
                // Ranks start + 1 ..= start + len.
                (len, _) => score_of_rank(start as f64 + 0.5 * (len as f64 + 1.0), order.len()),
            };
            for &(_, place) in tied {
                if let Some(value) = values.get_mut(place as usize) {
                    *value = score;
                }
            }
            start += tied.len();
        }
        Chains { values, length: self.length }
    }
}

/// Blom's normal score of a rank in `1..=n`: the normal quantile of `(rank - 3/8) / (n + 1/4)`.
fn score_of_rank(rank: f64, n: usize) -> f64 {
    normal_quantile((rank - 0.375) / (n as f64 + 0.25))
}

/// The scores of the ranks `1..=n`, computed for one half and mirrored.
fn normal_scores(n: usize) -> Vec<f64> {
    let mut scores: Vec<f64> =
        (0..n.div_ceil(2)).map(|i| score_of_rank(i as f64 + 1.0, n)).collect();
    let mirrored: Vec<f64> = scores.iter().take(n / 2).rev().map(|score| -score).collect();
    scores.extend(mirrored);
    scores
}

/// The quantile of ascending values by linear interpolation (R's type 7). Since draws are then
/// compared with it, the order of the arithmetic is that of SciPy's `mquantiles`.
pub(super) fn quantile(sorted: &[f64], probability: f64) -> Option<f64> {
    let n = sorted.len() as f64;
    let position = n * probability + (1.0 - probability);
    let floor = position.clamp(1.0, n - 1.0).floor();
    let weight = (position - floor).clamp(0.0, 1.0);
    let upper = floor as usize;
    let below = sorted.get(upper.checked_sub(1)?)?;
    let above = sorted.get(upper)?;
    Some((1.0 - weight) * below + weight * above)
}
