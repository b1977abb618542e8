//! Gradients equal finite differences for every family, preset and likelihood; integrating the
//! linear block out is exact.

use std::sync::Arc;

use outlay_core::{
    Calendar, Channel, Covariate, Exposure, Granularity, Grid, Kpi, KpiKind, Organic, Panel,
    PanelDraft,
};
use outlay_inference::Density;
use outlay_mmm::density::Evaluator;
use outlay_mmm::explain::Explainer;
use outlay_mmm::model::layout::Way;
use outlay_mmm::model::{Model, Treatment};
use outlay_mmm::spec::Spec;
use outlay_stats::linalg::{cholesky, log_determinant};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A small generated panel: three channels (one by reach and frequency), one organic, one
/// control, one treatment; `geos` geos; some lead-in.
fn draft(geos: usize, seed: u64) -> PanelDraft {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let periods = 30;
    let lead_in = 4;
    let mut grid = |n: usize, low: f64, high: f64, zeros: f64| {
        let values = (0..geos * n).map(|_| {
            let x: f64 = rng.random();
            if rng.random::<f64>() < zeros { 0.0 } else { low + (high - low) * x }
        });
        Grid::new(geos, n, values.collect()).unwrap()
    };
    let long = periods + lead_in;
    let volume = |values| Exposure::Volume { unit: "impressions".into(), values };
    let channels = vec![
        Channel {
            name: "tv".into(),
            exposure: volume(grid(long, 10.0, 100.0, 0.3)),
            spend: grid(periods, 5.0, 50.0, 0.3),
        },
        Channel {
            name: "search".into(),
            exposure: volume(grid(long, 1.0, 20.0, 0.0)),
            spend: grid(periods, 5.0, 50.0, 0.0),
        },
        Channel {
            name: "video".into(),
            exposure: Exposure::ReachFrequency {
                reach: grid(long, 5.0, 40.0, 0.2),
                frequency: grid(long, 1.0, 5.0, 0.0),
            },
            spend: grid(periods, 5.0, 20.0, 0.0),
        },
    ];
    PanelDraft {
        calendar: Calendar::regular(Granularity::Week, "2023-01-02".parse().unwrap(), periods),
        lead_in,
        geos: (0..geos).map(|g| format!("geo{g}")).collect(),
        population: (0..geos).map(|g| 100.0 + 30.0 * g as f64).collect(),
        currency: None,
        kpi: Kpi {
            name: "orders".into(),
            kind: KpiKind::Count,
            values: grid(periods, 200.0, 300.0, 0.0),
            revenue_per_unit: Some(grid(periods, 9.0, 11.0, 0.0)),
        },
        channels,
        organic: vec![Organic {
            name: "newsletter".into(),
            exposure: volume(grid(long, 1.0, 5.0, 0.2)),
        }],
        controls: vec![Covariate { name: "weather".into(), values: grid(periods, -1.0, 1.0, 0.0) }],
        treatments: vec![Covariate { name: "price".into(), values: grid(periods, 4.0, 6.0, 0.0) }],
    }
}

fn panel(geos: usize, seed: u64) -> Panel {
    Panel::new(draft(geos, seed)).unwrap()
}

fn evaluator(toml: &str, geos: usize) -> Evaluator {
    let spec =
        Spec::from_toml(&format!("version = 1\n{toml}")).unwrap_or_else(|e| panic!("{toml}: {e}"));
    let model = Model::new(&spec, &panel(geos, 5)).unwrap_or_else(|e| panic!("{toml}: {e}"));
    Evaluator::new(Arc::new(model))
}

/// Fourth-order central differences against the gradient, at points around a prior draw.
fn check(toml: &str, geos: usize) {
    let mut evaluator = evaluator(toml, geos);
    let dim = evaluator.dim();
    let mut rng = ChaCha8Rng::seed_from_u64(11);
    for _ in 0..2 {
        let at: Vec<f64> = (0..dim).map(|_| rng.random::<f64>() * 1.6 - 0.8).collect();
        let mut gradient = vec![0.0; dim];
        evaluator.log_density(&at, &mut gradient).unwrap();
        let mut scratch = vec![0.0; dim];
        for i in 0..dim {
            let h = 2e-4;
            let mut value = |step: f64| {
                let mut x = at.clone();
                x[i] += step;
                evaluator.log_density(&x, &mut scratch).unwrap()
            };
            let numeric =
                (8.0 * (value(h) - value(-h)) - (value(2.0 * h) - value(-2.0 * h))) / (12.0 * h);
            let scale = 1.0 + numeric.abs();
            assert!(
                (gradient[i] - numeric).abs() < 1e-6 * scale,
                "{toml}\n geos {geos}, coordinate {i} of {dim} ({}): {} against {numeric}",
                evaluator.model().layout.parameters.get(i).map_or("linear", |p| &p.name),
                gradient[i],
            );
        }
    }
}

#[test]
fn every_preset_has_the_right_gradient() {
    for preset in ["outlay", "meridian", "pymc-marketing"] {
        for geos in [1, 3] {
            check(&format!("preset = '{preset}'\n[baseline.holidays]\ncountries = ['DE']"), geos);
        }
    }
}

#[test]
fn every_adstock_family_has_the_right_gradient() {
    for family in
        ["none", "geometric", "delayed", "binomial", "weibull-cdf", "weibull-pdf", "weibull"]
    {
        for order in ["adstock-first", "saturation-first"] {
            for normalise in [true, false] {
                check(
                    &format!(
                        "[media]\norder = '{order}'\n[media.adstock]\nfamily = '{family}'\nnormalise = {normalise}"
                    ),
                    1,
                );
            }
        }
        check(
            &format!(
                "[media.adstock]\nfamily = '{family}'\n[reach_frequency.adstock]\nfamily = '{family}'"
            ),
            2,
        );
    }
}

#[test]
fn what_was_before_the_data_has_the_right_gradient() {
    let history = "history = { uniform = { low = 0.0, high = 1.2 } }";
    for family in ["none", "geometric", "delayed", "binomial", "weibull-cdf", "weibull"] {
        for (effect, prior) in [
            ("roi", "log-normal = { mu = 0.2, sigma = 0.5 }"),
            ("mroi", "log-normal = { mu = 0.2, sigma = 0.5 }"),
            ("contribution", "beta = { alpha = 1.0, beta = 30.0 }"),
        ] {
            // Windows shorter and longer than the four periods that are known before the data.
            for (max_lag, geos) in [(3, 1), (9, 1), (9, 3), (40, 1)] {
                for order in ["adstock-first", "saturation-first"] {
                    check(
                        &format!(
                            "{history}\n[media]\norder = '{order}'\n\
                             [media.adstock]\nfamily = '{family}'\nmax_lag = {max_lag}\n\
                             [media.effect]\non = '{effect}'\n\
                             prior = {{ {prior} }}"
                        ),
                        geos,
                    );
                }
            }
        }
    }
}

/// A channel that always ran the same carries the same into every period, once all of that was there
/// before the data; without, the first periods have less.
#[test]
fn a_steady_channel_has_no_first_periods() {
    let mut draft = draft(1, 5);
    let steady = Grid::from_fn(1, draft.calendar.len() + draft.lead_in, |_, _| 50.0);
    draft.channels[0].exposure = Exposure::Volume { unit: "impressions".into(), values: steady };
    draft.kpi.revenue_per_unit = None;
    let panel = Panel::new(draft).unwrap();
    let brought = |history: &str, order: &str| {
        let text = format!(
            "version = 1\npreset = 'meridian'\n{history}\n[media]\norder = '{order}'\n[media.adstock]\nmax_lag = 12\nalpha = {{ fixed = {{ value = 0.8 }} }}"
        );
        let model = Arc::new(Model::new(&Spec::from_toml(&text).unwrap(), &panel).unwrap());
        let mut evaluator = Evaluator::new(Arc::clone(&model));
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let at = evaluator.prior_point(&mut rng);
        let draw = evaluator.draw(&at, &mut rng).unwrap();
        Explainer::new(model).account(&draw).channels.swap_remove(0)
    };
    for order in ["adstock-first", "saturation-first"] {
        let with = brought("history = { fixed = { value = 1.0 } }", order);
        let without = brought("", order);
        for (t, value) in with.iter().enumerate() {
            assert!((value / with[0] - 1.0).abs() < 1e-12, "period {t}: {value} after {}", with[0]);
        }
        // Four periods are known before the data, and eight more are in the window.
        assert!(without[0] < 0.95 * without[8], "{without:?}");
        assert!((without[8] / without[29] - 1.0).abs() < 1e-12, "{without:?}");
    }
}

#[test]
fn every_saturation_family_has_the_right_gradient() {
    for family in ["none", "hill", "logistic", "tanh", "michaelis-menten", "power"] {
        for order in ["adstock-first", "saturation-first"] {
            check(
                &format!("[media]\norder = '{order}'\n[media.saturation]\nfamily = '{family}'"),
                1,
            );
        }
        check(&format!("[media.saturation]\nfamily = '{family}'"), 2);
    }
}

#[test]
fn every_effect_quantity_has_the_right_gradient() {
    for (on, prior) in [
        ("roi", "log-normal = { mu = 0.2, sigma = 0.9 }"),
        ("mroi", "log-normal = { mu = 0.0, sigma = 0.5 }"),
        ("contribution", "beta = { alpha = 2.0, beta = 20.0 }"),
        ("coefficient", "half-normal = { sd = 2.0 }"),
        // A bounded coefficient keeps its own coordinate.
        ("coefficient", "uniform = { low = 0.0, high = 0.4 }"),
    ] {
        for law in ["normal", "log-normal"] {
            for geos in [1, 3] {
                check(
                    &format!(
                        "[geo]\nmedia_effects = '{law}'\n[media.effect]\non = '{on}'\nprior = {{ {prior} }}"
                    ),
                    geos,
                );
            }
        }
    }
}

#[test]
fn every_likelihood_has_the_right_gradient() {
    for geos in [1, 3] {
        check("[likelihood]\nfamily = 'student-t'\ncommon = false", geos);
        check("[likelihood]\nsigma_per_geo = true\ncommon = false", geos);
        check("[scaling]\nkpi = 'mean'\n[likelihood]\nfamily = 'log-normal'", geos);
        check("[holdout]\nlast = 6", geos);
        check("[likelihood]\nfamily = 'student-t'\ncommon = false\n[holdout]\nlast = 6", geos);
        check("[baseline.trend]\nchangepoints = 3", geos);
        check(REMEMBERING, geos);
        if geos > 1 {
            check(SHARED, geos);
            check(&format!("{SHARED}likelihood.coarsening = 20.0"), geos);
        }
        check(&format!("{REMEMBERING}likelihood.coarsening = 20.0"), geos);
        check(
            &format!("{REMEMBERING}likelihood.family = 'student-t'\nlikelihood.common = false"),
            geos,
        );
        check(&format!("{REMEMBERING}{APART}"), geos);
        check(
            "likelihood.coarsening = 20.0\nlikelihood.family = 'student-t'\nlikelihood.common = false",
            geos,
        );
        check(
            &format!("{REMEMBERING}likelihood.family = 'log-normal'\nscaling.kpi = 'mean'"),
            geos,
        );
    }
}

#[test]
fn experiments_have_the_right_gradient() {
    let window = "[[lift_test]]\nchannel = 'tv'\nstart = '2023-03-06'\nend = '2023-04-02'\ncounterfactual = 0.0\nlift = 300.0\nstandard_error = 80.0\n";
    let point =
        "[[lift_test]]\nchannel = 'search'\nx = 5.0\ndelta_x = 2.0\ndelta_y = 10.0\nsigma = 3.0\n";
    for geos in [1, 3] {
        check(&format!("{window}{point}"), geos);
    }
}

/// Noise that geos share, with a geo and some periods held out.
const SHARED: &str = "likelihood.autocorrelation = { uniform = { low = -0.9, high = 0.95 } }
likelihood.common = { half-normal = { sd = 1.0 } }
holdout.periods = ['2023-03-06', '2023-05-01']
holdout.geos = ['geo1']
";

/// Noise of a size of its own in each geo.
const APART: &str = "likelihood.sigma_per_geo = true
likelihood.common = false
";

/// Autocorrelated noise, with a gap in what is observed.
const REMEMBERING: &str = "likelihood.autocorrelation = { uniform = { low = -0.9, high = 0.95 } }
holdout.periods = ['2023-03-06', '2023-03-13', '2023-05-01']
";

#[test]
fn integrating_the_linear_block_out_is_exact() {
    // ln p(θ, y) = ln p(θ, b, y) - ln p(b | θ, y) for every b. The conditional is normal, so the
    // difference between two b's is known from the joint alone; a drawn b must satisfy it.
    for (geos, more) in [
        (1, ""),
        (3, ""),
        (1, REMEMBERING),
        (3, REMEMBERING),
        (1, "likelihood.coarsening = 20.0"),
        (3, SHARED),
    ] {
        let mut evaluator = evaluator(&format!("preset = 'meridian'\n{more}"), geos);
        assert_eq!(evaluator.model().treatment, Treatment::Marginal);
        let dim = evaluator.dim();
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let at: Vec<f64> = (0..dim).map(|_| rng.random::<f64>() - 0.5).collect();
        let mut gradient = vec![0.0; dim];
        let marginal = evaluator.log_density(&at, &mut gradient).unwrap();
        let draw = evaluator.draw(&at, &mut rng).unwrap();
        let p = draw.standardised.len();
        // Conditional mean and precision of z from the joint's exact quadratic form.
        let mut joint = |z: &[f64]| evaluator.log_joint(&draw.theta, z);
        let zero = vec![0.0; p];
        let j0 = joint(&zero);
        let unit = |i: usize, s: f64| {
            let mut z = vec![0.0; p];
            z[i] = s;
            z
        };
        let plus: Vec<f64> = (0..p).map(|i| joint(&unit(i, 1.0))).collect();
        let minus: Vec<f64> = (0..p).map(|i| joint(&unit(i, -1.0))).collect();
        let mut precision = vec![0.0; p * p];
        for i in 0..p {
            for k in 0..=i {
                let mut z = unit(i, 1.0);
                z[k] += 1.0;
                let second = joint(&z) - plus[i] - plus[k] + j0;
                precision[i * p + k] = -second;
                precision[k * p + i] = -second;
            }
        }
        let slope: Vec<f64> = (0..p).map(|i| 0.5 * (plus[i] - minus[i])).collect();
        cholesky(&mut precision, p).unwrap();
        let mut mean = slope.clone();
        outlay_stats::linalg::solve_lower(&precision, p, &mut mean);
        outlay_stats::linalg::solve_upper(&precision, p, &mut mean);
        let at_mean = joint(&mean);
        let log_conditional = 0.5 * log_determinant(&precision, p)
            - 0.5 * p as f64 * (2.0 * std::f64::consts::PI).ln();
        let jacobian: f64 = evaluator
            .model()
            .layout
            .parameters
            .iter()
            .zip(&at)
            .map(|(parameter, u)| match parameter.way {
                Way::OneToOne(bijector) => bijector.log_jacobian(*u),
                Way::Rectified(_) => panic!("this model has no rectified prior"),
            })
            .sum();
        // The joint counts coefficients of fixed scale by b, the conditional here by z.
        let by_z: f64 = evaluator
            .model()
            .block
            .design
            .columns
            .iter()
            .filter(|c| c.scale.is_none())
            .map(|c| c.sd.ln())
            .sum();
        let expected = at_mean + by_z - log_conditional + jacobian;
        assert!(
            (marginal / expected - 1.0).abs() < 1e-7,
            "geos {geos}, {more}: {marginal} {expected}"
        );
    }
}

#[test]
fn coordinates_lead_back_to_parameters() {
    let mut evaluator = evaluator("preset = 'pymc-marketing'", 1);
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let theta: Vec<f64> =
        evaluator.model().layout.parameters.iter().map(|p| p.prior.sample(&mut rng)).collect();
    let position = evaluator.coordinates(&theta);
    let draw = evaluator.draw(&position, &mut rng).unwrap();
    for (a, b) in theta.iter().zip(&draw.theta) {
        assert!((a - b).abs() < 1e-9 * a.abs().max(1e-3), "{a} {b}");
    }
}

/// The density in sampled coordinates is that of the parameters times the volume that the map moves:
/// learned scales stretch the coefficients under them. The map's Jacobian is taken by differences.
#[test]
fn sampled_coordinates_of_the_linear_block_keep_its_density() {
    let toml = "[baseline]\nseasonality = { yearly = 2, sd = { half-normal = { sd = 0.5 } } }\n\
                [baseline.knots]\nplacement = { count = 4 }\nwalk = { half-normal = { sd = 0.3 } }\n\
                [likelihood]\nfamily = 'student-t'\ncommon = false";
    let mut e = evaluator(toml, 1);
    assert_eq!(e.model().treatment, Treatment::Whitened);
    let columns = &e.model().block.design.columns;
    let fixed: f64 = columns.iter().filter(|c| c.scale.is_none()).map(|c| c.sd.ln()).sum();
    assert!(columns.iter().any(|c| c.scale.is_some()));
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let dim = e.dim();
    for _ in 0..3 {
        let position: Vec<f64> = (0..dim).map(|_| 0.5 * rng.random::<f64>() - 0.25).collect();
        let mut parameters = |position: &[f64]| {
            let draw = e.draw(position, &mut ChaCha8Rng::seed_from_u64(1)).unwrap();
            (draw.theta, draw.standardised)
        };
        let h = 1e-5;
        let mut jacobian = Vec::new();
        for i in 0..dim {
            let (mut up, mut down) = (position.clone(), position.clone());
            up[i] += h;
            down[i] -= h;
            let ((a, x), (b, y)) = (parameters(&up), parameters(&down));
            let up: Vec<f64> = a.into_iter().chain(x).collect();
            let down = b.into_iter().chain(y);
            jacobian
                .push(up.iter().zip(down).map(|(u, d)| (u - d) / (2.0 * h)).collect::<Vec<_>>());
        }
        let mut square: Vec<f64> = (0..dim * dim)
            .map(|at| {
                let (i, j) = (at / dim, at % dim);
                jacobian[i].iter().zip(&jacobian[j]).map(|(a, b)| a * b).sum()
            })
            .collect();
        cholesky(&mut square, dim).unwrap();
        let volume = 0.5 * log_determinant(&square, dim);
        let (theta, standardised) = parameters(&position);
        let expected = e.log_joint(&theta, &standardised) + fixed + volume;
        let found = e.log_density(&position, &mut vec![0.0; dim]).unwrap();
        assert!((found - expected).abs() < 1e-4, "{found} {expected}");
    }
}
