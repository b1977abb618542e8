//! From text to a checked specification, every problem with its line.

use chrono::NaiveDate;
use serde::de::{Deserialize, Deserializer, Error as _};
use toml::de::{DeTable, DeValue};

use super::{WorldSpec, check};
use crate::error::{Problem, WorldError};

pub(super) fn from_toml(text: &str) -> Result<WorldSpec, WorldError> {
    let spec: WorldSpec = toml::from_str(text).map_err(|error| {
        let line = error.span().map(|span| line_of(text, span.start));
        let reason = error.message().trim().replace('\n', "; ");
        WorldError::Spec(vec![Problem { line, key: String::new(), reason }])
    })?;
    let mut problems = check::problems(&spec);
    if problems.is_empty() {
        return Ok(spec);
    }
    for problem in &mut problems {
        problem.line = locate(text, &problem.key);
    }
    problems.sort_by_key(|problem| problem.line);
    Err(WorldError::Spec(problems))
}

/// A TOML date (`2024-01-01`) or the same in quotes.
pub(super) fn date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
    let value = toml::Value::deserialize(deserializer)?;
    let text = match &value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Datetime(stamp) if stamp.time.is_none() => stamp.to_string(),
        other => other.to_string(),
    };
    text.parse().map_err(|_| D::Error::custom(format!("`{text}` is not a date: write 2024-01-31")))
}

pub(super) fn optional_date<'de, D>(deserializer: D) -> Result<Option<NaiveDate>, D::Error>
where
    D: Deserializer<'de>,
{
    date(deserializer).map(Some)
}

/// The line of `channels[1].adstock.alpha`, or of the nearest part above it that is in the file:
/// a value may be refused that was never written.
fn locate(text: &str, key: &str) -> Option<usize> {
    let root = DeTable::parse(text).ok()?;
    let mut table = Some(root.get_ref());
    let mut value: Option<&DeValue<'_>> = None;
    let mut start = None;
    for part in key.split(['.', '[']).filter(|part| !part.is_empty()) {
        let next = if let Some(index) = part.strip_suffix(']') {
            let index: usize = index.parse().ok()?;
            value.and_then(DeValue::as_array).and_then(|items| items.get(index))
        } else {
            // The key's own line is what a reader looks for; an array of tables has its header's.
            let entry = table.and_then(|t| t.get_key_value(part));
            start = entry.map(|(k, _)| k.span().start).or(start);
            entry.map(|(_, v)| v)
        };
        let Some(next) = next else { break };
        if part.ends_with(']') {
            start = Some(next.span().start);
        }
        value = Some(next.get_ref());
        table = next.get_ref().as_table();
    }
    start.map(|offset| line_of(text, offset))
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}
