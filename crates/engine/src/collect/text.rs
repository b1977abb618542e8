//! Texts that people write: mappings, specifications, limits.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use super::CollectError;
use crate::error::EngineError;

/// No mapping is larger; a bigger file is not one.
const MAPPING_BYTES_MAX: u64 = 4_000_000;

/// A text and what messages call it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// Its name; empty where it has none, as in a request.
    pub name: String,
    /// The text.
    pub text: String,
}

impl Text {
    /// A text without a name.
    pub fn unnamed(text: impl Into<String>) -> Self {
        Self { name: String::new(), text: text.into() }
    }

    /// The name before a message about the text: `mapping.toml: `, or nothing.
    pub(crate) fn place(&self) -> String {
        if self.name.is_empty() { String::new() } else { format!("{}: ", self.name) }
    }
}

/// Reads a mapping's file.
///
/// # Errors
/// [`CollectError::MappingFile`] when it is too large, no text, or cannot be read.
pub fn mapping_file(path: &Path) -> Result<Text, EngineError> {
    let fail = |reason: String| CollectError::MappingFile { reason };
    let size = fs::metadata(path).map(|m| m.len());
    if size.is_ok_and(|bytes| bytes > MAPPING_BYTES_MAX) {
        return Err(fail(format!("{} is too large to be a mapping", path.display())).into());
    }
    let text = fs::read_to_string(path).map_err(|error| match error.kind() {
        ErrorKind::InvalidData => fail(format!("{} is not text in UTF-8", path.display())),
        _ => fail(format!("cannot read the mapping {}: {error}", path.display())),
    })?;
    Ok(Text { name: path.display().to_string(), text })
}
