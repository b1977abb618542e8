//! Tests of the crate through its public interface.

mod densities;
mod sampling;
