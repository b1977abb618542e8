//! A file in the terminal: one sentence, its columns, its totals, and what to look at.

use std::fmt::Write as _;

use anstyle::AnsiColor;
use outlay_connect::{Description, FileFormat, Finding, Severity, TotalOf, Totals};
use outlay_report::format::Locale;

use super::table::{Column, set, wrapped};

/// Months that are shown one by one; earlier ones are summed up to years.
const MONTHS_SHOWN: usize = 12;
/// Findings of no consequence that are shown.
const NOTES_SHOWN: usize = 8;
/// Columns of totals beside each other.
const TOTALS_ABREAST: usize = 6;

/// The description for people.
pub(crate) fn description(shown: &Description, every_month: bool) -> String {
    at_width(shown, every_month, super::width())
}

fn at_width(shown: &Description, every_month: bool, width: usize) -> String {
    let mut out = format!("{}\n", shown.sentence);
    let _ = writeln!(out, "{}\n", reading(shown));
    out.push_str(&columns(shown, width));
    if let Some(totals) = &shown.totals {
        out.push_str("\nDoes this match your books?\n\n");
        out.push_str(&match_tables(totals, every_month, width));
    }
    if !shown.findings.is_empty() {
        out.push_str("\nWhat to look at\n\n");
        out.push_str(&findings(&shown.findings));
    }
    if !shown.questions.is_empty() {
        out.push_str("\nWhat only you know\n\n");
        for question in &shown.questions {
            let _ = writeln!(out, "  ? {question}");
        }
    }
    out
}

/// How the file was read.
fn reading(shown: &Description) -> String {
    let source = &shown.source;
    let how = match source.format {
        FileFormat::Parquet => "Parquet".to_owned(),
        FileFormat::Workbook => {
            format!("sheet `{}` of a workbook", source.sheet.as_deref().unwrap_or("?"))
        }
        FileFormat::Delimited => {
            let between = match source.delimiter {
                Some('\t') => "tabs",
                Some(';') => "semicolons",
                Some('|') => "pipes",
                Some(',') | None => "commas",
                Some(_) => "another delimiter",
            };
            format!("text in {} with {between}", source.encoding.as_deref().unwrap_or("UTF-8"))
        }
    };
    let line = source.header_line.map(|l| format!(", names in line {l}")).unwrap_or_default();
    let currency = shown.mapping.currency.map(|c| format!(", money in {c}")).unwrap_or_default();
    format!("Read as {how}{line}{currency}.")
}

fn columns(shown: &Description, width: usize) -> String {
    let cells = |cell: fn(&outlay_connect::ColumnProposal) -> String| -> Vec<String> {
        shown.columns.iter().map(cell).collect()
    };
    let columns = [
        Column::text("column", cells(|c| c.column.clone())),
        Column::text("taken for", cells(|c| c.role.noun().to_owned())),
        Column::text("channel", cells(|c| c.channel.clone().unwrap_or_default())),
        Column::number("sure", cells(|c| format!("{:.0} %", c.confidence * 100.0))),
        Column::text("because", cells(|c| c.reason.clone())),
    ];
    wrapped(&columns, width)
}

/// A line of the table of totals: a month, a year, or everything.
struct Line {
    label: String,
    months: std::ops::Range<usize>,
}

fn lines(totals: &Totals, every_month: bool) -> Vec<Line> {
    let n = totals.months.len();
    let cut = if every_month { 0 } else { n.saturating_sub(MONTHS_SHOWN) };
    let year = |i: usize| totals.months.get(i).and_then(|m| m.get(..4)).unwrap_or("").to_owned();
    let mut out: Vec<Line> = Vec::new();
    for i in 0..cut {
        match out.last_mut() {
            Some(line) if line.label == year(i) => line.months.end = i + 1,
            _ => out.push(Line { label: year(i), months: i..i + 1 }),
        }
    }
    // A year of which single months follow is named by the months it holds.
    if let Some(last) = out.last_mut()
        && cut < n
        && year(cut) == last.label
    {
        let month = |i: usize| totals.months.get(i).cloned().unwrap_or_default();
        last.label = format!("{} to {}", month(last.months.start), month(cut - 1));
    }
    for i in cut..n {
        let label = totals.months.get(i).cloned().unwrap_or_default();
        out.push(Line { label, months: i..i + 1 });
    }
    out.push(Line { label: "all".to_owned(), months: 0..n });
    out
}

fn match_tables(totals: &Totals, every_month: bool, width: usize) -> String {
    let lines = lines(totals, every_month);
    let groups = [
        (vec![TotalOf::Kpi, TotalOf::Spend], "spend on "),
        (vec![TotalOf::Exposure, TotalOf::Organic], ""),
    ];
    let mut out = String::new();
    for (kinds, prefix) in groups {
        let series: Vec<_> = totals.series.iter().filter(|s| kinds.contains(&s.of)).collect();
        for chunk in series.chunks(TOTALS_ABREAST) {
            let mut columns =
                vec![Column::text("month", lines.iter().map(|l| l.label.clone()).collect())];
            for one in chunk {
                let head = match one.of {
                    TotalOf::Kpi => one.name.clone(),
                    TotalOf::Spend => format!("{prefix}{}", one.name),
                    TotalOf::Exposure | TotalOf::Organic => format!("{} {}", one.name, one.unit),
                };
                let cells = lines
                    .iter()
                    .map(|line| {
                        let whole = line.months.len() == totals.months.len();
                        let sum =
                            || one.by_month.get(line.months.clone()).unwrap_or(&[]).iter().sum();
                        Locale::POINT.exact(if whole { one.total } else { sum() })
                    })
                    .collect();
                columns.push(Column::number(&head, cells));
            }
            if !out.is_empty() {
                out.push('\n');
            }
            out.push_str(&set(columns, width));
        }
    }
    if !every_month && totals.months.len() > MONTHS_SHOWN {
        out.push_str("(every month: --months)\n");
    }
    out
}

fn findings(findings: &[Finding]) -> String {
    let mut out = String::new();
    let notes = findings.iter().filter(|f| f.severity == Severity::Note).count();
    let mut shown = 0;
    for finding in findings {
        if finding.severity == Severity::Note {
            shown += 1;
            if shown > NOTES_SHOWN {
                continue;
            }
        }
        let (shape, colour) = match finding.severity {
            Severity::Error => ("■", Some(AnsiColor::Red)),
            Severity::Warning => ("▲", Some(AnsiColor::Yellow)),
            Severity::Note => ("·", None),
        };
        let style = colour.map(|c| c.on_default().bold()).unwrap_or_default();
        let word = finding.severity.noun();
        let _ = writeln!(out, "  {style}{shape} {word}{style:#}  {}", finding.message);
        if !finding.advice.is_empty() {
            let _ = writeln!(out, "      {}", finding.advice);
        }
    }
    if notes > NOTES_SHOWN {
        let _ = writeln!(out, "  · {} more notes (all: --json)", notes - NOTES_SHOWN);
    }
    out
}
