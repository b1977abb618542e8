//! Rows that are no observations: totals, subtotals, averages and footnotes of an export.

use super::cell::{Cell, RawTable, is_missing};
use crate::table::Column;
use crate::vocabulary::Vocabulary;

/// Marks the rows to leave out. A row counts as a total when it has no date and starts with a
/// word for it, or stands last without a date and holds the sums of the rows above; as a
/// footnote when it has no date, stands at the end, and holds no number.
pub(crate) fn find(raw: &RawTable, columns: &[Column]) -> Vec<bool> {
    let rows = raw.lines.len();
    let mut drop = vec![false; rows];
    let dates: Vec<&Column> = columns.iter().filter(|c| c.dates().is_some()).collect();
    if dates.is_empty() || rows < 2 {
        return drop;
    }
    let dateless = |row: usize| {
        dates.iter().all(|c| c.dates().is_some_and(|d| d.get(row).copied().flatten().is_none()))
    };
    for (row, drop) in drop.iter_mut().enumerate() {
        if dateless(row) {
            *drop = raw.columns.iter().take(4).any(|c| match c.get(row) {
                Cell::Text(text) => Vocabulary::get().is_total_word(text),
                _ => false,
            });
        }
    }
    // From the end up: sums without a word for them, and footnotes.
    for row in (0..rows).rev() {
        if drop.get(row).copied().unwrap_or(false) {
            continue;
        }
        if !dateless(row) || !(is_sum(columns, row, &drop) || is_footnote(raw, columns, row)) {
            break;
        }
        if let Some(d) = drop.get_mut(row) {
            *d = true;
        }
    }
    drop
}

fn is_sum(columns: &[Column], row: usize, drop: &[bool]) -> bool {
    let mut compared = 0;
    for values in columns.iter().filter_map(Column::numbers) {
        let Some(total) = values.get(row).copied().flatten() else { continue };
        let above = values.iter().take(row).zip(drop).filter(|(_, d)| !**d);
        let sum: f64 = above.filter_map(|(v, _)| *v).sum();
        let count = values.iter().take(row).filter(|v| v.is_some()).count().max(1) as f64;
        let close = |a: f64| (a - total).abs() <= 0.01 + 1e-6 * total.abs();
        if close(sum) || close(sum / count) {
            compared += 1;
        }
    }
    compared > 0
}

fn is_footnote(raw: &RawTable, columns: &[Column], row: usize) -> bool {
    let numberless =
        columns.iter().filter_map(Column::numbers).all(|v| v.get(row).copied().flatten().is_none());
    let filled = raw
        .columns
        .iter()
        .filter(|c| match c.get(row) {
            Cell::Blank => false,
            Cell::Text(text) => !is_missing(text),
            _ => true,
        })
        .count();
    numberless && filled <= 1
}
