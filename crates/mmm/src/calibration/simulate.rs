//! Data drawn from the model itself.

use std::sync::Arc;

use outlay_stats::simd::{axpy, dot};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution as _, StandardNormal, StudentT};

use super::SimulationError;
use crate::density::{Draw, Evaluator};
use crate::model::media::UnitWork;
use crate::model::{LiftKind, Model};
use crate::scalars::Scalars;
use crate::spec::LikelihoodFamily;

/// Stream of the generator of parameters and noise. Fits use low streams and the last one: the
/// truth must not share its random numbers with the draws that it is ranked among.
const TRUTH_STREAM: u64 = 1 << 40;

/// A data set with the parameters that it was drawn from.
#[derive(Debug, Clone)]
pub(super) struct Simulated {
    /// The true parameters.
    pub(super) truth: Draw,
    /// The model to be fitted, with the drawn data in place of the observed.
    pub(super) model: Model,
}

/// Draws from one model.
#[derive(Debug)]
pub(super) struct Simulator {
    model: Arc<Model>,
    evaluator: Evaluator,
    works: Vec<UnitWork>,
}

impl Simulator {
    pub(super) fn new(model: Arc<Model>) -> Self {
        let (geos, periods) = (model.geos(), model.periods());
        Self {
            evaluator: Evaluator::new(Arc::clone(&model)),
            works: model.units.iter().map(|u| u.work(geos, periods)).collect(),
            model,
        }
    }

    /// Parameters from their priors.
    fn parameters(&mut self, rng: &mut ChaCha8Rng) -> Draw {
        let parameters = &self.model.layout.parameters;
        let theta: Vec<f64> = parameters.iter().map(|p| p.prior.sample(rng)).collect();
        let standardised =
            (0..self.model.block.len()).map(|_| StandardNormal.sample(rng)).collect();
        self.evaluator.restore(theta, standardised)
    }

    /// A data set for `fitted`, which has the parameters of the model that draws.
    pub(super) fn simulate(
        &mut self,
        fitted: &Model,
        seed: u64,
    ) -> Result<Simulated, SimulationError> {
        let mut rng = generator(seed);
        let truth = self.parameters(&mut rng);
        let mut model = fitted.clone();
        model.target = self.mean(&truth);
        self.add_noise(&truth, &mut model.target, &mut rng)?;
        for (y, w) in model.target.iter_mut().zip(&model.observed) {
            *y *= w;
        }
        for (l, lift) in model.lifts.iter_mut().enumerate() {
            let z: f64 = StandardNormal.sample(&mut rng);
            lift.observed = self.lifted(l, &truth) + lift.standard_error * z;
        }
        let finite = |values: &[f64]| values.iter().all(|v| v.is_finite());
        if finite(&model.target) && model.lifts.iter().all(|l| l.observed.is_finite()) {
            Ok(Simulated { truth, model })
        } else {
            Err(SimulationError::NotFinite)
        }
    }

    /// Mean of the scaled KPI less the prior means of linear columns, as [`Model::target`].
    fn mean(&mut self, draw: &Draw) -> Vec<f64> {
        let model = &self.model;
        let periods = model.periods();
        let mut mean = vec![0.0; model.target.len()];
        for ((unit, work), beta) in model.units.iter().zip(&mut self.works).zip(&draw.beta) {
            unit.weights(&draw.theta, work);
            unit.transform_scaled(&draw.theta, 1.0, periods, work);
            let rows = mean.chunks_exact_mut(periods).zip(work.main.out.chunks_exact(periods));
            for ((mean, out), b) in rows.zip(beta) {
                axpy(*b, out, mean);
            }
        }
        for (column, slot) in &model.explicit {
            let scale = column.scale.map_or(1.0, |s| s.value(&draw.theta));
            column.add_to(slot.value(&draw.theta) * scale, periods, &mut mean);
        }
        let columns = &model.block.design.columns;
        let deviations: Vec<f64> =
            columns.iter().zip(&draw.coefficients).map(|(c, b)| b - c.mean).collect();
        model.block.design.apply(&deviations, &mut vec![0.0; periods], &mut mean);
        mean
    }

    fn add_noise(
        &self,
        draw: &Draw,
        values: &mut [f64],
        rng: &mut ChaCha8Rng,
    ) -> Result<(), SimulationError> {
        let noise = &self.model.noise;
        let student = match noise.family {
            LikelihoodFamily::Normal | LikelihoodFamily::LogNormal => None,
            LikelihoodFamily::StudentT => {
                let df = noise.degrees_of_freedom.value(&draw.theta);
                Some(StudentT::new(df).map_err(|_| SimulationError::NotFinite)?)
            }
        };
        let periods = self.model.periods();
        let tau = noise.common.value(&draw.theta);
        let shared: Vec<f64> = (0..periods)
            .map(|_| if tau > 0.0 { StandardNormal.sample(rng) } else { 0.0 })
            .collect();
        for (g, row) in values.chunks_exact_mut(periods).enumerate() {
            let slot = noise.sigma.get(g).or(noise.sigma.first());
            let sigma = slot.map_or(0.0, |s| s.value(&draw.theta));
            let rho = noise.autocorrelation.value(&draw.theta);
            let mut error = 0.0;
            for (t, y) in row.iter_mut().enumerate() {
                let innovation: f64 = match &student {
                    Some(t) => t.sample(rng),
                    None => StandardNormal.sample(rng),
                };
                // The first error comes from the stationary distribution.
                let spread = if t == 0 { (1.0 - rho * rho).sqrt() } else { 1.0 };
                error = rho * error + sigma * (innovation + tau * shared[t]) / spread;
                *y += error;
            }
        }
        Ok(())
    }

    /// What a lift test would measure without error, as the density expects it.
    fn lifted(&mut self, l: usize, draw: &Draw) -> f64 {
        let model = &self.model;
        let lift = &model.lifts[l];
        let unit = &model.units[lift.unit];
        let beta = &draw.beta[lift.unit];
        let periods = model.periods();
        match &lift.kind {
            LiftKind::Window { counterfactual, weights } => {
                let work = &mut self.works[lift.unit];
                unit.weights(&draw.theta, work);
                unit.transform_scaled(&draw.theta, 1.0, periods, work);
                let mut without = unit.pass(model.geos(), periods);
                let theta = &draw.theta;
                unit.transform::<false>(
                    counterfactual,
                    theta,
                    &work.weights,
                    periods,
                    &mut without,
                );
                beta.iter()
                    .enumerate()
                    .map(|(g, b)| {
                        let cells = g * periods..(g + 1) * periods;
                        let w = &weights[cells.clone()];
                        b * (dot(w, &work.main.out[cells.clone()]) - dot(w, &without.out[cells]))
                    })
                    .sum()
            }
            LiftKind::Point { from, to } => {
                let p = unit.saturation_slots.map(|s| s.value(&draw.theta));
                let gained =
                    unit.saturation.at(*to, &p).value - unit.saturation.at(*from, &p).value;
                beta.iter().sum::<f64>() / beta.len() as f64 * gained
            }
        }
    }
}

fn generator(seed: u64) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(TRUTH_STREAM);
    rng
}

/// The scalars that are not fixed: those that differ between two draws from the prior.
pub(super) fn free(model: &Arc<Model>, scalars: &Scalars, seed: u64) -> Vec<usize> {
    let mut simulator = Simulator::new(Arc::clone(model));
    let mut rng = generator(seed);
    let (a, b) = (simulator.parameters(&mut rng), simulator.parameters(&mut rng));
    (0..scalars.len()).filter(|i| scalars.value(*i, &a) != scalars.value(*i, &b)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Spec;
    use outlay_core::{
        Calendar, Channel, Covariate, Exposure, Granularity, Grid, Kpi, KpiKind, Organic, Panel,
        PanelDraft,
    };
    use outlay_inference::Density as _;

    const WEEKS: usize = 30;

    fn grid(geos: usize, k: f64) -> Grid {
        Grid::from_fn(geos, WEEKS, |g, t| 2.0 + ((g + 1) as f64 * k * t as f64).sin())
    }

    fn panel(geos: usize) -> Panel {
        let reach = |k: f64| Exposure::ReachFrequency {
            reach: grid(geos, k),
            frequency: grid(geos, 2.0 * k),
        };
        let volume = |k: f64| Exposure::Volume { unit: "views".into(), values: grid(geos, k) };
        let channel =
            |name: &str, exposure, k| Channel { name: name.into(), exposure, spend: grid(geos, k) };
        let series = |name: &str, k| Covariate { name: name.into(), values: grid(geos, k) };
        Panel::new(PanelDraft {
            calendar: Calendar::regular(Granularity::Week, "2024-01-01".parse().unwrap(), WEEKS),
            lead_in: 0,
            geos: (0..geos).map(|g| format!("g{g}")).collect(),
            population: (0..geos).map(|g| 1.0 + g as f64).collect(),
            currency: None,
            kpi: Kpi {
                name: "sales".into(),
                kind: KpiKind::Count,
                values: grid(geos, 0.3).map(|v| 50.0 + 10.0 * v),
                revenue_per_unit: Some(Grid::filled(geos, WEEKS, 3.0)),
            },
            channels: vec![channel("search", volume(0.7), 0.7), channel("tv", reach(0.5), 0.4)],
            organic: vec![Organic { name: "mail".into(), exposure: volume(0.9) }],
            controls: vec![series("weather", 1.1)],
            treatments: vec![series("price", 1.3)],
        })
        .unwrap()
    }

    /// With hardly any noise the density at the truth is high if, and only if, the data were
    /// drawn around the mean and the lift tests that the density itself computes.
    fn at_the_truth(geos: usize, spec: &str) -> (f64, f64, usize) {
        let text = format!("version = 1\n{spec}\n");
        let spec = Spec::from_toml(&text).unwrap();
        let model = Arc::new(Model::new(&spec, &panel(geos)).unwrap());
        let mut simulator = Simulator::new(Arc::clone(&model));
        let Simulated { truth, model } = simulator.simulate(&model, 5).unwrap();
        let cells = model.observed.iter().filter(|w| **w > 0.0).count();
        let mut evaluator = Evaluator::new(Arc::new(model));
        let joint = evaluator.log_joint(&truth.theta, &truth.standardised);
        let position = evaluator.coordinates(&truth.theta);
        let mut gradient = vec![0.0; position.len()];
        let density = evaluator.log_density(&position, &mut gradient).unwrap();
        (joint, density, cells)
    }

    fn fits_itself(geos: usize, spec: &str) {
        let sigma = "likelihood.sigma = { fixed = { value = 1e-6 } }";
        let (joint, _, cells) = at_the_truth(geos, &format!("{spec}\n{sigma}"));
        // Per cell -ln σ - ½ ln 2π - ½ = 12.4; priors and Jacobians share what is left.
        let per_cell = joint / cells as f64;
        assert!((6.0..16.0).contains(&per_cell), "{per_cell} per cell");
    }

    #[test]
    fn data_lie_around_the_mean_of_the_density() {
        fits_itself(1, "preset = \"outlay\"");
        fits_itself(3, "preset = \"meridian\"");
        fits_itself(3, "preset = \"outlay\"\nholdout.last = 4");
        fits_itself(1, "preset = \"pymc-marketing\"");
        fits_itself(2, "scaling.kpi = \"mean\"\nlikelihood.family = \"log-normal\"");
        let student = "likelihood.family = \"student-t\"\nlikelihood.common = false\nlikelihood.sigma_per_geo = true\nlikelihood.degrees_of_freedom = { fixed = { value = 30.0 } }";
        fits_itself(2, student);
    }

    #[test]
    fn lift_tests_are_drawn_around_what_the_density_expects() {
        let window = "[[lift_test]]\nchannel = \"search\"\nstart = 2024-03-04\nend = 2024-03-31\ncounterfactual = 0.0\nlift = 5.0\nstandard_error = 1e-6";
        let (_, density, _) = at_the_truth(3, &format!("preset = \"outlay\"\n{window}"));
        assert!(density > -1e4, "{density}");
        let point = "[[lift_test]]\nchannel = \"search\"\nx = 1.0\ndelta_x = 0.5\ndelta_y = 1.0\nsigma = 1e-7";
        let (_, density, _) = at_the_truth(1, &format!("preset = \"pymc-marketing\"\n{point}"));
        assert!(density > -1e4, "{density}");
    }

    #[test]
    fn fixed_parameters_are_not_free() {
        let spec = Spec::from_toml("version = 1\nmedia.saturation.slope = { fixed = { value = 2.0 } }\nlikelihood.sigma = { fixed = { value = 1.0 } }").unwrap();
        let model = Arc::new(Model::new(&spec, &panel(1)).unwrap());
        let scalars = Scalars::new(&model);
        let free = free(&model, &scalars, 1);
        let names: Vec<&str> = free.iter().map(|i| scalars.names[*i].as_str()).collect();
        assert!(names.iter().any(|n| n.contains("[search]")));
        assert!(!names.iter().any(|n| n.contains("slope[search]") || n.contains("sigma")));
    }
}
