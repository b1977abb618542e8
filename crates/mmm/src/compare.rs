//! Two answers side by side: two methods on the same data, or two versions of a model.
//!
//! The distance between two estimates is their difference over the half-width of the 90 %
//! interval of that difference, `√(h_a² + h_b²)`: below 1 the interval of the difference holds
//! zero. Verdicts follow the registry's `compare.review_overlap` and `compare.fail_overlap`.
//! Spread intervals of a ridge count as they are.

mod difference;

use outlay_core::registry::{Registry, keys};
use serde::Serialize;

pub use difference::{PriorDifference, SpecDifference};

use crate::summary::{ChannelSummary, Estimate, Method, Summary, Verdict};

/// One quantity in both answers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = EstimatePair))]
pub struct Pair {
    /// In the first answer.
    pub a: Estimate,
    /// In the second answer.
    pub b: Estimate,
    /// `b - a` of the means.
    pub difference: f64,
    /// Difference in half-widths of the 90 % interval of the difference; `null` when neither
    /// answer has any width and the means differ.
    pub distance: Option<f64>,
    /// Width of the second 90 % interval over the first; `null` when the first has none.
    pub width_ratio: Option<f64>,
}

/// One channel in both answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ChannelComparison {
    /// Channel.
    pub channel: String,
    /// Share of the outcome.
    pub share: Pair,
    /// Return on spend, where both answers have one.
    pub roi: Option<Pair>,
    /// Verdict on the shares.
    pub verdict: Verdict,
    /// The verdict in a sentence.
    pub sentence: String,
}

/// What moved between two answers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = ModelComparison))]
pub struct Comparison {
    /// What the first answer is, for example `nuts, outlay 0.1.0, seed 1`.
    pub a: String,
    /// What the second answer is.
    pub b: String,
    /// Whether both answers come from the same data.
    pub same_data: bool,
    /// How the data differ, one line each; empty for the same data.
    pub data_differences: Vec<String>,
    /// Top-level parts of the specification that differ; empty between different methods, whose
    /// specifications have nothing in common.
    pub spec_differences: Vec<SpecDifference>,
    /// Priors that differ.
    pub prior_differences: Vec<PriorDifference>,
    /// Channels that both answers have, in the order of the first.
    pub channels: Vec<ChannelComparison>,
    /// Channels that only one answer has.
    pub unmatched: Vec<String>,
    /// All paid media, as a share of the outcome.
    pub total_media: Pair,
    /// Baseline as a share of the outcome.
    pub baseline: Pair,
    /// Median over channels of the second answer's 90 % width of the share over the first's;
    /// `null` when no channel has a width.
    pub width_movement: Option<f64>,
    /// Worst verdict.
    pub verdict: Verdict,
    /// The comparison in one sentence.
    pub sentence: String,
}

impl Pair {
    /// Sets two estimates side by side.
    pub fn new(a: Estimate, b: Estimate) -> Self {
        let half = |e: &Estimate| 0.5 * (e.q95 - e.q05);
        let (ha, hb) = (half(&a), half(&b));
        let width = ha.hypot(hb);
        let difference = b.mean - a.mean;
        let negligible = 1e-12 * a.mean.abs().max(b.mean.abs());
        let distance = if difference.abs() <= negligible {
            Some(0.0)
        } else {
            Some(difference.abs() / width).filter(|d| d.is_finite())
        };
        let width_ratio = Some(hb / ha).filter(|r| r.is_finite());
        Self { a, b, difference, distance, width_ratio }
    }
}

/// Compares two answers. Channels are matched by name.
pub fn compare(a: &Summary, b: &Summary, registry: &Registry) -> Comparison {
    let review = registry.get(&keys::COMPARE_REVIEW);
    let fail = registry.get(&keys::COMPARE_FAIL);
    let judge = |pair: &Pair| match pair.distance {
        Some(d) if d < review => Verdict::Ok,
        Some(d) if d < fail => Verdict::Review,
        _ => Verdict::Fail,
    };
    let names = Names::of(a, b);
    let channels: Vec<ChannelComparison> = a
        .channels
        .iter()
        .filter_map(|(name, first)| b.channels.get(name).map(|second| (name, first, second)))
        .map(|(name, first, second)| {
            let share = Pair::new(first.contribution_share, second.contribution_share);
            let verdict = judge(&share);
            ChannelComparison {
                channel: name.clone(),
                share,
                roi: roi(first, second),
                verdict,
                sentence: channel_sentence(name, &share, verdict, &names),
            }
        })
        .collect();
    let only = |x: &Summary, y: &Summary| -> Vec<String> {
        x.channels.keys().filter(|k| !y.channels.contains_key(*k)).cloned().collect()
    };
    let unmatched: Vec<String> = only(a, b).into_iter().chain(only(b, a)).collect();
    let data_differences = difference::data(&a.data, &b.data);
    let worst = channels.iter().map(|c| c.verdict).max();
    let missing = if unmatched.is_empty() { Verdict::Ok } else { Verdict::Review };
    let verdict = worst.unwrap_or(Verdict::Review).max(missing);
    let width_movement = median(channels.iter().filter_map(|c| c.share.width_ratio).collect());
    Comparison {
        a: names.label(a),
        b: names.label(b),
        same_data: a.data.fingerprint == b.data.fingerprint && data_differences.is_empty(),
        spec_differences: if ridge(a) == ridge(b) {
            difference::specs(&a.spec, &b.spec)
        } else {
            Vec::new()
        },
        prior_differences: difference::priors(a, b),
        total_media: Pair::new(a.total_media.contribution_share, b.total_media.contribution_share),
        baseline: Pair::new(a.baseline_share, b.baseline_share),
        sentence: sentence(&channels, &unmatched, &data_differences, width_movement, &names),
        data_differences,
        channels,
        unmatched,
        width_movement,
        verdict,
    }
}

fn ridge(summary: &Summary) -> bool {
    summary.method == Method::Ridge
}

fn roi(a: &ChannelSummary, b: &ChannelSummary) -> Option<Pair> {
    Some(Pair::new(a.roi?, b.roi?))
}

/// What to call the two answers in sentences.
struct Names {
    a: &'static str,
    b: &'static str,
}

impl Names {
    fn of(a: &Summary, b: &Summary) -> Self {
        match (ridge(a), ridge(b)) {
            (false, true) => Self { a: "the Bayesian model", b: "the ridge" },
            (true, false) => Self { a: "the ridge", b: "the Bayesian model" },
            _ => Self { a: "the first", b: "the second" },
        }
    }

    fn label(&self, summary: &Summary) -> String {
        let method = match summary.method {
            Method::Nuts => "nuts",
            Method::Laplace => "laplace",
            Method::Pathfinder => "pathfinder",
            Method::Ridge => "ridge",
        };
        format!("{method}, outlay {}, seed {}", summary.version, summary.seed)
    }
}

fn percent(v: f64) -> String {
    format!("{:.1} %", 100.0 * v)
}

fn channel_sentence(name: &str, share: &Pair, verdict: Verdict, names: &Names) -> String {
    let both = format!(
        "{} gives {name} {} of the outcome ({} to {}), {} {} ({} to {})",
        names.a,
        percent(share.a.mean),
        percent(share.a.q05),
        percent(share.a.q95),
        names.b,
        percent(share.b.mean),
        percent(share.b.q05),
        percent(share.b.q95),
    );
    match verdict {
        Verdict::Ok => format!("They agree: {both}."),
        Verdict::Review => {
            format!("They differ within their intervals: {both}; look at the curve.")
        }
        Verdict::Fail => {
            format!(
                "They contradict each other: {both}; settle it with an experiment before you move money."
            )
        }
    }
}

fn sentence(
    channels: &[ChannelComparison],
    unmatched: &[String],
    data: &[String],
    width_movement: Option<f64>,
    names: &Names,
) -> String {
    let listed = |verdict| -> Vec<&str> {
        channels.iter().filter(|c| c.verdict == verdict).map(|c| c.channel.as_str()).collect()
    };
    let (fail, review) = (listed(Verdict::Fail), listed(Verdict::Review));
    let mut text = if channels.is_empty() {
        "The two answers have no channel in common".to_owned()
    } else if fail.is_empty() && review.is_empty() {
        format!("{} and {} agree on all {} channels", names.a, names.b, channels.len())
    } else {
        let mut parts = Vec::new();
        if !fail.is_empty() {
            parts.push(format!("contradict each other on {}", fail.join(", ")));
        }
        if !review.is_empty() {
            parts.push(format!("differ on {}", review.join(", ")));
        }
        let agreed = channels.len() - fail.len() - review.len();
        format!(
            "{} and {} {}, and agree on {agreed} of {} channels",
            names.a,
            names.b,
            parts.join(" and "),
            channels.len()
        )
    };
    if !unmatched.is_empty() {
        text += &format!("; only one of them has {}", unmatched.join(", "));
    }
    if !data.is_empty() {
        text += "; their data differ";
    }
    if let Some(ratio) = width_movement {
        let change = 100.0 * (ratio - 1.0);
        if change.abs() >= 1.0 {
            let word = if change > 0.0 { "wider" } else { "narrower" };
            text += &format!("; {}'s intervals are {:.0} % {word}", names.b, change.abs());
        }
    }
    let mut letters = text.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    (!values.is_empty()).then(|| crate::summary::quantile_sorted(&values, 0.5))
}

#[cfg(test)]
mod tests;
