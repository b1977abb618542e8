//! Convergence of Markov chains, and the uniformity of ranks that calibration rests on.
//!
//! R-hat, effective sample sizes and the Monte Carlo error follow Vehtari, Gelman, Simpson,
//! Carpenter and Bürkner, "Rank-normalization, folding, and localization: an improved R-hat for
//! assessing convergence of MCMC" (Bayesian Analysis 16(2), 2021), with the conventions of ArviZ
//! 0.2x, so that the numbers are the ones a user of ArviZ sees.
//!
//! Chains are slices of draws of one scalar, `chains[chain][draw]`. If their lengths differ (an
//! interrupted run), the draws beyond the shortest chain are left out.
//!
//! What an answer means where the statistic is not defined:
//!
//! | input | R-hat | ESS |
//! |---|---|---|
//! | fewer than 4 draws, no chain, or a draw that is not finite | `None` | `None` |
//! | one chain | `None` | as defined |
//! | all draws equal (a fixed parameter) | `None` | the number of draws, as ArviZ |
//! | every chain constant, at different values (all stuck) | infinite | as defined, tiny |
//! | one chain constant among moving ones | as defined, above 1; see [`constant_chains`] | as defined |
//!
//! ```
//! use outlay_inference::diagnostics::convergence;
//!
//! let stuck = [vec![1.0; 100], vec![2.0; 100]];
//! assert_eq!(convergence(&stuck).rhat, Some(f64::INFINITY));
//! ```

mod autocovariance;
mod ess;
mod ranks;
mod rhat;
pub mod uniformity;

use ranks::Ranked;
use serde::{Deserialize, Serialize};

/// The fewest draws per chain from which anything is computed.
const FEWEST_DRAWS: usize = 4;

/// How well the chains of one scalar have mixed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Convergence {
    /// Rank-normalised split R-hat, the larger of bulk and folded; at most 1.01 is good.
    pub rhat: Option<f64>,
    /// Effective sample size of the bulk (of the rank-normalised split chains).
    pub ess_bulk: Option<f64>,
    /// Effective sample size of the tails: the smaller of those of the 5 % and 95 % quantiles.
    pub ess_tail: Option<f64>,
    /// Effective sample size of the mean.
    pub ess_mean: Option<f64>,
    /// Monte Carlo standard error of the mean, in the scalar's unit.
    pub mcse_mean: Option<f64>,
}

/// All diagnostics of one scalar at once, sharing the sort and the ranks.
pub fn convergence<C: AsRef<[f64]>>(chains: &[C]) -> Convergence {
    let Some(draws) = Draws::new(chains) else {
        return Convergence {
            rhat: None,
            ess_bulk: None,
            ess_tail: None,
            ess_mean: None,
            mcse_mean: None,
        };
    };
    let split = draws.split();
    let ranked = Ranked::new(&split);
    let scores = ranked.scores();
    let ess_mean = ess::effective_size(&split);
    Convergence {
        rhat: (draws.chains.len() > 1).then(|| rhat::rank_rhat(&ranked, &scores)).flatten(),
        ess_bulk: ess::effective_size(&scores),
        ess_tail: draws.ess_tail(&ranked),
        ess_mean,
        mcse_mean: ess_mean.map(|ess| draws.sd() / ess.sqrt()),
    }
}

/// Rank-normalised split R-hat: the larger of that of the draws and that of their distances from
/// the median.
pub fn rhat<C: AsRef<[f64]>>(chains: &[C]) -> Option<f64> {
    let draws = Draws::new(chains).filter(|draws| draws.chains.len() > 1)?;
    let ranked = Ranked::new(&draws.split());
    rhat::rank_rhat(&ranked, &ranked.scores())
}

/// Effective sample size of the bulk.
pub fn ess_bulk<C: AsRef<[f64]>>(chains: &[C]) -> Option<f64> {
    let split = Draws::new(chains)?.split();
    ess::effective_size(&Ranked::new(&split).scores())
}

/// Effective sample size of the tails: the smaller of those of the indicators "at or below the
/// 5 % quantile" and "at or below the 95 % quantile".
pub fn ess_tail<C: AsRef<[f64]>>(chains: &[C]) -> Option<f64> {
    let draws = Draws::new(chains)?;
    draws.ess_tail(&Ranked::new(&draws.split()))
}

/// Effective sample size of the mean.
pub fn ess_mean<C: AsRef<[f64]>>(chains: &[C]) -> Option<f64> {
    ess::effective_size(&Draws::new(chains)?.split())
}

/// Monte Carlo standard error of the mean: the standard deviation of all draws over the square
/// root of [`ess_mean`].
pub fn mcse_mean<C: AsRef<[f64]>>(chains: &[C]) -> Option<f64> {
    let draws = Draws::new(chains)?;
    Some(draws.sd() / ess::effective_size(&draws.split())?.sqrt())
}

/// The chains that never moved, by index, unless the scalar is constant everywhere.
///
/// Rank normalisation bounds what a single frozen chain can do to R-hat (about 1.2 to 2 among four
/// chains), so a verdict names such chains besides looking at R-hat.
pub fn constant_chains<C: AsRef<[f64]>>(chains: &[C]) -> Vec<usize> {
    let frozen =
        |chain: &[f64]| chain.len() > 1 && chain.iter().all(|draw| Some(draw) == chain.first());
    let mut all = chains.iter().flat_map(|chain| chain.as_ref());
    let first = all.next();
    if all.all(|draw| Some(draw) == first) {
        return Vec::new();
    }
    (0..chains.len())
        .filter(|&c| chains.get(c).is_some_and(|chain| frozen(chain.as_ref())))
        .collect()
}

/// The chains of one scalar: finite, of equal length, at least four draws each.
struct Draws<'a> {
    chains: Vec<&'a [f64]>,
}

impl<'a> Draws<'a> {
    fn new<C: AsRef<[f64]>>(chains: &'a [C]) -> Option<Self> {
        let length = chains.iter().map(|chain| chain.as_ref().len()).min()?;
        if length < FEWEST_DRAWS {
            return None;
        }
        let chains: Vec<&[f64]> =
            chains.iter().filter_map(|chain| chain.as_ref().get(..length)).collect();
        chains
            .iter()
            .all(|chain| chain.iter().all(|draw| draw.is_finite()))
            .then_some(Self { chains })
    }

    fn length(&self) -> usize {
        self.chains.first().map_or(0, |chain| chain.len())
    }

    /// The first and the last half of every chain: the middle draw of an odd number is left out.
    fn split(&self) -> Chains {
        let half = self.length() / 2;
        let mut values = Vec::with_capacity(2 * half * self.chains.len());
        for chain in &self.chains {
            values.extend(chain.iter().take(half));
        }
        for chain in &self.chains {
            values.extend(chain.iter().skip(chain.len() - half));
        }
        Chains { values, length: half }
    }

    /// The standard deviation of all draws together.
    fn sd(&self) -> f64 {
        let count = (self.length() * self.chains.len()) as f64;
        let origin = self.chains.first().and_then(|chain| chain.first()).copied().unwrap_or(0.0);
        let all = || self.chains.iter().flat_map(|chain| chain.iter().map(|draw| draw - origin));
        let mean = all().sum::<f64>() / count;
        let squares: f64 = all().map(|draw| (draw - mean) * (draw - mean)).sum();
        (squares / (count - 1.0)).sqrt()
    }

    fn ess_tail(&self, ranked: &Ranked) -> Option<f64> {
        let sorted = if self.length().is_multiple_of(2) {
            ranked.sorted()
        } else {
            let mut all: Vec<f64> = self.chains.iter().flat_map(|c| c.iter().copied()).collect();
            all.sort_unstable_by(f64::total_cmp);
            all
        };
        let split = self.split();
        let indicator_size = |probability: f64| {
            let cut = ranks::quantile(&sorted, probability)?;
            let below = split.map(|draw| if draw <= cut { 1.0 } else { 0.0 });
            ess::effective_size(&below)
        };
        Some(indicator_size(0.05)?.min(indicator_size(0.95)?))
    }
}

/// Chains of equal length, one after the other in memory.
struct Chains {
    values: Vec<f64>,
    length: usize,
}

impl Chains {
    fn iter(&self) -> impl Iterator<Item = &[f64]> {
        self.values.chunks_exact(self.length)
    }

    fn map(&self, f: impl Fn(f64) -> f64) -> Self {
        Self { values: self.values.iter().map(|&x| f(x)).collect(), length: self.length }
    }
}

/// The mean and the sum of squared distances from it; exactly `(x, 0)` for a constant `x`.
fn mean_and_squares(values: &[f64]) -> (f64, f64) {
    let origin = values.first().copied().unwrap_or(0.0);
    let count = values.len() as f64;
    let shift = values.iter().map(|x| x - origin).sum::<f64>() / count;
    let mean = origin + shift;
    let squares = values.iter().map(|x| (x - mean) * (x - mean)).sum();
    (mean, squares)
}

#[cfg(test)]
mod tests;
