//! The linear block as sampled coordinates, for likelihoods that do not let it be integrated out.
//!
//! The standardised coefficients are `z = A₀⁻¹ S₀ XᵀΩ₀ (y - media) / σ₀² + L₀⁻ᵀ v`,
//! with `A₀ = L₀ L₀ᵀ` of the normal likelihood at scales (and with a memory of the noise) near which the posterior lies (see
//! `reference`): `v` is nearly standard normal and nearly independent of the media, whatever the
//! noise. Given the media, the map is a shift and a constant linear transform, so its Jacobian is
//! the constant `|L₀|⁻¹`.
//!
//! Coefficients of learned scale stay where they are when the scale moves as far as the data know
//! them, and move along as far as not: `curve` bends the map accordingly.

mod curve;

use outlay_stats::linalg::{log_determinant, solve_lower, solve_upper};
use outlay_stats::simd::axpy;

use super::reference::Reference;
use crate::linear::{NoiseLaw, Workspace};
use crate::model::Model;
use crate::model::layout::Slot;
use curve::Curve;

#[derive(Debug, Clone)]
pub(super) struct Whitened {
    /// Cholesky factor of `A₀`.
    factor: Vec<f64>,
    /// `S₀ / σ₀²`.
    weight: Vec<f64>,
    /// One for each learned scale.
    curves: Vec<Curve>,
    /// `-ln |L₀|`.
    pub(super) log_jacobian: f64,
    pub(super) z: Vec<f64>,
    /// Mean and deviation of `z` at the reference scales.
    mean: Vec<f64>,
    deviation: Vec<f64>,
    /// Derivative in the mean.
    d_mean: Vec<f64>,
    by_period: Vec<f64>,
    /// Noise at the reference, of unit scale, and what it takes to weigh by its precision `Ω₀`.
    noise: NoiseLaw,
    work: Workspace,
}

impl Whitened {
    pub(super) fn new(model: &Model) -> Self {
        let columns = &model.block.design.columns;
        let p = columns.len();
        let Reference { sd, sigma, rho, factor, left, .. } = Reference::new(model);
        let precision = 1.0 / (sigma * sigma);
        let curves = (0..model.layout.len()).filter_map(|slot| {
            let own = |j: &usize| columns[*j].scale == Some(Slot::Free(slot)) && sd[*j] > 0.0;
            Curve::new(slot, (0..p).filter(own).collect(), columns, &sd, &left)
        });
        Self {
            curves: curves.collect(),
            log_jacobian: -0.5 * log_determinant(&factor, p),
            factor,
            weight: sd.iter().map(|s| s * precision).collect(),
            z: vec![0.0; p],
            mean: vec![0.0; p],
            deviation: vec![0.0; p],
            d_mean: vec![0.0; p],
            by_period: vec![0.0; model.block.design.periods],
            noise: NoiseLaw { sigma: 1.0, rho, common: 0.0, power: 1.0 },
            work: model.block.workspace(),
        }
    }

    /// Standardised coefficients at the parameters `theta`, from coordinates `v` and the residual
    /// `y - media`; gives the logarithm of what learned scales add to the Jacobian.
    #[inline(always)]
    pub(super) fn forward(
        &mut self,
        model: &Model,
        v: &[f64],
        residual: &[f64],
        theta: &[f64],
    ) -> f64 {
        let p = self.z.len();
        let block = &model.block;
        self.work.residual.copy_from_slice(residual);
        block.weigh(self.noise, &mut self.work);
        block.design.project(&self.work.weighted, &mut self.by_period, &mut self.mean);
        for j in 0..p {
            self.mean[j] *= self.weight[j];
        }
        solve_lower(&self.factor, p, &mut self.mean);
        solve_upper(&self.factor, p, &mut self.mean);
        self.deviation.copy_from_slice(v);
        solve_upper(&self.factor, p, &mut self.deviation);
        for j in 0..p {
            self.z[j] = self.mean[j] + self.deviation[j];
        }
        let mut log_jacobian = 0.0;
        for curve in &mut self.curves {
            log_jacobian += curve.forward(theta, &self.mean, &self.deviation, &mut self.z);
        }
        log_jacobian
    }

    /// From the derivatives `d_z` in `z`: those in `v` into `d_v`, those in learned scales added to
    /// `d_theta`, and those in the residual added to `d_residual`.
    #[inline(always)]
    pub(super) fn backward(
        &mut self,
        model: &Model,
        d_z: &[f64],
        d_v: &mut [f64],
        d_theta: &mut [f64],
        d_residual: &mut [f64],
    ) {
        let p = self.z.len();
        self.d_mean.copy_from_slice(d_z);
        d_v.copy_from_slice(d_z);
        for curve in &mut self.curves {
            curve.backward(d_z, &mut self.d_mean, d_v, d_theta);
        }
        solve_lower(&self.factor, p, d_v);
        solve_lower(&self.factor, p, &mut self.d_mean);
        solve_upper(&self.factor, p, &mut self.d_mean);
        for j in 0..p {
            self.d_mean[j] *= self.weight[j];
        }
        let block = &model.block;
        self.work.residual.fill(0.0);
        block.design.apply(&self.d_mean, &mut self.by_period, &mut self.work.residual);
        for (d, w) in self.work.residual.iter_mut().zip(&model.observed) {
            *d *= w;
        }
        block.weigh(self.noise, &mut self.work);
        axpy(1.0, &self.work.weighted, d_residual);
    }
}
