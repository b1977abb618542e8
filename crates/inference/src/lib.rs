//! Everything between a log density with its gradient and posterior draws: the No-U-Turn sampler,
//! mode search, sub-second approximations, simulation-based calibration, convergence diagnostics.
//!
//! Invariant: pure. No input or output, no clock (the caller measures time, see
//! [`progress::Observer`]), no global state; every result is a function of its arguments and of an
//! explicit seed, whatever the number of threads.

pub mod density;
pub mod diagnostics;
pub mod geometry;
pub mod progress;
pub mod run;
pub mod settings;
pub mod start;

mod chain;
mod error;
mod matrix;
mod nuts;
mod sampler;
mod seed;
mod stuck;
mod turns;

pub use density::{Density, DensityError, Target};
pub use error::SampleError;
pub use geometry::Geometry;
pub use progress::{Observer, Phase, Progress, Silent};
pub use run::{AbandonedChain, ChainDraws, Run};
pub use sampler::sample;
pub use settings::{Metric, Settings, StuckRules};
pub use start::{Start, WarmStart};
pub use stuck::StuckReason;
