//! What each structure says on its own, and how much it counts.

use indexmap::IndexMap;

use crate::ensemble::Ensemble;
use crate::explain::Account;
use crate::summary::{Estimate, StructureSummary};

/// One entry per structure; none where there is only one.
pub(super) fn structures(
    ensemble: &Ensemble,
    accounts: &[Account],
) -> IndexMap<String, StructureSummary> {
    if ensemble.members.len() < 2 {
        return IndexMap::new();
    }
    let model = ensemble.model();
    let draws = ensemble.draws();
    let best = ensemble
        .members
        .iter()
        .filter_map(|m| m.foresight.as_ref().map(|f| f.total()))
        .fold(f64::NEG_INFINITY, f64::max);
    let each = ensemble.members.iter().enumerate().map(|(e, member)| {
        // A structure of little weight has few draws in the whole: its own are used then.
        let own: Vec<&Account> =
            accounts.iter().zip(&draws).filter(|(_, (m, _))| *m == e).map(|(a, _)| a).collect();
        let alone;
        let own: Vec<&Account> = if own.len() >= FEWEST {
            own
        } else {
            let single = Ensemble::single(member.fitted.clone());
            let some = single.thinned(ENOUGH);
            alone = single.explain_some(&some, |explainer, draw| explainer.account(draw));
            alone.iter().collect()
        };
        let paid = model.units.iter().enumerate().filter(|(_, u)| u.paid);
        let roi = paid.filter_map(|(m, unit)| {
            let spend = model.panel.channels.get(m)?.spend.total();
            let returns: Vec<f64> =
                own.iter().map(|a| a.channels[m].iter().sum::<f64>() / spend).collect();
            (spend > 0.0).then(|| (unit.name.clone(), Estimate::from_draws(&returns)))
        });
        let foresight = member.foresight.as_ref();
        let summary = StructureSummary {
            weight: member.weight,
            elpd: foresight.map(|f| f.total()),
            elpd_behind: foresight.map(|f| best - f.total()),
            khat: foresight.map(|f| f.khat),
            roi: roi.collect(),
        };
        (member.name.clone(), summary)
    });
    each.collect()
}

/// Fewest draws of the whole from which a structure's own answer is told.
const FEWEST: usize = 400;

/// Draws of a structure of little weight that are enough for its answer.
const ENOUGH: usize = 1000;
