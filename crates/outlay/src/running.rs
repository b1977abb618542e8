//! How commands run the steps: the process's clock, Ctrl-C, threads.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use cpu_time::ProcessTime;
use outlay_core::registry::Registry;
use outlay_engine::{Clock, Progress, Run};

use crate::failure::{Exit, Failure};

/// The clock of this process, from when the command began.
pub(crate) struct Running {
    began: Instant,
    cpu: ProcessTime,
    registry: Registry,
    cancel: Arc<AtomicBool>,
}

impl Running {
    /// Begins a command: from now on Ctrl-C stops the work and keeps what is there.
    pub(crate) fn begin() -> Result<Self, Failure> {
        Ok(Self {
            began: Instant::now(),
            cpu: ProcessTime::now(),
            registry: Registry::default(),
            cancel: on_interrupt()?,
        })
    }

    /// The settings in force.
    pub(crate) fn registry(&self) -> &Registry {
        &self.registry
    }

    /// How steps are run under `watch`.
    pub(crate) fn run<'a>(
        &'a self,
        watch: &'a (dyn Fn(&Progress) + Sync),
        threads: Option<usize>,
    ) -> Run<'a> {
        Run {
            registry: &self.registry,
            clock: self,
            watch,
            cancel: &self.cancel,
            partial: true,
            threads,
        }
    }
}

impl Clock for Running {
    fn wall(&self) -> Duration {
        self.began.elapsed()
    }

    fn cpu(&self) -> Duration {
        self.cpu.elapsed()
    }
}

/// The flag that Ctrl-C sets; a second Ctrl-C ends the program at once.
pub(crate) fn on_interrupt() -> Result<Arc<AtomicBool>, Failure> {
    let cancel = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&cancel);
    ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::SeqCst) {
            std::process::exit(Exit::Interrupted as i32);
        }
        eprintln!("stopping: what was drawn is kept (press again to give up)");
    })
    .map_err(|e| Failure::from_error(Exit::Internal, "interrupt", &e, ""))?;
    Ok(cancel)
}

/// Threads to use: those asked for, or all processors.
pub(crate) fn threads(asked: Option<usize>) -> usize {
    asked.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)).max(1)
}
