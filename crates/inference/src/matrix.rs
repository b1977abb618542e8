//! Small dense matrices, row-major.

use faer::{Mat, Side};

/// Lower Cholesky factor, zeros above the diagonal; `None` when `matrix` is not positive definite.
pub(crate) fn cholesky(matrix: &[f64], dim: usize) -> Option<Vec<f64>> {
    let mut factor = vec![0.0; dim * dim];
    for i in 0..dim {
        for j in 0..=i {
            let (before, row) = factor.split_at(i * dim);
            let other = if j == i { row } else { &before[j * dim..] };
            let dot: f64 = row[..j].iter().zip(&other[..j]).map(|(a, b)| a * b).sum();
            let rest = matrix[i * dim + j] - dot;
            factor[i * dim + j] = if i == j {
                // A pivot that is only rounding error would make the factor worthless.
                if rest.is_nan() || rest <= matrix[i * dim + i].abs() * 1e-14 {
                    return None;
                }
                rest.sqrt()
            } else {
                rest / factor[j * dim + j]
            };
        }
    }
    Some(factor)
}

/// `out = L z`.
pub(crate) fn lower_times(factor: &[f64], z: &[f64], out: &mut [f64]) {
    for (i, (row, value)) in factor.chunks_exact(z.len()).zip(out.iter_mut()).enumerate() {
        *value = row.iter().zip(&z[..=i]).map(|(l, z)| l * z).sum();
    }
}

/// Sum of the logarithms of the diagonal.
pub(crate) fn log_diagonal(factor: &[f64], dim: usize) -> f64 {
    (0..dim).map(|i| factor[i * dim + i].ln()).sum()
}

/// Eigenvalues and eigenvectors (column `k` at `vectors[i * dim + k]`) of a symmetric matrix;
/// `None` when it is not finite or the iteration fails.
pub fn symmetric_eigen(matrix: &[f64], dim: usize) -> Option<(Vec<f64>, Vec<f64>)> {
    if matrix.iter().any(|value| !value.is_finite()) {
        return None;
    }
    let full = Mat::from_fn(dim, dim, |i, j| 0.5 * (matrix[i * dim + j] + matrix[j * dim + i]));
    let eigen = full.self_adjoint_eigen(Side::Lower).ok()?;
    let values = eigen.S().column_vector().iter().copied().collect();
    let u = eigen.U();
    let vectors = (0..dim * dim).map(|k| u[(k / dim, k % dim)]).collect();
    Some((values, vectors))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_factor_times_its_transpose_is_the_matrix() {
        let matrix = [4.0, 2.0, 0.6, 2.0, 3.0, 0.4, 0.6, 0.4, 1.0];
        let l = cholesky(&matrix, 3).unwrap();
        for i in 0..3 {
            for j in 0..3 {
                let value: f64 = (0..3).map(|k| l[i * 3 + k] * l[j * 3 + k]).sum();
                assert!((value - matrix[i * 3 + j]).abs() < 1e-14);
            }
        }
        assert!(cholesky(&[1.0, 2.0, 2.0, 1.0], 2).is_none());
        assert!(cholesky(&[f64::NAN, 0.0, 0.0, 1.0], 2).is_none());
    }

    #[test]
    fn eigenvectors_rebuild_the_matrix() {
        let matrix = [2.0, -1.0, -1.0, 3.0];
        let (values, vectors) = symmetric_eigen(&matrix, 2).unwrap();
        for i in 0..2 {
            for j in 0..2 {
                let value: f64 =
                    (0..2).map(|k| vectors[i * 2 + k] * values[k] * vectors[j * 2 + k]).sum();
                assert!((value - matrix[i * 2 + j]).abs() < 1e-12);
            }
        }
    }
}
