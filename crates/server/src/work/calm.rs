//! Work that stands back: a fit has minutes, whoever waits for a page has not.

use std::panic::resume_unwind;
use std::thread;

use outlay_core::registry::{Registry, keys};
use tokio::runtime::Handle;
use tracing::Span;

/// Does `work` on a thread of its own, which takes the processor when nobody else wants it, as do
/// the threads that it begins. Blocks, within a runtime.
pub(super) fn run<T: Send>(registry: &Registry, work: impl FnOnce() -> T + Send) -> T {
    let (runtime, span) = (Handle::current(), Span::current());
    let niceness = registry.get(&keys::JOBS_NICENESS) as i32;
    let done = thread::scope(|scope| {
        let thread = scope.spawn(|| {
            let _runtime = runtime.enter();
            stand_back(niceness);
            span.in_scope(work)
        });
        thread.join()
    });
    done.unwrap_or_else(|panic| resume_unwind(panic))
}

/// On Linux niceness is a thread's own; elsewhere it would slow the whole process.
#[cfg(target_os = "linux")]
fn stand_back(niceness: i32) {
    // A system that refuses is no reason not to work.
    if let Err(error) = rustix::process::nice(niceness) {
        tracing::debug!(%error, "jobs do not stand back");
    }
}

#[cfg(not(target_os = "linux"))]
fn stand_back(_niceness: i32) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[tokio::test(flavor = "multi_thread")]
    async fn work_stands_back_and_its_threads_with_it() {
        let nice = || rustix::process::nice(0).unwrap();
        let before = nice();
        let registry = Registry::default();
        let work = move || run(&registry, || (nice(), thread::spawn(nice).join().unwrap()));
        let (own, begun) = tokio::task::spawn_blocking(work).await.unwrap();
        let expected = (before + keys::JOBS_NICENESS.default as i32).min(19);
        assert_eq!((own, begun), (expected, expected));
        assert_eq!(nice(), before, "nobody else does");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_panic_goes_on_to_who_asked() {
        let work = || run(&Registry::default(), || panic!("work is broken"));
        assert!(tokio::task::spawn_blocking(work).await.unwrap_err().is_panic());
    }
}
