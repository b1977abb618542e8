//! Reach, as a terminal shows it.

use outlay_engine::reach::{Curve, Reached};
use outlay_planner::reach::Unit;
use outlay_report::format::Locale;

use super::table::{Column, set};

fn compact(x: f64) -> String {
    Locale::POINT.compact(x)
}

fn maybe(x: Option<f64>) -> String {
    x.map_or_else(|| "—".to_owned(), compact)
}

/// Curves at the largest amounts given, and the split where there is one.
pub(crate) fn reached(answer: &Reached) -> String {
    let all = &answer.curves;
    let of = |f: &dyn Fn(&Curve) -> String| all.iter().map(f).collect::<Vec<String>>();
    let mut columns = vec![Column::text("channel", of(&|c| c.channel.clone()))];
    if all.iter().any(|c| !c.segment.is_empty()) {
        let words = |c: &Curve| {
            let labels = c.segment.iter().map(|(key, value)| format!("{key} {value}"));
            labels.collect::<Vec<_>>().join(", ")
        };
        columns.push(Column::text("segment", of(&words)));
    }
    columns.push(Column::text(
        "up to",
        of(&|c| {
            let unit = match c.unit {
                Unit::Spend => "",
                Unit::Impressions => " impressions",
            };
            format!("{}{unit}", compact(c.last.bought))
        }),
    ));
    for k in 0..all.first().map_or(0, |c| c.last.reach.len()) {
        let head = format!("reached {}+", all[0].last.reach[k].frequency);
        let cell = |c: &Curve| {
            let at = &c.last.reach[k];
            format!("{} ({:.1} %)", compact(at.people), 100.0 * at.share)
        };
        columns.push(Column::text(&head, of(&cell)));
    }
    let off = |c: &Curve| format!("{:.1} %", 100.0 * c.fit.curve.largest_relative);
    columns.push(Column::text("off its points", of(&off)));
    columns.push(Column::number("times each", of(&|c| maybe(c.last.average_frequency))).leaves(1));
    columns.push(
        Column::number("next person costs", of(&|c| maybe(c.last.next_person_cost))).leaves(2),
    );
    columns.push(Column::number("most", of(&|c| compact(c.limit))).leaves(3));
    let mut text = format!("{}\n\n{}", answer.sentence, set(columns, super::width()));
    if let Some(split) = &answer.split {
        let of = |f: &dyn Fn(usize) -> String| (0..split.channels.len()).map(f).collect::<Vec<_>>();
        let columns = vec![
            Column::text("channel", of(&|k| split.channels[k].channel.clone())),
            Column::number("spend", of(&|k| compact(split.channels[k].spend))),
            Column::text(
                "reaches",
                of(&|k| {
                    let own = &split.channels[k];
                    let beyond = if own.extrapolated { ", beyond its points" } else { "" };
                    format!("{} ({:.1} %){beyond}", compact(own.people), 100.0 * own.share)
                }),
            ),
        ];
        text.push_str(&format!("\n{}", set(columns, super::width())));
        text.push_str(&format!(
            "\ntogether {} people; {} unspent; the next person costs {}\n",
            compact(split.people),
            compact(split.unspent),
            maybe(split.next_person_cost),
        ));
    }
    text
}
