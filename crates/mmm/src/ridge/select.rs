//! From thousands of evaluations to a front, clusters and one model.

use std::collections::HashSet;

use indexmap::IndexMap;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use super::cluster::{bootstrap_means, elbow, error_scores, k_means, min_max};
use super::design::{Design, Space};
use super::error::RidgeError;
use super::evaluate::{EvaluationOptions, Evaluator};
use super::model::{CandidateId, RidgeModel};
use super::objective::Objectives;
use super::pareto::fronts;
use super::search::Trace;
use super::settings::{ClusterBy, RidgeSettings};
use crate::summary::quantile_sorted;

/// Share of the candidates that the worst NRMSE and DECOMP.RSSD may lie above.
const KEEP_QUANTILE: f64 = 0.9;
/// Share of the candidates that are kept for their MAPE.LIFT.
const LIFT_QUANTILE: f64 = 0.1;
const BOOTSTRAP_DRAWS: usize = 1000;

/// Mean of a cluster with the range of its bootstrap: a spread over models that fit about
/// equally well. It is not a statistical confidence interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ClusterSpread {
    /// Mean over the cluster's models.
    pub mean: f64,
    /// 2.5 % quantile of the bootstrapped mean.
    pub low: f64,
    /// 97.5 % quantile of the bootstrapped mean.
    pub high: f64,
}

/// A group of candidates that tell the same story.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Cluster {
    /// Candidates in it.
    pub size: usize,
    /// Index of its winner among the models.
    pub winner: usize,
    /// Return on spend by channel.
    pub roi_spread: IndexMap<String, ClusterSpread>,
}

/// Kept candidates, their clusters and the chosen model.
pub(crate) struct Selection {
    pub(crate) models: Vec<RidgeModel>,
    pub(crate) clusters: Vec<Cluster>,
    pub(crate) chosen: usize,
}

/// Selects among all evaluations.
pub(crate) fn select(
    design: &Design,
    space: &Space,
    settings: &RidgeSettings,
    traces: &[Trace],
    seed: u64,
) -> Result<Selection, RidgeError> {
    let all: Vec<(CandidateId, &[f64], &Objectives)> = traces
        .iter()
        .enumerate()
        .flat_map(|(t, trace)| {
            trace.objectives().iter().enumerate().map(move |(i, o)| {
                (CandidateId { trial: t + 1, iteration: i + 1 }, trace.point(i), o)
            })
        })
        .collect();
    // The search may try a vector twice; it is one candidate.
    let mut seen = HashSet::new();
    let usable: Vec<_> = all
        .iter()
        .filter(|c| c.2.nrmse.is_finite() && c.2.decomp_rssd.is_finite())
        .filter(|c| seen.insert(c.1.iter().map(|v| v.to_bits()).collect::<Vec<u64>>()))
        .collect();
    if usable.is_empty() {
        return Err(RidgeError::NoModel { tried: all.len() });
    }
    let limit = |f: fn(&Objectives) -> f64, q: f64| {
        let mut values: Vec<f64> = usable.iter().map(|c| f(c.2)).collect();
        values.sort_by(f64::total_cmp);
        quantile_sorted(&values, q)
    };
    let lift = |o: &Objectives| o.mape_lift.unwrap_or(0.0);
    let max_lift = limit(lift, LIFT_QUANTILE);
    let max_nrmse = limit(|o| o.nrmse, KEEP_QUANTILE);
    let max_rssd = limit(|o| o.decomp_rssd, KEEP_QUANTILE);
    let mut kept: Vec<_> = usable
        .iter()
        .filter(|c| c.2.nrmse <= max_nrmse && c.2.decomp_rssd <= max_rssd && lift(c.2) <= max_lift)
        .collect();
    if kept.is_empty() {
        kept = usable.iter().collect();
    }
    let points: Vec<(f64, f64)> = kept.iter().map(|c| (c.2.nrmse, c.2.decomp_rssd)).collect();
    let mut evaluator = Evaluator::new(design, space, EvaluationOptions::from(settings));
    let mut models: Vec<RidgeModel> = fronts(&points, settings.candidates_min)
        .into_iter()
        .map(|(i, front)| {
            RidgeModel::read(&mut evaluator, design, space, kept[i].1, kept[i].0, front)
        })
        .collect();
    let objectives: Vec<Vec<f64>> = models
        .iter()
        .map(|m| vec![m.objectives.nrmse, m.objectives.decomp_rssd, lift(&m.objectives)])
        .collect();
    for (model, score) in models.iter_mut().zip(error_scores(&objectives)) {
        model.error_score = score;
    }
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let clusters = cluster(&mut models, space, settings, &mut rng);
    let chosen = best(models.iter().enumerate()).unwrap_or(0);
    Ok(Selection { models, clusters, chosen })
}

fn best<'a>(models: impl Iterator<Item = (usize, &'a RidgeModel)>) -> Option<usize> {
    models.min_by(|a, b| a.1.error_score.total_cmp(&b.1.error_score)).map(|(i, _)| i)
}

fn cluster(
    models: &mut [RidgeModel],
    space: &Space,
    settings: &RidgeSettings,
    rng: &mut ChaCha8Rng,
) -> Vec<Cluster> {
    let by_roi = settings.cluster_by == ClusterBy::Roi && models.iter().any(|m| !m.roi.is_empty());
    let mut features: Vec<Vec<f64>> = models
        .iter()
        .map(|m| if by_roi { m.roi.values().copied().collect() } else { m.point() })
        .collect();
    if by_roi {
        min_max(&mut features);
    } else {
        for row in &mut features {
            for (v, d) in row.iter_mut().zip(space.dimensions()) {
                let [low, high] = d.interval;
                *v = if high > low { (*v - low) / (high - low) } else { 0.0 };
            }
        }
    }
    let k = settings.clusters.unwrap_or_else(|| elbow(&features, rng));
    let (raw, _) = k_means(&features, k, rng);
    // Number clusters by first appearance and drop empty ones, so that ids are stable.
    let mut order: Vec<usize> = Vec::new();
    for (model, c) in models.iter_mut().zip(raw) {
        let id = order.iter().position(|o| *o == c).unwrap_or_else(|| {
            order.push(c);
            order.len() - 1
        });
        model.cluster = id;
    }
    (0..order.len())
        .map(|id| {
            let members = || models.iter().enumerate().filter(move |(_, m)| m.cluster == id);
            let names = models.first().map(|m| m.roi.keys().cloned()).into_iter().flatten();
            let roi_spread = names
                .map(|name| {
                    let values: Vec<f64> =
                        members().filter_map(|(_, m)| m.roi.get(&name).copied()).collect();
                    let spread = bootstrap(&values, rng);
                    (name, spread)
                })
                .collect();
            Cluster { size: members().count(), winner: best(members()).unwrap_or(0), roi_spread }
        })
        .collect()
}

fn bootstrap(values: &[f64], rng: &mut ChaCha8Rng) -> ClusterSpread {
    let mut means = bootstrap_means(values, BOOTSTRAP_DRAWS, rng);
    means.sort_by(f64::total_cmp);
    ClusterSpread {
        mean: values.iter().sum::<f64>() / values.len().max(1) as f64,
        low: quantile_sorted(&means, 0.025),
        high: quantile_sorted(&means, 0.975),
    }
}
