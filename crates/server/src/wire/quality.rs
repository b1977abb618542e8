//! The quality card as it is served.

use outlay_connect::{Description, Finding, PanelShape, Severity};
use outlay_core::registry::{Registry, keys};
use outlay_engine::check::{Allowance, Aspect, Card, Completeness, Heading, State};
use outlay_mmm::summary::Verdict;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Something about the data that a person should know.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub(crate) struct FindingView {
    /// Stable name of the kind of finding.
    code: String,
    severity: Severity,
    /// What it is, with numbers.
    message: String,
    /// What to do about it.
    advice: String,
}

/// One heading of the card.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub(crate) struct AspectView {
    heading: Heading,
    /// The worst of its findings.
    state: State,
    /// What was found, the worst first.
    findings: Vec<FindingView>,
}

/// Something that needs so much history.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub(crate) struct Rung {
    key: String,
    title: String,
    sentence: String,
    /// Periods that are needed; 0 where that is no number of periods.
    needs: f64,
    allowed: bool,
}

/// The quality card: how complete the data is, what is wrong or weak, and what so much is enough
/// for.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub(crate) struct QualityView {
    /// `outlay/card/1`.
    schema: String,
    /// Whether the data may be learnt from.
    ready: bool,
    /// The worst of what was found.
    state: State,
    verdict: Verdict,
    /// A grade; `null` until checks are weighed.
    #[serde(default)]
    #[schema(required)]
    score: Option<f64>,
    /// The data in one sentence.
    sentence: String,
    /// Size of the panel, where the data makes one.
    #[schema(required)]
    panel: Option<PanelShape>,
    /// Every mapped column with the share of its cells that hold a value.
    completeness: Vec<Completeness>,
    /// What was looked at, heading by heading.
    aspects: Vec<AspectView>,
    /// All findings, the worst first.
    findings: Vec<FindingView>,
    /// What so much history allows, in numbers.
    #[schema(required)]
    allowance: Option<Allowance>,
    /// The same, step by step.
    pub(crate) allows: Vec<Rung>,
}

/// The quality card: the engine's, with its verdict, all findings, and what so much is enough for.
pub(crate) fn quality(card: &Card, described: &Description, registry: &Registry) -> QualityView {
    let verdict = match card.state {
        State::Good | State::Note => Verdict::Ok,
        State::Look => Verdict::Review,
        State::Bad => Verdict::Fail,
    };
    QualityView {
        schema: card.schema.to_owned(),
        ready: card.ready,
        state: card.state,
        verdict,
        score: None,
        sentence: card.sentence.clone(),
        panel: card.panel.clone(),
        completeness: card.completeness.clone(),
        aspects: card.aspects.iter().map(aspect).collect(),
        findings: described.findings.iter().map(finding).collect(),
        allows: card.allows.as_ref().map_or_else(Vec::new, |a| rungs(card, a, registry)),
        allowance: card.allows.clone(),
    }
}

fn finding(finding: &Finding) -> FindingView {
    FindingView {
        code: finding.code.to_owned(),
        severity: finding.severity,
        message: finding.message.clone(),
        advice: finding.advice.clone(),
    }
}

fn aspect(aspect: &Aspect) -> AspectView {
    AspectView {
        heading: aspect.heading,
        state: aspect.state,
        findings: aspect.findings.iter().map(finding).collect(),
    }
}

fn rungs(card: &Card, allowed: &Allowance, registry: &Registry) -> Vec<Rung> {
    let years = registry.get(&keys::DATA_HISTORY_YEARS);
    let year = card.panel.as_ref().map_or(0.0, |panel| panel.granularity.per_year());
    let enough = allowed.channels_at_most >= allowed.channels;
    let rung = |key: &str, title: &str, sentence: String, needs: f64, allowed: bool| Rung {
        key: key.to_owned(),
        title: title.to_owned(),
        sentence,
        needs,
        allowed,
    };
    vec![
        rung("fit", "Fit a model", allowed.sentence.clone(), 0.0, card.ready),
        rung(
            "channels",
            "Tell these channels apart",
            format!(
                "So much history is enough for about {} channels; there are {}.",
                allowed.channels_at_most, allowed.channels
            ),
            0.0,
            enough,
        ),
        rung(
            "seasons",
            "Tell seasons from media",
            format!(
                "Seasons that come back need about {years} years; there are {:.1}.",
                allowed.years
            ),
            (years * year).ceil(),
            allowed.seasons,
        ),
        rung(
            "backtest",
            "Try the model on what it has not seen",
            format!(
                "The model is tried on {} stretches that it has not seen.",
                allowed.backtest_origins
            ),
            0.0,
            allowed.backtest_origins > 0,
        ),
    ]
}
