//! What a demand that nobody measured could undo.

use outlay_mmm::summary::HiddenDemand;
use serde::Serialize;

use super::Material;
use crate::format::MISSING;
use crate::table::{Cell, Csv, Table};
use crate::terms::label;

/// The weakest channel in a sentence, all in a table.
#[derive(Debug, Serialize)]
pub(crate) struct Section {
    sentence: String,
    table: Table,
}

/// The section; `None` where nothing is known.
pub(crate) fn build(material: &Material<'_>) -> Option<Section> {
    let all = material.summary.by_hidden_demand();
    let (_, weakest) = all.first()?;
    Some(Section { sentence: label(&weakest.sentence), table: table(material, &all) })
}

fn table(material: &Material<'_>, all: &[(&str, &HiddenDemand)]) -> Table {
    let locale = material.terms.locale;
    let mut table = Table::new(&[
        "Channel",
        "#Halved by a share of",
        "One as strong as",
        "#Leaves of its return",
    ]);
    let mut csv = Csv::new(["channel", "halved by", "as strong as", "exposure", "outcome", "left"]);
    for (name, hidden) in all {
        let mut row =
            vec![Cell::text(label(name)), Cell::number(locale.share(hidden.halves), hidden.halves)];
        match hidden.references.first() {
            Some(r) => row.extend([
                Cell::text(label(r.known_as())),
                Cell::number(locale.share(r.left), r.left),
            ]),
            None => row.extend([Cell::text(MISSING), Cell::text(MISSING)]),
        }
        table.push(row);
        for r in &hidden.references {
            csv.text(&label(name)).number(hidden.halves).text(&label(&r.name));
            csv.number(r.exposure).number(r.outcome).number(r.left);
            csv.end();
        }
        if hidden.references.is_empty() {
            csv.text(&label(name)).number(hidden.halves).text("");
            (0..3).for_each(|_| {
                csv.number(f64::NAN);
            });
            csv.end();
        }
    }
    table.with_csv(&csv)
}
