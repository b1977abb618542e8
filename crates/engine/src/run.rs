//! How a step is run: what its caller decides, whatever the step is.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use outlay_core::registry::Registry;
use rayon::ThreadPoolBuilder;

use crate::error::EngineError;
use crate::progress::Progress;

/// Version of the program, as artefacts name it.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The caller's clock. Times tell people where the time went; no answer depends on them.
pub trait Clock: Sync {
    /// Wall time since the work was asked for: a command began, a job was taken.
    fn wall(&self) -> Duration;

    /// Processor time of the whole process since then, all threads.
    fn cpu(&self) -> Duration;
}

/// A clock that stands still, for callers who do not measure.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unclocked;

impl Clock for Unclocked {
    fn wall(&self) -> Duration {
        Duration::ZERO
    }

    fn cpu(&self) -> Duration {
        Duration::ZERO
    }
}

/// How a step is run.
#[derive(Clone, Copy)]
pub struct Run<'a> {
    /// The settings in force.
    pub registry: &'a Registry,
    /// The caller's clock.
    pub clock: &'a dyn Clock,
    /// Told how far the work is, from any thread, one word at a time; one that is slow slows the
    /// work.
    pub watch: &'a (dyn Fn(&Progress) + Sync),
    /// Becomes true when the work should end. What was drawn until then is kept where that is of
    /// use; see each step.
    pub cancel: &'a AtomicBool,
    /// Whether what was drawn before a cancelled end is wanted; turning it into answers takes time.
    pub partial: bool,
    /// Threads; all processors when absent. No answer depends on it.
    pub threads: Option<usize>,
}

impl Run<'_> {
    /// Threads to use: those asked for, or all processors.
    pub fn threads(&self) -> usize {
        let all = || std::thread::available_parallelism().map_or(1, usize::from);
        self.threads.unwrap_or_else(all).max(1)
    }

    /// Whether the work should end.
    pub fn cancelled(&self) -> bool {
        self.cancel.load(Ordering::Relaxed)
    }

    /// Tells the watcher.
    pub(crate) fn tell(&self, progress: &Progress) {
        (self.watch)(progress);
    }

    /// Works on as many threads as were asked for; on those that the process shares otherwise.
    pub(crate) fn on_threads<T: Send>(
        &self,
        work: impl FnOnce() -> Result<T, EngineError> + Send,
    ) -> Result<T, EngineError> {
        let Some(threads) = self.threads else { return work() };
        let pool = ThreadPoolBuilder::new().num_threads(threads.max(1)).build();
        pool.map_err(EngineError::Threads)?.install(work)
    }
}
