//! What no series explains.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StudentT};

use crate::draw::{ar1, normal};
use crate::spec::{Noise, NoiseFamily};

/// `n` draws of variance 1.
pub(crate) fn unit_noise(noise: &Noise, rng: &mut ChaCha8Rng, n: usize) -> Vec<f64> {
    match noise.family {
        NoiseFamily::Normal => (0..n).map(|_| normal(rng)).collect(),
        NoiseFamily::Ar1 => ar1(rng, n, noise.rho),
        NoiseFamily::StudentT => match StudentT::new(noise.df) {
            // The variance of Student's t is df / (df - 2); the check holds df above 2.
            Ok(t) => {
                let sd = (noise.df / (noise.df - 2.0)).sqrt();
                (0..n).map(|_| t.sample(rng) / sd).collect()
            }
            Err(_) => (0..n).map(|_| normal(rng)).collect(),
        },
    }
}

/// Throws single periods far off, up or down with equal chances.
pub(crate) fn outliers(noise: &Noise, rng: &mut ChaCha8Rng, row: &mut [f64], per_year: f64) {
    let chance = noise.outliers / per_year;
    for error in row.iter_mut().filter(|_| chance > 0.0) {
        let (hit, up) = (rng.random::<f64>() < chance, rng.random::<bool>());
        if hit {
            *error += if up { noise.outlier_size } else { -noise.outlier_size };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::stream;

    #[test]
    fn every_family_has_variance_one() {
        for family in [NoiseFamily::Normal, NoiseFamily::StudentT, NoiseFamily::Ar1] {
            let noise = Noise { family, df: 8.0, rho: 0.6, ..Noise::default() };
            let draws = unit_noise(&noise, &mut stream(1, "n"), 40_000);
            let variance = draws.iter().map(|x| x * x).sum::<f64>() / 40_000.0;
            assert!((variance - 1.0).abs() < 0.06, "{family:?} {variance}");
        }
    }

    #[test]
    fn student_t_strays_further_than_normal() {
        let far = |family| {
            let noise = Noise { family, df: 3.0, ..Noise::default() };
            let draws = unit_noise(&noise, &mut stream(1, "n"), 20_000);
            draws.iter().filter(|x| x.abs() > 4.0).count()
        };
        assert!(far(NoiseFamily::StudentT) > 20 + far(NoiseFamily::Normal));
    }
}
