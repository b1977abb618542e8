//! One optimisation path and the best Gaussian along it.

use super::gaussian::Gaussian;
use crate::approximation::ApproximationSettings;
use crate::density::Density;
use crate::mode::{Iterate, ModeSettings, climb};
use rand::{Rng, RngExt};
use rand_distr::StandardNormal;
use std::collections::VecDeque;

/// Pairs of differences that the curvature estimate keeps (J in the paper).
const HISTORY: usize = 6;

/// A path's best Gaussian.
#[derive(Debug, Clone)]
pub(crate) struct Path {
    pub(crate) gaussian: Gaussian,
    /// Estimated evidence lower bound.
    pub(crate) elbo: f64,
}

/// Climbs from `start`, shifted by standard normal numbers when it is a `repetition`, and returns
/// the Gaussian with the largest evidence lower bound; `None` when none has a finite one. A start
/// so near to the mode that the climb has no curvature to learn from is shifted as well.
pub(crate) fn follow<D: Density, R: Rng>(
    density: &mut D,
    start: &[f64],
    repetition: usize,
    settings: &ApproximationSettings,
    rng: &mut R,
) -> Option<Path> {
    let climbing = ModeSettings { history: HISTORY, ..settings.mode };
    for shift in repetition..repetition + 6 {
        let size = (shift as f64).min(1.0);
        let begin: Vec<f64> =
            start.iter().map(|x| x + size * rng.sample::<f64, _>(StandardNormal)).collect();
        let mut iterates = Vec::new();
        if climb(density, &begin, &climbing, &mut |iterate| iterates.push(iterate.clone())).is_err()
        {
            continue;
        }
        let best = best_gaussian(density, &iterates, settings, rng);
        if best.is_some() {
            return best;
        }
    }
    None
}

fn best_gaussian<D: Density, R: Rng>(
    density: &mut D,
    iterates: &[Iterate],
    settings: &ApproximationSettings,
    rng: &mut R,
) -> Option<Path> {
    let dim = iterates.first()?.position.len();
    let mut curvature = Curvature { diagonal: vec![1.0; dim], pairs: VecDeque::new() };
    let mut best: Option<Path> = None;
    for step in iterates.windows(2) {
        let [from, to] = step else { continue };
        if !curvature.learn(from, to) {
            continue;
        }
        let Some(gaussian) = Gaussian::from_curvature(&curvature, to) else { continue };
        let elbo = lower_bound(density, &gaussian, settings.elbo_draws, rng);
        if elbo.is_finite() && best.as_ref().is_none_or(|b| elbo > b.elbo) {
            best = Some(Path { gaussian, elbo });
        }
    }
    best
}

/// Mean of log density minus log proposal over `count` draws; minus infinity when the density
/// fails at one.
fn lower_bound<D: Density, R: Rng>(
    density: &mut D,
    gaussian: &Gaussian,
    count: usize,
    rng: &mut R,
) -> f64 {
    let dim = gaussian.dim();
    let (mut z, mut x, mut gradient) = (vec![0.0; dim], vec![0.0; dim], vec![0.0; dim]);
    let mut sum = 0.0;
    for _ in 0..count {
        z.iter_mut().for_each(|z| *z = rng.sample(StandardNormal));
        gaussian.transform(&z, &mut x);
        let Ok(value) = density.log_density(&x, &mut gradient) else {
            return f64::NEG_INFINITY;
        };
        sum += value - gaussian.log_density_at(&z);
    }
    sum / count as f64
}

/// What L-BFGS knows of the inverse curvature: a diagonal and the last pairs of differences.
pub(super) struct Curvature {
    /// Diagonal of the initial inverse Hessian (alpha in the paper).
    pub(super) diagonal: Vec<f64>,
    /// Steps and decreases of the gradient, oldest first.
    pub(super) pairs: VecDeque<(Vec<f64>, Vec<f64>)>,
}

impl Curvature {
    /// Adds a step; false when it has no positive curvature. The diagonal follows Gilbert and
    /// Lemaréchal (1989), as in the paper's algorithm 3.
    fn learn(&mut self, from: &Iterate, to: &Iterate) -> bool {
        let step: Vec<f64> = to.position.iter().zip(&from.position).map(|(a, b)| a - b).collect();
        let bend: Vec<f64> = from.gradient.iter().zip(&to.gradient).map(|(a, b)| a - b).collect();
        let b: f64 = step.iter().zip(&bend).map(|(s, y)| s * y).sum();
        let bend_square: f64 = bend.iter().map(|y| y * y).sum();
        if b.is_nan() || b <= 1e-12 * bend_square {
            return false;
        }
        let a: f64 = bend.iter().zip(&self.diagonal).map(|(y, alpha)| y * alpha * y).sum();
        let c: f64 = step.iter().zip(&self.diagonal).map(|(s, alpha)| s * s / alpha).sum();
        for ((alpha, s), y) in self.diagonal.iter_mut().zip(&step).zip(&bend) {
            let inverse = a / (b * *alpha) + y * y / b - a * s * s / (b * c * *alpha * *alpha);
            *alpha = (1.0 / inverse).clamp(1e-20, 1e20);
        }
        if self.pairs.len() == HISTORY {
            self.pairs.pop_front();
        }
        self.pairs.push_back((step, bend));
        true
    }
}
