//! Why a folder of results could not be written.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

use crate::error::{Kind, Told};

/// Why a folder of results could not be written. Nothing was.
#[derive(Debug, Error)]
pub enum FolderError {
    /// The place is a file.
    #[error("{} is a file, not a folder", target.display())]
    NotAFolder {
        /// The place.
        target: PathBuf,
        /// Stable code.
        code: &'static str,
    },
    /// The place holds somebody else's files.
    #[error("{} holds other files: they were not touched", target.display())]
    Occupied {
        /// The place.
        target: PathBuf,
        /// What was to stand there.
        what: &'static str,
        /// Stable code.
        code: &'static str,
    },
    /// The system refused.
    #[error("cannot write to {}: {source}", target.display())]
    Unwritable {
        /// The place.
        target: PathBuf,
        /// Stable code.
        code: &'static str,
        /// What it said.
        source: io::Error,
    },
}

impl Told for FolderError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotAFolder { code, .. }
            | Self::Occupied { code, .. }
            | Self::Unwritable { code, .. } => code,
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::NotAFolder { .. } | Self::Occupied { .. } => Kind::Conflict,
            Self::Unwritable { .. } => Kind::Storage,
        }
    }

    fn next(&self) -> String {
        match self {
            Self::NotAFolder { .. } => "choose another folder; nothing was written".to_owned(),
            Self::Occupied { what, .. } => {
                format!(
                    "choose a new folder, or one that holds an earlier {what}; nothing was written"
                )
            }
            Self::Unwritable { .. } => {
                "choose a folder that you may write to; nothing was written".to_owned()
            }
        }
    }
}
