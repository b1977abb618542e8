//! Simulation-based calibration (Talts, Betancourt, Simpson, Vehtari and Gelman 2018): when
//! parameters are drawn from the prior and data from the model, the rank of each true parameter
//! among the draws of its posterior is uniform. A sampler or a density with an error shows as a
//! rank histogram that is not flat.

use crate::diagnostics::uniformity::{
    RankHistogram, UniformityError, UniformityTest, kolmogorov_smirnov, rank_histogram,
};
use crate::seed::{self, Stream};
use rand::RngExt;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// One simulated data set and its posterior.
#[derive(Debug, Clone, PartialEq)]
pub struct Simulation {
    /// The quantities that the data were simulated from.
    pub truth: Vec<f64>,
    /// Posterior draws of the same quantities, `[draw][quantity]`, thinned until they are nearly
    /// independent.
    pub draws: Vec<f64>,
}

/// What a number of simulations say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// Ranks of the truth among the draws, one list per quantity, one entry per completed
    /// simulation, in `0..=draws`.
    pub ranks: Vec<Vec<usize>>,
    /// Draws per simulation.
    pub draws: usize,
    /// Indices of simulations that failed, and those whose result did not fit the first one's
    /// shape.
    pub incomplete: Vec<usize>,
}

/// Runs `simulations` simulations in parallel. `simulate` is called with a seed that depends on
/// `seed` and the simulation's index only. Returns the calibration and the errors, with the index
/// of the simulation, in order.
///
/// Where draws equal the truth, its place among them is drawn uniformly (by a seeded generator),
/// which keeps ranks of discrete quantities uniform.
pub fn calibrate<E, F>(simulations: usize, seed: u64, simulate: F) -> (Calibration, Vec<(usize, E)>)
where
    E: Send,
    F: Fn(u64) -> Result<Simulation, E> + Sync,
{
    let results: Vec<Result<Simulation, E>> = (0..simulations)
        .into_par_iter()
        .map(|index| simulate(seed::derive(seed, Stream::Simulation, index as u64, 0)))
        .collect();
    let shape = results.iter().flatten().find_map(shape_of);
    let (quantities, draws) = shape.unwrap_or((0, 0));
    let mut calibration =
        Calibration { ranks: vec![Vec::new(); quantities], draws, incomplete: Vec::new() };
    let mut errors = Vec::new();
    for (index, result) in results.into_iter().enumerate() {
        match result {
            Ok(simulation) if shape_of(&simulation) == shape && shape.is_some() => {
                let mut rng = seed::rng(seed, Stream::Simulation, index as u64, 1);
                for (quantity, ranks) in calibration.ranks.iter_mut().enumerate() {
                    ranks.push(rank(&simulation, quantity, &mut rng));
                }
            }
            Ok(_) => calibration.incomplete.push(index),
            Err(error) => {
                calibration.incomplete.push(index);
                errors.push((index, error));
            }
        }
    }
    (calibration, errors)
}

impl Calibration {
    /// Completed simulations.
    #[must_use]
    pub fn simulations(&self) -> usize {
        self.ranks.first().map_or(0, Vec::len)
    }

    /// A quantity's ranks in `bins` bins; choose a divisor of `draws + 1` for equal widths.
    ///
    /// # Errors
    /// No completed simulation, an unknown quantity, or an impossible number of bins.
    pub fn histogram(
        &self,
        quantity: usize,
        bins: usize,
    ) -> Result<RankHistogram, UniformityError> {
        rank_histogram(self.ranks_of(quantity), self.draws, bins)
    }

    /// Whether a quantity's ranks are uniform (Kolmogorov-Smirnov, exact for discrete ranks).
    ///
    /// # Errors
    /// No completed simulation, or an unknown quantity.
    pub fn uniformity(&self, quantity: usize) -> Result<UniformityTest, UniformityError> {
        kolmogorov_smirnov(self.ranks_of(quantity), self.draws)
    }

    fn ranks_of(&self, quantity: usize) -> &[usize] {
        self.ranks.get(quantity).map_or(&[], Vec::as_slice)
    }
}

/// Quantities and draws; `None` for an empty or ragged result.
fn shape_of(simulation: &Simulation) -> Option<(usize, usize)> {
    let quantities = simulation.truth.len();
    let whole = quantities > 0
        && !simulation.draws.is_empty()
        && simulation.draws.len().is_multiple_of(quantities);
    whole.then(|| (quantities, simulation.draws.len() / quantities))
}

fn rank<R: rand::Rng>(simulation: &Simulation, quantity: usize, rng: &mut R) -> usize {
    let quantities = simulation.truth.len();
    let truth = simulation.truth.get(quantity).copied().unwrap_or(f64::NAN);
    let draws = simulation.draws.iter().skip(quantity).step_by(quantities);
    let (mut below, mut equal) = (0, 0);
    for draw in draws {
        if *draw < truth {
            below += 1;
        } else if *draw == truth {
            equal += 1;
        }
    }
    // A uniform place among the ties keeps the rank uniform.
    below + if equal > 0 { rng.random_range(0..=equal) } else { 0 }
}
