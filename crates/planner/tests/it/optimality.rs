//! Is the plan within the gap that it says, and the bound one?

use outlay_planner::design::{Design, Resolution};
use outlay_planner::evaluate::Evaluator;
use outlay_planner::objective::Objective;
use outlay_planner::polytope::Polytope;
use outlay_planner::response::Link;
use outlay_planner::solve::{Effort, SolveError, solve};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::problems::{Kind, limits, response};

/// The best of many climbs by exchanging money between pairs, from random corners and inner points.
fn other_search(value: &dyn Fn(&[f64]) -> f64, polytope: &Polytope, starts: Vec<Vec<f64>>) -> f64 {
    let n = polytope.len();
    let slack = 1e-9;
    let fine = |x: &[f64]| polytope.violation(x) <= slack && polytope.undecided(x, slack).is_none();
    let mut best = f64::NEG_INFINITY;
    for mut x in starts {
        if !fine(&x) {
            continue;
        }
        let mut at = value(&x);
        let mut step = 0.5;
        while step > 1e-4 {
            let mut moved = false;
            for from in 0..=n {
                for to in 0..=n {
                    if from == to {
                        continue;
                    }
                    let mut y = x.clone();
                    let amount = step;
                    if from < n {
                        y[from] = (y[from] - amount).max(polytope.low[from]);
                    }
                    if to < n {
                        let given = if from < n { x[from] - y[from] } else { amount };
                        y[to] = (y[to] + given).min(polytope.high[to]);
                        if from < n {
                            y[from] = x[from] - (y[to] - x[to]);
                        }
                    }
                    if fine(&y) {
                        let new = value(&y);
                        if new > at + 1e-13 {
                            (x, at, moved) = (y, new, true);
                        }
                    }
                }
            }
            if !moved {
                step *= 0.5;
            }
        }
        best = best.max(at);
    }
    best
}

/// Random feasible points.
fn points(polytope: &Polytope, rng: &mut ChaCha8Rng, wanted: usize) -> Vec<Vec<f64>> {
    let n = polytope.len();
    let mut found = Vec::new();
    for _ in 0..200 * wanted {
        if found.len() >= wanted {
            break;
        }
        let mut x: Vec<f64> = (0..n)
            .map(|j| {
                polytope.low[j] + rng.random::<f64>().powi(2) * (polytope.high[j] - polytope.low[j])
            })
            .collect();
        for s in &polytope.switches {
            for j in &s.variables {
                if rng.random_bool(0.4) {
                    x[*j] = 0.0;
                }
            }
        }
        let budget = &polytope.rows[0];
        for _ in 0..20 {
            let sum: f64 = x.iter().sum();
            let goal = sum.clamp(budget.least, budget.most);
            if (sum - goal).abs() < 1e-10 {
                break;
            }
            for j in 0..n {
                if x[j] > 0.0 || polytope.switches.is_empty() {
                    x[j] = (x[j] * goal / sum.max(1e-9)).clamp(polytope.low[j], polytope.high[j]);
                }
            }
        }
        if polytope.violation(&x) <= 1e-9 && polytope.undecided(&x, 1e-9).is_none() {
            found.push(x);
        }
    }
    found
}

const EFFORT: Effort = Effort { gap: 9e-4, nodes: 4000, scouts: 128 };

struct Tally {
    problems: usize,
    tight: usize,
    nodes: usize,
    worst: f64,
}

fn run(name: &str, problems: usize, kind: impl Fn(&mut ChaCha8Rng) -> (Kind, bool, bool)) -> Tally {
    let mut tally = Tally { problems: 0, tight: 0, nodes: 0, worst: 0.0 };
    let clock = std::time::Instant::now();
    let only = std::env::var("ONLY").ok().and_then(|s| s.parse::<u64>().ok());
    for seed in (0..problems as u64).filter(|s| only.is_none_or(|o| o == *s)) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let (kind, ratios, switches) = kind(&mut rng);
        let response = response(&mut rng, kind);
        response.validate().unwrap();
        let resolution = if kind.lags > 0 { Resolution::Period } else { Resolution::Channel };
        let pattern = vec![1.0; response.cells()];
        let design = Design::new(&response, resolution, &pattern, &vec![true; pattern.len()]);
        let polytope = limits(&mut rng, design.variables.len(), ratios, switches);
        let objective = Objective::outcome();
        let solved = solve(&response, &design, &objective, &polytope, &[], EFFORT, &|_| true);
        let evaluator = Evaluator::new(&response);
        let value = |x: &[f64]| objective.value(&evaluator.outcomes(&design.spread(x)));
        let starts = points(&polytope, &mut rng, 12);
        let solved = match solved {
            Ok(solved) => solved,
            Err(SolveError::Infeasible) => {
                assert!(starts.is_empty(), "{name} {seed}: a feasible plan was called none");
                continue;
            }
            Err(e) => panic!("{name} {seed}: {e}"),
        };
        tally.problems += 1;
        tally.nodes += solved.nodes;
        assert!(
            polytope.violation(&solved.x) < 1e-6,
            "{name} {seed}: breaks a limit by {}",
            polytope.violation(&solved.x)
        );
        assert!(polytope.undecided(&solved.x, 1e-6).is_none(), "{name} {seed}: half on");
        assert!((value(&solved.x) - solved.value).abs() < 1e-9 * (1.0 + solved.value.abs()));
        let mut starts = starts;
        starts.push(solved.x.clone());
        let other = other_search(&value, &polytope, starts);
        let (bound, gap) = (solved.bound.unwrap(), solved.gap.unwrap());
        let slack = 1e-7 * solved.value.abs().max(1.0);
        assert!(other <= bound + slack, "{name} {seed}: {other} above the bound {bound}");
        let size = solved.value.abs().max(1e-9);
        assert!(
            other - solved.value <= gap * size * 1.5 + slack,
            "{name} {seed}: {other} found, {} with gap {gap}",
            solved.value
        );
        tally.tight += usize::from(gap <= 1e-3);
        tally.worst = tally.worst.max(gap);
        if gap > 1e-3 {
            eprintln!("{name} {seed}: gap {gap:.5}, nodes {}, {kind:?}", solved.nodes);
        }
    }
    eprintln!(
        "{name}: {} problems, {} within 0.1 %, worst {:.5}, {} nodes, {:.1} s",
        tally.problems,
        tally.tight,
        tally.worst,
        tally.nodes,
        clock.elapsed().as_secs_f64()
    );
    tally
}

/// Every problem within the gap that it says (checked in [`run`]), and nearly all within 0.1 %.
fn holds(tally: &Tally) {
    let share = tally.tight as f64 / tally.problems.max(1) as f64;
    assert!(
        tally.problems > 0 && share >= 0.99,
        "{} of {} within 0.1 %, worst {}",
        tally.tight,
        tally.problems,
        tally.worst
    );
}

fn kind(channels: usize, horizon: usize, lags: usize, bent: bool) -> Kind {
    Kind { channels, horizon, lags, draws: 4, bent, link: Link::Add }
}

#[test]
fn concave_static() {
    holds(&run("concave, static", 100, |_| (kind(6, 1, 0, false), false, false)));
}

#[test]
fn thresholds_static() {
    holds(&run("thresholds, static", 100, |_| (kind(6, 1, 0, true), false, false)));
}

#[test]
fn ratios_static() {
    holds(&run("ratios, static", 100, |_| (kind(6, 1, 0, true), true, false)));
}

#[test]
fn switches_static() {
    holds(&run("on/off, static", 100, |r| (kind(6, 1, 0, r.random_bool(0.5)), true, true)));
}

#[test]
fn multiplying_static() {
    holds(&run("multiplying, static", 80, |_| {
        (Kind { link: Link::Multiply, ..kind(5, 3, 0, true) }, false, false)
    }));
}

#[test]
fn concave_periods() {
    holds(&run("concave, 3 x 4", 40, |_| (kind(3, 4, 2, false), false, false)));
}

#[test]
fn thresholds_periods() {
    holds(&run("thresholds, 3 x 4", 30, |_| (kind(3, 4, 2, true), false, false)));
}
