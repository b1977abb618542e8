//! Are ranks uniform? The question of simulation-based calibration.
//!
//! If a model and its sampler are right, the rank of the value that generated the data among `L`
//! independent posterior draws is uniform on `0..=L` (Talts, Betancourt, Simpson, Vehtari and
//! Gelman 2018). Three tests of that, all for discrete ranks:
//!
//! - [`chi_square`] of a histogram, sensitive to any coarse departure;
//! - [`kolmogorov_smirnov`], with its exact discrete distribution, most sensitive in the middle;
//! - [`ecdf_test`], simultaneous confidence bands around the empirical distribution function
//!   (Säilynoja, Bürkner and Vehtari 2022), about equally sensitive everywhere, including the
//!   tails; [`ecdf_band`] gives the band to draw.
//!
//! ```
//! use outlay_inference::diagnostics::uniformity::ecdf_test;
//!
//! // 101 ranks 0..=100, once each: as uniform as can be.
//! let ranks: Vec<usize> = (0..=100).collect();
//! assert!(ecdf_test(&ranks, 100)?.p_value > 0.9);
//! // All in the middle: intervals far too wide.
//! assert!(ecdf_test(&[50; 40], 100)?.p_value < 1e-6);
//! # Ok::<(), outlay_inference::diagnostics::uniformity::UniformityError>(())
//! ```

mod band;
mod crossing;

pub use band::{EcdfBand, ecdf_band, ecdf_test};

use crossing::Lattice;
use outlay_stats::special::gamma_upper;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Why ranks cannot be tested.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum UniformityError {
    /// There is no rank.
    #[error("no ranks to test: run at least one simulation")]
    NoRanks,
    /// There is only one possible rank.
    #[error("the largest possible rank must be at least 1: keep at least one posterior draw")]
    OnePossibleRank,
    /// A rank lies beyond the largest possible one.
    #[error("rank {rank} is larger than the largest possible rank {largest}")]
    RankTooLarge {
        /// The rank given.
        rank: usize,
        /// The largest possible rank.
        largest: usize,
    },
    /// The number of bins is impossible.
    #[error("{bins} bins cannot hold {possible} possible ranks: choose between 2 and {possible}")]
    Bins {
        /// The number of bins asked for.
        bins: usize,
        /// The number of possible ranks.
        possible: usize,
    },
    /// The level of a band is not a probability.
    #[error("the level of a band must lie between 0 and 1, not {0}")]
    Level(f64),
}

/// The outcome of a test of uniformity.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct UniformityTest {
    /// The test's statistic.
    pub statistic: f64,
    /// The probability of a statistic at least as extreme if the ranks are uniform.
    pub p_value: f64,
}

/// Ranks counted in bins.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RankHistogram {
    /// The ranks in each bin.
    pub counts: Vec<u64>,
    /// The number expected in each bin if ranks are uniform (bins may differ by one rank in width).
    pub expected: Vec<f64>,
}

/// Counts ranks in `0..=largest` in `bins` bins as equal in width as whole ranks allow.
///
/// # Errors
/// [`UniformityError`] without ranks, for a rank above `largest`, or for fewer than 2 bins or more
/// bins than possible ranks.
pub fn rank_histogram(
    ranks: &[usize],
    largest: usize,
    bins: usize,
) -> Result<RankHistogram, UniformityError> {
    check(ranks, largest)?;
    let possible = largest.saturating_add(1);
    if bins < 2 || bins > possible {
        return Err(UniformityError::Bins { bins, possible });
    }
    let mut counts = vec![0; bins];
    let bin_of = |rank: usize| (rank as u128 * bins as u128 / possible as u128) as usize;
    for &rank in ranks {
        if let Some(count) = counts.get_mut(bin_of(rank)) {
            *count += 1;
        }
    }
    // Bin b begins at the smallest rank with rank * bins >= b * possible.
    let first = |bin: usize| (bin as u128 * possible as u128).div_ceil(bins as u128) as f64;
    let share = ranks.len() as f64 / possible as f64;
    let expected = (0..bins).map(|bin| (first(bin + 1) - first(bin)) * share).collect();
    Ok(RankHistogram { counts, expected })
}

/// Pearson's chi-square test of a rank histogram, with one degree of freedom fewer than bins. Its
/// distribution is approximate: keep five or more expected ranks per bin.
pub fn chi_square(histogram: &RankHistogram) -> UniformityTest {
    let statistic: f64 = histogram
        .counts
        .iter()
        .zip(&histogram.expected)
        .map(|(&count, expected)| (count as f64 - expected).powi(2) / expected)
        .sum();
    let freedom = histogram.counts.len() as f64 - 1.0;
    UniformityTest { statistic, p_value: gamma_upper(0.5 * freedom, 0.5 * statistic) }
}

/// The Kolmogorov-Smirnov test for ranks in `0..=largest`: the largest distance between the
/// empirical and the uniform distribution function over the possible ranks, with its exact
/// distribution for discrete ranks.
///
/// # Errors
/// [`UniformityError`] without ranks, for a rank above `largest`, or for `largest` 0.
pub fn kolmogorov_smirnov(
    ranks: &[usize],
    largest: usize,
) -> Result<UniformityTest, UniformityError> {
    check(ranks, largest)?;
    let lattice = Lattice::whole(largest);
    let observed = lattice.count(ranks);
    let total = ranks.len() as f64;
    let distance = |count: f64, z: f64| (count / total - z).abs();
    let statistic = observed
        .iter()
        .zip(lattice.points())
        .map(|(&count, &z)| distance(count as f64, z))
        .fold(0.0, f64::max);
    // Staying strictly closer everywhere; the margin keeps a tie with the statistic a tie.
    let closer = statistic * (1.0 - 1e-9) - 1e-12;
    let limits: Vec<(usize, usize)> = lattice
        .points()
        .iter()
        .map(|z| {
            let low = (total * (z - closer)).ceil().max(0.0);
            let high = (total * (z + closer)).floor().min(total);
            (low as usize, if high < low { 0 } else { high as usize })
        })
        .collect();
    let p_value = 1.0 - crossing::stay_probability(ranks.len(), lattice.points(), &limits);
    Ok(UniformityTest { statistic, p_value: p_value.clamp(0.0, 1.0) })
}

fn check(ranks: &[usize], largest: usize) -> Result<(), UniformityError> {
    if ranks.is_empty() {
        return Err(UniformityError::NoRanks);
    }
    if largest == 0 {
        return Err(UniformityError::OnePossibleRank);
    }
    match ranks.iter().find(|&&rank| rank > largest) {
        Some(&rank) => Err(UniformityError::RankTooLarge { rank, largest }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
