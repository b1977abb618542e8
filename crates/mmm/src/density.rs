//! The log posterior density and its gradient, without allocation.
//!
//! The flow is one way and back: coordinates → parameters → transformed media → mean →
//! likelihood, then the adjoint of each step in reverse.

mod likelihood;
mod reference;
mod whitened;

use std::sync::Arc;

use outlay_inference::{Density as InferenceDensity, DensityError, Target};
use outlay_stats::distribution::Density as PriorDensity;
use outlay_stats::simd::{Kernel, axpy, dispatch, dot};
use rand::Rng;
use rand_distr::{Distribution as _, StandardNormal};

use crate::linear::Workspace;
use crate::model::layout::Slot;
use crate::model::media::{Pass, UnitWork};
use crate::model::{LiftKind, Model, Treatment};
use crate::spec::LikelihoodFamily;
use whitened::Whitened;

/// A posterior to sample from: makes one [`Evaluator`] per chain.
#[derive(Debug, Clone)]
pub struct Posterior {
    /// The model.
    pub model: Arc<Model>,
}

impl Posterior {
    /// The posterior of a model.
    pub fn new(model: Model) -> Self {
        Self { model: Arc::new(model) }
    }
}

impl Target for Posterior {
    type Density = Evaluator;

    fn density(&self) -> Evaluator {
        Evaluator::new(Arc::clone(&self.model))
    }
}

/// A model with the scratch memory of one thread.
#[derive(Debug, Clone)]
pub struct Evaluator {
    model: Arc<Model>,
    priors: Vec<PriorDensity>,
    /// Parameters whose coordinate is shifted; their channel turns it into the parameter.
    shifted: Vec<bool>,
    theta: Vec<f64>,
    d_theta: Vec<f64>,
    /// `dx/du` and `d ln|dx/du| / du` of each parameter.
    slopes: Vec<(f64, f64)>,
    units: Vec<UnitWork>,
    lift_passes: Vec<Option<Pass>>,
    lift_adjoint: Vec<f64>,
    /// Media and explicit columns.
    mean: Vec<f64>,
    d_mean: Vec<f64>,
    work: Workspace,
    whitened: Option<Whitened>,
    d_z: Vec<f64>,
    by_period: Vec<f64>,
}

/// One point of the posterior in the model's own terms.
#[derive(Debug, Clone, PartialEq)]
pub struct Draw {
    /// Nonlinear parameters, in the order of the layout.
    pub theta: Vec<f64>,
    /// Linear coefficients, in the order of the design, prior means included.
    pub coefficients: Vec<f64>,
    /// The same standardised (`z`), which are the parameters of learned scales.
    pub standardised: Vec<f64>,
    /// Coefficient of each channel in each geo, `[channel][geo]`.
    pub beta: Vec<Vec<f64>>,
}

impl Evaluator {
    /// Scratch memory for `model`.
    pub fn new(model: Arc<Model>) -> Self {
        let (geos, periods) = (model.geos(), model.periods());
        let n = geos * periods;
        let k = model.layout.len();
        let mut shifted = vec![false; k];
        for unit in &model.units {
            if let (Slot::Free(i), true) = (unit.effect.slot, unit.effect.shifted) {
                shifted[i] = true;
            }
        }
        let lift_passes = model.lifts.iter().map(|lift| match lift.kind {
            LiftKind::Window { .. } => Some(model.units[lift.unit].pass(geos, periods)),
            LiftKind::Point { .. } => None,
        });
        Self {
            priors: model.layout.parameters.iter().map(|p| p.prior.compiled()).collect(),
            shifted,
            theta: vec![0.0; k],
            d_theta: vec![0.0; k],
            slopes: vec![(1.0, 0.0); k],
            units: model.units.iter().map(|u| u.work(geos, periods)).collect(),
            lift_passes: lift_passes.collect(),
            lift_adjoint: vec![0.0; n],
            mean: vec![0.0; n],
            d_mean: vec![0.0; n],
            work: model.block.workspace(),
            whitened: (model.treatment == Treatment::Whitened).then(|| Whitened::new(&model)),
            d_z: vec![0.0; model.block.len()],
            by_period: vec![0.0; periods],
            model,
        }
    }

    /// The model.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Parameters from coordinates; gives the log prior density with Jacobians of all that is
    /// not shifted, and leaves prior gradients in `d_theta`.
    #[inline(always)]
    fn constrain(&mut self, position: &[f64]) -> f64 {
        let mut value = 0.0;
        for (i, parameter) in self.model.layout.parameters.iter().enumerate() {
            if self.shifted[i] {
                self.theta[i] = position[i];
                continue;
            }
            let at = parameter.at(position[i], &self.priors[i]);
            value += at.log_prior;
            self.theta[i] = at.value;
            self.d_theta[i] = at.prior_slope;
            self.slopes[i] = (at.derivative, at.coordinate_slope);
        }
        value
    }

    /// Transforms media, works out coefficients, sums the mean. Shifted coefficients become
    /// themselves; their prior and Jacobian are returned.
    #[inline(always)]
    fn predict(&mut self, model: &Model) -> f64 {
        let periods = model.periods();
        let mut value = 0.0;
        self.mean.fill(0.0);
        for (unit, work) in model.units.iter().zip(&mut self.units) {
            unit.forward::<true>(&mut self.theta, periods, work);
            if let Slot::Free(i) = unit.effect.slot
                && self.shifted[i]
            {
                let (prior, slope) = self.priors[i].log_density_and_gradient(self.theta[i]);
                value += prior + self.theta[i].ln();
                self.d_theta[i] = slope;
            }
            let rows = self.mean.chunks_exact_mut(periods).zip(work.main.out.chunks_exact(periods));
            for ((mean, out), beta) in rows.zip(&work.beta) {
                axpy(*beta, out, mean);
            }
        }
        for (column, slot) in &model.explicit {
            let scale = column.scale.map_or(1.0, |s| s.value(&self.theta));
            column.add_to(slot.value(&self.theta) * scale, periods, &mut self.mean);
        }
        value
    }

    /// Prior standard deviations of the linear coefficients for the current parameters.
    #[inline(always)]
    fn linear_scales(&mut self, model: &Model) {
        for (sd, column) in self.work.sd.iter_mut().zip(&model.block.design.columns) {
            *sd = column.sd * column.scale.map_or(1.0, |s| s.value(&self.theta));
        }
    }

    /// `work.residual = observed × (target - mean)`.
    #[inline(always)]
    fn residual(&mut self, model: &Model) {
        let cells = self.work.residual.iter_mut().zip(&model.target).zip(&self.mean);
        for ((r, y), m) in cells {
            *r = y - m;
        }
        if model.has_holdout {
            for (r, w) in self.work.residual.iter_mut().zip(&model.observed) {
                *r *= w;
            }
        }
    }

    #[inline(always)]
    fn evaluate(&mut self, position: &[f64], gradient: &mut [f64]) -> Result<f64, DensityError> {
        let model = Arc::clone(&self.model);
        let model = &*model;
        let k = model.layout.len();
        let mut value = self.constrain(position) + self.predict(model) + model.log_jacobian;
        self.linear_scales(model);
        self.residual(model);
        value += match model.treatment {
            Treatment::Marginal => self.marginal(model)?,
            Treatment::Whitened => {
                let (head, tail) = (&position[k..], &mut gradient[k..]);
                self.whitened(model, head, tail)
            }
        };
        let periods = model.periods();
        for work in &mut self.units {
            let rows = self.d_mean.chunks_exact(periods).zip(work.main.out.chunks_exact(periods));
            for (g, (d, out)) in rows.enumerate() {
                work.d_beta[g] = dot(d, out);
                let beta = work.beta[g];
                let cells = &mut work.d_out[g * periods..(g + 1) * periods];
                for (o, d) in cells.iter_mut().zip(d) {
                    *o = beta * d;
                }
            }
        }
        value += self.lifts(model);
        for (unit, work) in model.units.iter().zip(&mut self.units) {
            unit.backward(&self.theta, periods, work, &mut self.d_theta);
        }
        self.explicit_adjoint(model);
        for i in 0..k {
            gradient[i] = if self.shifted[i] {
                self.d_theta[i]
            } else {
                let (slope, jacobian) = self.slopes[i];
                self.d_theta[i] * slope + jacobian
            };
        }
        Ok(value)
    }

    #[inline(always)]
    fn explicit_adjoint(&mut self, model: &Model) {
        if model.explicit.is_empty() {
            return;
        }
        self.by_period.fill(0.0);
        for row in self.d_mean.chunks_exact(model.periods()) {
            axpy(1.0, row, &mut self.by_period);
        }
        for (column, slot) in &model.explicit {
            let d = likelihood::column_dot(column, model.periods(), &self.by_period, &self.d_mean);
            let scale = column.scale.map_or(1.0, |s| s.value(&self.theta));
            if let Some(s) = column.scale {
                s.add(&mut self.d_theta, d * slot.value(&self.theta));
            }
            slot.add(&mut self.d_theta, d * scale);
        }
    }

    /// The linear block integrated out: the likelihood, and its derivatives in mean, noise and
    /// learned scales.
    #[inline(always)]
    fn marginal(&mut self, model: &Model) -> Result<f64, DensityError> {
        let slot = model.noise.sigma[0];
        let memory = model.noise.autocorrelation;
        let sigma = slot.value(&self.theta);
        let noise = model.noise.law(&self.theta, model.power);
        let mask = model.has_holdout.then_some(model.observed.as_slice());
        let value = model
            .block
            .log_density::<true>(noise, mask, &mut self.work)
            .map_err(|_| DensityError::NotFinite)?;
        let precision = noise.precision();
        for (d, e) in self.d_mean.iter_mut().zip(&self.work.weighted) {
            *d = e * precision;
        }
        slot.add(&mut self.d_theta, self.work.sigma_gradient / sigma);
        memory.add(&mut self.d_theta, self.work.rho_gradient);
        model.noise.common.add(&mut self.d_theta, self.work.common_gradient);
        for (column, d) in model.block.design.columns.iter().zip(&self.work.scale_gradient) {
            if let Some(s) = column.scale {
                s.add(&mut self.d_theta, d / s.value(&self.theta));
            }
        }
        Ok(value)
    }

    /// The linear block sampled: priors of its coordinates, the likelihood, and derivatives.
    #[inline(always)]
    fn whitened(&mut self, model: &Model, v: &[f64], d_v: &mut [f64]) -> f64 {
        let Some(whitened) = &mut self.whitened else { return 0.0 };
        let stretched = whitened.forward(model, v, &self.work.residual, &self.theta);
        let mut value = whitened.log_jacobian + stretched;
        for (j, z) in whitened.z.iter().enumerate() {
            value -= 0.5 * z * z + 0.5 * (2.0 * std::f64::consts::PI).ln();
            self.work.coefficients[j] = self.work.sd[j] * z;
        }
        // d_mean first holds the linear part of the mean, then the derivative.
        let linear = &mut self.d_mean;
        linear.fill(0.0);
        model.block.design.apply(&self.work.coefficients, &mut self.by_period, linear);
        value += likelihood::pointwise(
            model,
            &self.theta,
            &self.work.residual,
            &mut self.work.weighted,
            &mut self.d_mean,
            &mut self.d_theta,
        );
        model.block.design.project(&self.d_mean, &mut self.by_period, &mut self.d_z);
        for (j, column) in model.block.design.columns.iter().enumerate() {
            if let Some(s) = column.scale {
                s.add(&mut self.d_theta, column.sd * self.d_z[j] * whitened.z[j]);
            }
            self.d_z[j] = self.d_z[j] * self.work.sd[j] - whitened.z[j];
        }
        // The residual is target - mean: its derivative enters the mean's with a minus.
        self.mean.fill(0.0);
        whitened.backward(model, &self.d_z, d_v, &mut self.d_theta, &mut self.mean);
        for ((d, m), w) in self.d_mean.iter_mut().zip(&self.mean).zip(&model.observed) {
            *d -= m * w;
        }
        value
    }

    /// Experiments: their likelihood; derivatives go into coefficients, exposures, parameters.
    #[inline(always)]
    fn lifts(&mut self, model: &Model) -> f64 {
        let periods = model.periods();
        let mut value = 0.0;
        for (lift, pass) in model.lifts.iter().zip(&mut self.lift_passes) {
            let unit = &model.units[lift.unit];
            let work = &mut self.units[lift.unit];
            let se = lift.standard_error;
            let normal = |expected: f64| {
                let z = (lift.observed - expected) / se;
                let log = -0.5 * z * z - se.ln() - 0.5 * (2.0 * std::f64::consts::PI).ln();
                (log, z / se)
            };
            match (&lift.kind, pass) {
                (LiftKind::Window { counterfactual, weights }, Some(pass)) => {
                    let w = &work.weights;
                    unit.transform::<true>(counterfactual, &self.theta, w, periods, pass);
                    let gained = |work: &UnitWork, g: usize| {
                        let cells = g * periods..(g + 1) * periods;
                        dot(&weights[cells.clone()], &work.main.out[cells.clone()])
                            - dot(&weights[cells.clone()], &pass.out[cells])
                    };
                    let expected: f64 =
                        (0..work.beta.len()).map(|g| work.beta[g] * gained(work, g)).sum();
                    let (log, d) = normal(expected);
                    value += log;
                    for g in 0..work.beta.len() {
                        work.d_beta[g] += d * gained(work, g);
                        let factor = d * work.beta[g];
                        for cell in g * periods..(g + 1) * periods {
                            work.d_out[cell] += factor * weights[cell];
                            self.lift_adjoint[cell] = -factor * weights[cell];
                        }
                    }
                    unit.backward_further(
                        counterfactual,
                        &self.theta,
                        periods,
                        &self.lift_adjoint,
                        pass,
                        work,
                        &mut self.d_theta,
                    );
                }
                (LiftKind::Point { from, to }, _) => {
                    let slots = unit.saturation_slots;
                    let p = [slots[0].value(&self.theta), slots[1].value(&self.theta)];
                    let (low, high) = (unit.saturation.at(*from, &p), unit.saturation.at(*to, &p));
                    let geos = work.beta.len() as f64;
                    let beta = work.beta.iter().sum::<f64>() / geos;
                    let (log, d) = normal(beta * (high.value - low.value));
                    value += log;
                    for d_beta in &mut work.d_beta {
                        *d_beta += d * (high.value - low.value) / geos;
                    }
                    for (k, slot) in slots.iter().enumerate() {
                        slot.add(&mut self.d_theta, d * beta * (high.dp[k] - low.dp[k]));
                    }
                }
                (LiftKind::Window { .. }, None) => {}
            }
        }
        value
    }

    /// The model's own terms at a sampled point; with a marginal block, linear coefficients are
    /// drawn from their exact conditional posterior.
    ///
    /// # Errors
    /// [`DensityError`] when the density has no value there.
    pub fn draw(&mut self, position: &[f64], rng: &mut impl Rng) -> Result<Draw, DensityError> {
        let mut gradient = vec![0.0; position.len()];
        self.log_density(position, &mut gradient)?;
        let model = Arc::clone(&self.model);
        match (&model.treatment, &self.whitened) {
            (Treatment::Marginal, _) => {
                let noise = model.noise.law(&self.theta, model.power);
                model.block.draw(noise, rng, &mut self.work);
            }
            (Treatment::Whitened, Some(whitened)) => {
                self.work.mean.copy_from_slice(&whitened.z);
            }
            (Treatment::Whitened, None) => {}
        }
        let columns = &model.block.design.columns;
        Ok(Draw {
            theta: self.theta.clone(),
            coefficients: columns
                .iter()
                .zip(&self.work.coefficients)
                .map(|(c, b)| c.mean + b)
                .collect(),
            standardised: self.work.mean.clone(),
            beta: self.units.iter().map(|u| u.beta.clone()).collect(),
        })
    }

    /// A draw from its parameters: nonlinear ones, and the linear block standardised.
    pub fn restore(&mut self, theta: Vec<f64>, standardised: Vec<f64>) -> Draw {
        let model = Arc::clone(&self.model);
        let mut coordinates = theta.clone();
        self.media_at(&model, &theta, &mut coordinates);
        self.theta.copy_from_slice(&theta);
        self.linear_scales(&model);
        let columns = model.block.design.columns.iter().zip(&standardised).zip(&self.work.sd);
        Draw {
            coefficients: columns.map(|((c, z), sd)| c.mean + sd * z).collect(),
            beta: self.units.iter().map(|u| u.beta.clone()).collect(),
            theta,
            standardised,
        }
    }

    /// Log density of each observed cell given a draw and the cells before it in its geo, in
    /// units of the KPI per head, whatever the scaling: comparable between models of one panel.
    pub fn pointwise(&mut self, draw: &Draw) -> Vec<f64> {
        let model = Arc::clone(&self.model);
        let model = &*model;
        let mut coordinates = draw.theta.clone();
        self.media_at(model, &draw.theta, &mut coordinates);
        for (column, slot) in &model.explicit {
            let scale = column.scale.map_or(1.0, |s| s.value(&draw.theta));
            column.add_to(slot.value(&draw.theta) * scale, model.periods(), &mut self.mean);
        }
        self.residual(model);
        let columns = model.block.design.columns.iter();
        for ((b, drawn), column) in
            self.work.coefficients.iter_mut().zip(&draw.coefficients).zip(columns)
        {
            *b = drawn - column.mean;
        }
        self.d_mean.fill(0.0);
        let linear = &mut self.d_mean;
        model.block.design.apply(&self.work.coefficients, &mut self.by_period, linear);
        let log = model.noise.family == LikelihoodFamily::LogNormal;
        let kpi = model.panel.kpi.values.values();
        likelihood::innovations(model, &draw.theta, &self.work.residual, &self.d_mean)
            .map(|(cell, log_density)| {
                let per_head = kpi[cell] / model.heads[cell / model.periods()];
                log_density - if log { per_head.ln() } else { model.kpi_scale.spread.ln() }
            })
            .collect()
    }

    /// Channels evaluated at parameters on their own scale, where a shifted coefficient is given
    /// as itself; `coordinates` is scratch that starts as a copy of `theta`.
    fn media_at(&mut self, model: &Model, theta: &[f64], coordinates: &mut [f64]) {
        let periods = model.periods();
        self.mean.fill(0.0);
        for (unit, work) in model.units.iter().zip(&mut self.units) {
            if let (Slot::Free(i), true) = (unit.effect.slot, unit.effect.shifted) {
                // At coordinate zero the coefficient is 1 / Σ weights × exposure.
                coordinates[i] = 0.0;
                unit.forward::<false>(coordinates, periods, work);
                coordinates[i] = theta[i].ln() - coordinates[i].ln();
            }
            unit.forward::<false>(coordinates, periods, work);
            let rows = self.mean.chunks_exact_mut(periods).zip(work.main.out.chunks_exact(periods));
            for ((mean, out), beta) in rows.zip(&work.beta) {
                axpy(*beta, out, mean);
            }
        }
    }

    /// The point in sampled coordinates of nonlinear parameters given on their own scale.
    /// Linear coordinates are zero.
    pub fn coordinates(&mut self, theta: &[f64]) -> Vec<f64> {
        let model = Arc::clone(&self.model);
        let mut position = vec![0.0; model.dim()];
        self.theta.copy_from_slice(theta);
        for (i, parameter) in model.layout.parameters.iter().enumerate() {
            position[i] = parameter.coordinate(theta[i]);
        }
        for (unit, work) in model.units.iter().zip(&mut self.units) {
            if let (Slot::Free(i), true) = (unit.effect.slot, unit.effect.shifted) {
                let mut theta = theta.to_vec();
                theta[i] = 0.0;
                unit.forward::<false>(&mut theta, model.periods(), work);
                // At coordinate zero the coefficient is 1 / Σ weights × exposure.
                position[i] = self.theta[i].ln() - theta[i].ln();
            }
        }
        position
    }

    /// A point drawn from the prior, in sampled coordinates.
    pub fn prior_point(&mut self, rng: &mut impl Rng) -> Vec<f64> {
        let model = Arc::clone(&self.model);
        let theta: Vec<f64> = model.layout.parameters.iter().map(|p| p.prior.sample(rng)).collect();
        let mut position = self.coordinates(&theta);
        for v in &mut position[model.layout.len()..] {
            *v = StandardNormal.sample(rng);
        }
        position
    }

    /// Log joint density of data and parameters on their own scale, without Jacobians: nonlinear
    /// parameters `theta`, and the linear block standardised (`b = mean + sd · scale · z`) with
    /// the density of `b` for fixed scales and of `z` for learned ones. This is what the
    /// peers call log probability.
    pub fn log_joint(&mut self, theta: &[f64], standardised: &[f64]) -> f64 {
        let model = Arc::clone(&self.model);
        let model = &*model;
        let mut value = model.log_jacobian;
        for (i, prior) in self.priors.iter().enumerate() {
            value += prior.log_density(theta[i]);
        }
        self.theta.copy_from_slice(theta);
        let mut coordinates = theta.to_vec();
        let periods = model.periods();
        self.media_at(model, theta, &mut coordinates);
        for (column, slot) in &model.explicit {
            let scale = column.scale.map_or(1.0, |s| s.value(theta));
            column.add_to(slot.value(theta) * scale, periods, &mut self.mean);
        }
        self.linear_scales(model);
        for (j, column) in model.block.design.columns.iter().enumerate() {
            let z = standardised[j];
            value -= 0.5 * z * z + 0.5 * (2.0 * std::f64::consts::PI).ln();
            if column.scale.is_none() {
                value -= column.sd.ln();
            }
            self.work.coefficients[j] = self.work.sd[j] * z;
        }
        self.residual(model);
        self.d_mean.fill(0.0);
        let linear = &mut self.d_mean;
        model.block.design.apply(&self.work.coefficients, &mut self.by_period, linear);
        if model.treatment == Treatment::Marginal {
            for ((r, l), w) in self.work.residual.iter_mut().zip(linear).zip(&model.observed) {
                *r -= *l * w;
            }
            let power = model.power;
            let noise = model.noise.law(theta, power);
            return value + power * model.block.noise_log_density(noise, &mut self.work);
        }
        value
            + likelihood::pointwise(
                model,
                theta,
                &self.work.residual,
                &mut self.work.weighted,
                &mut self.d_mean,
                &mut self.d_theta,
            )
    }
}

struct Evaluate<'a> {
    evaluator: &'a mut Evaluator,
    position: &'a [f64],
    gradient: &'a mut [f64],
}

impl Kernel for Evaluate<'_> {
    type Output = Result<f64, DensityError>;

    #[inline(always)]
    fn run(self) -> Self::Output {
        self.evaluator.evaluate(self.position, self.gradient)
    }
}

impl InferenceDensity for Evaluator {
    fn dim(&self) -> usize {
        self.model.dim()
    }

    fn log_density(&mut self, position: &[f64], gradient: &mut [f64]) -> Result<f64, DensityError> {
        let value = dispatch(Evaluate { evaluator: self, position, gradient })?;
        if value.is_finite() { Ok(value) } else { Err(DensityError::NotFinite) }
    }
}
