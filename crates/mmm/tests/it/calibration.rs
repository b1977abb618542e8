//! The calibration finds nothing where model and data belong together, and finds it where not.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use outlay_core::{
    Calendar, Channel, Exposure, Granularity, Grid, Kpi, KpiKind, Panel, PanelDraft,
};
use outlay_mmm::calibration::{
    CalibrationError, CalibrationProgress, CalibrationReport, CalibrationSettings, LOG_JOINT,
    Shape, calibrate, calibrate_between,
};
use outlay_mmm::model::Model;
use outlay_mmm::spec::{Sampling, Spec};
use outlay_stats::distribution::Distribution;

const WEEKS: usize = 40;

/// Two channels that come and go, 40 weeks.
fn panel() -> Panel {
    let channel = |name: &str, phase: usize| {
        let spend = Grid::from_fn(1, WEEKS, |_, t| {
            let burst = if (t + phase) % 7 < 3 { 3.0 } else { 0.4 };
            burst * (1.0 + 0.5 * ((t * (phase + 3)) as f64).sin())
        });
        let exposure = Exposure::Volume { unit: "spend".into(), values: spend.clone() };
        Channel { name: name.into(), exposure, spend }
    };
    let first = "2024-01-01".parse().unwrap();
    Panel::new(PanelDraft {
        calendar: Calendar::regular(Granularity::Week, first, WEEKS),
        lead_in: 0,
        geos: vec!["all".into()],
        population: vec![1.0],
        currency: None,
        kpi: Kpi {
            name: "sales".into(),
            kind: KpiKind::Count,
            values: Grid::from_fn(1, WEEKS, |_, t| 60.0 + 20.0 * (t as f64 * 0.9).sin()),
            revenue_per_unit: None,
        },
        channels: vec![channel("search", 0), channel("radio", 4)],
        organic: vec![],
        controls: vec![],
        treatments: vec![],
    })
    .unwrap()
}

fn model(change: impl Fn(&mut Spec)) -> Model {
    let mut spec = Spec::from_toml(
        r#"
        version = 1
        preset = "pymc-marketing"
        baseline.seasonality.yearly = 0
        media.adstock.max_lag = 3
        media.effect.prior = { half-normal = { sd = 0.5 } }
        likelihood.sigma = { half-normal = { sd = 0.3 } }
        "#,
    )
    .unwrap();
    change(&mut spec);
    Model::new(&spec, &panel()).unwrap()
}

fn settings(simulations: usize) -> CalibrationSettings {
    CalibrationSettings {
        simulations,
        draws: 49,
        sampling: Sampling { chains: 2, warmup: 200, draws: 150, target_accept: 0.9 },
        seed: 1,
        ..CalibrationSettings::default()
    }
}

fn silent(_: CalibrationProgress) {}

fn run(world: &Model, fitted: &Model, settings: &CalibrationSettings) -> CalibrationReport {
    calibrate_between(world, fitted, settings, &silent, &AtomicBool::new(false)).unwrap()
}

#[test]
fn a_model_that_fits_its_own_data_has_uniform_ranks() {
    let model = model(|_| {});
    let report = run(&model, &model, &settings(30));
    assert_eq!(report.completed, 30);
    assert!(report.passed(), "{:?} {:?}", report.smallest, report.failed);
    // Two carry-overs, two saturations, two effects, level, noise, and the joint density.
    assert_eq!(report.quantities.len(), 9);
    assert_eq!(report.quantities.last().unwrap().name, LOG_JOINT);
    for quantity in &report.quantities {
        assert_eq!(quantity.ranks.len(), 30);
        assert!(quantity.recovery.coverage_90 >= 0.7, "{quantity:?}");
        assert!(quantity.recovery.bias.abs() < 5.0 * quantity.recovery.bias_se, "{quantity:?}");
    }
    let sigma = report.quantities.iter().find(|q| q.name.ends_with("sigma")).unwrap();
    assert!(sigma.recovery.contraction > 0.8, "forty weeks know the noise: {sigma:?}");
}

#[test]
fn noise_that_the_model_takes_for_half_as_large_is_found() {
    let with = |sd: f64| model(|s| s.likelihood.sigma = Distribution::Fixed { value: sd });
    let report = run(&with(0.4), &with(0.2), &settings(30));
    assert!(report.rejected.contains(&LOG_JOINT.to_owned()), "{:?}", report.smallest);
    // Posteriors that are too narrow around the wrong place: the density at the truth is low.
    let joint = report.quantities.last().unwrap();
    assert_eq!(joint.shape, Shape::TooHigh, "{:?}", joint.ranks);
    for quantity in &report.quantities {
        assert!(quantity.recovery.coverage_90 < 0.87, "{}", quantity.name);
    }
}

#[test]
fn a_prior_that_is_too_low_is_found() {
    let with =
        |mu: f64| model(|s| s.media.effect.prior = Distribution::LogNormal { mu, sigma: 0.3 });
    let report = run(&with(0.2), &with(-0.8), &settings(30));
    let effect = report.quantities.iter().find(|q| q.name == "saturation_beta[search]").unwrap();
    assert!(report.rejected.contains(&effect.name), "{effect:?}");
    assert_eq!(effect.shape, Shape::TooLow);
}

#[test]
fn the_report_depends_on_the_seed_and_not_on_the_threads() {
    let model = model(|_| {});
    let few = settings(4);
    let with = |threads: usize, settings: &CalibrationSettings| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| run(&model, &model, settings))
    };
    let one = with(1, &few);
    assert_eq!(one, with(3, &few));
    assert_ne!(one, with(1, &CalibrationSettings { seed: 2, ..few }));
}

#[test]
fn a_cancelled_run_keeps_what_was_completed() {
    let model = model(|_| {});
    let cancel = AtomicBool::new(false);
    let most = AtomicUsize::new(0);
    let watch = |p: CalibrationProgress| {
        most.fetch_max(p.done, Ordering::Relaxed);
        cancel.store(p.done >= 2, Ordering::Relaxed);
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let report = pool.install(|| calibrate(&model, &settings(8), &watch, &cancel)).unwrap();
    assert!(report.interrupted);
    assert_eq!(report.completed, 2);
    assert!(report.failed.is_empty(), "a cancelled simulation is no failed one");
    assert_eq!(most.into_inner(), 8);

    let at_once = calibrate(&model, &settings(8), &silent, &AtomicBool::new(true));
    assert!(matches!(at_once, Err(CalibrationError::Cancelled)));
}

#[test]
fn impossible_settings_are_refused_with_a_reason() {
    let model = model(|_| {});
    let refused = |settings: CalibrationSettings| {
        calibrate(&model, &settings, &silent, &AtomicBool::new(false)).unwrap_err().to_string()
    };
    assert!(refused(settings(0)).contains("`simulations` is 0"));
    let short = CalibrationSettings { draws: 1000, ..settings(5) };
    assert!(refused(short).contains("at least `draws` draws"));
    let other = self::model(|s| s.likelihood.sigma = Distribution::Fixed { value: 1.0 });
    let between = calibrate_between(&model, &other, &settings(5), &silent, &AtomicBool::new(false));
    assert!(matches!(between, Err(CalibrationError::Different)));
}
