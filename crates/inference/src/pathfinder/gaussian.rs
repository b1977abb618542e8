//! A Gaussian with a diagonal plus low-rank covariance, the inverse Hessian estimate of L-BFGS in
//! its compact form (Byrd, Nocedal and Schnabel 1994; Zhang et al. 2022, algorithm 4).

use super::path::Curvature;
use crate::geometry::{DENSE_LIMIT, Geometry};
use crate::matrix::{cholesky, lower_times};
use crate::mode::Iterate;

/// Covariance `A^1/2 (I + Q M Q') A^1/2` with a diagonal `A`, an orthonormal `Q` of `rank` columns
/// and `L L' = I + M`.
#[derive(Debug, Clone)]
pub(crate) struct Gaussian {
    mean: Vec<f64>,
    /// Square roots of the diagonal.
    root: Vec<f64>,
    /// Columns of `Q`.
    basis: Vec<Vec<f64>>,
    /// `L`, row-major `[rank][rank]`.
    factor: Vec<f64>,
    /// Half the logarithm of the covariance's determinant.
    half_log_det: f64,
}

impl Gaussian {
    /// The Gaussian whose covariance is the inverse Hessian estimate and whose mean is a Newton
    /// step away from `at`; `None` when rounding has spoilt the estimate.
    pub(super) fn from_curvature(curvature: &Curvature, at: &Iterate) -> Option<Self> {
        let alpha = &curvature.diagonal;
        let root: Vec<f64> = alpha.iter().map(|a| a.sqrt()).collect();
        let pairs = curvature.pairs.len();
        // Columns of A^-1/2 [A Y, S].
        let columns: Vec<Vec<f64>> = curvature
            .pairs
            .iter()
            .map(|(_, bend)| bend.iter().zip(&root).map(|(y, r)| y * r).collect())
            .chain(
                curvature
                    .pairs
                    .iter()
                    .map(|(step, _)| step.iter().zip(&root).map(|(s, r)| s / r).collect()),
            )
            .collect();
        let (basis, coordinates) = orthonormalise(&columns);
        let middle = compact_middle(curvature, alpha)?;
        let rank = basis.len();
        let width = 2 * pairs;
        // I + T middle T', with T the columns' coordinates in the basis.
        let mut inner = vec![0.0; rank * rank];
        for i in 0..rank {
            for j in 0..rank {
                let mut sum = if i == j { 1.0 } else { 0.0 };
                for (k, left) in coordinates.iter().enumerate() {
                    for (l, right) in coordinates.iter().enumerate() {
                        sum += left[i] * middle[k * width + l] * right[j];
                    }
                }
                inner[i * rank + j] = sum;
            }
        }
        let factor = cholesky(&inner, rank)?;
        let half_log_det =
            root.iter().map(|r| r.ln()).sum::<f64>() + crate::matrix::log_diagonal(&factor, rank);
        let mut gaussian = Self { mean: at.position.clone(), root, basis, factor, half_log_det };
        let newton = gaussian.covariance_times(&at.gradient);
        gaussian.mean.iter_mut().zip(&newton).for_each(|(m, step)| *m += step);
        let finite = half_log_det.is_finite() && gaussian.mean.iter().all(|m| m.is_finite());
        finite.then_some(gaussian)
    }

    pub(crate) fn dim(&self) -> usize {
        self.mean.len()
    }

    /// `x = mean + A^1/2 (I + Q (L - I) Q') z`.
    pub(crate) fn transform(&self, z: &[f64], x: &mut [f64]) {
        let inside = self.project(z);
        let mut stretched = vec![0.0; inside.len()];
        if !inside.is_empty() {
            lower_times(&self.factor, &inside, &mut stretched);
        }
        x.copy_from_slice(z);
        for ((column, after), before) in self.basis.iter().zip(&stretched).zip(&inside) {
            for (x, q) in x.iter_mut().zip(column) {
                *x += q * (after - before);
            }
        }
        for ((x, root), mean) in x.iter_mut().zip(&self.root).zip(&self.mean) {
            *x = mean + root * *x;
        }
    }

    /// Log density at the point that `z` was transformed to.
    pub(crate) fn log_density_at(&self, z: &[f64]) -> f64 {
        self.log_density_of_square(z.iter().map(|z| z * z).sum())
    }

    /// Log density at `x`.
    pub(crate) fn log_density(&self, x: &[f64]) -> f64 {
        let scaled: Vec<f64> = x
            .iter()
            .zip(&self.mean)
            .zip(&self.root)
            .map(|((x, mean), root)| (x - mean) / root)
            .collect();
        let inside = self.project(&scaled);
        let mut solved = inside.clone();
        let rank = inside.len();
        for i in 0..rank {
            let known: f64 = (0..i).map(|j| self.factor[i * rank + j] * solved[j]).sum();
            solved[i] = (solved[i] - known) / self.factor[i * rank + i];
        }
        let square = |v: &[f64]| v.iter().map(|v| v * v).sum::<f64>();
        self.log_density_of_square((square(&scaled) - square(&inside)).max(0.0) + square(&solved))
    }

    /// The same Gaussian as centre, scales and, up to 256 parameters, correlations.
    pub(crate) fn geometry(&self) -> Geometry {
        let dim = self.dim();
        if dim > DENSE_LIMIT {
            let scale = self.variances().iter().map(|v| v.sqrt()).collect();
            return Geometry::diagonal(self.mean.clone(), scale);
        }
        let mut covariance = Vec::with_capacity(dim * dim);
        let mut unit = vec![0.0; dim];
        for i in 0..dim {
            unit[i] = 1.0;
            covariance.extend(self.covariance_times(&unit));
            unit[i] = 0.0;
        }
        Geometry::from_covariance(self.mean.clone(), &covariance)
    }

    fn log_density_of_square(&self, square: f64) -> f64 {
        -0.5 * square - self.half_log_det - 0.5 * self.dim() as f64 * std::f64::consts::TAU.ln()
    }

    /// The covariance's diagonal.
    fn variances(&self) -> Vec<f64> {
        let mut variances = vec![1.0; self.dim()];
        for (i, column) in self.basis.iter().enumerate() {
            for (j, other) in self.basis.iter().enumerate() {
                let weight = self.inner(i, j);
                for ((v, a), b) in variances.iter_mut().zip(column).zip(other) {
                    *v += weight * a * b;
                }
            }
        }
        variances.iter_mut().zip(&self.root).for_each(|(v, root)| *v *= root * root);
        variances
    }

    /// Element of `L L' - I`.
    fn inner(&self, i: usize, j: usize) -> f64 {
        let rank = self.basis.len();
        let product: f64 =
            (0..=i.min(j)).map(|k| self.factor[i * rank + k] * self.factor[j * rank + k]).sum();
        product - if i == j { 1.0 } else { 0.0 }
    }

    /// `Q' v`.
    fn project(&self, v: &[f64]) -> Vec<f64> {
        self.basis.iter().map(|q| q.iter().zip(v).map(|(q, v)| q * v).sum()).collect()
    }

    fn covariance_times(&self, v: &[f64]) -> Vec<f64> {
        let scaled: Vec<f64> = v.iter().zip(&self.root).map(|(v, r)| v * r).collect();
        let inside = self.project(&scaled);
        let rank = inside.len();
        let mut product = scaled;
        for (i, column) in self.basis.iter().enumerate() {
            // (L L' - I) Q' v
            let mut weight = -inside[i];
            for k in 0..=i {
                let back: f64 = (k..rank).map(|j| self.factor[j * rank + k] * inside[j]).sum();
                weight += self.factor[i * rank + k] * back;
            }
            for (p, q) in product.iter_mut().zip(column) {
                *p += q * weight;
            }
        }
        product.iter_mut().zip(&self.root).for_each(|(p, r)| *p *= r);
        product
    }
}

/// The middle matrix of the compact form, `[[0, -R^-1], [-R^-T, R^-T (E + Y' A Y) R^-1]]`, with
/// `R` the upper triangle of `S' Y` and `E` its diagonal.
fn compact_middle(curvature: &Curvature, alpha: &[f64]) -> Option<Vec<f64>> {
    let pairs: Vec<&(Vec<f64>, Vec<f64>)> = curvature.pairs.iter().collect();
    let n = pairs.len();
    let upper = |i: usize, j: usize| -> f64 {
        pairs[i].0.iter().zip(&pairs[j].1).map(|(s, y)| s * y).sum()
    };
    // Inverse of the upper triangle, column by column.
    let mut inverse = vec![0.0; n * n];
    for column in 0..n {
        for i in (0..=column).rev() {
            let known: f64 = (i + 1..=column).map(|k| upper(i, k) * inverse[k * n + column]).sum();
            let right = if i == column { 1.0 } else { 0.0 };
            inverse[i * n + column] = (right - known) / upper(i, i);
        }
    }
    let mut weighted = vec![0.0; n * n];
    for i in 0..n {
        for j in 0..n {
            let product: f64 =
                pairs[i].1.iter().zip(&pairs[j].1).zip(alpha).map(|((a, b), w)| a * w * b).sum();
            weighted[i * n + j] = product + if i == j { upper(i, i) } else { 0.0 };
        }
    }
    let width = 2 * n;
    let mut middle = vec![0.0; width * width];
    for i in 0..n {
        for j in 0..n {
            middle[i * width + n + j] = -inverse[i * n + j];
            middle[(n + j) * width + i] = -inverse[i * n + j];
            let mut corner = 0.0;
            for k in 0..n {
                for l in 0..n {
                    corner += inverse[k * n + i] * weighted[k * n + l] * inverse[l * n + j];
                }
            }
            middle[(n + i) * width + n + j] = corner;
        }
    }
    middle.iter().all(|m| m.is_finite()).then_some(middle)
}

/// An orthonormal basis of the columns' span (modified Gram-Schmidt, twice for orthogonality) and
/// the columns' coordinates in it; dependent columns add no basis vector.
fn orthonormalise(columns: &[Vec<f64>]) -> (Vec<Vec<f64>>, Vec<Vec<f64>>) {
    let mut basis: Vec<Vec<f64>> = Vec::new();
    let norm = |v: &[f64]| v.iter().map(|v| v * v).sum::<f64>().sqrt();
    for column in columns {
        let mut rest = column.clone();
        for _ in 0..2 {
            for q in &basis {
                let along: f64 = q.iter().zip(&rest).map(|(q, r)| q * r).sum();
                rest.iter_mut().zip(q).for_each(|(r, q)| *r -= along * q);
            }
        }
        let length = norm(&rest);
        if length > 1e-10 * norm(column) {
            rest.iter_mut().for_each(|r| *r /= length);
            basis.push(rest);
        }
    }
    let coordinates = columns
        .iter()
        .map(|c| basis.iter().map(|q| q.iter().zip(c).map(|(q, c)| q * c).sum()).collect())
        .collect();
    (basis, coordinates)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::VecDeque;

    /// Two pairs of a quadratic with precision `P` and the plain BFGS recursion on matrices.
    #[test]
    fn the_compact_form_is_the_bfgs_recursion() {
        let precision = [3.0, 0.5, 0.0, 0.5, 2.0, 0.3, 0.0, 0.3, 1.0];
        let times = |v: &[f64]| -> Vec<f64> {
            (0..3).map(|i| (0..3).map(|j| precision[i * 3 + j] * v[j]).sum()).collect()
        };
        let steps = [vec![1.0, -0.5, 0.2], vec![0.1, 0.4, -1.0]];
        let pairs: VecDeque<_> = steps.iter().map(|s| (s.clone(), times(s))).collect();
        let diagonal = vec![0.4, 0.6, 1.1];
        let mut expected = [[0.0; 3]; 3];
        for i in 0..3 {
            expected[i][i] = diagonal[i];
        }
        for (s, y) in &pairs {
            let rho = 1.0 / s.iter().zip(y).map(|(s, y)| s * y).sum::<f64>();
            let v = |i: usize, j: usize| f64::from(i == j) - rho * y[i] * s[j];
            let mut next = [[0.0; 3]; 3];
            for (i, row) in next.iter_mut().enumerate() {
                for (j, out) in row.iter_mut().enumerate() {
                    *out = rho * s[i] * s[j];
                    for k in 0..3 {
                        for l in 0..3 {
                            *out += v(k, i) * expected[k][l] * v(l, j);
                        }
                    }
                }
            }
            expected = next;
        }
        let at = Iterate { position: vec![0.0; 3], gradient: vec![0.0; 3], log_density: 0.0 };
        let gaussian = Gaussian::from_curvature(&Curvature { diagonal, pairs }, &at).unwrap();
        for (i, row) in expected.iter().enumerate() {
            let mut unit = [0.0; 3];
            unit[i] = 1.0;
            for (found, want) in gaussian.covariance_times(&unit).iter().zip(row) {
                assert!((found - want).abs() < 1e-12, "{found} {want}");
            }
        }
        for (i, variance) in gaussian.variances().iter().enumerate() {
            assert!((variance - expected[i][i]).abs() < 1e-12, "{variance}");
        }
        let z = [0.3, -1.0, 0.7];
        let mut x = [0.0; 3];
        gaussian.transform(&z, &mut x);
        assert!((gaussian.log_density(&x) - gaussian.log_density_at(&z)).abs() < 1e-12);
    }
}
