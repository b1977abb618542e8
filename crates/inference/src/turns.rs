//! Lets many chains share few threads in strict rotation.
//!
//! A chain of the underlying sampler cannot move between threads, so every chain has its own
//! thread and at most `limit` of them compute at a time. Turns are handed out first come, first
//! served, which keeps the chains at nearly the same iteration.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// The shared count of free places and the queue for them.
pub(crate) struct Turns {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    free: usize,
    next_ticket: u64,
    queue: VecDeque<u64>,
}

/// Permission to compute; given back when dropped.
pub(crate) struct Turn<'a>(&'a Turns);

impl Turns {
    /// `limit` places.
    pub(crate) fn new(limit: usize) -> Self {
        let state = State { free: limit.max(1), next_ticket: 0, queue: VecDeque::new() };
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    /// Waits for a place.
    pub(crate) fn wait(&self) -> Turn<'_> {
        let mut state = self.lock();
        let ticket = state.next_ticket;
        state.next_ticket += 1;
        state.queue.push_back(ticket);
        while state.free == 0 || state.queue.front() != Some(&ticket) {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.queue.pop_front();
        state.free -= 1;
        if state.free > 0 {
            self.changed.notify_all();
        }
        Turn(self)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // The critical sections cannot panic half-way, so a poisoned lock is still consistent.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.lock().free += 1;
        self.0.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn never_more_than_the_limit_compute_at_once() {
        let turns = Turns::new(2);
        let (running, peak) = (AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..6 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        let _turn = turns.wait();
                        let now = running.fetch_add(1, Ordering::SeqCst) + 1;
                        peak.fetch_max(now, Ordering::SeqCst);
                        std::thread::yield_now();
                        running.fetch_sub(1, Ordering::SeqCst);
                    }
                });
            }
        });
        assert!((1..=2).contains(&peak.load(Ordering::SeqCst)));
    }
}
