//! What holds the plan back, and what to know before signing it.

use serde::Serialize;

use super::hold::PriceUnit;
use super::{Material, unbroken};
use crate::format::column_decimals;
use crate::table::{Cell, Csv, Table};
use crate::terms::{capitalise, label};

/// The limits that bind, in words and with their prices, and all limits as they were given.
#[derive(Debug, Serialize)]
pub(crate) struct Section {
    sentences: Vec<String>,
    table: Option<Table>,
    given: Vec<String>,
    /// What to say where none binds.
    none: &'static str,
}

/// Something to know.
#[derive(Debug, Serialize)]
pub(crate) struct Note {
    code: String,
    sentence: String,
}

pub(crate) fn build(material: &Material<'_>) -> Section {
    let plan = material.plan;
    Section {
        sentences: plan
            .binding
            .iter()
            .map(|b| capitalise(&unbroken(&label(&b.sentence))))
            .collect(),
        table: (!plan.binding.is_empty()).then(|| table(material)),
        none: if material.was_searched() {
            "No limit holds it back: moving any of them by a little changes nothing."
        } else {
            "This plan was priced as it was given, without limits."
        },
        given: plan.question.limits.iter().map(|l| label(l)).collect(),
    }
}

pub(crate) fn notes(material: &Material<'_>) -> Vec<Note> {
    let notes = material.plan.notes.iter();
    notes.map(|n| Note { code: label(&n.code), sentence: unbroken(&label(&n.sentence)) }).collect()
}

fn table(material: &Material<'_>) -> Table {
    let (plan, terms) = (material.plan, &material.terms);
    let per_unit = format!("#One {} of room brings", terms.unit);
    let mut table = Table::new(&["Limit", &per_unit, "#1 % of room brings"]);
    let mut csv = Csv::new(["limit", "one unit of room brings", "1 % of room brings"]);
    let unit = PriceUnit::of(material);
    let digits = column_decimals(plan.binding.iter().map(|b| b.price));
    for binding in &plan.binding {
        let limit = label(&binding.limit);
        table.push(vec![
            Cell::text(limit.clone()),
            Cell::number(unit.rate(material, binding.price, digits), binding.price),
            Cell::number(unit.amount(material, binding.price_of_percent), binding.price_of_percent)
                .with_exact(terms.locale.exact(binding.price_of_percent)),
        ]);
        csv.text(&limit).number(binding.price).number(binding.price_of_percent).end();
    }
    table.with_csv(&csv)
}
