//! Good starting points: over-dispersed around the best Gaussian that optimisation paths find.

use crate::approximation::ApproximationSettings;
use crate::density::{Checked, Density, Target};
use crate::error::SampleError;
use crate::pathfinder::{Path, explore};
use crate::seed::{self, Stream};
use crate::settings::require;
use crate::start::Start;
use rand::RngExt;
use rand_distr::StandardNormal;
use serde::{Deserialize, Serialize};

/// Paths whose evidence lower bound lies this much below the best give no starting points.
const NEGLIGIBLE: f64 = 10.0;

/// Settings of [`starts`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StartSettings {
    /// Points wanted, at least 1: the number of chains, and some spares.
    pub count: usize,
    /// Spread of the points, in standard deviations of the Gaussian, positive. Above one, so that
    /// R-hat can notice a chain that does not find its way.
    pub dispersion: f64,
    /// Optimisation paths, at least 1.
    pub paths: usize,
    /// Seed.
    pub seed: u64,
}

impl Default for StartSettings {
    fn default() -> Self {
        Self { count: 8, dispersion: 1.5, paths: 4, seed: 0 }
    }
}

/// Chooses starting points for [`crate::sample`] from `candidates`, such as draws from the prior.
///
/// Candidates at which the density fails are dropped; optimisation paths ([`crate::pathfinder()`])
/// begin at those with the highest density; the points are drawn around the path's Gaussian with
/// the best evidence lower bound (and those close to it), whose geometry is handed on. A density
/// without any usable path starts at the candidates themselves.
///
/// # Errors
/// Impossible settings, no candidate, a candidate of the wrong length, or a density that fails
/// at all of them.
pub fn starts<T: Target>(
    target: &T,
    candidates: &[Vec<f64>],
    settings: &StartSettings,
) -> Result<Start, SampleError> {
    require("count", settings.count, settings.count >= 1, "must be at least 1")?;
    let spread = settings.dispersion;
    require("dispersion", spread, spread.is_finite() && spread > 0.0, "must be positive")?;
    let mut density = Checked::new(target.density());
    let ordered = by_density(&mut density, candidates)?;
    let exploration = ApproximationSettings {
        paths: settings.paths,
        seed: settings.seed,
        ..ApproximationSettings::default()
    };
    exploration.validate()?;
    let (paths, _) = explore(target, &ordered, &exploration)?;
    let Some(best) = paths.iter().max_by(|a, b| a.elbo.total_cmp(&b.elbo)) else {
        return Ok(Start::Points(ordered));
    };
    let kept: Vec<&Path> =
        paths.iter().filter(|path| path.elbo >= best.elbo - NEGLIGIBLE).collect();
    let mut points = Vec::with_capacity(settings.count);
    for index in 0..settings.count {
        let mut rng = seed::rng(settings.seed, Stream::Starts, index as u64, 0);
        let path = kept.get(index % kept.len()).copied().unwrap_or(best);
        points.extend(around(&mut density, path, spread, &mut rng));
    }
    if points.is_empty() {
        Ok(Start::Points(ordered))
    } else {
        Ok(Start::Shaped { points, geometry: best.gaussian.geometry() })
    }
}

/// Candidates with a finite density, highest first.
fn by_density<D: Density>(
    density: &mut Checked<D>,
    candidates: &[Vec<f64>],
) -> Result<Vec<Vec<f64>>, SampleError> {
    let expected = density.dim();
    let mut gradient = vec![0.0; expected];
    let mut valued = Vec::new();
    let mut failure = None;
    for candidate in candidates {
        if candidate.len() != expected {
            let found = candidate.len();
            return Err(SampleError::Dimension { what: "candidate", found, expected });
        }
        match density.log_density(candidate, &mut gradient) {
            Ok(value) => valued.push((value, candidate.clone())),
            Err(error) => failure = Some(error),
        }
    }
    match failure {
        Some(source) if valued.is_empty() => {
            return Err(SampleError::NoValidStart { tried: candidates.len(), source });
        }
        _ if valued.is_empty() => return Err(SampleError::NoStart),
        _ => {}
    }
    valued.sort_by(|a, b| b.0.total_cmp(&a.0));
    Ok(valued.into_iter().map(|(_, candidate)| candidate).collect())
}

/// A point around a path's Gaussian; nearer and nearer to its mean while the density fails.
fn around<D: Density, R: rand::Rng>(
    density: &mut Checked<D>,
    path: &Path,
    dispersion: f64,
    rng: &mut R,
) -> Option<Vec<f64>> {
    let dim = path.gaussian.dim();
    let (mut point, mut gradient) = (vec![0.0; dim], vec![0.0; dim]);
    let mut spread = dispersion;
    for _ in 0..12 {
        let z: Vec<f64> = (0..dim).map(|_| spread * rng.sample::<f64, _>(StandardNormal)).collect();
        path.gaussian.transform(&z, &mut point);
        if density.log_density(&point, &mut gradient).is_ok() {
            return Some(point);
        }
        spread *= 0.7;
    }
    None
}
