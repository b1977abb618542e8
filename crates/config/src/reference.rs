//! The reference page and the template, made of the keys.

use std::fmt::Write;

use outlay_core::registry::Impact;
use serde_json::Value;

use crate::catalogue::{Entry, entries};
use crate::form::Form;
use crate::key::When;
use crate::sources::VARIABLES;

const HEAD: &str = "\
# Configuration

Made of the keys by `cargo xtask codegen`: change them there, not here.

Whatever stands further down wins:

1. the default of the key, below;
2. the file of the environment that the binary carries: `config/base.toml`, then
   `config/development.toml`, `config/staging.toml` or `config/production.toml`, as `OUTLAY_ENV` says
   (development where it says nothing);
3. your own files: `base.toml`, then that of the environment, in the folder that `--config` or
   `OUTLAY_CONFIG` names (or one file);
4. variables: `OUTLAY__SECTION__KEY`, for example `OUTLAY__PLAN__GAP=0.002`; lists with commas;
5. flags: those with names of their own (`--listen`), and `--set plan.gap=0.002` for any key.

On top, an admin may set business keys for one workspace on the settings page.

`outlay config` shows every value in force and where it comes from, `outlay config check` says all that
is wrong, `outlay config schema` prints the JSON schema of a file for editors. An unknown key is
refused, and the nearest known one is named.

**Secrets are references**: `env:NAME` is the variable NAME of the process, `file:/path` the content of a
file. A secret itself is refused in a file, and none is ever logged or served. `store.url` and other
addresses may hold a password; they are shown without it, and may be references as well.

**Changes while it runs**: a server looks at its files every few seconds (`server.config_poll_seconds`)
and takes over the keys marked *live*; the log says which, and which wait until it is started again. Files that are wrong change nothing; the log
says why.
";

/// `docs/configuration.md`.
pub fn reference() -> String {
    let mut page = HEAD.to_owned();
    page += "\nShort variables: ";
    let short: Vec<_> = VARIABLES.iter().map(|(name, key)| format!("`{name}` (`{key}`)")).collect();
    page += &short.join(", ");
    page += ".\n";
    for section in sections() {
        let _ = write!(page, "\n## {section}\n\n");
        page += "| key | default | allowed | live | impact | meaning; source of the default |\n";
        page += "|---|---|---|---|---|---|\n";
        for entry in entries().filter(|entry| entry.section() == section) {
            let _ = writeln!(
                page,
                "| `{}` | {} | {} | {} | {} | {}; {} |",
                entry.name(),
                default(&entry),
                cell(&entry.form().allowed()),
                if entry.when() == When::Live { "live" } else { "at start" },
                impact(entry.impact()),
                cell(entry.meaning()),
                cell(entry.source()),
            );
        }
    }
    page
}

/// `config/base.toml`: every key with its default, commented out.
pub fn template() -> String {
    let mut text = "\
# Every key with its default, made of the keys by `cargo xtask codegen`. Copy what you change into a
# file of your own (docs/configuration.md).
"
    .to_owned();
    for section in sections() {
        let _ = write!(text, "\n[{section}]\n");
        for entry in entries().filter(|entry| entry.section() == section) {
            let key = entry.name().split_once('.').map_or("", |(_, key)| key);
            let _ = writeln!(text, "# {}: {}", entry.meaning(), entry.form().allowed());
            let _ = writeln!(text, "# {key} = {}", toml(&entry.default(), entry.form()));
        }
    }
    text
}

/// The sections, each once, in the order in which they appear first.
fn sections() -> Vec<&'static str> {
    let mut sections = Vec::new();
    for entry in entries() {
        if !sections.contains(&entry.section()) {
            sections.push(entry.section());
        }
    }
    sections
}

fn toml(value: &Value, form: Form) -> String {
    match value {
        Value::Null if form == Form::List => "[]".to_owned(),
        Value::Null => "\"\"".to_owned(),
        Value::Number(number) => number.as_f64().map(|n| n.to_string()).unwrap_or_default(),
        other => other.to_string(),
    }
}

fn default(entry: &Entry) -> String {
    match entry.default() {
        Value::Null => "none".to_owned(),
        Value::Array(parts) if parts.is_empty() => "none".to_owned(),
        value => format!("`{}`", toml(&value, entry.form()).trim_matches('"')),
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

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
