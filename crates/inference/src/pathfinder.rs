//! Pathfinder (Zhang, Carpenter, Gelman and Vehtari 2022): Gaussians from the curvature estimates
//! along L-BFGS paths, the best of each path chosen by its evidence lower bound, several paths
//! combined by importance resampling.

mod gaussian;
mod path;

use crate::approximation::{
    Approximation, ApproximationSettings, Method, Proposals, importance_resample,
};
use crate::density::{Checked, Density, DensityError, Target};
use crate::error::SampleError;
use crate::seed::{self, Stream};
pub(crate) use path::{Path, follow};
use rand::RngExt;
use rand_distr::StandardNormal;
use rayon::prelude::*;

/// Paths whose evidence lower bound lies this much below the best are left out of the mixture.
const NEGLIGIBLE: f64 = 10.0;

/// Approximates the posterior from `settings.paths` optimisation paths, which begin at `starts` in
/// turn (fewer starts than paths are used again, shifted at random). Never follows a path into a
/// singular mode, as the Laplace approximation would: a spike has a poor evidence lower bound.
///
/// # Errors
/// Impossible settings, no usable start, or no path along which the density is finite.
pub fn pathfinder<T: Target>(
    target: &T,
    starts: &[Vec<f64>],
    settings: &ApproximationSettings,
) -> Result<Approximation, SampleError> {
    settings.validate()?;
    let (paths, path_evaluations) = explore(target, starts, settings)?;
    let top = paths.iter().map(|path| path.elbo).fold(f64::NEG_INFINITY, f64::max);
    let kept: Vec<&Path> = paths.iter().filter(|path| path.elbo >= top - NEGLIGIBLE).collect();
    let best = paths.iter().max_by(|a, b| a.elbo.total_cmp(&b.elbo)).ok_or(SampleError::NoPath)?;
    let dim = best.gaussian.dim();
    let mut rng = seed::rng(settings.seed, Stream::Approximation, 0, 0);
    let mut proposals = Proposals {
        positions: vec![0.0; settings.proposals * dim],
        log_proposal: Vec::with_capacity(settings.proposals),
    };
    let mut z = vec![0.0; dim];
    for (draw, x) in proposals.positions.chunks_exact_mut(dim).enumerate() {
        z.iter_mut().for_each(|z| *z = rng.sample(StandardNormal));
        kept[draw % kept.len()].gaussian.transform(&z, x);
        // The mixture's density, not the drawing member's: lower variance, and right when paths
        // overlap.
        let logs: Vec<f64> = kept.iter().map(|path| path.gaussian.log_density(x)).collect();
        let max = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mean = logs.iter().map(|l| (l - max).exp()).sum::<f64>() / logs.len() as f64;
        proposals.log_proposal.push(max + mean.ln());
    }
    let resampled = importance_resample(target, &proposals, settings);
    Ok(Approximation {
        method: Method::Pathfinder,
        dim,
        positions: resampled.positions,
        log_density: resampled.log_density,
        khat: resampled.khat,
        geometry: best.gaussian.geometry(),
        log_evidence: resampled.log_evidence,
        mode: None,
        repaired_directions: 0,
        gradient_evaluations: path_evaluations + resampled.gradient_evaluations,
    })
}

/// Follows all paths, in parallel on rayon's threads; each has its own generator. Returns those that led to a
/// Gaussian, perhaps none, and the gradient evaluations.
pub(crate) fn explore<T: Target>(
    target: &T,
    starts: &[Vec<f64>],
    settings: &ApproximationSettings,
) -> Result<(Vec<Path>, u64), SampleError> {
    let mut probe = Checked::new(target.density());
    let dim = probe.dim();
    if dim == 0 {
        return Err(SampleError::NoParameters);
    }
    let mut gradient = vec![0.0; dim];
    let mut usable = Vec::new();
    let mut failure = DensityError::NotFinite;
    for start in starts {
        if start.len() != dim {
            let (found, expected) = (start.len(), dim);
            return Err(SampleError::Dimension { what: "starting point", found, expected });
        }
        match probe.log_density(start, &mut gradient) {
            Ok(_) => usable.push(start),
            Err(error) => failure = error,
        }
    }
    if usable.is_empty() {
        return Err(match starts.len() {
            0 => SampleError::NoStart,
            tried => SampleError::NoValidStart { tried, source: failure },
        });
    }
    let followed: Vec<(Option<Path>, u64)> = (0..settings.paths)
        .into_par_iter()
        .map(|index| {
            let mut density = Checked::new(target.density());
            let start = usable[index % usable.len()];
            let repetition = index / usable.len();
            let mut rng = seed::rng(settings.seed, Stream::Paths, index as u64, 0);
            let path = follow(&mut density, start, repetition, settings, &mut rng);
            (path, density.evaluations())
        })
        .collect();
    let evaluations = probe.evaluations() + followed.iter().map(|f| f.1).sum::<u64>();
    Ok((followed.into_iter().filter_map(|f| f.0).collect(), evaluations))
}
