//! The search: the best plan of a polytope, and the proof that none is much better.

mod ascend;
mod branch;
mod effects;
pub(crate) mod quadratic;

use thiserror::Error;

use crate::design::Design;
use crate::evaluate::Evaluator;
use crate::objective::Objective;
use crate::polytope::Polytope;
use crate::response::Response;
use ascend::Until;
use branch::{Best, Tree};
use quadratic::{Cut, Scales, maximise};

/// How far a search goes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effort {
    /// Gap at which the search stops, as a share of the outcome.
    pub gap: f64,
    /// Most boxes that are looked into.
    pub nodes: usize,
    /// Draws on which boxes are chosen before all draws bound them.
    pub scouts: usize,
}

/// How far a search has come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// Boxes looked into.
    pub nodes: usize,
    /// Value of the best plan so far (`-∞` before the first).
    pub value: f64,
    /// No plan has more (`∞` before anything is known).
    pub bound: f64,
}

/// Is told how far the search has come, and says whether it goes on.
pub type Watch<'a> = &'a (dyn Fn(&Progress) -> bool + Sync);

/// Decisions up to which the full number of boxes is looked into.
const FEW_DECISIONS: f64 = 64.0;

/// Sizes that the search measures things by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) gap: f64,
    /// Size of the outcome.
    pub(crate) size: f64,
    /// Size of a budget.
    pub(crate) money: f64,
}

/// A plan with its certificate.
#[derive(Debug, Clone, PartialEq)]
pub struct Solution {
    /// Money per decision.
    pub x: Vec<f64>,
    /// The objective.
    pub value: f64,
    /// No plan of the polytope has more; `None` where no bound can be had (a quantile, a
    /// probability).
    pub bound: Option<f64>,
    /// `(bound − value) / outcome`, never negative.
    pub gap: Option<f64>,
    /// What moving each row's limit by one is worth, at the plan (switches as they stand).
    pub prices: Vec<f64>,
    /// What one more unit of each decision is worth before limits.
    pub slope: Vec<f64>,
    /// Boxes looked into.
    pub nodes: usize,
    /// Whether the search was asked to stop before it was done.
    pub stopped: bool,
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum SolveError {
    /// The limits clash.
    #[error("no plan meets all limits")]
    Infeasible,
    /// The search was stopped before it had any plan.
    #[error("stopped before a plan was found")]
    Stopped,
}

/// The point of a polytope that is nearest to `x` (its switches are not looked at).
pub(crate) fn project(polytope: &Polytope, x: &[f64], money: f64) -> Option<Vec<f64>> {
    let inside: Vec<f64> = x
        .iter()
        .zip(polytope.low.iter().zip(&polytope.high))
        .map(|(x, (low, high))| x.clamp(*low, *high))
        .collect();
    if polytope.violation(&inside) <= 1e-10 * money {
        return Some(inside);
    }
    let spend: Vec<f64> =
        polytope.high.iter().map(|h| h.max(1e-6 * money).min(money.max(1e-300))).collect();
    let scales = Scales { spend: spend.clone(), value: 1.0 };
    let near: quadratic::Curvature =
        spend.iter().enumerate().map(|(j, s)| (j, j, 1.0 / (s * s))).collect();
    let flat = [Cut { level: 0.0, gradient: vec![0.0; x.len()] }];
    let step = maximise(polytope, &flat, Some((&near, &inside)), &scales)?;
    (polytope.violation(&step.x) <= 1e-6 * money).then_some(step.x)
}

/// The best plan of `polytope` by `objective`. `hints` are plans to begin with; they need not be
/// feasible. Deterministic: the same input gives the same plan on any number of threads.
///
/// # Errors
/// [`SolveError`] when the limits clash, or the search was stopped before it had a plan.
pub fn solve(
    response: &Response,
    design: &Design,
    objective: &Objective,
    polytope: &Polytope,
    hints: &[Vec<f64>],
    effort: Effort,
    watch: Watch<'_>,
) -> Result<Solution, SolveError> {
    let evaluator = Evaluator::new(response);
    let given = polytope;
    let mut polytope = polytope.clone();
    let money = polytope.high.iter().copied().fold(0.0, f64::max).max(f64::MIN_POSITIVE);
    if !polytope.tighten(1e-9 * money) {
        return Err(SolveError::Infeasible);
    }
    let polytope = &polytope;
    let middle: Vec<f64> =
        polytope.low.iter().zip(&polytope.high).map(|(l, h)| 0.5 * (l + h)).collect();
    let first = hints.first().unwrap_or(&middle);
    let start = project(polytope, first, money).ok_or(SolveError::Infeasible)?;
    let outcomes = evaluator.outcomes(&design.spread(&start));
    let size = (outcomes.iter().sum::<f64>() / outcomes.len() as f64)
        .abs()
        .max(objective.price * start.iter().sum::<f64>())
        .max(f64::MIN_POSITIVE);
    let limits = Limits { gap: effort.gap, size, money };
    let tree = Tree { evaluator: &evaluator, design, objective, polytope, limits, watch };
    let concave = response.is_concave() && objective.is_concave();
    let mut best: Option<Best> = None;
    let keep = |best: &mut Option<Best>, found: Option<Best>| {
        if let Some(found) = found
            && best.as_ref().is_none_or(|b| found.value > b.value)
        {
            *best = Some(found);
        }
    };
    if concave && polytope.switches.is_empty() {
        let beaten = f64::NEG_INFINITY;
        let until = Until { gap: 0.5 * effort.gap * size, size, steps: 80, beaten };
        let hill =
            ascend::Hill { evaluator: &evaluator, design, objective, above: None, concave: true };
        // Not the tightened one: there a limit's price would hide in the bounds it implies.
        let top = hill.climb(given, start, until);
        let gap = ((top.bound - top.value) / size.max(top.value.abs())).max(0.0);
        let bound = Some(top.bound).filter(|b| b.is_finite());
        let Top4 { x, value, prices, slope } = Top4::of(top);
        return Ok(Solution {
            x,
            value,
            bound,
            gap: bound.map(|_| gap),
            prices,
            slope,
            nodes: 1,
            stopped: false,
        });
    }
    for hint in std::iter::once(&start).chain(hints.iter().skip(1)) {
        keep(&mut best, tree.settle(hint, concave, 25).map(|(best, _)| best));
    }
    let (mut nodes, mut bound, mut stopped) = (0, f64::INFINITY, false);
    if objective.is_concave() {
        // Where there are many decisions each box takes long, and few are all that can be had.
        let ease = (FEW_DECISIONS / polytope.len() as f64).powi(2).min(1.0);
        let effort = Effort { nodes: ((effort.nodes as f64 * ease) as usize).max(1), ..effort };
        let mut open = tree.root();
        let all = response.draws.len();
        if all > 2 * effort.scouts && objective.against.is_empty() {
            // Boxes are chosen on a few draws, and bounded on all of them.
            let few = response.thinned(effort.scouts);
            let scout = Evaluator::new(&few);
            let tree = Tree { evaluator: &scout, ..tree };
            let known = best.as_ref().and_then(|b| tree.settle(&b.x, concave, 15));
            let searched = tree.search(open, known.map(|(best, _)| best), effort.nodes);
            (nodes, stopped) = (searched.nodes, searched.stopped);
            if let Some(found) = searched.best {
                keep(
                    &mut best,
                    self::settle_full(
                        &evaluator, design, objective, polytope, limits, watch, &found.x,
                    ),
                );
            }
            open = searched.leaves;
            open.iter_mut().for_each(|leaf| leaf.bound = f64::INFINITY);
        }
        let tree = Tree { evaluator: &evaluator, design, objective, polytope, limits, watch };
        let allowed = if nodes > 0 { open.len() + effort.nodes / 8 } else { effort.nodes };
        let searched = tree.search(open, best, allowed.max(1));
        nodes += searched.nodes;
        stopped |= searched.stopped;
        bound = searched.bound;
        best = searched.best;
    }
    let Some(best) = best else {
        return Err(if stopped { SolveError::Stopped } else { SolveError::Infeasible });
    };
    // Prices at the plan, with its switches as they stand.
    let tree = Tree { evaluator: &evaluator, design, objective, polytope: given, limits, watch };
    let polished = tree.price(&best.x, concave, 25);
    let (x, value, mut prices, slope) = match polished {
        Some((polished, top)) if polished.value >= best.value - 1e-9 * size => {
            (polished.x, polished.value, top.prices, top.slope)
        }
        _ => {
            let prices = vec![0.0; polytope.rows.len()];
            (best.x.clone(), best.value, prices, vec![0.0; best.x.len()])
        }
    };
    prices.truncate(polytope.rows.len());
    let gap = ((bound - value) / size.max(value.abs())).max(0.0);
    let bound = Some(bound.max(value)).filter(|b| b.is_finite());
    let gap = bound.map(|_| gap);
    Ok(Solution { x, value, bound, gap, prices, slope, nodes, stopped })
}

/// The parts of a top that a solution takes over.
struct Top4 {
    x: Vec<f64>,
    value: f64,
    prices: Vec<f64>,
    slope: Vec<f64>,
}

impl Top4 {
    fn of(top: ascend::Top) -> Self {
        Self { x: top.x, value: top.value, prices: top.prices, slope: top.slope }
    }
}

fn settle_full(
    evaluator: &Evaluator<'_>,
    design: &Design,
    objective: &Objective,
    polytope: &Polytope,
    limits: Limits,
    watch: Watch<'_>,
    x: &[f64],
) -> Option<Best> {
    let concave = evaluator.response().is_concave() && objective.is_concave();
    let tree = Tree { evaluator, design, objective, polytope, limits, watch };
    tree.settle(x, concave, 25).map(|(best, _)| best)
}
