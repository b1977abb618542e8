//! Tests of the crate through its public interface.

mod approximations;
mod calibration;
mod densities;
mod interruption;
mod restarts;
mod sampling;
