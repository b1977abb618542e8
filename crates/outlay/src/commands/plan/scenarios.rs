//! `outlay plan compare`: plans side by side, on the screen or in a spreadsheet.

use std::path::{Path, PathBuf};

use outlay_planner::plan::Plan;
use rust_xlsxwriter::{Format, Workbook, XlsxError};
use serde::Serialize;

use super::folder;
use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::render;

/// Arguments of `outlay plan compare`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Folders that `outlay plan --out` wrote: two or more. A folder's name is its scenario's.
    #[arg(required = true, num_args = 2..)]
    plans: Vec<PathBuf>,
    /// File for the comparison: .csv, .json or .xlsx.
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Plans side by side.
#[derive(Debug, Serialize)]
pub(crate) struct Compared {
    /// In one sentence.
    pub(crate) sentence: String,
    /// What makes them hard to compare, if anything does.
    pub(crate) warnings: Vec<String>,
    /// Channels, in the order of the first plan.
    pub(crate) channels: Vec<String>,
    /// The plans, doing nothing first.
    pub(crate) scenarios: Vec<Scenario>,
}

/// One plan in a comparison.
#[derive(Debug, Serialize)]
pub(crate) struct Scenario {
    /// Name.
    pub(crate) name: String,
    /// Total spend.
    pub(crate) spend: f64,
    /// What it brings.
    pub(crate) expected: outlay_mmm::summary::Estimate,
    /// Difference to doing nothing; absent for doing nothing itself.
    pub(crate) difference: Option<outlay_mmm::summary::Estimate>,
    /// Probability of being worse than doing nothing.
    pub(crate) probability_worse: Option<f64>,
    /// Outcome per unit of spend.
    pub(crate) roi: Option<f64>,
    /// Spend per channel.
    pub(crate) channels: Vec<f64>,
}

/// Runs the command.
pub(super) fn run(args: &Args, context: &Context) -> Result<(), Failure> {
    let plans: Vec<(String, Plan)> = args
        .plans
        .iter()
        .map(|path| Ok((name(path), folder::read(path)?)))
        .collect::<Result<_, Failure>>()?;
    let compared = compare(&plans);
    if let Some(out) = &args.out {
        write(out, &compared)?;
    }
    if context.json() {
        anstream::println!("{}", json(&compared)?);
    } else {
        let unit = plans.first().map_or("", |(_, p)| p.question.outcome_unit.as_str());
        anstream::print!("{}", render::compared(&compared, unit));
        if let Some(out) = &args.out {
            anstream::println!("\nwritten to {}", out.display());
        }
    }
    Ok(())
}

fn name(path: &Path) -> String {
    let folder = if path.is_dir() { Some(path) } else { path.parent() };
    let name = folder.and_then(Path::file_name).map(|n| n.to_string_lossy().into_owned());
    name.filter(|n| !n.is_empty()).unwrap_or_else(|| path.display().to_string())
}

fn compare(plans: &[(String, Plan)]) -> Compared {
    let Some((_, first)) = plans.first() else {
        return Compared {
            sentence: String::new(),
            warnings: Vec::new(),
            channels: Vec::new(),
            scenarios: Vec::new(),
        };
    };
    let channels: Vec<String> = first.channels.iter().map(|c| c.name.clone()).collect();
    let mut warnings = Vec::new();
    for (name, plan) in &plans[1..] {
        if plan.question.periods != first.question.periods {
            warnings.push(format!("{name} covers other periods than {}", plans[0].0));
        }
        if plan.source.data != first.source.data || plan.source.seed != first.source.seed {
            warnings.push(format!(
                "{name} rests on another fit than {}: price it again with `outlay plan price`",
                plans[0].0
            ));
        }
        if plan.question.outcome_unit != first.question.outcome_unit {
            warnings.push(format!("{name} counts other outcomes than {}", plans[0].0));
        }
    }
    let spends = |plan: &Plan| -> Vec<f64> {
        let of = |name: &String| plan.channels.iter().find(|c| c.name == *name);
        channels.iter().map(|name| of(name).map_or(0.0, |c| c.planned)).collect()
    };
    let idle = first.comparison.first();
    let mut scenarios: Vec<Scenario> = idle
        .map(|idle| Scenario {
            name: idle.name.clone(),
            spend: idle.spend,
            expected: idle.expected,
            difference: None,
            probability_worse: None,
            roi: (idle.spend > 0.0).then(|| idle.expected.mean / idle.spend),
            channels: idle.channels.clone(),
        })
        .into_iter()
        .collect();
    scenarios.extend(plans.iter().map(|(name, plan)| {
        let against = plan.comparison.first();
        Scenario {
            name: name.clone(),
            spend: plan.totals.planned,
            expected: plan.totals.expected,
            difference: against.map(|a| a.difference),
            probability_worse: against.map(|a| a.probability_worse),
            roi: (plan.totals.planned > 0.0)
                .then(|| plan.totals.expected.mean / plan.totals.planned),
            channels: spends(plan),
        }
    }));
    let best = scenarios.iter().max_by(|a, b| a.expected.mean.total_cmp(&b.expected.mean));
    let sentence = best.map_or_else(String::new, |b| {
        format!("{} is expected to bring most of the {} compared.", b.name, scenarios.len())
    });
    Compared { sentence, warnings, channels, scenarios }
}

fn json(compared: &Compared) -> Result<String, Failure> {
    serde_json::to_string_pretty(compared)
        .map_err(|e| Failure::from_error(Exit::Internal, "json", &e, ""))
}

/// A line of the comparison: name and figures.
type Line = (String, Vec<Option<f64>>);

/// Head and rows of the comparison as a table.
fn table(compared: &Compared) -> (Vec<String>, Vec<Line>) {
    let mut head = vec!["scenario".to_owned()];
    head.extend(
        [
            "spend",
            "expected",
            "expected q05",
            "expected q95",
            "difference",
            "difference q05",
            "difference q95",
            "probability worse",
        ]
        .map(str::to_owned),
    );
    head.extend(compared.channels.iter().map(|c| format!("spend {c}")));
    let row = |s: &Scenario| {
        let d = s.difference;
        let mut cells = vec![
            Some(s.spend),
            Some(s.expected.mean),
            Some(s.expected.q05),
            Some(s.expected.q95),
            d.map(|d| d.mean),
            d.map(|d| d.q05),
            d.map(|d| d.q95),
            s.probability_worse,
        ];
        cells.extend(s.channels.iter().map(|x| Some(*x)));
        (s.name.clone(), cells)
    };
    (head, compared.scenarios.iter().map(row).collect())
}

fn write(out: &Path, compared: &Compared) -> Result<(), Failure> {
    let kind = out.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
    let bytes = match kind.as_str() {
        "json" => json(compared)?.into_bytes(),
        "csv" => {
            let (head, rows) = table(compared);
            let mut text = head.iter().map(|h| folder::field(h)).collect::<Vec<_>>().join(",");
            text.push('\n');
            for (name, cells) in rows {
                text.push_str(&folder::field(&name));
                for cell in cells {
                    text.push(',');
                    text.push_str(&cell.map_or_else(String::new, |x| x.to_string()));
                }
                text.push('\n');
            }
            text.into_bytes()
        }
        "xlsx" => workbook(compared)
            .map_err(|e| Failure::from_error(Exit::Internal, "plan.export", &e, ""))?,
        other => {
            return Err(Failure::new(
                Exit::Files,
                "plan.export",
                format!("`{other}` is no format for a comparison"),
                "end the file's name in .csv, .json or .xlsx",
            ));
        }
    };
    std::fs::write(out, bytes).map_err(|e| {
        let message = format!("cannot write {}: {e}", out.display());
        Failure::new(Exit::Files, "plan.export", message, "choose another file")
    })
}

fn workbook(compared: &Compared) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("scenarios")?;
    let bold = Format::new().set_bold();
    let (head, rows) = table(compared);
    for (column, text) in (0_u16..).zip(&head) {
        sheet.write_string_with_format(0, column, text, &bold)?;
    }
    for (row, (name, cells)) in (1_u32..).zip(&rows) {
        // As text, whatever it begins with.
        sheet.write_string(row, 0, name)?;
        for (column, cell) in (1_u16..).zip(cells) {
            if let Some(x) = cell {
                sheet.write_number(row, column, *x)?;
            }
        }
    }
    sheet.set_freeze_panes(1, 1)?;
    book.save_to_buffer()
}
