//! Every diagnostic against ArviZ 0.20 on series that any language can regenerate.

use super::*;

/// Knuth's 64-bit linear congruential generator.
struct Lcg(u64);

impl Lcg {
    /// A uniform number inside 0..1 from the upper 53 bits.
    fn uniform(&mut self) -> f64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 11) as f64 + 0.5) / 9_007_199_254_740_992.0
    }

    /// The sum of four uniforms, centred: bell-shaped, without a function that platforms round
    /// differently.
    fn bell(&mut self) -> f64 {
        self.uniform() + self.uniform() + self.uniform() + self.uniform() - 2.0
    }
}

fn autoregressive(seed: u64, draws: usize, rho: f64) -> Vec<f64> {
    let mut rng = Lcg(seed);
    let mut x = rng.bell();
    (0..draws)
        .map(|_| {
            x = rho * x + rng.bell();
            x
        })
        .collect()
}

fn heavy_tailed(seed: u64, draws: usize) -> Vec<f64> {
    let mut rng = Lcg(seed);
    (0..draws)
        .map(|_| {
            let (a, b) = (rng.uniform() - 0.5, rng.uniform() - 0.5);
            a / (b * b + 1e-4)
        })
        .collect()
}

fn chains(seed: u64, count: u64, draws: usize, rho: f64) -> Vec<Vec<f64>> {
    (0..count).map(|k| autoregressive(seed + k, draws, rho)).collect()
}

fn transform(mut chains: Vec<Vec<f64>>, f: impl Fn(usize, f64) -> f64) -> Vec<Vec<f64>> {
    for (c, chain) in chains.iter_mut().enumerate() {
        chain.iter_mut().for_each(|x| *x = f(c, *x));
    }
    chains
}

fn series(name: &str) -> Vec<Vec<f64>> {
    match name {
        "independent" => chains(1, 4, 500, 0.0),
        "AR 0.5" => chains(11, 4, 500, 0.5),
        "AR 0.9" => chains(21, 4, 1000, 0.9),
        "AR 0.99" => chains(31, 4, 800, 0.99),
        "antithetic -0.5" => chains(41, 4, 500, -0.5),
        "antithetic -0.95" => chains(51, 2, 300, -0.95),
        "heavy tails" => (61..65).map(|seed| heavy_tailed(seed, 500)).collect(),
        "one chain shifted" => {
            transform(chains(71, 4, 400, 0.3), |c, x| if c == 3 { 1.5 + x } else { x })
        }
        "one chain wider" => {
            transform(chains(81, 4, 400, 0.3), |c, x| if c == 2 { 5.0 * x } else { x })
        }
        "odd length" => chains(91, 3, 333, 0.6),
        "ties" => transform(chains(101, 4, 400, 0.4), |_, x| (4.0 * x).floor()),
        "one chain stuck" => {
            transform(chains(111, 4, 400, 0.2), |c, x| if c == 0 { 0.8 } else { x })
        }
        "single chain" => chains(121, 1, 700, 0.7),
        "short" => chains(131, 2, 5, 0.1),
        "minimal" => chains(141, 2, 4, 0.1),
        "two valued" => transform(chains(151, 4, 400, 0.4), |_, x| if x > 1.2 { 1.0 } else { 0.0 }),
        "far from zero" => transform(chains(161, 4, 400, 0.4), |_, x| 1e6 + 1e-3 * x),
        other => panic!("no series called {other}"),
    }
}

#[test]
fn every_number_is_the_one_that_arviz_gives() {
    // R-hat, bulk ESS, tail ESS, mean ESS, MCSE of the mean.
    for (name, expected) in [
        (
            "independent",
            [
                Some(0.9992603213699294),
                Some(1886.9677883512893),
                Some(1643.0725580991182),
                Some(1891.3865379317592),
                Some(0.013334663009543907),
            ],
        ),
        (
            "AR 0.5",
            [
                Some(1.0028085388356394),
                Some(806.7967694616588),
                Some(1269.5173607355905),
                Some(807.0714564435152),
                Some(0.02308299550620924),
            ],
        ),
        (
            "AR 0.9",
            [
                Some(1.0082606340247025),
                Some(214.71222699964505),
                Some(488.1742403233342),
                Some(213.5401785733876),
                Some(0.09471605728785763),
            ],
        ),
        (
            "AR 0.99",
            [
                Some(1.143872708441516),
                Some(20.100125829338353),
                Some(41.75760944523115),
                Some(20.18766995961729),
                Some(0.8216481127685584),
            ],
        ),
        (
            "antithetic -0.5",
            [
                Some(1.0008984027435956),
                Some(6602.059991327962),
                Some(2103.3291908494602),
                Some(6602.059991327962),
                Some(0.007957983594613671),
            ],
        ),
        (
            "antithetic -0.95",
            [
                Some(1.0540269496546615),
                Some(1666.890750230186),
                Some(112.1684646735703),
                Some(1666.890750230186),
                Some(0.04335729005654478),
            ],
        ),
        (
            "heavy tails",
            [
                Some(1.000498708017935),
                Some(2017.7217046697378),
                Some(1969.5606117751586),
                Some(2022.3457666976872),
                Some(8.342494326057835),
            ],
        ),
        (
            "one chain shifted",
            [
                Some(1.4304284930013516),
                Some(8.191213603229826),
                Some(31.537787353210184),
                Some(7.1408511078548855),
                Some(0.3308651096432709),
            ],
        ),
        (
            "one chain wider",
            [
                Some(1.2408113714470077),
                Some(897.4847798555812),
                Some(32.16055490195264),
                Some(740.3352294047115),
                Some(0.05929716300141732),
            ],
        ),
        (
            "odd length",
            [
                Some(1.0074794968006369),
                Some(258.26677695035136),
                Some(516.6094251563753),
                Some(267.2543920230818),
                Some(0.04183773690509204),
            ],
        ),
        (
            "ties",
            [
                Some(1.0060597627555574),
                Some(714.4171159479738),
                Some(903.3782948842393),
                Some(713.8121208880509),
                Some(0.09110649496888204),
            ],
        ),
        (
            "one chain stuck",
            [
                Some(1.18607239505638),
                Some(15.698498004172944),
                Some(1084.636648729652),
                Some(12.27912259888591),
                Some(0.1761642204736469),
            ],
        ),
        (
            "single chain",
            [
                None,
                Some(139.81786572253313),
                Some(293.52016273889825),
                Some(138.1077114561583),
                Some(0.07060903245376628),
            ],
        ),
        (
            "short",
            [
                Some(1.261584750168261),
                Some(7.224719895935548),
                Some(7.224719895935548),
                Some(7.224719895935548),
                Some(0.23731308568748857),
            ],
        ),
        (
            "minimal",
            [
                Some(1.261584750168261),
                Some(7.224719895935548),
                Some(7.224719895935548),
                Some(7.224719895935548),
                Some(0.26217768708044786),
            ],
        ),
        (
            "two valued",
            [
                Some(0.9992331554520716),
                Some(993.3162047899681),
                Some(993.3162047899692),
                Some(993.3162047899681),
                Some(0.005468597447954263),
            ],
        ),
        (
            "far from zero",
            [
                Some(1.0064571305934298),
                Some(560.5317969215724),
                Some(1040.8133228346933),
                Some(562.0807565623616),
                Some(2.717560950519643e-05),
            ],
        ),
    ] {
        let chains = series(name);
        let found = convergence(&chains);
        let one_by_one = [
            rhat(&chains),
            ess_bulk(&chains),
            ess_tail(&chains),
            ess_mean(&chains),
            mcse_mean(&chains),
        ];
        let at_once = [found.rhat, found.ess_bulk, found.ess_tail, found.ess_mean, found.mcse_mean];
        assert_eq!(one_by_one, at_once, "{name}");
        for (i, (got, want)) in at_once.into_iter().zip(expected).enumerate() {
            // Values near 1e6 with a spread of 1e-3 keep nine digits of their deviations.
            let tolerance = if name == "far from zero" { 1e-6 } else { 1e-8 };
            match (got, want) {
                (Some(got), Some(want)) => {
                    assert!((got / want - 1.0).abs() < tolerance, "{name} {i}: {got}, not {want}");
                }
                (got, want) => assert_eq!(got, want, "{name} {i}"),
            }
        }
    }
}

#[test]
fn a_constant_has_no_rhat_and_counts_every_draw() {
    let constant = convergence(&vec![vec![0.1; 50]; 4]);
    assert_eq!(constant.rhat, None);
    assert_eq!((constant.ess_bulk, constant.ess_tail), (Some(200.0), Some(200.0)));
    assert_eq!((constant.ess_mean, constant.mcse_mean), (Some(200.0), Some(0.0)));
}

#[test]
fn chains_stuck_in_different_places_have_an_infinite_rhat() {
    let stuck: Vec<Vec<f64>> = [0.1, 0.3, 0.1, 0.1].iter().map(|&x| vec![x; 50]).collect();
    let found = convergence(&stuck);
    assert_eq!(found.rhat, Some(f64::INFINITY));
    assert!(found.ess_bulk.unwrap() < 10.0);
    assert_eq!(constant_chains(&stuck), vec![0, 1, 2, 3]);
}

#[test]
fn one_frozen_chain_raises_rhat_and_is_named() {
    for place in [-40.0, 0.0, 0.8, 3.0, 1e9] {
        let frozen = transform(chains(111, 4, 400, 0.2), |c, x| if c == 2 { place } else { x });
        let rhat = convergence(&frozen).rhat.unwrap();
        assert!(rhat > 1.1, "frozen at {place}: {rhat}");
        assert_eq!(constant_chains(&frozen), vec![2]);
    }
    assert!(constant_chains(&chains(111, 4, 400, 0.2)).is_empty());
    assert!(constant_chains(&[vec![1.0; 9], vec![1.0; 9]]).is_empty());
}

#[test]
fn too_little_or_unusable_input_has_no_answer() {
    let nothing: [Vec<f64>; 0] = [];
    let unusable = [
        convergence(&nothing),
        convergence(&[vec![1.0, 2.0, 3.0], vec![1.0, 2.0, 4.0]]),
        convergence(&[vec![1.0, 2.0, f64::NAN, 3.0], vec![1.0, 2.0, 4.0, 5.0]]),
        convergence(&[vec![1.0, 2.0, f64::INFINITY, 3.0], vec![1.0, 2.0, 4.0, 5.0]]),
    ];
    for found in unusable {
        assert_eq!((found.rhat, found.ess_bulk, found.ess_tail), (None, None, None));
        assert_eq!((found.ess_mean, found.mcse_mean), (None, None));
    }
}

#[test]
fn chains_of_an_interrupted_run_are_cut_to_the_shortest() {
    let full = series("AR 0.5");
    let mut uneven = full.clone();
    uneven[0].extend([9.0, 9.0, 9.0]);
    uneven[2].push(-9.0);
    assert_eq!(convergence(&uneven), convergence(&full));
    let slices: Vec<&[f64]> = full.iter().map(Vec::as_slice).collect();
    assert_eq!(convergence(&slices), convergence(&full));
}

#[test]
fn diagnostics_do_not_depend_on_scale_or_sign_beyond_the_mean() {
    // Powers of two leave the digits alone.
    let plain = convergence(&series("AR 0.9"));
    for factor in [2.0_f64.powi(-70), -1.0, 2.0_f64.powi(40)] {
        let scaled = convergence(&transform(series("AR 0.9"), |_, x| factor * x));
        let ratio = |a: Option<f64>, b: Option<f64>| a.unwrap() / b.unwrap();
        assert!((ratio(scaled.rhat, plain.rhat) - 1.0).abs() < 1e-12);
        assert!((ratio(scaled.ess_bulk, plain.ess_bulk) - 1.0).abs() < 1e-9);
        assert!((ratio(scaled.ess_mean, plain.ess_mean) - 1.0).abs() < 1e-9);
        assert!((ratio(scaled.mcse_mean, plain.mcse_mean) / factor.abs() - 1.0).abs() < 1e-9);
    }
}

#[test]
fn long_chains_agree_with_the_known_autocorrelation() {
    // An AR(1) has integrated autocorrelation time (1 + rho) / (1 - rho) = 199.
    let chains = chains(5, 4, 40_000, 0.99);
    let size = ess_mean(&chains).unwrap();
    assert!((size / (160_000.0 / 199.0) - 1.0).abs() < 0.25, "{size}");
}
