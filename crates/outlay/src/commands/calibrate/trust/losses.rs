//! What plans lose by the truth, per answer and style of planning.
//!
//! A loss is the outcome that the best plan would have brought beyond the plan, as a share of what
//! media bring in the quarter as it is: the same unit for brands of every size, and with nothing to
//! divide by that could be almost zero.

use outlay_mmm::calibration::{Middle, PlanResult, middle};
use serde::Serialize;

use super::line::{Line, Outcome};
use super::style::{Planned, Style};
use crate::render::{Column, set, width};

/// Share of the money below which a plan stays where it is.
const STILL: f64 = 0.01;
/// Share of media's outcome below which a difference is rounding.
const ROUNDING: f64 = 1e-9;

/// What the plans of one row in one style lose, over all brands with such a plan.
#[derive(Debug, Serialize)]
pub(super) struct Losses {
    row: String,
    style: &'static str,
    /// Whether the row plans in this style by itself.
    own: bool,
    brands: usize,
    /// Mean loss, as a share of what media bring.
    lost: f64,
    lost_se: Option<f64>,
    /// Mean of this loss less that of the first row's own plan on the same brands.
    beyond_first: f64,
    beyond_first_se: Option<f64>,
    /// All losses as a share of all that the best plans gain; `null` where they gain nothing.
    of_gain: Option<f64>,
    /// Loss as a share of each brand's best gain, where there is enough to gain.
    regret: Option<Middle>,
    /// Share of brands that the plan leaves worse off than doing nothing.
    harm: f64,
    /// Share of brands on which the plan moves next to no money.
    stays: f64,
    /// Of those, the share on which the row's own plan would not have been better; `null` where it
    /// never stays.
    right_to_stay: Option<f64>,
    /// Mean CPU seconds of the search.
    cpu_seconds: f64,
}

/// Per row, in the order of `rows`, and style, in the order of [`Style::ALL`]; without plans there
/// is no entry.
pub(super) fn losses(lines: &[Line], rows: &[&str], seed: u64) -> Vec<Losses> {
    let first = rows.first().copied().unwrap_or_default();
    let pairs = rows.iter().flat_map(|row| Style::ALL.into_iter().map(move |style| (*row, style)));
    pairs.filter_map(|(row, style)| of_style(lines, row, style, first, seed)).collect()
}

/// One plan beside the truth; all but `planned` in shares of what media bring.
struct Case<'a> {
    planned: &'a Planned,
    lost: f64,
    gain: f64,
    gained: f64,
    gained_by_own: f64,
    beyond_first: Option<f64>,
    regret: Option<f64>,
}

fn of_style(lines: &[Line], row: &str, style: Style, first: &str, seed: u64) -> Option<Losses> {
    let own = |l: &&Line| l.key.row == row;
    let cases: Vec<Case<'_>> =
        lines.iter().filter(own).filter_map(|line| case(lines, line, style, first)).collect();
    if cases.is_empty() {
        return None;
    }
    let over =
        |f: &dyn Fn(&Case<'_>) -> Option<f64>| middle(cases.iter().filter_map(f).collect(), seed);
    let share =
        |f: &dyn Fn(&&Case<'_>) -> bool| cases.iter().filter(f).count() as f64 / cases.len() as f64;
    let still = |c: &&Case<'_>| c.planned.moved < STILL;
    let staying: Vec<&Case<'_>> = cases.iter().filter(still).collect();
    let right = staying.iter().filter(|c| c.gained_by_own <= ROUNDING).count();
    let gains: f64 = cases.iter().map(|c| c.gain).sum();
    let lost = over(&|c| Some(c.lost))?;
    let beyond = over(&|c| c.beyond_first);
    let planned_by_row = lines.iter().filter(own).filter_map(|l| l.result.as_ref());
    Some(Losses {
        row: row.to_owned(),
        style: style.name(),
        own: planned_by_row.map(|r| r.style.as_str()).any(|name| name == style.name()),
        brands: cases.len(),
        lost: lost.mean,
        lost_se: lost.mean_se,
        beyond_first: beyond.map_or(0.0, |m| m.mean),
        beyond_first_se: beyond.and_then(|m| m.mean_se),
        of_gain: (gains > ROUNDING).then(|| cases.iter().map(|c| c.lost).sum::<f64>() / gains),
        regret: over(&|c| c.regret),
        harm: share(&|c| c.gained < -ROUNDING),
        stays: share(&still),
        right_to_stay: (!staying.is_empty()).then(|| right as f64 / staying.len() as f64),
        cpu_seconds: over(&|c| Some(c.planned.cpu_seconds))?.mean,
    })
}

fn case<'a>(lines: &[Line], line: &'a Line, style: Style, first: &str) -> Option<Case<'a>> {
    let (result, truth, media) = known(line)?;
    let planned = result.styles.get(style.name())?;
    let lost = (truth.best - planned.outcome) / media;
    let key = &line.key;
    let same =
        |l: &&Line| l.key.row == first && (&l.key.class, l.key.seed) == (&key.class, key.seed);
    let lost_by_first = lines
        .iter()
        .find(same)
        .and_then(known)
        .map(|(_, truth, media)| (truth.best - truth.planned) / media);
    Some(Case {
        planned,
        lost,
        gain: (truth.best - truth.do_nothing) / media,
        gained: (planned.outcome - truth.do_nothing) / media,
        gained_by_own: (truth.planned - truth.do_nothing) / media,
        beyond_first: lost_by_first.map(|first| lost - first),
        regret: PlanResult { planned: planned.outcome, ..truth }.regret(),
    })
}

/// The answer, the truth of its quarter, and what media bring in it as it is.
fn known(line: &Line) -> Option<(&Outcome, PlanResult, f64)> {
    let result = line.result.as_ref()?;
    let truth = result.plan?;
    let media = truth.do_nothing - truth.silence;
    (media > 0.0).then_some((result, truth, media))
}

/// Heads, and how early their column leaves a narrow terminal.
const HEADS: [(&str, u8); 9] = [
    ("brands", 5),
    ("lost", 0),
    ("beyond first", 1),
    ("of gain", 2),
    ("regret", 0),
    ("harm", 0),
    ("stays", 0),
    ("right to", 3),
    ("CPU s", 4),
];

/// What stands below the table, in the terminal and on the page.
const LEGEND: &str = "lost: outcome short of the best plan's, mean over brands ± standard error, \
    as a share of what media bring; beyond first: the same less that of the first row's own plan; \
    of gain: all losses by all possible gains; regret: median; harm: brands worse off than with no \
    change; stays: brands where next to nothing is moved, and how often that was right; * is how \
    the row plans by itself";

fn named(losses: &Losses) -> String {
    format!("{}{}", losses.style, if losses.own { " *" } else { "" })
}

fn cells(l: &Losses) -> [String; HEADS.len()] {
    let per_cent = |x: f64| format!("{:.0} %", 100.0 * x);
    let precise = |mean: f64, se: Option<f64>| match se {
        Some(se) => format!("{:.2} ± {:.2} %", 100.0 * mean, 100.0 * se),
        None => format!("{:.2} %", 100.0 * mean),
    };
    let maybe = |x: Option<f64>| x.map_or_else(|| "—".to_owned(), per_cent);
    [
        l.brands.to_string(),
        precise(l.lost, l.lost_se),
        precise(l.beyond_first, l.beyond_first_se),
        maybe(l.of_gain),
        maybe(l.regret.map(|r| r.median)),
        per_cent(l.harm),
        per_cent(l.stays),
        maybe(l.right_to_stay),
        format!("{:.2}", l.cpu_seconds),
    ]
}

/// As a terminal shows it; empty without any plan.
pub(super) fn text(all: &[Losses]) -> String {
    if all.is_empty() {
        return String::new();
    }
    let mut before = "";
    let rows = all.iter().map(|l| {
        let shown = if l.row == before { "" } else { &l.row };
        before = &l.row;
        shown.to_owned()
    });
    let mut columns = vec![
        Column::text("plans of", rows.collect()),
        Column::text("style", all.iter().map(named).collect()),
    ];
    let rows: Vec<_> = all.iter().map(cells).collect();
    for (k, (head, rank)) in HEADS.into_iter().enumerate() {
        let column = rows.iter().map(|row| row[k].clone()).collect();
        columns.push(Column::number(head, column).leaves(rank));
    }
    format!("{}\n{LEGEND}\n", set(columns, width()))
}

/// As a page of the book shows it; empty without any plan.
pub(super) fn markdown(all: &[Losses]) -> String {
    if all.is_empty() {
        return String::new();
    }
    let heads: Vec<&str> = HEADS.into_iter().map(|(head, _)| head).collect();
    let mut text = format!("| plans of | style | {} |\n", heads.join(" | "));
    text.push_str(&format!("|---|---{}|\n", "|---".repeat(heads.len())));
    for l in all {
        text.push_str(&format!("| {} | {} | {} |\n", l.row, named(l), cells(l).join(" | ")));
    }
    format!("{text}\n{LEGEND}\n")
}

#[cfg(test)]
mod tests {
    use indexmap::IndexMap;
    use outlay_mmm::calibration::{ChannelResult, TotalResult, score};
    use outlay_mmm::summary::Estimate;

    use super::super::line::{Key, SCHEMA};
    use super::*;

    /// A brand where doing nothing brings 110, silence 10, and the best plan `best`; the planner's
    /// plan and the cautious one bring what is said, the latter staying where it brings 110.
    fn line(seed: u64, best: f64, planner: f64, cautious: f64) -> Line {
        let text = |t: &str| t.to_owned();
        let planned = |outcome: f64| Planned {
            multipliers: vec![1.0],
            outcome,
            moved: if outcome == 110.0 { 0.0 } else { 0.2 },
            gap: Some(0.001),
            cpu_seconds: 0.5,
        };
        let plan = PlanResult { do_nothing: 110.0, planned: planner, best, silence: 10.0 };
        let estimate =
            Estimate { mean: 1.0, sd: 0.1, q05: 0.8, q25: 0.9, q50: 1.0, q75: 1.1, q95: 1.2 };
        let channels =
            vec![ChannelResult { channel: text("tv"), spend: 1.0, truth: 1.0, estimate }];
        let total_media = TotalResult { truth: 1.0, estimate: 1.0 };
        let of = |style: Style, outcome| (style.name().to_owned(), planned(outcome));
        Line {
            schema: text(SCHEMA),
            key: Key {
                class: text("mixed"),
                seed,
                row: text("outlay"),
                method: String::new(),
                settings: String::new(),
                spec: String::new(),
                brand: String::new(),
                through_file: false,
                version: String::new(),
            },
            program: String::new(),
            result: Some(Outcome {
                score: score(&channels, total_media, Some(plan)).unwrap(),
                channels,
                total_media,
                plan: Some(plan),
                multipliers: vec![1.0],
                style: text("planner"),
                styles: [
                    of(Style::Planner, planner),
                    of(Style::Cautious, cautious),
                    of(Style::Nothing, 110.0),
                ]
                .into(),
                cpu_seconds: 1.0,
                divergences: None,
                khat: None,
                structures: IndexMap::new(),
                misread: Vec::new(),
            }),
            failed: None,
        }
    }

    #[test]
    fn losses_by_hand() {
        // Gains of 20, 10 and 0.1 in 100; the last is too little for a share of it.
        let lines = [
            line(1, 130.0, 125.0, 120.0),
            line(2, 120.0, 108.0, 110.0),
            line(3, 110.1, 110.05, 110.0),
        ];
        let losses = losses(&lines, &["outlay", "nobody"], 1);
        let names: Vec<&str> = losses.iter().map(|l| l.style).collect();
        assert_eq!(names, ["planner", "cautious", "no-change"]);
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} {b}");
        let [planner, cautious, nothing] = &losses[..] else { panic!() };
        assert!(planner.own && !cautious.own);
        close(planner.lost, (0.05 + 0.12 + 0.0005) / 3.0);
        close(planner.of_gain.unwrap(), (5.0 + 12.0 + 0.05) / 30.1);
        close(planner.regret.unwrap().median, (0.25 + 1.2) / 2.0);
        close(planner.harm, 1.0 / 3.0);
        assert_eq!((planner.stays, planner.right_to_stay), (0.0, None));
        close(cautious.beyond_first, (0.05 - 0.02 + 0.0005) / 3.0);
        // It stays twice: once the planner's plan does harm, once it gains a little.
        close(cautious.stays, 2.0 / 3.0);
        close(cautious.right_to_stay.unwrap(), 0.5);
        close(nothing.of_gain.unwrap(), 1.0);
        assert_eq!((nothing.harm, nothing.stays), (0.0, 1.0));
    }
}
