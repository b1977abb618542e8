//! Differential evolution with two-point crossover on the unit box.
//!
//! A population of 30 starts uniform. Each member in turn is the parent of a trial vector: its
//! mutant is `x + F (a - b) + F (best - x)` with F = 0.8 and two random members a and b; a
//! segment between two random cuts is taken from one, the rest from the other; values that
//! leave the box are reflected. A child that is better than its parent in some of the objectives
//! replaces it with that share as the probability; the best member is the one with the smallest
//! loss, which comes from the [`Archive`]. (Storn and Price 1997; variant, constants and the
//! treatment of several objectives after nevergrad's `TwoPointsDE`.)

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::design::{Design, Space};
use super::evaluate::{EvaluationOptions, Evaluator};
use super::objective::Objectives;
use super::pareto::Archive;
use super::settings::RidgeSettings;

const POPULATION: usize = 30;
const WEIGHT: f64 = 0.8;

/// How far a search has come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RidgeProgress {
    /// Evaluations done, all trials together.
    pub done: usize,
    /// Evaluations planned.
    pub total: usize,
    /// Trial that reports, from 0.
    pub trial: usize,
    /// Smallest NRMSE of that trial.
    pub best_nrmse: f64,
    /// Smallest DECOMP.RSSD of that trial.
    pub best_rssd: f64,
}

/// Everything one trial evaluated, in order.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Trace {
    dimensions: usize,
    points: Vec<f64>,
    objectives: Vec<Objectives>,
}

impl Trace {
    fn with_capacity(dimensions: usize, iterations: usize) -> Self {
        Self {
            dimensions,
            points: Vec::with_capacity(dimensions * iterations),
            objectives: Vec::with_capacity(iterations),
        }
    }

    /// Objectives in order of evaluation.
    pub(crate) fn objectives(&self) -> &[Objectives] {
        &self.objectives
    }

    /// Hyper-parameters of evaluation `i`, in natural units.
    pub(crate) fn point(&self, i: usize) -> &[f64] {
        &self.points[i * self.dimensions..(i + 1) * self.dimensions]
    }
}

/// Runs all trials on rayon's threads; the result does not depend on how many there are.
pub(crate) fn run(
    design: &Design,
    space: &Space,
    settings: &RidgeSettings,
    seed: u64,
    progress: &(dyn Fn(RidgeProgress) + Sync),
    cancel: &AtomicBool,
) -> Vec<Trace> {
    let done = AtomicUsize::new(0);
    let trials: Vec<usize> = (0..settings.trials).collect();
    trials
        .par_iter()
        .map(|trial| {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            rng.set_stream(*trial as u64 + 1);
            let search = Trial { design, space, settings, trial: *trial, done: &done };
            search.run(rng, progress, cancel)
        })
        .collect()
}

struct Trial<'a> {
    design: &'a Design,
    space: &'a Space,
    settings: &'a RidgeSettings,
    trial: usize,
    done: &'a AtomicUsize,
}

impl Trial<'_> {
    fn run(
        &self,
        mut rng: ChaCha8Rng,
        progress: &(dyn Fn(RidgeProgress) + Sync),
        cancel: &AtomicBool,
    ) -> Trace {
        let (d, iterations) = (self.space.len(), self.settings.iterations);
        let report_every = (iterations / 50).max(1);
        let options = EvaluationOptions::from(self.settings);
        let mut evaluator = Evaluator::new(self.design, self.space, options);
        let mut trace = Trace::with_capacity(d, iterations);
        let objectives = if self.design.lifts.is_empty() { 2 } else { 3 };
        let mut population = Population::new(d, objectives);
        let mut archive = Archive::new(objectives, [1.0; 3], iterations);
        let mut point = vec![0.0; d];
        let (mut best_nrmse, mut best_rssd) = (f64::INFINITY, f64::INFINITY);
        for iteration in 0..iterations {
            if cancel.load(Ordering::Relaxed) {
                break;
            }
            population.ask(&mut rng);
            self.space.scale(&population.child, &mut point);
            let found = evaluator.evaluate(&point);
            trace.points.extend_from_slice(&point);
            trace.objectives.push(found);
            let [a, b, c] = self.settings.objective_weights;
            let goals =
                [a * found.nrmse, b * found.decomp_rssd, c * found.mape_lift.unwrap_or(0.0)];
            let loss = archive.tell(goals);
            population.tell(loss, goals, &mut rng);
            best_nrmse = best_nrmse.min(found.nrmse);
            best_rssd = best_rssd.min(found.decomp_rssd);
            let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
            if (iteration + 1) % report_every == 0 {
                let total = iterations * self.settings.trials;
                progress(RidgeProgress { done, total, trial: self.trial, best_nrmse, best_rssd });
            }
        }
        trace
    }
}

/// Members on the unit box with their losses.
#[derive(Debug)]
struct Population {
    dimensions: usize,
    objectives: usize,
    members: Vec<f64>,
    losses: Vec<f64>,
    goals: Vec<[f64; 3]>,
    best: usize,
    next: usize,
    child: Vec<f64>,
}

impl Population {
    fn new(dimensions: usize, objectives: usize) -> Self {
        Self {
            dimensions,
            objectives,
            goals: Vec::with_capacity(POPULATION),
            members: Vec::with_capacity(POPULATION * dimensions),
            losses: Vec::with_capacity(POPULATION),
            best: 0,
            next: 0,
            child: vec![0.0; dimensions],
        }
    }

    fn member(&self, i: usize) -> &[f64] {
        &self.members[i * self.dimensions..(i + 1) * self.dimensions]
    }

    /// Puts the next vector to evaluate into `child`.
    fn ask(&mut self, rng: &mut impl Rng) {
        if self.losses.len() < POPULATION {
            self.child.iter_mut().for_each(|v| *v = rng.random::<f64>());
            return;
        }
        let d = self.dimensions;
        let a = rng.random_range(0..POPULATION);
        // Two different members: their difference is what explores.
        let b = (a + rng.random_range(1..POPULATION)) % POPULATION;
        let (mut from, mut to) = (rng.random_range(0..=d), rng.random_range(0..=d));
        if from > to {
            (from, to) = (to, from);
        }
        let keep_inside = rng.random_bool(0.5);
        // A child must differ from its parent, and should keep something of it.
        if to - from == d || to == from {
            (from, to) = (d / 2, d);
        }
        for i in 0..d {
            let inside = (from..to).contains(&i);
            let x = self.member(self.next)[i];
            self.child[i] = if inside == keep_inside {
                x
            } else {
                let mutant = x
                    + WEIGHT * (self.member(a)[i] - self.member(b)[i])
                    + WEIGHT * (self.member(self.best)[i] - x);
                reflect(mutant)
            };
        }
    }

    /// Takes the loss and the objectives of `child`.
    fn tell(&mut self, loss: f64, goals: [f64; 3], rng: &mut impl Rng) {
        if self.losses.len() < POPULATION {
            self.members.extend_from_slice(&self.child);
            self.losses.push(loss);
            self.goals.push(goals);
            if loss < self.losses[self.best] {
                self.best = self.losses.len() - 1;
            }
            return;
        }
        let (i, d, m) = (self.next, self.dimensions, self.objectives);
        let better = (0..m).filter(|k| goals[*k] < self.goals[i][*k]).count();
        if rng.random::<f64>() * (m as f64) < better as f64 {
            self.members[i * d..(i + 1) * d].copy_from_slice(&self.child);
            self.losses[i] = loss;
            self.goals[i] = goals;
            if loss < self.losses[self.best] {
                self.best = i;
            }
        }
        self.next = (i + 1) % POPULATION;
    }
}

/// Folds a value at the ends of [0, 1].
fn reflect(v: f64) -> f64 {
    let folded = v.rem_euclid(2.0);
    if folded > 1.0 { 2.0 - folded } else { folded }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_reflected_into_the_box() {
        for (v, expected) in [(0.3, 0.3), (-0.2, 0.2), (1.25, 0.75), (2.5, 0.5), (-1.5, 0.5)] {
            assert!((reflect(v) - expected).abs() < 1e-12, "{v}");
        }
    }

    #[test]
    fn evolution_finds_the_minimum_of_a_bowl() {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let mut population = Population::new(6, 1);
        for _ in 0..6000 {
            population.ask(&mut rng);
            assert!(population.child.iter().all(|v| (0.0..=1.0).contains(v)));
            let loss: f64 = population.child.iter().map(|v| (v - 0.7).powi(2)).sum();
            population.tell(loss, [loss; 3], &mut rng);
        }
        assert!(population.losses[population.best] < 1e-3);
    }
}
