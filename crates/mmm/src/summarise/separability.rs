//! Which channels the data cannot tell apart, and what it does say of them.
//!
//! Two looks. At the data: channels whose exposure always moved together, and channels that hardly
//! varied (what carries over from them is a constant, and a constant is the baseline's level). At
//! the posterior: contributions that trade against each other from draw to draw while their sum
//! stands, and effects that stayed where the prior put them. Ties between two channels are joined
//! into groups, so that three that are tied in a chain are told as one.

mod exposure;
mod words;

use indexmap::IndexMap;
use outlay_core::registry::{Registry, keys};

use crate::explain::Account;
use crate::model::Model;
use crate::summary::{ChannelSummary, DataSummary, Estimate, JointEffect, JointReason};

use exposure::Relative;

/// A paid channel as it is judged.
struct Candidate<'a> {
    name: &'a str,
    summary: &'a ChannelSummary,
    spend: f64,
    /// Outcome brought, per draw.
    totals: Vec<f64>,
    exposure: Relative,
    budget: Relative,
    /// Whether an experiment of its own says what it does.
    tested: bool,
}

/// A tie between two candidates.
struct Tie {
    pair: (usize, usize),
    reason: JointReason,
    correlation: f64,
}

/// Groups of channels that cannot be told apart, then channels that hardly varied, then those about
/// which the data said nothing; a channel stands in one of them at most.
pub(super) fn joint_effects(
    model: &Model,
    accounts: &[Account],
    data: &DataSummary,
    channels: &IndexMap<String, ChannelSummary>,
    registry: &Registry,
) -> Vec<JointEffect> {
    let candidates = candidates(model, accounts, channels);
    let told = |members: &[usize], reason, correlation| {
        together(&candidates, members, reason, correlation, data)
    };
    let ties = ties(&candidates, registry);
    let mut free = vec![true; candidates.len()];
    let mut out = Vec::new();
    for members in groups(candidates.len(), &ties) {
        members.iter().for_each(|m| free[*m] = false);
        let (reason, correlation) = strongest(&ties, &members);
        out.push(told(&members, reason, Some(correlation)));
    }
    let per_week = model.panel.calendar.granularity().per_year() * 7.0 / 365.25;
    let window = (registry.get(&keys::SEPARABILITY_SMOOTHING) * per_week).round().max(1.0) as usize;
    for (m, c) in candidates.iter().enumerate() {
        if free[m] && !c.tested && never_varied(c, window, registry) {
            free[m] = false;
            out.push(told(&[m], JointReason::NeverVaried, None));
        }
    }
    let silent: Vec<usize> =
        (0..candidates.len()).filter(|m| free[*m] && unmoved(&candidates[*m], registry)).collect();
    if !silent.is_empty() {
        out.push(told(&silent, JointReason::PriorUnmoved, None));
    }
    out
}

fn candidates<'a>(
    model: &'a Model,
    accounts: &[Account],
    channels: &'a IndexMap<String, ChannelSummary>,
) -> Vec<Candidate<'a>> {
    let paid = model.panel.channels.iter().enumerate();
    paid.filter_map(|(m, channel)| {
        let summary = channels.get(&channel.name)?;
        summary.roi?;
        Some(Candidate {
            name: &channel.name,
            summary,
            spend: summary.spend,
            totals: accounts.iter().map(|a| a.channels[m].iter().sum()).collect(),
            exposure: Relative::new(&channel.exposure.impressions(), model.periods()),
            budget: Relative::new(&channel.spend, model.periods()),
            tested: model.spec.lift_test.iter().any(|t| t.channel == channel.name),
        })
    })
    .collect()
}

/// Ties of all pairs. An experiment tells a channel from others that ran with it; where it does not
/// say enough, the posterior still shows the trade.
fn ties(candidates: &[Candidate<'_>], registry: &Registry) -> Vec<Tie> {
    let together = registry.get(&keys::DATA_CORRELATION_WARN);
    let against = registry.get(&keys::SEPARABILITY_TRADE_OFF);
    let wider = registry.get(&keys::SEPARABILITY_WIDTH);
    let mut ties = Vec::new();
    for a in 0..candidates.len() {
        for b in a + 1..candidates.len() {
            let (first, second) = (&candidates[a], &candidates[b]);
            let apart = width_ratio(first, second) < wider;
            let exposure = first.exposure.moves_with(&second.exposure);
            let budget = first.budget.moves_with(&second.budget);
            // Budgets may move together while exposure does not quite: then the answer decides.
            let moved = if apart { exposure } else { exposure.max(budget) };
            if moved > together && !first.tested && !second.tested {
                let reason = JointReason::RanTogether;
                ties.push(Tie { pair: (a, b), reason, correlation: moved });
                continue;
            }
            let traded = exposure::correlation(&first.totals, &second.totals);
            if traded < against && !apart {
                ties.push(Tie { pair: (a, b), reason: JointReason::TradeOff, correlation: traded });
            }
        }
    }
    ties
}

/// How much wider the narrower of two channels' ROI intervals is than that of both together.
fn width_ratio(a: &Candidate<'_>, b: &Candidate<'_>) -> f64 {
    let width = |e: &Estimate| e.q95 - e.q05;
    let own = [a, b].map(|c| c.summary.roi.as_ref().map_or(0.0, width));
    let (_, joint) = sums(&[a, b]);
    own[0].min(own[1]) / width(&joint)
}

/// Contribution and ROI of channels together, per draw and then summarised.
fn sums(members: &[&Candidate<'_>]) -> (Estimate, Estimate) {
    let spend: f64 = members.iter().map(|c| c.spend).sum();
    let draws = members.first().map_or(0, |c| c.totals.len());
    let totals: Vec<f64> = (0..draws).map(|d| members.iter().map(|c| c.totals[d]).sum()).collect();
    let returns: Vec<f64> = totals.iter().map(|t| t / spend).collect();
    (Estimate::from_draws(&totals), Estimate::from_draws(&returns))
}

/// Connected components of at least two, each in ascending order, in the order of their first
/// members.
fn groups(count: usize, ties: &[Tie]) -> Vec<Vec<usize>> {
    let mut root: Vec<usize> = (0..count).collect();
    // Few channels: labels are simply carried over until the pairs agree.
    for tie in ties {
        let (a, b) = (root[tie.pair.0], root[tie.pair.1]);
        let (low, high) = (a.min(b), a.max(b));
        root.iter_mut().filter(|r| **r == high).for_each(|r| *r = low);
    }
    let members = |own: usize| (0..count).filter(|m| root[*m] == own).collect::<Vec<usize>>();
    (0..count).map(members).filter(|group| group.len() > 1).collect()
}

/// Why a group is one: what the data shows comes before what the posterior shows.
fn strongest(ties: &[Tie], members: &[usize]) -> (JointReason, f64) {
    let own = || ties.iter().filter(|t| members.contains(&t.pair.0));
    let largest = |reason: JointReason| {
        let of = own().filter(|t| t.reason == reason).map(|t| t.correlation);
        of.max_by(|x, y| x.abs().total_cmp(&y.abs())).map(|c| (reason, c))
    };
    largest(JointReason::RanTogether)
        .or_else(|| largest(JointReason::TradeOff))
        .unwrap_or((JointReason::TradeOff, 0.0))
}

/// Whether a budget was all but constant and the answer is therefore wide. Where exposure varied
/// though the budget did not (media prices move), a narrow answer shows what that taught.
fn never_varied(candidate: &Candidate<'_>, window: usize, registry: &Registry) -> bool {
    let budget = &candidate.budget;
    let least = registry.get(&keys::SEPARABILITY_VARIATION);
    let widest = registry.get(&keys::ROI_UNCERTAINTY_MAX);
    let wide = candidate.summary.roi_uncertainty.is_none_or(|u| u > widest);
    wide && !budget.paused() && budget.variation(window) < least
}

/// Whether an effect's posterior has its prior's place and width.
fn unmoved(candidate: &Candidate<'_>, registry: &Registry) -> bool {
    let Some(shift) = &candidate.summary.prior else { return false };
    let moved = (shift.posterior.q50 - shift.prior.q50).abs() / (shift.prior.q95 - shift.prior.q05);
    shift.shrinkage < registry.get(&keys::HEALTH_PRIOR_SHIFT)
        && moved < registry.get(&keys::SEPARABILITY_PRIOR_MOVED)
}

fn together(
    candidates: &[Candidate<'_>],
    members: &[usize],
    reason: JointReason,
    correlation: Option<f64>,
    data: &DataSummary,
) -> JointEffect {
    let members: Vec<&Candidate<'_>> = members.iter().map(|m| &candidates[*m]).collect();
    let (contribution, roi) = sums(&members);
    let names: Vec<&str> = members.iter().map(|c| c.name).collect();
    JointEffect {
        reason,
        correlation,
        spend: members.iter().map(|c| c.spend).sum(),
        sentence: words::sentence(&names, reason, &roi, data),
        contribution,
        roi,
        channels: names.into_iter().map(str::to_owned).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tie(a: usize, b: usize, reason: JointReason, correlation: f64) -> Tie {
        Tie { pair: (a, b), reason, correlation }
    }

    #[test]
    fn ties_in_a_chain_are_one_group() {
        let ties = [
            tie(3, 4, JointReason::TradeOff, -0.6),
            tie(0, 4, JointReason::TradeOff, -0.8),
            tie(1, 5, JointReason::RanTogether, 0.95),
        ];
        assert_eq!(groups(6, &ties), [vec![0, 3, 4], vec![1, 5]]);
        assert_eq!(strongest(&ties, &[0, 3, 4]), (JointReason::TradeOff, -0.8));
        assert!(groups(6, &[]).is_empty());
    }

    #[test]
    fn what_the_data_shows_is_said_before_what_the_posterior_shows() {
        let ties =
            [tie(0, 1, JointReason::TradeOff, -0.99), tie(1, 2, JointReason::RanTogether, 0.93)];
        assert_eq!(strongest(&ties, &[0, 1, 2]), (JointReason::RanTogether, 0.93));
    }
}
