//! Random series. Every part of a world draws from a stream of its own, named by a label, so that
//! a channel more or another noise leaves the rest of the world as it was.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

/// The generator of the part called `label`.
pub(crate) fn stream(seed: u64, label: &str) -> ChaCha8Rng {
    // FNV-1a: any fixed hash will do, it only has to tell labels apart.
    let hash = label
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(hash);
    rng
}

pub(crate) fn normal(rng: &mut ChaCha8Rng) -> f64 {
    StandardNormal.sample(rng)
}

/// A factor with mean 1 and standard deviation `sd` of its log.
pub(crate) fn log_normal(rng: &mut ChaCha8Rng, sd: f64) -> f64 {
    (sd * normal(rng) - 0.5 * sd * sd).exp()
}

/// A stationary AR(1) series of variance 1; `rho = 0` gives independent draws.
pub(crate) fn ar1(rng: &mut ChaCha8Rng, n: usize, rho: f64) -> Vec<f64> {
    let innovation = (1.0 - rho * rho).max(0.0).sqrt();
    let mut value = normal(rng);
    (0..n)
        .map(|_| {
            let now = value;
            value = rho * value + innovation * normal(rng);
            now
        })
        .collect()
}

/// Shifts and scales `series` to mean 0 and variance 1 over its periods from `from` on; a series
/// that does not move there becomes 0.
pub(crate) fn standardise(series: &mut [f64], from: usize) {
    let window = series.get(from..).unwrap_or_default();
    let n = window.len().max(1) as f64;
    let mean = window.iter().sum::<f64>() / n;
    let sd = (window.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n).sqrt();
    for x in series {
        *x = if sd > 0.0 { (*x - mean) / sd } else { 0.0 };
    }
}

/// Per geo a standardised AR(1) series, of which `own_share` of the variance is the geo's own and
/// the rest common to all. Rows hold `n` values, standardised from `from` on.
pub(crate) fn geo_series(
    (seed, label): (u64, &str),
    geos: usize,
    n: usize,
    from: usize,
    rho: f64,
    own_share: f64,
) -> Vec<Vec<f64>> {
    let mut common = ar1(&mut stream(seed, label), n, rho);
    standardise(&mut common, from);
    if geos == 1 {
        return vec![common];
    }
    let (shared, own) = ((1.0 - own_share).max(0.0).sqrt(), own_share.max(0.0).sqrt());
    (0..geos)
        .map(|g| {
            let mut series = ar1(&mut stream(seed, &format!("{label}/geo{g}")), n, rho);
            standardise(&mut series, from);
            series.iter_mut().zip(&common).for_each(|(x, c)| *x = shared * c + own * *x);
            series
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_repeatable_and_apart() {
        let draw = |seed, label| normal(&mut stream(seed, label));
        assert_eq!(draw(1, "a"), draw(1, "a"));
        assert_ne!(draw(1, "a"), draw(1, "b"));
        assert_ne!(draw(1, "a"), draw(2, "a"));
    }

    #[test]
    fn an_ar1_series_has_the_correlation_asked_for() {
        let x = ar1(&mut stream(3, "x"), 20_000, 0.7);
        let variance = x.iter().map(|v| v * v).sum::<f64>() / x.len() as f64;
        let lagged = x.windows(2).map(|w| w[0] * w[1]).sum::<f64>() / x.len() as f64;
        assert!((variance - 1.0).abs() < 0.08, "{variance}");
        assert!((lagged / variance - 0.7).abs() < 0.03, "{lagged}");
    }

    #[test]
    fn geos_share_what_is_not_their_own() {
        let rows = geo_series((5, "d"), 2, 5_000, 0, 0.0, 0.25);
        let product: f64 = rows[0].iter().zip(&rows[1]).map(|(a, b)| a * b).sum();
        assert!((product / 5_000.0 - 0.75).abs() < 0.05, "{product}");
    }
}
