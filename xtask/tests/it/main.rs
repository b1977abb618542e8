//! The shape of the workspace: which crate may know which, what mathematics may not touch, and
//! that every dependency is explained.

mod dependencies;
mod edges;
mod purity;
mod workspace;
