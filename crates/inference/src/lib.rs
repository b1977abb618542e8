//! Everything between a log density with its gradient and posterior draws: the No-U-Turn sampler,
//! mode search, sub-second approximations, simulation-based calibration, convergence diagnostics.
//!
//! Invariant: pure. No input or output, no clock (the caller measures time, see
//! [`Observer`]), no global state; every result is a function of its arguments and of an
//! explicit seed, whatever the number of threads.

pub mod diagnostics;
pub mod sbc;

mod approximation;
mod chain;
mod density;
mod error;
mod geometry;
mod laplace;
mod matrix;
mod mode;
mod nuts;
mod pathfinder;
mod progress;
mod run;
mod sampler;
mod seed;
mod settings;
mod smoothing;
mod start;
mod starts;
mod stuck;
mod turns;

pub use approximation::{Approximation, ApproximationSettings, Method, Reliability};
pub use density::{Density, DensityError, Target};
pub use error::SampleError;
pub use geometry::Geometry;
pub use laplace::laplace;
pub use mode::{Mode, ModeSettings, Outcome, find_mode, negative_hessian};
pub use pathfinder::pathfinder;
pub use progress::{Observer, Phase, Progress, Silent};
pub use run::{AbandonedChain, ChainDraws, Run};
pub use sampler::sample;
pub use settings::{Metric, Settings, StuckRules};
pub use start::{Start, WarmStart};
pub use starts::{StartSettings, starts};
pub use stuck::StuckReason;
