//! The JSON schema of a configuration file.

use serde_json::{Map, Value, json};

use crate::catalogue::{Entry, entries};
use crate::form::Form;

/// The JSON schema (2020-12) of a configuration file, for editors and for other tools.
pub fn schema() -> Value {
    let mut sections: Map<String, Value> = Map::new();
    for entry in entries() {
        let section = sections.entry(entry.section()).or_insert_with(
            || json!({ "type": "object", "additionalProperties": false, "properties": {} }),
        );
        let key = entry.name().split_once('.').map_or("", |(_, key)| key);
        section["properties"][key] = property(&entry);
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Outlay's configuration",
        "type": "object",
        "additionalProperties": false,
        "properties": sections,
    })
}

fn property(entry: &Entry) -> Value {
    let mut property = match entry.form() {
        Form::Flag => json!({ "type": "boolean" }),
        Form::Number { unit, min, max } => {
            json!({ "type": "number", "minimum": min, "maximum": max, "x-unit": unit })
        }
        Form::Choice(words) => json!({ "type": "string", "enum": words }),
        Form::List => json!({ "type": "array", "items": { "type": "string" } }),
        Form::Secret => json!({ "type": "string", "pattern": "^$|^(env|file):.+" }),
        Form::Url => json!({ "type": "string", "pattern": "^$|^https?://.+" }),
        Form::Connection => json!({ "type": "string", "pattern": "^$|^(env|file):.+|://" }),
        Form::Text | Form::Address | Form::Path => json!({ "type": "string" }),
    };
    let default = entry.default();
    property["default"] = if default.is_null() { json!("") } else { default };
    property["description"] = json!(format!("{}.", entry.meaning()));
    property["x-source"] = json!(entry.source());
    property["x-impact"] = json!(entry.impact());
    property["x-live"] = json!(entry.when() == crate::When::Live);
    property
}
