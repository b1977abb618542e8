//! What is wrong with a configuration: where, which key, which value, what is allowed, what to do.

use std::fmt;

use serde::Serialize;
use thiserror::Error;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// File, variable or flag.
    pub place: String,
    /// The key, where one is named.
    pub key: String,
    /// The value, where there is one and it may be shown.
    pub value: String,
    /// What is allowed there.
    pub allowed: String,
    /// What to do.
    pub next: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.place)?;
        match (self.key.is_empty(), self.value.is_empty()) {
            (false, false) => write!(f, "`{}` is {}", self.key, self.value)?,
            (false, true) => write!(f, "`{}`", self.key)?,
            (true, _) => f.write_str(&self.value)?,
        }
        if !self.allowed.is_empty() {
            write!(f, "; allowed is {}", self.allowed)?;
        }
        Ok(())
    }
}

/// Why a configuration was refused: all that is wrong with it, at once.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}", self.said())]
pub struct ConfigError {
    /// All that is wrong; never empty.
    pub problems: Vec<Problem>,
}

impl ConfigError {
    fn said(&self) -> String {
        let lines: Vec<_> = self.problems.iter().map(ToString::to_string).collect();
        lines.join("\n")
    }

    /// What to do about the first, which usually explains the others.
    pub fn next(&self) -> String {
        self.problems.first().map(|problem| problem.next.clone()).unwrap_or_default()
    }
}
