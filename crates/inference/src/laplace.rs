//! The Gaussian that has the posterior's mode and curvature.

use crate::approximation::{
    Approximation, ApproximationSettings, Method, Proposals, importance_resample,
};
use crate::density::{Checked, Density, Target};
use crate::error::SampleError;
use crate::geometry::Geometry;
use crate::matrix::symmetric_eigen;
use crate::mode::{find_mode, negative_hessian};
use crate::seed::{self, Stream};
use rand::RngExt;
use rand_distr::StandardNormal;

/// Smallest eigenvalue of the scaled precision matrix that is believed: below it a direction's
/// standard deviation would exceed a thousand times the conditional one.
const SMALLEST_EIGENVALUE: f64 = 1e-6;

/// Approximates the posterior around its highest mode found from `starts`, and corrects by
/// importance resampling. Exact for a Gaussian. Costs the climbs, 2 to 4 gradients per parameter,
/// and one per proposal.
///
/// # Errors
/// Impossible settings, no usable start, or no finite curvature at the mode.
pub fn laplace<T: Target>(
    target: &T,
    starts: &[Vec<f64>],
    settings: &ApproximationSettings,
) -> Result<Approximation, SampleError> {
    settings.validate()?;
    let mode = find_mode(target, starts, &settings.mode)?;
    let mut density = Checked::new(target.density());
    let dim = density.dim();
    let precision = negative_hessian(&mut density, &mode.position)
        .map_err(|_| SampleError::NotFiniteMatrix { what: "curvature at the mode" })?;
    let (geometry, repaired_directions) = invert(&mode.position, &precision)?;
    let mut rng = seed::rng(settings.seed, Stream::Approximation, 0, 0);
    let mut proposals = Proposals {
        positions: vec![0.0; settings.proposals * dim],
        log_proposal: Vec::with_capacity(settings.proposals),
    };
    let mut z = vec![0.0; dim];
    let constant = geometry.log_volume() + 0.5 * dim as f64 * std::f64::consts::TAU.ln();
    for x in proposals.positions.chunks_exact_mut(dim) {
        z.iter_mut().for_each(|z| *z = rng.sample(StandardNormal));
        geometry.to_parameters(&z, x);
        proposals.log_proposal.push(-0.5 * z.iter().map(|z| z * z).sum::<f64>() - constant);
    }
    let resampled = importance_resample(target, &proposals, settings);
    Ok(Approximation {
        method: Method::Laplace,
        dim,
        positions: resampled.positions,
        log_density: resampled.log_density,
        khat: resampled.khat,
        geometry,
        log_evidence: resampled.log_evidence,
        repaired_directions,
        gradient_evaluations: mode.gradient_evaluations
            + density.evaluations()
            + resampled.gradient_evaluations,
        mode: Some(mode),
    })
}

/// The geometry whose covariance is the inverse of `precision`, and the number of eigenvalues
/// that had to be replaced by their absolute value or the smallest believable one. Works on the
/// matrix scaled to a unit diagonal, so that units of parameters do not matter.
fn invert(center: &[f64], precision: &[f64]) -> Result<(Geometry, usize), SampleError> {
    let dim = center.len();
    let scale: Vec<f64> = (0..dim)
        .map(|i| {
            let root = precision.get(i * dim + i).copied().unwrap_or(1.0).abs().sqrt();
            if root > 0.0 { root } else { 1.0 }
        })
        .collect();
    let scaled: Vec<f64> = precision
        .iter()
        .enumerate()
        .map(|(k, value)| value / (scale[k / dim] * scale[k % dim]))
        .collect();
    let (values, vectors) = symmetric_eigen(&scaled, dim)
        .ok_or(SampleError::NotFiniteMatrix { what: "curvature at the mode" })?;
    let repaired = values.iter().filter(|v| **v < SMALLEST_EIGENVALUE).count();
    let mut covariance = vec![0.0; dim * dim];
    for (k, value) in values.iter().enumerate() {
        let variance = 1.0 / value.abs().max(SMALLEST_EIGENVALUE);
        for i in 0..dim {
            let left = vectors[i * dim + k] * variance / scale[i];
            for j in 0..dim {
                covariance[i * dim + j] += left * vectors[j * dim + k] / scale[j];
            }
        }
    }
    Ok((Geometry::from_covariance(center.to_vec(), &covariance), repaired))
}
