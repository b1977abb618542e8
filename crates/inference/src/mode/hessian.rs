//! Curvature by central differences of the gradient.

use crate::density::{Density, DensityError};

/// First step, relative to the position's magnitude: near the cube root of the rounding error.
const FIRST_STEP: f64 = 1e-5;
/// Refined step, in standard deviations of the parameter given all others.
const REFINED_STEP: f64 = 1e-3;

/// The negative Hessian of the log density at `position` (the precision of the Laplace
/// approximation), symmetric, row-major `[dim][dim]`. Takes 2 to 4 gradients per parameter: the
/// step is chosen again where the first one does not fit the parameter's conditional scale.
///
/// # Errors
/// The density fails on both sides of `position` for some parameter, however small the step.
pub fn negative_hessian<D: Density>(
    density: &mut D,
    position: &[f64],
) -> Result<Vec<f64>, DensityError> {
    let dim = position.len();
    let mut rows = vec![0.0; dim * dim];
    let mut differences = Differences {
        density,
        position: position.to_vec(),
        up: vec![0.0; dim],
        down: vec![0.0; dim],
    };
    for (j, row) in rows.chunks_exact_mut(dim.max(1)).enumerate() {
        let step = FIRST_STEP * position[j].abs().max(1.0);
        differences.column(j, step, row)?;
        let wanted = REFINED_STEP / row[j].abs().sqrt();
        if wanted.is_finite() && !(0.01..=100.0).contains(&(wanted / step)) {
            // A flat parameter must not be moved out of the region that was asked about.
            let step = wanted.clamp(1e-12, 0.1 * position[j].abs().max(1.0));
            differences.column(j, step, row)?;
        }
    }
    for i in 0..dim {
        for j in 0..i {
            let mean = 0.5 * (rows[i * dim + j] + rows[j * dim + i]);
            rows[i * dim + j] = mean;
            rows[j * dim + i] = mean;
        }
    }
    Ok(rows)
}

struct Differences<'a, D> {
    density: &'a mut D,
    position: Vec<f64>,
    up: Vec<f64>,
    down: Vec<f64>,
}

impl<D: Density> Differences<'_, D> {
    /// `-d gradient / d x_j`, halving the step while the density fails on a side.
    fn column(&mut self, j: usize, mut step: f64, row: &mut [f64]) -> Result<(), DensityError> {
        let center = self.position[j];
        let mut failure = DensityError::NotFinite;
        for _ in 0..8 {
            self.position[j] = center + step;
            let above = self.position[j];
            let up = self.density.log_density(&self.position, &mut self.up);
            self.position[j] = center - step;
            let below = self.position[j];
            let down = self.density.log_density(&self.position, &mut self.down);
            self.position[j] = center;
            match up.and(down) {
                Ok(_) => {
                    let width = above - below;
                    for ((out, up), down) in row.iter_mut().zip(&self.up).zip(&self.down) {
                        *out = -(up - down) / width;
                    }
                    return Ok(());
                }
                Err(error) => failure = error,
            }
            step *= 0.25;
        }
        Err(failure)
    }
}
