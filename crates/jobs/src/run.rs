//! One job: its handler runs, its lease is kept, its progress and its log are written, its end is
//! recorded.

use std::error::Error as StdError;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use outlay_store::{Claimed, LogLevel, StoreError};
use serde_json::json;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::{MissedTickBehavior, interval_at};

use crate::context::{JobContext, Signals};
use crate::error::JobError;
use crate::handler::Handled;
use crate::notice::tell;
use crate::worker::{Inner, Stop, over, span};

/// Holds a job until its handler is done.
pub(crate) async fn hold(inner: Arc<Inner>, claimed: Claimed, mut stop: Stop) {
    let Claimed { lease, job, taken_over } = claimed;
    let Some(handler) = inner.handlers.get(&job.body.kind) else { return };
    let (lines, mut written) = unbounded_channel();
    let context = JobContext {
        job: Arc::new(job),
        lease,
        taken_over,
        store: inner.store.clone(),
        clock: Arc::clone(&inner.clock),
        signals: Arc::new(Signals::default()),
        lines,
    };
    let keeper = Keeper { inner, context: context.clone() };
    keeper.tell("started", json!({ "taken_over": taken_over })).await;
    // A task of its own: a handler that panics takes nobody along.
    let mut running = tokio::spawn(handler(context));
    let mut beat = every(keeper.inner.options.heartbeat);
    let mut pace = every(keeper.inner.options.progress);
    let mut alive = Instant::now();
    let outcome = loop {
        tokio::select! {
            outcome = &mut running => break outcome,
            _ = beat.tick() => keeper.beat(&mut alive).await,
            _ = pace.tick() => keeper.report().await,
            Some((level, line)) = written.recv() => keeper.log(level, &line).await,
            _ = stop.changed(), if !keeper.stopping() => {
                if over(&stop) {
                    keeper.context.signals.stopping.store(true, Ordering::Relaxed);
                }
            }
        }
    };
    let outcome = outcome.unwrap_or_else(|error| Err(JobError::fatal(error)));
    keeper.finish(outcome, &mut written).await;
}

fn every(period: Duration) -> tokio::time::Interval {
    let period = period.max(Duration::from_millis(1));
    // The claim was a sign of life; the first one of ours is due a period later.
    let mut ticks = interval_at(tokio::time::Instant::now() + period, period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

/// Keeps a job's books while its handler works.
struct Keeper {
    inner: Arc<Inner>,
    context: JobContext,
}

impl Keeper {
    fn stopping(&self) -> bool {
        self.context.signals.stopping.load(Ordering::Relaxed)
    }

    /// A sign of life, and a look whether to stop.
    async fn beat(&self, alive: &mut Instant) {
        let now = self.context.clock.now();
        let until = now + span(self.inner.options.lease);
        let signals = &self.context.signals;
        match self.inner.store.queue().heartbeat(&self.context.lease, until, now).await {
            Ok(pulse) => {
                *alive = Instant::now();
                if pulse.cancel_requested {
                    signals.cancelled.store(true, Ordering::Relaxed);
                }
            }
            // Completed by its handler in this moment: nothing is held any more, nothing is lost.
            Err(StoreError::Fenced { .. }) if signals.completed.load(Ordering::Relaxed) => {}
            Err(StoreError::Fenced { .. }) => signals.lost.store(true, Ordering::Relaxed),
            Err(error) => {
                tracing::warn!(job = %self.context.lease.job_id, %error, "a sign of life was lost");
                // After the lease's time others think that we are dead, and may be right to act.
                if alive.elapsed() >= self.inner.options.lease {
                    signals.lost.store(true, Ordering::Relaxed);
                }
            }
        }
    }

    async fn report(&self) {
        let Some(report) = self.context.signals.progress.take() else { return };
        let now = self.context.clock.now();
        let what = json!({
            "progress": report.share, "message": report.message, "detail": report.detail,
        });
        let queue = self.inner.store.queue();
        let lease = &self.context.lease;
        let written = queue.progress(lease, report.share, report.message, report.detail, now).await;
        match written {
            Ok(()) => self.tell("progress", what).await,
            Err(error) => tracing::debug!(job = %lease.job_id, %error, "progress was not written"),
        }
    }

    async fn log(&self, level: LogLevel, line: &str) {
        let now = self.context.clock.now();
        let lease = &self.context.lease;
        if let Err(error) = self.inner.store.queue().log(lease, level, line, now).await {
            tracing::debug!(job = %lease.job_id, %error, "a log line was not written");
        }
    }

    async fn tell(&self, kind: &str, what: serde_json::Value) {
        let now = self.context.clock.now();
        tell(&self.inner.store, &self.context.lease, kind, what, now).await;
    }

    /// Writes the last words, then how it ended.
    async fn finish(&self, outcome: Handled, written: &mut UnboundedReceiver<(LogLevel, String)>) {
        if !self.context.signals.completed.load(Ordering::Relaxed) {
            self.report().await;
        }
        while let Ok((level, line)) = written.try_recv() {
            self.log(level, &line).await;
        }
        let (kind, recorded) = self.record(outcome).await;
        match recorded {
            Ok(()) => self.tell(kind, json!({})).await,
            Err(StoreError::Fenced { .. }) => {
                tracing::warn!(job = %self.context.lease.job_id, "another worker has the job");
            }
            // The lease runs out, and the job is taken over: late, but not lost.
            Err(error) => {
                tracing::error!(job = %self.context.lease.job_id, %error, "the end was not written");
            }
        }
    }

    async fn record(&self, outcome: Handled) -> (&'static str, Result<(), StoreError>) {
        let signals = &self.context.signals;
        if signals.completed.load(Ordering::Relaxed) {
            return ("succeeded", Ok(()));
        }
        let (queue, lease) = (self.inner.store.queue(), &self.context.lease);
        let now = self.context.clock.now();
        match outcome {
            Ok(result) => ("succeeded", queue.complete(lease, result, now).await),
            Err(JobError::Cancelled) if signals.cancelled.load(Ordering::Relaxed) => {
                ("cancelled", queue.stopped(lease, now).await)
            }
            Err(JobError::Cancelled | JobError::LeaseLost) if self.stopping() => {
                ("queued", queue.give_back(lease, now).await)
            }
            Err(error @ JobError::Cancelled) => {
                ("failed", queue.fail(lease, &told(&error), None, now).await)
            }
            Err(JobError::LeaseLost) => {
                let (job, fence) = (lease.job_id.to_string(), lease.fence);
                ("lost", Err(StoreError::Fenced { job, fence }))
            }
            Err(error @ JobError::Fatal { .. }) => {
                ("failed", queue.fail(lease, &told(&error), None, now).await)
            }
            Err(error @ JobError::Retry { after, .. }) => {
                let job = &self.context.job.body;
                let wait = self.inner.options.backoff.after(job.attempts, job.seed);
                let wait = after.map_or(wait, |after| wait.max(span(after)));
                ("failed", queue.fail(lease, &told(&error), Some(now + wait), now).await)
            }
        }
    }
}

/// An error with its causes, each once.
fn told(error: &JobError) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = error.to_string();
        if !text.ends_with(&next) {
            text = format!("{text}: {next}");
        }
        cause = error.source();
    }
    text
}
