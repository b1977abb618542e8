//! The planner: where the next money goes, with a certificate.
//!
//! Invariant: pure and synchronous; the same response, problem and seed give the same plan on any
//! number of threads. What it calls a bound is one: no plan within the limits has more.

pub mod advise;
pub mod curve;
pub mod design;
pub mod evaluate;
pub mod from_fit;
pub mod objective;
pub mod plan;
pub mod polytope;
mod pricing;
pub mod problem;
pub mod reach;
mod relax;
pub mod response;
pub mod solve;
pub mod study;
