//! Outside evidence on a channel's return, turned into its ROI prior.
//!
//! Each result is an estimate with a standard error. What makes it less than a measurement of this
//! model's ROI (another rate of spend, its age, a window too short for the carry-over) widens the
//! standard error and corrects the mean, as Meridian 2's calibration does. The base prior times
//! the normal likelihoods is then matched by the log-normal that is closest in cross-entropy: the
//! one with the same mean and standard deviation of ln ROI.

use outlay_stats::distribution::Distribution;
use outlay_stats::special::ln_normal_pdf;
use serde::{Deserialize, Serialize};

/// Where a result comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EvidenceSource {
    /// A randomised test.
    Experiment,
    /// A benchmark of similar brands.
    Benchmark,
    /// The posterior of an earlier model.
    Posterior,
    /// An uplift model; used only when `use_evidence.uplift` is on.
    Uplift,
    /// Customer lifetime value; used only when `use_evidence.ltv` is on.
    Ltv,
}

/// Which sources may enter the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct UseEvidence {
    /// Randomised tests.
    pub experiment: bool,
    /// Benchmarks.
    pub benchmark: bool,
    /// Earlier models.
    pub posterior: bool,
    /// Uplift models.
    pub uplift: bool,
    /// Customer lifetime value.
    pub ltv: bool,
}

impl Default for UseEvidence {
    fn default() -> Self {
        Self { experiment: true, benchmark: true, posterior: true, uplift: false, ltv: false }
    }
}

/// A result on a channel's return.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// The channel.
    pub channel: String,
    /// Where it comes from.
    pub source: EvidenceSource,
    /// Estimated return per unit of spend.
    pub roi: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// Weeks between the result and the data: its weight halves in a year.
    #[serde(default)]
    pub weeks_ago: f64,
    /// Rate of spend in the result over the rate in the data.
    #[serde(default = "one")]
    pub spend_ratio: f64,
    /// Periods that the result counted the effect over; absent for all of it.
    #[serde(default)]
    pub duration: Option<usize>,
}

fn one() -> f64 {
    1.0
}

/// Weeks in which the weight of a result halves.
const HALF_LIFE_WEEKS: f64 = 52.0;

/// Carry-over assumed for how much of an effect a short window sees.
const ASSUMED_RETENTION: f64 = 0.5;

/// Points at which base prior and likelihoods are multiplied.
const GRID: usize = 10_000;

impl EvidenceSource {
    /// The word in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Experiment => "experiment",
            Self::Benchmark => "benchmark",
            Self::Posterior => "posterior",
            Self::Uplift => "uplift",
            Self::Ltv => "ltv",
        }
    }
}

impl UseEvidence {
    /// Whether a source may enter.
    pub fn allows(self, source: EvidenceSource) -> bool {
        match source {
            EvidenceSource::Experiment => self.experiment,
            EvidenceSource::Benchmark => self.benchmark,
            EvidenceSource::Posterior => self.posterior,
            EvidenceSource::Uplift => self.uplift,
            EvidenceSource::Ltv => self.ltv,
        }
    }
}

impl Evidence {
    /// Mean and standard error on the scale of the model's ROI, for a carry-over of `max_lag`.
    pub fn adjusted(&self, max_lag: usize) -> (f64, f64) {
        let by_spend = self.spend_ratio.max(1.0 / self.spend_ratio) - 1.0;
        let weight = 0.5_f64.powf(self.weeks_ago / HALF_LIFE_WEEKS);
        let by_age = (1.0 - weight) / weight;
        let seen = self.duration.map_or(1.0, |periods| {
            let sum = |n: usize| (0..n).map(|l| ASSUMED_RETENTION.powi(l as i32)).sum::<f64>();
            sum(periods.min(max_lag + 1)) / sum(max_lag + 1)
        });
        let by_window = (1.0 - seen) / seen;
        let inflation = (1.0 + by_spend + by_age + by_window).sqrt();
        (self.roi / seen, self.standard_error * inflation)
    }
}

/// Probability of no effect below which a prior on top of results is plainly log-normal.
const LEAST_ZERO: f64 = 0.001;
/// Largest probability of no effect that a rectified prior takes.
const MOST_ZERO: f64 = 0.49;
/// Least standard deviation of the log of a return after results.
const LEAST_SIGMA: f64 = 1e-3;
/// Reach of the grid over a rectified prior's standard normal coordinate.
const REACH: f64 = 6.0;

/// The log-normal prior of a return after `results` on top of `base`. A base that allows for no
/// effect at all keeps the probability of it that the results leave.
pub fn combine(base: &Distribution, results: &[&Evidence], max_lag: usize) -> Distribution {
    let adjusted: Vec<(f64, f64)> = results.iter().map(|r| r.adjusted(max_lag)).collect();
    let likelihood =
        |x: f64| -> f64 { adjusted.iter().map(|(mean, se)| ln_normal_pdf((x - mean) / se)).sum() };
    if let (Distribution::RectifiedLogNormal { mu, sigma, .. }, Some(map)) =
        (base, base.as_rectified())
    {
        // The coordinate is normal whatever the return does on the ramp, so that results which say
        // nothing leave the base as it is.
        let found = Grid::new(-REACH, REACH, |u| ln_normal_pdf(u) + likelihood(map.value(u)));
        let (mean, sd) = found.moments(|u| mu + sigma * u);
        let zero = found.mean(|u| f64::from(u8::from(map.value(u) == 0.0)));
        let (mu, sigma) = (mean, sd.max(LEAST_SIGMA));
        return if zero > LEAST_ZERO {
            Distribution::RectifiedLogNormal { zero: zero.min(MOST_ZERO), mu, sigma }
        } else {
            Distribution::LogNormal { mu, sigma }
        };
    }
    let (low, high) = (base.quantile(0.001), base.quantile(0.999));
    let found = Grid::new(low, high, |x| base.log_density(x) + likelihood(x));
    let (mu, sd) = found.moments(f64::ln);
    Distribution::LogNormal { mu, sigma: sd.max(LEAST_SIGMA) }
}

/// A density on a grid.
struct Grid {
    points: Vec<f64>,
    /// They sum to one.
    weights: Vec<f64>,
}

impl Grid {
    /// Between two bounds, from a log density up to a constant.
    fn new(low: f64, high: f64, log_density: impl Fn(f64) -> f64) -> Self {
        let step = (high - low) / GRID as f64;
        let points: Vec<f64> = (0..GRID).map(|i| low + step * (i as f64 + 0.5)).collect();
        let logs: Vec<f64> = points.iter().map(|x| log_density(*x)).collect();
        let top = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let weights: Vec<f64> = logs.iter().map(|l| (l - top).exp()).collect();
        let total: f64 = weights.iter().sum();
        Self { points, weights: weights.into_iter().map(|w| w / total).collect() }
    }

    fn mean(&self, f: impl Fn(f64) -> f64) -> f64 {
        self.points.iter().zip(&self.weights).map(|(x, w)| f(*x) * w).sum()
    }

    /// Mean and standard deviation.
    fn moments(&self, f: impl Fn(f64) -> f64) -> (f64, f64) {
        let mean = self.mean(&f);
        (mean, self.mean(|x| (f(x) - mean).powi(2)).sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(roi: f64, standard_error: f64) -> Evidence {
        Evidence {
            channel: "tv".into(),
            source: EvidenceSource::Experiment,
            roi,
            standard_error,
            weeks_ago: 0.0,
            spend_ratio: 1.0,
            duration: None,
        }
    }

    const BASE: Distribution = Distribution::LogNormal { mu: 0.2, sigma: 0.9 };

    #[test]
    fn a_precise_result_takes_over_and_a_vague_one_hardly_counts() {
        let precise = combine(&BASE, &[&result(3.0, 0.05)], 8);
        assert!((precise.mean() - 3.0).abs() < 0.01 && (precise.sd() - 0.05).abs() < 0.005);
        let vague = combine(&BASE, &[&result(3.0, 100.0)], 8);
        // The base is cut at its 0.1 % and 99.9 % quantiles, which loses a little spread.
        let Distribution::LogNormal { mu, sigma } = vague else { panic!("{vague:?}") };
        assert!((mu - 0.2).abs() < 0.01 && (sigma - 0.9).abs() < 0.02, "{mu} {sigma}");
    }

    #[test]
    fn results_decide_whether_there_may_be_no_effect() {
        let base = Distribution::RectifiedLogNormal { zero: 0.1, mu: 0.2, sigma: 0.7 };
        let clear = combine(&base, &[&result(2.0, 0.2)], 8);
        assert!(matches!(clear, Distribution::LogNormal { .. }), "{clear}");
        assert!((clear.mean() - 2.0).abs() < 0.05 && (clear.sd() - 0.2).abs() < 0.02, "{clear}");
        let Distribution::RectifiedLogNormal { zero, .. } = combine(&base, &[&result(0.0, 0.3)], 8)
        else {
            panic!("a result of nothing must leave room for nothing")
        };
        assert!(zero > 0.3, "{zero}");
        let Distribution::RectifiedLogNormal { zero, mu, sigma } =
            combine(&base, &[&result(1.0, 50.0)], 8)
        else {
            panic!("a vague result must change nothing")
        };
        let near = |a: f64, b: f64| (a - b).abs() < 0.01;
        assert!(near(zero, 0.1) && near(mu, 0.2) && near(sigma, 0.7), "{zero} {mu} {sigma}");
    }

    #[test]
    fn age_spend_and_short_windows_widen_a_result() {
        let old = Evidence { weeks_ago: 52.0, ..result(2.0, 0.5) };
        assert!((old.adjusted(8).1 - 0.5 * 2.0_f64.sqrt()).abs() < 1e-12);
        let other = Evidence { spend_ratio: 0.5, ..result(2.0, 0.5) };
        assert!((other.adjusted(8).1 - 0.5 * 2.0_f64.sqrt()).abs() < 1e-12);
        let short = Evidence { duration: Some(1), ..result(2.0, 0.5) };
        let (mean, se) = short.adjusted(8);
        assert!(mean > 3.9 && se > 0.5, "{mean} {se}");
    }

    #[test]
    fn two_results_agree_on_a_narrower_prior() {
        let one = combine(&BASE, &[&result(2.0, 0.4)], 8);
        let two = combine(&BASE, &[&result(2.0, 0.4), &result(2.2, 0.4)], 8);
        assert!(two.sd() < one.sd());
    }

    #[test]
    fn uplift_and_lifetime_value_are_off_unless_asked_for() {
        let usual = UseEvidence::default();
        assert!(usual.allows(EvidenceSource::Experiment));
        assert!(!usual.allows(EvidenceSource::Uplift) && !usual.allows(EvidenceSource::Ltv));
    }
}
