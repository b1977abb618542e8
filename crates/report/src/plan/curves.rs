//! The response curve of each channel, the others as planned.

use outlay_planner::plan::{ChannelPlan, Curve};
use serde::Serialize;

use super::{Material, Shown, expected};
use crate::chart::interpolate;
use crate::chart::plan_curve::{PlanCurve, Point};
use crate::figure::Figure;
use crate::format::column_decimals;
use crate::table::{Cell, Csv, Table};

/// The curves, one per pictured channel that has one.
#[derive(Debug, Serialize)]
pub(crate) struct Section {
    curves: Vec<ChannelCurve>,
    left_out: usize,
    next: String,
}

#[derive(Debug, Serialize)]
struct ChannelCurve {
    figure: Figure,
    /// What the curve says at the plan.
    reading: String,
}

pub(crate) fn build(material: &Material<'_>) -> Section {
    let curves = material.pictured().iter().filter(|s| usable(&s.channel.curve));
    let left_out = material.others().iter().filter(|s| usable(&s.channel.curve)).count();
    Section {
        curves: curves.map(|s| curve(material, s)).collect(),
        left_out,
        next: material.terms.return_on_next_unit().to_lowercase(),
    }
}

fn usable(curve: &Curve) -> bool {
    curve.spend.len() >= 2
        && curve.spend.len() == curve.outcome.len()
        && curve.spend.last().is_some_and(|s| s.is_finite() && *s > 0.0)
}

fn curve(material: &Material<'_>, shown: &Shown<'_>) -> ChannelCurve {
    let (terms, c) = (&material.terms, shown.channel);
    let means = Curve {
        spend: c.curve.spend.clone(),
        outcome: c.curve.outcome.iter().map(expected).collect(),
    };
    let mroi = expected(&c.mroi);
    let digits = column_decimals([mroi.q50, mroi.q95]);
    let next = if mroi.q50.is_finite() {
        format!("next {}: {}", terms.unit, terms.rate(mroi.q50, digits))
    } else {
        String::new()
    };
    let title = format!("{}: {} against spend", shown.name, terms.outcome);
    let point = |what: &str, spend: f64, e: &outlay_mmm::summary::Estimate| Point {
        spend,
        outcome: on_curve(&means, spend, expected(e).q50),
        tip: format!(
            "{}, {what}: {} brings {}",
            shown.name,
            terms.money_exact(spend),
            terms.outcome_interval(&expected(e))
        ),
    };
    let drawing = PlanCurve {
        title: &title,
        look: shown.look,
        curve: &means,
        observed_to: c.observed_to,
        now: &point("now", c.current, &c.expected_current),
        plan: &point("plan", c.planned, &c.expected),
        slope: mroi.q50,
        next: &next,
        spend_unit: &format!("{} in {}", terms.spend_axis(), material.span()),
        outcome_unit: &terms.outcome_axis(),
        locale: terms.locale,
    };
    let figure = Figure::new(
        &format!("curve-{}", shown.index),
        shown.name.clone(),
        drawing.draw(),
        table(material, &means).with_csv(&csv(&c.curve)),
    );
    ChannelCurve { figure, reading: reading(material, c, digits) }
}

/// The central value of a curve at a spend; what was priced there where the curve does not
/// reach it.
fn on_curve(curve: &Curve, spend: f64, priced: f64) -> f64 {
    let (Some(first), Some(last)) = (curve.spend.first(), curve.spend.last()) else {
        return priced;
    };
    if !(*first..=*last).contains(&spend) {
        return priced;
    }
    let median: Vec<f64> = curve.outcome.iter().map(|e| e.q50).collect();
    interpolate(&curve.spend, &median, spend)
}

fn reading(material: &Material<'_>, c: &ChannelPlan, digits: usize) -> String {
    let terms = &material.terms;
    let mroi = expected(&c.mroi);
    let range = terms.locale.range(c.mroi.q05, c.mroi.q95, |x| terms.locale.aligned(x, digits));
    let mut text = format!(
        "{} brings {}; the next {} returns {} {range}.",
        terms.money(c.planned),
        terms.outcome_interval(&expected(&c.expected)),
        terms.unit,
        terms.rate(mroi.q50, digits),
    );
    if c.extrapolated {
        text.push_str(" The plan goes beyond what the data has seen here.");
    }
    text
}

/// At most a dozen points, so that the table can be read.
fn table(material: &Material<'_>, curve: &Curve) -> Table {
    let terms = &material.terms;
    let mut table = Table::new(&["#Spend", "#Brings"]);
    let every = curve.spend.len().div_ceil(12).max(1);
    for (spend, e) in curve.spend.iter().zip(&curve.outcome).step_by(every) {
        table.push(vec![
            Cell::number(terms.money(*spend), *spend).with_exact(terms.money_exact(*spend)),
            Cell::interval(&terms.outcome_interval(e), e.q50),
        ]);
    }
    table
}

fn csv(curve: &Curve) -> Csv {
    let mut csv = Csv::new([
        "spend",
        "outcome mean",
        "outcome 5 %",
        "outcome 25 %",
        "outcome median",
        "outcome 75 %",
        "outcome 95 %",
    ]);
    for (spend, e) in curve.spend.iter().zip(&curve.outcome) {
        csv.number(*spend);
        for value in [e.mean, e.q05, e.q25, e.q50, e.q75, e.q95] {
            csv.number(value);
        }
        csv.end();
    }
    csv
}
