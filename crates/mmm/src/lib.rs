//! The Bayesian marketing mix model: specification, density with gradient, answers.
//!
//! Invariant: this crate does no input or output and reads no clock; the same data,
//! specification and seed give the same draws on any number of threads.

pub mod backtest;
pub mod calibration;
pub mod compare;
pub mod density;
pub mod ensemble;
pub mod explain;
pub mod fit;
pub mod linear;
pub mod model;
pub mod ridge;
pub mod scalars;
pub mod spec;
pub mod summarise;
pub mod summary;
pub mod transform;
