//! The head of the page: the sentence, the verdict, what to know before reading on, and the four
//! numbers that a director asks for.

use outlay_mmm::summary::{Method, Verdict};
use serde::Serialize;

use super::Material;
use crate::format::column_decimals;
use crate::terms::label;

/// What stands above the first picture.
#[derive(Debug, Serialize)]
pub(crate) struct Head {
    sentence: String,
    source: String,
    period: String,
    state: State,
    notices: Vec<Notice>,
    figures: Vec<KeyFigure>,
}

/// A state as word and shape.
#[derive(Debug, Serialize)]
pub(crate) struct State {
    /// Class, which sets colour and shape.
    pub(crate) class: &'static str,
    /// The shape.
    pub(crate) shape: &'static str,
    /// The word.
    pub(crate) word: &'static str,
}

#[derive(Debug, Serialize)]
struct Notice {
    class: &'static str,
    title: String,
    text: String,
}

#[derive(Debug, Serialize)]
struct KeyFigure {
    name: String,
    value: String,
    after: String,
}

/// Word and shape of a verdict.
pub(crate) fn state(verdict: Verdict) -> State {
    match verdict {
        Verdict::Ok => State { class: "ok", shape: "●", word: "ok" },
        Verdict::Review => State { class: "review", shape: "▲", word: "review" },
        Verdict::Fail => State { class: "fail", shape: "■", word: "fail" },
    }
}

pub(crate) fn build(material: &Material<'_>) -> Head {
    let summary = material.summary;
    let data = &summary.data;
    let days = |date: chrono::NaiveDate| date.format("%-d %b %Y").to_string();
    let plural =
        |n: usize, word: &str| if n == 1 { format!("1 {word}") } else { format!("{n} {word}s") };
    let mut period = format!(
        "{} – {} · {}",
        days(data.start),
        days(data.end),
        plural(data.periods, &data.granularity)
    );
    if data.geos.len() > 1 {
        period.push_str(&format!(" · {}", plural(data.geos.len(), "region")));
    }
    if let Some(currency) = &data.currency {
        period.push_str(&format!(" · {}", label(currency)));
    }
    Head {
        sentence: summary.sentence.trim().to_owned(),
        source: label(&data.source),
        period: label(&period),
        state: state(summary.health.verdict),
        notices: notices(material),
        figures: figures(material),
    }
}

fn notices(material: &Material<'_>) -> Vec<Notice> {
    let summary = material.summary;
    let mut notices = Vec::new();
    if summary.health.verdict == Verdict::Fail {
        notices.push(Notice {
            class: "fail",
            title: "Do not act on these numbers.".into(),
            text: "The health check failed; what is wrong and what to do stands under “Can I believe it?”.".into(),
        });
    }
    match summary.method {
        Method::Ridge => notices.push(Notice {
            class: "review",
            title: "A second opinion, not a Bayesian answer.".into(),
            text: "These numbers come from a Robyn-style ridge regression. Its intervals are the spread over the \
                   chosen models, not probabilities; set it beside a full fit before you act on it."
                .into(),
        }),
        Method::Laplace | Method::Pathfinder => notices.push(approximate(match summary.method {
            Method::Laplace => "a Laplace approximation",
            _ => "Pathfinder",
        })),
        Method::Nuts if summary.approximate => notices.push(approximate("an approximate method")),
        Method::Nuts => {}
    }
    if summary.diagnostics.interrupted {
        notices.push(Notice {
            class: "review",
            title: "The run was interrupted.".into(),
            text: format!(
                "The answer rests on the {} draws per chain that were taken until then.",
                summary.diagnostics.draws
            ),
        });
    }
    notices
}

fn approximate(how: &str) -> Notice {
    Notice {
        class: "review",
        title: "An approximate answer.".into(),
        text: format!(
            "The intervals come from {how} and can be too narrow. It is right for looking around; fit with full \
             sampling before money moves."
        ),
    }
}

fn figures(material: &Material<'_>) -> Vec<KeyFigure> {
    let (summary, terms) = (material.summary, &material.terms);
    let total = &summary.total_media;
    let split = |text: String| match text.split_once(" (") {
        Some((value, after)) => (value.to_owned(), format!("({after}")),
        None => (text, String::new()),
    };
    let mut figures = Vec::new();
    let mut add = |name: String, (value, after): (String, String)| {
        figures.push(KeyFigure { name, value, after })
    };
    let outcome_name = if terms.outcome_is_money {
        "Revenue".to_owned()
    } else {
        crate::terms::capitalise(&terms.outcome)
    };
    add(
        format!("{outcome_name} in all"),
        (terms.outcome(summary.data.total_outcome), String::new()),
    );
    add("Spend".into(), (terms.money(total.spend), String::new()));
    add(
        format!("Brought by paid media, of all {}", terms.outcome),
        split(terms.locale.share_interval(&total.contribution_share)),
    );
    if let Some(roi) = &total.roi {
        let digits = column_decimals([roi.q50, roi.q95]);
        let range = terms.locale.range(roi.q05, roi.q95, |x| terms.locale.aligned(x, digits));
        add(terms.return_per_unit(), (terms.rate(roi.q50, digits), range));
    }
    figures
}
