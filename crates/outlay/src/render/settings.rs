//! The configuration keys in the terminal.

use outlay_config::{Entry, Origin, Settings, entries};
use outlay_core::registry::Impact;
use outlay_report::format::Locale;
use serde_json::Value;

use super::summary::wrap;

/// The keys with values, where these come from, defaults, ranges and sources.
pub(crate) fn settings(settings: &Settings) -> String {
    at_width(settings, entries(), super::width())
}

/// A block per key: a key stands on a line of its own, so that it can be copied whole.
fn at_width(settings: &Settings, keys: impl Iterator<Item = Entry>, width: usize) -> String {
    let environment = settings.environment().name();
    let mut text =
        format!("Environment {environment}; files, variables and flags set these keys.\n");
    for entry in keys {
        text += &format!("\n{}\n", entry.name());
        let from = settings.origin(entry.name());
        if from != Origin::Default {
            let value = shown(&settings.shown(&entry));
            text += &format!("  {}\n", wrap(&format!("{value}, from {from}"), width - 2, "  "));
        }
        let facts = format!(
            "default {}, allowed {}; impact {}",
            shown(&entry.default()),
            entry.form().allowed(),
            impact(entry.impact())
        );
        let meaning = format!("{}.", entry.meaning());
        for line in [facts, meaning, format!("Source: {}.", entry.source())] {
            text += "  ";
            text += &wrap(&line, width.saturating_sub(2), "  ");
            text.push('\n');
        }
    }
    text
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::Number(n) => n.as_f64().map(|n| Locale::POINT.compact(n)).unwrap_or_default(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
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
    use super::*;

    #[test]
    fn every_key_is_listed_within_the_terminal() {
        let settings = Settings::default();
        for width in [80, 120, 200] {
            let text = at_width(&settings, entries(), width);
            assert!(text.lines().all(|l| console::measure_text_width(l) <= width), "{text}");
            assert!(width < 200 || entries().all(|e| text.contains(e.name())), "{text}");
        }
        insta::assert_snapshot!(at_width(&settings, entries().take(2), 120));
    }

    #[test]
    fn a_value_that_was_set_says_where() {
        let settings = Settings::default().with("jobs.slots", "7").unwrap();
        let text = at_width(&settings, entries(), 120);
        assert!(text.contains("jobs.slots\n  7, from flag --set\n"), "{text}");
    }
}
