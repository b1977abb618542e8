//! Handlers by the kind of job that they do.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use serde_json::Value as Json;
use tokio::runtime::Handle;

use crate::context::JobContext;
use crate::error::JobError;

/// What a handler leaves behind.
pub type Handled = Result<Json, JobError>;

type Running = Pin<Box<dyn Future<Output = Handled> + Send>>;
type Handler = Arc<dyn Fn(JobContext) -> Running + Send + Sync>;

/// The handlers of a worker.
#[derive(Clone, Default)]
pub struct Handlers {
    by_kind: BTreeMap<String, Handler>,
}

impl Handlers {
    /// No handlers.
    pub fn new() -> Self {
        Self::default()
    }

    /// A handler that waits more than it computes. One of the same kind is replaced.
    pub fn add<F>(
        &mut self,
        kind: impl Into<String>,
        handler: impl Fn(JobContext) -> F + Send + Sync + 'static,
    ) where
        F: Future<Output = Handled> + Send + 'static,
    {
        self.by_kind.insert(kind.into(), Arc::new(move |context| Box::pin(handler(context))));
    }

    /// A handler that computes: it gets a thread of its own, so that it holds up nobody.
    pub fn add_blocking(
        &mut self,
        kind: impl Into<String>,
        handler: impl Fn(&JobContext) -> Handled + Send + Sync + 'static,
    ) {
        let handler = Arc::new(handler);
        self.add(kind, move |context| {
            let handler = Arc::clone(&handler);
            async move {
                let thread = Handle::current().spawn_blocking(move || handler(&context));
                thread.await.unwrap_or_else(|error| {
                    // A handler that panics fails its job, not its worker.
                    Err(JobError::fatal(error))
                })
            }
        });
    }

    /// The kinds of job that are done here.
    pub fn kinds(&self) -> Vec<String> {
        self.by_kind.keys().cloned().collect()
    }

    pub(crate) fn get(&self, kind: &str) -> Option<Handler> {
        self.by_kind.get(kind).cloned()
    }
}
