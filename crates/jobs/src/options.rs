//! How a worker works; from the configuration registry.

use std::time::Duration;

use outlay_core::registry::{Registry, keys};

use crate::backoff::Backoff;

/// Settings of a worker. [`WorkerOptions::from`] reads them from the registry.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkerOptions {
    /// What the worker is called in the history: unique per process. The process's number where
    /// nothing better is said.
    pub name: String,
    /// Jobs that run at once.
    pub slots: usize,
    /// Silence after which another worker takes a job over.
    pub lease: Duration,
    /// Time between two signs of life.
    pub heartbeat: Duration,
    /// Time between two looks for work.
    pub poll: Duration,
    /// Least time between two written reports of progress.
    pub progress: Duration,
    /// Waits between attempts.
    pub backoff: Backoff,
}

impl From<&Registry> for WorkerOptions {
    fn from(registry: &Registry) -> Self {
        let seconds = |setting| Duration::from_secs_f64(registry.get(setting));
        Self {
            name: format!("worker-{}", std::process::id()),
            slots: registry.get(&keys::JOBS_SLOTS) as usize,
            lease: seconds(&keys::JOBS_LEASE),
            heartbeat: seconds(&keys::JOBS_HEARTBEAT),
            poll: seconds(&keys::JOBS_POLL),
            progress: seconds(&keys::JOBS_PROGRESS),
            backoff: Backoff::from(registry),
        }
    }
}

impl Default for WorkerOptions {
    fn default() -> Self {
        Self::from(&Registry::default())
    }
}
