//! Reach as an API would ask for it: a table in, curves and a split out.

use outlay_engine::Kind;
use outlay_engine::reach::{ReachRequest, reach};

const POINTS: &str = "\
channel,segment,population,unit,cost_per_thousand,bought,frequency,reached
tv,,1000000,spend,,10000,1,180000
tv,,1000000,spend,,50000,1,480000
tv,,1000000,spend,,120000,1,650000
video,,1000000,spend,,5000,1,150000
video,,1000000,spend,,20000,1,390000
";

#[test]
fn curves_rise_and_end_below_the_population() {
    let request = ReachRequest { frequencies: vec![1, 2], ..ReachRequest::default() };
    let answer = reach("points.csv", POINTS.as_bytes(), &request).unwrap();
    assert_eq!(answer.curves.len(), 2);
    for curve in &answer.curves {
        let people: Vec<f64> = curve.at.iter().map(|at| at.reach[0].people).collect();
        assert!(people.windows(2).all(|w| w[0] < w[1]), "{people:?}");
        assert!(people.iter().all(|p| *p < curve.population) && curve.limit <= curve.population);
        assert!(curve.at.iter().all(|at| at.reach[1].people < at.reach[0].people));
        assert!(curve.fit.curve.largest_relative < 0.1, "{:?}", curve.fit.curve);
    }
    assert!(answer.split.is_none());
    let json = serde_json::to_value(&answer).unwrap();
    assert_eq!(json["curves"][1]["last"]["bought"], 20_000.0);
}

#[test]
fn a_budget_reaches_more_divided_than_in_one_channel() {
    let wanted = |budget, target| ReachRequest { budget, target, ..ReachRequest::default() };
    let of = |request: &ReachRequest| reach("points.csv", POINTS.as_bytes(), request);
    let split = of(&wanted(Some(60_000.0), None)).unwrap().split.unwrap();
    let spent: f64 = split.channels.iter().map(|c| c.spend).sum();
    assert!((spent + split.unspent - 60_000.0).abs() < 1.0);
    assert!(split.channels.iter().all(|c| c.people < split.people));
    // What 60,000 reach costs no more than that, and a target beyond everybody is refused.
    let cheapest = of(&wanted(None, Some(split.combined.share))).unwrap().split.unwrap();
    assert!((cheapest.spent - 60_000.0).abs() < 600.0, "{}", cheapest.spent);
    let error = of(&wanted(None, Some(0.999))).unwrap_err();
    assert_eq!((error.code(), error.kind()), ("reach.split", Kind::Specification));
    let error = of(&wanted(None, Some(7.0))).unwrap_err();
    assert_eq!((error.code(), error.kind()), ("reach.target", Kind::Specification));
}

#[test]
fn a_table_that_is_none_is_refused_with_its_line() {
    for (text, code, part) in [
        ("channel,reached\ntv,many\n", "reach.table", "line: 2"),
        ("channel,population,unit,bought,reached\n", "reach.table", "no reach points"),
        ("channel,population,unit,bought,reached\ntv,10,spend,1,20\n", "reach.points", "tv"),
    ] {
        let error = reach("p.csv", text.as_bytes(), &ReachRequest::default()).unwrap_err();
        assert_eq!((error.code(), error.kind()), (code, Kind::Data), "{error}");
        assert!(error.to_string().contains(part), "{error}");
        assert!(!error.next().is_empty());
    }
    let two = POINTS.replace("video,,", "video,age=18-24,");
    let request = ReachRequest { budget: Some(1e4), ..ReachRequest::default() };
    let error = reach("p.csv", two.as_bytes(), &request).unwrap_err();
    assert_eq!(error.code(), "reach.segments");
}
