//! How long a failed job waits: twice as long each time, up to a limit, plus or minus a share that
//! is drawn from the job's seed, so that jobs which failed together do not come back together.

use chrono::TimeDelta;
use outlay_core::registry::{Registry, keys};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The waits between attempts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Backoff {
    /// Before the second attempt, in seconds.
    pub first: f64,
    /// Never longer, in seconds, apart from the drawn share.
    pub longest: f64,
    /// Share of the wait by which it is made shorter or longer, 0 to 1.
    pub jitter: f64,
}

impl From<&Registry> for Backoff {
    fn from(registry: &Registry) -> Self {
        Self {
            first: registry.get(&keys::JOBS_BACKOFF),
            longest: registry.get(&keys::JOBS_BACKOFF_MAX),
            jitter: registry.get(&keys::JOBS_JITTER),
        }
    }
}

impl Backoff {
    /// The wait after attempt `attempt` (from 1) of a job with this seed. The same for the same.
    pub fn after(&self, attempt: i64, seed: i64) -> TimeDelta {
        let doublings = i32::try_from(attempt.max(1) - 1).unwrap_or(i32::MAX);
        let wait = (self.first * 2_f64.powi(doublings)).min(self.longest);
        let mut random = ChaCha8Rng::seed_from_u64(seed.cast_unsigned());
        // Every attempt draws from a stream of its own.
        random.set_stream(attempt.cast_unsigned());
        let share: f64 = random.random_range(-1.0..=1.0);
        let seconds = (wait * (1.0 + self.jitter * share)).max(0.0);
        TimeDelta::milliseconds((seconds * 1000.0).round() as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BACKOFF: Backoff = Backoff { first: 5.0, longest: 600.0, jitter: 0.2 };

    #[test]
    fn waits_double_up_to_a_limit() {
        let even = Backoff { jitter: 0.0, ..BACKOFF };
        let waits: Vec<i64> =
            [1, 2, 3, 8, 60, i64::MAX].map(|n| even.after(n, 1).num_seconds()).to_vec();
        assert_eq!(waits, [5, 10, 20, 600, 600, 600]);
    }

    #[test]
    fn the_drawn_share_comes_from_the_seed_alone() {
        assert_eq!(BACKOFF.after(3, 7), BACKOFF.after(3, 7));
        let waits: Vec<f64> =
            (0..200).map(|seed| BACKOFF.after(1, seed).num_milliseconds() as f64 / 1e3).collect();
        assert!(waits.iter().all(|wait| (4.0..=6.0).contains(wait)));
        let mean = waits.iter().sum::<f64>() / 200.0;
        assert!((mean - 5.0).abs() < 0.15, "{mean}");
    }
}
