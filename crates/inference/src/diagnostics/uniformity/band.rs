//! Simultaneous confidence bands for the empirical distribution function of ranks.

use super::crossing::{Lattice, ln_factorials, stay_probability};
use super::{UniformityError, UniformityTest, check};
use serde::{Deserialize, Serialize};

/// Points at which the distribution function is looked at: more make the test finer and slower.
const MOST_POINTS: usize = 100;
/// A margin that keeps equal tail probabilities equal in spite of rounding.
const TIE: f64 = 1e-9;

/// A band that the empirical distribution function of uniform ranks stays in with a known
/// probability, and the function itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EcdfBand {
    /// Shares of the possible ranks, ascending inside 0..1: the abscissa, and the expected value.
    pub points: Vec<f64>,
    /// The share of the ranks up to each point.
    pub observed: Vec<f64>,
    /// The lowest share inside the band.
    pub lower: Vec<f64>,
    /// The highest share inside the band.
    pub upper: Vec<f64>,
    /// The probability that uniform ranks stay inside everywhere: at least the level asked for,
    /// and as close to it as counts allow.
    pub coverage: f64,
}

/// The test of uniformity by the smallest pointwise tail probability over up to 100 points, with
/// its exact distribution. The statistic is that probability; `p_value` below `1 - level` means
/// that the function leaves the simultaneous band of that level.
///
/// # Errors
/// [`UniformityError`] without ranks, for a rank above `largest`, or for `largest` 0.
pub fn ecdf_test(ranks: &[usize], largest: usize) -> Result<UniformityTest, UniformityError> {
    check(ranks, largest)?;
    let lattice = Lattice::thinned(largest, MOST_POINTS);
    let tails = Tails::new(ranks.len(), lattice.points());
    let statistic = tails
        .two_sided
        .iter()
        .zip(lattice.count(ranks))
        .filter_map(|(by_count, count)| by_count.get(count).copied())
        .fold(1.0, f64::min);
    let p_value = 1.0 - tails.stay_above(statistic * (1.0 + TIE), &lattice).1;
    Ok(UniformityTest { statistic, p_value: p_value.clamp(0.0, 1.0) })
}

/// The simultaneous band of `level` (such as 0.95) for these ranks, with their distribution
/// function.
///
/// # Errors
/// As [`ecdf_test`], and for a level outside 0..1.
pub fn ecdf_band(ranks: &[usize], largest: usize, level: f64) -> Result<EcdfBand, UniformityError> {
    check(ranks, largest)?;
    if level.is_nan() || level <= 0.0 || level >= 1.0 {
        return Err(UniformityError::Level(level));
    }
    let lattice = Lattice::thinned(largest, MOST_POINTS);
    let tails = Tails::new(ranks.len(), lattice.points());
    // Coverage falls as the pointwise level rises; the pointwise level that just keeps `level`
    // lies between Bonferroni's and the pointwise one.
    let share = (1.0 - level) / lattice.points().len() as f64;
    let (mut enough, mut too_much) = (0.5 * share, 1.0 - level + TIE);
    let mut best = tails.stay_above(enough, &lattice);
    for _ in 0..30 {
        let middle = 0.5 * (enough + too_much);
        let tried = tails.stay_above(middle, &lattice);
        if tried.1 >= level {
            (enough, best) = (middle, tried);
        } else {
            too_much = middle;
        }
    }
    let total = ranks.len() as f64;
    let (limits, coverage) = best;
    Ok(EcdfBand {
        points: lattice.points().to_vec(),
        observed: lattice.count(ranks).into_iter().map(|count| count as f64 / total).collect(),
        lower: limits.iter().map(|&(low, _)| low as f64 / total).collect(),
        upper: limits.iter().map(|&(_, high)| high as f64 / total).collect(),
        coverage,
    })
}

/// For each point and each possible count, twice the smaller of the binomial probabilities of a
/// count at most and at least as large, at most 1.
struct Tails {
    total: usize,
    two_sided: Vec<Vec<f64>>,
}

impl Tails {
    fn new(total: usize, points: &[f64]) -> Self {
        let ln_factorial = ln_factorials(total);
        let ln_fact = |n: usize| ln_factorial.get(n).copied().unwrap_or(f64::INFINITY);
        let two_sided = points
            .iter()
            .map(|&z| {
                let mass: Vec<f64> = (0..=total)
                    .map(|count| {
                        let others = total - count;
                        let ln_p = ln_fact(total) - ln_fact(count) - ln_fact(others)
                            + count as f64 * z.ln()
                            + others as f64 * (-z).ln_1p();
                        ln_p.exp()
                    })
                    .collect();
                let running = |sum: &mut f64, p: &f64| {
                    *sum += p;
                    Some(*sum)
                };
                let at_most: Vec<f64> = mass.iter().scan(0.0, running).collect();
                let mut at_least: Vec<f64> = mass.iter().rev().scan(0.0, running).collect();
                at_least.reverse();
                at_most.iter().zip(&at_least).map(|(a, b)| (2.0 * a.min(*b)).min(1.0)).collect()
            })
            .collect();
        Self { total, two_sided }
    }

    /// The counts at each point whose tail probability is at least `threshold`, and the
    /// probability that uniform ranks have such counts everywhere.
    fn stay_above(&self, threshold: f64, lattice: &Lattice) -> (Vec<(usize, usize)>, f64) {
        let limits: Vec<(usize, usize)> = self
            .two_sided
            .iter()
            .map(|by_count| {
                let inside = |&p: &f64| p >= threshold;
                match (by_count.iter().position(inside), by_count.iter().rposition(inside)) {
                    (Some(low), Some(high)) => (low, high),
                    _ => (1, 0),
                }
            })
            .collect();
        let probability = stay_probability(self.total, lattice.points(), &limits);
        (limits, probability)
    }
}
