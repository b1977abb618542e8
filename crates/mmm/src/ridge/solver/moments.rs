//! Means, deviations and cross products of the training rows.

use outlay_stats::simd::{dot, sum};

use super::Standardised;

/// Sample moments (1/n) of a design and its response.
#[derive(Debug, Clone)]
pub(crate) struct Moments {
    p: usize,
    centred: Vec<f64>,
    centred_y: Vec<f64>,
    mean: Vec<f64>,
    sd: Vec<f64>,
    live: Vec<bool>,
    covariance: Vec<f64>,
    covariance_y: Vec<f64>,
    mean_y: f64,
    variance_y: f64,
}

impl Moments {
    pub(crate) fn new(rows: usize, p: usize) -> Self {
        Self {
            p,
            centred: vec![0.0; rows * p],
            centred_y: vec![0.0; rows],
            mean: vec![0.0; p],
            sd: vec![1.0; p],
            live: vec![false; p],
            covariance: vec![0.0; p * p],
            covariance_y: vec![0.0; p],
            mean_y: 0.0,
            variance_y: 0.0,
        }
    }

    /// Mean of regressor `j`.
    #[inline(always)]
    pub(crate) fn mean(&self, j: usize) -> f64 {
        self.mean[j]
    }

    /// Standard deviation (1/n) of regressor `j`; 1 when it does not vary.
    #[inline(always)]
    pub(crate) fn sd(&self, j: usize) -> f64 {
        self.sd[j]
    }

    /// Mean of the response.
    #[inline(always)]
    pub(crate) fn mean_y(&self) -> f64 {
        self.mean_y
    }

    /// Measures the first `n` rows.
    #[inline(always)]
    pub(crate) fn measure(&mut self, design: &[f64], stride: usize, y: &[f64], n: usize) {
        let inverse = 1.0 / n as f64;
        self.mean_y = sum(&y[..n]) * inverse;
        for (c, y) in self.centred_y[..n].iter_mut().zip(y) {
            *c = y - self.mean_y;
        }
        self.variance_y = dot(&self.centred_y[..n], &self.centred_y[..n]) * inverse;
        for j in 0..self.p {
            let x = &design[j * stride..j * stride + n];
            let mean = sum(x) * inverse;
            let centred = &mut self.centred[j * n..(j + 1) * n];
            let mut largest = 0.0_f64;
            for (c, x) in centred.iter_mut().zip(x) {
                *c = x - mean;
                largest = largest.max(x.abs());
            }
            let variance = dot(centred, centred) * inverse;
            // A constant column centres to rounding noise; it must not be blown up to unit size.
            self.live[j] = variance.sqrt() > 1e-12 * largest && x.iter().any(|v| *v != x[0]);
            self.mean[j] = mean;
            self.sd[j] = if self.live[j] { variance.sqrt() } else { 1.0 };
        }
        for j in 0..self.p {
            let a = &self.centred[j * n..(j + 1) * n];
            for k in 0..=j {
                let value = dot(a, &self.centred[k * n..(k + 1) * n]) * inverse;
                self.covariance[j * self.p + k] = value;
                self.covariance[k * self.p + j] = value;
            }
            self.covariance_y[j] = dot(a, &self.centred_y[..n]) * inverse;
        }
    }

    /// Writes the standardised problem (without penalty and box) and returns the scale of the
    /// response.
    #[inline(always)]
    pub(crate) fn standardise(&self, intercept: bool, problem: &mut Standardised) -> f64 {
        let p = self.p;
        // Without intercept the raw moments count: covariance plus product of means.
        let keep = if intercept { 0.0 } else { 1.0 };
        let scale_y = (keep * self.mean_y).mul_add(self.mean_y, self.variance_y).sqrt();
        let scale_y = if scale_y > 0.0 { scale_y } else { 1.0 };
        for j in 0..p {
            problem.live[j] = self.live[j];
            let product = keep * self.mean[j];
            let cross = product.mul_add(self.mean_y, self.covariance_y[j]);
            problem.cross[j] = cross / (self.sd[j] * scale_y);
            for k in 0..p {
                let value = product.mul_add(self.mean[k], self.covariance[j * p + k]);
                problem.gram[j * p + k] = value / (self.sd[j] * self.sd[k]);
            }
        }
        scale_y
    }
}
