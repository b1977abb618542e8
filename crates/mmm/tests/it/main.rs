//! Integration tests of the mix model.

mod calibration;
mod gradients;
mod log_density;
mod posteriors;
mod ridge;
mod shared;
mod spec;
