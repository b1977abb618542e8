//! Densities with known moments.

use outlay_inference::{Density, DensityError, Target};

/// A target made of a closure that evaluates log density and gradient.
pub(crate) struct Closure<F> {
    pub(crate) dim: usize,
    pub(crate) function: F,
}

pub(crate) struct Evaluated<F> {
    dim: usize,
    function: F,
}

impl<F> Target for Closure<F>
where
    F: Fn(&[f64], &mut [f64]) -> Result<f64, DensityError> + Clone + Send + Sync,
{
    type Density = Evaluated<F>;

    fn density(&self) -> Evaluated<F> {
        Evaluated { dim: self.dim, function: self.function.clone() }
    }
}

impl<F> Density for Evaluated<F>
where
    F: Fn(&[f64], &mut [f64]) -> Result<f64, DensityError> + Send,
{
    fn dim(&self) -> usize {
        self.dim
    }

    fn log_density(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, DensityError> {
        (self.function)(x, gradient)
    }
}

pub(crate) fn closure<F>(dim: usize, function: F) -> Closure<F>
where
    F: Fn(&[f64], &mut [f64]) -> Result<f64, DensityError> + Clone + Send + Sync,
{
    Closure { dim, function }
}

/// A Gaussian with mean `i`, standard deviations `1.5^i` and correlation `rho^|i - j|`, whose
/// precision is tridiagonal.
#[derive(Clone)]
pub(crate) struct Autoregressive {
    pub(crate) dim: usize,
    pub(crate) rho: f64,
}

impl Autoregressive {
    pub(crate) fn mean(&self, i: usize) -> f64 {
        i as f64
    }

    pub(crate) fn sd(&self, i: usize) -> f64 {
        1.5f64.powi(i as i32)
    }

    pub(crate) fn covariance(&self) -> Vec<f64> {
        let dim = self.dim;
        (0..dim * dim)
            .map(|k| {
                let (i, j) = (k / dim, k % dim);
                self.sd(i) * self.sd(j) * self.rho.powi((i as i32 - j as i32).abs())
            })
            .collect()
    }
}

impl Target for Autoregressive {
    type Density = Self;

    fn density(&self) -> Self {
        self.clone()
    }
}

impl Density for Autoregressive {
    fn dim(&self) -> usize {
        self.dim
    }

    fn log_density(&mut self, x: &[f64], gradient: &mut [f64]) -> Result<f64, DensityError> {
        // z_0 ~ N(0, 1), z_i | z_{i-1} ~ N(rho z_{i-1}, 1 - rho^2), x_i = mean_i + sd_i z_i.
        let variance = 1.0 - self.rho * self.rho;
        let z = |i: usize| (x[i] - self.mean(i)) / self.sd(i);
        let mut value = -0.5 * z(0) * z(0);
        gradient.fill(0.0);
        gradient[0] = -z(0) / self.sd(0);
        for i in 1..self.dim {
            let residual = z(i) - self.rho * z(i - 1);
            value -= 0.5 * residual * residual / variance;
            gradient[i] -= residual / variance / self.sd(i);
            gradient[i - 1] += self.rho * residual / variance / self.sd(i - 1);
        }
        Ok(value)
    }
}
