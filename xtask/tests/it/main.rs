//! The shape of the workspace: which crate may know which, what mathematics may not touch, and
//! that every dependency is explained.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod dependencies;
mod edges;
mod literals;
mod purity;
mod workspace;
