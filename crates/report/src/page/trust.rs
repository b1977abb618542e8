//! Can I believe it?

use outlay_mmm::summary::{Finding, Verdict};
use serde::Serialize;

use super::Material;
use super::head::{State, state};

/// The verdict with its reasons.
#[derive(Debug, Serialize)]
pub(crate) struct Section {
    state: State,
    sentence: String,
    score: String,
    open: Vec<Check>,
    fine: Vec<Check>,
}

#[derive(Debug, Serialize)]
struct Check {
    state: State,
    code: String,
    message: String,
    advice: String,
}

pub(crate) fn build(material: &Material<'_>) -> Section {
    let health = &material.summary.health;
    let mut findings: Vec<&Finding> = health.findings.iter().collect();
    findings.sort_by_key(|f| std::cmp::Reverse(f.verdict));
    let (fine, open): (Vec<_>, Vec<_>) =
        findings.into_iter().partition(|f| f.verdict == Verdict::Ok);
    let sentence = match health.verdict {
        Verdict::Ok => "Yes: every check is fine.",
        Verdict::Review => "Mostly: look at the points below before you act on it.",
        Verdict::Fail => "No: do not act on it before the points below are mended.",
    };
    Section {
        state: state(health.verdict),
        sentence: sentence.to_owned(),
        score: material.terms.locale.fixed(health.score, 0),
        open: open.into_iter().map(check).collect(),
        fine: fine.into_iter().map(check).collect(),
    }
}

fn check(finding: &Finding) -> Check {
    Check {
        state: state(finding.verdict),
        code: finding.code.clone(),
        message: finding.message.clone(),
        advice: finding.advice.clone(),
    }
}
