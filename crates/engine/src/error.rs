//! What can go wrong in a step, as people, programs and scripts need it: a sentence, a kind, a
//! stable code, and what to do next. Each module has its own reasons; here they meet.

use std::error::Error;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::check::CheckError;
use crate::collect::CollectError;
use crate::folder::FolderError;
use crate::learn::{CurveError, LearnError, ReopenError};
use crate::plan::AskError;
use crate::reach::ReachFailure;

/// Whose fault a failure is, and so what can be done about it. The command line makes exit codes
/// of it, an HTTP server status codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The data was refused: it has to be corrected.
    Data,
    /// The specification, the mapping or the question was refused: it has to be corrected.
    Specification,
    /// What was named is not there.
    NotFound,
    /// What is there stands in the way and was not touched.
    Conflict,
    /// A file or folder could not be read or written.
    Storage,
    /// What is there cannot be used: it is damaged, or of another version.
    Damaged,
    /// The work came to an end without an answer.
    NoAnswer,
    /// The caller stopped the work before it had an answer.
    Cancelled,
    /// A fault of ours.
    Internal,
}

/// A failure as a document: what an HTTP server makes its `problem+json` of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Stable code, for programs: `data.missing-periods`.
    pub code: String,
    /// Whose fault it is.
    pub kind: Kind,
    /// What happened, in one sentence.
    pub title: String,
    /// What to do next; may be empty.
    pub next: String,
}

/// Why a step gave no answer.
#[derive(Debug, Error)]
pub enum EngineError {
    /// A file could not be read or mapped.
    #[error(transparent)]
    Collect(Box<CollectError>),
    /// A file makes no panel.
    #[error(transparent)]
    Check(Box<CheckError>),
    /// There is no fit.
    #[error(transparent)]
    Learn(Box<LearnError>),
    /// An earlier fit cannot be read back.
    #[error(transparent)]
    Reopen(Box<ReopenError>),
    /// There is no such curve.
    #[error(transparent)]
    Curve(#[from] CurveError),
    /// There is no plan.
    #[error(transparent)]
    Plan(Box<AskError>),
    /// There is no answer about reach.
    #[error(transparent)]
    Reach(#[from] ReachFailure),
    /// A folder of results could not be written.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// An answer could not be put into its form.
    #[error("the answer cannot be written: {source}")]
    Artefact {
        /// Stable code of the kind of answer.
        code: &'static str,
        /// What the writer said.
        source: Box<dyn Error + Send + Sync>,
    },
    /// There are no threads to work on.
    #[error(transparent)]
    Threads(rayon::ThreadPoolBuildError),
}

/// Large reasons travel in a box, so that a result without one stays small.
macro_rules! boxed {
    ($($variant:ident($reason:ty)),*) => {
        $(impl From<$reason> for EngineError {
            fn from(reason: $reason) -> Self {
                Self::$variant(Box::new(reason))
            }
        })*
    };
}

boxed!(
    Collect(CollectError),
    Check(CheckError),
    Learn(LearnError),
    Reopen(ReopenError),
    Plan(AskError)
);

/// What an error says beside its sentence.
pub(crate) trait Told {
    /// Stable code.
    fn code(&self) -> &'static str;
    /// Whose fault it is.
    fn kind(&self) -> Kind;
    /// What to do next.
    fn next(&self) -> String;
}

impl EngineError {
    /// Stable code, for programs and scripts.
    pub fn code(&self) -> &'static str {
        self.told().map_or_else(
            || match self {
                Self::Artefact { code, .. } => code,
                _ => "threads",
            },
            Told::code,
        )
    }

    /// Whose fault it is.
    pub fn kind(&self) -> Kind {
        self.told().map_or(Kind::Internal, Told::kind)
    }

    /// What to do next; may be empty.
    pub fn next(&self) -> String {
        self.told().map_or_else(
            || match self {
                Self::Threads(_) => "try fewer threads".to_owned(),
                _ => "please report this".to_owned(),
            },
            Told::next,
        )
    }

    /// The failure as a document.
    pub fn problem(&self) -> Problem {
        Problem {
            code: self.code().to_owned(),
            kind: self.kind(),
            title: sentence(self),
            next: self.next(),
        }
    }

    /// An answer that could not be put into its form.
    pub(crate) fn artefact(
        code: &'static str,
        source: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        Self::Artefact { code, source: source.into() }
    }

    fn told(&self) -> Option<&dyn Told> {
        match self {
            Self::Collect(e) => Some(e.as_ref()),
            Self::Check(e) => Some(e.as_ref()),
            Self::Learn(e) => Some(e.as_ref()),
            Self::Reopen(e) => Some(e.as_ref()),
            Self::Curve(e) => Some(e),
            Self::Plan(e) => Some(e.as_ref()),
            Self::Reach(e) => Some(e),
            Self::Folder(e) => Some(e),
            Self::Artefact { .. } | Self::Threads(_) => None,
        }
    }
}

/// An error and its causes as one sentence; a cause that stands in it already is not said twice.
pub fn sentence(error: &(dyn Error + 'static)) -> String {
    let mut message = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let text = cause.to_string();
        if !message.contains(&text) {
            message.push_str(": ");
            message.push_str(&text);
        }
        source = cause.source();
    }
    message
}
