//! The configuration keys in the terminal.

use outlay_core::registry::{Impact, Setting};
use outlay_report::format::Locale;

use super::table::{Column, wrapped};

/// The keys with defaults, ranges and sources.
pub(crate) fn settings(settings: &[Setting]) -> String {
    at_width(settings, super::width())
}

fn at_width(settings: &[Setting], width: usize) -> String {
    let column =
        |cell: fn(&Setting) -> String| -> Vec<String> { settings.iter().map(cell).collect() };
    let columns = [
        Column::text("key", column(|s| s.key.to_owned())),
        Column::number("default", column(|s| Locale::POINT.compact(s.default))),
        Column::text(
            "range",
            column(|s| {
                format!("{} to {}", Locale::POINT.compact(s.min), Locale::POINT.compact(s.max))
            }),
        ),
        Column::text("unit", column(|s| s.unit.to_owned())),
        Column::text("impact", column(|s| impact(s.impact).to_owned())),
        Column::text(
            "meaning and source",
            column(|s| format!("{}. Source: {}.", s.meaning, s.source)),
        ),
    ];
    let count = settings.len();
    format!(
        "{count} keys decide what counts as fine, doubtful and wrong; each can be set.\n\n{}",
        wrapped(&columns, width)
    )
}

fn impact(impact: Impact) -> &'static str {
    match impact {
        Impact::Critical => "critical",
        Impact::High => "high",
        Impact::Medium => "medium",
        Impact::Low => "low",
    }
}

#[cfg(test)]
mod tests {
    use outlay_core::registry::SETTINGS;

    use super::*;

    #[test]
    fn every_key_is_listed_within_the_terminal() {
        for width in [80, 120, 200] {
            let text = at_width(SETTINGS, width);
            assert!(text.lines().all(|l| console::measure_text_width(l) <= width), "{text}");
            assert!(width < 200 || SETTINGS.iter().all(|s| text.contains(s.key)), "{text}");
        }
        insta::assert_snapshot!(at_width(&SETTINGS[..2], 120));
    }
}
