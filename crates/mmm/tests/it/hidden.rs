//! What a demand that nobody measured does to an answer: foretold from the model that sees the
//! demand, and found where it is left out.

use outlay_mmm::spec::{LiftDesign, LiftTest, LikelihoodFamily, Spec};
use outlay_mmm::summary::{HiddenDemand, Summary};

use crate::brand::{Ran, WEEKS, answer_with, bursts, in_demand, noise};

/// Weeks of more and of less demand, thousands either way.
fn demand(t: usize) -> f64 {
    1_200.0 * (noise(t / 3, 11) + 0.5 * noise(t, 12))
}

/// Spend in bursts with weeks off, the more of it the more demand there is.
fn chasing(t: usize, how: f64) -> f64 {
    let on = if noise(t / 4, 1) > 0.0 { 1_500.0 + 600.0 * noise(t, 2) } else { 0.0 };
    (on + how * demand(t) * if on > 0.0 { 1.0 } else { 0.0 }).max(0.0)
}

fn of<'a>(summary: &'a Summary, channel: &str) -> &'a HiddenDemand {
    summary.channels[channel].hidden_demand.as_ref().unwrap()
}

/// The estimate over what a demand moves it by, from the robustness value of half of it.
fn signal(hidden: &HiddenDemand) -> f64 {
    2.0 * hidden.halves / (1.0 - hidden.halves).sqrt()
}

/// By which share the return of `search` is foretold to be too large where demand is not seen, and
/// by which it is.
fn foretold_and_found(how: f64, change: &dyn Fn(&mut Spec)) -> (f64, f64) {
    let search = |t: usize| chasing(t, how);
    let channels: [Ran<'_>; 2] = [("search", &search, 1.0), ("tv", &|t| bursts(t, 5), 1.5)];
    let [seen, unseen] =
        [true, false].map(|shown| answer_with(&in_demand(&channels, &demand, shown), change));
    let roi = |summary: &Summary| summary.channels["search"].roi.unwrap().mean;
    let known = |summary: &Summary| {
        let all = of(summary, "search").references.clone();
        all.into_iter().find(|r| r.name == "demand")
    };
    let reference = known(&seen).unwrap();
    assert!(known(&unseen).is_none());
    let odds = reference.exposure / (1.0 - reference.exposure);
    let foretold = (reference.outcome * odds).sqrt() / signal(of(&unseen, "search"));
    (foretold, 1.0 - roi(&seen) / roi(&unseen))
}

fn close((foretold, found): (f64, f64)) -> bool {
    // First order, and chance correlations of one draw of noise: a few points.
    (foretold - found).abs() < 0.07
}

#[test]
fn what_leaving_out_a_demand_does_is_foretold() {
    let none = foretold_and_found(0.0, &|_| {});
    assert!(close(none) && none.0 < 0.05, "{none:?}");
    let much = foretold_and_found(1.0, &|_| {});
    assert!(close(much) && much.1 > 0.15, "{much:?}");
    let tails =
        foretold_and_found(1.0, &|spec| spec.likelihood.family = LikelihoodFamily::StudentT);
    assert!(close(tails) && tails.1 > 0.15, "{tails:?}");
}

#[test]
fn an_answer_that_rests_on_an_experiment_moves_less() {
    let truth: f64 = (0..WEEKS).map(|t| chasing(t, 1.0)).sum();
    let tested = |error: f64| {
        foretold_and_found(1.0, &|spec: &mut Spec| {
            spec.lift_test.push(LiftTest {
                channel: "search".into(),
                design: LiftDesign::Window {
                    start: day(0),
                    end: day(7 * WEEKS as i64 - 1),
                    geos: Vec::new(),
                    counterfactual: 0.0,
                    lift: truth,
                    standard_error: error * truth,
                },
            });
        })
    };
    let (rough, exact) = (tested(0.1), tested(0.02));
    assert!(close(rough) && close(exact), "{rough:?} {exact:?}");
    assert!(exact.0 < 0.03 && exact.0 < rough.0, "{rough:?} {exact:?}");
}

fn day(n: i64) -> chrono::NaiveDate {
    chrono::NaiveDate::from_ymd_opt(2023, 1, 2).unwrap() + chrono::Duration::days(n)
}
