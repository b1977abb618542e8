//! Reads the summary of a fit back, and says what is wrong where it cannot be read.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use outlay_mmm::summary::{SCHEMA, Summary};
use serde_json::Value;
use serde_json::error::Category;

use super::{ReopenError, SUMMARY};
use crate::error::EngineError;

/// A summary with the text it was read from.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The summary.
    pub summary: Summary,
    /// The file as it stands.
    pub text: String,
}

/// Reads the summary of the fit in a folder; the file itself may be named too.
///
/// # Errors
/// [`ReopenError`].
pub fn load(dir: &Path) -> Result<Loaded, EngineError> {
    let path = if dir.is_file() { dir.to_path_buf() } else { dir.join(SUMMARY) };
    let text = fs::read_to_string(&path).map_err(|error| unreadable(dir, &path, error))?;
    let summary = parse(&path, &text)?;
    Ok(Loaded { summary, text })
}

fn unreadable(dir: &Path, path: &Path, source: std::io::Error) -> ReopenError {
    match source.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory if !dir.exists() => {
            ReopenError::Missing { dir: dir.to_path_buf() }
        }
        ErrorKind::NotFound => ReopenError::NoFit { dir: dir.to_path_buf(), file: SUMMARY },
        ErrorKind::InvalidData => damaged(path, "it is not text in UTF-8"),
        _ => ReopenError::Unreadable { path: path.to_path_buf(), source },
    }
}

fn parse(path: &Path, text: &str) -> Result<Summary, ReopenError> {
    let value: Value = serde_json::from_str(text).map_err(|error| match error.classify() {
        Category::Eof if text.trim().is_empty() => damaged(path, "it is empty"),
        Category::Eof => damaged(
            path,
            format!("it is cut off at line {}, column {}", error.line(), error.column()),
        ),
        _ => damaged(path, format!("it is not JSON: {error}")),
    })?;
    match value.get("schema").and_then(Value::as_str) {
        Some(SCHEMA) => {}
        Some(other) => {
            let (path, found) = (path.to_path_buf(), other.to_owned());
            return Err(ReopenError::Schema { path, found });
        }
        None => return Err(ReopenError::NoSchema { path: path.to_path_buf() }),
    }
    // The text is read again rather than the value, so that messages name the line.
    serde_json::from_str(text).map_err(|error| damaged(path, error.to_string()))
}

fn damaged(path: &Path, reason: impl Into<String>) -> ReopenError {
    ReopenError::Summary { path: path.to_path_buf(), reason: reason.into() }
}
