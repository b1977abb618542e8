//! Which structures were weighed, and what each of them says.

use outlay_mmm::summary::{Estimate, StructureSummary};
use serde::Serialize;

use super::Material;
use crate::chart::groups::{Group, Groups, Line};
use crate::chart::weights::{Share, narrow, wide};
use crate::figure::Figure;
use crate::format::{MISSING, column_decimals};
use crate::rank::Ranked;
use crate::structures::{by_weight, sentence};
use crate::table::{Cell, Csv, Table};
use crate::terms::label;

/// Structures in the pictures; the table of weights holds all of them.
const DRAWN: usize = 6;

/// Weights, and returns under each structure.
#[derive(Debug, Serialize)]
pub(crate) struct Section {
    sentence: String,
    weights: Figure,
    measures: Table,
    returns: Option<Figure>,
}

type Structures<'a> = [(&'a str, &'a StructureSummary)];

/// The section; `None` where there is only one structure.
pub(crate) fn build(material: &Material<'_>) -> Option<Section> {
    let structures = by_weight(material.summary);
    if structures.is_empty() {
        return None;
    }
    Some(Section {
        sentence: sentence(material.summary, &material.terms),
        weights: weights(material, &structures),
        measures: measures(material, &structures),
        returns: returns(material, &structures),
    })
}

fn weights(material: &Material<'_>, structures: &Structures<'_>) -> Figure {
    let locale = material.terms.locale;
    let title = "How much each structure counts";
    let shares: Vec<Share> = structures
        .iter()
        .map(|(name, s)| Share {
            name: label(name),
            share: s.weight,
            tip: format!("{}: {} of the answer", label(name), locale.share(s.weight)),
        })
        .collect();
    let mut table = Table::new(&["Structure", "#Weight"]);
    let mut csv = Csv::new(["structure", "weight", "elpd", "behind", "k-hat"]);
    for (share, (_, s)) in shares.iter().zip(structures) {
        let shown = locale.share(s.weight);
        table.push(vec![Cell::text(share.name.clone()), Cell::number(shown, s.weight)]);
        csv.text(&share.name).number(s.weight);
        for value in [s.elpd, s.elpd_behind, s.khat] {
            csv.number(value.unwrap_or(f64::NAN));
        }
        csv.end();
    }
    let drawn = (wide(title, &shares, locale), narrow(title, &shares, locale));
    Figure::new("weights", title, drawn.0, table.with_csv(&csv))
        .with_narrow(drawn.1)
        .with_note("Every answer on this page is drawn from all of them in these shares.")
}

fn measures(material: &Material<'_>, structures: &Structures<'_>) -> Table {
    let locale = material.terms.locale;
    let mut table =
        Table::new(&["Structure", "#Foretells (elpd)", "#Behind the best", "#Roughness (k-hat)"]);
    for (name, s) in structures {
        let number = |value: Option<f64>, digits| match value {
            Some(v) => Cell::number(locale.fixed(v, digits), v),
            None => Cell::text(MISSING),
        };
        table.push(vec![
            Cell::text(label(name)),
            number(s.elpd, 1),
            number(s.elpd_behind, 1),
            number(s.khat, 2),
        ]);
    }
    table
}

fn returns(material: &Material<'_>, structures: &Structures<'_>) -> Option<Figure> {
    let terms = &material.terms;
    let drawn = &structures[..structures.len().min(DRAWN)];
    let paid: Vec<(&Ranked<'_>, Estimate)> =
        material.pictured().iter().filter_map(|r| r.channel.roi.map(|e| (r, e))).collect();
    if paid.is_empty() {
        return None;
    }
    let digits = column_decimals(paid.iter().map(|(_, e)| e.q50));
    let mut heads = vec!["Channel".to_owned(), "#Together".to_owned()];
    heads.extend(drawn.iter().map(|(name, _)| format!("#{}", label(name))));
    let mut table = Table::new(&heads.iter().map(String::as_str).collect::<Vec<_>>());
    let mut csv =
        Csv::new(["channel", "structure", "weight", "median", "5 %", "25 %", "75 %", "95 %"]);
    let mut groups = Vec::new();
    for (ranked, together) in &paid {
        let line = |name: String, class: String, shape: usize, e: &Estimate| {
            let shown = terms.locale.interval(e, digits);
            let tip = format!("{}, {name}: {shown}", ranked.name);
            Line { name, class, shape, estimate: *e, shown, tip }
        };
        let head = Line {
            name: ranked.name.clone(),
            ..line("together".into(), ranked.look.class(), ranked.look.pattern(), together)
        };
        let mut row = vec![
            Cell::text(ranked.name.clone()).with_swatch(ranked.look.class()),
            Cell::interval(&head.shown, together.q50),
        ];
        let mut parts = Vec::new();
        for (index, (name, structure)) in drawn.iter().enumerate() {
            let Some(e) = structure.roi.get(ranked.key) else {
                row.push(Cell::text(MISSING));
                continue;
            };
            let share = terms.locale.share(structure.weight);
            let part = line(format!("{} {share}", label(name)), "structure".into(), index % 4, e);
            row.push(Cell::interval(&part.shown, e.q50));
            csv.text(&ranked.name).text(&label(name)).number(structure.weight);
            for value in [e.q50, e.q05, e.q25, e.q75, e.q95] {
                csv.number(value);
            }
            csv.end();
            parts.push(part);
        }
        table.push(row);
        groups.push(Group { head, parts });
    }
    let title = format!("{} under each structure", terms.return_per_unit());
    let chart = Groups {
        title: title.clone(),
        unit: terms.rate_unit(),
        groups,
        reference: terms.outcome_is_money.then(|| (1.0, "pays for itself".to_owned())),
        locale: terms.locale,
    };
    let mut figure = Figure::new("under-structures", title, chart.wide(), table.with_csv(&csv))
        .with_narrow(chart.narrow())
        .with_note(
            "In colour the answer of all together; in grey, below it, each structure’s own.",
        );
    let hidden = structures.len() - drawn.len();
    if hidden > 0 {
        figure.table_note = format!("{hidden} structures of little weight are in summary.json.");
    }
    Some(figure)
}
