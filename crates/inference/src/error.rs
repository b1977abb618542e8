//! What can stop a run.

use crate::density::DensityError;
use crate::stuck::StuckReason;
use std::error::Error as StdError;
use thiserror::Error;

/// Why [`crate::sample`] or an approximation returned nothing.
#[derive(Debug, Error)]
pub enum SampleError {
    /// A setting has an impossible value.
    #[error("setting `{name}` is {value}, but it {rule}")]
    Setting {
        /// Name of the field.
        name: &'static str,
        /// Its value.
        value: String,
        /// What it has to fulfil.
        rule: &'static str,
    },
    /// The density has no parameters.
    #[error("the density has no parameters, so there is nothing to sample")]
    NoParameters,
    /// A point or a geometry has another length than the density has parameters.
    #[error("a {what} has {found} elements, but the density has {expected} parameters")]
    Dimension {
        /// What was given.
        what: &'static str,
        /// Its length.
        found: usize,
        /// Number of parameters.
        expected: usize,
    },
    /// No starting point was given.
    #[error("no starting point was given; pass at least one")]
    NoStart,
    /// The density fails at every starting point.
    #[error(
        "the density has no finite value and gradient at any of the {tried} starting points; \
         start nearer to the prior's centre"
    )]
    NoValidStart {
        /// Points tried.
        tried: usize,
        /// The failure at the last one.
        source: DensityError,
    },
    /// No optimisation path led to a Gaussian with a finite evidence lower bound.
    #[error(
        "no optimisation path led to a usable Gaussian; the density fails around every point of \
         them, so check its support"
    )]
    NoPath,
    /// Every chain was stuck and stayed so after all restarts.
    #[error(
        "all {chains} chains are stuck ({reason}) after {restarts} restarts; check scale and \
         support of the model's priors and data"
    )]
    AllStuck {
        /// Number of chains.
        chains: usize,
        /// Why the last one was given up.
        reason: StuckReason,
        /// Restarts of all chains together.
        restarts: usize,
    },
    /// The run was cancelled before any draw was kept.
    #[error("the run was cancelled before any draw was kept")]
    Cancelled,
    /// The sampler refused to go on.
    #[error("chain {chain} cannot be run")]
    Chain {
        /// Index of the chain.
        chain: usize,
        /// The sampler's own error.
        source: Box<dyn StdError + Send + Sync>,
    },
    /// The density or the sampler panicked.
    #[error("chain {chain} panicked; this is a bug in the model or the sampler: {message}")]
    Panicked {
        /// Index of the chain.
        chain: usize,
        /// The panic's message.
        message: String,
    },
    /// A matrix that has to be positive definite is not, and could not be repaired.
    #[error("the {what} is not finite, so no Gaussian can be fitted")]
    NotFiniteMatrix {
        /// Which matrix.
        what: &'static str,
    },
}
