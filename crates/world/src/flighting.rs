//! When a channel runs, before anything makes it spend more or less.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use crate::spec::Flighting;

/// Relative level per period (0 is silence), for `n` periods of which `per_year` make a year.
pub(crate) fn schedule(
    flighting: Flighting,
    rng: &mut ChaCha8Rng,
    n: usize,
    per_year: f64,
) -> Vec<f64> {
    match flighting {
        Flighting::AlwaysOn {} => vec![1.0; n],
        Flighting::Bursts { per_year: bursts, length } => {
            burst(rng, n, per_year / bursts, length, 0.0)
        }
        Flighting::Pulsed { per_year: bursts, length, floor } => {
            burst(rng, n, per_year / bursts, length, floor)
        }
    }
}

/// Bursts of `length` periods, on average one per `cycle` periods, `floor` between them.
fn burst(rng: &mut ChaCha8Rng, n: usize, cycle: f64, length: usize, floor: f64) -> Vec<f64> {
    let mut levels = vec![floor; n];
    let rest = (cycle - length as f64).max(0.0);
    // Somewhere within the first cycle, so that worlds differ in phase; within the data in any
    // case, so that a rare burst is not missed.
    let mut start = rng.random::<f64>() * cycle.min((n as f64 - length as f64).max(1.0));
    while (start as usize) < n {
        let from = start as usize;
        levels.iter_mut().skip(from).take(length).for_each(|level| *level = 1.0);
        let gap = (rest * (0.5 + rng.random::<f64>())).max(if rest > 0.0 { 1.0 } else { 0.0 });
        start += length as f64 + gap;
    }
    levels
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::stream;

    #[test]
    fn bursts_are_as_long_and_as_many_as_asked_for() {
        let flighting = Flighting::Bursts { per_year: 6.0, length: 3 };
        let levels = schedule(flighting, &mut stream(1, "x"), 52 * 20, 52.18);
        let on = levels.iter().filter(|l| **l > 0.0).count();
        let starts = levels.windows(2).filter(|w| w[0] == 0.0 && w[1] > 0.0).count();
        assert!((on as f64 / (20.0 * 18.0) - 1.0).abs() < 0.15, "{on}");
        assert!((starts as f64 / 120.0 - 1.0).abs() < 0.15, "{starts}");
    }

    #[test]
    fn a_pulsed_channel_is_never_silent() {
        let flighting = Flighting::Pulsed { per_year: 4.0, length: 2, floor: 0.3 };
        let levels = schedule(flighting, &mut stream(2, "x"), 104, 52.18);
        assert!(levels.contains(&0.3) && levels.contains(&1.0));
        assert!(levels.iter().all(|l| *l >= 0.3));
    }

    #[test]
    fn bursts_longer_than_their_cycle_never_stop() {
        let flighting = Flighting::Bursts { per_year: 52.0, length: 9 };
        let levels = schedule(flighting, &mut stream(3, "x"), 60, 52.18);
        assert!(levels[2..].iter().all(|l| *l == 1.0), "{levels:?}");
    }
}
