//! Tests of the tests: exact values, size under uniformity, power against what goes wrong.

use super::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn uniform_ranks(seed: u64, count: usize, largest: usize) -> Vec<usize> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    (0..count).map(|_| rng.random_range(0..=largest)).collect()
}

#[test]
fn a_histogram_knows_how_wide_its_bins_are() {
    // 10 possible ranks in 4 bins: 0-2, 3-4, 5-7, 8-9.
    let histogram = rank_histogram(&[0, 2, 3, 4, 5, 7, 7, 8, 9, 9], 9, 4).unwrap();
    assert_eq!(histogram.counts, [2, 2, 3, 3]);
    assert_eq!(histogram.expected, [3.0, 2.0, 3.0, 2.0]);
    let all: Vec<usize> = (0..=100).collect();
    let histogram = rank_histogram(&all, 100, 7).unwrap();
    let matches = histogram.counts.iter().zip(&histogram.expected).all(|(c, e)| *c as f64 == *e);
    assert!(matches, "{histogram:?}");
}

#[test]
fn chi_square_gives_scipys_p_value() {
    let histogram = RankHistogram { counts: vec![18, 25, 31, 20, 6], expected: vec![20.0; 5] };
    let found = chi_square(&histogram);
    // scipy.stats.chisquare([18, 25, 31, 20, 6])
    assert!((found.statistic - 17.3).abs() < 1e-12, "{}", found.statistic);
    assert!((found.p_value / 0.001689974084721404 - 1.0).abs() < 1e-10, "{}", found.p_value);
}

/// Every possible sample of `count` ranks in `0..=largest`.
fn every_sample(count: u32, largest: usize) -> impl Iterator<Item = Vec<usize>> {
    let possible = largest + 1;
    (0..possible.pow(count)).map(move |mut code| {
        (0..count)
            .map(|_| {
                let rank = code % possible;
                code /= possible;
                rank
            })
            .collect()
    })
}

#[test]
fn p_values_are_exact_for_every_possible_small_sample() {
    for which in 0..2 {
        let test = if which == 0 { kolmogorov_smirnov } else { ecdf_test };
        let found: Vec<UniformityTest> =
            every_sample(5, 4).map(|ranks| test(&ranks, 4).unwrap()).collect();
        // A distance is extreme when large, a tail probability when small.
        let extremity = |t: &UniformityTest| if which == 0 { t.statistic } else { -t.statistic };
        for one in &found {
            let as_extreme =
                found.iter().filter(|other| extremity(other) >= extremity(one) - 1e-9).count();
            let expected = as_extreme as f64 / found.len() as f64;
            assert!((one.p_value - expected).abs() < 1e-9, "{which}: {one:?} {expected}");
        }
    }
}

#[test]
fn uniform_ranks_are_rejected_as_often_as_promised() {
    let runs = 400;
    let mut rejections = [0_u32; 3];
    for seed in 0..runs {
        let ranks = uniform_ranks(seed, 200, 99);
        let p_values = [
            chi_square(&rank_histogram(&ranks, 99, 20).unwrap()).p_value,
            kolmogorov_smirnov(&ranks, 99).unwrap().p_value,
            ecdf_test(&ranks, 99).unwrap().p_value,
        ];
        for (count, p_value) in rejections.iter_mut().zip(p_values) {
            *count += u32::from(p_value < 0.05);
        }
    }
    // 5 % of 400 is 20 with a standard deviation of 4.4; discrete tests may reject less often.
    for count in rejections {
        assert!((5..=35).contains(&count), "{rejections:?}");
    }
}

#[test]
fn what_goes_wrong_in_samplers_is_found() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let mut shaped = |f: &dyn Fn(f64) -> f64| -> Vec<usize> {
        (0..200).map(|_| (f(rng.random::<f64>()) * 100.0).min(99.0) as usize).collect()
    };
    let biased = shaped(&|u| u.powf(1.6));
    let too_wide = shaped(&|u| 0.5 + (u - 0.5) * 0.75);
    let too_narrow = shaped(&|u| {
        let v = 2.0 * u - 1.0;
        0.5 + 0.5 * v.signum() * v.abs().powf(0.5)
    });
    for ranks in [biased, too_wide, too_narrow] {
        assert!(ecdf_test(&ranks, 99).unwrap().p_value < 0.01);
        assert!(chi_square(&rank_histogram(&ranks, 99, 10).unwrap()).p_value < 0.01);
    }
}

#[test]
fn the_band_and_the_test_agree() {
    let mut outside_seen = 0;
    for seed in 0..60 {
        let ranks = uniform_ranks(seed, 50, 30);
        let band = ecdf_band(&ranks, 30, 0.8).unwrap();
        assert!((0.8..0.9).contains(&band.coverage), "{}", band.coverage);
        let inside = band
            .observed
            .iter()
            .zip(band.lower.iter().zip(&band.upper))
            .all(|(x, (low, high))| low <= x && x <= high);
        let p_value = ecdf_test(&ranks, 30).unwrap().p_value;
        // Outside the band exactly when the test rejects at the band's own level.
        assert_eq!(inside, p_value > 1.0 - band.coverage + 1e-9, "{seed}: {p_value}");
        outside_seen += u32::from(!inside);
        assert!(band.points.iter().zip(&band.lower).all(|(z, low)| low <= z));
        assert!(band.points.iter().zip(&band.upper).all(|(z, high)| high >= z));
    }
    assert!((3..=25).contains(&outside_seen), "{outside_seen}");
}

#[test]
fn many_draws_and_simulations_are_thinned_and_stay_quick() {
    let ranks = uniform_ranks(9, 1000, 3999);
    let band = ecdf_band(&ranks, 3999, 0.99).unwrap();
    assert_eq!(band.points.len(), 100);
    assert!((band.coverage - 0.99).abs() < 0.001, "{}", band.coverage);
    assert!(kolmogorov_smirnov(&ranks, 3999).unwrap().p_value > 0.001);
}

#[test]
fn kolmogorovs_limit_is_approached_with_many_ranks() {
    // P(sqrt(n) D > 1.3581) -> 0.05 for continuous data.
    let n = 2000;
    let ranks: Vec<usize> = (0..n).map(|i| (i * 1000 / n) % 1000).collect();
    let mut moved = ranks.clone();
    // Shift the lowest share to the top until the distance is about 1.358 / sqrt(n).
    for rank in moved.iter_mut().take(60) {
        *rank = 999;
    }
    let found = kolmogorov_smirnov(&moved, 999).unwrap();
    let scaled = found.statistic * (n as f64).sqrt();
    let limit: f64 = (1..20)
        .map(|k| {
            let k = f64::from(k);
            let sign = if k as u32 % 2 == 1 { 2.0 } else { -2.0 };
            sign * (-2.0 * k * k * scaled * scaled).exp()
        })
        .sum();
    assert!((found.p_value / limit - 1.0).abs() < 0.1, "{} {limit} {scaled}", found.p_value);
}

#[test]
fn impossible_input_is_refused_with_the_reason() {
    assert_eq!(ecdf_test(&[], 9), Err(UniformityError::NoRanks));
    assert_eq!(
        kolmogorov_smirnov(&[3, 12], 9),
        Err(UniformityError::RankTooLarge { rank: 12, largest: 9 })
    );
    assert_eq!(ecdf_test(&[0], 0), Err(UniformityError::OnePossibleRank));
    assert_eq!(rank_histogram(&[1], 9, 11), Err(UniformityError::Bins { bins: 11, possible: 10 }));
    assert_eq!(
        rank_histogram(&[1], 9, 1).unwrap_err().to_string(),
        "1 bins cannot hold 10 possible ranks: choose between 2 and 10"
    );
    assert_eq!(ecdf_band(&[1], 9, 1.0), Err(UniformityError::Level(1.0)));
}
