//! From draws to the answers of [`crate::summary`].

mod curves;
mod health;
mod hidden;
mod quality;
mod sentence;
mod separability;
mod structures;

use indexmap::IndexMap;
use outlay_core::registry::Registry;
use outlay_inference::diagnostics;
use rayon::prelude::*;

use crate::ensemble::{Ensemble, Member};
use crate::explain::Account;
use crate::model::Model;
use crate::scalars::{Scalars, effect_parameter};
use crate::spec::EffectQuantity;
use crate::summary::{
    BandSeries, ChannelKind, ChannelSummary, DataSummary, Decomposition, Diagnostics, Estimate,
    Method, ParameterSummary, PriorShift, SCHEMA, Summary, Timing, TotalSummary,
};

pub use quality::{backtest_error, naive_forecast, total_error};

/// Draws used for series and curves; totals use all.
const SERIES_DRAWS: usize = 1000;

/// Facts about a fit that the model does not know.
#[derive(Debug, Clone, Default)]
pub struct Provenance {
    /// The specification that was asked for, all its structures included.
    pub spec: Option<crate::spec::Spec>,
    /// Name of the data's source.
    pub source: String,
    /// Version of the program.
    pub version: String,
    /// Where the time went.
    pub timing: Timing,
    /// Rolling-origin backtest, where one was run.
    pub backtest: Option<crate::summary::Backtest>,
}

/// Summarises a fit: of one structure, or of several by their weights.
pub fn summarise(ensemble: &Ensemble, registry: &Registry, provenance: &Provenance) -> Summary {
    let leading = &ensemble.leading().fitted;
    let model = &leading.model;
    let accounts: Vec<Account> = ensemble.explain(|explainer, draw| explainer.account(draw));
    let thin = ensemble.thinned(SERIES_DRAWS);
    let total_outcome = model.total_outcome();
    let data = data_summary(model, provenance, total_outcome);
    let channels = channels(ensemble, &accounts, &thin, &data);
    let decomposition = decomposition(ensemble, &accounts, &thin);
    let total_media = total_media(model, &accounts, total_outcome);
    let baseline: Vec<f64> =
        accounts.iter().map(|a| a.baseline.iter().sum::<f64>() / total_outcome).collect();
    let treatments = model.panel.treatments.iter().enumerate().map(|(n, treatment)| {
        let totals: Vec<f64> = accounts.iter().map(|a| a.treatments[n]).collect();
        (treatment.name.clone(), Estimate::from_draws(&totals))
    });
    let parameters = parameters(ensemble);
    let diagnostics = diagnostics_of(ensemble, &parameters);
    let structures = structures::structures(ensemble, &accounts);
    let joint = separability::joint_effects(model, &accounts, &data, &channels, registry);
    let fit = quality::fit_quality(model, &accounts, &decomposition, provenance.backtest.clone());
    let mut summary = Summary {
        schema: SCHEMA.to_owned(),
        version: provenance.version.clone(),
        seed: leading.seed,
        method: leading.method,
        approximate: leading.method != Method::Nuts,
        sentence: String::new(),
        data,
        channels,
        total_media,
        baseline_share: Estimate::from_draws(&baseline),
        decomposition,
        treatments: treatments.collect(),
        structures,
        joint,
        parameters,
        fit,
        diagnostics,
        health: health::unknown(),
        spec: serde_json::to_value(&provenance.spec).unwrap_or_default(),
        timing: provenance.timing.clone(),
    };
    summary.health = health::health(&summary, ensemble, registry);
    summary.sentence = sentence::sentence(&summary);
    summary
}

fn data_summary(model: &Model, provenance: &Provenance, total_outcome: f64) -> DataSummary {
    let panel = &model.panel;
    let currency = panel.currency.map(|c| c.code().to_owned());
    let money = panel.outcome_is_money();
    let starts = panel.calendar.starts();
    DataSummary {
        fingerprint: panel.fingerprint().as_str().to_owned(),
        source: provenance.source.clone(),
        kpi: panel.kpi.name.clone(),
        outcome_unit: match (&currency, money) {
            (Some(currency), true) => currency.clone(),
            (None, true) => "revenue".to_owned(),
            (_, false) => panel.kpi.name.clone(),
        },
        outcome_is_money: money,
        currency,
        granularity: panel.calendar.granularity().noun().to_owned(),
        start: starts.first().copied().unwrap_or_default(),
        end: starts.last().copied().unwrap_or_default(),
        periods: panel.n_periods(),
        geos: panel.geos.clone(),
        total_outcome,
        total_spend: panel.channels.iter().map(|c| c.spend.total()).sum(),
    }
}

fn channels(
    ensemble: &Ensemble,
    accounts: &[Account],
    thin: &[usize],
    data: &DataSummary,
) -> IndexMap<String, ChannelSummary> {
    let model = ensemble.model();
    let all_spend: f64 = model.panel.channels.iter().map(|c| c.spend.total()).sum();
    let responses = curves::responses(ensemble, thin);
    let marginals = curves::marginals(ensemble);
    let mut hidden = hidden::hidden_demand(ensemble, &data.kpi);
    let mut out = IndexMap::new();
    for (m, unit) in model.units.iter().enumerate() {
        let spend = model.panel.channels.get(m).map_or(0.0, |c| c.spend.total());
        let paid = spend > 0.0;
        let totals: Vec<f64> = accounts.iter().map(|a| a.channels[m].iter().sum()).collect();
        let ratio = |values: &[f64], divisor: f64| {
            let scaled: Vec<f64> = values.iter().map(|v| v / divisor).collect();
            Estimate::from_draws(&scaled)
        };
        let roi = paid.then(|| ratio(&totals, spend));
        let mroi = paid.then(|| ratio(&marginals[m], spend * curves::MARGINAL_STEP));
        let cpa = paid.then(|| {
            let costs: Vec<f64> = accounts.iter().map(|a| spend / a.channel_kpi[m]).collect();
            Estimate::from_draws(&costs)
        });
        let shapes = curves::shapes(ensemble, thin, m);
        out.insert(
            unit.name.clone(),
            ChannelSummary {
                kind: if unit.paid { ChannelKind::Paid } else { ChannelKind::Organic },
                spend,
                spend_share: if all_spend > 0.0 { spend / all_spend } else { 0.0 },
                contribution: Estimate::from_draws(&totals),
                contribution_share: ratio(&totals, data.total_outcome),
                roi,
                mroi,
                cpa,
                carryover_share: shapes.carryover_share,
                roi_uncertainty: roi
                    .map(|r| (r.q95 - r.q05) / (2.0 * r.mean))
                    .filter(|u| u.is_finite()),
                no_effect: rectified(model, m).then(|| {
                    let without = totals.iter().filter(|t| **t == 0.0).count();
                    without as f64 / totals.len().max(1) as f64
                }),
                hidden_demand: hidden[m].take().filter(|_| paid),
                response: paid.then(|| responses[m].clone().with_spend(spend)),
                adstock: shapes.adstock,
                saturation: shapes.saturation,
                prior: prior_shift(ensemble, m),
            },
        );
    }
    out
}

/// Whether the prior of a channel's effect leaves room for none.
fn rectified(model: &Model, m: usize) -> bool {
    effect_parameter(model, m)
        .is_some_and(|i| model.layout.parameters[i].prior.as_rectified().is_some())
}

fn prior_shift(ensemble: &Ensemble, m: usize) -> Option<PriorShift> {
    let model = ensemble.model();
    let prior = &model.layout.parameters[effect_parameter(model, m)?].prior;
    // Structures differ in what else they have: the parameter's place is looked up in each.
    let places: Option<Vec<usize>> =
        ensemble.members.iter().map(|e| effect_parameter(&e.fitted.model, m)).collect();
    let places = places?;
    let values: Vec<f64> =
        ensemble.draws().iter().map(|(e, draw)| draw.theta[places[*e]]).collect();
    let posterior = Estimate::from_draws(&values);
    let prior = Estimate::of(prior);
    let effect = &model.units[m].effect;
    let quantity = match effect.quantity {
        EffectQuantity::Roi => "roi",
        EffectQuantity::Mroi => "mroi",
        EffectQuantity::Contribution => "contribution",
        EffectQuantity::Coefficient => "coefficient",
    };
    Some(PriorShift {
        quantity: quantity.to_owned(),
        shrinkage: 1.0 - (posterior.q95 - posterior.q05) / (prior.q95 - prior.q05),
        prior,
        posterior,
        source: effect.source.clone(),
    })
}

fn total_media(model: &Model, accounts: &[Account], total_outcome: f64) -> TotalSummary {
    let spend: f64 = model.panel.channels.iter().map(|c| c.spend.total()).sum();
    let paid = |a: &Account| -> f64 {
        let channels = a.channels.iter().zip(&model.units).filter(|(_, u)| u.paid);
        channels.map(|(c, _)| c.iter().sum::<f64>()).sum()
    };
    let totals: Vec<f64> = accounts.iter().map(paid).collect();
    let over = |divisor: f64| {
        let scaled: Vec<f64> = totals.iter().map(|t| t / divisor).collect();
        Estimate::from_draws(&scaled)
    };
    TotalSummary {
        spend,
        contribution: Estimate::from_draws(&totals),
        contribution_share: over(total_outcome),
        roi: (spend > 0.0).then(|| over(spend)),
    }
}

fn decomposition(ensemble: &Ensemble, accounts: &[Account], thin: &[usize]) -> Decomposition {
    let model = ensemble.model();
    let thinned = |f: &dyn Fn(&Account) -> Vec<f64>| -> BandSeries {
        let series: Vec<Vec<f64>> = thin.iter().map(|i| f(&accounts[*i])).collect();
        BandSeries::from_draws(&series)
    };
    let periods = model.periods();
    let kpi = &model.panel.kpi.values;
    let actual = (0..periods)
        .map(|t| {
            let geos = 0..model.geos();
            geos.map(|g| kpi.at(g, t) * model.panel.revenue_per_unit(g, t)).sum()
        })
        .collect();
    let mut parts: IndexMap<String, Vec<f64>> = IndexMap::new();
    let each = ensemble.explain_some(thin, |explainer, draw| explainer.baseline_parts(draw));
    for own in each {
        for (name, series) in own {
            let sum = parts.entry(name).or_insert_with(|| vec![0.0; periods]);
            for (s, v) in sum.iter_mut().zip(&series) {
                *s += v / thin.len() as f64;
            }
        }
    }
    let channels = model
        .units
        .iter()
        .enumerate()
        .map(|(m, unit)| (unit.name.clone(), thinned(&|a: &Account| a.channels[m].clone())));
    let held_out = (0..periods)
        .map(|t| (0..model.geos()).any(|g| model.observed[g * periods + t] == 0.0))
        .collect();
    Decomposition {
        dates: model.panel.calendar.starts().to_vec(),
        actual,
        expected: thinned(&|a: &Account| a.expected.clone()),
        predictive: quality::predictive(accounts, thin, ensemble.leading().fitted.seed),
        baseline: thinned(&|a: &Account| a.baseline.clone()),
        channels: channels.collect(),
        baseline_parts: parts,
        held_out,
    }
}

/// Every scalar of every structure; with several, the structure's name stands in front.
fn parameters(ensemble: &Ensemble) -> IndexMap<String, ParameterSummary> {
    let several = ensemble.members.len() > 1;
    let mut all = IndexMap::new();
    for member in &ensemble.members {
        let name = |own: String| if several { format!("{}/{own}", member.name) } else { own };
        all.extend(parameters_of(member).into_iter().map(|(own, p)| (name(own), p)));
    }
    all
}

fn parameters_of(member: &Member) -> Vec<(String, ParameterSummary)> {
    let fitted = &member.fitted;
    let scalars = Scalars::new(&fitted.model);
    (0..scalars.len())
        .into_par_iter()
        .map(|i| {
            let chains = scalars.chains(i, &fitted.chains);
            let exact = fitted.method == Method::Nuts;
            let c = exact.then(|| diagnostics::convergence(&chains));
            let summary = ParameterSummary {
                estimate: Estimate::from_draws(&chains.concat()),
                rhat: c.and_then(|c| c.rhat),
                ess_bulk: c.and_then(|c| c.ess_bulk),
                ess_tail: c.and_then(|c| c.ess_tail),
            };
            (scalars.names[i].clone(), summary)
        })
        .collect()
}

fn diagnostics_of(
    ensemble: &Ensemble,
    parameters: &IndexMap<String, ParameterSummary>,
) -> Diagnostics {
    let worst = |value: &dyn Fn(&ParameterSummary) -> Option<f64>, largest: bool| {
        let mut worst: Option<(f64, &str)> = None;
        for (name, parameter) in parameters {
            let Some(v) = value(parameter) else { continue };
            if worst.is_none_or(|(w, _)| if largest { v > w } else { v < w }) {
                worst = Some((v, name));
            }
        }
        worst.map_or((0.0, String::new()), |(v, name)| (v, name.to_owned()))
    };
    let (rhat_max, rhat_max_parameter) = worst(&|p| p.rhat, true);
    let (ess_bulk_min, ess_bulk_min_parameter) = worst(&|p| p.ess_bulk, false);
    let (ess_tail_min, ess_tail_min_parameter) = worst(&|p| p.ess_tail, false);
    let fits: Vec<_> = ensemble.members.iter().map(|m| &m.fitted).collect();
    let facts: Vec<_> = fits.iter().flat_map(|f| &f.facts).collect();
    let kept = fits.iter().map(|f| f.len()).sum::<usize>().max(1) as f64;
    let leapfrogs: u64 = facts.iter().map(|f| f.leapfrogs).sum();
    Diagnostics {
        chains: fits.iter().map(|f| f.chains.len()).sum(),
        warmup: facts.first().map_or(0, |f| f.warmup),
        draws: fits.first().and_then(|f| f.chains.first()).map_or(0, Vec::len),
        thin: thin(ensemble),
        rhat_max,
        rhat_max_parameter,
        ess_bulk_min,
        ess_bulk_min_parameter,
        ess_tail_min,
        ess_tail_min_parameter,
        divergences: facts.iter().map(|f| f.divergences).sum(),
        max_depth_reached: facts.iter().map(|f| f.max_depth_reached).sum(),
        leapfrogs_mean: leapfrogs as f64 / kept,
        step_size: facts.iter().map(|f| f.step_size).collect(),
        restarts: fits.iter().map(|f| f.restarts).sum(),
        interrupted: ensemble.interrupted(),
    }
}

/// Draws made for each kept one, in the structure that drew on for longest.
fn thin(ensemble: &Ensemble) -> usize {
    let facts = ensemble.members.iter().flat_map(|m| &m.fitted.facts);
    facts.map(|f| f.thin).max().unwrap_or(1)
}
