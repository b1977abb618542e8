//! Small dense symmetric positive definite systems, without allocation.
//!
//! Sizes here are tens to a few hundred: the factorisation of a model's linear block happens in
//! every gradient, so it is written on slices that the caller keeps, in tiles of rows and columns
//! whose sums stay in registers. The order of summation depends on nothing but sizes.
//!
//! Matrices are row-major; of symmetric ones the upper triangle is read. A factor `A = L Lᵀ` is
//! kept as `Lᵀ`, row by row: so every inner loop runs along a row.

use thiserror::Error;

use crate::simd::{axpy, dot};

/// The matrix is not positive definite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the matrix is not positive definite (pivot {pivot})")]
pub struct NotPositiveDefinite {
    /// Index of the failing pivot.
    pub pivot: usize,
}

/// Rows of a tile: with eight columns its sums take half of the registers of AVX2.
const ROWS: usize = 4;

/// `out[r][j + c] -= Σ_k left[k][i + r] · right[k][j + c]` over the rows `k`, for `R` rows and `C`
/// columns; everything is `n` wide.
#[inline(always)]
fn subtract_tile<const R: usize, const C: usize>(
    (left, i): (&[f64], usize),
    (right, j): (&[f64], usize),
    n: usize,
    rows: std::ops::Range<usize>,
    out: &mut [f64],
) {
    // Arrays that come from memory and go there: else the compiler takes sums apart again.
    let mut sums = [[0.0; C]; R];
    for (r, sums) in sums.iter_mut().enumerate() {
        sums.copy_from_slice(&out[r * n + j..r * n + j + C]);
    }
    for k in rows {
        let (Some(left), Some(right)) =
            (left[k * n + i..].first_chunk::<R>(), right[k * n + j..].first_chunk::<C>())
        else {
            break;
        };
        for r in 0..R {
            for c in 0..C {
                sums[r][c] = (-left[r]).mul_add(right[c], sums[r][c]);
            }
        }
    }
    for (r, sums) in sums.iter().enumerate() {
        out[r * n + j..r * n + j + C].copy_from_slice(sums);
    }
}

/// [`subtract_tile`] for all `columns`; `rows` gives the range of `k` for a tile at column `j`.
#[inline(always)]
fn subtract<const R: usize>(
    (left, i): (&[f64], usize),
    right: &[f64],
    n: usize,
    columns: std::ops::Range<usize>,
    rows: impl Fn(usize) -> std::ops::Range<usize>,
    out: &mut [f64],
) {
    let mut j = columns.start;
    while j + 8 <= columns.end {
        subtract_tile::<R, 8>((left, i), (right, j), n, rows(j), out);
        j += 8;
    }
    if j + 4 <= columns.end {
        subtract_tile::<R, 4>((left, i), (right, j), n, rows(j), out);
        j += 4;
    }
    for j in j..columns.end {
        subtract_tile::<R, 1>((left, i), (right, j), n, rows(j), out);
    }
}

/// A diagonal block of `Lᵀ`.
type Block<const R: usize> = [[f64; R]; R];

/// Solves `D x = b` in place for `columns` of the `R` rows of `b`, `D` being a diagonal block of `L`.
#[inline(always)]
fn substitute<const R: usize>(
    block: &Block<R>,
    n: usize,
    columns: std::ops::Range<usize>,
    b: &mut [f64],
) {
    for r in 0..R {
        let (done, row) = b.split_at_mut(r * n);
        let row = &mut row[columns.clone()];
        for s in 0..r {
            axpy(-block[s][r], &done[s * n..][columns.clone()], row);
        }
        let scale = 1.0 / block[r][r];
        row.iter_mut().for_each(|v| *v *= scale);
    }
}

/// Replaces the upper triangle of `a` (n × n) by the rows of `Lᵀ`, `A = L Lᵀ`, and the strict
/// lower triangle by zeros. The lower triangle is not read.
///
/// # Errors
/// [`NotPositiveDefinite`] when a pivot is not positive.
#[inline(always)]
pub fn cholesky(a: &mut [f64], n: usize) -> Result<(), NotPositiveDefinite> {
    let whole = n / ROWS * ROWS;
    for i in (0..whole).step_by(ROWS) {
        factor_rows::<ROWS>(a, n, i)?;
    }
    for i in whole..n {
        factor_rows::<1>(a, n, i)?;
    }
    Ok(())
}

/// Rows `i` to `i + R` of a factor whose rows before are done.
#[inline(always)]
fn factor_rows<const R: usize>(
    a: &mut [f64],
    n: usize,
    i: usize,
) -> Result<(), NotPositiveDefinite> {
    let (above, rows) = a.split_at_mut(i * n);
    subtract::<R>((above, i), above, n, i..n, |_| 0..i, rows);
    let mut block: Block<R> = std::array::from_fn(|r| std::array::from_fn(|c| rows[r * n + i + c]));
    for r in 0..R {
        block[r][..r].fill(0.0);
        for s in 0..r {
            for c in r..R {
                block[r][c] -= block[s][r] * block[s][c];
            }
        }
        let pivot = block[r][r];
        if !(pivot > 0.0 && pivot.is_finite()) {
            return Err(NotPositiveDefinite { pivot: i + r });
        }
        block[r][r] = pivot.sqrt();
        for c in r + 1..R {
            block[r][c] /= block[r][r];
        }
        rows[r * n..r * n + i].fill(0.0);
        rows[r * n + i..r * n + i + R].copy_from_slice(&block[r]);
    }
    substitute(&block, n, i + R..n, rows);
    Ok(())
}

/// `ln det A` from its factor.
#[inline(always)]
pub fn log_determinant(factor: &[f64], n: usize) -> f64 {
    2.0 * (0..n).map(|i| factor[i * n + i].ln()).sum::<f64>()
}

/// Solves `L x = b` in place.
#[inline(always)]
pub fn solve_lower(factor: &[f64], n: usize, b: &mut [f64]) {
    for i in 0..n {
        let value = b[i] / factor[i * n + i];
        b[i] = value;
        axpy(-value, &factor[i * n + i + 1..(i + 1) * n], &mut b[i + 1..n]);
    }
}

/// Solves `Lᵀ x = b` in place.
#[inline(always)]
pub fn solve_upper(factor: &[f64], n: usize, b: &mut [f64]) {
    for i in (0..n).rev() {
        let known = dot(&factor[i * n + i + 1..(i + 1) * n], &b[i + 1..n]);
        b[i] = (b[i] - known) / factor[i * n + i];
    }
}

/// Writes `A⁻¹` (n × n, both triangles) from the factor of `A`; `scratch` is n × n.
#[inline(always)]
pub fn inverse(factor: &[f64], n: usize, scratch: &mut [f64], out: &mut [f64]) {
    let whole = n / ROWS * ROWS;
    scratch[..n * n].fill(0.0);
    for i in (0..whole).step_by(ROWS) {
        invert_rows::<ROWS>(factor, n, i, scratch);
    }
    for i in whole..n {
        invert_rows::<1>(factor, n, i, scratch);
    }
    // A⁻¹ = L⁻ᵀ L⁻¹, with a minus; rows of L⁻¹ before j are zero in the columns from j on.
    out[..n * n].fill(0.0);
    for i in (0..whole).step_by(ROWS) {
        subtract::<ROWS>((scratch, i), scratch, n, i..n, |j| j..n, &mut out[i * n..]);
    }
    for i in whole..n {
        subtract::<1>((scratch, i), scratch, n, i..n, |j| j..n, &mut out[i * n..]);
    }
    for i in 0..n {
        for j in i..n {
            let value = -out[i * n + j];
            out[i * n + j] = value;
            out[j * n + i] = value;
        }
    }
}

/// Rows `i` to `i + R` of `L⁻¹`, those before being there: `L_ii X_i = I_i - Σ_k<i L_ik X_k`.
#[inline(always)]
fn invert_rows<const R: usize>(factor: &[f64], n: usize, i: usize, inverted: &mut [f64]) {
    let (above, rows) = inverted.split_at_mut(i * n);
    subtract::<R>((factor, i), above, n, 0..i, |j| j..i, rows);
    for r in 0..R {
        rows[r * n + i + r] = 1.0;
    }
    let block: Block<R> =
        std::array::from_fn(|r| std::array::from_fn(|c| factor[(i + r) * n + i + c]));
    substitute(&block, n, 0..i + R, rows);
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
        fn factor_solve_and_inverse_agree(n in 1_usize..31, seed in prop::collection::vec(-1.0..1.0_f64, 900)) {
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
                for j in 0..n {
                    prop_assert_eq!(inv[i * n + j], inv[j * n + i]);
                    // Rows of Lᵀ: A_ij = Σ_k Lᵀ_ki Lᵀ_kj, and zeros below the diagonal.
                    let product: f64 = (0..n).map(|k| l[k * n + i] * l[k * n + j]).sum();
                    prop_assert!((product - a[i * n + j]).abs() < 1e-10);
                    prop_assert!(j >= i || l[i * n + j] == 0.0);
                }
            }
        }
    }

    #[test]
    fn an_indefinite_matrix_is_refused() {
        let mut a = vec![1.0, 2.0, 2.0, 1.0];
        assert_eq!(cholesky(&mut a, 2), Err(NotPositiveDefinite { pivot: 1 }));
    }
}
