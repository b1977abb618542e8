//! The ridge against the peer's numbers, against simulated truth, and against itself.
#![allow(clippy::unwrap_used, reason = "a test's helpers may fail it")]

mod answers;
mod peer;
mod search;
mod world;
