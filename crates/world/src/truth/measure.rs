//! Measures a mechanism from outside: every number is a difference of expected outcomes.

use indexmap::IndexMap;
use outlay_core::{Exposure, Grid, Panel};

use super::{
    ChannelParameters, ChannelTruth, CurveTruth, MediaKind, ResponseTruth, TRUTH_SCHEMA,
    TotalTruth, TreatmentTruth, Truth,
};
use crate::mechanism::{Mechanism, MediaEffect, Units, scaled};
use crate::spec::{Order, WorldSpec};

/// Step of spend for marginal returns, as a share of what was spent.
const STEP: f64 = 0.01;
/// Response curves have a point every tenth of the historical spend, up to twice as much.
const CURVE_POINTS: usize = 21;
const SATURATION_POINTS: usize = 31;

/// What the simulation knows besides panel and mechanism.
pub(crate) struct Facts<'a> {
    pub(crate) spec: &'a WorldSpec,
    pub(crate) seed: u64,
    pub(crate) panel: &'a Panel,
    pub(crate) mechanism: &'a Mechanism,
    /// The media plan with its unseen history, in the mechanism's order.
    pub(crate) plan: &'a [Exposure],
    pub(crate) names: &'a [String],
    pub(crate) parameters: Vec<ChannelParameters>,
    pub(crate) baseline_parts: &'a IndexMap<String, Grid>,
    /// Latent demand over the data, mean over people.
    pub(crate) demand: Vec<f64>,
    pub(crate) noise_sd: f64,
    pub(crate) clamped_cells: usize,
}

pub(crate) fn measure(facts: Facts<'_>) -> Truth {
    let (spec, panel, mechanism, plan) = (facts.spec, facts.panel, facts.mechanism, facts.plan);
    let worth = spec.outcome_per_unit();
    let units = mechanism.units(plan);
    let expected = mechanism.combine(&units).map(|x| x * worth);
    let observed = panel.kpi.values.map(|x| x * worth);
    let noise = minus(&observed, &expected);
    let total_outcome = observed.total();
    let total_spend: f64 = panel.channels.iter().map(|c| c.spend.total()).sum();

    let mut channels = IndexMap::new();
    for (m, (name, parameters)) in facts.names.iter().zip(&facts.parameters).enumerate() {
        let probe = Probe { mechanism, plan, units: &units, m, worth, expected: &expected };
        let spend = panel.channels.get(m).map(|c| &c.spend);
        let mut truth = probe.channel(spend, parameters, &facts.demand);
        truth.contribution_share = ratio(truth.contribution, total_outcome).unwrap_or(0.0);
        truth.spend_share = ratio(truth.spend, total_spend).unwrap_or(0.0);
        truth.cpa =
            spend.and_then(|_| ratio(truth.spend, truth.contribution / worth)).filter(|x| *x > 0.0);
        channels.insert(name.clone(), truth);
    }

    let without = |n: usize| {
        let mut left = units.clone();
        left.iter_mut().take(n).for_each(|unit| *unit = mechanism.nothing());
        mechanism.combine(&left).map(|x| x * worth)
    };
    let without_paid = without(panel.channels.len());
    let baseline = without(plan.len());
    let paid = expected.total() - without_paid.total();
    let part = |grid: &Grid| grid.map(|x| x * worth).national();

    Truth {
        schema: TRUTH_SCHEMA.to_owned(),
        world: spec.name.clone(),
        seed: facts.seed,
        fingerprint: panel.fingerprint().as_str().to_owned(),
        outcome_unit: if spec.outcome_is_money() {
            spec.kpi.currency.code().to_owned()
        } else {
            spec.kpi.name.clone()
        },
        outcome_is_money: spec.outcome_is_money(),
        currency: spec.kpi.currency.code().to_owned(),
        granularity: spec.granularity,
        dates: panel.calendar.starts().to_vec(),
        geos: panel.geos.clone(),
        total_outcome,
        total_spend,
        channels,
        total_media: TotalTruth {
            spend: total_spend,
            contribution: paid,
            contribution_share: ratio(paid, total_outcome).unwrap_or(0.0),
            roi: ratio(paid, total_spend).unwrap_or(0.0),
        },
        baseline: baseline.national(),
        baseline_share: ratio(baseline.total(), total_outcome).unwrap_or(0.0),
        baseline_by_geo: rows(&baseline),
        baseline_parts: facts.baseline_parts.iter().map(|(n, g)| (n.clone(), part(g))).collect(),
        treatments: treatments(&facts),
        control_effects: spec
            .controls
            .iter()
            .map(|c| (c.name.clone(), c.effect))
            .chain(
                spec.baseline
                    .events
                    .iter()
                    .filter(|e| e.observed)
                    .map(|e| (e.name.clone(), e.effect)),
            )
            .collect(),
        demand: facts.demand.clone(),
        r2: explained(&observed.national(), &noise.national()),
        expected: expected.national(),
        noise: noise.national(),
        noise_by_geo: rows(&noise),
        noise_sd: facts.noise_sd,
        next_quarter: None,
        clamped_cells: facts.clamped_cells,
        spec: spec.clone(),
    }
}

/// Asks the mechanism about one channel.
struct Probe<'a> {
    mechanism: &'a Mechanism,
    plan: &'a [Exposure],
    /// Responses to the plan.
    units: &'a [Units],
    m: usize,
    worth: f64,
    expected: &'a Grid,
}

impl Probe<'_> {
    fn outcome(&self, factor: f64) -> Grid {
        // Only this channel's response changes with its exposure.
        let own = std::slice::from_ref(&self.plan[self.m]);
        let mut units = self.units.to_vec();
        if let [exposure] = scaled(own, 0, factor).as_slice() {
            units[self.m] = self.mechanism.unit(self.m, exposure);
        }
        self.mechanism.combine(&units).map(|x| x * self.worth)
    }

    fn channel(
        &self,
        spend: Option<&Grid>,
        parameters: &ChannelParameters,
        demand: &[f64],
    ) -> ChannelTruth {
        let without = self.outcome(0.0);
        let brought = minus(self.expected, &without);
        let contribution = brought.total();
        let total = spend.map_or(0.0, Grid::total);
        let response = spend.map(|_| self.response(total, without.total()));
        let volume = spend.cloned().unwrap_or_else(|| self.plan[self.m].impressions());
        let seen = volume.national();
        let effect = &self.mechanism.media[self.m];
        ChannelTruth {
            kind: if spend.is_some() { MediaKind::Paid } else { MediaKind::Organic },
            spend: total,
            spend_share: 0.0,
            contribution,
            contribution_share: 0.0,
            roi: ratio(contribution, total),
            mroi: spend.and_then(|_| {
                let more = self.outcome(1.0 + STEP).total() - self.expected.total();
                ratio(more, STEP * total)
            }),
            cpa: None,
            carryover_share: self.carried(effect),
            contribution_by_period: brought.national(),
            roi_by_geo: (0..brought.geos())
                .map(|g| {
                    let spent = spend.map_or(0.0, |s| s.row(g).iter().sum());
                    ratio(brought.row(g).iter().sum(), spent)
                })
                .collect(),
            contribution_by_geo: rows(&brought),
            response,
            adstock: effect.carry_over.weights(),
            saturation: self.saturation(effect),
            parameters: parameters.clone(),
            demand_correlation: correlation(
                &seen[seen.len().saturating_sub(demand.len())..],
                demand,
            ),
        }
    }

    fn response(&self, spend: f64, without: f64) -> ResponseTruth {
        let multiplier: Vec<f64> =
            (0..CURVE_POINTS).map(|i| 2.0 * i as f64 / (CURVE_POINTS - 1) as f64).collect();
        let totals: Vec<f64> = multiplier.iter().map(|k| self.outcome(*k).total()).collect();
        let marginal = multiplier.iter().zip(&totals).map(|(k, total)| {
            let more = self.outcome(k + STEP).total() - total;
            ratio(more, STEP * spend).unwrap_or(0.0)
        });
        ResponseTruth {
            spend: multiplier.iter().map(|k| k * spend).collect(),
            outcome: totals.iter().map(|total| total - without).collect(),
            marginal: marginal.collect(),
            multiplier,
        }
    }

    /// Share of the effect that exposure of earlier periods has.
    fn carried(&self, effect: &MediaEffect) -> f64 {
        let history = self.mechanism.history;
        let now = effect.carry_over.weights().first().copied().unwrap_or(1.0);
        let (mut immediate, mut all) = (0.0, 0.0);
        for (g, people) in self.mechanism.people.iter().enumerate() {
            let exposure = &self.plan[self.m];
            let unit = effect.unit_effect(exposure, g, *people);
            // The branch by shares has the drift from `unit` already, the other one not.
            let by_share =
                matches!((exposure, effect.order), (Exposure::Volume { .. }, Order::AdstockFirst));
            let again = |t: usize| if by_share { 1.0 } else { effect.strength(t) };
            let at_once: Vec<f64> = match (exposure, effect.order) {
                (Exposure::Volume { values, .. }, Order::AdstockFirst) => {
                    let felt = effect.carry_over.carry(values.row(g));
                    let share = values
                        .row(g)
                        .iter()
                        .zip(&felt)
                        .map(|(x, a)| if *a > 0.0 { now * x / a } else { 0.0 });
                    share.zip(&unit).map(|(s, u)| s * u).collect()
                }
                (exposure, _) => {
                    // After saturation carry-over is a plain sum: take it apart by its weights.
                    let mut without_carry = Vec::with_capacity(unit.len());
                    for t in 0..unit.len() {
                        without_carry.push(now * self.fresh(effect, exposure, g, *people, t));
                    }
                    without_carry
                }
            };
            let at_once = at_once.iter().enumerate().map(|(t, u)| u * again(t));
            immediate += effect.size[g] * at_once.skip(history).sum::<f64>();
            all += effect.size[g] * unit.iter().skip(history).sum::<f64>();
        }
        if all > 0.0 { (1.0 - immediate / all).clamp(0.0, 1.0) } else { 0.0 }
    }

    /// Response to the exposure of one period alone, before it is carried over.
    fn fresh(
        &self,
        effect: &MediaEffect,
        exposure: &Exposure,
        g: usize,
        people: f64,
        t: usize,
    ) -> f64 {
        let per_head = effect.reference * people;
        let respond = |z: f64| effect.response.respond(&[z]).first().copied().unwrap_or(0.0);
        match exposure {
            Exposure::Volume { values, .. } => respond(values.at(g, t) / per_head),
            Exposure::ReachFrequency { reach, frequency } => {
                reach.at(g, t) / per_head * respond(frequency.at(g, t))
            }
        }
    }

    fn saturation(&self, effect: &MediaEffect) -> CurveTruth {
        let mut top = 0.0_f64;
        for (g, people) in self.mechanism.people.iter().enumerate() {
            let levels = match (&self.plan[self.m], effect.order) {
                (Exposure::ReachFrequency { frequency, .. }, _) => frequency.row(g).to_vec(),
                (Exposure::Volume { values, .. }, order) => {
                    let relative: Vec<f64> =
                        values.row(g).iter().map(|x| x / (effect.reference * people)).collect();
                    if order == Order::AdstockFirst {
                        effect.carry_over.carry(&relative)
                    } else {
                        relative
                    }
                }
            };
            top = levels.iter().skip(self.mechanism.history).copied().fold(top, f64::max);
        }
        let x: Vec<f64> = (0..SATURATION_POINTS)
            .map(|i| 1.5 * top * i as f64 / (SATURATION_POINTS - 1) as f64)
            .collect();
        let most = effect.response.respond(&[top]).first().copied().unwrap_or(0.0);
        let y = effect.response.respond(&x).into_iter();
        CurveTruth { y: y.map(|y| ratio(y, most).unwrap_or(0.0)).collect(), x }
    }
}

fn treatments(facts: &Facts<'_>) -> IndexMap<String, TreatmentTruth> {
    let worth = facts.spec.outcome_per_unit();
    let truth = |treatment: &crate::spec::Treatment| TreatmentTruth {
        reference: treatment.reference(),
        effect: treatment.effect,
        contribution: facts.baseline_parts.get(&treatment.name).map_or(0.0, Grid::total) * worth,
    };
    facts.spec.treatments.iter().map(|t| (t.name.clone(), truth(t))).collect()
}

fn minus(a: &Grid, b: &Grid) -> Grid {
    Grid::from_fn(a.geos(), a.periods(), |g, t| a.at(g, t) - b.at(g, t))
}

fn rows(grid: &Grid) -> Vec<Vec<f64>> {
    (0..grid.geos()).map(|g| grid.row(g).to_vec()).collect()
}

fn ratio(a: f64, b: f64) -> Option<f64> {
    (b != 0.0).then(|| a / b).filter(|x| x.is_finite())
}

fn explained(observed: &[f64], noise: &[f64]) -> f64 {
    let mean = observed.iter().sum::<f64>() / observed.len().max(1) as f64;
    let total: f64 = observed.iter().map(|y| (y - mean).powi(2)).sum();
    1.0 - ratio(noise.iter().map(|e| e * e).sum(), total).unwrap_or(0.0)
}

/// Pearson's correlation; 0 where one of the two does not move.
pub(crate) fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let n = a.len().min(b.len()).max(1) as f64;
    let (ma, mb) = (a.iter().sum::<f64>() / n, b.iter().sum::<f64>() / n);
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (x, y) in a.iter().zip(b) {
        ab += (x - ma) * (y - mb);
        aa += (x - ma).powi(2);
        bb += (y - mb).powi(2);
    }
    ratio(ab, (aa * bb).sqrt()).unwrap_or(0.0)
}
