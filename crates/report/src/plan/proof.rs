//! The proof that no much better plan exists, and what the plan rests on.

use outlay_planner::design::Resolution;
use outlay_planner::plan::Certificate;
use serde::Serialize;

use super::hold::small_share;
use super::{Material, head};
use crate::page::head::State;
use crate::terms::label;

/// The certificate with its figures, and method and versions.
#[derive(Debug, Serialize)]
pub(crate) struct Section {
    state: State,
    sentence: String,
    certificate: Vec<(String, String)>,
    facts: Vec<(String, String)>,
    health: State,
}

pub(crate) fn build(material: &Material<'_>) -> Section {
    let certificate = material.plan.certificate.as_ref();
    Section {
        state: state(certificate),
        sentence: match certificate {
            Some(c) => c.sentence.trim().to_owned(),
            None => "This plan was priced as it was given, not searched for: nothing is claimed about better ones."
                .to_owned(),
        },
        certificate: certificate.map(|c| figures(material, c)).unwrap_or_default(),
        facts: facts(material),
        health: head::health(&material.plan.source.health),
    }
}

/// Proved, searched without a proof, or not searched.
fn state(certificate: Option<&Certificate>) -> State {
    let proved = |c: &Certificate| c.complete && c.gap.is_some_and(|gap| gap <= c.tolerance);
    match certificate {
        Some(c) if proved(c) => State { class: "ok", shape: "●", word: "proved" },
        Some(_) => State { class: "review", shape: "▲", word: "not proved to the end" },
        None => State { class: "review", shape: "▲", word: "priced, not searched" },
    }
}

fn figures(material: &Material<'_>, c: &Certificate) -> Vec<(String, String)> {
    let locale = material.terms.locale;
    // A gap is often far below what a share in per cent usually needs.
    let small = |share: f64| small_share(&material.terms, share);
    let none = || "no bound can be had".to_owned();
    [
        ("Objective at the plan", locale.exact(c.value)),
        ("No plan within the limits has more than", c.bound.map_or_else(none, |b| locale.exact(b))),
        ("Gap, of the outcome", c.gap.map_or_else(none, small)),
        ("Search was to stop at a gap of", small(c.tolerance)),
        ("Boxes of plans ruled out", locale.exact(c.nodes as f64)),
        ("Search ended", if c.complete { "by itself" } else { "before its end" }.to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec()
}

fn facts(material: &Material<'_>) -> Vec<(String, String)> {
    let (plan, locale) = (material.plan, material.terms.locale);
    let (source, question) = (&plan.source, &plan.question);
    let mut facts: Vec<(String, String)> = Vec::new();
    let mut add = |name: &str, value: String| facts.push((name.to_owned(), value));
    add("Objective", label(&question.objective));
    if let (Some(first), Some(last)) = (question.periods.first(), question.periods.last()) {
        add(
            "Periods",
            format!("{}, first days {} to {}", material.span(), label(first), label(last)),
        );
    }
    if question.geos.len() > 1 {
        let names: Vec<String> = question.geos.iter().take(12).map(|g| label(g)).collect();
        let more = question.geos.len().saturating_sub(names.len());
        let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
        add("Regions", format!("{}: {}{tail}", question.geos.len(), names.join(", ")));
    }
    add("Money was placed", resolution(question.resolution).to_owned());
    add("Outcome", label(&question.outcome_unit));
    add("Data fingerprint", label(&source.data));
    add("Model preset", label(&source.preset));
    if !source.structures.is_empty() {
        let weighed: Vec<String> = source
            .structures
            .iter()
            .map(|(name, weight)| format!("{} {}", label(name), locale.share(*weight)))
            .collect();
        add("Structures", weighed.join(" · "));
    }
    add("Posterior draws", locale.exact(source.draws as f64));
    add("Seed of the fit", source.seed.to_string());
    add("Version", format!("Outlay {}, schema {}", label(&plan.version), label(&plan.schema)));
    facts
}

fn resolution(resolution: Resolution) -> &'static str {
    match resolution {
        Resolution::Channel => "by channel, over geos and periods as in the pattern",
        Resolution::Geo => "by channel and geo, over periods as in the pattern",
        Resolution::Period => "by channel and period, over geos as in the pattern",
        Resolution::Cell => "by channel, geo and period",
    }
}
