//! Integration tests of the mix model.

mod gradients;
mod log_density;
mod ridge;
mod shared;
