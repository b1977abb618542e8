//! How a command fails: one clear sentence, what to do next, and a documented exit code.

use std::error::Error;
use std::process::ExitCode;

use outlay_engine::{EngineError, Kind, sentence};
use serde::Serialize;

use crate::context::Context;

/// The documented exit codes (`docs/exit-codes.md`). 2 is clap's, for a wrong call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Something failed that is no fault of the input.
    Internal = 1,
    /// The data was refused.
    Data = 3,
    /// The specification or mapping was refused.
    Specification = 4,
    /// The fit ended, but its health verdict is `fail`.
    Unhealthy = 5,
    /// A file could not be read or written.
    Files = 6,
    /// Interrupted by the user; what was drawn is kept.
    Interrupted = 130,
}

/// A failure as people and machines see it.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    code: &'static str,
    message: String,
    next: String,
}

#[derive(Serialize)]
struct Problem<'a> {
    r#type: String,
    title: &'a str,
    code: &'a str,
    next: &'a str,
    exit: i32,
}

impl Failure {
    /// A failure with a stable code, what happened, and what to do next (may be empty).
    pub(crate) fn new(
        exit: Exit,
        code: &'static str,
        message: impl Into<String>,
        next: impl Into<String>,
    ) -> Self {
        Self { exit, code, message: message.into(), next: next.into() }
    }

    /// A failure from a typed error; the chain of causes is kept in the message.
    pub(crate) fn from_error(
        exit: Exit,
        code: &'static str,
        error: &(dyn Error + 'static),
        next: impl Into<String>,
    ) -> Self {
        Self::new(exit, code, sentence(error), next)
    }

    /// Prints the failure to standard error (JSON when machines read) and gives the exit code.
    pub(crate) fn report(&self, context: &Context) -> ExitCode {
        if context.json() {
            let problem = Problem {
                r#type: format!("https://outlay.dev/errors/{}", self.code),
                title: &self.message,
                code: self.code,
                next: &self.next,
                exit: self.exit as i32,
            };
            match serde_json::to_string(&problem) {
                Ok(text) => eprintln!("{text}"),
                Err(_) => eprintln!("{}", self.message),
            }
        } else {
            anstream::eprintln!("error: {}", self.message);
            if !self.next.is_empty() {
                anstream::eprintln!("  next: {}", self.next);
            }
        }
        ExitCode::from(self.exit as u8)
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        let exit = match error.kind() {
            Kind::Data => Exit::Data,
            Kind::Specification => Exit::Specification,
            Kind::NotFound | Kind::Conflict | Kind::Storage | Kind::Damaged => Exit::Files,
            Kind::NoAnswer => Exit::Unhealthy,
            Kind::Cancelled => Exit::Interrupted,
            Kind::Internal => Exit::Internal,
        };
        Self::new(exit, error.code(), sentence(&error), error.next())
    }
}
