//! The truth for people: a sentence and a table.

use comfy_table::{CellAlignment, Table, presets};
use outlay_world::Truth;

/// The world in one sentence.
pub(super) fn sentence(truth: &Truth) -> String {
    let geos = match truth.geos.len() {
        1 => String::new(),
        n => format!(" in {n} geos"),
    };
    let paid = truth.channels.values().filter(|c| c.roi.is_some()).count();
    let media = &truth.total_media;
    let back = if truth.outcome_is_money {
        format!("returns {} per unit", figure(media.roi))
    } else {
        format!("brings {} {} per unit", figure(media.roi), truth.outcome_unit)
    };
    format!(
        "{}: {} {}s{geos}, {} {}; spending {} on {paid} channel{} truly {back}, and {} of the outcome would come without media.",
        truth.world,
        truth.dates.len(),
        truth.granularity,
        compact(truth.total_outcome),
        truth.outcome_unit,
        compact(media.spend),
        if paid == 1 { "" } else { "s" },
        percent(truth.baseline_share),
    )
}

/// One row per channel.
pub(super) fn table(truth: &Truth) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header([
        "truth",
        "spend",
        "brings",
        "of outcome",
        "return",
        "next unit",
        "carries over",
    ]);
    let rate = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |x| format!("{x:.2}"));
    for (name, channel) in &truth.channels {
        table.add_row([
            name.clone(),
            if channel.roi.is_some() { compact(channel.spend) } else { "–".to_owned() },
            compact(channel.contribution),
            percent(channel.contribution_share),
            rate(channel.roi),
            rate(channel.mroi),
            percent(channel.carryover_share),
        ]);
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table.to_string()
}

/// At most three significant figures, thousands and millions in letters.
fn compact(value: f64) -> String {
    let (scaled, letter) = match value.abs() {
        x if x >= 999.5e6 => (value / 1e9, "B"),
        x if x >= 999.5e3 => (value / 1e6, "M"),
        x if x >= 999.5 => (value / 1e3, "k"),
        _ => (value, ""),
    };
    format!("{}{letter}", figure(scaled))
}

fn figure(value: f64) -> String {
    match value.abs() {
        x if x >= 99.95 => format!("{value:.0}"),
        x if x >= 9.995 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_figures() {
        assert_eq!(compact(1_234_567.0), "1.23M");
        assert_eq!(compact(999_700.0), "1.00M");
        assert_eq!(compact(12_345.0), "12.3k");
        assert_eq!(compact(0.456), "0.46");
    }
}
