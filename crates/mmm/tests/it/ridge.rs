//! The ridge against the peer's numbers, against simulated truth, and against itself.

mod answers;
mod peer;
mod search;
mod world;
