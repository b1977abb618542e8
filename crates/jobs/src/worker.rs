//! The worker: looks for work while it has a free slot.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use outlay_store::{Claimed, Store};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::clock::Clock;
use crate::error::WorkerError;
use crate::handler::Handlers;
use crate::options::WorkerOptions;
use crate::run::hold;

/// Takes jobs and does them. Any number of workers, in one process or in several, share one store.
#[derive(Clone)]
pub struct Worker {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) store: Store,
    pub(crate) handlers: Handlers,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) options: WorkerOptions,
}

/// Ends a running worker: it takes nothing more, asks its handlers to stop, and gives back what
/// they did not finish. Dropping it does the same.
#[derive(Debug)]
pub struct Shutdown(watch::Sender<bool>);

impl Shutdown {
    /// Ends the worker; returns at once. Wait for [`Worker::run`] to return.
    pub fn now(&self) {
        self.0.send_replace(true);
    }
}

/// What a worker listens to.
pub(crate) type Stop = watch::Receiver<bool>;

impl Worker {
    /// A worker on a store.
    pub fn new(
        store: Store,
        handlers: Handlers,
        clock: Arc<dyn Clock>,
        options: WorkerOptions,
    ) -> Self {
        Self { inner: Arc::new(Inner { store, handlers, clock, options }) }
    }

    /// Starts working in the background of the current runtime. The task ends after
    /// [`Shutdown::now`].
    pub fn start(&self) -> (Shutdown, tokio::task::JoinHandle<()>) {
        let (send, stop) = watch::channel(false);
        let worker = self.clone();
        (Shutdown(send), tokio::spawn(async move { worker.run(stop).await }))
    }

    /// Works until told to stop. A store that does not answer is tried again.
    async fn run(&self, mut stop: Stop) {
        let mut running = JoinSet::new();
        while !over(&stop) {
            let free = running.len() < self.inner.options.slots.max(1);
            let claimed = if free { self.claim().await } else { Ok(None) };
            match claimed {
                Ok(Some(claimed)) => {
                    running.spawn(hold(Arc::clone(&self.inner), claimed, stop.clone()));
                    continue;
                }
                Ok(None) => {}
                Err(error) => tracing::error!(%error, "no work can be taken"),
            }
            tokio::select! {
                () = sleep(self.inner.options.poll), if free => {}
                Some(_) = running.join_next(), if !running.is_empty() => {}
                _ = stop.changed() => {}
            }
        }
        while running.join_next().await.is_some() {}
    }

    /// Does what is due, one job after the other, until nothing is; says how many. For commands
    /// and tests.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn run_until_idle(&self) -> Result<usize, WorkerError> {
        let (_keep, stop) = watch::channel(false);
        let mut done = 0;
        while let Some(claimed) = self.claim().await? {
            hold(Arc::clone(&self.inner), claimed, stop.clone()).await;
            done += 1;
        }
        Ok(done)
    }

    async fn claim(&self) -> Result<Option<Claimed>, WorkerError> {
        let Inner { store, handlers, clock, options } = self.inner.as_ref();
        let now = clock.now();
        let until = now + span(options.lease);
        Ok(store.queue().claim(&options.name, &handlers.kinds(), until, now).await?)
    }
}

/// Whether the worker was told to stop, or nobody is left to tell it.
pub(crate) fn over(stop: &Stop) -> bool {
    *stop.borrow() || stop.has_changed().is_err()
}

pub(crate) fn span(duration: Duration) -> TimeDelta {
    TimeDelta::from_std(duration).unwrap_or(TimeDelta::MAX)
}
