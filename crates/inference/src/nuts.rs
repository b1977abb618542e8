//! The one place that speaks to `nuts-rs`: a transition kernel whose warm-up adapts step size and
//! metric.

use crate::density::{Checked, Density, DensityError};
use crate::geometry::Geometry;
use crate::settings::{Metric, Settings};
use nuts_rs::{
    Chain, CpuLogpFunc, CpuMath, CpuMathError, DiagNutsSettings, HasDims, LogpError,
    LowRankNutsSettings, Settings as _,
};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::cell::Cell;
use std::collections::HashMap;
use std::error::Error as StdError;
use std::rc::Rc;
use thiserror::Error;

/// An error of the underlying sampler.
pub(crate) type KernelError = Box<dyn StdError + Send + Sync>;

/// What one iteration did.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Transition {
    pub(crate) log_density: f64,
    /// Total energy of the trajectory's chosen point, for the energy diagnostic (E-BFMI).
    pub(crate) energy: f64,
    pub(crate) divergent: bool,
    pub(crate) leapfrogs: u32,
    pub(crate) depth: u32,
    pub(crate) max_depth_reached: bool,
    /// Step size of this trajectory, jittered.
    pub(crate) step_size: f64,
    /// Dual averaging's running estimate, the final step size after warm-up.
    pub(crate) adapted_step_size: f64,
}

/// A Markov chain in the round space of a geometry.
pub(crate) struct Kernel<D: Density> {
    chain: AdaptedChain<D>,
    geometry: Option<Geometry>,
    evaluations: Rc<Cell<u64>>,
}

enum AdaptedChain<D: Density> {
    Diagonal(<DiagNutsSettings as nuts_rs::Settings>::Chain<CpuMath<Rounded<D>>>),
    LowRank(<LowRankNutsSettings as nuts_rs::Settings>::Chain<CpuMath<Rounded<D>>>),
}

impl<D: Density> Kernel<D> {
    /// A chain that adapts during its first `warmup` iterations, placed at `position`.
    ///
    /// # Errors
    /// The density cannot be evaluated at `position`, or does not depend on a parameter there.
    pub(crate) fn new(
        density: Checked<D>,
        geometry: Option<Geometry>,
        settings: &Settings,
        warmup: usize,
        seed: u64,
        position: &[f64],
    ) -> Result<Self, KernelError> {
        let evaluations = Rc::new(Cell::new(0));
        let dim = density.dim();
        let math = CpuMath::new(Rounded {
            density,
            geometry: geometry.clone(),
            parameters: vec![0.0; dim],
            gradient: vec![0.0; dim],
            scaled: vec![0.0; dim],
            evaluations: Rc::clone(&evaluations),
        });
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut round = position.to_vec();
        if let Some(geometry) = &geometry {
            geometry.to_round(position, &mut round);
        }
        let chain = match settings.metric {
            Metric::Diagonal => {
                let mut options = DiagNutsSettings {
                    num_tune: warmup as u64,
                    maxdepth: u64::from(settings.max_depth),
                    ..DiagNutsSettings::default()
                };
                options.adapt_options.step_size_settings.target_accept = settings.target_accept;
                let mut chain = options.new_chain(0, math, &mut rng)?;
                chain.set_position(&round)?;
                AdaptedChain::Diagonal(chain)
            }
            Metric::LowRank { gamma, eigenvalue_cutoff } => {
                let mut options = LowRankNutsSettings {
                    num_tune: warmup as u64,
                    maxdepth: u64::from(settings.max_depth),
                    ..LowRankNutsSettings::default()
                };
                options.adapt_options.step_size_settings.target_accept = settings.target_accept;
                options.adapt_options.mass_matrix_update_freq = update_interval(dim, warmup);
                options.adapt_options.mass_matrix_options.gamma = gamma;
                options.adapt_options.mass_matrix_options.eigval_cutoff = eigenvalue_cutoff;
                let mut chain = options.new_chain(0, math, &mut rng)?;
                chain.set_position(&round)?;
                AdaptedChain::LowRank(chain)
            }
        };
        Ok(Self { chain, geometry, evaluations })
    }

    /// One iteration; the new position, in parameters, is written to `position`.
    ///
    /// # Errors
    /// The sampler cannot go on (the density vanished where it was finite before).
    pub(crate) fn draw(&mut self, position: &mut [f64]) -> Result<Transition, KernelError> {
        // Both arms are the same code on two statistics types that cannot be named.
        macro_rules! advance {
            ($chain:expr) => {{
                let (round, _, stats, progress) = $chain.expanded_draw()?;
                let transition = Transition {
                    log_density: stats.point.logp,
                    energy: stats.point.energy,
                    divergent: progress.diverging,
                    leapfrogs: u32::try_from(progress.num_steps).unwrap_or(u32::MAX),
                    depth: u32::try_from(stats.depth).unwrap_or(u32::MAX),
                    max_depth_reached: stats.maxdepth_reached,
                    step_size: progress.step_size,
                    adapted_step_size: stats.adapt.step_size.step_size_bar,
                };
                (round, transition)
            }};
        }
        let (round, transition) = match &mut self.chain {
            AdaptedChain::Diagonal(chain) => advance!(chain),
            AdaptedChain::LowRank(chain) => advance!(chain),
        };
        match &self.geometry {
            Some(geometry) => geometry.to_parameters(&round, position),
            None => position.copy_from_slice(&round),
        }
        Ok(transition)
    }

    /// Gradient evaluations so far.
    pub(crate) fn evaluations(&self) -> u64 {
        self.evaluations.get()
    }
}

/// Warm-up iterations between two updates of a low-rank metric. An update decomposes matrices of
/// the parameters' size, about a second for 300 of them, so it has to become rarer with their
/// number; the cap still gives every window of a warm-up its own and one before its end.
fn update_interval(dim: usize, warmup: usize) -> u64 {
    let wanted = 20.0 * (dim as f64 / 50.0).powf(1.5);
    wanted.min(0.17 * warmup as f64).max(20.0) as u64
}

/// The density seen from the round space of a geometry. The Jacobian is constant and left out, so
/// that reported log densities are the target's own.
struct Rounded<D> {
    density: Checked<D>,
    geometry: Option<Geometry>,
    parameters: Vec<f64>,
    gradient: Vec<f64>,
    scaled: Vec<f64>,
    evaluations: Rc<Cell<u64>>,
}

/// Every failure of a density is a divergence: the trajectory ends, the chain goes on.
#[derive(Debug, Error)]
#[error(transparent)]
struct Recoverable(#[from] DensityError);

impl LogpError for Recoverable {
    fn is_recoverable(&self) -> bool {
        true
    }
}

impl<D: Density> HasDims for Rounded<D> {
    fn dim_sizes(&self) -> HashMap<String, u64> {
        let dim = self.density.dim() as u64;
        HashMap::from([("unconstrained_parameter".to_owned(), dim), ("dim".to_owned(), dim)])
    }
}

impl<D: Density> CpuLogpFunc for Rounded<D> {
    type LogpError = Recoverable;
    type FlowParameters = ();
    type ExpandedVector = Vec<f64>;

    fn dim(&self) -> usize {
        self.density.dim()
    }

    fn logp(&mut self, position: &[f64], gradient: &mut [f64]) -> Result<f64, Recoverable> {
        self.evaluations.set(self.evaluations.get() + 1);
        match &self.geometry {
            None => Ok(self.density.log_density(position, gradient)?),
            Some(geometry) => {
                geometry.to_parameters(position, &mut self.parameters);
                let value = self.density.log_density(&self.parameters, &mut self.gradient)?;
                geometry.pull_back(&self.gradient, &mut self.scaled, gradient);
                Ok(value)
            }
        }
    }

    fn expand_vector<R: rand::Rng + ?Sized>(
        &mut self,
        _rng: &mut R,
        _position: &[f64],
    ) -> Result<Vec<f64>, CpuMathError> {
        // The position is returned beside it; a copy would only cost an allocation.
        Ok(Vec::new())
    }
}
