//! The change: what each channel adds between doing nothing and the plan, and how sure it is that
//! the plan is better.

use outlay_mmm::summary::Estimate;
use serde::Serialize;

use super::{Material, expected};
use crate::chart::quantile::{DOTS, draw, quantile_dots};
use crate::chart::waterfall::{Step, Waterfall};
use crate::figure::Figure;
use crate::table::{Cell, Csv, Table};
use crate::terms::{capitalise, label};

/// The waterfall and the dots.
#[derive(Debug, Serialize)]
pub(crate) struct Section {
    waterfall: Option<Figure>,
    chance: Option<Figure>,
}

pub(crate) fn build(material: &Material<'_>) -> Section {
    Section { waterfall: waterfall(material), chance: chance(material) }
}

/// What stands between doing nothing and the plan: means, because means add up.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Change {
    /// What doing nothing brings.
    pub(super) base: f64,
    /// Per channel of the plan, what it adds.
    pub(super) steps: Vec<f64>,
    /// What comes of channels working together, which is no single one's.
    pub(super) together: f64,
    /// What the plan brings.
    pub(super) end: f64,
}

impl Change {
    pub(super) fn of(material: &Material<'_>) -> Self {
        let plan = material.plan;
        let steps: Vec<f64> =
            plan.channels.iter().map(|c| c.expected.mean - c.expected_current.mean).collect();
        let end = plan.totals.expected.mean;
        let base = match plan.comparison.first() {
            Some(nothing) => nothing.expected.mean,
            None => plan.channels.iter().map(|c| c.expected_current.mean).sum(),
        };
        let together = end - base - steps.iter().sum::<f64>();
        Self { base, steps, together, end }
    }

    /// Whether any step is there to be seen.
    fn moves(&self) -> bool {
        self.steps.iter().chain([&self.together]).any(|s| s.abs() > 1e-9 * self.end.abs())
    }

    /// Whether the rest is worth a row: more than rounding beside what moves.
    fn has_rest(&self) -> bool {
        let moved: f64 = self.steps.iter().map(|s| s.abs()).sum();
        self.together.abs() > 0.002 * moved.max(1e-6 * self.end.abs())
    }
}

/// An interval that can be drawn: of more than one value, and finite.
fn known(e: &Estimate) -> Option<Estimate> {
    (e.q95 > e.q05 && e.q05.is_finite() && e.q95.is_finite()).then_some(*e)
}

struct Row {
    name: String,
    class: String,
    amount: f64,
    interval: Option<Estimate>,
}

/// Channels that move most first gains, then losses; those without a place in the picture as one.
fn rows(material: &Material<'_>, change: &Change) -> Vec<Row> {
    let mut rows: Vec<Row> = material
        .pictured()
        .iter()
        .map(|s| Row {
            name: s.name.clone(),
            class: s.look.class(),
            amount: change.steps[s.index],
            interval: known(&s.channel.difference),
        })
        .collect();
    rows.sort_by(|a, b| b.amount.total_cmp(&a.amount));
    let others = material.others();
    if !others.is_empty() {
        rows.push(Row {
            name: format!("{} other channels", others.len()),
            class: "others".into(),
            amount: others.iter().map(|s| change.steps[s.index]).sum(),
            interval: None,
        });
    }
    if change.has_rest() {
        rows.push(Row {
            name: "Together".into(),
            class: "rest".into(),
            amount: change.together,
            interval: None,
        });
    }
    rows
}

fn waterfall(material: &Material<'_>) -> Option<Figure> {
    let (plan, terms) = (material.plan, &material.terms);
    let change = Change::of(material);
    if !change.moves() || !(change.end - change.base).is_finite() {
        return None;
    }
    let nothing = plan.comparison.first();
    let nothing_name = nothing.map_or_else(|| "doing nothing".to_owned(), |n| label(&n.name));
    let mut steps = Vec::new();
    steps.push(Step {
        name: capitalise(&nothing_name),
        class: "rest".into(),
        from: 0.0,
        to: 0.0,
        interval: None,
        shown: terms.outcome(change.base),
        tip: match nothing {
            Some(n) => {
                capitalise(&material.outcome_tip(&format!("{nothing_name} brings"), &n.expected))
            }
            None => format!("Doing nothing brings {}", terms.outcome(change.base)),
        },
    });
    let mut at = 0.0;
    for row in rows(material, &change) {
        let mut tip = format!("{}: {}", row.name, terms.outcome_change(row.amount));
        if let Some(e) = &row.interval {
            let range = terms.locale.range(e.q05, e.q95, |x| terms.locale.compact(x));
            tip.push_str(&format!(" {range}"));
        }
        steps.push(Step {
            name: row.name,
            class: row.class,
            from: at,
            to: at + row.amount,
            interval: row.interval,
            shown: terms.outcome_change(row.amount),
            tip,
        });
        at += row.amount;
    }
    let whole = change.end - change.base;
    let mut tip = material.outcome_tip("The plan brings", &plan.totals.expected);
    if let Some(n) = nothing {
        tip.push_str(&format!(
            ", {} against {nothing_name}",
            terms.outcome_change_interval(&expected(&n.difference))
        ));
    }
    steps.push(Step {
        name: "The plan".into(),
        class: "joined".into(),
        from: 0.0,
        to: whole,
        interval: nothing.map(|n| n.difference),
        shown: format!("= {}", terms.outcome(change.end)),
        tip,
    });
    let title = "Where the difference to doing nothing comes from";
    let chart = Waterfall {
        title,
        unit: &format!("difference, {}", terms.outcome_axis()),
        steps: &steps,
        locale: terms.locale,
    };
    let mut note =
        "The axis starts at what doing nothing brings. Averages, because averages add up."
            .to_owned();
    if change.has_rest() {
        note.push_str(
            " “Together” is what channels bring only in company: it belongs to none of them alone.",
        );
    }
    Some(
        Figure::new("change", title, chart.wide(), table(material, &change))
            .with_narrow(chart.narrow())
            .with_note(note),
    )
}

fn table(material: &Material<'_>, change: &Change) -> Table {
    let terms = &material.terms;
    let mut table = Table::new(&["Step", "#Adds", "#Brings then"]);
    let mut csv = Csv::new(["step", "adds", "adds 5 %", "adds 95 %", "brings then"]);
    let mut push = |name: &str, adds: f64, interval: Option<Estimate>, then: f64| {
        let range = interval
            .map(|e| format!(" {}", terms.locale.range(e.q05, e.q95, |x| terms.locale.compact(x))));
        let shown = format!("{}{}", terms.outcome_change(adds), range.unwrap_or_default());
        table.push(vec![
            Cell::text(name),
            if adds.is_finite() { Cell::interval(&shown, adds) } else { Cell::text("") },
            Cell::number(terms.outcome(then), then).with_exact(terms.locale.exact(then)),
        ]);
        csv.text(name).number(adds);
        csv.number(interval.map_or(f64::NAN, |e| e.q05));
        csv.number(interval.map_or(f64::NAN, |e| e.q95)).number(then).end();
    };
    let mut at = change.base;
    push("Doing nothing", f64::NAN, None, at);
    for row in rows(material, change) {
        at += row.amount;
        push(&row.name, row.amount, row.interval, at);
    }
    let difference = material.plan.comparison.first().map(|n| n.difference);
    push("The plan", change.end - change.base, difference, change.end);
    table.with_csv(&csv)
}

/// How sure it is that the plan brings more than doing nothing, in dots that can be counted.
fn chance(material: &Material<'_>) -> Option<Figure> {
    let terms = &material.terms;
    let nothing = material.plan.comparison.first()?;
    let dots = quantile_dots(&nothing.difference);
    // Without any spread there is nothing to count.
    if dots.is_empty() || nothing.difference.q95 - nothing.difference.q05 <= 0.0 {
        return None;
    }
    let above = dots.iter().filter(|d| **d >= 0.0).count();
    let title = format!(
        "In {above} of {DOTS} equally likely cases the plan brings at least as much as doing nothing"
    );
    let unit = format!("difference, {}", terms.outcome_axis());
    let drawn = draw(&title, &dots, 0.0, "doing nothing", &unit, terms.locale);
    let mut table = Table::new(&["#Case", "#The plan less doing nothing"]);
    let mut csv = Csv::new(["case", "difference"]);
    for (index, dot) in dots.iter().enumerate() {
        table.push(vec![
            Cell::number((index + 1).to_string(), index as f64),
            Cell::number(terms.outcome_change(*dot), *dot),
        ]);
        csv.number((index + 1) as f64).number(*dot).end();
    }
    let note = format!(
        "Each dot is one twentieth of the probability, read from the quantiles of the difference. Over all draws \
         the plan is worse with {}.",
        terms.locale.share(nothing.probability_worse)
    );
    Some(Figure::new("chance", title, drawn, table.with_csv(&csv)).with_note(note))
}
