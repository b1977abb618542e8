//! Pareto-smoothed importance sampling (Vehtari, Simpson, Gelman, Yao and Gabry 2024).

use rand::{Rng, RngExt};

/// Importance weights after smoothing.
#[derive(Debug, Clone)]
pub(crate) struct Smoothed {
    /// Normalised weights, in the order of the ratios.
    pub(crate) weights: Vec<f64>,
    /// Shape of the generalised Pareto distribution fitted to the largest ratios; infinite when
    /// there are too few draws for a fit, `-inf` when all ratios are equal.
    pub(crate) khat: f64,
}

/// Normalised importance weights of `exp(log_ratios)` with their tail smoothed, and the tail's
/// Pareto shape k-hat (infinite with too few draws, `-inf` when all ratios are equal).
pub fn smooth_ratios(log_ratios: &[f64]) -> (Vec<f64>, f64) {
    let smoothed = smooth(log_ratios);
    (smoothed.weights, smoothed.khat)
}

/// Smooths the tail of `exp(log_ratios)`; a ratio of `-inf` has weight zero.
pub(crate) fn smooth(log_ratios: &[f64]) -> Smoothed {
    let count = log_ratios.len();
    let max = log_ratios.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if !max.is_finite() {
        return Smoothed { weights: vec![0.0; count], khat: f64::INFINITY };
    }
    let mut weights: Vec<f64> = log_ratios.iter().map(|r| (r - max).exp()).collect();
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|a, b| weights[*a].total_cmp(&weights[*b]));
    let tail = ((0.2 * count as f64).min(3.0 * (count as f64).sqrt())).ceil() as usize;
    let mut khat = f64::INFINITY;
    if tail >= 5 && tail < count {
        let (body, largest) = order.split_at(count - tail);
        let threshold = body.last().map_or(0.0, |i| weights[*i]);
        let excess: Vec<f64> = largest.iter().map(|i| weights[*i] - threshold).collect();
        let spread = excess.last().copied().unwrap_or(0.0);
        if spread <= f64::EPSILON * 100.0 {
            khat = f64::NEG_INFINITY;
        } else {
            let fit = fit_pareto(&excess);
            khat = fit.shape;
            for (rank, index) in largest.iter().enumerate() {
                let p = (rank as f64 + 0.5) / tail as f64;
                weights[*index] = (threshold + fit.quantile(p)).min(1.0);
            }
        }
    }
    let sum: f64 = weights.iter().sum();
    weights.iter_mut().for_each(|w| *w /= sum);
    Smoothed { weights, khat }
}

impl Smoothed {
    /// `count` indices drawn with probability equal to the weights, by systematic resampling
    /// (one uniform number), in random order.
    pub(crate) fn resample<R: Rng>(&self, count: usize, rng: &mut R) -> Vec<usize> {
        let offset: f64 = rng.random();
        let mut picked = Vec::with_capacity(count);
        let mut reached = 0.0;
        for (index, weight) in self.weights.iter().enumerate() {
            reached += weight * count as f64;
            while (picked.len() as f64) + offset < reached && picked.len() < count {
                picked.push(index);
            }
        }
        // Rounding may leave the last place open.
        let heaviest =
            (0..self.weights.len()).max_by(|a, b| self.weights[*a].total_cmp(&self.weights[*b]));
        if let Some(heaviest) = heaviest {
            picked.resize(count, heaviest);
        }
        for last in (1..picked.len()).rev() {
            picked.swap(last, rng.random_range(0..=last));
        }
        picked
    }
}

/// A generalised Pareto distribution.
struct Pareto {
    shape: f64,
    scale: f64,
}

impl Pareto {
    fn quantile(&self, p: f64) -> f64 {
        let log_tail = (-p).ln_1p();
        if self.shape.abs() < 1e-12 {
            -self.scale * log_tail
        } else {
            self.scale * (-self.shape * log_tail).exp_m1() / self.shape
        }
    }
}

/// The estimator of Zhang and Stephens (2009) with the weak prior of PSIS (centred at 1/2, worth
/// ten observations). `sorted` are positive excesses in ascending order.
fn fit_pareto(sorted: &[f64]) -> Pareto {
    let n = sorted.len() as f64;
    let points = 30 + n.sqrt().floor() as usize;
    let quartile = sorted[((n / 4.0 + 0.5).floor() as usize).clamp(1, sorted.len()) - 1];
    let largest = sorted[sorted.len() - 1];
    // Tied smallest excesses would otherwise divide by zero.
    let quartile = quartile.max(largest * 1e-12);
    let shape_of = |theta: f64| sorted.iter().map(|x| (-theta * x).ln_1p()).sum::<f64>() / n;
    let candidates: Vec<(f64, f64)> = (1..=points)
        .map(|j| {
            let root = (points as f64 / (j as f64 - 0.5)).sqrt();
            let theta = 1.0 / largest + (1.0 - root) / (3.0 * quartile);
            let shape = shape_of(theta);
            (theta, n * ((-theta / shape).ln() - shape - 1.0))
        })
        .collect();
    let top = candidates.iter().map(|c| c.1).fold(f64::NEG_INFINITY, f64::max);
    let (mut total, mut theta) = (0.0, 0.0);
    for (candidate, likelihood) in &candidates {
        let weight = (likelihood - top).exp();
        if weight.is_finite() {
            total += weight;
            theta += weight * candidate;
        }
    }
    theta /= total;
    let shape = shape_of(theta);
    let scale = -shape / theta;
    Pareto { shape: (shape * n + 0.5 * 10.0) / (n + 10.0), scale }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::{Stream, rng};

    /// Ratios whose upper tail is exactly Pareto with shape `k`.
    fn pareto_ratios(k: f64, count: usize) -> Vec<f64> {
        let mut rng = rng(5, Stream::Approximation, 0, 0);
        (0..count).map(|_| -k * rng.random::<f64>().ln()).collect()
    }

    #[test]
    fn the_shape_of_a_pareto_tail_is_found() {
        for k in [0.2, 0.5, 0.9] {
            let khat = smooth(&pareto_ratios(k, 20_000)).khat;
            assert!((khat - k).abs() < 0.12, "{khat} for {k}");
        }
    }

    #[test]
    fn equal_ratios_give_equal_weights() {
        let smoothed = smooth(&[-3.0; 100]);
        assert_eq!(smoothed.khat, f64::NEG_INFINITY);
        assert!(smoothed.weights.iter().all(|w| (w - 0.01).abs() < 1e-15));
    }

    #[test]
    fn resampling_follows_the_weights() {
        let smoothed = Smoothed { weights: vec![0.5, 0.0, 0.25, 0.25], khat: 0.0 };
        let picked = smoothed.resample(400, &mut rng(1, Stream::Approximation, 0, 0));
        let count = |index| picked.iter().filter(|p| **p == index).count();
        assert_eq!([count(0), count(1), count(2), count(3)], [200, 0, 100, 100]);
    }

    #[test]
    fn impossible_draws_have_no_weight() {
        let smoothed = smooth(&[0.0, f64::NEG_INFINITY, 0.0]);
        assert_eq!(smoothed.weights, [0.5, 0.0, 0.5]);
        assert!(smooth(&[f64::NEG_INFINITY; 4]).khat.is_infinite());
    }
}
