//! Plan: a question as JSON, a plan with its documents, and every refusal by name.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use outlay_engine::plan::{
    FrontRequest, OwnPlan, PriceRequest, Question, changes, compare, front, own_plan, plan, price,
    read, sensitivity, usual,
};
use outlay_engine::{Kind, Problem, Progress};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::brand::{Caller, fit};

fn question(value: Value) -> Question {
    serde_json::from_value(value).unwrap()
}

fn refused(value: Value) -> Problem {
    plan(fit(), &question(value), None, Caller::new().quiet()).unwrap_err().problem()
}

#[test]
fn a_question_in_json_has_a_plan_with_three_documents() {
    let told = AtomicUsize::new(0);
    let watch = |p: &Progress| {
        if let Progress::Searching(_) = p {
            serde_json::to_string(p).unwrap();
            told.fetch_add(1, Ordering::Relaxed);
        }
    };
    let caller = Caller::new();
    let asked = question(json!({
        "horizon": 6, "budget": "20k",
        "limits": {"channel": {"tv": {"min": 1000.0}}, "every-channel": {"max": {"of-current": 2.0}}},
    }));
    let planned = plan(fit(), &asked, None, caller.watched(&watch)).unwrap();
    assert!(told.load(Ordering::Relaxed) > 0);
    assert!(planned.plan.totals.planned <= 20_000.0 * (1.0 + 1e-9));
    assert_eq!(planned.plan.question.periods.len(), 6);
    let total: f64 = planned.cells.iter().sum();
    assert!((total / planned.plan.totals.planned - 1.0).abs() < 1e-9);
    let documents = planned.documents().unwrap();
    let names: Vec<&str> = documents.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["plan.json", "plan.csv", "plan.html"]);
}

#[test]
fn the_usual_plan_keeps_the_money() {
    let planned = usual(fit(), Caller::new().quiet()).unwrap();
    let totals = &planned.plan.totals;
    assert!((totals.planned / totals.current - 1.0).abs() < 1e-6);
}

#[test]
fn a_plan_is_the_same_on_any_number_of_threads() {
    let caller = Caller::new();
    let on = |threads| {
        let run = outlay_engine::Run { threads: Some(threads), ..caller.quiet() };
        plan(fit(), &question(json!({"horizon": "5w"})), None, run).unwrap().documents().unwrap()
    };
    assert_eq!(on(1), on(3));
}

#[test]
fn a_stopped_search_gives_its_best_plan_and_says_so() {
    let caller = Caller::new();
    caller.cancel.store(true, Ordering::Relaxed);
    let planned = plan(fit(), &Question::default(), None, caller.quiet()).unwrap();
    assert!(planned.stopped);
    assert!(!planned.plan.certificate.unwrap().complete);
    let whole = plan(fit(), &Question::default(), None, Caller::new().quiet()).unwrap();
    assert!(!whole.stopped && whole.plan.certificate.unwrap().complete);
}

#[test]
fn every_refusal_has_its_code() {
    let cases = [
        (json!({"horizon": "soon"}), "plan.horizon"),
        (json!({"horizon": 0}), "plan.horizon"),
        (json!({"horizon": "3y"}), "plan.horizon"),
        (json!({"budget": 0}), "plan.budget"),
        (json!({"budget": "lots"}), "plan.budget"),
        (json!({"budget": -5}), "plan.budget"),
        (json!({"objective": "fame"}), "plan.objective"),
        (json!({"gap": 2.0}), "plan.gap"),
        (json!({"limits": {"channel": {"telly": {"min": 1.0}}}}), "plan.unknown"),
        (json!({"limits": {"every-channel": {"lock": true}}}), "plan.locked"),
        (json!({"budget": 10, "limits": {"channel": {"tv": {"min": 9e9}}}}), "plan.clash"),
    ];
    for (asked, code) in cases {
        let problem = refused(asked.clone());
        assert_eq!((problem.code.as_str(), problem.kind), (code, Kind::Specification), "{asked}");
        assert!(!problem.title.is_empty() && !problem.next.is_empty(), "{asked}");
    }
    assert!(serde_json::from_value::<Question>(json!({"limits": {"budgit": 3}})).is_err());
}

#[test]
fn a_plan_of_ones_own_comes_as_bytes_and_is_priced_beside_the_best() {
    let own = own_plan("own.csv", b"channel,spend\ntv,9000\nsearch,7000\n".to_vec());
    let caller = Caller::new();
    let priced = price(fit(), &own, &PriceRequest::default(), caller.quiet()).unwrap();
    assert!((priced.plan.totals.planned - 16_000.0).abs() < 1e-6);
    assert!(priced.plan.certificate.is_none());
    let best = plan(fit(), &Question::default(), Some(&own), caller.quiet()).unwrap();
    assert_eq!(best.plan.comparison.len(), 2);

    let refused = |text: &str| {
        let own = own_plan("own.csv", text.as_bytes().to_vec());
        price(fit(), &own, &PriceRequest::default(), caller.quiet()).unwrap_err().problem()
    };
    for text in ["channel,spend\ntelly,5\ntv,5\n", "channel,spend\ntv,0\nsearch,0\n", "x\n"] {
        let problem = refused(text);
        assert_eq!((problem.code.as_str(), problem.kind), ("plan.own", Kind::Data), "{text}");
    }
}

#[test]
fn an_earlier_plan_is_read_back_priced_again_and_compared() {
    let folder = TempDir::new().unwrap();
    let (out, caller) = (folder.path().join("plan"), Caller::new());
    let asked = question(json!({"horizon": "5w", "objective": "cautious"}));
    let planned = plan(fit(), &asked, None, caller.quiet()).unwrap();
    planned.write(&out).unwrap();
    assert_eq!(read(&out).unwrap(), planned.plan);
    let own = OwnPlan::earlier(&out).unwrap();
    let again = price(fit(), &own, &PriceRequest::default(), caller.quiet()).unwrap();
    for changed in changes(&again.plan, own.plan().unwrap()) {
        assert!((changed.after / changed.before - 1.0).abs() < 1e-6, "{changed:?}");
    }
    let compared = compare(&[("=a".into(), planned.plan), ("b".into(), again.plan)]);
    assert_eq!(compared.scenarios.len(), 3);
    assert!(compared.csv().contains("\n'=a,"), "{}", compared.csv());
    assert!(compared.xlsx().unwrap().starts_with(b"PK"));
    let nowhere = read(&folder.path().join("nowhere")).unwrap_err();
    assert_eq!((nowhere.kind(), nowhere.code()), (Kind::NotFound, "plan.unreadable"));
}

#[test]
fn a_study_tells_its_searches_and_stops_between_two() {
    let told = Mutex::new(Vec::new());
    let note = |p: &Progress| {
        if let Progress::Studying { done, total } = p {
            told.lock().unwrap().push((*done, *total));
        }
    };
    let (asked, caller) = (question(json!({"horizon": 4})), Caller::new());
    sensitivity(fit(), &asked, caller.watched(&note)).unwrap();
    let told = told.into_inner().unwrap();
    let total = told[0].1;
    assert_eq!(told, (0..total).map(|done| (done, total)).collect::<Vec<_>>());

    let last = AtomicUsize::new(0);
    let stop = |p: &Progress| {
        if let Progress::Studying { done, .. } = p {
            last.store(*done, Ordering::Relaxed);
            caller.cancel.store(*done == 3, Ordering::Relaxed);
        }
    };
    let stopped = sensitivity(fit(), &asked, caller.watched(&stop)).unwrap_err();
    assert_eq!((stopped.kind(), stopped.code()), (Kind::Cancelled, "plan.stopped"));
    assert_eq!(last.into_inner(), 3);
}

#[test]
fn fronts_and_studies_answer_in_json() {
    let caller = Caller::new();
    let asked: FrontRequest =
        serde_json::from_value(json!({"question": {"horizon": 4}, "points": 3})).unwrap();
    let found = serde_json::to_value(front(fit(), &asked, caller.quiet()).unwrap()).unwrap();
    assert_eq!(found["trade"], "budget");
    assert!(found["points"].as_array().unwrap().len() >= 2);
    let few: FrontRequest = serde_json::from_value(json!({"points": 1})).unwrap();
    assert_eq!(front(fit(), &few, caller.quiet()).unwrap_err().code(), "plan.front");
    let empty: FrontRequest = serde_json::from_value(json!({"from": 2000, "to": "1k"})).unwrap();
    assert_eq!(front(fit(), &empty, caller.quiet()).unwrap_err().code(), "plan.front");
    let study = sensitivity(fit(), &question(json!({"horizon": 4})), caller.quiet()).unwrap();
    let study = serde_json::to_value(study).unwrap();
    assert!(study["all"].as_f64().unwrap() >= 0.0);
    assert!(study["swings"].is_array() && study["outcome_unit"].is_string());
}
