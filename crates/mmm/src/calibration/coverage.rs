//! Intervals beside truths that are known because the world was simulated.

use serde::{Deserialize, Serialize};

use crate::ensemble::Ensemble;
use crate::summary::Estimate;

/// An estimate beside the truth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scored {
    /// The world that it belongs to.
    pub world: usize,
    /// The channel.
    pub channel: String,
    /// The true value.
    pub truth: f64,
    /// The estimate.
    pub estimate: Estimate,
}

/// What paid channels brought in the periods of the panel.
#[derive(Debug, Clone, PartialEq)]
pub struct Returns {
    /// Return on spend of every paid channel that spent, by name: outcome per unit of spend.
    pub channels: Vec<(String, Estimate)>,
    /// Outcome of all paid channels together.
    pub total: Estimate,
}

/// What paid channels brought, over the draws of an ensemble.
pub fn returns(ensemble: &Ensemble) -> Returns {
    let model = ensemble.model();
    let accounts = ensemble.explain(|explainer, draw| -> Vec<f64> {
        let account = explainer.account(draw);
        account.channels.iter().map(|periods| periods.iter().sum()).collect()
    });
    // Paid channels come first among the model's units.
    let paid = model.panel.channels.len();
    let together: Vec<f64> = accounts.iter().map(|a| a.iter().take(paid).sum()).collect();
    let spends = model.panel.channels.iter().map(|channel| channel.spend.total()).enumerate();
    let channels = spends.filter(|(_, spend)| *spend > 0.0).map(|(m, spend)| {
        let draws: Vec<f64> = accounts.iter().map(|a| a[m] / spend).collect();
        (model.panel.channels[m].name.clone(), Estimate::from_draws(&draws))
    });
    Returns { channels: channels.collect(), total: Estimate::from_draws(&together) }
}

/// A mean with its standard error.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// Mean.
    pub mean: f64,
    /// Standard error, with channels of one world taken together: they share data and noise.
    pub se: f64,
}

/// How estimates did against truths.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Coverage {
    /// Number of worlds.
    pub worlds: usize,
    /// Number of estimates.
    pub estimates: usize,
    /// Share of 50 % intervals that hold the truth.
    pub coverage_50: Measured,
    /// Share of 90 % intervals that hold the truth.
    pub coverage_90: Measured,
    /// Share of estimates whose 90 % interval lies above the truth.
    pub above: Measured,
    /// Share of estimates whose 90 % interval lies below the truth.
    pub below: Measured,
    /// Mean of posterior median minus truth.
    pub bias: Measured,
    /// Mean absolute distance between posterior median and truth.
    pub absolute_error: Measured,
    /// Mean width of 90 % intervals.
    pub width_90: Measured,
    /// Mean interval score of 90 % intervals, smaller is better: width plus twenty times what the
    /// truth lies outside (Gneiting and Raftery 2007, equation 43).
    pub interval_score: Measured,
}

/// Scores estimates; `None` without any.
pub fn coverage(scored: &[Scored]) -> Option<Coverage> {
    if scored.is_empty() {
        return None;
    }
    let measure = |f: &dyn Fn(f64, &Estimate) -> f64| measured(scored, f);
    let held = |truth: f64, low: f64, high: f64| f64::from(low <= truth && truth <= high);
    Some(Coverage {
        worlds: clusters(scored).len(),
        estimates: scored.len(),
        coverage_50: measure(&|t, e| held(t, e.q25, e.q75)),
        coverage_90: measure(&|t, e| held(t, e.q05, e.q95)),
        above: measure(&|t, e| f64::from(t < e.q05)),
        below: measure(&|t, e| f64::from(t > e.q95)),
        bias: measure(&|t, e| e.q50 - t),
        absolute_error: measure(&|t, e| (e.q50 - t).abs()),
        width_90: measure(&|_, e| e.q95 - e.q05),
        interval_score: measure(&interval_score),
    })
}

/// Score of the 90 % interval: its width plus twenty times what the truth lies outside.
pub(super) fn interval_score(truth: f64, e: &Estimate) -> f64 {
    e.q95 - e.q05 + 2.0 / 0.1 * ((e.q05 - truth).max(0.0) + (truth - e.q95).max(0.0))
}

/// Worlds in ascending order.
fn clusters(scored: &[Scored]) -> Vec<usize> {
    let mut worlds: Vec<usize> = scored.iter().map(|s| s.world).collect();
    worlds.sort_unstable();
    worlds.dedup();
    worlds
}

/// Mean with the cluster-robust standard error.
fn measured(scored: &[Scored], f: &dyn Fn(f64, &Estimate) -> f64) -> Measured {
    let n = scored.len() as f64;
    let mean = scored.iter().map(|s| f(s.truth, &s.estimate)).sum::<f64>() / n;
    let worlds = clusters(scored);
    let squares: f64 = worlds
        .iter()
        .map(|world| {
            let own = scored.iter().filter(|s| s.world == *world);
            own.map(|s| f(s.truth, &s.estimate) - mean).sum::<f64>().powi(2)
        })
        .sum();
    let many = worlds.len() as f64;
    let factor = if many > 1.0 { many / (many - 1.0) } else { 1.0 };
    Measured { mean, se: (factor * squares).sqrt() / n }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scored(world: usize, truth: f64) -> Scored {
        let draws: Vec<f64> = (0..=1000).map(|i| f64::from(i) / 1000.0).collect();
        let estimate = Estimate::from_draws(&draws);
        Scored { world, channel: "search".into(), truth, estimate }
    }

    #[test]
    fn coverage_counts_what_intervals_hold() {
        let all = [scored(0, 0.5), scored(0, 0.8), scored(1, 0.99), scored(1, -0.1)];
        let c = coverage(&all).unwrap();
        assert_eq!((c.worlds, c.estimates), (2, 4));
        assert_eq!(c.coverage_50.mean, 0.25);
        assert_eq!(c.coverage_90.mean, 0.5);
        assert_eq!((c.above.mean, c.below.mean), (0.25, 0.25));
        // Two outside by 0.04 and 0.15, each costs twenty times that.
        assert!((c.interval_score.mean - (0.9 + 20.0 * 0.19 / 4.0)).abs() < 1e-9);
    }

    #[test]
    fn channels_of_one_world_count_as_one() {
        let twice: Vec<Scored> = [0.5, 0.99, 0.2, 0.98, 0.4, 0.6]
            .iter()
            .enumerate()
            .flat_map(|(w, t)| [scored(w, *t), scored(w, *t)])
            .collect();
        let once: Vec<Scored> = twice.iter().step_by(2).cloned().collect();
        let (a, b) = (coverage(&twice).unwrap(), coverage(&once).unwrap());
        assert!((a.coverage_90.se - b.coverage_90.se).abs() < 1e-12);
        assert_eq!(coverage(&[]), None);
    }
}
