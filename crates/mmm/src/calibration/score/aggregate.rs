//! Scores of many brands put together, with how sure they are.
//!
//! Brands are the unit: channels of one brand share data and noise. Medians over brands say what
//! to expect of the next brand and do not follow the one that went wrong; means do, so both are
//! given.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::super::coverage::{Coverage, Scored, coverage};
use super::{BrandScore, ChannelResult};
use crate::summary::quantile_sorted;

/// Resamples of the bootstrap: the Monte Carlo error of a standard error is about 2 %.
const RESAMPLES: usize = 1000;

/// One brand for [`aggregate`].
#[derive(Debug, Clone, Copy)]
pub struct BrandRow<'a> {
    /// Per channel.
    pub channels: &'a [ChannelResult],
    /// Per brand.
    pub score: BrandScore,
    /// CPU seconds that the answer took.
    pub cpu_seconds: f64,
}

/// A quantity over brands.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Middle {
    /// Brands that have it.
    pub brands: usize,
    /// Median.
    pub median: f64,
    /// Standard error of the median by bootstrap over brands; `null` for a single brand.
    pub median_se: Option<f64>,
    /// Mean.
    pub mean: f64,
    /// Standard error of the mean; `null` for a single brand.
    pub mean_se: Option<f64>,
}

/// How one kind of answer did on many brands.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ScoreTable {
    /// [`BrandScore::error_mean`] over brands.
    pub error_mean: Middle,
    /// [`BrandScore::error_median`] over brands.
    pub error_median: Middle,
    /// [`BrandScore::interval_score`] over brands.
    pub interval_score: Middle,
    /// [`BrandScore::total_media_error`] over the brands whose media brought something.
    pub total_media_error: Option<Middle>,
    /// [`BrandScore::regret`] over the brands that have something to gain.
    pub regret: Option<Middle>,
    /// CPU seconds per brand.
    pub cpu_seconds: Middle,
    /// Pooled over channels, with standard errors that take the channels of a brand together.
    pub pooled: Coverage,
}

/// Puts brands together; `None` without any. The order of brands does not matter but for rounding.
pub fn aggregate(brands: &[BrandRow<'_>], seed: u64) -> Option<ScoreTable> {
    let over = |f: &dyn Fn(&BrandRow<'_>) -> Option<f64>| {
        middle(brands.iter().filter_map(f).collect(), seed)
    };
    let rows = brands.iter().enumerate().flat_map(|(world, brand)| {
        brand.channels.iter().map(move |c| Scored {
            world,
            channel: c.channel.clone(),
            truth: c.truth,
            estimate: c.estimate,
        })
    });
    Some(ScoreTable {
        error_mean: over(&|b| Some(b.score.error_mean))?,
        error_median: over(&|b| Some(b.score.error_median))?,
        interval_score: over(&|b| Some(b.score.interval_score))?,
        total_media_error: over(&|b| b.score.total_media_error),
        regret: over(&|b| b.score.regret),
        cpu_seconds: over(&|b| Some(b.cpu_seconds))?,
        pooled: coverage(&rows.collect::<Vec<Scored>>())?,
    })
}

/// Median and mean with their standard errors, the median's by bootstrap; `None` without values.
#[must_use]
pub fn middle(mut values: Vec<f64>, seed: u64) -> Option<Middle> {
    let n = values.len();
    if n == 0 {
        return None;
    }
    values.sort_by(f64::total_cmp);
    let mean = values.iter().sum::<f64>() / n as f64;
    let deviation = |mean: f64, values: &[f64]| {
        let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
        (squares / (values.len() - 1) as f64).sqrt()
    };
    let several = n > 1;
    Some(Middle {
        brands: n,
        median: quantile_sorted(&values, 0.5),
        median_se: several.then(|| {
            let medians = resampled_medians(&values, seed);
            deviation(medians.iter().sum::<f64>() / RESAMPLES as f64, &medians)
        }),
        mean,
        mean_se: several.then(|| deviation(mean, &values) / (n as f64).sqrt()),
    })
}

fn resampled_medians(sorted: &[f64], seed: u64) -> Vec<f64> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut sample = vec![0.0; sorted.len()];
    (0..RESAMPLES)
        .map(|_| {
            sample.iter_mut().for_each(|s| *s = sorted[rng.random_range(0..sorted.len())]);
            sample.sort_by(f64::total_cmp);
            quantile_sorted(&sample, 0.5)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::{PlanResult, TotalResult, score};
    use super::*;
    use crate::summary::Estimate;

    fn channel(truth: f64) -> ChannelResult {
        let estimate =
            Estimate { mean: 1.0, sd: 0.5, q05: 0.0, q25: 0.5, q50: 1.0, q75: 1.5, q95: 2.0 };
        ChannelResult { channel: "tv".into(), spend: 1.0, truth, estimate }
    }

    fn row(channels: &[ChannelResult], planned: f64) -> BrandRow<'_> {
        let total = TotalResult { truth: 1.0, estimate: 1.5 };
        let plan = PlanResult { do_nothing: 10.0, planned, best: 11.0, silence: 0.0 };
        let score = score(channels, total, Some(plan)).unwrap();
        BrandRow { channels, score, cpu_seconds: 2.0 }
    }

    #[test]
    fn medians_means_and_pooled_coverage_by_hand() {
        let (a, b, c) = ([channel(1.2), channel(1.4)], [channel(2.5)], [channel(1.1)]);
        let brands = [row(&a, 10.5), row(&b, 10.0), row(&c, 11.0)];
        let table = aggregate(&brands, 1).unwrap();
        // Errors per brand: 0.3, 1.5, 0.1.
        assert!((table.error_mean.median - 0.3).abs() < 1e-12);
        assert!((table.error_mean.mean - 1.9 / 3.0).abs() < 1e-12);
        let deviation = ((0.3_f64 - 1.9 / 3.0).powi(2)
            + (1.5_f64 - 1.9 / 3.0).powi(2)
            + (0.1_f64 - 1.9 / 3.0).powi(2))
            / 2.0;
        let se = (deviation / 3.0).sqrt();
        assert!((table.error_mean.mean_se.unwrap() - se).abs() < 1e-12);
        // Regrets 0.5, 1 and 0; three of four channels held.
        assert!((table.regret.unwrap().mean - 0.5).abs() < 1e-12);
        assert_eq!(table.pooled.coverage_90.mean, 0.75);
        assert_eq!((table.pooled.worlds, table.pooled.estimates), (3, 4));
        assert_eq!(table.total_media_error.unwrap().median, 0.5);
    }

    #[test]
    fn the_bootstrap_knows_the_median_of_three() {
        // Of 27 resamples of {0, 0, 1} the median is 1 in 7: those with two or three ones.
        let found = middle(vec![0.0, 1.0, 0.0], 3).unwrap();
        let p: f64 = 7.0 / 27.0;
        let expected = (p * (1.0 - p)).sqrt();
        assert!((found.median_se.unwrap() - expected).abs() < 0.03, "{found:?}");
        assert_eq!(found, middle(vec![0.0, 0.0, 1.0], 3).unwrap(), "order does not matter");
    }

    #[test]
    fn one_brand_has_no_standard_error_and_none_has_no_table() {
        let channels = [channel(1.0)];
        let table = aggregate(&[row(&channels, 10.5)], 1).unwrap();
        assert_eq!((table.error_mean.median_se, table.error_mean.mean_se), (None, None));
        assert!(aggregate(&[], 1).is_none());
    }
}
