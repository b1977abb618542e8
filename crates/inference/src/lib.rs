//! Everything between a log density with its gradient and posterior draws: the No-U-Turn sampler,
//! mode search, sub-second approximations, simulation-based calibration, convergence diagnostics.
//!
//! Invariant: pure. No input or output, no clock (the caller measures time, see
//! [`Observer`]), no global state; every result is a function of its arguments and of an
//! explicit seed, whatever the number of threads.
//!
//! ```
//! use outlay_inference::{
//!     Density, DensityError, Settings, Silent, StartSettings, Target, sample, starts,
//! };
//! use std::sync::atomic::AtomicBool;
//!
//! /// A Gaussian with mean 3 and standard deviation 2.
//! struct Normal;
//!
//! impl Density for Normal {
//!     fn dim(&self) -> usize {
//!         1
//!     }
//!     fn log_density(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, DensityError> {
//!         gradient[0] = -(x[0] - 3.0) / 4.0;
//!         Ok(-(x[0] - 3.0).powi(2) / 8.0)
//!     }
//! }
//!
//! impl Target for Normal {
//!     type Density = Normal;
//!     fn density(&self) -> Normal {
//!         Normal
//!     }
//! }
//!
//! let start = starts(&Normal, &[vec![0.0], vec![9.0]], &StartSettings::default())?;
//! let settings = Settings { seed: 7, ..Settings::default() };
//! let run = sample(&Normal, &settings, &start, &Silent, &AtomicBool::new(false))?;
//! let draws: Vec<f64> = run.parameter(0).concat();
//! let mean = draws.iter().sum::<f64>() / draws.len() as f64;
//! assert!((mean - 3.0).abs() < 0.3);
//! # Ok::<(), outlay_inference::SampleError>(())
//! ```

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
pub use matrix::symmetric_eigen;
pub use mode::{Mode, ModeSettings, Outcome, find_mode, negative_hessian};
pub use pathfinder::pathfinder;
pub use progress::{Observer, Phase, Progress, Silent};
pub use run::{AbandonedChain, ChainDraws, Run};
pub use sampler::{sample, sample_until};
pub use settings::{Metric, Settings, StuckRules};
pub use smoothing::smooth_ratios;
pub use start::{Start, WarmStart};
pub use starts::{StartSettings, starts};
pub use stuck::StuckReason;
