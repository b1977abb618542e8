//! Plans, comparisons and studies in the terminal.

use std::path::Path;

use outlay_engine::plan::{Changed, Compared};
use outlay_mmm::summary::Estimate;
use outlay_planner::advise::Words;
use outlay_planner::plan::Plan;
use outlay_planner::study::{FrontPoint, Sensitivity};
use outlay_report::format::Locale;

use super::table::{Column, set};

fn compact(x: f64) -> String {
    Locale::POINT.compact(x)
}

fn interval(e: &Estimate) -> String {
    format!("{} ({}–{})", compact(e.mean), compact(e.q05), compact(e.q95))
}

fn percent(share: f64) -> String {
    let value = 100.0 * share;
    if value != 0.0 && value.abs() < 1.0 {
        format!("{value:.1} %")
    } else {
        format!("{value:.0} %")
    }
}

fn change(now: f64, planned: f64) -> String {
    if now > 0.0 {
        let by = 100.0 * (planned / now - 1.0);
        if by.abs() < 0.05 {
            "as it is".to_owned()
        } else {
            format!("{by:+.0} %").replace('-', "−")
        }
    } else if planned > 0.0 {
        "new".to_owned()
    } else {
        "—".to_owned()
    }
}

/// Limits that are printed; all stand in the file.
const LIMITS: usize = 4;

/// A plan: sentence, table, comparison, limits, proof, files, next.
pub(crate) fn plan(plan: &Plan, out: Option<&Path>) -> String {
    let of = |f: &dyn Fn(&outlay_planner::plan::ChannelPlan) -> String| {
        plan.channels.iter().map(f).collect::<Vec<String>>()
    };
    let table = set(
        vec![
            Column::text("channel", of(&|c| c.name.clone())),
            Column::number("now", of(&|c| compact(c.current))),
            Column::number("plan", of(&|c| compact(c.planned))),
            Column::text(
                "change",
                of(&|c| {
                    let mut text = change(c.current, c.planned);
                    if c.locked {
                        text.push_str(", locked");
                    } else if c.max > c.min && c.planned >= c.max * (1.0 - 1e-6) {
                        text.push_str(", at its most");
                    } else if c.max > c.min && c.planned <= c.min * (1.0 + 1e-6) && c.min > 0.0 {
                        text.push_str(", at its least");
                    }
                    text
                }),
            ),
            Column::text("brings (90 %)", of(&|c| interval(&c.expected))),
            Column::text("next unit (90 %)", of(&|c| interval(&c.mroi))).leaves(2),
            Column::text(
                "",
                of(&|c| {
                    if c.extrapolated { "beyond what was seen".to_owned() } else { String::new() }
                }),
            )
            .leaves(1),
        ],
        super::width(),
    );
    let mut text = format!("{}\n\n{table}", plan.sentence);
    if !plan.comparison.is_empty() {
        let of = |f: &dyn Fn(&outlay_planner::plan::Alternative) -> String| {
            plan.comparison.iter().map(f).collect::<Vec<String>>()
        };
        let table = set(
            vec![
                Column::text("against", of(&|a| a.name.clone())),
                Column::number("spend", of(&|a| compact(a.spend))),
                Column::text("brings (90 %)", of(&|a| interval(&a.expected))),
                Column::text("plan less it (90 %)", of(&|a| interval(&a.difference))),
                Column::text("plan is worse", of(&|a| percent(a.probability_worse))),
            ],
            super::width(),
        );
        text.push_str(&format!("\n{table}"));
    }
    if !plan.binding.is_empty() {
        text.push_str("\nWhat holds it back:\n");
        for limit in plan.binding.iter().take(LIMITS) {
            text.push_str(&format!("  {}\n", limit.sentence));
        }
        if plan.binding.len() > LIMITS {
            text.push_str(&format!("  and {} more\n", plan.binding.len() - LIMITS));
        }
    }
    for note in &plan.notes {
        text.push_str(&format!("\n! {}\n", note.sentence));
    }
    if let Some(certificate) = &plan.certificate {
        text.push_str(&format!("\n{}\n", certificate.sentence));
    }
    if let Some(out) = out {
        text.push_str(&format!(
            "\nfiles: {}\nnext:  outlay plan sensitivity FIT says which input, if wrong, changes this\n",
            out.join("plan.html").display(),
        ));
    }
    text
}

/// How an earlier plan's price changed.
pub(crate) fn repriced(rows: &[Changed], now: &Plan, then: &Plan) -> String {
    let of = |f: &dyn Fn(&Changed) -> String| rows.iter().map(f).collect::<Vec<String>>();
    let (before, after) = (then.totals.expected.mean, now.totals.expected.mean);
    let moved = |r: &Changed| (r.after - r.before).abs();
    let most = rows.iter().max_by(|a, b| moved(a).total_cmp(&moved(b)));
    let why = most.map_or_else(String::new, |r| {
        let (was, is) = (compact(r.before), compact(r.after));
        format!("; most of the difference is {} ({was} to {is})", r.channel)
    });
    let table = set(
        vec![
            Column::text("channel", of(&|r| r.channel.clone())),
            Column::number("brought then", of(&|r| compact(r.before))),
            Column::number("brings now", of(&|r| compact(r.after))),
            Column::number("difference", of(&|r| compact(r.after - r.before))),
        ],
        super::width(),
    );
    format!(
        "\nThe same plan was priced at {} before and is at {} now{why}.\n\n{table}",
        compact(before),
        compact(after),
    )
}

/// Plans side by side.
pub(crate) fn compared(compared: &Compared, unit: &str) -> String {
    let all = &compared.scenarios;
    let of = |f: &dyn Fn(usize) -> String| (0..all.len()).map(f).collect::<Vec<String>>();
    let mut columns = vec![
        Column::text("scenario", of(&|k| all[k].name.clone())),
        Column::number("spend", of(&|k| compact(all[k].spend))),
        Column::text("brings (90 %)", of(&|k| interval(&all[k].expected))),
        Column::text(
            "more than doing nothing",
            of(&|k| all[k].difference.as_ref().map_or_else(|| "—".to_owned(), interval)),
        ),
        Column::text(
            "worse than it",
            of(&|k| all[k].probability_worse.map_or_else(|| "—".to_owned(), percent)),
        ),
    ];
    for (c, name) in compared.channels.iter().enumerate() {
        let cells = of(&|k| all[k].channels.get(c).map_or_else(String::new, |x| compact(*x)));
        columns.push(Column::number(name, cells).leaves(1));
    }
    let mut text = format!("{} Outcomes are in {unit}.\n\n", compared.sentence);
    for warning in &compared.warnings {
        text.push_str(&format!("! {warning}\n\n"));
    }
    text.push_str(&set(columns, super::width()));
    text
}

/// A front.
pub(crate) fn front(points: &[FrontPoint], channels: &[String], words: &Words) -> String {
    let of = |f: &dyn Fn(&FrontPoint) -> String| points.iter().map(f).collect::<Vec<String>>();
    let mut columns = vec![
        Column::number("spend", of(&|p| compact(p.spend))),
        Column::number("expected", of(&|p| compact(p.expected))),
        Column::number("worst tenth", of(&|p| compact(p.worst))),
        Column::number("return", of(&|p| p.roi.map_or_else(|| "—".to_owned(), compact))),
        Column::number("next unit", of(&|p| compact(p.next))),
    ];
    for (c, name) in channels.iter().enumerate() {
        columns.push(Column::number(name, of(&|p| compact(p.channels[c]))).leaves(1));
    }
    let sentence = match (points.first(), points.last()) {
        (Some(first), Some(last)) => format!(
            "From {} to {} the expected outcome goes from {} to {}.",
            words.money(first.spend),
            words.money(last.spend),
            words.outcome(first.expected),
            words.outcome(last.expected),
        ),
        _ => String::new(),
    };
    format!("{sentence}\n\n{}", set(columns, super::width()))
}

/// Cases that are printed; all stand in the file.
const CASES: usize = 10;

/// What would change a plan.
pub(crate) fn sensitivity(study: &Sensitivity, words: &Words) -> String {
    let swings: Vec<_> = study.swings.iter().take(CASES).collect();
    let of = |f: &dyn Fn(&outlay_planner::study::Swing) -> String| {
        swings.iter().map(|s| f(s)).collect::<Vec<String>>()
    };
    let table = set(
        vec![
            Column::text("if", of(&|s| s.input.clone())),
            Column::text("is", of(&|s| s.case.clone())),
            Column::number("plan brings", of(&|s| compact(s.outcome))),
            Column::number("lost by not knowing", of(&|s| compact(s.lost))),
            Column::text("money elsewhere", of(&|s| percent(s.moved))),
        ],
        super::width(),
    );
    let of = |f: &dyn Fn(&outlay_planner::study::Knowledge) -> String| {
        study.knowledge.iter().map(f).collect::<Vec<String>>()
    };
    let knowledge = set(
        vec![
            Column::text("channel", of(&|k| k.channel.clone())),
            Column::text("brings (90 %)", of(&|k| interval(&k.known))),
            Column::number("worth of knowing it", of(&|k| compact(k.worth))),
        ],
        super::width(),
    );
    format!(
        "{}\n\n{table}\n{knowledge}\nKnowing everything would be worth {}.\n",
        study.sentence,
        words.outcome(study.all),
    )
}
