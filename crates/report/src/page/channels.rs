//! The table of all channels.

use outlay_mmm::summary::{ChannelKind, Estimate};
use serde::Serialize;

use super::Material;
use crate::format::{MISSING, column_decimals};
use crate::rank::Ranked;
use crate::table::{Cell, Csv, Table};
use crate::terms::capitalise;

/// The table, with one row per channel and one for all paid media.
#[derive(Debug, Serialize)]
pub(crate) struct Section {
    table: Table,
    treatments: Option<Table>,
}

pub(crate) fn build(material: &Material<'_>) -> Section {
    Section { table: table(material), treatments: treatments(material) }
}

fn table(material: &Material<'_>) -> Table {
    let (summary, terms) = (material.summary, &material.terms);
    let total = &summary.total_media;
    let share_head = format!("#Share of {}", terms.outcome);
    let return_head = format!("#{}", terms.return_per_unit());
    let next_head = format!("#Next {}", terms.unit_of_spend());
    let cost_head = format!("#Spend per {}", terms.outcome);
    let mut heads = vec![
        "Channel",
        "#Spend",
        "#Share of spend",
        "#Contribution",
        &share_head,
        &return_head,
        &next_head,
    ];
    if !terms.outcome_is_money {
        heads.push(&cost_head);
    }
    heads.push("#Carries over");
    let mut table = Table::new(&heads);

    let rois = || material.ranked.iter().filter_map(|r| r.channel.roi);
    let mrois = || material.ranked.iter().filter_map(|r| r.channel.mroi);
    let digits = column_decimals(rois().chain(mrois()).map(|e| e.q50));
    let rate = |e: &Option<Estimate>| match e {
        Some(e) => Cell::interval(&terms.locale.interval(e, digits), e.q50),
        None => Cell::text(MISSING),
    };
    let share = |e: &Estimate| Cell::interval(&terms.locale.share_interval(e), e.q50);
    let outcome = |e: &Estimate| {
        Cell::interval(&terms.outcome_interval(e), e.q50).with_exact(terms.locale.exact(e.q50))
    };
    for ranked in &material.ranked {
        let c = ranked.channel;
        let paid = c.kind == ChannelKind::Paid;
        let mut row = vec![
            Cell::text(ranked.name.clone()).with_swatch(ranked.look.class()),
            if paid { money(material, c.spend) } else { Cell::text("organic") },
            if paid {
                Cell::number(terms.locale.share(c.spend_share), c.spend_share)
            } else {
                Cell::text(MISSING)
            },
            outcome(&c.contribution),
            share(&c.contribution_share),
            rate(&c.roi),
            rate(&c.mroi),
        ];
        if !terms.outcome_is_money {
            row.push(match &c.cpa {
                Some(e) => Cell::interval(&terms.cost_interval(e), e.q50),
                None => Cell::text(MISSING),
            });
        }
        row.push(share(&c.carryover_share));
        table.push(row);
    }
    let mut row = vec![
        Cell::text("All paid media"),
        money(material, total.spend),
        Cell::number(terms.locale.share(if total.spend > 0.0 { 1.0 } else { f64::NAN }), 1.0),
        outcome(&total.contribution),
        share(&total.contribution_share),
        rate(&total.roi),
        Cell::text(""),
    ];
    if !terms.outcome_is_money {
        row.push(Cell::text(""));
    }
    row.push(Cell::text(""));
    table.push(row);
    table.with_csv(&csv(&material.ranked))
}

fn money(material: &Material<'_>, amount: f64) -> Cell {
    Cell::number(material.terms.money(amount), amount)
        .with_exact(material.terms.money_exact(amount))
}

fn csv(ranked: &[Ranked<'_>]) -> Csv {
    const QUANTITIES: [&str; 6] = [
        "contribution",
        "contribution share",
        "return",
        "return on next unit",
        "cost per outcome",
        "carry-over share",
    ];
    let mut heads: Vec<String> =
        ["channel", "kind", "spend", "spend share"].map(str::to_owned).to_vec();
    for quantity in QUANTITIES {
        heads.extend(
            ["mean", "sd", "5 %", "25 %", "median", "75 %", "95 %"]
                .map(|q| format!("{quantity} {q}")),
        );
    }
    let mut csv = Csv::new(heads);
    for r in ranked {
        let c = r.channel;
        csv.text(&r.name).text(if c.kind == ChannelKind::Paid { "paid" } else { "organic" });
        csv.number(c.spend).number(c.spend_share);
        let estimates = [
            Some(c.contribution),
            Some(c.contribution_share),
            c.roi,
            c.mroi,
            c.cpa,
            Some(c.carryover_share),
        ];
        for estimate in estimates {
            for value in estimate
                .map_or([f64::NAN; 7], |e| [e.mean, e.sd, e.q05, e.q25, e.q50, e.q75, e.q95])
            {
                csv.short(value);
            }
        }
        csv.end();
    }
    csv
}

/// Non-media treatments, where there are any.
fn treatments(material: &Material<'_>) -> Option<Table> {
    let (summary, terms) = (material.summary, &material.terms);
    if summary.treatments.is_empty() {
        return None;
    }
    let mut table = Table::new(&[
        "Not media",
        &format!("#{} against its usual value", capitalise(&terms.outcome)),
    ]);
    let mut csv = Csv::new(["treatment", "mean", "sd", "5 %", "25 %", "median", "75 %", "95 %"]);
    for (name, e) in &summary.treatments {
        let name = crate::terms::label(name);
        table.push(vec![
            Cell::text(name.clone()),
            Cell::interval(&terms.outcome_interval(e), e.q50).with_exact(terms.locale.exact(e.q50)),
        ]);
        csv.text(&name);
        for value in [e.mean, e.sd, e.q05, e.q25, e.q50, e.q75, e.q95] {
            csv.number(value);
        }
        csv.end();
    }
    Some(table.with_csv(&csv))
}
