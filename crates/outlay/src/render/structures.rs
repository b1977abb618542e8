//! What each of several structures says, and what the data cannot tell apart, in the terminal.

use outlay_mmm::summary::{Estimate, Summary, Verdict};
use outlay_report::format::{Locale, MISSING, column_decimals};
use outlay_report::structures::{by_weight, sentence};
use outlay_report::terms::{Terms, label, shorten};

use super::style;
use super::summary::wrap;
use super::table::{Column, set};

/// Rows before the rest is one line, as in the table of channels.
const ROWS: usize = 40;

/// A sentence on the weights and a table of returns under each structure; nothing where there is
/// only one.
pub(super) fn structures(summary: &Summary, width: usize) -> String {
    if summary.structures.is_empty() {
        return String::new();
    }
    let terms = Terms::new(&summary.data, Locale::POINT);
    let mut text = format!("{}\n\n", wrap(&sentence(summary, &terms), width, ""));
    // Where intervals do not fit, the medians do: a structure left out would mislead more.
    let whole = set(columns(summary, &terms, true), usize::MAX);
    let fits = whole.lines().all(|line| console::measure_text_width(line) <= width);
    text += &if fits { whole } else { set(columns(summary, &terms, false), width) };
    let paid = summary.channels.values().filter(|c| c.roi.is_some()).count();
    if paid > ROWS {
        text += &format!("… and {} more channels: see report.html or --json\n", paid - ROWS);
    }
    let what = if fits { "medians with 90 % intervals in brackets" } else { "medians" };
    let returns = terms.return_per_unit().to_lowercase();
    text += &format!("{}\n\n", wrap(&format!("{returns}: {what}"), width, ""));
    text
}

fn columns(summary: &Summary, terms: &Terms, intervals: bool) -> Vec<Column> {
    let paid = || summary.channels.iter().filter_map(|(n, c)| c.roi.map(|e| (n, e))).take(ROWS);
    let structures = by_weight(summary);
    let everything = || {
        let under = structures.iter().flat_map(|(_, s)| s.roi.values().copied());
        paid().map(|(_, e)| e).chain(under)
    };
    let digits = column_decimals(everything().map(|e| e.q50));
    let cell = |e: Option<Estimate>| match e {
        None => MISSING.to_owned(),
        Some(e) if intervals => terms.locale.interval(&e, digits),
        Some(e) => terms.locale.aligned(e.q50, digits),
    };
    let names = paid().map(|(name, _)| shorten(&label(name), 28)).collect();
    let together = paid().map(|(_, e)| cell(Some(e))).collect();
    let mut columns = vec![Column::text("channel", names), Column::number("together", together)];
    for (name, structure) in &structures {
        let cells = paid().map(|(name, _)| cell(structure.roi.get(name).copied())).collect();
        let weight = terms.locale.share(structure.weight);
        let head = format!("{} {weight}", shorten(&label(name), 20));
        columns.push(Column::number(&head, cells));
    }
    columns
}

/// What cannot be told apart, a sentence each; nothing where everything can.
pub(super) fn joint(summary: &Summary, width: usize) -> String {
    if summary.joint.is_empty() {
        return String::new();
    }
    let mut text = String::from("What the data cannot tell\n");
    for effect in &summary.joint {
        let sentence = wrap(&label(&effect.sentence), width.saturating_sub(4), "    ");
        let shape = style::paint(Verdict::Review, style::shape(Verdict::Review));
        text += &format!("  {shape} {sentence}\n");
    }
    text.push('\n');
    text
}
