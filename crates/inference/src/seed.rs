//! Seeds derived from the run's seed, so that a stream depends on what it is for and never on
//! the order in which threads get to it.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// What a stream of random numbers is for; part of its seed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Stream {
    /// Transitions of a chain.
    Chain = 1,
    /// A new starting point for a restarted chain.
    Restart = 2,
    /// Over-dispersed starting points.
    Starts = 3,
    /// Draws from an approximation.
    Approximation = 4,
    /// Starting points of optimisation paths.
    Paths = 5,
    /// Simulated data sets.
    Simulation = 6,
}

/// The seed of `stream`, member `index`, attempt `attempt`.
pub(crate) fn derive(seed: u64, stream: Stream, index: u64, attempt: u64) -> u64 {
    [stream as u64, index, attempt]
        .into_iter()
        .fold(mix(seed), |state, word| mix(state ^ mix(word.wrapping_add(0x9e37_79b9_7f4a_7c15))))
}

/// The generator of `stream`, member `index`, attempt `attempt`.
pub(crate) fn rng(seed: u64, stream: Stream, index: u64, attempt: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(derive(seed, stream, index, attempt))
}

/// Finaliser of SplitMix64 (Steele, Lea and Flood 2014).
fn mix(word: u64) -> u64 {
    let mut z = word.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn streams_members_and_attempts_have_distinct_seeds() {
        let mut seen = HashSet::new();
        for seed in 0..4 {
            for stream in [Stream::Chain, Stream::Restart, Stream::Starts, Stream::Simulation] {
                for index in 0..8 {
                    for attempt in 0..4 {
                        assert!(seen.insert(derive(seed, stream, index, attempt)));
                    }
                }
            }
        }
    }
}
