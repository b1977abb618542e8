//! How a handler says that it did not succeed, and what stops a worker.

use std::error::Error as StdError;
use std::time::Duration;

use outlay_store::StoreError;
use thiserror::Error;

/// Why a handler did not finish its job.
#[derive(Debug, Error)]
pub enum JobError {
    /// It was asked to stop, and did.
    #[error("stopped on request")]
    Cancelled,
    /// It lost its lease: another worker has the job, nothing more may be written.
    #[error("the lease was lost: another worker has the job")]
    LeaseLost,
    /// Another attempt may help.
    #[error("{message}")]
    Retry {
        /// What went wrong, for a person.
        message: String,
        /// When to try again, where whoever refused said so (`Retry-After`).
        after: Option<Duration>,
        /// The cause.
        #[source]
        source: Option<Box<dyn StdError + Send + Sync>>,
    },
    /// No further attempt will help.
    #[error("{message}")]
    Fatal {
        /// What went wrong, for a person.
        message: String,
        /// The cause.
        #[source]
        source: Option<Box<dyn StdError + Send + Sync>>,
    },
}

impl JobError {
    /// Another attempt may help.
    pub fn retry(error: impl StdError + Send + Sync + 'static) -> Self {
        Self::Retry { message: error.to_string(), after: None, source: Some(Box::new(error)) }
    }

    /// No further attempt will help.
    pub fn fatal(error: impl StdError + Send + Sync + 'static) -> Self {
        Self::Fatal { message: error.to_string(), source: Some(Box::new(error)) }
    }
}

/// A handler that works on the store passes its errors on: a lost lease ends it, what is busy is
/// tried again, the rest is not.
impl From<StoreError> for JobError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Fenced { .. } => Self::LeaseLost,
            error if error.is_retryable() => Self::retry(error),
            error => Self::fatal(error),
        }
    }
}

/// Why a worker cannot go on.
#[derive(Debug, Error)]
pub enum WorkerError {
    /// The store failed.
    #[error("the worker cannot reach its queue")]
    Store(#[from] StoreError),
}
