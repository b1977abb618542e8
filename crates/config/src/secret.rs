//! Secrets by reference: where one stands is configuration, what it is never is.

use std::fmt;
use std::path::PathBuf;

use thiserror::Error;

/// Where a secret stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretRef {
    /// A variable of the process.
    Variable(String),
    /// A file; white space around the secret is not part of it.
    File(PathBuf),
}

/// A secret. It is not shown by `{:?}` and cannot be written as JSON.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// Why a secret is not there.
#[derive(Debug, Error)]
pub enum SecretError {
    /// The variable is not set, or empty.
    #[error("the variable {name} that holds the secret is not set: set it before starting")]
    Variable {
        /// The variable.
        name: String,
    },
    /// The file cannot be read.
    #[error(
        "the file {} that holds the secret cannot be read: put it there, readable by this user",
        path.display()
    )]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// Nothing stands there.
    #[error("the file {} that holds the secret is empty: write the secret into it", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
}

impl SecretRef {
    /// The reference that a text is: `env:NAME` or `file:/path`.
    pub fn parse(text: &str) -> Option<Self> {
        match text.split_once(':')? {
            ("env", name) if plain(name) => Some(Self::Variable(name.to_owned())),
            ("file", path) if !path.is_empty() && !path.starts_with("//") => {
                Some(Self::File(PathBuf::from(path)))
            }
            _ => None,
        }
    }

    /// The secret. Reads the variable or the file every time, so that a changed one counts.
    ///
    /// # Errors
    /// [`SecretError`] when it is not there, with what to do.
    pub fn resolve(&self) -> Result<Secret, SecretError> {
        match self {
            Self::Variable(name) => {
                let secret = std::env::var(name).ok().filter(|text| !text.trim().is_empty());
                let secret = secret.ok_or_else(|| SecretError::Variable { name: name.clone() })?;
                Ok(Secret(secret.trim().to_owned()))
            }
            Self::File(path) => {
                let text = std::fs::read_to_string(path)
                    .map_err(|source| SecretError::File { path: path.clone(), source })?;
                if text.trim().is_empty() {
                    return Err(SecretError::Empty { path: path.clone() });
                }
                Ok(Secret(text.trim().to_owned()))
            }
        }
    }
}

fn plain(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

impl fmt::Display for SecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => write!(f, "env:{name}"),
            Self::File(path) => write!(f, "file:{}", path.display()),
        }
    }
}

impl Secret {
    /// The secret itself, for whoever proves something with it. Not to be written anywhere.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
