//! Centre, scales and correlations of a posterior, used to make it round before sampling.

use crate::error::SampleError;
use serde::{Deserialize, Serialize};

/// Up to this many parameters a geometry made from draws keeps correlations; beyond it the
/// triangular products would cost as much as a gradient.
pub(crate) const DENSE_LIMIT: usize = 256;

/// The affine map `x = center + scale * (L z)` from a round space to the parameters.
///
/// The sampler's own adaptation then works on `z`; a good geometry makes its work short, a bad
/// one cannot make the draws wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Geometry {
    /// Location, one per parameter.
    pub center: Vec<f64>,
    /// Standard deviations, positive.
    pub scale: Vec<f64>,
    /// Lower Cholesky factor `L` of the correlation matrix, row-major `[dim][dim]`; absent for
    /// independent parameters.
    pub correlation_factor: Option<Vec<f64>>,
}

impl Geometry {
    /// Scales without correlations.
    #[must_use]
    pub fn diagonal(center: Vec<f64>, scale: Vec<f64>) -> Self {
        Self { center, scale, correlation_factor: None }
    }

    /// From a covariance matrix, row-major `[dim][dim]`. Falls back to the diagonal where the
    /// matrix is not positive definite.
    #[must_use]
    pub fn from_covariance(center: Vec<f64>, covariance: &[f64]) -> Self {
        let dim = center.len();
        let variance = |i: usize| covariance.get(i * dim + i).copied().unwrap_or(1.0);
        let scale: Vec<f64> = (0..dim).map(|i| credible_scale(variance(i).sqrt())).collect();
        let correlation: Vec<f64> = covariance
            .iter()
            .enumerate()
            .map(|(k, value)| value / (scale[k / dim] * scale[k % dim]))
            .collect();
        let correlation_factor = (correlation.len() == dim * dim)
            .then(|| crate::matrix::cholesky(&correlation, dim))
            .flatten();
        Self { center, scale, correlation_factor }
    }

    /// From draws `[draw][dim]`, at least two. Correlations are kept for up to 256 parameters
    /// when there are at least five draws per parameter, shrunk towards zero by
    /// `n / (n + 5 + dim / 10)`.
    #[must_use]
    pub fn from_draws(draws: &[f64], dim: usize) -> Self {
        let rows = draws.len().checked_div(dim).unwrap_or(0);
        let n = rows.max(1) as f64;
        let mut center = vec![0.0; dim];
        for row in draws.chunks_exact(dim.max(1)) {
            for (mean, value) in center.iter_mut().zip(row) {
                *mean += value / n;
            }
        }
        let dense = dim <= DENSE_LIMIT && rows >= 5 * dim;
        let mut covariance = vec![0.0; if dense { dim * dim } else { 0 }];
        let mut variance = vec![0.0; dim];
        let mut deviation = vec![0.0; dim];
        let weight = 1.0 / (n - 1.0).max(1.0);
        for row in draws.chunks_exact(dim.max(1)) {
            for j in 0..dim {
                deviation[j] = row[j] - center[j];
                variance[j] += deviation[j] * deviation[j] * weight;
            }
            if dense {
                for (i, line) in covariance.chunks_exact_mut(dim).enumerate() {
                    for j in 0..=i {
                        line[j] += deviation[i] * deviation[j] * weight;
                    }
                }
            }
        }
        if !dense {
            let scale = variance.iter().map(|v| credible_scale(v.sqrt())).collect();
            return Self::diagonal(center, scale);
        }
        let shrink = n / (n + 5.0 + dim as f64 / 10.0);
        for i in 0..dim {
            for j in 0..i {
                let shrunk = covariance[i * dim + j] * shrink;
                covariance[i * dim + j] = shrunk;
                covariance[j * dim + i] = shrunk;
            }
        }
        Self::from_covariance(center, &covariance)
    }

    /// Number of parameters.
    #[must_use]
    pub fn dim(&self) -> usize {
        self.center.len()
    }

    /// Checks lengths and that scales are positive and finite.
    ///
    /// # Errors
    /// A length differs from `dim`, or a value is unusable.
    pub fn validate(&self, dim: usize) -> Result<(), SampleError> {
        let factor = self.correlation_factor.as_ref().map_or(dim * dim, Vec::len);
        for (what, found, expected) in [
            ("geometry's centre", self.center.len(), dim),
            ("geometry's scale", self.scale.len(), dim),
            ("geometry's correlation factor", factor, dim * dim),
        ] {
            if found != expected {
                return Err(SampleError::Dimension { what, found, expected });
            }
        }
        let finite = self.center.iter().all(|c| c.is_finite())
            && self.scale.iter().all(|s| s.is_finite() && *s > 0.0)
            && self.correlation_factor.as_ref().is_none_or(|factor| {
                factor.iter().all(|f| f.is_finite())
                    && (0..dim).all(|i| factor.get(i * dim + i).is_some_and(|f| *f > 0.0))
            });
        if finite { Ok(()) } else { Err(SampleError::NotFiniteMatrix { what: "given geometry" }) }
    }

    /// Logarithm of the map's Jacobian determinant.
    pub(crate) fn log_volume(&self) -> f64 {
        let scales: f64 = self.scale.iter().map(|s| s.ln()).sum();
        let factor = self.correlation_factor.as_ref();
        scales + factor.map_or(0.0, |factor| crate::matrix::log_diagonal(factor, self.dim()))
    }

    /// `x = center + scale * (L z)`; lengths are those of the validated geometry.
    pub(crate) fn to_parameters(&self, round: &[f64], parameters: &mut [f64]) {
        match &self.correlation_factor {
            None => parameters.copy_from_slice(round),
            Some(factor) => {
                for (i, (row, out)) in
                    factor.chunks_exact(round.len()).zip(parameters.iter_mut()).enumerate()
                {
                    *out = row.iter().zip(&round[..=i]).map(|(l, z)| l * z).sum();
                }
            }
        }
        for ((out, center), scale) in parameters.iter_mut().zip(&self.center).zip(&self.scale) {
            *out = center + scale * *out;
        }
    }

    /// The inverse of [`Geometry::to_parameters`].
    pub(crate) fn to_round(&self, parameters: &[f64], round: &mut [f64]) {
        for (i, out) in round.iter_mut().enumerate() {
            *out = (parameters[i] - self.center[i]) / self.scale[i];
        }
        if let Some(factor) = &self.correlation_factor {
            let dim = round.len();
            for (i, row) in factor.chunks_exact(dim).enumerate() {
                let (solved, rest) = round.split_at_mut(i);
                let known: f64 = row.iter().zip(solved.iter()).map(|(l, z)| l * z).sum();
                rest[0] = (rest[0] - known) / row[i];
            }
        }
    }

    /// Gradient with respect to `z` from the gradient with respect to `x`:
    /// `g_z = L' (scale * g_x)`. `scaled` is scratch.
    pub(crate) fn pull_back(&self, gradient: &[f64], scaled: &mut [f64], round: &mut [f64]) {
        for ((out, g), scale) in scaled.iter_mut().zip(gradient).zip(&self.scale) {
            *out = g * scale;
        }
        match &self.correlation_factor {
            None => round.copy_from_slice(scaled),
            Some(factor) => {
                round.fill(0.0);
                for (i, (row, g)) in factor.chunks_exact(round.len()).zip(scaled.iter()).enumerate()
                {
                    for (out, l) in round[..=i].iter_mut().zip(row) {
                        *out += l * g;
                    }
                }
            }
        }
    }
}

/// A scale that cannot stop the sampler: one where the given one is zero or not finite.
fn credible_scale(scale: f64) -> f64 {
    if scale.is_finite() && scale > 0.0 { scale } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> Geometry {
        Geometry::from_covariance(
            vec![1.0, -2.0, 0.5],
            &[4.0, 1.0, 0.2, 1.0, 1.0, 0.3, 0.2, 0.3, 0.25],
        )
    }

    #[test]
    fn the_map_and_its_inverse_cancel() {
        let geometry = example();
        let (mut x, mut z) = ([0.0; 3], [0.0; 3]);
        geometry.to_parameters(&[0.3, -1.2, 2.0], &mut x);
        geometry.to_round(&x, &mut z);
        for (back, want) in z.iter().zip([0.3, -1.2, 2.0]) {
            assert!((back - want).abs() < 1e-12);
        }
    }

    #[test]
    fn gradients_are_pulled_back_through_the_map() {
        // f(x) = sum c_i x_i has gradient c; in z it is the transposed Jacobian times c.
        let geometry = example();
        let c = [0.7, -0.4, 1.1];
        let value = |z: &[f64]| {
            let mut x = [0.0; 3];
            geometry.to_parameters(z, &mut x);
            x.iter().zip(c).map(|(x, c)| x * c).sum::<f64>()
        };
        let (mut scaled, mut gradient) = ([0.0; 3], [0.0; 3]);
        geometry.pull_back(&c, &mut scaled, &mut gradient);
        for i in 0..3 {
            let mut up = [0.1, 0.2, 0.3];
            up[i] += 1.0;
            let difference = value(&up) - value(&[0.1, 0.2, 0.3]);
            assert!((difference - gradient[i]).abs() < 1e-12);
        }
    }

    #[test]
    fn an_indefinite_covariance_keeps_its_scales() {
        let geometry = Geometry::from_covariance(vec![0.0; 2], &[4.0, 9.0, 9.0, 1.0]);
        assert_eq!(geometry.scale, [2.0, 1.0]);
        assert!(geometry.correlation_factor.is_none());
    }

    #[test]
    fn constant_parameters_get_unit_scale() {
        let geometry = Geometry::from_draws(&[1.0, 5.0, 3.0, 5.0], 2);
        assert_eq!(geometry.center, [2.0, 5.0]);
        assert_eq!(geometry.scale[1], 1.0);
        geometry.validate(2).unwrap();
        assert!(geometry.validate(3).is_err());
    }
}
