//! Problems small enough to look at every plan of a grid: is the certificate true?
//!
//! Without carry-over the outcome is a sum over channels, and a dynamic programme over the budget
//! looks at every plan of a fine grid. Rounding each channel up to the grid costs at most one step
//! per channel, so that the same programme with that many steps more is above every plan between
//! the grid points too: the true optimum is held between two numbers. With rows, switches or
//! carry-over every plan of a coarser grid is priced one by one.

use outlay_planner::design::{Design, Resolution};
use outlay_planner::evaluate::Evaluator;
use outlay_planner::objective::Objective;
use outlay_planner::polytope::Polytope;
use outlay_planner::response::{Link, Response};
use outlay_planner::solve::{Effort, Solution, SolveError, solve};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::problems::{Kind, limits, response};

const EFFORT: Effort = Effort { gap: 9e-4, nodes: 4000, scouts: 128 };
/// Steps of the dynamic programme over the money that is free to move.
const STEPS: usize = 4000;
/// Levels per channel where every combination is priced.
const LEVELS: usize = 14;
/// Parts of the budget that are dealt out to channels and periods in every way.
const PARTS: usize = 9;

/// A random problem.
struct Case {
    response: Response,
    design: Design,
    polytope: Polytope,
}

impl Case {
    fn new(seed: u64, kind: Kind, ratios: bool, switches: bool) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let response = response(&mut rng, kind);
        let resolution = if kind.lags > 0 { Resolution::Period } else { Resolution::Channel };
        let pattern = vec![1.0; response.cells()];
        let design = Design::new(&response, resolution, &pattern, &vec![true; pattern.len()]);
        let polytope = limits(&mut rng, design.variables.len(), ratios, switches);
        Self { response, design, polytope }
    }

    fn solved(&self) -> Option<Solution> {
        let (objective, limits) = (Objective::outcome(), &self.polytope);
        match solve(&self.response, &self.design, &objective, limits, &[], EFFORT, &|_| true) {
            Ok(solved) => Some(solved),
            Err(SolveError::Infeasible) => None,
            Err(e) => panic!("{e}"),
        }
    }

    /// Outcome of one channel alone, at so much money: the whole outcome is the sum of these.
    fn alone(&self, evaluator: &Evaluator<'_>, channel: usize, money: f64) -> f64 {
        let mut x = vec![0.0; self.polytope.len()];
        x[channel] = money;
        Objective::outcome().value(&evaluator.outcomes(&self.design.spread(&x)))
    }
}

fn kind(channels: usize, horizon: usize, lags: usize, bent: bool) -> Kind {
    Kind { channels, horizon, lags, draws: 4, bent, link: Link::Add }
}

/// What a solution says against the best plan that was looked at.
fn holds(name: &str, solved: &Solution, seen: f64) {
    let (bound, gap) = (solved.bound.unwrap(), solved.gap.unwrap());
    let rounding = 1e-9 * solved.value.abs().max(1.0);
    assert!(seen <= bound + rounding, "{name}: a plan with {seen} is above the bound {bound}");
    let short = (seen - solved.value) / solved.value.abs().max(1e-9);
    assert!(short <= gap + 1e-9, "{name}: short by {short}, which is more than the gap {gap}");
}

/// The largest sum of one value per table with at most `steps` steps in all, for each number of
/// steps up to it.
fn programme(tables: &[Vec<f64>], steps: usize) -> Vec<f64> {
    let mut best = vec![0.0; steps + 1];
    for table in tables {
        let mut next = vec![f64::NEG_INFINITY; steps + 1];
        for (own, value) in table.iter().enumerate().take(steps + 1) {
            for (to, from) in next[own..].iter_mut().zip(&best) {
                *to = to.max(from + value);
            }
        }
        best = next;
    }
    best
}

#[test]
fn the_true_optimum_lies_between_the_plan_and_its_bound() {
    let (mut problems, mut widest) = (0, 0.0_f64);
    for seed in 1000..1160 {
        let name = format!("static {seed}");
        let case = Case::new(seed, kind(6, 1, 0, seed % 3 != 0), false, false);
        let Some(solved) = case.solved() else { continue };
        let evaluator = Evaluator::new(&case.response);
        let Polytope { low, high, rows, .. } = &case.polytope;
        let free = rows[0].most - low.iter().sum::<f64>();
        let step = free / STEPS as f64;
        let tables: Vec<Vec<f64>> = (0..low.len())
            .map(|j| {
                let most = (((high[j] - low[j]) / step).ceil() as usize).min(STEPS);
                // Outcomes grow with money, so that money that must be spent never hurts.
                let at = |k: usize| (low[j] + step * k as f64).min(high[j]);
                (0..=most).map(|k| case.alone(&evaluator, j, at(k))).collect()
            })
            .collect();
        let sums = programme(&tables, STEPS + tables.len());
        let (below, above) = (sums[STEPS], sums[STEPS + tables.len()]);
        holds(&name, &solved, below);
        assert!(solved.value <= above * (1.0 + 1e-9), "{name}: {} above {above}", solved.value);
        problems += 1;
        widest = widest.max(above / below - 1.0);
    }
    assert!(problems >= 150, "{problems} problems had a plan");
    // What is checked above is the lower number, which a plan reaches; the upper one only says that
    // the grid is not far from everything between its points.
    assert!(widest < 4e-3, "the optimum is only known to {widest}");
}

#[test]
fn no_plan_of_a_grid_beats_the_bound_under_ratios_and_switches() {
    let (mut problems, mut plans) = (0, 0_usize);
    for seed in 2000..2060 {
        let name = format!("on/off {seed}");
        let case = Case::new(seed, kind(6, 1, 0, seed % 2 == 0), true, true);
        let Some(solved) = case.solved() else { continue };
        let evaluator = Evaluator::new(&case.response);
        let Polytope { low, high, rows, switches } = &case.polytope;
        let (budget, last) = (rows[0].most, low.len() - 1);
        let levels: Vec<Vec<f64>> = (0..last)
            .map(|j| {
                let least = switches.iter().find(|s| s.variables == [j]).map(|s| s.least);
                let from = least.unwrap_or(low[j]).max(low[j]);
                let grid =
                    (0..LEVELS).map(|k| from + (high[j] - from) * k as f64 / (LEVELS - 1) as f64);
                // Off is a level of its own.
                least.map(|_| 0.0).into_iter().chain(grid).filter(|x| *x <= high[j]).collect()
            })
            .collect();
        let tables: Vec<Vec<f64>> = levels
            .iter()
            .enumerate()
            .map(|(j, all)| all.iter().map(|x| case.alone(&evaluator, j, *x)).collect())
            .collect();
        // The last channel takes what is left; its outcome is read from below.
        let fine = high[last] / STEPS as f64;
        let rest: Vec<f64> =
            (0..=STEPS).map(|k| case.alone(&evaluator, last, fine * k as f64)).collect();
        let (mut best, mut place) = (f64::NEG_INFINITY, vec![0; last]);
        'all: loop {
            let mut x: Vec<f64> = place.iter().zip(&levels).map(|(k, level)| level[*k]).collect();
            x.push((budget - x.iter().sum::<f64>()).min(high[last]));
            if x[last] >= low[last] && case.polytope.violation(&x) <= 1e-9 {
                plans += 1;
                let own: f64 = place.iter().zip(&tables).map(|(k, table)| table[*k]).sum();
                best = best.max(own + rest[((x[last] / fine) as usize).min(STEPS)]);
            }
            for (k, level) in place.iter_mut().zip(&levels) {
                *k += 1;
                if *k < level.len() {
                    continue 'all;
                }
                *k = 0;
            }
            break;
        }
        holds(&name, &solved, best);
        problems += 1;
    }
    assert!(problems >= 50 && plans > 1_000_000, "{problems} problems, {plans} plans");
}

/// Calls `each` with every way to deal `parts` to `counts`.
fn deal(counts: &mut [usize], at: usize, parts: usize, each: &mut impl FnMut(&[usize])) {
    if at + 1 == counts.len() {
        counts[at] = parts;
        return each(counts);
    }
    for own in 0..=parts {
        counts[at] = own;
        deal(counts, at + 1, parts - own, each);
    }
}

#[test]
fn no_calendar_of_a_grid_beats_the_bound() {
    let (mut problems, mut plans) = (0, 0_usize);
    for seed in 3000..3012 {
        let name = format!("3 x 4 {seed}");
        let case = Case::new(seed, kind(3, 4, 2, seed % 2 == 0), false, false);
        let Some(solved) = case.solved() else { continue };
        let evaluator = Evaluator::new(&case.response);
        let Polytope { low, high, rows, .. } = &case.polytope;
        let free = rows[0].most - low.iter().sum::<f64>();
        let mut best = f64::NEG_INFINITY;
        deal(&mut vec![0; low.len()], 0, PARTS, &mut |counts| {
            let money = |(k, low): (&usize, &f64)| low + free * *k as f64 / PARTS as f64;
            let x: Vec<f64> = counts.iter().zip(low).map(money).collect();
            if x.iter().zip(high).all(|(x, high)| x <= high) {
                plans += 1;
                let outcomes = evaluator.outcomes(&case.design.spread(&x));
                best = best.max(Objective::outcome().value(&outcomes));
            }
        });
        holds(&name, &solved, best);
        problems += 1;
    }
    assert!(problems >= 10 && plans > 100_000, "{problems} problems, {plans} plans");
}
