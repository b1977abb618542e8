//! Cases whose answer is known: closed forms, conditions of optimality, clashes, odd input.

use outlay_planner::advise::{PlanError, Settings, Words, optimise};
use outlay_planner::curve::Curve;
use outlay_planner::design::{Design, Resolution};
use outlay_planner::evaluate::Evaluator;
use outlay_planner::from_fit::Outlook;
use outlay_planner::objective::{Aggregate, Objective};
use outlay_planner::polytope::{Polytope, Row};
use outlay_planner::problem::{
    Amount, Budget, Cap, ChannelLimits, Problem, ProblemError, ProblemFile, Wanted,
};
use outlay_planner::response::{Delivery, DrawResponse, Effect, Link, Response};
use outlay_planner::solve::{Effort, Solution, solve};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::problems::{Kind, limits, response};

const EFFORT: Effort = Effort { gap: 1e-4, nodes: 4000, scouts: 128 };

/// One draw of channels with the same carry-over, one geo.
pub(crate) fn plain(curves: &[(f64, Curve)], horizon: usize, weights: &[f64]) -> Response {
    let tail = weights.len() - 1;
    Response {
        channels: (0..curves.len()).map(|c| format!("c{c}")).collect(),
        geos: vec!["all".to_owned()],
        horizon,
        tail,
        deliveries: curves
            .iter()
            .map(|_| Delivery { rate: vec![1.0; horizon], history: vec![0.0; tail] })
            .collect(),
        draws: vec![DrawResponse {
            link: Link::Add,
            worth: vec![1.0; horizon + tail],
            effects: curves
                .iter()
                .map(|(height, curve)| Effect {
                    weights: weights.to_vec(),
                    curve: *curve,
                    curve_first: false,
                    height: vec![*height],
                    lift: None,
                })
                .collect(),
        }],
        margins: vec![1.0; curves.len()],
    }
}

fn budget(n: usize, most: f64) -> Row {
    Row {
        name: "budget".to_owned(),
        rule: 0,
        terms: (0..n).map(|j| (j, 1.0)).collect(),
        least: f64::NEG_INFINITY,
        most,
    }
}

fn search(response: &Response, resolution: Resolution, polytope: &Polytope) -> (Design, Solution) {
    let pattern = vec![1.0; response.cells()];
    let design = Design::new(response, resolution, &pattern, &vec![true; pattern.len()]);
    let objective = Objective::outcome();
    let found = solve(response, &design, &objective, polytope, &[], EFFORT, &|_| true).unwrap();
    (design, found)
}

fn free(n: usize, most: f64) -> Polytope {
    Polytope {
        low: vec![0.0; n],
        high: vec![most; n],
        rows: vec![budget(n, most)],
        switches: Vec::new(),
    }
}

#[test]
fn square_roots_share_by_their_squares() {
    // max Σ hᵢ √xᵢ with Σ xᵢ = B has xᵢ = B hᵢ² / Σ h².
    let heights = [1.0, 2.0, 3.0];
    let curves = heights.map(|h| (h, Curve::Power { exponent: 0.5 }));
    let (_, found) = search(&plain(&curves, 1, &[1.0]), Resolution::Channel, &free(3, 14.0));
    for (x, h) in found.x.iter().zip(heights) {
        // A gap of 1e-4 leaves a flat top about a hundredth wide.
        assert!((x - h * h).abs() < 0.1, "{:?}", found.x);
    }
    // The price of the budget is the common slope ½ √(Σh²/B).
    assert!((found.prices[0] - 0.5).abs() < 5e-3, "{:?}", found.prices);
}

#[test]
fn prices_do_not_hide_where_curves_have_thresholds() {
    // Both slopes are 2x / (x² + 1)²; a cap on the first leaves the second with 3.5 of 5.
    let curve = Curve::Hill { half_saturation: 1.0, slope: 2.0 };
    let mut polytope = free(2, 5.0);
    let terms = vec![(0, 1.0)];
    let (least, most) = (f64::NEG_INFINITY, 1.5);
    polytope.rows.push(Row { name: "cap".to_owned(), rule: 1, terms, least, most });
    let response = plain(&[(1.0, curve), (1.0, curve)], 1, &[1.0]);
    let (_, found) = search(&response, Resolution::Channel, &polytope);
    let slope = |x: f64| 2.0 * x / (x * x + 1.0).powi(2);
    assert!((found.x[0] - 1.5).abs() < 1e-3 && (found.x[1] - 3.5).abs() < 1e-3, "{:?}", found.x);
    let wanted = [slope(3.5), slope(1.5) - slope(3.5)];
    for (price, wanted) in found.prices.iter().zip(wanted) {
        assert!((price - wanted).abs() < 2e-3, "{:?} for {wanted}", found.prices);
    }
}

#[test]
fn with_a_concave_curve_and_no_history_carried_exposure_is_evened_out() {
    // Carry-over [w0, w1] and a concave curve: with one unit to spend over two periods and the
    // period after, the outcome is f(w0 a) + f(w1 a + w0 b) + f(w1 b), which at w0 = w1 and a
    // square root is √(a/2) + √(1/2) + √(b/2): largest at a = b.
    let response = plain(&[(1.0, Curve::Power { exponent: 0.5 })], 2, &[0.5, 0.5]);
    let (_, found) = search(&response, Resolution::Period, &free(2, 1.0));
    assert!((found.x[0] - 0.5).abs() < 0.01 && (found.x[1] - 0.5).abs() < 0.01, "{:?}", found.x);
    let exact = 2.0 * 0.25_f64.sqrt() + 0.5_f64.sqrt();
    assert!((found.value - exact).abs() < 1e-4);
}

#[test]
fn a_threshold_makes_bursts_that_ride_on_what_is_carried_over() {
    // A steep threshold: little every week brings nothing, and what is carried over helps the
    // next week across. Constant spending is far from the best.
    let curve = Curve::Hill { half_saturation: 1.0, slope: 4.0 };
    let response = plain(&[(1.0, curve)], 6, &[0.6, 0.4]);
    let (design, found) = search(&response, Resolution::Period, &free(6, 3.0));
    let even = Evaluator::new(&response).outcomes(&design.spread(&[0.5; 6]))[0];
    assert!(found.value > 1.2 * even, "{} against {even}: {:?}", found.value, found.x);
    assert!(found.gap.unwrap() < 2e-3, "{:?}", found.gap);
}

#[test]
fn flighting_is_never_worse_than_a_constant_rate() {
    for seed in 0..12 {
        let mut rng = ChaCha8Rng::seed_from_u64(900 + seed);
        let kind = Kind {
            channels: 2,
            horizon: 5,
            draws: 3,
            lags: 2,
            bent: seed % 2 == 0,
            link: if seed % 3 == 0 { Link::Multiply } else { Link::Add },
        };
        let response = response(&mut rng, kind);
        let (design, found) = search(&response, Resolution::Period, &free(10, 8.0));
        let even = vec![1.0; response.cells()];
        let constant = Design::new(&response, Resolution::Channel, &even, &[true; 10]);
        let polytope = free(2, 8.0);
        let objective = Objective::outcome();
        let best =
            solve(&response, &constant, &objective, &polytope, &[], EFFORT, &|_| true).unwrap();
        assert!(
            found.value >= best.value - EFFORT.gap * best.value.abs(),
            "seed {seed}: {} below {}",
            found.value,
            best.value
        );
        assert!(design.variables.len() == 10);
    }
}

#[test]
fn conditions_of_optimality_hold_where_curves_are_concave() {
    for seed in 0..30 {
        let mut rng = ChaCha8Rng::seed_from_u64(500 + seed);
        let kind =
            Kind { channels: 5, horizon: 1, draws: 4, lags: 0, bent: false, link: Link::Add };
        let response = response(&mut rng, kind);
        let polytope = limits(&mut rng, 5, seed % 2 == 0, false);
        let pattern = vec![1.0; 5];
        let design = Design::new(&response, Resolution::Channel, &pattern, &[true; 5]);
        let effort = Effort { gap: 1e-6, ..EFFORT };
        let objective = Objective::outcome();
        let Ok(found) = solve(&response, &design, &objective, &polytope, &[], effort, &|_| true)
        else {
            continue;
        };
        for j in 0..5 {
            let cost: f64 = polytope
                .rows
                .iter()
                .zip(&found.prices)
                .map(|(row, price)| {
                    let a = row.terms.iter().find(|(k, _)| *k == j).map_or(0.0, |(_, a)| *a);
                    price * a
                })
                .sum();
            let rest = found.slope[j] - cost;
            // What moving a decision by its own size, or a hundredth of its range, along the rest of
            // its slope could gain: near nothing inside, and near nothing for want of room at a
            // bound. (Near zero slopes change too fast for larger moves to mean anything.)
            let room = if rest > 0.0 {
                polytope.high[j] - found.x[j]
            } else {
                found.x[j] - polytope.low[j]
            };
            let room = room.min(found.x[j].max(0.01 * polytope.high[j]));
            let fine = rest.abs() * room < 2e-3 * found.value;
            assert!(fine, "seed {seed}, {j}: {rest}, x {:?}", found.x);
        }
        for (row, price) in polytope.rows.iter().zip(&found.prices) {
            let value = row.value(&found.x);
            let slack = (row.most - value).min(value - row.least);
            assert!(price.abs() * slack < 1e-3 * found.value, "seed {seed}: slack has a price");
        }
    }
}

#[test]
fn the_result_does_not_depend_on_the_number_of_threads() {
    let mut rng = ChaCha8Rng::seed_from_u64(77);
    let kind = Kind { channels: 4, horizon: 3, draws: 40, lags: 2, bent: true, link: Link::Add };
    let response = response(&mut rng, kind);
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| search(&response, Resolution::Period, &free(12, 9.0)).1)
    };
    let (one, two, four) = (run(1), run(2), run(4));
    assert_eq!(one, two);
    assert_eq!(one, four);
}

#[test]
fn a_cautious_plan_is_bounded_and_best_in_its_tail() {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let kind = Kind { channels: 3, horizon: 1, draws: 40, lags: 0, bent: false, link: Link::Add };
    let response = response(&mut rng, kind);
    let design = Design::new(&response, Resolution::Channel, &[1.0; 3], &[true; 3]);
    let polytope = free(3, 3.0);
    let tail = |weight| Objective {
        aggregate: Aggregate::Tail { level: 0.2, weight },
        ..Objective::outcome()
    };
    let of = |objective: &Objective| {
        solve(&response, &design, objective, &polytope, &[], EFFORT, &|_| true).unwrap()
    };
    let (cautious, bold) = (of(&tail(0.0)), of(&tail(1.0)));
    assert!(cautious.gap.unwrap() <= 1e-3, "{:?}", cautious.gap);
    let evaluator = Evaluator::new(&response);
    let value = |x: &[f64], weight| tail(weight).value(&evaluator.outcomes(&design.spread(x)));
    assert!(value(&cautious.x, 0.0) >= value(&bold.x, 0.0) - 1e-6);
    assert!(value(&bold.x, 1.0) >= value(&cautious.x, 1.0) - 1e-3 * bold.value);
    // No random plan beats the bound.
    for _ in 0..500 {
        let raw: Vec<f64> = (0..3).map(|_| rng.random_range(0.0..1.0)).collect();
        let sum: f64 = raw.iter().sum();
        let x: Vec<f64> = raw.iter().map(|r| 3.0 * r / sum).collect();
        assert!(value(&x, 0.0) <= cautious.bound.unwrap() + 1e-9);
    }
}

fn words() -> Words {
    Words {
        currency: String::new(),
        code: None,
        outcome_unit: "orders".to_owned(),
        outcome_is_money: false,
        period: "week".to_owned(),
        number: |x| format!("{x:.0}"),
    }
}

fn outlook() -> Outlook {
    let curve = |k| Curve::Hill { half_saturation: k, slope: 1.0 };
    let response =
        plain(&[(900.0, curve(100.0)), (500.0, curve(50.0)), (300.0, curve(80.0))], 4, &[0.7, 0.3]);
    let reference = vec![100.0; response.cells()];
    Outlook { highest: vec![vec![120.0]; 3], last: vec![vec![100.0]; 3], response, reference }
}

fn settings() -> Settings {
    Settings::of(&outlay_core::registry::Registry::default())
}

fn attempt(problem: &Problem) -> Result<Vec<f64>, PlanError> {
    optimise(&outlook(), problem, &settings(), &words(), &|_| true).map(|f| f.solution.x)
}

fn total(most: f64) -> Problem {
    Problem::of_budget(Budget { least: 0.0, most: Some(most) })
}

#[test]
fn clashing_limits_are_named_and_no_others() {
    let mut problem = total(1000.0);
    let at_least = |x| ChannelLimits { min: Some(Amount::Money(x)), ..ChannelLimits::default() };
    problem.channels.insert("c0".to_owned(), at_least(700.0));
    problem.channels.insert("c1".to_owned(), at_least(600.0));
    problem.channels.insert("c2".to_owned(), at_least(1.0));
    let Err(PlanError::Problem(ProblemError::Clash { clash })) = attempt(&problem) else {
        panic!("no clash was found")
    };
    assert_eq!(clash.len(), 3, "{clash:?}");
    assert!(clash.iter().any(|c| c.contains("budget")) && !clash.iter().any(|c| c.contains("c2")));
}

#[test]
fn a_switch_that_cannot_be_on_is_off() {
    let mut problem = total(400.0);
    let active =
        ChannelLimits { min_if_active: Some(Amount::Money(5000.0)), ..ChannelLimits::default() };
    problem.channels.insert("c0".to_owned(), active);
    let x = attempt(&problem).unwrap();
    assert!(x[0].abs() < 1e-6 && x[1] > 0.0, "{x:?}");
}

#[test]
fn odd_input_is_refused_with_its_cause() {
    let message = |problem: &Problem| attempt(problem).unwrap_err().to_string();
    assert!(message(&total(0.0)).contains("zero"));
    let mut unknown = total(100.0);
    unknown.channels.insert("tv".to_owned(), ChannelLimits::default());
    assert!(message(&unknown).contains("`tv`") && message(&unknown).contains("c0, c1, c2"));
    let mut locked = total(1200.0);
    locked.every.lock = true;
    assert!(message(&locked).contains("locked"));
    let mut cap = total(100.0);
    cap.caps.push(Cap {
        channels: Vec::new(),
        geo: Some("mars".to_owned()),
        per_period: None,
        least_per_period: None,
        max: Some(1.0),
        min: None,
    });
    assert!(message(&cap).contains("mars"));
    let mut sick = outlook();
    sick.response.draws[0].effects[1].height[0] = f64::NAN;
    let error = optimise(&sick, &total(100.0), &settings(), &words(), &|_| true).unwrap_err();
    assert!(error.to_string().contains("c1"), "{error}");
    let mut target = total(100.0);
    target.wanted = Wanted::TargetRoas { least: 1e9 };
    target.budget.least = 50.0;
    assert!(matches!(attempt(&target), Err(PlanError::Target { .. })));
    for bad in ["[channel.tv]\nmaks = 3", "budget = \"much\"", "version = 2"] {
        assert!(ProblemFile::from_toml(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_target_return_is_met_and_spent_to_the_full() {
    let mut problem = Problem::of_budget(Budget { least: 0.0, most: None });
    problem.wanted = Wanted::TargetRoas { least: 4.0 };
    let found = optimise(&outlook(), &problem, &settings(), &words(), &|_| true).unwrap();
    let spend: f64 = found.solution.x.iter().sum();
    let outcome = Evaluator::new(&outlook().response).outcomes(&found.cells)[0];
    assert!(
        outcome >= 4.0 * spend * (1.0 - 1e-9) && outcome <= 4.0 * spend * 1.01,
        "{outcome} {spend}"
    );
    assert!(found.solution.bound.unwrap() >= outcome - 1e-9);
    assert!(found.solution.gap.unwrap() < 5e-3, "{:?}", found.solution.gap);
}

#[test]
fn ramps_are_kept_from_the_data_on() {
    let file = ProblemFile::from_toml(
        "budget = { least = 800.0, most = 800.0 }\nramp = [{ up = 0.1, down = 0.2 }]\n",
    )
    .unwrap();
    let problem = file.problem(Budget { least: 0.0, most: None });
    let found = optimise(&outlook(), &problem, &settings(), &words(), &|_| true).unwrap();
    for c in 0..3 {
        let mut before = 100.0;
        for t in 0..4 {
            let x = found.cells[4 * c + t];
            assert!(x <= 1.1 * before + 1e-5 && x >= 0.8 * before - 1e-5, "{:?}", found.cells);
            before = x;
        }
    }
    assert!((found.cells.iter().sum::<f64>() - 800.0).abs() < 1e-5);
}

#[test]
fn one_channel_takes_what_it_may() {
    let curve = Curve::Hill { half_saturation: 100.0, slope: 1.0 };
    let response = plain(&[(900.0, curve)], 4, &[1.0]);
    let one = Outlook {
        reference: vec![100.0; 4],
        highest: vec![vec![120.0]],
        last: vec![vec![100.0]],
        response,
    };
    let found = optimise(&one, &total(500.0), &settings(), &words(), &|_| true).unwrap();
    assert!((found.solution.x[0] - 500.0).abs() < 1e-4);
}
