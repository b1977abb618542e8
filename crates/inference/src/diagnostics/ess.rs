//! Effective sample size by Geyer's initial monotone sequence.

use super::{Chains, autocovariance::Autocovariance, mean_and_squares};

/// The range, relative to the largest value, below which draws count as constant: rounding.
const CONSTANT: f64 = 1e-15;

/// The effective sample size of chains that are already split or transformed; the number of draws
/// for a constant.
///
/// Vehtari et al. (2021), equations 10 to 13. As ArviZ does, the last even autocorrelation is kept
/// when positive, and the autocorrelation time is bounded below by `1 / log10(draws)`, so that
/// antithetic chains cannot claim an arbitrarily large size.
pub(super) fn effective_size(chains: &Chains) -> Option<f64> {
    let total = chains.values.len() as f64;
    let (low, high) = chains
        .values
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &x| (low.min(x), high.max(x)));
    let largest = low.abs().max(high.abs());
    if high - low <= CONSTANT * largest {
        return Some(total);
    }
    if chains.length < 2 {
        return None;
    }

    let draws = chains.length as f64;
    let means: Vec<f64> = chains.iter().map(|chain| mean_and_squares(chain).0).collect();
    let mut covariance = Autocovariance::new(chains, &means);
    let within = covariance.at(0) * draws / (draws - 1.0);
    let mut variance = covariance.at(0);
    if means.len() > 1 {
        variance += mean_and_squares(&means).1 / (means.len() as f64 - 1.0);
    }
    let mut correlation = |lag: usize| 1.0 - (within - covariance.at(lag)) / variance;
    let time = integrated_time(chains.length, &mut correlation).max(1.0 / total.log10());
    let size = total / time;
    size.is_finite().then_some(size)
}

/// The integrated autocorrelation time from autocorrelations that are asked for lag by lag, until
/// the sum of a neighbouring pair is no longer positive.
fn integrated_time(draws: usize, correlation: &mut impl FnMut(usize) -> f64) -> f64 {
    // Pairs (even lag, odd lag), of which the first is (0, 1).
    let (mut even, mut odd) = (1.0, correlation(1));
    let mut pairs = vec![(even, odd)];
    let mut lag = 1;
    while lag + 3 < draws && even + odd > 0.0 {
        (even, odd) = (correlation(lag + 1), correlation(lag + 2));
        pairs.push((even, odd));
        lag += 2;
    }
    // The pair that ended the search only counts with its even half, if that is positive. The
    // first pair does so too, when nothing could follow it.
    let last = pairs.pop().map_or(
        0.0,
        |(even, odd)| {
            if even > 0.0 || even + odd >= 0.0 { even } else { 0.0 }
        },
    );
    let mut ceiling = f64::INFINITY;
    let mut sum = 0.0;
    for (even, odd) in pairs {
        // No pair above the one before it.
        ceiling = (even + odd).min(ceiling);
        sum += ceiling;
    }
    -1.0 + 2.0 * sum + last
}
