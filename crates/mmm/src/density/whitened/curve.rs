//! How coefficients follow the scale that they share.
//!
//! In the principal directions of what the data know of them, a coefficient `z = b / s` has, given
//! the scale `s`, the mean `s λ b̂ / (1 + s² λ)` and the standard deviation `(1 + s² λ)^-½`, `λ` being
//! the information along the direction. Mean and deviation at the reference scale `s₀` are
//! multiplied by the ratios of these, so that coordinates stay nearly standard normal at every
//! scale, zero included. (Constant weights between centred and non-centred, as in
//! Papaspiliopoulos, Roberts and Sköld 2007, leave a funnel where a scale may be zero.)

use outlay_inference::symmetric_eigen;
use outlay_stats::simd::{axpy, dot};

use crate::model::design::Column;

/// Least share of a prior variance that the data are taken to leave, so that information is finite.
const LEAST_LEFT: f64 = 1e-9;

/// The coefficients of one learned scale.
#[derive(Debug, Clone)]
pub(super) struct Curve {
    /// Index of the scale among the parameters.
    slot: usize,
    /// Its reference `s₀`.
    reference: f64,
    columns: Vec<usize>,
    /// Principal directions, row by row.
    directions: Vec<f64>,
    /// `s₀² λ` along each direction.
    known: Vec<f64>,
    /// `s / s₀` at hand.
    ratio: f64,
    /// Mean and deviation at the reference, along each direction.
    mean: Vec<f64>,
    deviation: Vec<f64>,
    /// Scratch, per column.
    own: Vec<f64>,
}

/// Factors of mean and deviation.
struct Factors {
    mean: f64,
    deviation: f64,
    /// Derivatives of their logarithms in the ratio of scales.
    mean_slope: f64,
    deviation_slope: f64,
}

impl Factors {
    #[inline(always)]
    fn new(ratio: f64, known: f64) -> Self {
        let at = 1.0 + ratio * ratio * known;
        let gain = (1.0 + known) / at;
        let slope = ratio * known / at;
        Self {
            mean: ratio * gain,
            deviation: gain.sqrt(),
            mean_slope: 1.0 / ratio - 2.0 * slope,
            deviation_slope: -slope,
        }
    }
}

impl Curve {
    /// For the `columns` whose scale is the parameter `slot`, given their standard deviations at
    /// the reference and the covariance that the data leave there. `None` for no column.
    pub(super) fn new(
        slot: usize,
        columns: Vec<usize>,
        all: &[Column],
        sd: &[f64],
        left: &[f64],
    ) -> Option<Self> {
        let first = *columns.first()?;
        let (n, p) = (columns.len(), sd.len());
        let block: Vec<f64> =
            (0..n * n).map(|k| left[columns[k / n] * p + columns[k % n]]).collect();
        let (values, vectors) = symmetric_eigen(&block, n)?;
        let known = values.iter().map(|left| 1.0 / left.clamp(LEAST_LEFT, 1.0) - 1.0);
        Some(Self {
            slot,
            reference: sd[first] / all[first].sd,
            known: known.collect(),
            directions: (0..n * n).map(|k| vectors[(k % n) * n + k / n]).collect(),
            ratio: 1.0,
            mean: vec![0.0; n],
            deviation: vec![0.0; n],
            own: vec![0.0; n],
            columns,
        })
    }

    /// Writes `z` of the columns for mean and deviation at the reference; gives the logarithm of
    /// the Jacobian.
    #[inline(always)]
    pub(super) fn forward(
        &mut self,
        theta: &[f64],
        mean: &[f64],
        deviation: &[f64],
        z: &mut [f64],
    ) -> f64 {
        let n = self.columns.len();
        self.ratio = theta[self.slot] / self.reference;
        rotate(&self.columns, &self.directions, mean, &mut self.own, &mut self.mean);
        rotate(&self.columns, &self.directions, deviation, &mut self.own, &mut self.deviation);
        self.own.fill(0.0);
        let mut log_jacobian = 0.0;
        for k in 0..n {
            let f = Factors::new(self.ratio, self.known[k]);
            log_jacobian += f.deviation.ln();
            let along = f.mean * self.mean[k] + f.deviation * self.deviation[k];
            axpy(along, &self.directions[k * n..(k + 1) * n], &mut self.own);
        }
        for (j, value) in self.columns.iter().zip(&self.own) {
            z[*j] = *value;
        }
        log_jacobian
    }

    /// From the derivatives in `z`: those in mean and deviation at the reference, written for the
    /// columns, and the one in the scale, added to `d_theta`.
    #[inline(always)]
    pub(super) fn backward(
        &mut self,
        d_z: &[f64],
        d_mean: &mut [f64],
        d_deviation: &mut [f64],
        d_theta: &mut [f64],
    ) {
        let n = self.columns.len();
        for (own, j) in self.own.iter_mut().zip(&self.columns) {
            *own = d_z[*j];
            (d_mean[*j], d_deviation[*j]) = (0.0, 0.0);
        }
        let mut slope = 0.0;
        for k in 0..n {
            let direction = &self.directions[k * n..(k + 1) * n];
            let f = Factors::new(self.ratio, self.known[k]);
            let along = dot(direction, &self.own);
            slope += along
                * (f.mean * f.mean_slope * self.mean[k]
                    + f.deviation * f.deviation_slope * self.deviation[k])
                + f.deviation_slope;
            for (j, u) in self.columns.iter().zip(direction) {
                d_mean[*j] += along * f.mean * u;
                d_deviation[*j] += along * f.deviation * u;
            }
        }
        d_theta[self.slot] += slope / self.reference;
    }
}

/// `values` of the columns along each direction.
#[inline(always)]
fn rotate(columns: &[usize], directions: &[f64], values: &[f64], own: &mut [f64], out: &mut [f64]) {
    for (own, j) in own.iter_mut().zip(columns) {
        *own = values[*j];
    }
    for (out, direction) in out.iter_mut().zip(directions.chunks_exact(columns.len())) {
        *out = dot(direction, own);
    }
}
