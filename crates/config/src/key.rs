//! A key of the server's configuration, and the types that its value is read as.

use std::marker::PhantomData;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use outlay_core::registry::Impact;
use serde_json::Value;

use crate::form::{Connection, Form};
use crate::secret::SecretRef;

/// When a changed value counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// At once, when the file changes.
    Live,
    /// When the process is started again.
    AtStart,
}

/// What is known about a key.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Definition {
    /// Dotted name: section and key.
    pub name: &'static str,
    /// What its value may be.
    pub form: Form,
    /// Whether it may be empty, which means none.
    pub optional: bool,
    /// Value unless configured otherwise, as text.
    pub default: &'static str,
    /// When a changed value counts.
    pub when: When,
    /// How much a wrong value can hurt.
    pub impact: Impact,
    /// Where the default comes from.
    pub source: &'static str,
    /// What the key does.
    pub meaning: &'static str,
}

/// A key whose value is read as `T`.
#[derive(Debug)]
pub struct Key<T> {
    /// What is known about it.
    pub definition: Definition,
    pub(crate) read_as: PhantomData<fn() -> T>,
}

/// A type that a key's value is read as.
pub trait Read: Sized {
    /// Whether the value may be missing.
    const OPTIONAL: bool = false;

    /// Whether keys of a form may be read as this.
    fn reads(form: Form) -> bool;

    /// The value; nothing where it is of another form.
    fn read(value: &Value) -> Option<Self>;

    /// What an unreadable value is taken for. It does not come to that: values are checked when
    /// they are loaded, and a test holds every key's type to its form.
    fn fallback() -> Self;
}

macro_rules! read {
    ($type:ty, $forms:pat, $fallback:expr, $read:expr) => {
        impl Read for $type {
            fn reads(form: Form) -> bool {
                matches!(form, $forms)
            }
            fn read(value: &Value) -> Option<Self> {
                let read: fn(&Value) -> Option<Self> = $read;
                read(value)
            }
            fn fallback() -> Self {
                $fallback
            }
        }
    };
}

read!(bool, Form::Flag, false, Value::as_bool);
read!(f64, Form::Number { .. }, 0.0, Value::as_f64);
read!(u64, Form::Number { .. }, 0, |value| value.as_f64().map(|number| number as u64));
read!(Duration, Form::Number { unit: "seconds", .. }, Duration::ZERO, |value| value
    .as_f64()
    .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()));
read!(String, Form::Text | Form::Choice(_) | Form::Url, Self::new(), |value| value
    .as_str()
    .map(str::to_owned));
read!(PathBuf, Form::Path, Self::new(), |value| value.as_str().map(PathBuf::from));
read!(SocketAddr, Form::Address, Self::from(([127, 0, 0, 1], 0)), |value| value
    .as_str()?
    .parse()
    .ok());
read!(Vec<String>, Form::List, Self::new(), |value| value
    .as_array()?
    .iter()
    .map(|part| part.as_str().map(str::to_owned))
    .collect());
read!(SecretRef, Form::Secret, Self::Variable(String::new()), |value| Self::parse(value.as_str()?));
read!(Connection, Form::Connection, Self::Plain(String::new()), |value| {
    let text = value.as_str()?;
    Some(match SecretRef::parse(text) {
        Some(reference) => Self::Reference(reference),
        None => Self::Plain(text.to_owned()),
    })
});

impl<T: Read> Read for Option<T> {
    const OPTIONAL: bool = true;

    fn reads(form: Form) -> bool {
        T::reads(form)
    }
    fn read(value: &Value) -> Option<Self> {
        if value.is_null() { Some(None) } else { T::read(value).map(Some) }
    }
    fn fallback() -> Self {
        None
    }
}

impl Definition {
    /// The value of a variable, a flag or the default. Empty is none where that is allowed.
    pub(crate) fn text(&self, text: &str) -> Result<Value, crate::form::Wrong> {
        match text.trim().is_empty() && self.optional {
            true => Ok(Value::Null),
            false => self.form.text(text),
        }
    }

    /// The value of a file.
    pub(crate) fn value(&self, value: &Value) -> Result<Value, crate::form::Wrong> {
        match self.optional && value.as_str().is_some_and(|text| text.trim().is_empty()) {
            true => Ok(Value::Null),
            false => self.form.value(value),
        }
    }
}
