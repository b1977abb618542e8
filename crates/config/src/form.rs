//! What a key's value may be, and how it is read from a text or a file.

use std::net::SocketAddr;

use serde_json::{Value, json};
use url::Url;

use crate::secret::{SecretError, SecretRef};

/// What a key's value may be. An optional one may also be empty, which means none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Form {
    /// `true` or `false`.
    Flag,
    /// A number within a range.
    Number {
        /// Unit of the value.
        unit: &'static str,
        /// Smallest allowed value.
        min: f64,
        /// Largest allowed value.
        max: f64,
    },
    /// Any text.
    Text,
    /// One of a few words.
    Choice(&'static [&'static str]),
    /// An address to listen on, `127.0.0.1:8787`.
    Address,
    /// A file or a folder.
    Path,
    /// An `http` or `https` address.
    Url,
    /// Texts; in a variable or flag with commas between them.
    List,
    /// A reference to a secret: `env:NAME` or `file:/path`.
    Secret,
    /// An address that may hold a password, or a reference to it: `postgres://…`, `env:NAME`.
    Connection,
}

/// An address that may hold a password, or a reference to one. Shown without user and password.
#[derive(Clone, PartialEq, Eq)]
pub enum Connection {
    /// The address itself.
    Plain(String),
    /// Where it stands.
    Reference(SecretRef),
}

impl Connection {
    /// The address, from where it stands.
    ///
    /// # Errors
    /// [`SecretError`] when it stands nowhere.
    pub fn resolve(&self) -> Result<String, SecretError> {
        match self {
            Self::Plain(text) => Ok(text.clone()),
            Self::Reference(reference) => Ok(reference.resolve()?.reveal().to_owned()),
        }
    }
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Plain(text) => f.write_str(&masked(text)),
            Self::Reference(reference) => write!(f, "{reference}"),
        }
    }
}

/// An address without what stands before its `@`, and without a query, which may hold a password
/// as well.
pub(crate) fn masked(address: &str) -> String {
    let (head, query) = address.split_once('?').map_or((address, ""), |(head, _)| (head, "?…"));
    let shown = match (head.split_once("://"), head.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, rest))) => format!("{scheme}://…@{rest}"),
        (None, Some((_, rest))) => format!("…@{rest}"),
        (_, None) => head.to_owned(),
    };
    shown + query
}

impl Form {
    /// What is allowed, in words.
    pub fn allowed(self) -> String {
        match self {
            Self::Flag => "true or false".to_owned(),
            Self::Number { unit, min, max } => format!("a number from {min} to {max} ({unit})"),
            Self::Text => "a text".to_owned(),
            Self::Choice(words) => format!("one of {}", words.join(", ")),
            Self::Address => "an address and port such as 127.0.0.1:8787".to_owned(),
            Self::Path => "a file or folder".to_owned(),
            Self::Url => "an http:// or https:// address".to_owned(),
            Self::List => "a list of texts, with commas between them in variables".to_owned(),
            Self::Secret => "a reference, env:NAME or file:/path".to_owned(),
            Self::Connection => "an address with a scheme, or env:NAME or file:/path".to_owned(),
        }
    }

    /// Whether a wrong value may be repeated in a message.
    pub(crate) fn may_be_shown(self) -> bool {
        !matches!(self, Self::Secret | Self::Connection)
    }

    /// The value of a variable, a flag or a default.
    ///
    /// # Errors
    /// What is wrong with it, where that is more than its form.
    pub(crate) fn text(self, text: &str) -> Result<Value, Wrong> {
        let text = text.trim();
        match self {
            Self::Flag => self.value(&match text {
                "true" | "yes" | "on" | "1" => json!(true),
                "false" | "no" | "off" | "0" => json!(false),
                _ => json!(text),
            }),
            Self::Number { .. } => match text.parse::<f64>() {
                Ok(number) => self.value(&json!(number)),
                Err(_) => Err(Wrong::Form),
            },
            Self::List => {
                let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
                self.value(&json!(parts.collect::<Vec<_>>()))
            }
            _ => self.value(&json!(text)),
        }
    }

    /// The value of a file, or one that was read already.
    ///
    /// # Errors
    /// As [`Form::text`].
    pub(crate) fn value(self, value: &Value) -> Result<Value, Wrong> {
        let fits = match (self, value) {
            (Self::Flag, Value::Bool(_)) => true,
            (Self::Number { min, max, .. }, Value::Number(number)) => {
                number.as_f64().is_some_and(|number| (min..=max).contains(&number))
            }
            (Self::Text | Self::Path, Value::String(_)) => true,
            (Self::Choice(words), Value::String(text)) => words.contains(&text.as_str()),
            (Self::Address, Value::String(text)) => text.parse::<SocketAddr>().is_ok(),
            (Self::Url, Value::String(text)) => {
                Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
            }
            (Self::List, Value::Array(parts)) => parts.iter().all(Value::is_string),
            (Self::Secret, Value::String(text)) => match SecretRef::parse(text) {
                Some(_) => true,
                None => return Err(Wrong::Literal),
            },
            (Self::Connection, Value::String(text)) => {
                SecretRef::parse(text).is_some() || text.contains("://")
            }
            _ => false,
        };
        if fits { Ok(value.clone()) } else { Err(Wrong::Form) }
    }
}

/// Why a value was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// It is not of the form.
    Form,
    /// It is a secret itself, not a reference to one.
    Literal,
}
