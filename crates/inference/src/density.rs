//! What is sampled: a log density with gradient on the unconstrained space.

use thiserror::Error;

/// Why a density has no value at a point. The sampler counts such a point as a divergence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum DensityError {
    /// The point lies outside the support; the text names the quantity.
    #[error("the point lies outside the support of {0}")]
    OutsideSupport(&'static str),
    /// The log density is NaN or infinite.
    #[error("the log density is not finite")]
    NotFinite,
    /// A gradient component is NaN or infinite.
    #[error("the gradient of parameter {index} is not finite")]
    GradientNotFinite {
        /// Index of the component.
        index: usize,
    },
}

/// A log density on R^dim with its gradient; owns the scratch memory of its evaluation.
pub trait Density: Send {
    /// Number of unconstrained parameters.
    fn dim(&self) -> usize;

    /// Log density up to a constant, Jacobians of the constraining transforms included.
    /// `position` and `gradient` have [`Density::dim`] elements; `gradient` is overwritten.
    ///
    /// # Errors
    /// The point is outside the support or the value is not finite; the sampler recovers.
    fn log_density(&mut self, position: &[f64], gradient: &mut [f64]) -> Result<f64, DensityError>;
}

/// Makes one [`Density`] per chain, so that chains share the data but no scratch memory.
pub trait Target: Sync {
    /// The density of one chain.
    type Density: Density;

    /// A new evaluator of the same density.
    fn density(&self) -> Self::Density;
}

/// Counts evaluations and turns non-finite values into errors, so that nothing downstream has to
/// check again.
pub(crate) struct Checked<D> {
    inner: D,
    evaluations: u64,
}

impl<D: Density> Checked<D> {
    pub(crate) fn new(inner: D) -> Self {
        Self { inner, evaluations: 0 }
    }

    /// Evaluations so far, failed ones included.
    pub(crate) fn evaluations(&self) -> u64 {
        self.evaluations
    }
}

impl<D: Density> Density for Checked<D> {
    fn dim(&self) -> usize {
        self.inner.dim()
    }

    fn log_density(&mut self, position: &[f64], gradient: &mut [f64]) -> Result<f64, DensityError> {
        self.evaluations += 1;
        let value = self.inner.log_density(position, gradient)?;
        if !value.is_finite() {
            return Err(DensityError::NotFinite);
        }
        match gradient.iter().position(|g| !g.is_finite()) {
            Some(index) => Err(DensityError::GradientNotFinite { index }),
            None => Ok(value),
        }
    }
}
