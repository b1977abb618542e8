//! The posterior mode: L-BFGS ascent, and the curvature there.

mod ascent;
mod hessian;

use crate::density::{Checked, Density, DensityError, Target};
use crate::error::SampleError;
use serde::{Deserialize, Serialize};

pub(crate) use ascent::{Iterate, climb};
pub use hessian::negative_hessian;

/// Settings of the mode search.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ModeSettings {
    /// Maximum number of iterations of one climb.
    pub max_iterations: usize,
    /// Stop when neither the last step gained nor the next one promises more than this, in nats.
    pub tolerance: f64,
    /// Pairs of differences that the curvature estimate keeps.
    pub history: usize,
}

impl Default for ModeSettings {
    fn default() -> Self {
        Self { max_iterations: 1000, tolerance: 1e-9, history: 10 }
    }
}

/// How a climb ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// No further gain above the tolerance.
    Converged,
    /// The iterations were used up.
    OutOfIterations,
    /// No step along the search direction improves the density: its rounding error is reached,
    /// or value and gradient disagree.
    NoProgress,
}

/// A local maximum of a density.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mode {
    /// Its position.
    pub position: Vec<f64>,
    /// Log density there.
    pub log_density: f64,
    /// Largest absolute gradient component there.
    pub gradient_norm: f64,
    /// Iterations of the climb.
    pub iterations: usize,
    /// Gradient evaluations of all climbs.
    pub gradient_evaluations: u64,
    /// How the climb ended.
    pub outcome: Outcome,
}

/// Climbs from every starting point and returns the highest mode.
///
/// # Errors
/// No start, a start of the wrong length, or a density that fails at every start.
pub fn find_mode<T: Target>(
    target: &T,
    starts: &[Vec<f64>],
    settings: &ModeSettings,
) -> Result<Mode, SampleError> {
    let mut density = Checked::new(target.density());
    let dim = density.dim();
    if dim == 0 {
        return Err(SampleError::NoParameters);
    }
    let mut best: Option<Mode> = None;
    let mut failure = DensityError::NotFinite;
    for start in starts {
        if start.len() != dim {
            let (found, expected) = (start.len(), dim);
            return Err(SampleError::Dimension { what: "starting point", found, expected });
        }
        match climb(&mut density, start, settings, &mut |_| ()) {
            Ok(mode) => {
                if best.as_ref().is_none_or(|b| mode.log_density > b.log_density) {
                    best = Some(mode);
                }
            }
            Err(error) => failure = error,
        }
    }
    match best {
        Some(mode) => Ok(Mode { gradient_evaluations: density.evaluations(), ..mode }),
        None if starts.is_empty() => Err(SampleError::NoStart),
        None => Err(SampleError::NoValidStart { tried: starts.len(), source: failure }),
    }
}
