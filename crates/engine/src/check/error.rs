//! Why a file makes no panel.

use outlay_connect::{Finding, PanelRefused};
use outlay_core::PanelError;
use thiserror::Error;

use crate::error::{Kind, Told};

/// Why a file makes no panel.
#[derive(Debug, Error)]
pub enum CheckError {
    /// The file and its mapping make no panel.
    #[error("{file}: {source}")]
    Refused {
        /// The file.
        file: String,
        /// Every problem found.
        source: PanelRefused,
    },
    /// Data that was kept is no panel any more.
    #[error("the data that was kept is no panel: {}", first(.0))]
    Stored(Vec<PanelError>),
    /// A file that was described cannot be fitted as it is.
    #[error("{file}: {}", finding.as_ref().map_or("the data makes no panel", |f| f.message.as_str()))]
    NotReady {
        /// The file.
        file: String,
        /// The worst finding.
        finding: Option<Box<Finding>>,
    },
}

fn first(errors: &[PanelError]) -> String {
    errors.first().map(ToString::to_string).unwrap_or_default()
}

impl Told for CheckError {
    fn code(&self) -> &'static str {
        let refused = "data.refused";
        match self {
            Self::Refused { source, .. } => source.problems.first().map_or(refused, |p| p.code()),
            Self::Stored(_) => "data.damaged",
            Self::NotReady { finding, .. } => finding.as_ref().map_or(refused, |f| f.code),
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Refused { .. } | Self::NotReady { .. } => Kind::Data,
            Self::Stored(_) => Kind::Damaged,
        }
    }

    fn next(&self) -> String {
        match self {
            // Each problem's message ends with what to do about it.
            Self::Refused { .. } => "`outlay describe` shows the file as it was read".to_owned(),
            Self::Stored(_) => "read the file again".to_owned(),
            Self::NotReady { finding, .. } => {
                finding.as_ref().map_or_else(|| "see the findings".to_owned(), |f| f.advice.clone())
            }
        }
    }
}
