//! Small dense symmetric positive definite systems, row-major, without allocation.
//!
//! Sizes here are tens to a few hundred: the factorisation of a model's linear block happens in
//! every gradient, so it is written on slices that the caller keeps.

use thiserror::Error;

use crate::simd::{axpy, dot};

/// The matrix is not positive definite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the matrix is not positive definite (pivot {pivot})")]
pub struct NotPositiveDefinite {
    /// Index of the failing pivot.
    pub pivot: usize,
}

/// Replaces the lower triangle of `a` (n × n, row-major) by its Cholesky factor `L`, and the
/// strict upper triangle by zeros.
///
/// # Errors
/// [`NotPositiveDefinite`] when a pivot is not positive.
#[inline(always)]
pub fn cholesky(a: &mut [f64], n: usize) -> Result<(), NotPositiveDefinite> {
    for i in 0..n {
        let (above, current) = a.split_at_mut(i * n);
        let row = &mut current[..n];
        for j in 0..i {
            let other = &above[j * n..j * n + j];
            let value = (row[j] - dot(&row[..j], other)) / above[j * n + j];
            row[j] = value;
        }
        let pivot = row[i] - dot(&row[..i], &row[..i]);
        if !(pivot > 0.0 && pivot.is_finite()) {
            return Err(NotPositiveDefinite { pivot: i });
        }
        row[i] = pivot.sqrt();
        row[i + 1..].fill(0.0);
    }
    Ok(())
}

/// `ln det A` from its factor.
#[inline(always)]
pub fn log_determinant(l: &[f64], n: usize) -> f64 {
    2.0 * (0..n).map(|i| l[i * n + i].ln()).sum::<f64>()
}

/// Solves `L x = b` in place.
#[inline(always)]
pub fn solve_lower(l: &[f64], n: usize, b: &mut [f64]) {
    for i in 0..n {
        let value = (b[i] - dot(&l[i * n..i * n + i], &b[..i])) / l[i * n + i];
        b[i] = value;
    }
}

/// Solves `Lᵀ x = b` in place.
#[inline(always)]
pub fn solve_upper(l: &[f64], n: usize, b: &mut [f64]) {
    for i in (0..n).rev() {
        let value = b[i] / l[i * n + i];
        b[i] = value;
        axpy(-value, &l[i * n..i * n + i], &mut b[..i]);
    }
}

/// Writes `A⁻¹` (n × n, both triangles) from the factor of `A`; `scratch` is n × n.
#[inline(always)]
pub fn inverse(l: &[f64], n: usize, scratch: &mut [f64], out: &mut [f64]) {
    // scratch = L⁻¹, lower triangular, by rows: row_i = (e_i - Σ_j<i L_ij row_j) / L_ii.
    for i in 0..n {
        let (done, current) = scratch.split_at_mut(i * n);
        let row = &mut current[..n];
        row.fill(0.0);
        for j in 0..i {
            let factor = l[i * n + j];
            axpy(factor, &done[j * n..j * n + j + 1], &mut row[..j + 1]);
        }
        let scale = 1.0 / l[i * n + i];
        for value in &mut row[..i] {
            *value *= -scale;
        }
        row[i] = scale;
    }
    // A⁻¹ = L⁻ᵀ L⁻¹: a sum of outer products of the rows of L⁻¹, lower triangle first.
    out[..n * n].fill(0.0);
    for k in 0..n {
        let row = &scratch[k * n..k * n + k + 1];
        for (i, factor) in row.iter().enumerate() {
            axpy(*factor, &row[..i + 1], &mut out[i * n..i * n + i + 1]);
        }
    }
    for i in 0..n {
        for j in 0..i {
            out[j * n + i] = out[i * n + j];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn random_spd(values: &[f64], n: usize) -> Vec<f64> {
        let mut a = vec![0.0; n * n];
        for i in 0..n {
            for j in 0..n {
                a[i * n + j] = dot(&values[i * n..(i + 1) * n], &values[j * n..(j + 1) * n]);
            }
            a[i * n + i] += 0.5;
        }
        a
    }

    proptest! {
        #[test]
        fn factor_solve_and_inverse_agree(n in 1_usize..14, seed in prop::collection::vec(-1.0..1.0_f64, 196)) {
            let a = random_spd(&seed, n);
            let mut l = a.clone();
            cholesky(&mut l, n).unwrap();
            let b: Vec<f64> = (0..n).map(|i| i as f64 - 1.5).collect();
            let mut x = b.clone();
            solve_lower(&l, n, &mut x);
            solve_upper(&l, n, &mut x);
            for i in 0..n {
                prop_assert!((dot(&a[i * n..(i + 1) * n], &x) - b[i]).abs() < 1e-9);
            }
            let (mut scratch, mut inv) = (vec![0.0; n * n], vec![0.0; n * n]);
            inverse(&l, n, &mut scratch, &mut inv);
            for i in 0..n {
                prop_assert!((dot(&inv[i * n..(i + 1) * n], &b) - x[i]).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn an_indefinite_matrix_is_refused() {
        let mut a = vec![1.0, 2.0, 2.0, 1.0];
        assert_eq!(cholesky(&mut a, 2), Err(NotPositiveDefinite { pivot: 1 }));
    }
}
