//! What is maximised: a number made of the outcomes of all draws, less what the money is worth.

use serde::{Deserialize, Serialize};

/// How the outcomes of the draws become one number.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Aggregate {
    /// Their mean.
    Mean,
    /// `weight · mean + (1 − weight) · mean of the worst share` (conditional value at risk;
    /// Rockafellar and Uryasev 2000).
    Tail {
        /// Share of the draws that counts as the worst.
        level: f64,
        /// Weight of the mean of all.
        weight: f64,
    },
    /// A quantile.
    Quantile {
        /// Its level.
        level: f64,
    },
    /// The share of draws that reach an outcome.
    Probability {
        /// The outcome.
        least: f64,
    },
}

/// What is maximised.
#[derive(Debug, Clone, PartialEq)]
pub struct Objective {
    /// How draws become one number.
    pub aggregate: Aggregate,
    /// What each draw's outcome is compared with; empty for nothing.
    pub against: Vec<f64>,
    /// Worth of a unit of spending, taken off: 1 for profit, 0 where the budget is given.
    pub price: f64,
}

/// Half of the share of draws around a quantile along which the search looks.
const WINDOW: f64 = 0.05;

impl Objective {
    /// The mean outcome.
    pub fn outcome() -> Self {
        Self { aggregate: Aggregate::Mean, against: Vec::new(), price: 0.0 }
    }

    /// Whether it is a concave function of the outcomes, so that an upper bound can be had.
    pub fn is_concave(&self) -> bool {
        matches!(self.aggregate, Aggregate::Mean | Aggregate::Tail { .. })
    }

    /// Outcomes less what they are compared with.
    fn differences(&self, outcomes: &[f64]) -> Vec<f64> {
        if self.against.len() == outcomes.len() {
            outcomes.iter().zip(&self.against).map(|(o, a)| o - a).collect()
        } else {
            outcomes.to_vec()
        }
    }

    /// The number, before the price of the spending.
    pub fn value(&self, outcomes: &[f64]) -> f64 {
        let d = self.differences(outcomes);
        let n = d.len() as f64;
        let mean = d.iter().sum::<f64>() / n;
        match self.aggregate {
            Aggregate::Mean => mean,
            Aggregate::Tail { level, weight } => {
                let worst: f64 = tail_weights(&d, level).iter().zip(&d).map(|(w, d)| w * d).sum();
                weight * mean + (1.0 - weight) * worst
            }
            Aggregate::Quantile { level } => {
                let order = sorted(&d);
                d[order[rank(level, d.len())]]
            }
            Aggregate::Probability { least } => {
                d.iter().filter(|d| **d >= least).count() as f64 / n
            }
        }
    }

    /// Weights of the draws: for a concave objective a supergradient (`value ≤ Σ weight ·
    /// outcome` everywhere, with equality here); otherwise a direction of ascent.
    pub(crate) fn weights(&self, outcomes: &[f64]) -> Vec<f64> {
        let n = outcomes.len();
        let even = 1.0 / n as f64;
        match self.aggregate {
            Aggregate::Mean => vec![even; n],
            Aggregate::Tail { level, weight } => {
                let worst = tail_weights(&self.differences(outcomes), level);
                worst.iter().map(|w| weight * even + (1.0 - weight) * w).collect()
            }
            Aggregate::Quantile { level } => {
                let d = self.differences(outcomes);
                let order = sorted(&d);
                let middle = rank(level, n) as f64;
                let half = (WINDOW * n as f64).max(0.5);
                let near = |place: usize| ((place as f64 - middle).abs() <= half) as u8 as f64;
                spread_over(&order, near)
            }
            Aggregate::Probability { least } => {
                let d = self.differences(outcomes);
                let mean = d.iter().sum::<f64>() * even;
                let sd = (d.iter().map(|v| (v - mean).powi(2)).sum::<f64>() * even).sqrt();
                let width = (0.5 * sd).max(1e-12 * least.abs()).max(f64::MIN_POSITIVE);
                // Draws near the goal can still be moved over it. Where none is near, all pull.
                let pull = d.iter().map(|v| {
                    let z = (v - least) / width;
                    (-0.5 * z * z).exp() + 1e-6
                });
                let pull: Vec<f64> = pull.collect();
                let sum: f64 = pull.iter().sum();
                pull.iter().map(|p| p / sum).collect()
            }
        }
    }
}

fn sorted(values: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    order
}

fn rank(level: f64, n: usize) -> usize {
    ((level * n as f64).floor() as usize).min(n.saturating_sub(1))
}

/// Weights over draws from weights over places in their order.
fn spread_over(order: &[usize], weight: impl Fn(usize) -> f64) -> Vec<f64> {
    let sum: f64 = (0..order.len()).map(&weight).sum();
    let mut weights = vec![0.0; order.len()];
    for (place, draw) in order.iter().enumerate() {
        weights[*draw] = weight(place) / sum;
    }
    weights
}

/// Weights that make the mean of the worst `level` of the draws.
fn tail_weights(values: &[f64], level: f64) -> Vec<f64> {
    let order = sorted(values);
    let mass = (level.clamp(0.0, 1.0) * values.len() as f64).max(1e-9);
    spread_over(&order, |place| (mass - place as f64).clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_fifth_of_ten_is_the_mean_of_two() {
        let values: Vec<f64> = [5., 1., 9., 2., 8., 7., 3., 6., 4., 10.].to_vec();
        let tail = |level, weight| Objective {
            aggregate: Aggregate::Tail { level, weight },
            ..Objective::outcome()
        };
        assert!((tail(0.2, 0.0).value(&values) - 1.5).abs() < 1e-12);
        assert!((tail(0.25, 0.0).value(&values) - (1.0 + 2.0 + 1.5) / 2.5).abs() < 1e-12);
        assert!((tail(0.2, 0.5).value(&values) - 0.5 * (5.5 + 1.5)).abs() < 1e-12);
        // Less than one draw: the worst of all.
        assert!((tail(0.01, 0.0).value(&values) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn weights_of_a_tail_are_a_supergradient() {
        let objective = Objective {
            aggregate: Aggregate::Tail { level: 0.3, weight: 0.2 },
            against: vec![1.0, 0.0, 2.0, 0.5],
            price: 0.0,
        };
        let (a, b) = ([3.0, 1.0, 2.0, 5.0], [2.5, 4.0, 0.0, 1.0]);
        let weights = objective.weights(&a);
        let shift: f64 = weights.iter().zip(a.iter().zip(&b)).map(|(w, (a, b))| w * (b - a)).sum();
        assert!(objective.value(&b) <= objective.value(&a) + shift + 1e-12);
    }

    #[test]
    fn quantiles_and_probabilities() {
        let values: Vec<f64> = (0..100).map(f64::from).collect();
        let of = |aggregate| Objective { aggregate, ..Objective::outcome() };
        assert_eq!(of(Aggregate::Quantile { level: 0.1 }).value(&values), 10.0);
        assert_eq!(of(Aggregate::Probability { least: 75.0 }).value(&values), 0.25);
        for aggregate in [Aggregate::Quantile { level: 0.9 }, Aggregate::Probability { least: 3.0 }]
        {
            let weights = of(aggregate).weights(&values);
            assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        }
    }
}
