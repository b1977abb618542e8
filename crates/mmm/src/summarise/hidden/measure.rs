//! What is left of exposures and of the KPI, in the precision of everything but media.

use outlay_stats::linalg::{cholesky, inverse};
use outlay_stats::simd::{axpy, dot};

use crate::linear::Workspace;
use crate::model::Model;
use crate::model::design::Part;

use super::means::Means;

/// Jitter against rounding, relative to the diagonal.
const JITTER: f64 = 1e-10;

/// The measure `C⁻¹`.
pub(super) struct Measure<'a> {
    model: &'a Model,
    means: &'a Means,
    work: Workspace,
}

/// What is left in the measure.
pub(super) struct Look {
    /// Of each regressor, after all others.
    pub(super) information: Vec<f64>,
    /// `C⁻¹ d̃` of each regressor.
    pub(super) along: Vec<Vec<f64>>,
    /// Of the KPI, after all regressors.
    pub(super) left: f64,
}

impl<'a> Measure<'a> {
    pub(super) fn new(model: &'a Model, means: &'a Means) -> Self {
        Self { model, means, work: model.block.workspace() }
    }

    /// `C⁻¹ x`, columns of one part left out of `C`.
    fn times(&mut self, x: &[f64], without: Option<&Part>) -> Option<Vec<f64>> {
        let block = &self.model.block;
        let work = &mut self.work;
        work.sd.copy_from_slice(&self.means.sd);
        for (sd, column) in work.sd.iter_mut().zip(&block.design.columns) {
            if Some(&column.part) == without {
                *sd = 0.0;
            }
        }
        work.residual.copy_from_slice(x);
        let mask = self.model.has_holdout.then_some(self.model.observed.as_slice());
        block.log_density::<false>(self.means.law, mask, work).ok()?;
        // Leaves the residual, weighted: Ω (x - X b̂).
        block.noise_log_density(self.means.law, work);
        let precision = self.means.law.precision();
        Some(work.weighted.iter().map(|v| v * precision).collect())
    }

    /// What is left of regressors and of `rest`, columns of one part left out of `C`.
    pub(super) fn look(
        &mut self,
        regressors: &[Vec<f64>],
        rest: &[f64],
        without: Option<&Part>,
    ) -> Option<Look> {
        let k = regressors.len();
        let weighted: Option<Vec<Vec<f64>>> =
            regressors.iter().map(|d| self.times(d, without)).collect();
        let weighted = weighted?;
        let mut gram = vec![0.0; k * k];
        for i in 0..k {
            for j in 0..k {
                gram[i * k + j] = dot(&regressors[i], &weighted[j]);
            }
        }
        for i in 0..k {
            gram[i * k + i] *= 1.0 + JITTER;
        }
        cholesky(&mut gram, k).ok()?;
        let (mut scratch, mut inverted) = (vec![0.0; k * k], vec![0.0; k * k]);
        inverse(&gram, k, &mut scratch, &mut inverted);
        let rows = || inverted.chunks_exact(k).enumerate();
        let fitted: Vec<f64> = weighted.iter().map(|w| dot(w, rest)).collect();
        let explained: f64 = rows().map(|(i, row)| fitted[i] * dot(row, &fitted)).sum();
        let along = rows().map(|(i, row)| {
            let mut own = vec![0.0; rest.len()];
            row.iter().zip(&weighted).for_each(|(g, w)| axpy(g / row[i], w, &mut own));
            own
        });
        let own = self.times(rest, without)?;
        Some(Look {
            information: rows().map(|(i, row)| 1.0 / row[i]).collect(),
            along: along.collect(),
            left: dot(rest, &own) - explained,
        })
    }
}
