//! Learn: a request as JSON, a fit as a folder, progress on the way, and a stop in between.

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::Ordering;

use outlay_core::Granularity;
use outlay_core::registry::Registry;
use outlay_engine::folder::Draft;
use outlay_engine::learn::{CurveRequest, FIT, Fit, FitRequest, curve, learn, load, usual_origins};
use outlay_engine::{Kind, Progress};
use outlay_inference::Phase;
use serde_json::json;
use tempfile::TempDir;

use crate::brand::{Caller, data, fit};

fn request(value: serde_json::Value) -> FitRequest {
    serde_json::from_value(value).unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn a_fit_is_asked_for_in_json_watched_written_and_read_back() {
    let asked = request(json!({
        "chains": 2, "warmup": 150, "draws": 100, "backtest": 0, "seed": 3,
    }));
    let told: Mutex<Vec<Progress>> = Mutex::new(Vec::new());
    let watch = |p: &Progress| told.lock().unwrap().push(p.clone());
    let caller = Caller::new();
    let learnt = learn(&data(), &asked, None, caller.watched(&watch)).unwrap();

    // Progress is a document whose share of the whole never falls.
    let told = told.into_inner().unwrap();
    let text = serde_json::to_value(&told[0]).unwrap();
    assert_eq!(text, json!({"doing": "stage", "stage": "fitting"}));
    let shares: Vec<f64> = told.iter().filter_map(Progress::share).collect();
    assert!(shares.len() > 10 && shares.is_sorted(), "{shares:?}");
    assert_eq!(shares.last(), Some(&1.0));
    let sampling = told.iter().find(|p| matches!(p, Progress::Sampling(_))).unwrap();
    let sampling = serde_json::to_value(sampling).unwrap();
    assert_eq!(sampling["doing"], "sampling");
    assert_eq!(sampling["structure"]["number"], 1);

    // Without a clock no time is told, and the answer is whole.
    assert_eq!(learnt.summary.timing.total_seconds, 0.0);
    assert_eq!(learnt.summary.seed, 3);
    assert!(!learnt.interrupted());

    let folder = TempDir::new().unwrap();
    let out = folder.path().join("fits/first");
    let draft = Draft::open(&out, &FIT).unwrap();
    learnt.write(&draft).unwrap();
    assert!(!out.exists(), "nothing is seen before it is whole");
    draft.publish().unwrap();
    assert_eq!(names(&folder.path().join("fits")), ["first"]);
    let summary = load(&out).unwrap().summary;
    assert_eq!(summary, learnt.summary);

    // What the sampler noted stands beside the draws.
    let text = std::fs::read_to_string(out.join("arviz.json")).unwrap();
    let arviz: serde_json::Value = serde_json::from_str(&text).unwrap();
    for noted in ["lp", "energy", "diverging", "n_steps", "tree_depth", "reached_max_tree_depth"] {
        let chains = arviz["sample_stats"][noted].as_array().unwrap();
        let lengths: Vec<_> = chains.iter().map(|chain| chain.as_array().unwrap().len()).collect();
        assert_eq!(lengths, [100, 100], "{noted}");
    }

    // What is read back answers the same.
    let asked = CurveRequest { channel: "tv".into(), spend: vec![1e5, 2e5] };
    let before = curve(&learnt.fit().unwrap(), &asked).unwrap();
    let after = curve(&Fit::open(&out).unwrap(), &asked).unwrap();
    for (a, b) in before.points.iter().zip(&after.points) {
        assert!((a.outcome.mean / b.outcome.mean - 1.0).abs() < 1e-9);
    }
}

#[test]
fn a_fit_without_several_structures_leaves_none_of_an_earlier_one() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("fit");
    let write = |value| {
        let learnt = learn(&data(), &request(value), None, Caller::new().quiet()).unwrap();
        let draft = Draft::open(&out, &FIT).unwrap();
        learnt.write(&draft).unwrap();
        draft.publish().unwrap();
    };
    write(json!({"method": "laplace"}));
    assert!(names(&out).contains(&"structures".to_owned()));
    write(json!({"method": "laplace", "preset": "pymc-marketing"}));
    assert!(!names(&out).contains(&"structures".to_owned()));
    write(json!({"method": "ridge", "iterations": 60, "trials": 1}));
    assert!(!names(&out).contains(&"draws.parquet".to_owned()));
    let error = Fit::open(&out).unwrap_err();
    assert_eq!(error.kind(), Kind::Damaged);
    assert!(error.to_string().contains("ridge"), "{error}");
}

#[test]
fn chains_draw_on_until_the_fit_may_be_used_by_its_own_verdict() {
    let thin = |draws: usize, keys: &[(&str, f64)]| {
        let asked = json!({"preset": "pymc-marketing", "chains": 2, "warmup": 100,
            "draws": draws, "backtest": 0});
        let watched: Mutex<Vec<f64>> = Mutex::new(Vec::new());
        let watch = |p: &Progress| watched.lock().unwrap().extend(p.share());
        let caller = Caller::with(keys);
        let learnt = learn(&data(), &request(asked), None, caller.watched(&watch)).unwrap();
        let shares = watched.into_inner().unwrap();
        assert!(shares.is_sorted() && shares.last() == Some(&1.0), "{shares:?}");
        let found = &learnt.summary.diagnostics;
        assert_eq!(found.draws, draws, "as many are kept");
        let advice = learnt.summary.health.findings.into_iter().map(|f| f.advice);
        (found.thin, advice.collect::<Vec<_>>().join("\n"))
    };
    let never = ("health.ess_fail", 1e6);
    let (longest, advice) = thin(200, &[never]);
    assert_eq!(longest, 4);
    assert!(advice.contains("--set fit.max_thin=8"), "{advice}");
    assert_eq!(thin(200, &[never, ("fit.max_thin", 2.0)]).0, 2);
    let (usual, advice) = thin(200, &[never, ("fit.max_thin", 1.0)]);
    assert_eq!(usual, 1);
    assert!(advice.contains("--draws 400"), "{advice}");
    let settled = [("health.ess_fail", 1.0), ("health.rhat_fail", 3.0)];
    assert_eq!(thin(200, &settled).0, 1);
    // Fewer than a good fit needs are a glance.
    assert_eq!(thin(150, &[never]).0, 1);
}

#[test]
fn a_stop_before_the_first_draw_leaves_nothing() {
    let caller = Caller::new();
    caller.cancel.store(true, Ordering::Relaxed);
    let asked = request(json!({"chains": 2, "warmup": 50, "draws": 50}));
    let error = learn(&data(), &asked, None, caller.quiet()).unwrap_err();
    assert_eq!((error.kind(), error.code()), (Kind::Cancelled, "fit.interrupted"));
    let ridge = request(json!({"method": "ridge", "iterations": 60, "trials": 1}));
    let error = learn(&data(), &ridge, None, caller.quiet()).unwrap_err();
    assert_eq!(error.kind(), Kind::Cancelled);
}

#[test]
fn a_stop_in_between_keeps_what_was_drawn() {
    let caller = Caller::new();
    let stop = |p: &Progress| {
        if let Progress::Sampling(s) = p
            && s.phase == Phase::Sampling
        {
            caller.cancel.store(true, Ordering::Relaxed);
        }
    };
    let asked =
        request(json!({"preset": "pymc-marketing", "chains": 2, "warmup": 100, "draws": 20_000}));
    let learnt = learn(&data(), &asked, None, caller.watched(&stop)).unwrap();
    assert!(learnt.interrupted());
    assert!(learnt.summary.diagnostics.draws < 20_000);
    assert!(learnt.summary.fit.backtest.is_none());
}

#[test]
fn a_request_that_makes_no_sense_is_refused_by_name() {
    let error = serde_json::from_value::<FitRequest>(json!({"chain": 2})).unwrap_err();
    assert!(error.to_string().contains("chain"), "{error}");
    let refused = |value| {
        let error = learn(&data(), &request(value), None, Caller::new().quiet()).unwrap_err();
        (error.kind(), error.code(), error.problem().title)
    };
    let (kind, code, title) = refused(json!({"spec": "version = 1\nlikelyhood = 3\n"}));
    assert_eq!((kind, code), (Kind::Specification, "spec.refused"));
    assert!(title.contains("likelyhood"), "{title}");
    let both = refused(json!({"spec": "version = 1\n", "preset": "meridian"}));
    assert_eq!((both.0, both.1), (Kind::Specification, "spec.twice"));
    let none = refused(json!({"chains": 0, "backtest": 0}));
    assert_eq!((none.0, none.1), (Kind::Specification, "spec.refused"));
    let ridge = refused(json!({"method": "ridge", "trials": 0}));
    assert_eq!((ridge.0, ridge.1), (Kind::Data, "ridge.refused"));
    let all = refused(json!({"holdout": 104}));
    assert_eq!(all.0, Kind::Specification);
}

#[test]
fn curves_answer_at_any_spend_and_refuse_what_is_none() {
    let asked: CurveRequest = serde_json::from_value(json!({"channel": "search"})).unwrap();
    let found = curve(fit(), &asked).unwrap();
    assert_eq!(found.points.len(), 11);
    assert!(found.points[0].roi.is_none(), "no return on nothing");
    let means: Vec<f64> = found.points.iter().map(|p| p.outcome.mean).collect();
    assert!(means.is_sorted(), "{means:?}");
    assert!(found.points[10].extrapolated);
    let text = serde_json::to_value(&found).unwrap();
    assert_eq!(text["outcome_unit"], fit().summary.data.outcome_unit);
    let refused = |value| {
        let asked: CurveRequest = serde_json::from_value(value).unwrap();
        curve(fit(), &asked).unwrap_err().problem()
    };
    let unknown = refused(json!({"channel": "telly"}));
    assert_eq!(unknown.code, "curves.channel");
    assert!(unknown.next.contains("tv"), "{}", unknown.next);
    assert_eq!(refused(json!({"channel": "tv", "spend": [-1.0]})).code, "curves.spend");
}

#[test]
fn a_backtest_is_run_unasked_where_there_is_history_for_it() {
    let registry = Registry::default();
    let origins = |geos, periods, granularity| usual_origins(geos, periods, granularity, &registry);
    assert_eq!(origins(1, 104, Granularity::Week), 3);
    assert_eq!(origins(1, 103, Granularity::Week), 0);
    assert_eq!(origins(1, 24, Granularity::Month), 3);
    assert_eq!(origins(5, 104, Granularity::Week), 0);
    let none = Registry::with([("fit.backtest_origins".to_owned(), 0.0)]).unwrap();
    assert_eq!(usual_origins(1, 104, Granularity::Week, &none), 0);
}
