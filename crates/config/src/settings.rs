//! The settings in force, each with where it comes from.

use std::collections::BTreeMap;
use std::fmt;

use outlay_core::registry::Registry;
use serde::Serialize;
use serde_json::{Value, json};

use crate::catalogue::{Entry, entries};
use crate::environment::Environment;
use crate::form::{Form, masked};
use crate::key::{Key, Read, When};
use crate::secret::{Secret, SecretError, SecretRef};

/// Where a value in force comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", content = "name", rename_all = "lowercase")]
pub enum Origin {
    /// Nobody set it.
    Default,
    /// A file that the binary carries.
    Carried(String),
    /// A file of the configuration folder.
    File(String),
    /// A variable.
    Variable(String),
    /// A flag.
    Flag(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::Carried(name) => write!(f, "{name}, built in"),
            Self::File(name) | Self::Flag(name) => f.write_str(name),
            Self::Variable(name) => write!(f, "variable {name}"),
        }
    }
}

/// The settings in force. Secrets are references only.
#[derive(Clone, PartialEq, Default)]
pub struct Settings {
    pub(crate) environment: Environment,
    /// What was set over the defaults, by key.
    pub(crate) set: BTreeMap<&'static str, (Value, Origin)>,
    pub(crate) registry: Registry,
}

impl Settings {
    /// The environment.
    pub fn environment(&self) -> Environment {
        self.environment
    }

    /// The business constants in force.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// The value in force of a key.
    pub fn get<T: Read>(&self, key: &Key<T>) -> T {
        let definition = &key.definition;
        let value = self.set.get(definition.name).map(|(value, _)| value.clone());
        let value = value.or_else(|| definition.text(definition.default).ok()).unwrap_or_default();
        T::read(&value).unwrap_or_else(T::fallback)
    }

    /// The secret that a key refers to; nothing where it is not set.
    ///
    /// # Errors
    /// [`SecretError`] when it refers to what is not there.
    pub fn secret(&self, key: &Key<Option<SecretRef>>) -> Result<Option<Secret>, SecretError> {
        self.get(key).map(|reference| reference.resolve()).transpose()
    }

    /// The value in force of a key of either kind.
    pub(crate) fn value(&self, entry: &Entry) -> Value {
        self.set.get(entry.name()).map_or_else(|| entry.default(), |(value, _)| value.clone())
    }

    /// The value in force as it may be shown: addresses without user and password, secrets as
    /// references.
    pub fn shown(&self, entry: &Entry) -> Value {
        let value = self.value(entry);
        match (entry.form(), value.as_str()) {
            (Form::Connection, Some(text)) if SecretRef::parse(text).is_none() => {
                json!(masked(text))
            }
            _ => value,
        }
    }

    /// Where the value in force comes from.
    pub fn origin(&self, name: &str) -> Origin {
        self.set.get(name).map_or(Origin::Default, |(_, origin)| origin.clone())
    }

    /// References to secrets that are set, by key.
    pub fn references(&self) -> Vec<(&'static str, SecretRef)> {
        let secret = |entry: &Entry| matches!(entry.form(), Form::Secret | Form::Connection);
        entries()
            .filter(secret)
            .filter_map(|entry| {
                Some((entry.name(), SecretRef::parse(self.value(&entry).as_str()?)?))
            })
            .collect()
    }

    /// These settings with a value over them; for tests and for what decides by itself.
    ///
    /// # Errors
    /// [`crate::ConfigError`] for a key or value that is not allowed.
    pub fn with(mut self, name: &str, value: &str) -> Result<Self, crate::ConfigError> {
        let flag = crate::Flag::set(name, value);
        let mut layer = crate::sources::Layer::default();
        layer.flag(&flag);
        layer.done()?;
        self.put(layer.values);
        Ok(self)
    }

    /// These settings with other business constants.
    pub fn with_registry(mut self, registry: Registry) -> Self {
        for entry in entries() {
            if let Entry::Business(setting) = entry
                && registry.get(setting) != self.registry.get(setting)
            {
                let value = (json!(registry.get(setting)), self.origin(setting.key));
                self.set.insert(setting.key, value);
            }
        }
        self.registry = registry;
        self
    }

    pub(crate) fn put(&mut self, layer: Vec<(Entry, Value, Origin)>) {
        for (entry, value, origin) in layer {
            if let (Entry::Business(setting), Some(number)) = (entry, value.as_f64())
                && let Ok(registry) = self.registry.clone().and(setting.key, number)
            {
                self.registry = registry;
            }
            self.set.insert(entry.name(), (value, origin));
        }
    }

    /// `newer` where that may change while the process runs, these settings elsewhere; and the
    /// names of the keys that changed at once, and of those that wait for a start.
    pub(crate) fn renewed(&self, newer: &Self) -> (Self, Vec<&'static str>, Vec<&'static str>) {
        let mut renewed = Self { environment: self.environment, ..Self::default() };
        let (mut changed, mut waiting) = (Vec::new(), Vec::new());
        for entry in entries() {
            let differs = self.value(&entry) != newer.value(&entry);
            let from = match entry.when() {
                When::Live => newer,
                When::AtStart => self,
            };
            match entry.when() {
                When::Live if differs => changed.push(entry.name()),
                When::AtStart if differs => waiting.push(entry.name()),
                _ => {}
            }
            if let Some((value, origin)) = from.set.get(entry.name()) {
                renewed.put(vec![(entry, value.clone(), origin.clone())]);
            }
        }
        (renewed, changed, waiting)
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = entries().filter(|entry| self.set.contains_key(entry.name()));
        f.debug_map().entries(shown.map(|entry| (entry.name(), self.shown(&entry)))).finish()
    }
}
