//! Tests of the crate through its public interface.
#![allow(clippy::unwrap_used)]

mod approximations;
mod calibration;
mod densities;
mod drawing_on;
mod interruption;
mod restarts;
mod sampling;
