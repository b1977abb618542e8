//! A file in the terminal: one sentence, its columns, its totals, and what to look at.

use std::fmt::Write as _;

use anstyle::AnsiColor;
use console::{Alignment, measure_text_width, pad_str};
use outlay_connect::{Description, FileFormat, Finding, SeriesTotal, Severity, TotalOf, Totals};
use outlay_report::format::Locale;

use super::table::{Column, set, wrapped};

/// Months that are shown one by one; earlier ones are summed up to years.
const MONTHS_SHOWN: usize = 12;
/// Findings of no consequence that are shown.
const NOTES_SHOWN: usize = 8;

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
        let (from, to) = (month(last.months.start), month(cut - 1));
        last.label = if from == to { from } else { format!("{from} to {to}") };
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
    let labels: Vec<String> = lines.iter().map(|l| l.label.clone()).collect();
    let widest = labels.iter().map(|l| measure_text_width(l)).max().unwrap_or(0);
    let parts = [
        ("KPI and spend", vec![TotalOf::Kpi, TotalOf::Spend]),
        ("Exposure", vec![TotalOf::Exposure, TotalOf::Organic]),
    ];
    let mut out = String::new();
    for (title, kinds) in parts {
        let mut columns: Vec<Column> = Vec::new();
        let label_width = widest.max(measure_text_width(title)) + 1;
        let mut used = label_width;
        let mut first = true;
        let mut flush = |columns: &mut Vec<Column>, out: &mut String| {
            if columns.is_empty() {
                return;
            }
            let head = if std::mem::take(&mut first) { title } else { "" };
            let mut all = vec![Column::text(head, labels.clone())];
            all.append(columns);
            if !out.is_empty() {
                out.push('\n');
            }
            out.push_str(&set(all, width));
        };
        for one in totals.series.iter().filter(|s| kinds.contains(&s.of)) {
            let head = match one.of {
                TotalOf::Kpi | TotalOf::Spend => one.name.clone(),
                TotalOf::Exposure | TotalOf::Organic => format!("{} {}", one.name, one.unit),
            };
            let cells = amounts(one, &lines);
            let needed =
                cells.iter().chain([&head]).map(|c| measure_text_width(c)).max().unwrap_or(0);
            if used + needed + 3 > width && !columns.is_empty() {
                flush(&mut columns, &mut out);
                used = label_width;
            }
            used += needed + 2;
            // Whole numbers with groups line up at the right; the decimal point is not the first
            // mark in them.
            let pad = |cell: &str| pad_str(cell, needed, Alignment::Right, None).into_owned();
            columns.push(Column::text(&pad(&head), cells.iter().map(|c| pad(c)).collect()));
        }
        flush(&mut columns, &mut out);
    }
    if !every_month && totals.months.len() > MONTHS_SHOWN {
        out.push_str("(every month: --months)\n");
    }
    out
}

/// The totals of a series: whole units, or two decimals where all are small.
fn amounts(one: &SeriesTotal, lines: &[Line]) -> Vec<String> {
    let months = one.by_month.len();
    let amounts: Vec<f64> = lines
        .iter()
        .map(|line| {
            // The sum over everything is exact; years are sums of exact months.
            let part = || one.by_month.get(line.months.clone()).unwrap_or(&[]).iter().sum();
            if line.months.len() == months { one.total } else { part() }
        })
        .collect();
    let small =
        amounts.iter().all(|a| a.abs() < 1000.0) && amounts.iter().any(|a| a.fract() != 0.0);
    let shown = |a: &f64| {
        if small { Locale::POINT.fixed(*a, 2) } else { Locale::POINT.exact(a.round()) }
    };
    amounts.iter().map(shown).collect()
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

#[cfg(test)]
mod tests {
    use outlay_connect::{ReadOptions, describe, load};
    use outlay_core::registry::Registry;

    use super::*;

    fn described(months: u32, change: impl Fn(u32) -> String) -> Description {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("brand.csv");
        let mut text =
            String::from("month,revenue (EUR),tv_spend,search_spend,search_clicks,price\n");
        for m in 0..months {
            let revenue = 1_200_000 + (m * 37 % 11) * 25_000;
            let (year, month) = (2021 + m / 12, m % 12 + 1);
            text.push_str(&format!(
                "{year}-{month:02},{revenue},{},{},{},{}\n",
                change(m),
                9_000 + (m * 53 % 17) * 800,
                4_000 + (m * 29 % 13) * 350,
                9 + m % 2,
            ));
        }
        std::fs::write(&path, text).unwrap();
        let mapped = load(&path, None, ReadOptions::default()).unwrap();
        describe(&mapped, &Registry::default(), |x| Locale::POINT.compact(x))
    }

    fn tv(m: u32) -> String {
        if m % 5 == 4 { "0".into() } else { format!("{}.5", 30_000 + (m * 17 % 7) * 4_500) }
    }

    #[test]
    fn a_sound_file_is_one_sentence_tables_and_little_else() {
        insta::assert_snapshot!(at_width(&described(30, tv), false, 100));
    }

    #[test]
    fn a_file_that_cannot_be_fitted_says_why_and_what_to_do() {
        let refund = |m| if m == 7 { "-250".into() } else { tv(m) };
        let text = at_width(&described(30, refund), false, 100);
        assert!(text.contains("cannot be fitted as it is: 1 problem."), "{text}");
        assert!(
            text.contains("line 9 (2021-08-01), column `tv_spend`: -250 is negative"),
            "{text}"
        );
        assert!(text.contains("book refunds"), "{text}");
    }

    #[test]
    fn every_month_is_shown_on_request_and_no_line_is_too_long() {
        let description = described(30, tv);
        for width in [60, 80, 100] {
            let short = at_width(&description, false, width);
            let long = at_width(&description, true, width);
            assert!(!short.contains("2021-05") && short.contains("--months"), "{short}");
            assert!(long.contains("2021-05") && !long.contains("--months"), "{long}");
            let tables = long.lines().filter(|l| l.starts_with("2021-") || l.starts_with("month"));
            assert!(tables.into_iter().all(|l| measure_text_width(l) <= width), "{long}");
        }
    }
}
