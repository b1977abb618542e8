//! Progress as a handler reports it: often; and as it is written: at most so often, the last word
//! always.

use std::sync::{Mutex, PoisonError};

use serde_json::Value as Json;

/// How far a job is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Report {
    pub(crate) share: f64,
    pub(crate) message: Option<String>,
    pub(crate) detail: Option<Json>,
}

/// The last report that was not written yet. Older ones are of no interest to anybody.
#[derive(Debug, Default)]
pub(crate) struct Mailbox(Mutex<Option<Report>>);

impl Mailbox {
    pub(crate) fn put(&self, report: Report) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(report);
    }

    pub(crate) fn take(&self) -> Option<Report> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
