//! The calendar: planned spend by channel and period, and by channel and geo, with the change
//! against now. The tint of a cell says how much of its channel's money it holds.

use outlay_planner::plan::{Cell, ChannelPlan};
use serde::Serialize;

use super::{Material, Shown, period_names, relative_change};
use crate::table::Csv;
use crate::terms::label;

/// One heat table per way to cut the plan.
#[derive(Debug, Serialize)]
pub(crate) struct Section {
    tables: Vec<Calendar>,
}

#[derive(Debug, Serialize)]
struct Calendar {
    id: &'static str,
    title: String,
    heads: Vec<String>,
    rows: Vec<Row>,
    totals: Row,
    csv: String,
}

#[derive(Debug, Serialize)]
struct Row {
    name: String,
    swatch: String,
    cells: Vec<Heat>,
}

/// One cell as the page sets it.
#[derive(Debug, Clone, Serialize)]
struct Heat {
    /// Step of the tint, 0 to [`STEPS`].
    tint: usize,
    text: String,
    change: String,
    exact: String,
}

/// Tints beside none.
const STEPS: usize = 6;

/// Spend now and planned, cell by cell.
type Amounts = Vec<(f64, f64)>;

/// A way to cut the plan.
struct Cut<'a> {
    id: &'static str,
    title: String,
    /// Names of the cells as the plan has them.
    keys: &'a [String],
    heads: Vec<String>,
    cells: fn(&ChannelPlan) -> &Vec<Cell>,
}

impl Cut<'_> {
    fn amounts(&self, channel: &ChannelPlan) -> Amounts {
        let cells = (self.cells)(channel);
        let at = |i: usize| cells.get(i).map_or((f64::NAN, f64::NAN), |c| (c.current, c.planned));
        (0..self.keys.len()).map(at).collect()
    }

    fn sum(&self, channels: &[Shown<'_>]) -> Amounts {
        let mut sums = vec![(0.0, 0.0); self.keys.len()];
        for shown in channels {
            for (sum, (now, planned)) in sums.iter_mut().zip(self.amounts(shown.channel)) {
                // A channel without cells adds nothing that is known.
                if now.is_finite() && planned.is_finite() {
                    *sum = (sum.0 + now, sum.1 + planned);
                }
            }
        }
        sums
    }
}

pub(crate) fn build(material: &Material<'_>) -> Section {
    let question = &material.plan.question;
    let mut tables = Vec::new();
    if !question.periods.is_empty() && !material.ordered.is_empty() {
        let cut = Cut {
            id: "calendar",
            title: format!("Planned spend by channel and {}", label(&question.period)),
            keys: &question.periods,
            heads: period_names(&question.periods, &question.period),
            cells: |c| &c.periods,
        };
        let totals: Amounts =
            material.plan.periods.iter().map(|p| (p.current, p.planned)).collect();
        tables.push(calendar(material, cut, Some(totals)));
    }
    if question.geos.len() > 1 && material.ordered.iter().any(|s| !s.channel.geos.is_empty()) {
        let cut = Cut {
            id: "geos",
            title: "Planned spend by channel and region".to_owned(),
            keys: &question.geos,
            heads: question.geos.iter().map(|g| label(g)).collect(),
            cells: |c| &c.geos,
        };
        tables.push(calendar(material, cut, None));
    }
    Section { tables }
}

fn calendar(material: &Material<'_>, cut: Cut<'_>, totals: Option<Amounts>) -> Calendar {
    let whole = |s: &Shown<'_>| (s.channel.current, s.channel.planned);
    let mut rows: Vec<Row> = material
        .pictured()
        .iter()
        .map(|s| row(material, s.name.clone(), s.look.class(), &cut.amounts(s.channel), whole(s)))
        .collect();
    let others = material.others();
    if !others.is_empty() {
        let name = format!("{} other channels", others.len());
        let total = others.iter().map(whole).fold((0.0, 0.0), |a, b| (a.0 + b.0, a.1 + b.1));
        rows.push(row(material, name, "others".into(), &cut.sum(others), total));
    }
    let totals =
        totals.filter(|t| t.len() == cut.keys.len()).unwrap_or_else(|| cut.sum(&material.ordered));
    let whole = (material.plan.totals.current, material.plan.totals.planned);
    Calendar {
        id: cut.id,
        rows,
        totals: row(material, "All channels".into(), String::new(), &totals, whole),
        csv: csv(material, &cut).address(),
        title: cut.title,
        heads: cut.heads,
    }
}

/// A row whose last cell is its total, which has no tint.
fn row(
    material: &Material<'_>,
    name: String,
    swatch: String,
    amounts: &[(f64, f64)],
    total: (f64, f64),
) -> Row {
    let most = amounts.iter().map(|a| a.1).filter(|v| v.is_finite()).fold(0.0, f64::max);
    let tint = |planned: f64| {
        let share = if most > 0.0 && planned > 0.0 { planned / most } else { 0.0 };
        (share * STEPS as f64).ceil() as usize
    };
    let heat = |(now, planned): (f64, f64), tint: usize| {
        let terms = &material.terms;
        Heat {
            tint: tint.min(STEPS),
            text: terms.money(planned),
            change: relative_change(terms, now, planned),
            exact: format!(
                "{} planned, {} now",
                terms.money_exact(planned),
                terms.money_exact(now)
            ),
        }
    };
    let tinted = !swatch.is_empty();
    let mut cells: Vec<Heat> =
        amounts.iter().map(|a| heat(*a, if tinted { tint(a.1) } else { 0 })).collect();
    cells.push(heat(total, 0));
    Row { name, swatch, cells }
}

/// One line per channel and cell, all channels, so that it can be pivoted and trafficked.
fn csv(material: &Material<'_>, cut: &Cut<'_>) -> Csv {
    let mut csv = Csv::new([
        "channel",
        "cell",
        "now",
        "planned",
        "change",
        "least",
        "most",
        "outcome mean",
        "outcome 5 %",
        "outcome 95 %",
        "return on next unit",
    ]);
    for shown in &material.ordered {
        for (key, cell) in cut.keys.iter().zip((cut.cells)(shown.channel)) {
            csv.text(&shown.name).text(&label(key));
            let e = &cell.expected;
            for value in
                [cell.current, cell.planned, cell.planned - cell.current, cell.min, cell.max]
            {
                csv.number(value);
            }
            for value in [e.mean, e.q05, e.q95, cell.mroi] {
                csv.short(value);
            }
            csv.end();
        }
    }
    csv
}
