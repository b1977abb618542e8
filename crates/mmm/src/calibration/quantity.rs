//! One quantity over all simulations: are its ranks uniform, and is it recovered?

use outlay_inference::diagnostics::uniformity::{
    RankHistogram, UniformityError, UniformityTest, chi_square, ecdf_test,
};
use outlay_inference::sbc::Calibration;
use serde::{Deserialize, Serialize};

use super::LEVEL;
use super::refit::Refit;

/// The most bins of a histogram.
const MOST_BINS: usize = 20;
/// Pearson's test needs about this many ranks in every bin.
const LEAST_PER_BIN: usize = 5;
/// Level of the band that a histogram of uniform ranks stays in.
const BAND_LEVEL: f64 = 0.99;

/// What ranks that are not uniform look like, judged by mean and spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shape {
    /// Nothing stands out in mean and spread.
    Flat,
    /// Truths lie low in their posteriors: the posterior is too high.
    TooHigh,
    /// Truths lie high in their posteriors: the posterior is too low.
    TooLow,
    /// Truths lie at the ends: the posterior is too narrow.
    TooNarrow,
    /// Truths lie in the middle: the posterior is too wide.
    TooWide,
}

/// How well the truth is found again.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Recovery {
    /// Mean of posterior mean minus truth, in standard deviations of the true values.
    pub bias: f64,
    /// Standard error of `bias`.
    pub bias_se: f64,
    /// Root mean square of posterior mean minus truth, in the same unit.
    pub rmse: f64,
    /// Share of simulations whose 50 % interval holds the truth.
    pub coverage_50: f64,
    /// Share of simulations whose 90 % interval holds the truth.
    pub coverage_90: f64,
    /// Share of the prior variance that the data remove on average: 0 when they say nothing,
    /// 1 when they say everything.
    pub contraction: f64,
}

/// One quantity over all simulations.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quantity {
    /// `name[coordinate]`.
    pub name: String,
    /// Rank of the truth among the draws, one entry per simulation.
    pub ranks: Vec<usize>,
    /// The same in bins.
    pub histogram: RankHistogram,
    /// The counts that every bin of uniform ranks stays in with 99 % probability, lowest and
    /// highest.
    pub band: (u64, u64),
    /// Pearson's test of the histogram.
    pub chi_square: UniformityTest,
    /// The Kolmogorov-Smirnov test.
    pub kolmogorov_smirnov: UniformityTest,
    /// The test by simultaneous bands of the distribution function, the most even of the three:
    /// the one that verdicts use.
    pub ecdf: UniformityTest,
    /// What the ranks look like.
    pub shape: Shape,
    /// How well the truth is found again.
    pub recovery: Recovery,
}

impl Quantity {
    pub(super) fn new(name: String, q: usize, all: &Calibration, refits: &[Refit]) -> Self {
        let ranks = all.ranks.get(q).cloned().unwrap_or_default();
        let bins = bins(ranks.len(), all.draws + 1);
        let histogram = all
            .histogram(q, bins)
            .unwrap_or(RankHistogram { counts: Vec::new(), expected: Vec::new() });
        let untested = |_: UniformityError| UniformityTest { statistic: 0.0, p_value: 1.0 };
        let ecdf = ecdf_test(&ranks, all.draws).unwrap_or_else(untested);
        Self {
            band: band(ranks.len(), bins),
            chi_square: chi_square(&histogram),
            kolmogorov_smirnov: all.uniformity(q).unwrap_or_else(untested),
            shape: if ecdf.p_value < LEVEL { shape(&ranks, all.draws) } else { Shape::Flat },
            ecdf,
            recovery: recovery(q, refits),
            name,
            ranks,
            histogram,
        }
    }
}

/// Bins of equal width with enough ranks in each: the largest divisor of the possible ranks that
/// allows it, and 2 at least.
fn bins(ranks: usize, possible: usize) -> usize {
    let most = MOST_BINS.min(ranks / LEAST_PER_BIN).min(possible);
    (2..=most).rev().find(|b| possible.is_multiple_of(*b)).unwrap_or(2)
}

/// Limits of the counts of all `bins` bins together, by the union bound over binomial counts.
fn band(ranks: usize, bins: usize) -> (u64, u64) {
    let tail = (1.0 - BAND_LEVEL) / (2 * bins) as f64;
    let (n, p) = (ranks as f64, 1.0 / bins as f64);
    // Binomial probabilities by their ratio, from the logarithm of the first: no overflow.
    let (mut log, mut below) = (n * (1.0 - p).ln(), 0.0);
    let (mut low, mut high) = (0, ranks as u64);
    for k in 0..=ranks {
        let mass = log.exp();
        if below < tail {
            low = k as u64;
        }
        below += mass;
        if 1.0 - below < tail {
            high = k as u64;
            break;
        }
        log += ((n - k as f64) / (k as f64 + 1.0) * p / (1.0 - p)).ln();
    }
    (low, high)
}

/// Mean and spread of ranks against those of uniform ones, in standard errors.
fn shape(ranks: &[usize], largest: usize) -> Shape {
    /// Standard errors from which a departure is named.
    const NOTABLE: f64 = 2.6;
    let n = ranks.len() as f64;
    let unit = |r: &usize| (*r as f64 + 0.5) / (largest as f64 + 1.0) - 0.5;
    let mean = ranks.iter().map(unit).sum::<f64>() / n;
    let variance = ranks.iter().map(|r| (unit(r) - mean).powi(2)).sum::<f64>() / n;
    // A uniform variable on ±½ has variance 1/12, and its square variance 1/180.
    let (shift, spread) = (mean * (12.0 * n).sqrt(), (variance - 1.0 / 12.0) * (180.0 * n).sqrt());
    if shift.abs().max(spread.abs()) < NOTABLE {
        Shape::Flat
    } else if shift.abs() >= spread.abs() {
        if shift < 0.0 { Shape::TooHigh } else { Shape::TooLow }
    } else if spread > 0.0 {
        Shape::TooNarrow
    } else {
        Shape::TooWide
    }
}

fn recovery(q: usize, refits: &[Refit]) -> Recovery {
    let n = refits.len() as f64;
    let pairs =
        || refits.iter().filter_map(|r| Some((*r.simulation.truth.get(q)?, r.estimates.get(q)?)));
    let mean = |f: &dyn Fn(f64, &crate::summary::Estimate) -> f64| {
        pairs().map(|(truth, e)| f(truth, e)).sum::<f64>() / n
    };
    let centre = mean(&|truth, _| truth);
    let variance = mean(&|truth, _| (truth - centre).powi(2)) * n / (n - 1.0).max(1.0);
    let sd = if variance > 0.0 { variance.sqrt() } else { 1.0 };
    let bias = mean(&|truth, e| (e.mean - truth) / sd);
    let square = mean(&|truth, e| ((e.mean - truth) / sd).powi(2));
    let held = |truth: f64, low: f64, high: f64| f64::from(low <= truth && truth <= high);
    Recovery {
        bias,
        bias_se: ((square - bias * bias).max(0.0) / (n - 1.0).max(1.0)).sqrt(),
        rmse: square.sqrt(),
        coverage_50: mean(&|truth, e| held(truth, e.q25, e.q75)),
        coverage_90: mean(&|truth, e| held(truth, e.q05, e.q95)),
        contraction: 1.0 - mean(&|_, e| (e.sd / sd).powi(2)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_divide_the_possible_ranks_and_hold_enough() {
        assert_eq!(bins(200, 100), 20);
        assert_eq!(bins(30, 100), 5);
        assert_eq!(bins(3, 100), 2);
        assert_eq!(bins(1000, 101), 2);
    }

    #[test]
    fn the_band_holds_what_is_usual_and_leaves_out_what_is_not() {
        // Binomial(200, 1/20) has mean 10 and standard deviation 3.1; 0.00025 lies in each tail.
        assert_eq!(band(200, 20), (1, 22));
        let (low, high) = band(10, 2);
        assert!(low <= 1 && high >= 9, "{low} {high}");
    }

    #[test]
    fn shapes_are_named_for_what_is_wrong_with_the_posterior() {
        let spread = |f: fn(usize) -> usize| (0..200).map(f).collect::<Vec<_>>();
        assert_eq!(shape(&spread(|i| i / 2), 99), Shape::Flat);
        assert_eq!(shape(&spread(|i| i / 4), 99), Shape::TooHigh);
        assert_eq!(shape(&spread(|i| 50 + i / 4), 99), Shape::TooLow);
        assert_eq!(shape(&[99; 30], 99), Shape::TooLow);
        assert_eq!(shape(&spread(|i| 25 + i / 4), 99), Shape::TooWide);
        assert_eq!(
            shape(&spread(|i| if i < 100 { i / 10 } else { 90 + (i - 100) / 10 }), 99),
            Shape::TooNarrow
        );
    }
}
