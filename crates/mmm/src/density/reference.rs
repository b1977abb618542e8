//! Scales near which a posterior lies, found before sampling.
//!
//! Expectation and maximisation over the variance components of the linear block under normal
//! noise, media left out (Dempster, Laird and Rubin 1977, section 4.4): with
//! `A = I + S XᵀX S / σ²` and `m` the mean of the standardised coefficients,
//! `s² ← s² mean_j (m_j² + A⁻¹_jj)` over the columns of a learned scale and
//! `σ² ← (eᵀe + σ² tr(I - A⁻¹)) / n`, products being taken in the precision of noise that
//! remembers. They are a point to start coordinates from and no estimate that anyone is told, so a
//! few dozen steps will do.

use outlay_stats::linalg::{NotPositiveDefinite, cholesky, inverse, solve_lower, solve_upper};
use outlay_stats::simd::{Kernel, dispatch, dot};

use crate::linear::NoiseLaw;
use crate::model::Model;
use crate::model::layout::Slot;

const STEPS: usize = 20;

/// How often the autocorrelation of the noise is read from what is left, and all is done again.
const ROUNDS: usize = 3;

/// Scales are kept between these quantiles of their priors.
const WITHIN: [f64; 2] = [0.02, 0.98];

/// The noise keeps at least this share of the spread of the KPI: a series that the block explains
/// wholly must not drive it to zero.
const LEAST_NOISE: f64 = 0.01;

/// Reference scales.
pub(super) struct Reference {
    /// Prior standard deviation of each coefficient, learned scales included.
    pub(super) sd: Vec<f64>,
    /// Standard deviation of the noise's innovations, and its autocorrelation.
    pub(super) sigma: f64,
    pub(super) rho: f64,
    /// The learned scales, and the mean of the standardised coefficients.
    scales: Vec<f64>,
    mean: Vec<f64>,
    /// Cholesky factor of `A`; of the identity where rounding breaks it.
    pub(super) factor: Vec<f64>,
    /// `A⁻¹`: what the data leave of the prior covariance of the standardised coefficients.
    pub(super) left: Vec<f64>,
}

impl Reference {
    /// The scales of a model.
    pub(super) fn new(model: &Model) -> Self {
        let block = &model.block;
        let design = &block.design;
        let parameters = &model.layout.parameters;
        let target: Vec<f64> =
            model.target.iter().zip(&model.observed).map(|(y, w)| y * w).collect();
        let spread = spread(&model.target, &model.observed);
        let sd = design.columns.iter().map(|c| match c.scale {
            Some(Slot::Fixed(value)) => c.sd * value,
            _ => c.sd,
        });
        let learned = design.columns.iter().map(|c| match c.scale {
            Some(Slot::Free(i)) => Some(i),
            _ => None,
        });
        let (sd, learned): (Vec<f64>, Vec<Option<usize>>) = (sd.collect(), learned.collect());
        let bounds: Vec<[f64; 2]> =
            parameters.iter().map(|p| WITHIN.map(|q| p.prior.quantile(q))).collect();
        let mut rho = match model.noise.autocorrelation {
            Slot::Free(i) => parameters[i].prior.quantile(0.5),
            Slot::Fixed(value) => value,
        };
        let mut scales: Vec<f64> = parameters.iter().map(|p| p.prior.quantile(0.5)).collect();
        let mut sigma = 0.3 * spread;
        let mut work = block.workspace();
        let mut by_period = vec![0.0; design.periods];
        let mut projected = vec![0.0; design.columns.len()];
        let mut round = 0;
        loop {
            let law = NoiseLaw { sigma: 1.0, rho, common: 0.0, power: 1.0 };
            work.residual.copy_from_slice(&target);
            let square = block.weigh(law, &mut work);
            design.project(&work.weighted, &mut by_period, &mut projected);
            let mut found = dispatch(Search {
                gram: &block.gram(law, &model.observed),
                projected: &projected,
                square,
                observed: model.observed.iter().sum(),
                sd: &sd,
                learned: &learned,
                scales,
                bounds: &bounds,
                sigma,
                least: LEAST_NOISE * spread,
            });
            found.rho = rho;
            round += 1;
            let Slot::Free(i) = model.noise.autocorrelation else { return found };
            if round == ROUNDS {
                return found;
            }
            (scales, sigma) = (std::mem::take(&mut found.scales), found.sigma);
            let b: Vec<f64> = found.sd.iter().zip(&found.mean).map(|(s, m)| -s * m).collect();
            design.apply(&b, &mut by_period, &mut work.residual);
            for (e, w) in work.residual.iter_mut().zip(&model.observed) {
                *e *= w;
            }
            let [low, high] = bounds[i];
            // No `clamp`: it panics where a prior's quantile is no number.
            rho = lag_one(&work.residual, design.periods).max(low).min(high);
        }
    }
}

/// Autocorrelation of errors from one period to the next, within geos.
fn lag_one(errors: &[f64], periods: usize) -> f64 {
    let (mut products, mut squares) = (0.0, 0.0);
    for row in errors.chunks_exact(periods) {
        products += row.windows(2).map(|e| e[0] * e[1]).sum::<f64>();
        squares += row.iter().map(|e| e * e).sum::<f64>();
    }
    if squares > 0.0 { products / squares } else { 0.0 }
}

struct Search<'a> {
    /// `XᵀX` over observed cells.
    gram: &'a [f64],
    /// `Xᵀy`.
    projected: &'a [f64],
    /// `yᵀy`.
    square: f64,
    /// Number of observed cells.
    observed: f64,
    /// Prior standard deviation of each coefficient before a learned scale.
    sd: &'a [f64],
    /// Which scale is learned with it.
    learned: &'a [Option<usize>],
    /// Scales to begin with.
    scales: Vec<f64>,
    /// Where each is kept.
    bounds: &'a [[f64; 2]],
    /// Noise to begin with.
    sigma: f64,
    /// Least noise.
    least: f64,
}

impl Kernel for Search<'_> {
    type Output = Reference;

    #[inline(always)]
    fn run(mut self) -> Reference {
        let p = self.sd.len();
        let mut scratch = vec![0.0; p * p];
        let mut reference = Reference {
            sd: self.sd.to_vec(),
            sigma: self.sigma,
            rho: 0.0,
            scales: Vec::new(),
            mean: vec![0.0; p],
            factor: vec![0.0; p * p],
            left: vec![0.0; p * p],
        };
        for _ in 0..STEPS {
            if self.expect(&mut reference, &mut scratch).is_err() {
                // I + a Gram matrix is positive definite; should rounding break it, coordinates are
                // left as they are.
                reference.factor.fill(0.0);
                (0..p).for_each(|i| reference.factor[i * p + i] = 1.0);
                reference.left.clone_from(&reference.factor);
                break;
            }
            self.maximise(&mut reference);
        }
        reference.scales = self.scales;
        reference
    }
}

impl Search<'_> {
    /// What is known of the coefficients at the present scales.
    #[inline(always)]
    fn expect(
        &self,
        reference: &mut Reference,
        scratch: &mut [f64],
    ) -> Result<(), NotPositiveDefinite> {
        let p = self.sd.len();
        let Reference { sd, sigma, factor, left, .. } = reference;
        for j in 0..p {
            sd[j] = self.sd[j] * self.learned[j].map_or(1.0, |i| self.scales[i]);
        }
        *sigma = self.sigma;
        let precision = 1.0 / (self.sigma * self.sigma);
        for i in 0..p {
            for j in 0..p {
                factor[i * p + j] = sd[i] * self.gram[i * p + j] * sd[j] * precision;
            }
            factor[i * p + i] += 1.0;
        }
        cholesky(factor, p)?;
        inverse(factor, p, scratch, left);
        Ok(())
    }

    /// The scales that make what is known the most likely.
    #[inline(always)]
    fn maximise(&mut self, reference: &mut Reference) {
        let p = self.sd.len();
        let Reference { sd, sigma, factor, left, mean, .. } = reference;
        let variance = *sigma * *sigma;
        let explained: Vec<f64> =
            sd.iter().zip(self.projected).map(|(s, x)| s * x / variance).collect();
        mean.copy_from_slice(&explained);
        solve_lower(factor, p, mean);
        solve_upper(factor, p, mean);
        // eᵀe = yᵀy - 2σ² qᵀm + σ² mᵀ(A - I)m, and A m = q.
        let errors = self.square - (dot(&explained, mean) + dot(mean, mean)) * variance;
        let known: f64 = (0..p).map(|j| 1.0 - left[j * p + j]).sum();
        let noise = (errors.max(0.0) + variance * known) / self.observed.max(1.0);
        self.sigma = noise.sqrt().max(self.least);
        for (i, scale) in self.scales.iter_mut().enumerate() {
            let own = (0..p).filter(|j| self.learned[*j] == Some(i));
            let (sum, count) = own.fold((0.0, 0.0), |(sum, count), j| {
                (sum + mean[j] * mean[j] + left[j * p + j], count + 1.0)
            });
            if count > 0.0 {
                let [low, high] = self.bounds[i];
                *scale = (*scale * (sum / count).sqrt()).max(low).min(high);
            }
        }
    }
}

/// Standard deviation of the observed KPI, as the model sees it; 1 where it does not move.
fn spread(target: &[f64], observed: &[f64]) -> f64 {
    let count: f64 = observed.iter().sum();
    let mean = dot(target, observed) / count;
    let squares = target.iter().zip(observed).map(|(y, w)| w * (y - mean).powi(2));
    let sd = (squares.sum::<f64>() / count).sqrt();
    if sd > 0.0 { sd } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_distr::{Distribution as _, StandardNormal};

    /// Thirty coefficients of scale 2, twenty that are zero, noise of 0.5, 400 cells.
    #[test]
    fn scales_are_found_where_the_data_put_them() {
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(3);
        let mut normal = || -> f64 { StandardNormal.sample(&mut rng) };
        let (n, p) = (400, 50);
        let columns: Vec<Vec<f64>> = (0..p).map(|_| (0..n).map(|_| normal()).collect()).collect();
        let b: Vec<f64> = (0..p).map(|j| if j < 30 { 2.0 * normal() } else { 0.0 }).collect();
        let y: Vec<f64> = (0..n)
            .map(|t| (0..p).map(|j| columns[j][t] * b[j]).sum::<f64>() + 0.5 * normal())
            .collect();
        let gram: Vec<f64> =
            columns.iter().flat_map(|a| columns.iter().map(|b| dot(a, b))).collect();
        let projected: Vec<f64> = columns.iter().map(|a| dot(a, &y)).collect();
        let learned: Vec<Option<usize>> = (0..p).map(|j| Some(usize::from(j >= 30))).collect();
        let found = dispatch(Search {
            gram: &gram,
            projected: &projected,
            square: dot(&y, &y),
            observed: n as f64,
            sd: &vec![1.0; p],
            learned: &learned,
            scales: vec![0.7, 0.7],
            bounds: &[[0.01, 10.0], [0.01, 10.0]],
            sigma: 3.0,
            least: 0.01,
        });
        let own = (b[..30].iter().map(|b| b * b).sum::<f64>() / 30.0).sqrt();
        assert!((found.sd[0] / own - 1.0).abs() < 0.01, "{} {own}", found.sd[0]);
        assert!(found.sd[30] < 0.02, "{}", found.sd[30]);
        // The data leave next to nothing of what they know, and nearly all of what is not there.
        assert!((0..30).all(|j| found.left[j * p + j] < 0.001));
        assert!((found.sigma - 0.5).abs() < 0.04, "{}", found.sigma);
    }
}
