//! What several structures say beside each other, in the words that terminal and page share.

use outlay_mmm::summary::{StructureSummary, Summary};

use crate::format::column_decimals;
use crate::terms::{Terms, label};

/// Above this Pareto k-hat a structure's leave-one-out density is a rough estimate (Vehtari et al.
/// 2017).
const ROUGH: f64 = 0.7;

/// The structures, those of the largest weight first.
pub fn by_weight(summary: &Summary) -> Vec<(&str, &StructureSummary)> {
    let mut all: Vec<_> = summary.structures.iter().map(|(n, s)| (n.as_str(), s)).collect();
    all.sort_by(|a, b| b.1.weight.total_cmp(&a.1.weight));
    all
}

/// How the weights came about and where the structures differ most; empty where there is only one.
pub fn sentence(summary: &Summary, terms: &Terms) -> String {
    let structures = by_weight(summary);
    if structures.len() < 2 {
        return String::new();
    }
    let weights: Vec<String> = structures
        .iter()
        .map(|(name, s)| format!("{} {}", label(name), terms.locale.share(s.weight)))
        .collect();
    let mut text = format!(
        "{} structures were weighed by how well each foretells what it has not seen: {}.",
        count(structures.len()),
        weights.join(", ")
    );
    if let Some((channel, low, high)) = widest(summary, &structures) {
        let digits = column_decimals([low, high]);
        let (low, high) = (terms.rate(low, digits), terms.rate(high, digits));
        text += &if low == high {
            " On the returns they agree.".to_owned()
        } else {
            format!(
                " They differ most on {}: {low} to {high} per {}.",
                label(channel),
                terms.unit_of_spend()
            )
        };
    }
    if structures.iter().any(|(_, s)| s.khat.is_some_and(|k| k > ROUGH)) {
        text += " Single observations weigh heavily in this comparison: take the weights as rough.";
    }
    text
}

/// The channel whose median return differs most between structures, as a share of how sure the
/// combined answer is, with the lowest and the highest median. A structure that hardly counts is
/// not asked.
fn widest<'a>(
    summary: &'a Summary,
    structures: &[(&str, &StructureSummary)],
) -> Option<(&'a str, f64, f64)> {
    let heard = || structures.iter().filter(|(_, s)| s.weight >= HEARD);
    let each = summary.channels.iter().filter_map(|(name, channel)| {
        let own = channel.roi?;
        let medians = || heard().filter_map(|(_, s)| s.roi.get(name).map(|e| e.q50));
        let low = medians().fold(f64::INFINITY, f64::min);
        let high = medians().fold(f64::NEG_INFINITY, f64::max);
        let apart = (high - low) / (own.q95 - own.q05);
        apart.is_finite().then_some((name.as_str(), low, high, apart))
    });
    each.max_by(|a, b| a.3.total_cmp(&b.3)).map(|(name, low, high, _)| (name, low, high))
}

/// Weight from which a structure's answer is told in the sentence; tables hold all of them.
const HEARD: f64 = 0.05;

fn count(n: usize) -> String {
    let words = ["Two", "Three", "Four", "Five", "Six"];
    n.checked_sub(2).and_then(|i| words.get(i)).map_or_else(|| n.to_string(), |w| (*w).to_owned())
}
