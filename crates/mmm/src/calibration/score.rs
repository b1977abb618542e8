//! How an answer did on one brand whose truth is known, whatever made the answer.
//!
//! A brand's score has one number per question: how far the returns are off, whether their
//! intervals hold the truth, what all media together brought, and what the plan made of it costs.
//! [`aggregate`] puts the scores of many brands together.

mod aggregate;

use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use aggregate::{BrandRow, Middle, ScoreTable, aggregate, middle};

use super::coverage::interval_score;
use crate::summary::Estimate;

/// Share of the quarter's media outcome that the best plan must gain for regret to mean anything:
/// below it a division by almost nothing would decide the mean.
pub const LEAST_GAIN: f64 = 0.002;

/// Return on spend of one channel, beside the truth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChannelResult {
    /// The channel.
    pub channel: String,
    /// Its spend over the data.
    pub spend: f64,
    /// True return: outcome brought within the data per unit of spend; 0 without any effect.
    pub truth: f64,
    /// The answer.
    pub estimate: Estimate,
}

/// What all paid channels together brought within the data.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TotalResult {
    /// Truth.
    pub truth: f64,
    /// Mean of the answer.
    pub estimate: f64,
}

/// True outcomes of the quarter after the data, its carry-over included.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PlanResult {
    /// With every channel as in the last quarter.
    pub do_nothing: f64,
    /// With the plan that follows from the answer.
    pub planned: f64,
    /// With the best plan of equal total.
    pub best: f64,
    /// Without any paid media.
    pub silence: f64,
}

impl PlanResult {
    /// Share of the best plan's gain over doing nothing that the plan leaves; `None` where there is
    /// next to nothing to gain ([`LEAST_GAIN`]).
    #[must_use]
    pub fn regret(&self) -> Option<f64> {
        let gain = self.best - self.do_nothing;
        let media = self.do_nothing - self.silence;
        (gain > 0.0 && gain >= LEAST_GAIN * media).then(|| (self.best - self.planned) / gain)
    }
}

/// One brand's score.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BrandScore {
    /// Channels.
    pub channels: usize,
    /// Mean over channels of the distance between posterior mean and true return.
    pub error_mean: f64,
    /// The same for the posterior median.
    pub error_median: f64,
    /// Share of channels whose 50 % interval holds the truth.
    pub coverage_50: f64,
    /// Share of channels whose 90 % interval holds the truth.
    pub coverage_90: f64,
    /// Mean over channels of the 90 % interval's score, smaller is better (Winkler 1972; Gneiting
    /// and Raftery 2007, equation 43).
    pub interval_score: f64,
    /// Distance of total media contribution from the truth, as a share of it; `null` where media
    /// brought nothing.
    pub total_media_error: Option<f64>,
    /// Share of the best plan's gain that the plan leaves: 0 is the best plan, 1 is as good as
    /// doing nothing, more is worse than that. `null` without a plan or where there is nothing to
    /// gain ([`LEAST_GAIN`]).
    pub regret: Option<f64>,
}

/// Why there is no score.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ScoreError {
    /// Nothing to score.
    #[error("the brand has no channel with spend")]
    NoChannel,
    /// An answer that is no number.
    #[error("the answer on `{0}` is not a finite number")]
    NotFinite(String),
}

/// Scores one brand.
///
/// # Errors
/// [`ScoreError`] without channels, and for answers that are no numbers.
pub fn score(
    channels: &[ChannelResult],
    total: TotalResult,
    plan: Option<PlanResult>,
) -> Result<BrandScore, ScoreError> {
    if channels.is_empty() {
        return Err(ScoreError::NoChannel);
    }
    let numbers = |e: &Estimate| [e.mean, e.q05, e.q25, e.q50, e.q75, e.q95];
    let odd = |c: &&ChannelResult| numbers(&c.estimate).iter().any(|x| !x.is_finite());
    if let Some(channel) = channels.iter().find(odd) {
        return Err(ScoreError::NotFinite(channel.channel.clone()));
    }
    if !total.estimate.is_finite() {
        return Err(ScoreError::NotFinite("total media".to_owned()));
    }
    if plan.is_some_and(|p| !p.planned.is_finite()) {
        return Err(ScoreError::NotFinite("the plan".to_owned()));
    }
    let n = channels.len() as f64;
    let mean = |f: &dyn Fn(f64, &Estimate) -> f64| {
        channels.iter().map(|c| f(c.truth, &c.estimate)).sum::<f64>() / n
    };
    let held = |truth: f64, low: f64, high: f64| f64::from(low <= truth && truth <= high);
    Ok(BrandScore {
        channels: channels.len(),
        error_mean: mean(&|t, e| (e.mean - t).abs()),
        error_median: mean(&|t, e| (e.q50 - t).abs()),
        coverage_50: mean(&|t, e| held(t, e.q25, e.q75)),
        coverage_90: mean(&|t, e| held(t, e.q05, e.q95)),
        interval_score: mean(&interval_score),
        total_media_error: (total.truth > 0.0)
            .then(|| (total.estimate - total.truth).abs() / total.truth),
        regret: plan.and_then(|plan| plan.regret()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Quantiles -1.645, -0.675, 0, 0.675, 1.645 standard deviations around 2, roughly.
    fn estimate(mean: f64) -> Estimate {
        Estimate { mean, sd: 0.5, q05: 1.0, q25: 1.5, q50: 1.9, q75: 2.5, q95: 3.0 }
    }

    fn channel(truth: f64, mean: f64) -> ChannelResult {
        ChannelResult { channel: "tv".into(), spend: 10.0, truth, estimate: estimate(mean) }
    }

    const TOTAL: TotalResult = TotalResult { truth: 80.0, estimate: 100.0 };

    #[test]
    fn a_score_by_hand() {
        // Truths: inside both intervals, inside the wide one, 0.8 below it and without effect.
        let channels = [channel(2.0, 2.1), channel(2.9, 2.1), channel(0.2, 2.1), channel(0.0, 2.1)];
        let plan = PlanResult { do_nothing: 100.0, planned: 104.0, best: 110.0, silence: 20.0 };
        let score = score(&channels, TOTAL, Some(plan)).unwrap();
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} {b}");
        assert_eq!(score.channels, 4);
        close(score.error_mean, (0.1 + 0.8 + 1.9 + 2.1) / 4.0);
        close(score.error_median, (0.1 + 1.0 + 1.7 + 1.9) / 4.0);
        close(score.coverage_50, 0.25);
        close(score.coverage_90, 0.5);
        // Each interval is 2 wide; two truths lie 0.8 and 1.0 below, each costs twenty times that.
        close(score.interval_score, 2.0 + 20.0 * (0.8 + 1.0) / 4.0);
        close(score.total_media_error.unwrap(), 0.25);
        close(score.regret.unwrap(), 0.6);
    }

    #[test]
    fn regret_is_left_out_where_there_is_nothing_to_gain() {
        let plan = |best| PlanResult { do_nothing: 100.0, planned: 99.0, best, silence: 0.0 };
        let regret = |best| score(&[channel(1.0, 1.0)], TOTAL, Some(plan(best))).unwrap().regret;
        assert_eq!(regret(100.19), None);
        assert_eq!(regret(100.0), None);
        // Worse than doing nothing by half of what could have been gained.
        assert_eq!(regret(102.0), Some(1.5));
        assert_eq!(score(&[channel(1.0, 1.0)], TOTAL, None).unwrap().regret, None);
    }

    #[test]
    fn what_is_no_number_is_no_score() {
        assert_eq!(score(&[], TOTAL, None), Err(ScoreError::NoChannel));
        let odd = [channel(1.0, 1.0), channel(1.0, f64::NAN)];
        assert_eq!(score(&odd, TOTAL, None), Err(ScoreError::NotFinite("tv".into())));
        let total = TotalResult { truth: 0.0, estimate: f64::INFINITY };
        assert!(score(&[channel(1.0, 1.0)], total, None).is_err());
        let nothing = TotalResult { truth: 0.0, estimate: 3.0 };
        let score = score(&[channel(1.0, 1.0)], nothing, None).unwrap();
        assert_eq!(score.total_media_error, None);
    }
}
