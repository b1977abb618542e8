//! Scaling of the data before it enters the model, and the way back.

use outlay_core::{Grid, Panel};

use crate::spec::{Scale, Scaling};

/// An affine scaling `scaled = (value - centre) / spread`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Affine {
    /// Subtracted first.
    pub centre: f64,
    /// Divided by next; never zero.
    pub spread: f64,
}

impl Affine {
    /// Leaves values as they are.
    pub const IDENTITY: Self = Self { centre: 0.0, spread: 1.0 };

    /// The scaled value.
    pub fn apply(&self, value: f64) -> f64 {
        (value - self.centre) / self.spread
    }
}

/// Mean and population standard deviation.
pub(crate) fn mean_and_sd(values: &[f64]) -> (f64, f64) {
    let n = values.len().max(1) as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n;
    (mean, variance.sqrt())
}

/// The scaling that `scale` asks for; constants get a spread of one, so that a constant series
/// becomes zero (standardised) or stays finite.
pub(crate) fn affine(scale: Scale, values: &[f64]) -> Affine {
    let safe = |spread: f64| if spread > 0.0 && spread.is_finite() { spread } else { 1.0 };
    let positive = || {
        let mut positive: Vec<f64> = values.iter().copied().filter(|v| *v > 0.0).collect();
        positive.sort_by(f64::total_cmp);
        positive
    };
    match scale {
        Scale::None => Affine::IDENTITY,
        Scale::Standardise => {
            let (centre, sd) = mean_and_sd(values);
            Affine { centre, spread: safe(sd) }
        }
        Scale::Max => {
            let largest = values.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
            Affine { centre: 0.0, spread: safe(largest) }
        }
        Scale::Mean => {
            let p = positive();
            Affine { centre: 0.0, spread: safe(p.iter().sum::<f64>() / p.len().max(1) as f64) }
        }
        Scale::Median => {
            let p = positive();
            let middle = p.len() / 2;
            let median = match p.len() {
                0 => 1.0,
                n if n % 2 == 1 => p[middle],
                _ => 0.5 * (p[middle - 1] + p[middle]),
            };
            Affine { centre: 0.0, spread: safe(median) }
        }
    }
}

/// The people that a geo's KPI and media are divided by.
pub(crate) fn heads(panel: &Panel, scaling: &Scaling) -> Vec<f64> {
    if scaling.per_capita && !panel.is_national() {
        panel.population.clone()
    } else {
        vec![1.0; panel.n_geos()]
    }
}

/// A grid divided by the people of each geo.
pub(crate) fn per_head(grid: &Grid, heads: &[f64]) -> Vec<f64> {
    (0..grid.geos()).flat_map(|g| grid.row(g).iter().map(move |v| v / heads[g])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_skip_zeros() {
        assert_eq!(affine(Scale::Median, &[0.0, 0.0, 3.0, 1.0]).spread, 2.0);
        assert_eq!(affine(Scale::Mean, &[0.0, 3.0, 1.0]).spread, 2.0);
        assert_eq!(affine(Scale::Max, &[-4.0, 3.0]).spread, 4.0);
    }

    #[test]
    fn a_constant_standardises_to_zero() {
        let scaled = affine(Scale::Standardise, &[5.0, 5.0]);
        assert_eq!(scaled.apply(5.0), 0.0);
    }
}
