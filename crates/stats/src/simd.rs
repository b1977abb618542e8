//! Vectorised kernels: branch-free `exp` and `ln`, dot products, convolutions.
//!
//! The kernels are plain loops over slices, marked to be inlined into a [`Kernel`]
//! that [`dispatch`] compiles once for AVX2 with FMA and once for the baseline instruction set. Call
//! `dispatch` around a whole computation, not around each kernel.

use std::sync::LazyLock;

use pulp::Arch;

static ARCH: LazyLock<Arch> = LazyLock::new(Arch::new);

/// A computation to be compiled for several instruction sets. Mark `run` `#[inline(always)]`, and
/// everything hot that it calls: only what is inlined profits. (A closure cannot be marked so.)
pub trait Kernel {
    /// What it computes.
    type Output;

    /// Computes it.
    fn run(self) -> Self::Output;
}

/// Runs `kernel` compiled for the best instruction set of this machine.
#[inline(always)]
pub fn dispatch<K: Kernel>(kernel: K) -> K::Output {
    struct Op<K>(K);
    impl<K: Kernel> pulp::NullaryFnOnce for Op<K> {
        type Output = K::Output;
        #[inline(always)]
        fn call(self) -> K::Output {
            self.0.run()
        }
    }
    ARCH.dispatch(Op(kernel))
}

const LOG2_E: f64 = std::f64::consts::LOG2_E;
const LN2_HIGH: f64 = 6.931_471_803_691_238e-1;
const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
/// Adding this moves the integer part of a small number into the low mantissa bits.
const SHIFT: f64 = 6_755_399_441_055_744.0;

/// `e^x`, at most 2 ulp from the exact value; saturates at the ends of the normal range.
#[inline(always)]
pub fn exp(x: f64) -> f64 {
    let x = x.clamp(-708.0, 709.0);
    let shifted = x.mul_add(LOG2_E, SHIFT);
    let k = shifted - SHIFT;
    let r = k.mul_add(-LN2_LOW, k.mul_add(-LN2_HIGH, x));
    // Taylor to degree 13 on |r| <= ln(2)/2: the remainder is below 2^-56.
    let mut p: f64 = 1.0 / 6_227_020_800.0;
    p = p.mul_add(r, 1.0 / 479_001_600.0);
    p = p.mul_add(r, 1.0 / 39_916_800.0);
    p = p.mul_add(r, 1.0 / 3_628_800.0);
    p = p.mul_add(r, 1.0 / 362_880.0);
    p = p.mul_add(r, 1.0 / 40_320.0);
    p = p.mul_add(r, 1.0 / 5_040.0);
    p = p.mul_add(r, 1.0 / 720.0);
    p = p.mul_add(r, 1.0 / 120.0);
    p = p.mul_add(r, 1.0 / 24.0);
    p = p.mul_add(r, 1.0 / 6.0);
    p = p.mul_add(r, 0.5);
    p = p.mul_add(r, 1.0);
    p = p.mul_add(r, 1.0);
    f64::from_bits(p.to_bits().wrapping_add(shifted.to_bits() << 52))
}

/// Natural logarithm of a positive normal number, at most 2 ulp from the exact value. Zero and
/// subnormal numbers give about -708; negative numbers give garbage.
#[inline(always)]
pub fn ln(x: f64) -> f64 {
    let x = x.max(f64::MIN_POSITIVE);
    // Split x = 2^e * m with m in [sqrt(1/2), sqrt(2)).
    const SQRT_HALF_BITS: u64 = 0x3fe6_a09e_667f_3bcd;
    let bits = x.to_bits();
    let offset = bits.wrapping_sub(SQRT_HALF_BITS);
    // Arithmetic shift keeps the sign of the exponent; AVX2 has no 64-bit one, so bias first.
    let biased = offset.wrapping_add(1024 << 52) >> 52;
    let e = f64::from_bits(biased | 0x4330_0000_0000_0000) - (4_503_599_627_370_496.0 + 1024.0);
    let m = f64::from_bits(bits.wrapping_sub(biased.wrapping_sub(1024) << 52));
    let f = m - 1.0;
    let s = f / (2.0 + f);
    let z = s * s;
    // atanh series, minimax coefficients of fdlibm's log.
    let mut p: f64 = 1.479_819_860_511_658_6e-1;
    p = p.mul_add(z, 1.531_383_769_920_937_3e-1);
    p = p.mul_add(z, 1.818_357_216_161_805e-1);
    p = p.mul_add(z, 2.222_219_843_214_978_4e-1);
    p = p.mul_add(z, 2.857_142_874_366_239e-1);
    p = p.mul_add(z, 3.999_999_999_940_942e-1);
    p = p.mul_add(z, 6.666_666_666_666_735e-1);
    let r = p * z;
    let half = 0.5 * f * f;
    e.mul_add(LN2_HIGH, f - (half - (s * (half + r) + e * LN2_LOW)))
}

/// `tanh(x)` through [`exp`]; absolute error below 1e-15.
#[inline(always)]
pub fn tanh(x: f64) -> f64 {
    let e = exp(-2.0 * x.abs());
    ((1.0 - e) / (1.0 + e)).copysign(x)
}

/// Dot product with eight independent accumulators; the order of summation is fixed.
#[inline(always)]
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    let n = a.len().min(b.len());
    let (a, b) = (&a[..n], &b[..n]);
    let mut acc = [0.0_f64; 8];
    let mut chunks_a = a.chunks_exact(8);
    let mut chunks_b = b.chunks_exact(8);
    for (x, y) in (&mut chunks_a).zip(&mut chunks_b) {
        for i in 0..8 {
            acc[i] = x[i].mul_add(y[i], acc[i]);
        }
    }
    let tail: f64 = chunks_a.remainder().iter().zip(chunks_b.remainder()).map(|(x, y)| x * y).sum();
    // In order: summed in pairs, the compiler takes accumulators apart into half as wide vectors.
    acc.iter().sum::<f64>() + tail
}

/// Sum with eight independent accumulators; the order of summation is fixed.
#[inline(always)]
pub fn sum(a: &[f64]) -> f64 {
    let mut acc = [0.0_f64; 8];
    let mut chunks = a.chunks_exact(8);
    for x in &mut chunks {
        for i in 0..8 {
            acc[i] += x[i];
        }
    }
    let tail: f64 = chunks.remainder().iter().sum();
    ((acc[0] + acc[4]) + (acc[1] + acc[5])) + ((acc[2] + acc[6]) + (acc[3] + acc[7])) + tail
}

/// `y += a * x`.
#[inline(always)]
pub fn axpy(a: f64, x: &[f64], y: &mut [f64]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y = a.mul_add(*x, *y);
    }
}

/// Outputs that a convolution keeps in registers while it runs over the lags.
const BLOCK: usize = 32;

/// Causal convolution `out[t] = Σ_l weights[l] · x[t + pad - l]`.
///
/// `x` carries `pad >= weights.len() - 1` values of history (or zeros) before the first output.
/// Panics when `x` is shorter than `out.len() + pad`.
#[inline(always)]
pub fn convolve(weights: &[f64], x: &[f64], pad: usize, out: &mut [f64]) {
    let whole = out.len() / BLOCK * BLOCK;
    let (blocks, tail) = out.split_at_mut(whole);
    for (b, out) in blocks.chunks_exact_mut(BLOCK).enumerate() {
        let at = b * BLOCK + pad;
        let mut acc = [0.0_f64; BLOCK];
        for (l, w) in weights.iter().enumerate() {
            let x = &x[at - l..at - l + BLOCK];
            for i in 0..BLOCK {
                acc[i] = w.mul_add(x[i], acc[i]);
            }
        }
        out.copy_from_slice(&acc);
    }
    tail.fill(0.0);
    for (l, w) in weights.iter().enumerate() {
        let at = whole + pad - l;
        axpy(*w, &x[at..at + tail.len()], tail);
    }
}

/// Lags whose sums the adjoint of a convolution keeps in registers.
const LAGS: usize = 4;

/// Adjoint of [`convolve`] in the weights: `dw[l] += Σ_t d[t] · x[t + pad - l]`.
#[inline(always)]
pub fn convolve_weights_adjoint(d: &[f64], x: &[f64], pad: usize, dw: &mut [f64]) {
    let n = d.len();
    let whole = dw.len() / LAGS * LAGS;
    let (blocks, tail) = dw.split_at_mut(whole);
    for (b, dw) in blocks.chunks_exact_mut(LAGS).enumerate() {
        let from: [usize; LAGS] = std::array::from_fn(|i| pad - b * LAGS - i);
        let rows: [&[f64]; LAGS] = std::array::from_fn(|i| &x[from[i]..from[i] + n]);
        let mut acc = [[0.0_f64; 8]; LAGS];
        let end = n / 8 * 8;
        for t in (0..end).step_by(8) {
            let d = &d[t..t + 8];
            for (acc, row) in acc.iter_mut().zip(&rows) {
                let row = &row[t..t + 8];
                for i in 0..8 {
                    acc[i] = d[i].mul_add(row[i], acc[i]);
                }
            }
        }
        for ((dw, acc), row) in dw.iter_mut().zip(&acc).zip(&rows) {
            let rest: f64 = d[end..].iter().zip(&row[end..]).map(|(d, x)| d * x).sum();
            *dw += acc.iter().sum::<f64>() + rest;
        }
    }
    for (l, dw) in tail.iter_mut().enumerate() {
        let from = pad - whole - l;
        *dw += dot(d, &x[from..from + n]);
    }
}

/// Adjoint of [`convolve`] in the input: `dx[s] = Σ_l weights[l] · d[s + l - pad]`.
#[inline(always)]
pub fn convolve_input_adjoint(weights: &[f64], d: &[f64], pad: usize, dx: &mut [f64]) {
    dx.fill(0.0);
    let n = d.len();
    for (l, w) in weights.iter().enumerate() {
        let from = pad - l;
        axpy(*w, d, &mut dx[from..from + n]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn exp_and_ln_agree_with_libm(x in -700.0..700.0_f64, y in 1e-300..1e300_f64, s in -5.0..5.0_f64) {
            prop_assert!((exp(x) / x.exp() - 1.0).abs() < 1e-15 * 4.0);
            prop_assert!((ln(y) - y.ln()).abs() <= 4e-16 * y.ln().abs().max(1.0));
            let near = s.exp();
            prop_assert!((ln(near) - near.ln()).abs() <= 4e-16 * near.ln().abs().max(0.1));
            prop_assert!((tanh(s) - s.tanh()).abs() < 1e-15);
        }

        #[test]
        fn convolution_and_its_adjoints_agree(
            x in prop::collection::vec(-1.0..1.0_f64, 100),
            w in prop::collection::vec(-1.0..1.0_f64, 1..11),
            d in prop::collection::vec(-1.0..1.0_f64, 90),
        ) {
            // <conv(w, x), d> is bilinear: its adjoints must give the same number.
            let mut out = vec![0.0; 90];
            convolve(&w, &x, 10, &mut out);
            for (t, o) in out.iter().enumerate() {
                let plain: f64 = w.iter().enumerate().map(|(l, w)| w * x[t + 10 - l]).sum();
                prop_assert!((o - plain).abs() < 1e-12);
            }
            let forward = dot(&out, &d);
            let mut dw = vec![0.0; w.len()];
            convolve_weights_adjoint(&d, &x, 10, &mut dw);
            let mut dx = vec![0.0; 100];
            convolve_input_adjoint(&w, &d, 10, &mut dx);
            prop_assert!((dot(&dw, &w) - forward).abs() < 1e-12);
            prop_assert!((dot(&dx, &x) - forward).abs() < 1e-12);
        }
    }

    #[test]
    fn dispatch_gives_the_value() {
        struct Dot;
        impl Kernel for Dot {
            type Output = f64;
            #[inline(always)]
            fn run(self) -> f64 {
                dot(&[1.0, 2.0], &[3.0, 4.0])
            }
        }
        assert_eq!(dispatch(Dot), 11.0);
    }

    #[test]
    fn ends_are_tame() {
        assert!(exp(-1e6) < 1e-300 && exp(1e6).is_finite());
        assert!(ln(0.0) < -700.0);
        assert_eq!(exp(0.0), 1.0);
        assert_eq!(ln(1.0), 0.0);
    }
}
