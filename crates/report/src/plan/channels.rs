//! The table of all channels: what each spends and brings, on average and at the margin.

use outlay_mmm::summary::Estimate;
use serde::Serialize;

use super::{Material, expected, relative_change};
use crate::format::{MISSING, column_decimals};
use crate::table::{Cell, Csv, Table};
use crate::terms::Terms;

/// The table, with one row per channel and one for the whole plan.
#[derive(Debug, Serialize)]
pub(crate) struct Section {
    table: Table,
}

pub(crate) fn build(material: &Material<'_>) -> Section {
    Section { table: table(material).with_csv(&csv(material)) }
}

fn table(material: &Material<'_>) -> Table {
    let terms = &material.terms;
    let totals = &material.plan.totals;
    // The column of what knowing would be worth stands only where it was computed.
    let knowing = material.ordered.iter().any(|s| s.channel.value_of_information.is_some());
    let returns = format!("#{}", terms.return_per_unit());
    let next = format!("#Next {}", terms.unit);
    let next_now = format!("{next} now");
    let mut heads =
        vec!["Channel", "#Now", "#Planned", "#Change", "#Brings", &returns, &next, &next_now];
    if knowing {
        heads.push("#Worth of knowing");
    }
    heads.push("Tried before");
    let mut table = Table::new(&heads);

    let rates = material.ordered.iter().flat_map(|s| {
        let c = s.channel;
        [c.roi.map(|e| e.mean), Some(c.mroi.mean), Some(c.mroi_current.mean)]
    });
    let digits = column_decimals(rates.flatten());
    let rate = |e: &Estimate| {
        let e = expected(e);
        Cell::interval(&terms.locale.interval(&e, digits), e.q50)
    };
    for shown in &material.ordered {
        let c = shown.channel;
        let mut row = vec![Cell::text(shown.name.clone()).with_swatch(shown.look.class())];
        row.extend(amounts(terms, c.current, c.planned));
        row.push(brings(terms, &c.expected));
        row.push(c.roi.as_ref().map_or_else(|| Cell::text(MISSING), rate));
        row.push(rate(&c.mroi));
        row.push(rate(&c.mroi_current));
        if knowing {
            row.push(match c.value_of_information {
                Some(value) => Cell::number(terms.outcome(value), value),
                None => Cell::text(MISSING),
            });
        }
        row.push(Cell::text(if c.extrapolated { "beyond" } else { "yes" }));
        table.push(row);
    }
    let mut row = vec![Cell::text("The whole plan")];
    row.extend(amounts(terms, totals.current, totals.planned));
    row.push(brings(terms, &totals.expected));
    row.push(totals.roi.as_ref().map_or_else(|| Cell::text(MISSING), rate));
    row.resize_with(heads.len(), || Cell::text(""));
    table.push(row);
    table
}

fn amounts(terms: &Terms, now: f64, planned: f64) -> [Cell; 3] {
    let money = |v: f64| Cell::number(terms.money(v), v).with_exact(terms.money_exact(v));
    let change = relative_change(terms, now, planned);
    [money(now), money(planned), Cell::number(change, planned - now)]
}

fn brings(terms: &Terms, e: &Estimate) -> Cell {
    let e = expected(e);
    Cell::interval(&terms.outcome_interval(&e), e.q50).with_exact(terms.locale.exact(e.q50))
}

fn csv(material: &Material<'_>) -> Csv {
    const ESTIMATES: [&str; 5] =
        ["outcome", "outcome now", "return", "return on next unit", "return on next unit now"];
    const QUANTILES: [&str; 6] = ["mean", "5 %", "25 %", "median", "75 %", "95 %"];
    let fixed = ["channel", "now", "planned", "seen to", "beyond seen", "worth of knowing"];
    let estimates =
        ESTIMATES.iter().flat_map(|e| QUANTILES.iter().map(move |q| format!("{e} {q}")));
    let mut csv = Csv::new(fixed.map(str::to_owned).into_iter().chain(estimates));
    for shown in &material.ordered {
        let c = shown.channel;
        csv.text(&shown.name).number(c.current).number(c.planned).number(c.observed_to);
        csv.text(if c.extrapolated { "yes" } else { "no" });
        csv.number(c.value_of_information.unwrap_or(f64::NAN));
        let all =
            [Some(c.expected), Some(c.expected_current), c.roi, Some(c.mroi), Some(c.mroi_current)];
        for e in all {
            let values = e.map_or([f64::NAN; 6], |e| [e.mean, e.q05, e.q25, e.q50, e.q75, e.q95]);
            for value in values {
                csv.number(value);
            }
        }
        csv.end();
    }
    csv
}
