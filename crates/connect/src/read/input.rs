//! Where a file's bytes are: on a disk, or in memory as an upload brings them.

use std::fmt;
use std::path::PathBuf;

use bytes::Bytes;

/// A file to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// On a disk.
    Path(PathBuf),
    /// In memory. A clone shares the bytes.
    Memory {
        /// Name of the file, for messages and reports.
        name: String,
        /// What it holds.
        bytes: Bytes,
    },
}

impl Input {
    /// A file in memory.
    pub fn memory(name: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        Self::Memory { name: name.into(), bytes: bytes.into() }
    }

    /// The name without its folder, for reports.
    pub fn name(&self) -> String {
        match self {
            Self::Path(path) => {
                path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned())
            }
            Self::Memory { name, .. } => name.clone(),
        }
    }
}

impl fmt::Display for Input {
    /// As messages name it: the whole path, or the name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => path.display().fmt(f),
            Self::Memory { name, .. } => f.write_str(name),
        }
    }
}
