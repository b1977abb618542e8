//! The search as a whole.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use outlay_core::{Covariate, Exposure, Grid, Panel, PanelDraft};
use outlay_mmm::ridge::{
    AdstockFamily, Component, LiftScope, LiftTest, RidgeError, RidgeFit, RidgeModel, RidgeSettings,
    Sign, fit,
};

use super::world::{PERIODS, world};

fn settings() -> RidgeSettings {
    RidgeSettings { iterations: 600, trials: 3, ..RidgeSettings::default() }
}

pub(crate) fn run(
    panel: &Panel,
    settings: &RidgeSettings,
    seed: u64,
) -> Result<RidgeFit, RidgeError> {
    fit(panel, settings, seed, &|_| (), &AtomicBool::new(false))
}

#[test]
fn the_same_seed_gives_the_same_fit_on_any_number_of_threads() {
    let (panel, _) = world(1, 1);
    let told = |threads: usize, seed: u64| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let fit = pool.install(|| run(&panel, &settings(), seed)).unwrap();
        serde_json::to_string(&fit).unwrap()
    };
    let one = told(1, 7);
    assert_eq!(one, told(2, 7));
    assert_eq!(one, told(4, 7));
    assert_ne!(one, told(2, 8));
}

/// Robyn's pre-step fits level and season before it knows of media, and takes part of the media's
/// effect with it; here trend and season are controls, so that the regression itself is on trial.
#[test]
fn shares_of_a_world_of_its_own_family_are_recovered() {
    let (panel, truth) = world(11, 1);
    let mut draft: PanelDraft = (*panel).clone();
    let year = |t: usize| t as f64 * std::f64::consts::TAU / 52.18;
    for (name, of) in [
        ("time", &(|t: usize| t as f64) as &dyn Fn(usize) -> f64),
        ("sine", &|t| year(t).sin()),
        ("cosine", &|t| year(t).cos()),
    ] {
        let values = Grid::from_fn(1, PERIODS, |_, t| of(t));
        draft.controls.push(Covariate { name: name.into(), values });
    }
    let panel = Panel::new(draft).unwrap();
    let settings = RidgeSettings { iterations: 2000, components: Some(vec![]), ..settings() };
    let found = run(&panel, &settings, 3).unwrap();
    let by_error = |m: &&RidgeModel| m.objectives.nrmse;
    let model = found.models.iter().min_by(|a, b| by_error(a).total_cmp(&by_error(b))).unwrap();
    let total: f64 = found.design.target().iter().sum();
    for (channel, truth) in panel.channels.iter().zip(&truth) {
        let share = model.contributions[&channel.name] / total;
        assert!((share - truth).abs() < 0.04, "{}: {share:.3} against {truth:.3}", channel.name);
    }
    assert!(model.r2.unwrap() > 0.9, "{:?}", model.r2);
    let price = model.coefficients["price"];
    assert!((price + 25.0).abs() < 4.0, "{price}");
}

#[test]
fn kept_models_form_fronts_and_the_chosen_one_wins_its_cluster() {
    let (panel, _) = world(2, 1);
    let found = run(&panel, &settings(), 5).unwrap();
    assert!(found.models.len() >= 100, "{}", found.models.len());
    let front: Vec<_> = found.pareto_front().map(|m| m.objectives).collect();
    for a in &front {
        let beaten = front.iter().any(|b| b.nrmse < a.nrmse && b.decomp_rssd < a.decomp_rssd);
        assert!(!beaten, "a model of the first front is dominated");
    }
    let sizes: usize = found.clusters.iter().map(|c| c.size).sum();
    assert_eq!(sizes, found.models.len());
    let chosen = found.chosen();
    assert_eq!(found.clusters[chosen.cluster].winner, found.chosen);
    for (id, cluster) in found.clusters.iter().enumerate() {
        let winner = &found.models[cluster.winner];
        assert_eq!(winner.cluster, id);
        let rivals = found.models.iter().filter(|m| m.cluster == id);
        assert!(rivals.fold(f64::INFINITY, |s, m| s.min(m.error_score)) == winner.error_score);
        for (name, spread) in &cluster.roi_spread {
            assert!(spread.low <= spread.mean && spread.mean <= spread.high, "{name}");
        }
    }
}

#[test]
fn media_never_hurts_and_hyperparameters_stay_in_their_boxes() {
    let (panel, _) = world(4, 1);
    for family in [AdstockFamily::Geometric, AdstockFamily::WeibullPdf, AdstockFamily::WeibullCdf] {
        let settings = RidgeSettings { adstock: family, iterations: 200, trials: 2, ..settings() };
        let found = run(&panel, &settings, 1).unwrap();
        for model in &found.models {
            for name in ["tv", "radio", "search", "newsletter"] {
                assert!(model.coefficients[name] >= 0.0);
            }
            for (d, v) in found.space.dimensions().iter().zip(model.point()) {
                assert!((d.interval[0]..=d.interval[1]).contains(&v), "{} {v}", d.name);
            }
            assert!(model.intercept >= 0.0);
            let parts: f64 = model.contributions.values().sum();
            assert!(parts.is_finite());
        }
    }
}

#[test]
fn geos_are_summed() {
    let (national, _) = world(6, 1);
    let (regional, _) = world(6, 4);
    let short = RidgeSettings { iterations: 60, trials: 1, ..settings() };
    let (a, b) = (run(&national, &short, 2).unwrap(), run(&regional, &short, 2).unwrap());
    for (x, y) in a.chosen().contributions.values().zip(b.chosen().contributions.values()) {
        assert!((x - y).abs() <= 1e-6 * x.abs().max(1.0), "{x} {y}");
    }
}

#[test]
fn a_lift_test_pulls_the_channel_towards_it() {
    let (panel, _) = world(8, 1);
    let plain = run(&panel, &settings(), 9).unwrap();
    let starts = panel.calendar.starts();
    let (from, to) = (60, 68);
    let rows = from..to;
    let effect = |found: &RidgeFit| {
        let response = &found.chosen().responses(&found.design, &found.space)[2];
        response.series(1.0).skip(rows.start).take(rows.len()).sum::<f64>()
    };
    let before = effect(&plain);
    let target = 0.5 * before;
    let mut calibrated = settings();
    calibrated.lift_tests = vec![LiftTest {
        channels: vec!["search".into()],
        start: starts[from],
        end: starts[to] - chrono::Days::new(1),
        lift: target,
        scope: LiftScope::Total,
    }];
    let found = run(&panel, &calibrated, 9).unwrap();
    let after = effect(&found);
    assert!(
        (after - target).abs() < 0.5 * (before - target).abs(),
        "{before} → {after}, test says {target}"
    );
    let told = found.chosen().objectives.mape_lift.unwrap();
    assert!((told - (after - target).abs() / target).abs() < 1e-9);
    // Immediate effect leaves earlier spend out, so it is smaller.
    calibrated.lift_tests[0].scope = LiftScope::Immediate;
    calibrated.iterations = 1;
    calibrated.trials = 1;
    let immediate = run(&panel, &calibrated, 9).unwrap();
    calibrated.lift_tests[0].scope = LiftScope::Total;
    let total = run(&panel, &calibrated, 9).unwrap();
    let predicted = |f: &RidgeFit| {
        let response = &f.chosen().responses(&f.design, &f.space)[2];
        response.series(1.0).skip(from).take(to - from).sum::<f64>()
    };
    assert_eq!(predicted(&immediate), predicted(&total));
    let errors = |f: &RidgeFit| f.chosen().objectives.mape_lift.unwrap();
    assert_ne!(errors(&immediate), errors(&total));
}

#[test]
fn progress_counts_up_and_cancelling_keeps_what_was_found() {
    let (panel, _) = world(3, 1);
    let cancel = AtomicBool::new(false);
    let seen = Mutex::new(Vec::new());
    let progress = |p: outlay_mmm::ridge::RidgeProgress| {
        seen.lock().unwrap().push(p);
        if p.done > 300 {
            cancel.store(true, Ordering::Relaxed);
        }
    };
    let found = fit(&panel, &settings(), 1, &progress, &cancel).unwrap();
    assert!(found.interrupted && found.evaluations < 1800);
    let seen = seen.lock().unwrap();
    assert!(!seen.is_empty() && seen.iter().all(|p| p.total == 1800 && p.best_nrmse > 0.0));
    let stopped = AtomicBool::new(true);
    assert_eq!(fit(&panel, &settings(), 1, &|_| (), &stopped).unwrap_err(), RidgeError::Cancelled);
}

#[test]
fn impossible_wishes_are_refused_with_a_reason() {
    let (panel, _) = world(3, 1);
    let refuse = |change: fn(&mut RidgeSettings)| {
        let mut wanted = settings();
        change(&mut wanted);
        run(&panel, &wanted, 1).unwrap_err().to_string()
    };
    let unknown = refuse(|s| {
        s.signs.insert("prize".into(), Sign::Negative);
    });
    assert!(unknown.contains("`prize`") && unknown.contains("price"), "{unknown}");
    let window = refuse(|s| s.window_start = Some("2023-12-01".parse().unwrap()));
    assert!(window.contains("period(s)"), "{window}");
    let component = refuse(|s| s.components = Some(vec![Component::Weekday]));
    assert!(component.contains("weekday"), "{component}");
    let lift = refuse(|s| {
        s.lift_tests.push(LiftTest {
            channels: vec!["tv".into()],
            start: "2030-01-01".parse().unwrap(),
            end: "2030-02-01".parse().unwrap(),
            lift: 1.0,
            scope: LiftScope::Total,
        });
    });
    assert!(lift.contains("outside of the data"), "{lift}");
}

#[test]
fn awkward_panels_do_not_break_the_search() {
    let (panel, _) = world(5, 1);
    let short = RidgeSettings { iterations: 40, trials: 1, ..settings() };
    // A paid channel that was free of charge, one that only ran outside of the window, and a
    // constant control.
    let mut draft: PanelDraft = (*panel).clone();
    draft.channels[0].spend = draft.channels[0].spend.map(|_| 0.0);
    draft.channels[1].exposure = Exposure::Volume {
        unit: "spots".into(),
        values: Grid::from_fn(1, PERIODS, |_, t| f64::from(u8::from(t < 5))),
    };
    draft
        .controls
        .push(Covariate { name: "constant".into(), values: Grid::filled(1, PERIODS, 3.0) });
    let awkward = Panel::new(draft.clone()).unwrap();
    let late = RidgeSettings { window_start: Some("2021-06-01".parse().unwrap()), ..short.clone() };
    let found = run(&awkward, &late, 1).unwrap();
    assert_eq!(found.chosen().coefficients["constant"], 0.0);
    assert!(!found.chosen().roi.contains_key("tv"));
    // Organic media only.
    draft.channels.clear();
    let organic = Panel::new(draft).unwrap();
    let found = run(&organic, &short, 1).unwrap();
    assert_eq!(found.chosen().objectives.decomp_rssd, 0.0);
    // Seventeen weeks.
    let brief = RidgeSettings { window_end: Some("2021-05-01".parse().unwrap()), ..short.clone() };
    assert_eq!(run(&panel, &brief, 1).unwrap().design.rows(), 17);
}
