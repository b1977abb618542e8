//! All keys under one namespace: those of the server and the business constants.

use outlay_core::registry::{Impact, SETTINGS, Setting};
use serde_json::{Value, json};

use crate::form::Form;
use crate::key::{Definition, When};
use crate::keys::SERVER;

/// A key of either kind.
#[derive(Debug, Clone, Copy)]
pub enum Entry {
    /// A key of the server.
    Server(&'static Definition),
    /// A business constant.
    Business(&'static Setting),
}

/// Every key, sorted into sections in the order of the reference page.
pub fn entries() -> impl Iterator<Item = Entry> {
    SERVER.iter().map(Entry::Server).chain(SETTINGS.iter().map(Entry::Business))
}

/// The key of a name.
pub fn entry(name: &str) -> Option<Entry> {
    entries().find(|entry| entry.name() == name)
}

impl Entry {
    /// Dotted name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Server(definition) => definition.name,
            Self::Business(setting) => setting.key,
        }
    }

    /// The part before the dot.
    pub fn section(&self) -> &'static str {
        self.name().split('.').next().unwrap_or_default()
    }

    /// What is allowed.
    pub fn form(&self) -> Form {
        match self {
            Self::Server(definition) => definition.form,
            Self::Business(s) => Form::Number { unit: s.unit, min: s.min, max: s.max },
        }
    }

    /// Whether it may be empty.
    pub fn optional(&self) -> bool {
        matches!(self, Self::Server(definition) if definition.optional)
    }

    /// The default.
    pub fn default(&self) -> Value {
        match self {
            Self::Server(definition) => definition.text(definition.default).unwrap_or_default(),
            Self::Business(setting) => json!(setting.default),
        }
    }

    /// How much a wrong value can hurt.
    pub fn impact(&self) -> Impact {
        match self {
            Self::Server(definition) => definition.impact,
            Self::Business(setting) => setting.impact,
        }
    }

    /// Where the default comes from.
    pub fn source(&self) -> &'static str {
        match self {
            Self::Server(definition) => definition.source,
            Self::Business(setting) => setting.source,
        }
    }

    /// What the key does.
    pub fn meaning(&self) -> &'static str {
        match self {
            Self::Server(definition) => definition.meaning,
            Self::Business(setting) => setting.meaning,
        }
    }

    /// When a changed value counts.
    pub fn when(&self) -> When {
        match self {
            Self::Server(definition) => definition.when,
            Self::Business(setting) if setting.is_live() => When::Live,
            Self::Business(_) => When::AtStart,
        }
    }

    /// The variable that sets it.
    pub fn variable(&self) -> String {
        format!("OUTLAY__{}", self.name().replacen('.', "__", 1).to_uppercase())
    }

    pub(crate) fn text(&self, text: &str) -> Result<Value, crate::form::Wrong> {
        match self {
            Self::Server(definition) => definition.text(text),
            Self::Business(_) => self.form().text(text),
        }
    }

    pub(crate) fn value(&self, value: &Value) -> Result<Value, crate::form::Wrong> {
        match self {
            Self::Server(definition) => definition.value(value),
            Self::Business(_) => self.form().value(value),
        }
    }
}
