//! Why a fit cannot be read back.

use std::error::Error;
use std::io;
use std::path::PathBuf;

use outlay_mmm::summary::SCHEMA;
use thiserror::Error;

use crate::error::{Kind, Told};

/// Why a fit cannot be read back from its folder.
#[derive(Debug, Error)]
pub enum ReopenError {
    /// The folder is not there.
    #[error("there is no folder {}", dir.display())]
    Missing {
        /// The folder.
        dir: PathBuf,
    },
    /// The folder holds no fit.
    #[error("{} is not a fit: it holds no {file}", dir.display())]
    NoFit {
        /// The folder.
        dir: PathBuf,
        /// The file that should stand in it.
        file: &'static str,
    },
    /// The file is no summary.
    #[error("{} is not the summary of a fit: it names no schema", path.display())]
    NoSchema {
        /// The file.
        path: PathBuf,
    },
    /// The file was written by another version.
    #[error("{} has schema `{found}`, and this version reads `{SCHEMA}`", path.display())]
    Schema {
        /// The file.
        path: PathBuf,
        /// Its schema.
        found: String,
    },
    /// The summary is damaged.
    #[error("{} cannot be read: {reason}", path.display())]
    Summary {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The system refused.
    #[error("cannot read {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// Another file of the fit is damaged.
    #[error("{} is damaged: {source}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The fit has no draws to go on from.
    #[error("{} holds a ridge, which has no draws", dir.display())]
    Ridge {
        /// The folder.
        dir: PathBuf,
    },
}

impl Told for ReopenError {
    fn code(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "fit.missing",
            Self::NoFit { .. } | Self::NoSchema { .. } => "fit.not-a-fit",
            Self::Schema { .. } => "fit.schema",
            Self::Summary { .. } | Self::Damaged { .. } => "fit.damaged",
            Self::Unreadable { .. } | Self::Ridge { .. } => "fit.unreadable",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Missing { .. } | Self::NoFit { .. } => Kind::NotFound,
            Self::NoSchema { .. } | Self::Schema { .. } => Kind::Damaged,
            Self::Summary { .. } | Self::Damaged { .. } | Self::Ridge { .. } => Kind::Damaged,
            Self::Unreadable { .. } => Kind::Storage,
        }
    }

    fn next(&self) -> String {
        match self {
            Self::Missing { .. } | Self::NoFit { .. } | Self::NoSchema { .. } => {
                "name the folder that `outlay fit --out DIR` wrote"
            }
            Self::Schema { .. } => {
                "use the version of outlay that wrote it, or fit again with this one"
            }
            Self::Summary { .. } => {
                "run `outlay fit` again, or bring the folder back from where it was kept"
            }
            Self::Unreadable { .. } | Self::Ridge { .. } => {
                "name a folder that `outlay fit --out DIR` wrote with draws"
            }
            Self::Damaged { .. } => "fit again",
        }
        .to_owned()
    }
}
