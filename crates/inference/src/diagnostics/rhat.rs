//! Potential scale reduction.

use super::{Chains, mean_and_squares, ranks::Ranked};

/// The larger of the R-hats of the normal scores and of the folded draws' normal scores.
pub(super) fn rank_rhat(ranked: &Ranked, scores: &Chains) -> Option<f64> {
    let bulk = scale_reduction(scores)?;
    Some(scale_reduction(&ranked.folded_scores()).map_or(bulk, |folded| bulk.max(folded)))
}

/// Gelman and Rubin's R-hat; infinite for constant chains at different values, `None` if nothing
/// varies.
fn scale_reduction(chains: &Chains) -> Option<f64> {
    let draws = chains.length as f64;
    let (means, squares): (Vec<f64>, Vec<f64>) = chains.iter().map(mean_and_squares).unzip();
    let count = means.len() as f64;
    let within = squares.iter().sum::<f64>() / (count * (draws - 1.0));
    let between = draws * mean_and_squares(&means).1 / (count - 1.0);
    if within > 0.0 {
        Some(((between / within + draws - 1.0) / draws).sqrt())
    } else if between > 0.0 {
        Some(f64::INFINITY)
    } else {
        None
    }
}
