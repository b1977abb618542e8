//! What cannot be told apart, and what is known of it together.

use outlay_mmm::summary::{JointEffect, JointReason};
use serde::Serialize;

use super::Material;
use crate::chart::groups::{Group, Groups, Line};
use crate::figure::Figure;
use crate::format::{MISSING, column_decimals};
use crate::table::{Cell, Csv, Table};
use crate::terms::label;

/// Sentences, a picture of groups, a table of all.
#[derive(Debug, Serialize)]
pub(crate) struct Section {
    sentences: Vec<String>,
    figure: Option<Figure>,
    table: Table,
}

/// The section; `None` where everything can be told apart.
pub(crate) fn build(material: &Material<'_>) -> Option<Section> {
    let effects = &material.summary.joint;
    if effects.is_empty() {
        return None;
    }
    Some(Section {
        sentences: effects.iter().map(|e| label(&e.sentence)).collect(),
        figure: figure(material, effects),
        table: table(material, effects),
    })
}

fn reason(reason: JointReason) -> &'static str {
    match reason {
        JointReason::RanTogether => "always ran together",
        JointReason::TradeOff => "trade against each other",
        JointReason::NeverVaried => "hardly varied",
        JointReason::PriorUnmoved => "stayed where it was believed to be",
    }
}

fn names(effect: &JointEffect) -> String {
    effect.channels.iter().map(|c| label(c)).collect::<Vec<_>>().join(" + ")
}

fn table(material: &Material<'_>, effects: &[JointEffect]) -> Table {
    let terms = &material.terms;
    let digits = column_decimals(effects.iter().map(|e| e.roi.q50));
    let returns = format!("#{}", terms.return_per_unit());
    let mut table =
        Table::new(&["Channels", "Why", "#Correlation", "#Spend", "#Contribution", &returns]);
    let mut csv = Csv::new([
        "channels",
        "reason",
        "correlation",
        "spend",
        "contribution",
        "return",
        "5 %",
        "95 %",
    ]);
    for effect in effects {
        table.push(vec![
            Cell::text(names(effect)),
            Cell::text(reason(effect.reason)),
            match effect.correlation {
                Some(c) => Cell::number(terms.locale.aligned(c, 2), c),
                None => Cell::text(MISSING),
            },
            Cell::number(terms.money(effect.spend), effect.spend)
                .with_exact(terms.money_exact(effect.spend)),
            Cell::interval(&terms.outcome_interval(&effect.contribution), effect.contribution.q50),
            Cell::interval(&terms.locale.interval(&effect.roi, digits), effect.roi.q50),
        ]);
        csv.text(&names(effect)).text(reason(effect.reason));
        csv.number(effect.correlation.unwrap_or(f64::NAN)).number(effect.spend);
        for value in [effect.contribution.q50, effect.roi.q50, effect.roi.q05, effect.roi.q95] {
            csv.number(value);
        }
        csv.end();
    }
    table.with_csv(&csv)
}

/// Channels that are told as one, with each one's own return below; a single one has nothing to be
/// set beside.
fn figure(material: &Material<'_>, effects: &[JointEffect]) -> Option<Figure> {
    let terms = &material.terms;
    let several: Vec<&JointEffect> = effects.iter().filter(|e| e.channels.len() > 1).collect();
    if several.is_empty() {
        return None;
    }
    let own = |name: &str| material.ranked.iter().find(|r| r.key == name);
    let digits = column_decimals(several.iter().map(|e| e.roi.q50));
    let returns = terms.return_per_unit();
    let mut table = Table::new(&["Channels", &format!("#{returns}")]);
    let mut csv = Csv::new(["channels", "median", "5 %", "25 %", "75 %", "95 %"]);
    let mut groups = Vec::new();
    for effect in several {
        let mut line = |name: String, class: String, shape, e: &outlay_mmm::summary::Estimate| {
            let shown = terms.locale.interval(e, digits);
            table.push(vec![Cell::text(name.clone()), Cell::interval(&shown, e.q50)]);
            csv.text(&name);
            for value in [e.q50, e.q05, e.q25, e.q75, e.q95] {
                csv.number(value);
            }
            csv.end();
            let tip = format!("{name}: {shown}");
            Line { name, class, shape, estimate: *e, shown, tip }
        };
        let mut head = line(names(effect), "joined".into(), 0, &effect.roi);
        head.name = "together".to_owned();
        let found = effect.channels.iter().filter_map(|c| own(c));
        let parts = found.filter_map(|ranked| {
            let e = ranked.channel.roi?;
            Some(line(ranked.name.clone(), ranked.look.class(), ranked.look.pattern(), &e))
        });
        groups.push(Group { parts: parts.collect(), head });
    }
    let title = format!("{returns}: together, and each alone");
    let chart = Groups {
        title: title.clone(),
        unit: terms.rate_unit(),
        groups,
        reference: terms.outcome_is_money.then(|| (1.0, "pays for itself".to_owned())),
        locale: terms.locale,
    };
    Some(
        Figure::new("together", title, chart.wide(), table.with_csv(&csv))
            .with_narrow(chart.narrow()),
    )
}
