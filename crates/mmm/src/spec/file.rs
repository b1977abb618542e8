//! Reading a specification file over its preset.
//!
//! The user's keys are merged into the preset's table one by one, so that the first key that
//! makes no sense is known exactly, with its line.

use toml::de::{DeTable, DeValue};
use toml::{Spanned, Table, Value};

use super::check::check;
use super::{MediaSpec, Preset, Spec, SpecError, Structure, VERSION};

/// A key of the file that is merged as a whole: its path, its value, its line.
struct Leaf {
    path: Vec<String>,
    value: Value,
    line: usize,
}

/// Tags of distributions and knot placements: a table with just one of them is one value.
const TAGS: &[&str] = &[
    "normal",
    "half-normal",
    "truncated-normal",
    "log-normal",
    "shifted-log-normal",
    "rectified-log-normal",
    "beta",
    "gamma",
    "gamma-mean",
    "inverse-gamma",
    "uniform",
    "laplace",
    "student-t",
    "half-student-t",
    "exponential",
    "half-cauchy",
    "fixed",
    "count",
    "every",
    "every-weeks",
];

/// Reads `text`.
pub(super) fn read(text: &str) -> Result<Spec, SpecError> {
    let parsed =
        DeTable::parse(text).map_err(|e| SpecError::Syntax(e.to_string().trim().into()))?;
    let mut leaves = Vec::new();
    collect(parsed.get_ref(), &mut Vec::new(), text, &mut leaves);

    let version = leaves.iter().find(|l| l.path == ["version"]);
    match version.map(|l| &l.value) {
        Some(Value::Integer(v)) if *v == i64::from(VERSION) => {}
        Some(Value::Integer(v)) => return Err(SpecError::Version(u32::try_from(*v).unwrap_or(0))),
        Some(_) => return Err(value_error(version, "version", "must be the number 1")),
        None => return Err(value_error(None, "version", "is missing: begin with `version = 1`")),
    }
    let preset = match leaves.iter().find(|l| l.path == ["preset"]) {
        None => Preset::Outlay,
        Some(leaf) => leaf.value.clone().try_into().map_err(|_| {
            let reason = "must be `outlay`, `meridian` or `pymc-marketing`";
            value_error(Some(leaf), "preset", reason)
        })?,
    };

    let base = Table::try_from(preset.spec()).map_err(|e| SpecError::Syntax(e.to_string()))?;
    let mut merged = base.clone();
    for leaf in &leaves {
        let mut alone = base.clone();
        merge(&mut alone, &leaf.path, &leaf.value);
        let result = Value::Table(alone).try_into::<Spec>();
        let result = result.map_err(|e| e.message().to_owned()).and_then(|spec| {
            // A channel's keys are checked against the media defaults they will override.
            match leaf.path.as_slice() {
                [first, name, ..] if first == "channel" => spec
                    .merged_media(name, &spec.media)
                    .map(|_| ())
                    .map_err(|e| e.message().to_owned()),
                _ => Ok(()),
            }
        });
        if let Err(message) = result {
            let reason = format!("is not valid: {}", message.trim().replace('\n', " "));
            return Err(value_error(Some(leaf), &leaf.path.join("."), &reason));
        }
        merge(&mut merged, &leaf.path, &leaf.value);
    }
    mark_user_priors(&mut merged, &leaves);
    let spec: Spec =
        Value::Table(merged).try_into().map_err(|e| SpecError::Syntax(e.message().to_owned()))?;
    check(&spec).map_err(|(key, reason)| {
        let path: Vec<&str> = key.split(['.', '[']).collect();
        let leaf = leaves.iter().rev().find(|l| {
            l.path.iter().zip(&path).all(|(a, b)| a == b) || l.path.join(".").starts_with(&key)
        });
        value_error(leaf, &key, &reason)
    })?;
    Ok(spec)
}

impl Spec {
    /// `base` with the overrides of `[channel.name]`.
    pub(super) fn merged_media(
        &self,
        name: &str,
        base: &MediaSpec,
    ) -> Result<MediaSpec, toml::de::Error> {
        let Some(overrides) = self.channel.get(name) else { return Ok(base.clone()) };
        let Ok(Value::Table(mut table)) = Value::try_from(base) else { return Ok(base.clone()) };
        merge_tables(&mut table, overrides);
        Value::Table(table).try_into()
    }
}

impl Structure {
    /// The specification of this structure: `base` with what differs.
    pub(super) fn over(&self, base: &Spec) -> Result<Spec, toml::de::Error> {
        let plain = Spec { structure: Vec::new(), ..base.clone() };
        let Ok(Value::Table(mut table)) = Value::try_from(&plain) else { return Ok(plain) };
        merge_tables(&mut table, &self.set);
        Value::Table(table).try_into()
    }
}

/// A prior that the file sets is the user's unless the file says otherwise.
fn mark_user_priors(merged: &mut Table, leaves: &[Leaf]) {
    let user = Value::String("user".to_owned());
    for leaf in leaves {
        let Some(at) = leaf.path.iter().position(|k| k == "effect") else { continue };
        let mut source = leaf.path[..=at].to_vec();
        source.push("source".to_owned());
        let stated = leaves.iter().any(|l| l.path == source);
        if !stated && leaf.path.get(at + 1).is_some_and(|k| k == "prior" || k == "on") {
            merge(merged, &source, &user);
        }
    }
}

fn value_error(leaf: Option<&Leaf>, key: &str, reason: &str) -> SpecError {
    SpecError::Value { key: key.to_owned(), reason: reason.to_owned(), line: leaf.map(|l| l.line) }
}

fn collect(table: &DeTable<'_>, path: &mut Vec<String>, text: &str, leaves: &mut Vec<Leaf>) {
    for (key, value) in table {
        path.push(key.get_ref().to_string());
        match value.get_ref() {
            DeValue::Table(inner) if !is_one_value(inner) => collect(inner, path, text, leaves),
            _ => leaves.push(Leaf {
                path: path.clone(),
                value: plain(value),
                line: text[..key.span().start.min(text.len())].matches('\n').count() + 1,
            }),
        }
        path.pop();
    }
}

fn is_one_value(table: &DeTable<'_>) -> bool {
    table.len() == 1 && table.keys().all(|k| TAGS.contains(&k.get_ref().as_ref()))
}

fn plain(value: &Spanned<DeValue<'_>>) -> Value {
    match value.get_ref() {
        DeValue::String(s) => Value::String(s.to_string()),
        DeValue::Integer(i) => i64::from_str_radix(i.as_str(), i.radix())
            .map_or_else(|_| Value::String(i.as_str().to_owned()), Value::Integer),
        DeValue::Float(f) => {
            f.as_str().parse().map_or_else(|_| Value::String(f.as_str().to_owned()), Value::Float)
        }
        DeValue::Boolean(b) => Value::Boolean(*b),
        DeValue::Datetime(d) => Value::String(d.to_string()),
        DeValue::Array(items) => Value::Array(items.iter().map(plain).collect()),
        DeValue::Table(table) => {
            Value::Table(table.iter().map(|(k, v)| (k.get_ref().to_string(), plain(v))).collect())
        }
    }
}

/// Sets `path` in `table`. `false` removes a part that is a table or a real number (`trend =
/// false`, `coarsening = false`).
fn merge(table: &mut Table, path: &[String], value: &Value) {
    let Some((key, rest)) = path.split_first() else { return };
    if rest.is_empty() {
        match (value, table.get(key)) {
            (Value::Boolean(false), Some(Value::Table(_) | Value::Float(_)) | None) => {
                table.remove(key);
            }
            _ => {
                table.insert(key.clone(), value.clone());
            }
        }
        return;
    }
    let inner = table.entry(key.clone()).or_insert_with(|| Value::Table(Table::new()));
    if !inner.is_table() {
        *inner = Value::Table(Table::new());
    }
    if let Value::Table(inner) = inner {
        merge(inner, rest, value);
    }
}

fn merge_tables(base: &mut Table, over: &Table) {
    for (key, value) in over {
        let one_value = |t: &Table| t.len() == 1 && t.keys().all(|k| TAGS.contains(&k.as_str()));
        match (base.get_mut(key), value) {
            (Some(Value::Table(inner)), Value::Table(over)) if !one_value(over) => {
                merge_tables(inner, over);
            }
            _ => {
                base.insert(key.clone(), value.clone());
            }
        }
    }
}
