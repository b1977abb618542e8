//! Why a file could not be read or mapped.

use std::io;
use std::path::PathBuf;

use outlay_connect::{MappingError, ProposeError, ReadError};
use thiserror::Error;

use crate::error::{Kind, Told};

/// Why a file could not be read or mapped.
#[derive(Debug, Error)]
pub enum CollectError {
    /// The file was refused.
    #[error("{file}: {source}")]
    Read {
        /// The file.
        file: String,
        /// Why.
        source: ReadError,
    },
    /// No mapping could be proposed.
    #[error("{file}: {source}")]
    Propose {
        /// The file.
        file: String,
        /// Why.
        source: ProposeError,
    },
    /// The mapping was refused.
    #[error("{place}{source}")]
    Mapping {
        /// The mapping's name, as it stands before the reason.
        place: String,
        /// The file that it is for.
        file: String,
        /// Why.
        source: MappingError,
    },
    /// The mapping's file cannot be one, or cannot be read.
    #[error("{reason}")]
    MappingFile {
        /// Which file, and why.
        reason: String,
    },
    /// Another mapping stands where this one was to be written.
    #[error("{} exists and is different: it was not touched", path.display())]
    MappingExists {
        /// The place.
        path: PathBuf,
    },
    /// The mapping could not be written.
    #[error("cannot write {}: {source}", path.display())]
    MappingUnwritable {
        /// The place.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl Told for CollectError {
    fn code(&self) -> &'static str {
        match self {
            Self::Read { source, .. } => source.code(),
            Self::Propose { source, .. } => source.code(),
            Self::Mapping { .. } => "mapping.refused",
            Self::MappingFile { .. } => "files.mapping",
            Self::MappingExists { .. } => "files.exists",
            Self::MappingUnwritable { .. } => "files.write",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Read { source: ReadError::File { source, .. }, .. }
                if source.kind() == io::ErrorKind::NotFound =>
            {
                Kind::NotFound
            }
            Self::Read { source, .. } if source.is_access() => Kind::Storage,
            Self::Read { .. } | Self::Propose { .. } => Kind::Data,
            Self::Mapping { .. } => Kind::Specification,
            Self::MappingExists { .. } => Kind::Conflict,
            Self::MappingFile { .. } | Self::MappingUnwritable { .. } => Kind::Storage,
        }
    }

    fn next(&self) -> String {
        let page = "docs/data-preparation.md shows what a good file looks like";
        match self {
            Self::Read { source, .. } if source.is_access() => {
                "check the path and the rights".to_owned()
            }
            Self::Read { .. } => page.to_owned(),
            Self::Propose { .. } => format!("{page} and how a mapping is written"),
            Self::Mapping { file, .. } => format!("outlay describe {file} proposes a mapping"),
            Self::MappingFile { .. } => {
                "`outlay describe FILE --write mapping.toml` writes one".to_owned()
            }
            Self::MappingExists { .. } => {
                "name another file, or add --force to overwrite it".to_owned()
            }
            Self::MappingUnwritable { .. } => "check the path and the rights".to_owned(),
        }
    }
}
