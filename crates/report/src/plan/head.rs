//! The head of a plan's page: the sentence, what to know first, and the totals.

use serde::Serialize;

use super::{Material, expected, plural, unbroken};
use crate::format::column_decimals;
use crate::page::head::State;
use crate::terms::{capitalise, label};

/// What stands above the first picture.
#[derive(Debug, Serialize)]
pub(crate) struct Head {
    sentence: String,
    pub(super) period: String,
    /// Verdict of the fit that the plan rests on.
    state: State,
    notices: Vec<Notice>,
    figures: Vec<KeyFigure>,
    asked: String,
}

#[derive(Debug, Serialize)]
struct Notice {
    class: &'static str,
    title: &'static str,
    text: &'static str,
}

#[derive(Debug, Serialize)]
struct KeyFigure {
    name: String,
    value: String,
    after: String,
}

/// Word and shape of the fit's health; a word that is not known asks for a look.
pub(crate) fn health(verdict: &str) -> State {
    match verdict {
        "pass" | "ok" => State { class: "ok", shape: "●", word: "ok" },
        "fail" => State { class: "fail", shape: "■", word: "fail" },
        _ => State { class: "review", shape: "▲", word: "review" },
    }
}

pub(crate) fn build(material: &Material<'_>) -> Head {
    let (plan, question) = (material.plan, &material.plan.question);
    let mut period = String::new();
    if let Some(first) = question.periods.first() {
        let first = super::period_names(std::slice::from_ref(first), &question.period);
        period = format!("from {} · ", first.concat());
    }
    period.push_str(&material.span());
    if question.geos.len() > 1 {
        period.push_str(&format!(" · {}", plural(question.geos.len(), "region")));
    }
    if let Some(currency) = &question.currency {
        period.push_str(&format!(" · {}", label(currency)));
    }
    let mut notices = Vec::new();
    if plan.source.health == "fail" {
        notices.push(Notice {
            class: "fail",
            title: "Do not act on this plan.",
            text: "The model that it rests on failed its health check: mend the model first, then plan again.",
        });
    }
    Head {
        sentence: unbroken(&plan.sentence),
        period,
        state: health(&plan.source.health),
        notices,
        figures: figures(material),
        asked: asked(material),
    }
}

fn figures(material: &Material<'_>) -> Vec<KeyFigure> {
    let (totals, terms) = (&material.plan.totals, &material.terms);
    let mut figures = Vec::new();
    let mut add = |name: String, text: String| {
        let (value, after) = match text.split_once(" (") {
            Some((value, after)) => (value.to_owned(), format!("({after}")),
            None => (text, String::new()),
        };
        figures.push(KeyFigure { name, value, after });
    };
    add("Budget".into(), budget(material));
    let now = match super::relative_change(terms, totals.current, totals.planned).as_str() {
        "" => String::new(),
        "=" => ", as now".to_owned(),
        "new" => "; nothing is spent now".to_owned(),
        change => format!(", {change} against now"),
    };
    add(format!("Planned{now}"), terms.money(totals.planned));
    add("Left unspent".into(), terms.money(totals.unspent));
    let brings = if terms.outcome_is_money { "Revenue it brings" } else { "It brings" };
    let unit = if terms.outcome_is_money { String::new() } else { format!(", {}", terms.outcome) };
    add(format!("{brings}{unit}"), terms.outcome_interval(&expected(&totals.expected)));
    if let Some(nothing) = material.plan.comparison.first() {
        add(
            format!(
                "Over doing nothing; worse with a probability of {}",
                terms.locale.share(nothing.probability_worse)
            ),
            terms.outcome_change_interval(&expected(&nothing.difference)),
        );
    }
    if let Some(roi) = totals.roi.as_ref().map(expected) {
        let digits = column_decimals([roi.q50, roi.q95]);
        let range = terms.locale.range(roi.q05, roi.q95, |x| terms.locale.aligned(x, digits));
        add(terms.return_per_unit(), format!("{} {range}", terms.rate(roi.q50, digits)));
    }
    if let Some(cost) = totals.cost_per_outcome.as_ref().filter(|_| !terms.outcome_is_money) {
        add(format!("Spend per outcome, {}", terms.outcome), terms.cost_interval(cost));
    }
    if let Some(profit) = &totals.profit {
        add("Profit after spend".into(), terms.money_interval(&expected(profit)));
    }
    figures
}

/// `€9.1M`, `up to €9.1M`, `€8M–€9.1M`, `not fixed`.
fn budget(material: &Material<'_>) -> String {
    let (question, terms) = (&material.plan.question, &material.terms);
    let (least, most) = (question.budget_least, question.budget_most.filter(|m| m.is_finite()));
    match most {
        Some(most) if least <= 0.0 => format!("up to {}", terms.money(most)),
        Some(most) if (most - least).abs() <= 1e-6 * most.abs() => terms.money(most),
        Some(most) => format!("{}–{}", terms.money(least), terms.money(most)),
        None if least > 0.0 => format!("{} or more", terms.money(least)),
        None => "not fixed".to_owned(),
    }
}

/// What was asked for, and how much of the outcome comes only later.
fn asked(material: &Material<'_>) -> String {
    let (totals, terms) = (&material.plan.totals, &material.terms);
    let objective = label(&material.plan.question.objective);
    let mut text = format!("Asked for: {objective}.");
    let share = totals.expected_later / totals.expected.mean;
    if share.is_finite() && share > 0.0005 {
        text.push_str(&format!(
            " Of what the plan brings, {} ({}) comes after the last {}: it carries over.",
            terms.outcome(totals.expected_later),
            terms.locale.share(share),
            label(&material.plan.question.period)
        ));
    }
    capitalise(&text)
}
