//! How strong a demand that nobody measured would have to be to undo an answer.
//!
//! A demand that moves both a channel's exposure and the KPI, and that no control shows, is taken
//! for the channel's effect. How much of it is needed follows from two partial R² (Cinelli and
//! Hazlett 2020, "Making sense of sensitivity: extending omitted variable bias"): with `f²` the
//! channel's signal over what is left of the KPI, a demand that explains `R²_D` of what is left of
//! the exposure and `R²_Y` of what is left of the KPI moves an estimate by
//! `√(R²_Y R²_D / (1 - R²_D)) / f` of itself.
//!
//! What is left is measured as the model sees it: in the precision `C⁻¹` of everything but media,
//! `C = X S² Xᵀ + (σ²/p) Ω⁻¹` (baseline with its priors, autocorrelated noise, coarsened by `p`),
//! and after the other channels. The channel's term `d` of the predictor, its posterior mean, has
//! the information `I = d̃ᵀ C⁻¹ d̃`, and what is left of the KPI is `p n` in that measure, so
//! `f² = I / (p n)`. An answer that rests on its prior or on an experiment moves less than the
//! data's own estimate. How much less the draws say: to first order, a KPI larger by `b d̃` moves
//! the posterior mean of a channel's total `c` by `b Cov(c, s)`, `s = d̃ᵀ C⁻¹ Σ terms` (the score
//! in `b`), so by `w = Cov(c, s) / E c` of what it moves a regression.

mod means;
mod measure;
mod words;

use indexmap::IndexMap;

use crate::ensemble::{Ensemble, Member};
use crate::explain::part_name;
use crate::model::Model;
use crate::model::design::{Column, Part};
use crate::summary::{DemandReference, HiddenDemand};

use means::Means;
use measure::{Look, Measure};

/// The share of the return that is to be undone.
const UNDONE: f64 = 0.5;

/// What an observed demand does, to exposure and KPI.
#[derive(Debug, Clone, Copy, Default)]
struct Strength {
    exposure: f64,
    outcome: f64,
    moved: f64,
}

/// One channel under one structure.
#[derive(Debug, Clone, Default)]
struct Finding {
    /// `w / f`: by what share of itself the answer moves per unit of `√(R²_Y R²_D / (1 - R²_D))`.
    moves: f64,
    references: IndexMap<String, Strength>,
}

/// Per channel, in the order of the model's units; `None` where nothing was brought or the figures
/// cannot be had. Structures count by their weights.
pub(super) fn hidden_demand(ensemble: &Ensemble, kpi: &str) -> Vec<Option<HiddenDemand>> {
    let units = ensemble.model().units.len();
    let mut sums: Vec<(f64, Finding)> = vec![Default::default(); units];
    for member in ensemble.members.iter().filter(|m| m.weight > 0.0 && !m.fitted.is_empty()) {
        let Some(findings) = under(member) else { continue };
        for ((weight, sum), own) in sums.iter_mut().zip(findings) {
            let Some(own) = own else { continue };
            *weight += member.weight;
            sum.moves += member.weight * own.moves;
            for (name, strength) in own.references {
                let sum = sum.references.entry(name).or_default();
                sum.exposure += member.weight * strength.exposure;
                sum.outcome += member.weight * strength.outcome;
                sum.moved += member.weight * strength.moved;
            }
        }
    }
    let units = ensemble.model().units.iter();
    let told = |((weight, sum), name): ((f64, Finding), &str)| {
        (weight > 0.0).then(|| told(weight, sum, name, kpi))
    };
    sums.into_iter().zip(units.map(|u| u.name.as_str())).map(told).collect()
}

fn told(weight: f64, sum: Finding, channel: &str, kpi: &str) -> HiddenDemand {
    let references = sum.references.into_iter().map(|(name, s)| DemandReference {
        name,
        exposure: s.exposure / weight,
        outcome: s.outcome / weight,
        left: (1.0 - s.moved / weight).max(0.0),
    });
    let mut references: Vec<DemandReference> = references.collect();
    references.sort_by(|a, b| a.left.total_cmp(&b.left));
    let halves = robustness(UNDONE * weight / sum.moves);
    let sentence = words::sentence(channel, halves, references.first(), kpi);
    HiddenDemand { halves, references, sentence }
}

/// Robustness value of a signal of which that much is to be undone: the share that a demand would
/// have to explain of both.
fn robustness(f: f64) -> f64 {
    let square = f * f;
    // The same as (√(f⁴ + 4 f²) - f²) / 2, without the difference of large numbers.
    if square.is_finite() { 2.0 * f / ((square + 4.0).sqrt() + f) } else { 1.0 }
}

/// Partial R²: the share of what was left `without` that is no longer left `with`.
fn explained(with: f64, without: f64) -> f64 {
    if without > 0.0 { (1.0 - with / without).clamp(0.0, 1.0) } else { 0.0 }
}

/// By what share of itself an answer that `moves` that much is moved by a demand that is to
/// exposure and KPI what an observed one is, partial R² `exposure` and `outcome` (the bounds by
/// observed covariates, k = 1). `data` is `w`, the share in which the answer follows the data.
fn moved_by(exposure: f64, outcome: f64, moves: f64, data: f64) -> f64 {
    let odds = |r2: f64| r2 / (1.0 - r2);
    let own = odds(exposure);
    if own >= 1.0 {
        // Nothing of the exposure would be left that demand does not explain: all that the data
        // said is undone, not what the prior or an experiment holds.
        return data.min(1.0);
    }
    let eta = (1.0 + own) / (1.0 - own * own).sqrt();
    let outcome = (eta * eta * odds(outcome)).min(1.0);
    (outcome * odds(own)).sqrt() * moves
}

/// Every channel under one structure.
fn under(member: &Member) -> Option<Vec<Option<Finding>>> {
    let model = &member.fitted.model;
    let means = Means::of(member);
    let mut measure = Measure::new(model, &means);
    let active: Vec<usize> =
        (0..means.terms.len()).filter(|m| means.terms[*m].iter().any(|v| *v != 0.0)).collect();
    let mut regressors: Vec<Vec<f64>> = active.iter().map(|m| means.terms[*m].clone()).collect();
    let rest = model.target.iter().enumerate().map(|(cell, y)| {
        let media: f64 = regressors.iter().map(|d| d[cell]).sum();
        (y - media - means.explicit[cell]) * model.observed[cell]
    });
    let rest: Vec<f64> = rest.collect();
    // Columns whose coefficients are sampled stand beside the channels.
    let periods = model.periods();
    regressors.extend(model.explicit.iter().map(|(c, _)| c.dense(model.geos(), periods)));
    for series in &mut regressors {
        series.iter_mut().zip(&model.observed).for_each(|(v, w)| *v *= w);
    }
    let whole = measure.look(&regressors, &rest, None)?;
    let names = demands(model);
    let without: Vec<(String, Look)> = names
        .into_iter()
        .filter_map(|(name, part)| Some((name, measure.look(&regressors, &rest, Some(&part))?)))
        .collect();
    let observed: f64 = model.observed.iter().sum();
    let mut findings = vec![None; means.terms.len()];
    for (i, m) in active.iter().enumerate() {
        let information = whole.information[i];
        let signal = (information / (model.power * observed)).sqrt();
        // Where the data do not move the answer, no demand does.
        let data = means.moved(*m, &whole.along[i]).max(0.0);
        let moves = data / signal;
        if !moves.is_finite() {
            continue;
        }
        let references = without.iter().map(|(name, look)| {
            let exposure = explained(information, look.information[i]);
            let outcome = explained(whole.left, look.left);
            let moved = moved_by(exposure, outcome, moves, data);
            (name.clone(), Strength { exposure, outcome, moved })
        });
        findings[*m] = Some(Finding { moves, references: references.collect() });
    }
    Some(findings)
}

/// Demand that is observed: each control and the seasons.
fn demands(model: &Model) -> IndexMap<String, Part> {
    let is_demand = |c: &&Column| matches!(c.part, Part::Control(_) | Part::Seasonality);
    let columns = model.block.design.columns.iter().filter(is_demand);
    columns.map(|c| (part_name(model, &c.part), c.part.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The published example of the method (attitudes after violence in Darfur, as its authors'
    /// own package prints it): t = 4.184 with 783 degrees of freedom; the covariate `female`
    /// explains 0.907 % of exposure and 10.9 % of the outcome.
    #[test]
    fn the_published_example_comes_out() {
        let f = 4.184 / 783.0_f64.sqrt();
        assert!((robustness(f) - 0.1388).abs() < 1e-4, "{}", robustness(f));
        let left = 1.0 - moved_by(0.009_08, 0.109_0, 1.0 / f, 1.0);
        assert!((left - 0.0752 / 0.0973).abs() < 1e-3, "{left}");
    }

    #[test]
    fn a_demand_of_the_robustness_value_undoes_that_much() {
        for f in [1e-4, 0.05, 0.3, 2.0, 50.0] {
            let r2 = robustness(f);
            let moved = (r2 * r2 / (1.0 - r2)).sqrt();
            assert!((moved / f - 1.0).abs() < 1e-9, "{f}: {moved}");
        }
        assert_eq!((robustness(0.0), robustness(f64::INFINITY)), (0.0, 1.0));
        assert!(robustness(1e200) <= 1.0);
    }

    #[test]
    fn a_demand_that_leaves_nothing_of_exposure_undoes_all_that_the_data_said() {
        assert_eq!(moved_by(0.6, 0.1, 2.0, 1.0), 1.0);
        assert_eq!(moved_by(0.6, 0.1, 2.0, 0.1), 0.1, "an experiment holds the rest");
        assert_eq!(moved_by(0.6, 0.1, 0.0, 0.0), 0.0, "an answer that the data do not move stays");
    }
}
