//! Integration tests of the mix model.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod brand;
mod calibration;
mod gradients;
mod hidden;
mod log_density;
mod posteriors;
mod ridge;
mod separability;
mod shared;
mod spec;
mod structures;
