//! Autocovariances averaged over chains, lag by lag.

use super::Chains;
use std::f64::consts::PI;

/// Lags after which long chains go through the Fourier transform instead of sums of products.
const DIRECT_LAGS: usize = 64;
/// Draws per chain below which sums of products are always cheaper.
const DIRECT_LENGTH: usize = 256;

/// `sum_i (x_i - mean) (x_(i + lag) - mean) / n`, averaged over chains; computed when asked for,
/// because the search for the first non-positive pair usually stops early.
pub(super) struct Autocovariance {
    centred: Vec<f64>,
    length: usize,
    /// All lags, once the transform was needed.
    spectrum: Option<Vec<f64>>,
}

impl Autocovariance {
    pub(super) fn new(chains: &Chains, means: &[f64]) -> Self {
        let centred = chains
            .iter()
            .zip(means)
            .flat_map(|(chain, mean)| chain.iter().map(move |x| x - mean))
            .collect();
        Self { centred, length: chains.length, spectrum: None }
    }

    /// The autocovariance at `lag`; 0 beyond the chains' length.
    pub(super) fn at(&mut self, lag: usize) -> f64 {
        if lag < DIRECT_LAGS || self.length < DIRECT_LENGTH {
            return self.direct(lag);
        }
        let (centred, length) = (&self.centred, self.length);
        let all = self.spectrum.get_or_insert_with(|| by_transform(centred, length));
        all.get(lag).copied().unwrap_or(0.0)
    }

    fn direct(&self, lag: usize) -> f64 {
        let sum: f64 = self
            .centred
            .chunks_exact(self.length)
            .map(|chain| chain.get(lag..).map_or(0.0, |later| dot(chain, later)))
            .sum();
        sum / self.centred.len() as f64
    }
}

/// The sum of products over the shorter length, in eight independent sums that vectorise.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    let (mut left, mut right) = (a.chunks_exact(8), b.chunks_exact(8));
    let mut used = 0;
    for (x, y) in left.by_ref().zip(right.by_ref()) {
        for i in 0..8 {
            sums[i] += x[i] * y[i];
        }
        used += 8;
    }
    let rest: f64 = a.iter().zip(b).skip(used).map(|(x, y)| x * y).sum();
    sums.iter().sum::<f64>() + rest
}

/// All autocovariances through the power spectrum (Wiener-Khinchin), two chains at a time as the
/// real and imaginary part of one series: the real part of its autocovariance is their sum.
fn by_transform(centred: &[f64], length: usize) -> Vec<f64> {
    let size = (2 * length).next_power_of_two();
    let mut power = vec![(0.0, 0.0); size];
    for pair in centred.chunks(2 * length) {
        let (first, second) = pair.split_at(length.min(pair.len()));
        let mut series = vec![(0.0, 0.0); size];
        for (value, &x) in series.iter_mut().zip(first) {
            value.0 = x;
        }
        for (value, &x) in series.iter_mut().zip(second) {
            value.1 = x;
        }
        fourier(&mut series);
        for (sum, (re, im)) in power.iter_mut().zip(series) {
            sum.0 += re * re + im * im;
        }
    }
    // The power spectrum is real; up to the sign of the imaginary part, which is not used, a
    // second forward transform inverts the first.
    fourier(&mut power);
    let scale = 1.0 / (size as f64 * centred.len() as f64);
    power.iter().take(length).map(|(re, _)| re * scale).collect()
}

/// The discrete Fourier transform in place (radix 2, Cooley and Tukey 1965); the length is a power
/// of two.
fn fourier(series: &mut [(f64, f64)]) {
    let n = series.len();
    let bits = n.trailing_zeros();
    for i in 0..n {
        let j = i.reverse_bits() >> (usize::BITS - bits).min(usize::BITS - 1);
        if i < j {
            series.swap(i, j);
        }
    }
    let twiddles: Vec<(f64, f64)> = (0..n / 2)
        .map(|k| (-2.0 * PI * k as f64 / n as f64).sin_cos())
        .map(|(s, c)| (c, s))
        .collect();
    let mut half = 1;
    while half < n {
        let stride = n / (2 * half);
        for block in series.chunks_exact_mut(2 * half) {
            let (low, high) = block.split_at_mut(half);
            let turns = twiddles.iter().step_by(stride);
            for ((a, b), &(c, s)) in low.iter_mut().zip(high).zip(turns) {
                let turned = (b.0 * c - b.1 * s, b.0 * s + b.1 * c);
                *b = (a.0 - turned.0, a.1 - turned.1);
                *a = (a.0 + turned.0, a.1 + turned.1);
            }
        }
        half *= 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_transform_gives_the_sums_of_products() {
        let length = 2500;
        let values: Vec<f64> = (0..3 * length)
            .map(|i| (f64::from(i) * 0.37).sin() + (f64::from(i * i % 1013) / 1013.0))
            .collect();
        let length = length as usize;
        let chains = Chains { values, length };
        let means: Vec<f64> =
            chains.iter().map(|chain| chain.iter().sum::<f64>() / length as f64).collect();
        let mut covariance = Autocovariance::new(&chains, &means);
        for lag in [64, 65, 1000, 2047, 2048, 2499] {
            let direct = covariance.direct(lag);
            assert!((covariance.at(lag) - direct).abs() < 1e-12, "{lag}");
        }
        assert!(covariance.spectrum.is_some());
        assert_eq!(covariance.at(2500), 0.0);
        assert!(covariance.at(0) > 0.1);
    }
}
