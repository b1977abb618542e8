//! Distributions, special functions, vectorised kernels and small linear algebra.
//!
//! Invariant: pure functions of their arguments; randomness comes from a generator that the
//! caller seeds.

pub mod bijector;
pub mod distribution;
pub mod linalg;
pub mod simd;
pub mod special;
