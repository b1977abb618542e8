//! The linear block as sampled coordinates, for likelihoods that do not let it be integrated out.
//!
//! The standardised coefficients are `z = A₀⁻¹ S₀ Xᵀ (y - media) / σ₀² + L₀⁻ᵀ v`, with
//! `A₀ = L₀ L₀ᵀ` of the normal likelihood at scales near which the posterior lies (see
//! `reference`): `v` is nearly standard normal and
//! nearly independent of the media, whatever the noise. Given the media, the map is a shift and a
//! constant linear transform, so its Jacobian is the constant `|L₀|⁻¹`.
//!
//! A coefficient of learned scale `s` that the data know well stays where it is when `s` moves, one
//! that they do not moves along. So what is whitened is not `z = b / s` but `u = z (s / s₀)^w`, with
//! `w = 1 - (A₀⁻¹)_jj` the share of its prior variance that the data take away (partially
//! non-centred, Papaspiliopoulos, Roberts and Sköld 2007).

use outlay_stats::linalg::{log_determinant, solve_lower, solve_upper};

use super::reference::Reference;
use crate::model::Model;

#[derive(Debug, Clone)]
pub(super) struct Whitened {
    /// Cholesky factor of `A₀`.
    factor: Vec<f64>,
    /// `S₀ / σ₀²`.
    weight: Vec<f64>,
    /// `s₀` and `w` of columns of learned scale; `w` is zero for others.
    centring: Vec<(f64, f64)>,
    /// `∂z / ∂u`.
    stretch: Vec<f64>,
    /// `-ln |L₀|`.
    pub(super) log_jacobian: f64,
    pub(super) z: Vec<f64>,
    projected: Vec<f64>,
    by_period: Vec<f64>,
}

impl Whitened {
    pub(super) fn new(model: &Model) -> Self {
        let columns = &model.block.design.columns;
        let p = columns.len();
        let Reference { sd, sigma, factor, left } = Reference::new(model);
        let precision = 1.0 / (sigma * sigma);
        let centring = (0..p).map(|j| {
            let learned = columns[j].scale.is_some() && sd[j] > 0.0;
            (sd[j], if learned { (1.0 - left[j]).clamp(0.0, 1.0) } else { 0.0 })
        });
        Self {
            centring: centring.collect(),
            stretch: vec![1.0; p],
            log_jacobian: -0.5 * log_determinant(&factor, p),
            factor,
            weight: sd.iter().map(|s| s * precision).collect(),
            z: vec![0.0; p],
            projected: vec![0.0; p],
            by_period: vec![0.0; model.block.design.periods],
        }
    }

    /// Standardised coefficients from coordinates `v` and the residual `y - media`.
    #[inline(always)]
    pub(super) fn forward(&mut self, model: &Model, v: &[f64], residual: &[f64]) {
        let p = self.z.len();
        model.block.design.project(residual, &mut self.by_period, &mut self.projected);
        for j in 0..p {
            self.projected[j] *= self.weight[j];
        }
        solve_lower(&self.factor, p, &mut self.projected);
        for j in 0..p {
            self.projected[j] += v[j];
        }
        solve_upper(&self.factor, p, &mut self.projected);
        self.z.copy_from_slice(&self.projected);
    }

    /// From `u` to `z` at the scales `sd`; gives the logarithm of the Jacobian.
    #[inline(always)]
    pub(super) fn stretch(&mut self, sd: &[f64]) -> f64 {
        let mut log_jacobian = 0.0;
        for (j, (reference, weight)) in self.centring.iter().enumerate() {
            if *weight > 0.0 {
                let log = weight * (reference / sd[j]).ln();
                self.stretch[j] = log.exp();
                self.z[j] *= self.stretch[j];
                log_jacobian += log;
            }
        }
        log_jacobian
    }

    /// Derivative in a column's scale, for the derivative `d_b` in its coefficient.
    #[inline(always)]
    pub(super) fn in_scale(&self, j: usize, sd: f64, d_b: f64) -> f64 {
        let (z, weight) = (self.z[j], self.centring[j].1);
        d_b * (1.0 - weight) * z + weight * (z * z - 1.0) / sd
    }

    /// From the derivative in `z`: the one in `v` into `d_v`, and the one in the residual added to
    /// `d_residual`.
    #[inline(always)]
    pub(super) fn backward(
        &mut self,
        model: &Model,
        d_z: &[f64],
        d_v: &mut [f64],
        d_residual: &mut [f64],
    ) {
        let p = self.z.len();
        for ((d_u, d_z), stretch) in self.projected.iter_mut().zip(d_z).zip(&self.stretch) {
            *d_u = d_z * stretch;
        }
        solve_lower(&self.factor, p, &mut self.projected);
        d_v.copy_from_slice(&self.projected);
        solve_upper(&self.factor, p, &mut self.projected);
        for j in 0..p {
            self.projected[j] *= self.weight[j];
        }
        model.block.design.apply(&self.projected, &mut self.by_period, d_residual);
    }
}
