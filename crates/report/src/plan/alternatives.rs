//! The plan against what one might do instead: doing nothing first, the user's own plan second.

use outlay_mmm::summary::Estimate;
use outlay_planner::plan::Alternative;
use serde::Serialize;

use super::{Material, expected, unbroken};
use crate::chart::dots::{Dots, Row};
use crate::figure::Figure;
use crate::format::MISSING;
use crate::table::{Cell, Csv, Table};
use crate::terms::{capitalise, label};

/// Levels, differences, and both side by side in a table.
#[derive(Debug, Serialize)]
pub(crate) struct Section {
    levels: Option<Figure>,
    differences: Option<Figure>,
    table: Option<Table>,
    sentences: Vec<String>,
}

pub(crate) fn build(material: &Material<'_>) -> Section {
    let alternatives = &material.plan.comparison;
    if alternatives.is_empty() {
        return Section { levels: None, differences: None, table: None, sentences: Vec::new() };
    }
    Section {
        levels: Some(levels(material, alternatives)),
        differences: Some(differences(material, alternatives)),
        table: Some(table(material, alternatives).with_csv(&csv(material, alternatives))),
        sentences: alternatives.iter().map(|a| unbroken(&label(&a.sentence))).collect(),
    }
}

/// Names come as they stand inside a sentence.
fn name(alternative: &Alternative) -> String {
    capitalise(&label(&alternative.name))
}

fn levels(material: &Material<'_>, alternatives: &[Alternative]) -> Figure {
    let others = alternatives.iter().map(|a| (name(a), "structure", a.expected));
    let plan = ("This plan".to_owned(), "joined", material.plan.totals.expected);
    let rows: Vec<(String, &str, Estimate, String)> = others
        .chain([plan])
        .map(|(name, class, e)| (name, class, e, material.terms.outcome_interval(&expected(&e))))
        .collect();
    let title = if material.terms.outcome_is_money {
        "Revenue that each brings"
    } else {
        "What each brings"
    };
    figure(material, "levels", title, &material.terms.outcome_axis(), &rows, None)
        .with_note("Dot: the middle estimate; number: the expected one. The intervals move together: the differences say which is better.")
}

fn differences(material: &Material<'_>, alternatives: &[Alternative]) -> Figure {
    let rows: Vec<(String, &str, Estimate, String)> = alternatives
        .iter()
        .map(|a| {
            let shown = material.terms.outcome_change_interval(&expected(&a.difference));
            (name(a), "joined", a.difference, shown)
        })
        .collect();
    let unit = format!("difference, {}", material.terms.outcome_axis());
    let none = Some((0.0, "no difference".to_owned()));
    figure(material, "differences", "What the plan brings over each", &unit, &rows, none)
        .with_note("Right of zero the plan brings more, left of it less.")
}

fn figure(
    material: &Material<'_>,
    id: &str,
    title: &str,
    unit: &str,
    rows: &[(String, &str, Estimate, String)],
    reference: Option<(f64, String)>,
) -> Figure {
    let locale = material.terms.locale;
    let mut table =
        Table::new(&["What", "#Expected", "#Median", "#50 % interval", "#90 % interval"]);
    let mut csv = Csv::new(["what", "mean", "5 %", "25 %", "median", "75 %", "95 %"]);
    let mut dots = Vec::new();
    for (name, class, e, shown) in rows {
        let range = |low, high| locale.range(low, high, |x| locale.compact(x));
        let bare = |text: String| text.trim_matches(['(', ')']).to_owned();
        table.push(vec![
            Cell::text(name.clone()),
            Cell::number(locale.compact(e.mean), e.mean),
            Cell::number(locale.compact(e.q50), e.q50),
            Cell::number(bare(range(e.q25, e.q75)), e.q25),
            Cell::number(bare(range(e.q05, e.q95)), e.q05),
        ]);
        csv.text(name);
        for value in [e.mean, e.q05, e.q25, e.q50, e.q75, e.q95] {
            csv.number(value);
        }
        csv.end();
        dots.push(Row {
            name: name.clone(),
            class: (*class).to_owned(),
            shape: 0,
            estimate: *e,
            before: None,
            tip: format!("{name}: {shown}, 50 % interval {}", range(e.q25, e.q75)),
            shown: shown.clone(),
        });
    }
    let chart =
        // What may go wrong is not cut off.
        Dots { title: title.to_owned(), unit: unit.to_owned(), rows: dots, reference, whole: true, locale };
    Figure::new(id, title, chart.wide(), table.with_csv(&csv)).with_narrow(chart.narrow())
}

/// Measures and channels down, alternatives across, this plan last.
fn table(material: &Material<'_>, alternatives: &[Alternative]) -> Table {
    let (plan, terms) = (material.plan, &material.terms);
    let names: Vec<String> = alternatives.iter().map(|a| format!("#{}", name(a))).collect();
    let heads: Vec<&str> =
        std::iter::once("").chain(names.iter().map(String::as_str)).chain(["#This plan"]).collect();
    let mut table = Table::new(&heads);
    let money = |v: f64| Cell::number(terms.money(v), v).with_exact(terms.money_exact(v));
    let mut push = |head: Cell, cell: &dyn Fn(&Alternative) -> Cell, own: Cell| {
        table.push(
            std::iter::once(head).chain(alternatives.iter().map(cell)).chain([own]).collect(),
        );
    };
    push(Cell::text("Spend"), &|a| money(a.spend), money(plan.totals.planned));
    let outcome = |e: &Estimate| {
        let e = expected(e);
        Cell::interval(&terms.outcome_interval(&e), e.q50).with_exact(terms.locale.exact(e.q50))
    };
    push(Cell::text("Brings"), &|a| outcome(&a.expected), outcome(&plan.totals.expected));
    push(
        Cell::text("The plan brings more by"),
        &|a| {
            let e = expected(&a.difference);
            Cell::interval(&terms.outcome_change_interval(&e), e.q50)
        },
        Cell::text(""),
    );
    push(
        Cell::text("Probability that the plan is worse"),
        &|a| Cell::number(terms.locale.share(a.probability_worse), a.probability_worse),
        Cell::text(""),
    );
    for shown in &material.ordered {
        push(
            Cell::text(shown.name.clone()).with_swatch(shown.look.class()),
            &|a| a.channels.get(shown.index).map_or_else(|| Cell::text(MISSING), |v| money(*v)),
            money(shown.channel.planned),
        );
    }
    table
}

fn csv(material: &Material<'_>, alternatives: &[Alternative]) -> Csv {
    let fixed = [
        "alternative",
        "spend",
        "outcome mean",
        "outcome 5 %",
        "outcome median",
        "outcome 95 %",
        "plan less it mean",
        "plan less it 5 %",
        "plan less it median",
        "plan less it 95 %",
        "probability that the plan is worse",
    ];
    let channels = material.ordered.iter().map(|s| format!("spend {}", s.name));
    let mut csv = Csv::new(fixed.map(str::to_owned).into_iter().chain(channels));
    let ends = |e: &Estimate| [e.mean, e.q05, e.q50, e.q95];
    for a in alternatives {
        csv.text(&label(&a.name)).number(a.spend);
        for value in ends(&a.expected).into_iter().chain(ends(&a.difference)) {
            csv.number(value);
        }
        csv.number(a.probability_worse);
        for shown in &material.ordered {
            csv.number(a.channels.get(shown.index).copied().unwrap_or(f64::NAN));
        }
        csv.end();
    }
    csv.text("This plan").number(material.plan.totals.planned);
    for value in ends(&material.plan.totals.expected).into_iter().chain([f64::NAN; 5]) {
        csv.number(value);
    }
    for shown in &material.ordered {
        csv.number(shown.channel.planned);
    }
    csv.end();
    csv
}
