//! Every distribution against SciPy (moments of truncated normals: 30-digit quadrature) and
//! against itself: normalisation, gradients, inverses, draws, and the form in a file.

use super::Distribution as D;
use super::*;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;

/// A distribution with `(x, log density, cdf, survival)` at three points.
struct Case {
    law: D,
    mean: f64,
    sd: f64,
    points: [(f64, f64, f64, f64); 3],
}

fn case(law: D, mean: f64, sd: f64, points: [(f64, f64, f64, f64); 3]) -> Case {
    Case { law, mean, sd, points }
}

/// One distribution of each family and each kind of bound.
fn cases() -> Vec<Case> {
    vec![
        case(
            D::Normal { mean: 1.5, sd: 0.7 },
            1.5,
            0.7,
            [
                (-2.0, -13.062263589265939, 2.866515718791933e-07, 0.9999997133484281),
                (1.5, -0.5622635892659402, 0.5, 0.5),
                (3.3, -3.8683860382455313, 0.9949360047253046, 0.005063995274695335),
            ],
        ),
        case(
            D::HalfNormal { sd: 2.0 },
            1.5957691216057308,
            1.2056205499781738,
            [
                (0.01, -0.9189510332046726, 0.003989406181481644, 0.9960105938185183),
                (1.0, -1.0439385332046727, 0.3829249225480261, 0.6170750774519738),
                (9.0, -11.043938533204672, 0.9999932046537505, 6.795346249460107e-06),
            ],
        ),
        case(
            D::TruncatedNormal { mean: 1.0, sd: 2.0, low: 0.0, high: 2.5 },
            1.2191224097952722,
            0.7026218221780386,
            [
                (0.1, -0.9472631729605177, 0.0383311871691595, 0.9616688128308405),
                (1.0, -0.8460131729605176, 0.4118932877687999, 0.5881067122311999),
                (2.4, -1.0910131729605175, 0.9670070105448978, 0.0329929894551022),
            ],
        ),
        case(
            D::TruncatedNormal { mean: -1.0, sd: 0.5, low: 0.5, high: f64::INFINITY },
            0.6415493274652182,
            0.13281489636451563,
            [
                (0.51, 1.8217348688656232, 0.06372674227394588, 0.9362732577260541),
                (0.7, 0.6019348688656238, 0.7504039136422653, 0.24959608635773445),
                (1.5, -6.118065131134377, 0.9997876494630242, 0.00021235053697577622),
            ],
        ),
        case(
            D::TruncatedNormal { mean: 3.0, sd: 1.0, low: f64::NEG_INFINITY, high: 1.0 },
            0.6267844671771592,
            0.33805191970181336,
            [
                (-1.5, -7.260754199522641, 0.00014934740301591885, 0.999850652596984),
                (0.0, -1.6357541995226406, 0.05933583307142672, 0.9406641669285732),
                (0.95, 0.7629958004773592, 0.8871252022483178, 0.11287479775168213),
            ],
        ),
        case(
            D::LogNormal { mu: 0.2, sigma: 0.9 },
            1.8312522088857734,
            2.0456882169853987,
            [
                (0.05, -4.121984487347522, 0.00019202112513860747, 0.9998079788748614),
                (1.0, -0.8382693755715376, 0.41207044787094255, 0.5879295521290574),
                (8.0, -5.073451971937717, 0.9816131839455068, 0.01838681605449321),
            ],
        ),
        case(
            D::ShiftedLogNormal { shift: -1.0, mu: 0.2, sigma: 0.6 },
            0.46228458943422446,
            0.9625892077081393,
            [
                (-0.8, -3.34598827332941, 0.0012818077540642544, 0.9987181922459357),
                (0.3, -0.6758789815208552, 0.5413916931007804, 0.45860830689921966),
                (4.0, -4.776599751048608, 0.9905896436980612, 0.009410356301938734),
            ],
        ),
        case(
            D::Beta { alpha: 2.0, beta: 5.0 },
            0.2857142857142857,
            0.15971914124998499,
            [
                (0.01, -1.2441741477399408, 0.0014604476049999997, 0.998539552395),
                (0.3, 0.7705248015812898, 0.5798250000000003, 0.420175),
                (0.95, -8.633025006941354, 0.999998203125, 1.7968750000000079e-06),
            ],
        ),
        case(
            D::Beta { alpha: 0.6, beta: 0.8 },
            0.4285714285714286,
            0.31943828249996997,
            [
                (0.001, 2.0933957610181277, 0.013519002787992288, 0.9864809972120077),
                (0.5, -0.2540181423054766, 0.5892535250831555, 0.4107464749168445),
                (0.99, 0.25514772089757487, 0.9839028785604637, 0.016097121439536382),
            ],
        ),
        case(
            D::Beta { alpha: 40.0, beta: 25.0 },
            0.6153846153846154,
            0.05988453416627099,
            [
                (0.4, -4.243443689590407, 0.00023016428535466482, 0.9997698357146453),
                (0.6, 1.8385329320320665, 0.392654023088264, 0.6073459769117362),
                (0.8, -3.5773985757871714, 0.999649091264193, 0.00035090873580700466),
            ],
        ),
        case(
            D::Gamma { shape: 3.0, rate: 2.0 },
            1.5,
            0.8660254037844386,
            [
                (0.05, -4.705170185988091, 0.00015465307026467172, 0.9998453469297354),
                (1.4, -0.7407611656376837, 0.5305463165333175, 0.4694536834666825),
                (7.0, -8.721885340769482, 0.9999060372547413, 9.396274525870306e-05),
            ],
        ),
        case(
            D::Gamma { shape: 0.4, rate: 0.5 },
            0.8,
            1.2649110640673518,
            [
                (0.001, 3.07021647746352, 0.053885658304932776, 0.9461143416950673),
                (0.4, -0.7241622508012691, 0.5601037604298112, 0.43989623957018875),
                (9.0, -6.892271436327493, 0.99817579568385, 0.0018242043161500621),
            ],
        ),
        case(
            D::InverseGamma { shape: 3.5, scale: 2.0 },
            0.8,
            0.6531972647421809,
            [
                (0.15, -3.571251871734134, 0.0003825889308578994, 0.9996174110691421),
                (0.7, -0.027064079805826036, 0.573478324562241, 0.42652167543775893),
                (5.0, -6.417429076340719, 0.9974439534153424, 0.0025560465846575973),
            ],
        ),
        case(
            D::InverseGamma { shape: 1.5, scale: 1.0 },
            2.0,
            f64::INFINITY,
            [
                (0.15, -1.8030844668167187, 0.003968500465847951, 0.996031499534152),
                (0.7, -0.4161018310893523, 0.4141793659679206, 0.5858206340320794),
                (5.0, -4.102812543450005, 0.9402424948393607, 0.05975750516063929),
            ],
        ),
        case(
            D::Uniform { low: -1.0, high: 3.0 },
            1.0,
            1.1547005383792515,
            [
                (-0.9, -1.3862943611198906, 0.024999999999999994, 0.975),
                (0.5, -1.3862943611198906, 0.375, 0.625),
                (2.0, -1.3862943611198906, 0.75, 0.25),
            ],
        ),
        case(
            D::Laplace { mean: 0.5, scale: 1.2 },
            0.5,
            1.697056274847714,
            [
                (-4.0, -4.6254687373539, 0.011758872928004553, 0.9882411270719954),
                (0.6, -0.9588020706872331, 0.5399777926853384, 0.46002220731466165),
                (3.0, -2.9588020706872333, 0.9377427642779386, 0.06225723572206148),
            ],
        ),
        case(
            D::StudentT { df: 3.0, mean: 0.5, scale: 2.0 },
            0.5,
            3.4641016151377544,
            [
                (-20.0, -8.862230979734255, 0.0009898846919956373, 0.9990101153080043),
                (0.6, -1.6957020027912386, 0.5183674277043068, 0.48163257229569323),
                (3.0, -2.5325528906644554, 0.8500352660245687, 0.14996473397543136),
            ],
        ),
        case(
            D::StudentT { df: 1.5, mean: 0.0, scale: 1.0 },
            0.0,
            f64::INFINITY,
            [
                (-20.0, -8.063828316430206, 0.004207494331110464, 0.9957925056688895),
                (0.6, -1.3455395093530726, 0.6867949759634986, 0.31320502403650136),
                (3.0, -3.509037971151032, 0.9332261228725434, 0.06677387712745664),
            ],
        ),
        case(
            D::StudentT { df: 30.0, mean: 0.0, scale: 0.3 },
            0.0,
            0.3105295017040594,
            [
                (-1.0, -4.60705374397129, 0.0011455481879658364, 0.9988544518120341),
                (0.01, 0.276128415503753, 0.5131852163792746, 0.4868147836207254),
                (0.8, -3.0204425477169607, 0.9938876840845564, 0.006112315915443558),
            ],
        ),
        case(
            D::HalfStudentT { df: 4.0, scale: 2.0 },
            2.0,
            2.0,
            [
                (0.05, -0.9812198474973265, 0.0187475589942262, 0.9812524410057738),
                (1.5, -1.3097701474835244, 0.5050405666682349, 0.4949594333317651),
                (11.0, -6.3493097619825845, 0.9946718715753531, 0.0053281284246469145),
            ],
        ),
        case(
            D::Exponential { rate: 0.7 },
            1.4285714285714286,
            1.4285714285714286,
            [
                (0.05, -0.39167494393873237, 0.03439458374243352, 0.9656054162575665),
                (1.5, -1.4066749439387325, 0.6500622508888447, 0.3499377491111553),
                (11.0, -8.056674943938733, 0.9995471728171132, 0.00045282718288679695),
            ],
        ),
        case(
            D::HalfCauchy { scale: 2.0 },
            f64::INFINITY,
            f64::INFINITY,
            [
                (0.05, -1.1453546906182421, 0.015912179824051628, 0.9840878201759484),
                (1.5, -1.5910169884778198, 0.4096655293982669, 0.590334470601733),
                (90.0, -8.758548570658029, 0.9858552219993699, 0.014144778000630123),
            ],
        ),
    ]
}

#[track_caller]
fn close(law: &D, what: &str, got: f64, expected: f64, tolerance: f64) {
    let equal = got == expected || (got.is_nan() && expected.is_nan());
    let error = (got - expected).abs() / expected.abs().max(1e-300);
    assert!(equal || error < tolerance, "{law}: {what} {got} instead of {expected}");
}

#[test]
fn densities_probabilities_and_moments_match_scipy() {
    for Case { law, mean, sd, points } in cases() {
        let law = law.validated().unwrap();
        close(&law, "mean", law.mean(), mean, 1e-10);
        close(&law, "sd", law.sd(), sd, 1e-10);
        for (x, log_density, cdf, survival) in points {
            close(&law, "log density", law.log_density(x), log_density, 1e-11);
            // SciPy's own truncated normal is good to some 1e-11 in a tail.
            close(&law, "cdf", law.cdf(x), cdf, 1e-10);
            close(&law, "survival", law.survival(x), survival, 1e-10);
            let scale = if sd.is_finite() { sd } else { x.abs() };
            assert!((law.quantile(cdf) - x).abs() < 1e-8 * scale, "{law}: quantile near {x}");
        }
    }
}

#[test]
fn every_density_integrates_to_one() {
    for Case { law, .. } in cases() {
        // On the unconstrained scale, where nothing is singular and the tails are exponential.
        let map = crate::bijector::Bijector::from_support(law.support()).unwrap();
        let density = law.compiled();
        let (from, to) = match law.support() {
            Support::Real => (-6.0, 6.0),
            _ => (-80.0, 80.0),
        };
        let n = 40_000;
        let step = (to - from) / f64::from(n);
        let total: f64 = (0..=n)
            .map(|i| {
                let t = from + step * f64::from(i);
                // x = sinh(sinh(t))-like stretching covers the heavy tails of the real line.
                let (u, stretch) = match law.support() {
                    Support::Real => {
                        let s = t.sinh();
                        (s.sinh(), s.cosh() * t.cosh())
                    }
                    _ => (t, 1.0),
                };
                let at = map.evaluate(u);
                let log = density.log_density(at.value) + at.log_jacobian + stretch.ln();
                if log.is_nan() { 0.0 } else { log.exp() }
            })
            .sum();
        assert!((total * step - 1.0).abs() < 1e-6, "{law}: {}", total * step);
    }
}

#[test]
fn gradients_match_finite_differences() {
    for Case { law, points, .. } in cases() {
        let density = law.compiled();
        for (x, ..) in points {
            let (low, high) = law.support().bounds();
            let room = (x - low).min(high - x).min(x.abs().max(0.1));
            let h = 1e-5 * room;
            let slope = (density.log_density(x + h) - density.log_density(x - h)) / (2.0 * h);
            let (value, gradient) = density.log_density_and_gradient(x);
            let scale = slope.abs().max(value.abs()).max(1.0) / room.min(1.0);
            // Rounding of the density over 2h, plus the third derivative's h^2.
            assert!((gradient - slope).abs() < 1e-8 * scale, "{law} at {x}: {gradient} {slope}");
            assert_eq!(value, law.log_density(x));
            assert_eq!(gradient, law.log_density_gradient(x));
            assert_eq!(gradient, density.log_density_gradient(x));
        }
    }
}

#[test]
fn quantile_and_cdf_are_inverse_and_monotone() {
    for Case { law, mean, .. } in cases() {
        let mut before = f64::NEG_INFINITY;
        for p in [1e-10, 1e-4, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 0.9999] {
            let x = law.quantile(p);
            assert!(x > before && law.support().contains(x), "{law} at {p}: {x}");
            before = x;
            // The spacing of doubles around x (and the centre it is measured from) limits the way
            // back.
            let centre = if mean.is_finite() { mean.abs() } else { 0.0 };
            let spacing = 8.0 * f64::EPSILON * (x.abs() + centre) * law.log_density(x).exp();
            let error = (law.cdf(x) - p).abs();
            assert!(error < 1e-10 * p + spacing, "{law} at {p}: {error:e}");
            assert!((law.cdf(x) + law.survival(x) - 1.0).abs() < 1e-12);
        }
        let (low, high) = law.support().bounds();
        assert_eq!((law.quantile(0.0), law.quantile(1.0)), (low, high));
        assert_eq!((law.cdf(low), law.cdf(high)), (0.0, 1.0));
        assert!(law.quantile(-0.1).is_nan() && law.quantile(1.1).is_nan());
        assert!(law.quantile(f64::NAN).is_nan() && law.cdf(f64::NAN).is_nan());
    }
}

#[test]
fn draws_have_the_stated_moments_and_probabilities() {
    let n = 40_000_u32;
    let count = f64::from(n);
    for (seed, Case { law, mean, sd, .. }) in (0_u64..).zip(cases()) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let draws: Vec<f64> = (0..n).map(|_| law.sample(&mut rng)).collect();
        assert!(draws.iter().all(|&x| law.log_density(x).is_finite()), "{law}");
        if sd.is_finite() {
            let average = draws.iter().sum::<f64>() / count;
            assert!((average - mean).abs() < 4.5 * sd / count.sqrt(), "{law}: mean {average}");
        }
        // Probabilities have a known error whatever the tails.
        for p in [0.02, 0.2, 0.5, 0.8, 0.98_f64] {
            let cut = law.quantile(p);
            let below = draws.iter().filter(|&&x| x <= cut).count() as f64 / count;
            let error = (p * (1.0 - p) / count).sqrt();
            assert!((below - p).abs() < 4.5 * error, "{law}: {below} of the draws below {p}");
        }
    }
}

#[test]
fn the_spread_of_light_tailed_draws_is_the_stated_one() {
    let n = 40_000_u32;
    for law in [
        D::Normal { mean: 1.0, sd: 2.0 },
        D::HalfNormal { sd: 1.5 },
        D::TruncatedNormal { mean: 0.0, sd: 1.0, low: 40.0, high: f64::INFINITY },
        D::Beta { alpha: 2.0, beta: 5.0 },
        D::Gamma { shape: 3.0, rate: 2.0 },
        D::Uniform { low: 2.0, high: 3.0 },
        D::Laplace { mean: 0.0, scale: 1.0 },
        D::Exponential { rate: 3.0 },
    ] {
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        let draws: Vec<f64> = (0..n).map(|_| law.sample(&mut rng)).collect();
        let mean = draws.iter().sum::<f64>() / f64::from(n);
        let square = draws.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / f64::from(n - 1);
        // The kurtosis of these is at most 9, so that the sd's error is below 1.5 / sqrt(n).
        assert!((square.sqrt() / law.sd() - 1.0).abs() < 4.0 * 1.5 / 200.0, "{law}");
    }
}

#[test]
fn outside_the_support_there_is_no_mass_and_no_slope() {
    for Case { law, .. } in cases() {
        let (low, high) = law.support().bounds();
        for x in [low - 1.0, high + 1.0].into_iter().filter(|x| x.is_finite()) {
            assert_eq!(law.compiled().log_density_and_gradient(x), (f64::NEG_INFINITY, 0.0));
        }
        assert!(law.log_density(f64::NAN).is_nan());
    }
    let fixed = D::Fixed { value: 2.0 };
    assert_eq!((fixed.log_density(2.0), fixed.log_density(2.1)), (0.0, f64::NEG_INFINITY));
    assert_eq!((fixed.cdf(1.9), fixed.cdf(2.0), fixed.quantile(0.3)), (0.0, 1.0, 2.0));
    assert_eq!((fixed.mean(), fixed.sd(), fixed.as_fixed()), (2.0, 0.0, Some(2.0)));
    assert_eq!(fixed.sample(&mut ChaCha8Rng::seed_from_u64(1)), 2.0);
}

#[test]
fn densities_on_a_bound_are_the_limits() {
    assert_eq!(D::Exponential { rate: 2.0 }.log_density(0.0), 2.0_f64.ln());
    assert_eq!(D::Beta { alpha: 1.0, beta: 1.0 }.log_density(0.0), 0.0);
    assert_eq!(D::Beta { alpha: 1.0, beta: 1.0 }.log_density(1.0), 0.0);
    assert_eq!(D::Gamma { shape: 2.0, rate: 1.0 }.log_density(0.0), f64::NEG_INFINITY);
    assert_eq!(D::LogNormal { mu: 0.0, sigma: 1.0 }.log_density(0.0), f64::NEG_INFINITY);
    assert_eq!(D::InverseGamma { shape: 2.0, scale: 1.0 }.log_density(0.0), f64::NEG_INFINITY);
}

#[test]
fn far_and_narrow_truncations_stay_exact() {
    // Beyond 40 sd the excess is nearly exponential with rate 40: mean 40 + 1/40 - 2/40^3 + ...
    let far = D::TruncatedNormal { mean: 0.0, sd: 1.0, low: 40.0, high: f64::INFINITY };
    close(&far, "mean", far.mean(), 40.02496884720726, 1e-13);
    close(&far, "sd", far.sd(), 0.0249533239988461, 1e-9);
    close(&far, "median", far.quantile(0.5), 40.01731412676465, 1e-14);
    let narrow = D::TruncatedNormal { mean: 0.0, sd: 1.0, low: 1.0, high: 1.0 + 1e-6 };
    close(&narrow, "sd", narrow.sd(), 1e-6 / 12f64.sqrt(), 1e-9);
    close(&narrow, "median", narrow.quantile(0.5), 1.0 + 0.5e-6, 1e-12);
}

#[test]
fn a_student_t_with_many_degrees_of_freedom_is_normal() {
    let normal = D::Normal { mean: 0.0, sd: 1.0 };
    for df in [9e6, 1.1e7, 1e12] {
        let law = D::StudentT { df, mean: 0.0, scale: 1.0 };
        for x in [-3.0, -0.5, 1.7] {
            // The distributions differ by order 1 / df.
            close(&law, "cdf", law.cdf(x), normal.cdf(x), 1e-5);
            close(&law, "log density", law.log_density(x), normal.log_density(x), 1e-5);
            close(&law, "quantile", law.quantile(law.cdf(x)), x, 1e-9);
        }
    }
}

#[test]
fn moments_choose_the_parameters() {
    let law = D::log_normal_from_mean_sd(1.8, 0.6).unwrap();
    close(&law, "mean", law.mean(), 1.8, 1e-13);
    close(&law, "sd", law.sd(), 0.6, 1e-13);
    let law = D::gamma_from_mean_sd(1.8, 0.6).unwrap();
    close(&law, "mean", law.mean(), 1.8, 1e-13);
    close(&law, "sd", law.sd(), 0.6, 1e-13);
    let law = D::beta_from_mean_sd(0.3, 0.2).unwrap();
    close(&law, "mean", law.mean(), 0.3, 1e-13);
    close(&law, "sd", law.sd(), 0.2, 1e-13);
    assert!(D::beta_from_mean_sd(0.3, 0.5).is_err());
    assert!(D::beta_from_mean_sd(1.3, 0.1).is_err());
    assert!(D::log_normal_from_mean_sd(-1.0, 0.5).is_err());
    assert!(D::gamma_from_mean_sd(1.0, 0.0).is_err());
}

#[test]
fn every_distribution_survives_a_file() {
    for Case { law, .. } in cases() {
        let text = serde_json::to_string(&law).unwrap();
        assert_eq!(serde_json::from_str::<D>(&text).unwrap(), law, "{text}");
        let specification = BTreeMap::from([("prior", law)]);
        let text_for_people = toml::to_string(&specification).unwrap();
        let back: BTreeMap<String, D> = toml::from_str(&text_for_people).unwrap();
        assert_eq!(back.get("prior"), Some(&law), "{text_for_people}");
        let name = law.name();
        assert!(text.starts_with(&format!("{{\"{name}\":{{")), "{text}");
    }
}
