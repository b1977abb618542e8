//! A step of the engine as a job: its progress told, stopped when the job is.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use outlay_core::registry::Registry;
use outlay_engine::{Clock, EngineError, Kind, Progress, Run, Stage};
use outlay_jobs::{JobContext, JobError};
use serde_json::{Value as Json, json};

use crate::problem::Problem;

/// Time between two looks whether to stop, for work that says nothing for long.
const LOOK: Duration = Duration::from_millis(200);

/// The job's clock. Processor time of a process that does other things too says nothing.
struct Since(Instant);

impl Clock for Since {
    fn wall(&self) -> Duration {
        self.0.elapsed()
    }

    fn cpu(&self) -> Duration {
        Duration::ZERO
    }
}

/// Runs a step: `part` is where in the job's progress it lies.
pub(crate) fn run<T: Send>(
    context: &JobContext,
    registry: &Registry,
    part: (f64, f64),
    work: impl FnOnce(Run<'_>) -> Result<T, EngineError> + Send,
) -> Result<T, EngineError> {
    let (cancel, done) = (AtomicBool::new(false), AtomicBool::new(false));
    let watch = |progress: &Progress| tell(context, part, progress);
    let clock = Since(Instant::now());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let looker = scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                if context.cancelled() {
                    cancel.store(true, Ordering::Relaxed);
                }
                std::thread::park_timeout(LOOK);
            }
        });
        // What was drawn until a person stopped it is not what they asked for.
        let run = Run {
            registry,
            clock: &clock,
            watch: &watch,
            cancel: &cancel,
            partial: false,
            // Of its own: those that the process shares do not stand back.
            threads: Some(threads),
        };
        let ended = End { done: &done, looker: looker.thread().clone() };
        let outcome = work(run);
        drop(ended);
        outcome
    })
}

/// Ends the looker, also when the work panics.
struct End<'a> {
    done: &'a AtomicBool,
    looker: std::thread::Thread,
}

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.done.store(true, Ordering::Relaxed);
        self.looker.unpark();
    }
}

fn tell(context: &JobContext, (from, to): (f64, f64), progress: &Progress) {
    let at = |share: f64| from + (to - from) * share;
    let (share, words) = match progress {
        Progress::Stage { stage } => match stage {
            Stage::Fitting => (at(0.02), "finding where to start".to_owned()),
            Stage::Backtesting => (at(0.90), "trying the model on what it has not seen".to_owned()),
            Stage::Summarising => (at(0.95), "turning draws into answers".to_owned()),
            Stage::Planning => (at(0.05), "searching the best plan".to_owned()),
            Stage::Pricing => (at(0.90), "pricing the plan".to_owned()),
            Stage::Writing => (at(0.97), "writing files".to_owned()),
        },
        Progress::Sampling(s) => {
            let share = progress.share().unwrap_or_default();
            let words = match &s.structure {
                Some(of) => format!("sampling {} ({} of {})", of.name, of.number, of.of),
                None => "sampling".to_owned(),
            };
            (at(0.03 + 0.85 * share), words)
        }
        Progress::Evaluating { done, total } => (
            at(0.95 * progress.share().unwrap_or_default()),
            format!("{done} of {total} models tried"),
        ),
        Progress::Studying { done, total } => {
            (at(progress.share().unwrap_or_default()), format!("{done} of {total} searches done"))
        }
        Progress::Searching(s) => {
            let words = match s.gap {
                Some(gap) => {
                    format!("{} plans looked into, {:.1} % to prove", s.nodes, 100.0 * gap)
                }
                None => format!("{} plans looked into", s.nodes),
            };
            // Nobody knows how long a proof takes; it never looks finished.
            (at(0.05 + 0.85 * (1.0 - 1.0 / (1.0 + s.nodes as f64 / 50.0))), words)
        }
    };
    let detail = serde_json::to_value(progress).unwrap_or(Json::Null);
    context.progress_with(share, words, detail);
}

/// How a step's failure ends its job: as a problem, which the job's row keeps.
pub(crate) fn failed(error: EngineError) -> JobError {
    match error.kind() {
        Kind::Cancelled => JobError::Cancelled,
        Kind::Storage => JobError::retry(error),
        _ => refused(Problem::from(error)),
    }
}

/// A problem as the end of a job. The row keeps it as JSON, so that the API can serve it whole.
pub(crate) fn refused(problem: Problem) -> JobError {
    let told = json!({
        "code": problem.code, "title": problem.title, "detail": problem.detail,
        "next": problem.next,
    });
    JobError::Fatal { message: told.to_string(), source: None }
}
