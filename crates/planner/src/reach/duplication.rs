//! Combined reach: how many people at least one channel reaches.
//!
//! Without knowledge of overlaps, channels reach people independently: Sainsbury's formula
//! (Caffyn and Sagovsky 1963, *Journal of Advertising Research* 3)
//!
//! ```text
//! R = 1 − Π (1 − r_i)
//! ```
//!
//! Where overlaps of pairs are known, `P(i and j) = K_ij r_i r_j` (the duplication of viewing law,
//! Goodhardt and Ehrenberg 1969, *Journal of Marketing Research* 6), `K = 1` is independence. The
//! people whom nobody reaches follow from the second-order expansion of Bahadur (1961), which for
//! two channels is exact, `R = r_1 + r_2 − K r_1 r_2`:
//!
//! ```text
//! 1 − R = Π (1 − r_i) · (1 + Σ_{i<j} (K_ij − 1) r_i r_j / ((1 − r_i)(1 − r_j)))
//! ```
//!
//! The expansion may leave what is possible when many channels overlap much. It is therefore built
//! up channel by channel, the largest first, each step held between the reach before it (and the
//! union of the new channel with any one before) and that plus the new channel's reach less its
//! largest overlap (Hunter 1976). The result says whether it was held.

use serde::{Deserialize, Serialize};

use super::curve::ReachCurve;
use super::error::{ReachError, check};

/// How much more (above 1) or less (below 1) two channels reach the same people than independent
/// channels would.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PairFactor {
    /// A channel.
    pub first: String,
    /// Another.
    pub second: String,
    /// `P(both) / (P(first) P(second))`, zero or more.
    pub factor: f64,
}

/// The duplication factors between channels.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Duplication {
    channels: usize,
    /// `[channel][channel]`, symmetric.
    factors: Vec<f64>,
}

impl Duplication {
    /// Channels that reach people independently.
    pub fn independent(channels: usize) -> Self {
        Self { channels, factors: vec![1.0; channels * channels] }
    }

    /// Independent but for the pairs given; `names` in the order of the channels.
    ///
    /// # Errors
    /// [`ReachError::UnknownChannel`] for a pair that is not two different known channels,
    /// [`ReachError::Value`] for a factor that is not zero or more.
    pub fn from_pairs(names: &[&str], pairs: &[PairFactor]) -> Result<Self, ReachError> {
        let mut duplication = Self::independent(names.len());
        let find = |name: &String| {
            let found = names.iter().position(|known| known == name);
            found.ok_or_else(|| ReachError::UnknownChannel { name: name.clone() })
        };
        for pair in pairs {
            check("a duplication factor", "zero or more", pair.factor, pair.factor >= 0.0)?;
            let (i, j) = (find(&pair.first)?, find(&pair.second)?);
            if i == j {
                return Err(ReachError::UnknownChannel { name: format!("{} (twice)", pair.first) });
            }
            duplication.factors[i * names.len() + j] = pair.factor;
            duplication.factors[j * names.len() + i] = pair.factor;
        }
        Ok(duplication)
    }

    /// Whether every pair is independent.
    pub fn is_independent(&self) -> bool {
        self.factors.iter().all(|&factor| factor == 1.0)
    }

    /// Share of people reached by both, within what their reach allows (Fréchet).
    fn overlap(&self, shares: &[f64], i: usize, j: usize) -> f64 {
        let (a, b) = (shares[i], shares[j]);
        (self.factors[i * self.channels + j] * a * b).min(a.min(b)).max(a + b - 1.0)
    }
}

/// People whom at least one channel reaches, as shares of the population.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct CombinedReach {
    /// Combined reach.
    pub share: f64,
    /// Combined reach if channels were independent.
    pub independent: f64,
    /// The largest channel alone: no combination reaches fewer.
    pub at_least: f64,
    /// The sum of channels, at most 1: no combination reaches more.
    pub at_most: f64,
    /// Whether the duplication factors contradict each other so far that the formula had to be
    /// held within what is possible.
    pub held: bool,
}

/// Combined reach of channels that alone reach `shares` (0 to 1) of one population.
///
/// ```
/// use outlay_planner::reach::{Duplication, PairFactor, combined_reach};
///
/// let shares = [0.4, 0.3];
/// let independent = combined_reach(&shares, &Duplication::independent(2))?;
/// assert!((independent.share - 0.58).abs() < 1e-12);
///
/// let factor = PairFactor { first: "tv".into(), second: "video".into(), factor: 1.5 };
/// let overlapping = Duplication::from_pairs(&["tv", "video"], &[factor])?;
/// assert!((combined_reach(&shares, &overlapping)?.share - 0.52).abs() < 1e-12);
/// # Ok::<(), outlay_planner::reach::ReachError>(())
/// ```
///
/// # Errors
/// [`ReachError::Value`] for a share outside 0..1, [`ReachError::Lengths`] when the duplication is
/// of another number of channels.
pub fn combined_reach(
    shares: &[f64],
    duplication: &Duplication,
) -> Result<CombinedReach, ReachError> {
    if shares.len() != duplication.channels {
        let (given, needed) = (shares.len(), duplication.channels);
        return Err(ReachError::Lengths { what: "shares", given, needed });
    }
    for &share in shares {
        check("a share of people", "between 0 and 1", share, (0.0..=1.0).contains(&share))?;
    }
    Ok(combine(shares, duplication))
}

/// [`combined_reach`] of shares that are known to be good.
pub(crate) fn combine(shares: &[f64], duplication: &Duplication) -> CombinedReach {
    let at_least = shares.iter().copied().fold(0.0, f64::max);
    let at_most = shares.iter().sum::<f64>().min(1.0);
    let none: f64 = shares.iter().map(|r| 1.0 - r).product();
    // Rounding must not break the bounds that everything else relies on.
    let independent = (1.0 - none).clamp(at_least, at_most);
    let (share, held) = if duplication.is_independent() {
        (independent, false)
    } else {
        expansion(shares, duplication)
    };
    CombinedReach { share: share.clamp(at_least, at_most), independent, at_least, at_most, held }
}

fn expansion(shares: &[f64], duplication: &Duplication) -> (f64, bool) {
    let mut order: Vec<usize> = (0..shares.len()).collect();
    order.sort_by(|&a, &b| shares[b].total_cmp(&shares[a]).then(a.cmp(&b)));
    let (mut none, mut correction, mut union, mut held) = (1.0, 0.0, 0.0f64, false);
    for (n, &i) in order.iter().enumerate() {
        let r = shares[i];
        if r >= 1.0 {
            return (1.0, held);
        }
        let (mut most_overlap, mut best_pair) = (0.0f64, r);
        for &j in &order[..n] {
            let (q, overlap) = (shares[j], duplication.overlap(shares, i, j));
            correction += (overlap - r * q) / ((1.0 - r) * (1.0 - q));
            most_overlap = most_overlap.max(overlap);
            best_pair = best_pair.max(r + q - overlap);
        }
        none *= 1.0 - r;
        let exact = 1.0 - none * (1.0 + correction);
        let highest = (union + r - most_overlap).min(1.0).max(union);
        let next = exact.max(best_pair).min(highest).max(union);
        held |= (next - exact).abs() > 1e-9;
        union = next;
    }
    (union, held)
}

/// Share of the population exposed at least `frequency` times over all channels together, when
/// channels reach people independently: the convolution of the channels' exposure distributions.
///
/// # Errors
/// [`ReachError::Lengths`] unless there is one amount per curve, [`ReachError::PopulationsDiffer`]
/// for curves of different populations, [`ReachError::Value`] for a frequency of zero.
pub fn combined_frequency(
    curves: &[ReachCurve],
    bought: &[f64],
    frequency: u32,
) -> Result<f64, ReachError> {
    check("the frequency", "1 or more", f64::from(frequency), frequency >= 1)?;
    same_population(curves)?;
    if bought.len() != curves.len() {
        let (given, needed) = (bought.len(), curves.len());
        return Err(ReachError::Lengths { what: "amounts", given, needed });
    }
    let k = frequency as usize;
    // Probabilities of 0, 1, …, k − 1 exposures so far.
    let mut below = vec![0.0; k];
    below[0] = 1.0;
    for (curve, &bought) in curves.iter().zip(bought) {
        let mut tails = vec![1.0];
        tails.extend((1..=frequency).map(|n| curve.reach(bought, n) / curve.population()));
        let mut next = vec![0.0; k];
        for (n, pair) in tails.windows(2).enumerate() {
            let mass = pair[0] - pair[1];
            for (m, &before) in below[..k - n].iter().enumerate() {
                next[m + n] += mass * before;
            }
        }
        below = next;
    }
    Ok((1.0 - below.iter().sum::<f64>()).clamp(0.0, 1.0))
}

/// Refuses curves whose populations differ by more than rounding.
pub(crate) fn same_population(curves: &[ReachCurve]) -> Result<(), ReachError> {
    let Some(first) = curves.first() else {
        return Err(ReachError::Nothing { what: "curves" });
    };
    for curve in &curves[1..] {
        let differ = (curve.population - first.population).abs() > 1e-9 * first.population;
        if differ || !super::points::same(&curve.segment, &first.segment) {
            let (first, second) = (first.channel.clone(), curve.channel.clone());
            return Err(ReachError::PopulationsDiffer { first, second });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn factor(first: &str, second: &str, factor: f64) -> PairFactor {
        PairFactor { first: first.into(), second: second.into(), factor }
    }

    #[test]
    fn pairs_that_name_nobody_are_refused() {
        let names = ["a", "b"];
        assert!(Duplication::from_pairs(&names, &[factor("a", "c", 1.0)]).is_err());
        assert!(Duplication::from_pairs(&names, &[factor("a", "a", 1.0)]).is_err());
        assert!(Duplication::from_pairs(&names, &[factor("a", "b", -1.0)]).is_err());
        assert!(combined_reach(&[0.5], &Duplication::independent(2)).is_err());
        assert!(combined_reach(&[0.5, 1.1], &Duplication::independent(2)).is_err());
    }

    #[test]
    fn full_overlap_adds_nobody_and_no_overlap_adds_everybody() {
        let names = ["a", "b"];
        let full = Duplication::from_pairs(&names, &[factor("a", "b", 1e9)]).unwrap();
        assert!((combined_reach(&[0.4, 0.3], &full).unwrap().share - 0.4).abs() < 1e-12);
        let none = Duplication::from_pairs(&names, &[factor("a", "b", 0.0)]).unwrap();
        assert!((combined_reach(&[0.4, 0.3], &none).unwrap().share - 0.7).abs() < 1e-12);
    }

    #[test]
    fn three_channels_follow_the_expansion() {
        let pairs = [factor("a", "b", 1.2), factor("b", "c", 0.9), factor("a", "c", 1.1)];
        let duplication = Duplication::from_pairs(&["a", "b", "c"], &pairs).unwrap();
        let combined = combined_reach(&[0.3, 0.4, 0.2], &duplication).unwrap();
        // 1 − Π(1 − r) − Σ (K − 1) r_i r_j (1 − r_l), l the third channel.
        let none = 0.7 * 0.6 * 0.8 + 0.2 * 0.12 * 0.8 - 0.1 * 0.08 * 0.7 + 0.1 * 0.06 * 0.6;
        assert!((combined.share - (1.0 - none)).abs() < 1e-12, "{combined:?}");
        assert!(!combined.held && combined.share < combined.independent);
    }

    #[test]
    fn factors_that_contradict_each_other_are_held_and_said_so() {
        // Three channels of half the people each, no two of which share anybody.
        let pairs = [factor("a", "b", 0.0), factor("b", "c", 0.0), factor("a", "c", 0.0)];
        let duplication = Duplication::from_pairs(&["a", "b", "c"], &pairs).unwrap();
        let combined = combined_reach(&[0.5; 3], &duplication).unwrap();
        assert!(combined.held && combined.share == 1.0, "{combined:?}");
    }

    fn channels() -> impl Strategy<Value = (Vec<f64>, Vec<f64>)> {
        (1usize..7).prop_flat_map(|n| {
            (prop::collection::vec(0.0..=1.0f64, n), prop::collection::vec(0.0..4.0f64, n * n))
        })
    }

    proptest! {
        #[test]
        fn combined_reach_lies_between_the_largest_and_the_sum((shares, factors) in channels()) {
            let n = shares.len();
            let names: Vec<String> = (0..n).map(|i| i.to_string()).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let mut pairs = Vec::new();
            for i in 0..n {
                for j in 0..i {
                    pairs.push(factor(names[i], names[j], factors[i * n + j]));
                }
            }
            let sum: f64 = shares.iter().sum();
            let largest = shares.iter().copied().fold(0.0, f64::max);
            for duplication in
                [Duplication::independent(n), Duplication::from_pairs(&names, &pairs).unwrap()]
            {
                let combined = combined_reach(&shares, &duplication).unwrap();
                prop_assert!(combined.share >= largest && combined.share <= sum.min(1.0));
                // A channel more never reaches fewer.
                if n > 1 {
                    let smallest = (0..n).min_by(|&a, &b| shares[a].total_cmp(&shares[b])).unwrap();
                    let mut without = shares.clone();
                    without[smallest] = 0.0;
                    let fewer = combined_reach(&without, &duplication).unwrap();
                    prop_assert!(fewer.share <= combined.share + 1e-12);
                }
            }
        }

        #[test]
        fn unit_factors_are_independence_and_two_channels_are_exact(
            a in 0.0..1.0f64, b in 0.0..1.0f64, k in 0.0..2.0f64,
        ) {
            let pairs = [factor("a", "b", k)];
            let duplication = Duplication::from_pairs(&["a", "b"], &pairs).unwrap();
            let combined = combined_reach(&[a, b], &duplication).unwrap();
            let overlap = (k * a * b).min(a.min(b)).max(a + b - 1.0).max(0.0);
            prop_assert!((combined.share - (a + b - overlap)).abs() < 1e-9 && !combined.held);
            prop_assert!((combined.independent - (a + b - a * b)).abs() < 1e-12);
        }
    }
}
