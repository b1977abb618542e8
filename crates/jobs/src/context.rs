//! What a handler knows of its job, and what it can say.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use outlay_store::{Job, Lease, LogLevel, Pending, Store, StoreError, Stored, Transaction};
use serde_json::Value as Json;
use tokio::sync::mpsc::UnboundedSender;

use crate::clock::Clock;
use crate::error::JobError;
use crate::handler::Handled;
use crate::progress::{Mailbox, Report};

/// What is shared between a handler and those who keep its lease.
#[derive(Debug, Default)]
pub(crate) struct Signals {
    pub(crate) cancelled: AtomicBool,
    pub(crate) lost: AtomicBool,
    /// The worker shuts down: the handler should stop, and the job goes back.
    pub(crate) stopping: AtomicBool,
    /// The handler completed the job itself, together with its effects.
    pub(crate) completed: AtomicBool,
    pub(crate) progress: Mailbox,
}

/// A job as its handler sees it. Cheap to clone.
#[derive(Clone)]
pub struct JobContext {
    pub(crate) job: Arc<Stored<Job>>,
    pub(crate) lease: Lease,
    pub(crate) taken_over: bool,
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) signals: Arc<Signals>,
    pub(crate) lines: UnboundedSender<(LogLevel, String)>,
}

impl JobContext {
    /// The job as it was when it was taken.
    pub fn job(&self) -> &Stored<Job> {
        &self.job
    }

    /// What it is told.
    pub fn payload(&self) -> &Json {
        &self.job.body.payload
    }

    /// The lease: job, workspace, fence. Whatever is written outside of the store should carry the
    /// fence, so that a late writer can be told from the current one.
    pub fn lease(&self) -> &Lease {
        &self.lease
    }

    /// Whether another worker began this job and fell silent: what it did may be half done.
    pub fn taken_over(&self) -> bool {
        self.taken_over
    }

    /// The store.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The clock.
    pub fn clock(&self) -> &dyn Clock {
        self.clock.as_ref()
    }

    /// Says how far the job is: a share from 0 to 1, and in words. As often as one likes: it is
    /// written so often as the worker's options say.
    pub fn progress(&self, share: f64, message: impl Into<String>) {
        self.signals.progress.put(Report { share, message: Some(message.into()), detail: None });
    }

    /// Like [`JobContext::progress`], with what programs show (chains, draws, R-hat).
    pub fn progress_with(&self, share: f64, message: impl Into<String>, detail: Json) {
        let report = Report { share, message: Some(message.into()), detail: Some(detail) };
        self.signals.progress.put(report);
    }

    /// Writes a line into the job's log.
    pub fn log(&self, level: LogLevel, line: impl Into<String>) {
        // It fails only when the job is over for this worker, and its log with it.
        let _ = self.lines.send((level, line.into()));
    }

    /// Whether the handler should stop: a person asked to, the worker shuts down, or the lease is
    /// lost.
    pub fn cancelled(&self) -> bool {
        self.check().is_err()
    }

    /// Ends the handler where it should stop: `context.check()?`.
    ///
    /// # Errors
    /// [`JobError::LeaseLost`] or [`JobError::Cancelled`].
    pub fn check(&self) -> Result<(), JobError> {
        if self.signals.lost.load(Ordering::Relaxed) {
            Err(JobError::LeaseLost)
        } else if self.signals.cancelled.load(Ordering::Relaxed)
            || self.signals.stopping.load(Ordering::Relaxed)
        {
            Err(JobError::Cancelled)
        } else {
            Ok(())
        }
    }

    /// Does `effects` and completes the job in one transaction: both happen, once, or neither. A
    /// worker that lost its lease changes nothing. To be the last thing a handler does.
    ///
    /// # Errors
    /// [`JobError::LeaseLost`] when another worker has the job; else what `effects` report.
    pub async fn complete_with(
        &self,
        result: Json,
        effects: impl for<'t> Fn(&'t Transaction<'t>) -> Pending<'t, Result<(), StoreError>>
        + Send
        + Sync
        + 'static,
    ) -> Handled {
        let effects = Arc::new(effects);
        let (lease, now) = (self.lease.clone(), self.clock.now());
        let answer = result.clone();
        self.store
            .transact(move |transaction| {
                let (effects, lease) = (Arc::clone(&effects), lease.clone());
                let result = result.clone();
                Box::pin(async move {
                    // The job's row first: whoever is late waits here, and finds its fence old.
                    transaction.queue().complete(&lease, result, now).await?;
                    effects(transaction).await
                })
            })
            .await?;
        self.signals.completed.store(true, Ordering::Relaxed);
        Ok(answer)
    }
}
