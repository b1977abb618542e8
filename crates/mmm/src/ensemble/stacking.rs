//! Weights of structures from their pointwise predictive densities.

use outlay_inference::smooth_ratios;
use serde::{Deserialize, Serialize};

/// How well a structure foretells each observation, the observation itself left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Foresight {
    /// Log predictive density of each observed cell, leave-one-out.
    pub pointwise: Vec<f64>,
    /// Largest Pareto shape of the importance ratios; above 0.7 the densities of single cells are
    /// unreliable.
    pub khat: f64,
}

impl Foresight {
    /// From log densities `[draw][cell]` (Vehtari, Gelman and Gabry 2017, equation 10) over draws
    /// of a posterior whose likelihood was raised to `power`.
    pub fn new(rows: &[Vec<f64>], power: f64) -> Self {
        let cells = rows.first().map_or(0, Vec::len);
        let mut khat = f64::NEG_INFINITY;
        let pointwise = (0..cells)
            .map(|cell| {
                let log: Vec<f64> = rows.iter().map(|row| row[cell]).collect();
                let ratios: Vec<f64> = log.iter().map(|l| -power * l).collect();
                let (weights, own) = smooth_ratios(&ratios);
                khat = khat.max(own);
                let largest = log.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let sum: f64 = weights.iter().zip(&log).map(|(w, l)| w * (l - largest).exp()).sum();
                largest + sum.ln()
            })
            .collect();
        Self { pointwise, khat }
    }

    /// Sum over cells: the expected log predictive density.
    pub fn total(&self) -> f64 {
        self.pointwise.iter().sum()
    }
}

/// Iterations of the ascent; it is monotone, and weights of brands stand long before.
const ITERATIONS: usize = 2000;

/// Observations' worth of equal weights that stacking starts from, per structure: with little to
/// tell structures apart, none is thrown away.
const PRIOR_OBSERVATIONS: f64 = 2.0;

/// Weights that maximise the log density of the mixture (Yao et al. 2018, equation 4) with a
/// Dirichlet prior, by the EM ascent of mixture proportions.
pub fn stack(foresights: &[Foresight]) -> Vec<f64> {
    let count = foresights.len();
    let cells = foresights.first().map_or(0, |f| f.pointwise.len());
    let mut weights = vec![1.0 / count.max(1) as f64; count];
    if cells == 0 {
        return weights;
    }
    // Densities relative to the best structure of each cell.
    let relative: Vec<Vec<f64>> = (0..cells)
        .map(|cell| {
            let log: Vec<f64> = foresights.iter().map(|f| f.pointwise[cell]).collect();
            let best = log.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            log.iter().map(|l| (l - best).exp()).collect()
        })
        .collect();
    for _ in 0..ITERATIONS {
        let mut next = vec![PRIOR_OBSERVATIONS; count];
        for row in &relative {
            let mixture: f64 = row.iter().zip(&weights).map(|(p, w)| p * w).sum();
            if mixture > 0.0 {
                for ((n, p), w) in next.iter_mut().zip(row).zip(&weights) {
                    *n += p * w / mixture;
                }
            }
        }
        let sum: f64 = next.iter().sum();
        weights = next.into_iter().map(|n| n / sum).collect();
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;

    fn foresight(pointwise: &[f64]) -> Foresight {
        Foresight { pointwise: pointwise.to_vec(), khat: 0.0 }
    }

    #[test]
    fn equal_structures_share_equally() {
        let a = foresight(&[-1.0, -2.0, -1.5]);
        let weights = stack(&[a.clone(), a]);
        assert!((weights[0] - 0.5).abs() < 1e-12);
    }

    #[test]
    fn the_better_structure_takes_the_weight_that_the_prior_leaves() {
        let good = foresight(&[-1.0; 96]);
        let bad = foresight(&[-9.0; 96]);
        let weights = stack(&[good, bad]);
        // 96 observations and two of the prior's against two.
        assert!((weights[0] - 0.98).abs() < 1e-3, "{weights:?}");
    }

    #[test]
    fn structures_that_know_different_cells_are_mixed() {
        let mut first = vec![-1.0; 60];
        first.extend([-8.0; 40]);
        let second: Vec<f64> = first.iter().map(|l| -9.0 - l).collect();
        let weights = stack(&[foresight(&first), foresight(&second)]);
        assert!((weights[0] - 62.0 / 104.0).abs() < 2e-3, "{weights:?}");
    }

    #[test]
    fn leaving_one_out_costs_what_a_normal_mean_costs() {
        // One normal observation with known variance 1 and prior variance 4: the predictive
        // density without it is N(0, 5).
        use rand::SeedableRng;
        use rand_distr::{Distribution as _, StandardNormal};
        let y = 0.7_f64;
        let (variance, mean) = (0.8_f64, 0.8 * y);
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(1);
        let rows: Vec<Vec<f64>> = (0..4000)
            .map(|_| {
                let z: f64 = StandardNormal.sample(&mut rng);
                let e = y - (mean + variance.sqrt() * z);
                vec![-0.5 * e * e - 0.5 * (2.0 * std::f64::consts::PI).ln()]
            })
            .collect();
        let exact = -0.5 * y * y / 5.0 - 0.5 * (2.0 * std::f64::consts::PI * 5.0).ln();
        let found = Foresight::new(&rows, 1.0).total();
        assert!((found - exact).abs() < 0.1, "{found} {exact}");
    }
}
