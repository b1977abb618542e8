//! The configuration keys in the terminal.

use outlay_core::registry::{Impact, Setting};
use outlay_report::format::Locale;

use super::summary::wrap;

/// The keys with defaults, ranges and sources.
pub(crate) fn settings(settings: &[Setting]) -> String {
    at_width(settings, super::width())
}

/// A block per key: a key stands on a line of its own, so that it can be copied whole.
fn at_width(settings: &[Setting], width: usize) -> String {
    let n = Locale::POINT;
    let count = settings.len();
    let mut text =
        format!("{count} keys decide what counts as fine, doubtful and wrong; each can be set.\n");
    for s in settings {
        let (default, low, high) = (n.compact(s.default), n.compact(s.min), n.compact(s.max));
        let facts = format!(
            "default {default}, from {low} to {high}, in {}; impact {}",
            s.unit,
            impact(s.impact)
        );
        text += &format!("\n{}\n", s.key);
        for line in [facts, format!("{}.", s.meaning), format!("Source: {}.", s.source)] {
            text += "  ";
            text += &wrap(&line, width.saturating_sub(2), "  ");
            text.push('\n');
        }
    }
    text
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
