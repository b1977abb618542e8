//! L-BFGS (Nocedal 1980; Nocedal and Wright 2006, algorithm 7.4) with a bisection line search for
//! the weak Wolfe conditions (Lewis and Overton 2013), which needs no second derivative, cannot
//! leave the bracket, and treats a failing density as a step that was too long.

use super::{Mode, ModeSettings, Outcome};
use crate::density::{Density, DensityError};
use std::collections::VecDeque;

/// Sufficient increase, as a share of what the slope promises.
const INCREASE: f64 = 1e-4;
/// Share of the initial slope that must be left behind.
const CURVATURE: f64 = 0.9;
/// Trial steps of one line search.
const TRIALS: usize = 50;

/// A point of the climb.
#[derive(Debug, Clone)]
pub(crate) struct Iterate {
    pub(crate) position: Vec<f64>,
    /// Gradient of the log density.
    pub(crate) gradient: Vec<f64>,
    pub(crate) log_density: f64,
}

impl Iterate {
    fn at<D: Density>(density: &mut D, position: Vec<f64>) -> Result<Self, DensityError> {
        let mut gradient = vec![0.0; position.len()];
        let log_density = density.log_density(&position, &mut gradient)?;
        Ok(Self { position, gradient, log_density })
    }
}

/// Climbs from `start`; `visit` sees every iterate, the start first.
pub(crate) fn climb<D: Density>(
    density: &mut D,
    start: &[f64],
    settings: &ModeSettings,
    visit: &mut dyn FnMut(&Iterate),
) -> Result<Mode, DensityError> {
    let mut current = Iterate::at(density, start.to_vec())?;
    let mut memory = Memory { pairs: VecDeque::new(), limit: settings.history.max(1) };
    let mut gain = f64::INFINITY;
    let mut iterations = 0;
    visit(&current);
    let outcome = loop {
        if iterations >= settings.max_iterations {
            break Outcome::OutOfIterations;
        }
        let mut direction = memory.direction(&current.gradient);
        let mut slope = dot(&direction, &current.gradient);
        if !slope.is_finite() || slope <= 0.0 {
            memory.pairs.clear();
            direction = memory.direction(&current.gradient);
            slope = dot(&direction, &current.gradient);
        }
        // For a quadratic, half the slope is what a full Newton step gains.
        let promise = 0.5 * slope;
        if slope <= 0.0 || (promise < settings.tolerance && gain < settings.tolerance) {
            break Outcome::Converged;
        }
        let Some(next) = search(density, &current, &direction, slope) else {
            if memory.pairs.is_empty() {
                break Outcome::NoProgress;
            }
            // The curvature estimate may be what misleads: once more along the gradient.
            memory.pairs.clear();
            continue;
        };
        iterations += 1;
        gain = next.log_density - current.log_density;
        memory.add(&current, &next);
        current = next;
        visit(&current);
    };
    Ok(Mode {
        gradient_norm: current.gradient.iter().fold(0.0, |norm: f64, g| norm.max(g.abs())),
        log_density: current.log_density,
        position: current.position,
        iterations,
        gradient_evaluations: 0,
        outcome,
    })
}

/// The last steps and gradient differences.
struct Memory {
    pairs: VecDeque<Pair>,
    limit: usize,
}

struct Pair {
    step: Vec<f64>,
    /// Decrease of the gradient along the step.
    bend: Vec<f64>,
    /// 1 / (step . bend)
    rho: f64,
}

impl Memory {
    fn add(&mut self, from: &Iterate, to: &Iterate) {
        let step: Vec<f64> = to.position.iter().zip(&from.position).map(|(a, b)| a - b).collect();
        let bend: Vec<f64> = from.gradient.iter().zip(&to.gradient).map(|(a, b)| a - b).collect();
        let curvature = dot(&step, &bend);
        // Without positive curvature the estimate would lose definiteness.
        if curvature <= 1e-12 * dot(&bend, &bend).max(f64::MIN_POSITIVE) {
            return;
        }
        if self.pairs.len() == self.limit {
            self.pairs.pop_front();
        }
        self.pairs.push_back(Pair { step, bend, rho: 1.0 / curvature });
    }

    /// Inverse curvature times gradient, by the two-loop recursion; a step of unit length at
    /// most when nothing is known yet.
    fn direction(&self, gradient: &[f64]) -> Vec<f64> {
        let mut direction = gradient.to_vec();
        let mut weights = Vec::with_capacity(self.pairs.len());
        for pair in self.pairs.iter().rev() {
            let weight = pair.rho * dot(&pair.step, &direction);
            add_scaled(&mut direction, -weight, &pair.bend);
            weights.push(weight);
        }
        let scale = match self.pairs.back() {
            Some(last) => 1.0 / (last.rho * dot(&last.bend, &last.bend)),
            None => 1.0 / dot(gradient, gradient).sqrt().max(1.0),
        };
        direction.iter_mut().for_each(|d| *d *= scale);
        for (pair, weight) in self.pairs.iter().zip(weights.iter().rev()) {
            let correction = weight - pair.rho * dot(&pair.bend, &direction);
            add_scaled(&mut direction, correction, &pair.step);
        }
        direction
    }
}

/// A step along `direction` that fulfils the weak Wolfe conditions, or at least improves.
fn search<D: Density>(
    density: &mut D,
    from: &Iterate,
    direction: &[f64],
    slope: f64,
) -> Option<Iterate> {
    let (mut low, mut high, mut length) = (0.0, f64::INFINITY, 1.0);
    let mut improved: Option<Iterate> = None;
    for _ in 0..TRIALS {
        let mut position = from.position.clone();
        add_scaled(&mut position, length, direction);
        if position == from.position {
            break;
        }
        match Iterate::at(density, position) {
            Ok(to) if to.log_density >= from.log_density + INCREASE * length * slope => {
                let flat_enough = dot(&to.gradient, direction) <= CURVATURE * slope;
                if flat_enough {
                    return Some(to);
                }
                low = length;
                improved = Some(to);
            }
            _ => high = length,
        }
        length = if high.is_finite() { 0.5 * (low + high) } else { 2.0 * low };
    }
    improved
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn add_scaled(to: &mut [f64], factor: f64, of: &[f64]) {
    for (to, of) in to.iter_mut().zip(of) {
        *to += factor * of;
    }
}
