//! Branch and bound: the best plan where a climb alone can end on the wrong hill.
//!
//! A node is a box of plans with some switches decided. The concave function above is climbed over
//! it; its top bounds the node, and the objective there is a plan to compare. The node of the
//! largest bound is split next, at a switch that is neither on nor off, or where the function
//! above leaves most room, so that the gap shrinks where it matters.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::ascend::{Hill, Top, Until};
use super::{Limits, Progress, Watch, project};
use crate::design::Design;
use crate::evaluate::{Evaluator, exposures};
use crate::objective::Objective;
use crate::polytope::{Polytope, Row};
use crate::relax::Relaxation;
use crate::response::Link;

/// A box with decisions.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) low: Vec<f64>,
    pub(crate) high: Vec<f64>,
    /// Per switch: on, off, or open.
    pub(crate) decided: Vec<Option<bool>>,
    pub(crate) bound: f64,
    serial: usize,
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.serial == other.serial
    }
}
impl Eq for Node {}
impl PartialOrd for Node {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Node {
    fn cmp(&self, other: &Self) -> Ordering {
        self.bound.total_cmp(&other.bound).then(other.serial.cmp(&self.serial))
    }
}

/// The best plan so far.
#[derive(Debug, Clone)]
pub(crate) struct Best {
    pub(crate) x: Vec<f64>,
    pub(crate) value: f64,
}

/// What a search leaves behind.
pub(crate) struct Searched {
    pub(crate) best: Option<Best>,
    /// No plan has more.
    pub(crate) bound: f64,
    pub(crate) nodes: usize,
    /// Boxes that together hold every plan that might still be better.
    pub(crate) leaves: Vec<Node>,
    /// Whether somebody asked to stop.
    pub(crate) stopped: bool,
}

pub(crate) struct Tree<'a> {
    pub(crate) evaluator: &'a Evaluator<'a>,
    pub(crate) design: &'a Design,
    pub(crate) objective: &'a Objective,
    pub(crate) polytope: &'a Polytope,
    pub(crate) limits: Limits,
    pub(crate) watch: Watch<'a>,
}

impl Tree<'_> {
    /// Search over the whole polytope.
    pub(crate) fn root(&self) -> Vec<Node> {
        vec![Node {
            low: self.polytope.low.clone(),
            high: self.polytope.high.clone(),
            decided: vec![None; self.polytope.switches.len()],
            bound: f64::INFINITY,
            serial: 0,
        }]
    }

    fn exact(&self, concave: bool) -> Hill<'_> {
        let (evaluator, design, objective) = (self.evaluator, self.design, self.objective);
        Hill { evaluator, design, objective, above: None, concave }
    }

    /// The polytope of a node, narrowed to what its limits imply; `None` where its decisions leave
    /// nothing.
    fn inside(&self, node: &Node) -> Option<Polytope> {
        let mut inside = self.decided(node);
        let crossed = inside.low.iter().zip(&inside.high).any(|(low, high)| low > high);
        let slack = 1e-9 * self.limits.money;
        (!crossed && inside.tighten(slack)).then_some(inside)
    }

    /// The polytope with the decisions of a node.
    fn decided(&self, node: &Node) -> Polytope {
        let mut inside = self.polytope.clone();
        inside.low.clone_from(&node.low);
        inside.high.clone_from(&node.high);
        for (switch, decided) in self.polytope.switches.iter().zip(&node.decided) {
            match decided {
                Some(false) => switch.variables.iter().for_each(|j| inside.high[*j] = 0.0),
                Some(true) => inside.rows.push(Row {
                    name: switch.name.clone(),
                    rule: switch.rule,
                    terms: switch.variables.iter().map(|j| (*j, 1.0)).collect(),
                    least: switch.least,
                    most: f64::INFINITY,
                }),
                None => {}
            }
        }
        inside
    }

    /// Makes a plan of a point: open switches go to the nearer side, and the objective is climbed.
    pub(crate) fn settle(&self, x: &[f64], concave: bool, steps: usize) -> Option<(Best, Top)> {
        self.climb(&self.inside(&self.nearest(x))?, x, concave, steps)
    }

    /// The same within the limits as they stand, so that a limit's price does not hide in bounds
    /// that follow from it.
    pub(crate) fn price(&self, x: &[f64], concave: bool, steps: usize) -> Option<(Best, Top)> {
        self.climb(&self.decided(&self.nearest(x)), x, concave, steps)
    }

    /// The whole polytope with each switch on the side that is nearer to `x`.
    fn nearest(&self, x: &[f64]) -> Node {
        let slack = 1e-9 * self.limits.money;
        let mut node = self.root().remove(0);
        for (k, switch) in self.polytope.switches.iter().enumerate() {
            let sum: f64 = switch.variables.iter().map(|j| x[*j]).sum();
            node.decided[k] = Some(sum > 0.5 * switch.least.max(slack));
        }
        node
    }

    fn climb(
        &self,
        inside: &Polytope,
        x: &[f64],
        concave: bool,
        steps: usize,
    ) -> Option<(Best, Top)> {
        let start = project(inside, x, self.limits.money)?;
        let until = Until {
            gap: 0.2 * self.tolerance(0.0),
            size: self.limits.size,
            steps,
            beaten: f64::NEG_INFINITY,
        };
        let top = self.exact(concave).climb(inside, start, until);
        Some((Best { x: top.x.clone(), value: top.value }, top))
    }

    /// What a gap may be, in units of the objective.
    fn tolerance(&self, value: f64) -> f64 {
        // An objective near zero (a gain, a profit) is measured by the outcome behind it.
        self.limits.gap * self.limits.size.max(value.abs())
    }

    /// Searches boxes until the gap is closed or the nodes are used up.
    pub(crate) fn search(&self, open: Vec<Node>, best: Option<Best>, nodes: usize) -> Searched {
        let response = self.evaluator.response();
        let concave = response.is_concave();
        let mut best = best;
        let mut heap: BinaryHeap<Node> = open.into_iter().collect();
        let mut serial = heap.iter().map(|n| n.serial).max().unwrap_or(0);
        let mut leaves: Vec<Node> = Vec::new();
        let (mut worked, mut stopped) = (0, false);
        while let Some(mut node) = heap.pop() {
            let floor = best.as_ref().map_or(f64::NEG_INFINITY, |b| b.value);
            let tolerance = self.tolerance(floor.max(0.0));
            let enough = node.bound <= floor + tolerance;
            if enough || worked >= nodes || stopped {
                // The largest bound comes first: all others are below it.
                leaves.push(node);
                leaves.extend(heap.drain());
                break;
            }
            worked += 1;
            if !(self.watch)(&Progress { nodes: worked, value: floor, bound: node.bound }) {
                stopped = true;
            }
            let Some(inside) = self.inside(&node) else { continue };
            let middle: Vec<f64> = match &best {
                Some(best) => best.x.clone(),
                None => inside.low.iter().zip(&inside.high).map(|(l, h)| 0.5 * (l + h)).collect(),
            };
            let Some(start) = project(&inside, &middle, self.limits.money) else { continue };
            let relaxation = (!concave).then(|| {
                let (low, high) =
                    (self.design.spread(&inside.low), self.design.spread(&inside.high));
                let mut above = Relaxation::new(response, &low, &high);
                tighten_effects(self, &mut above, &inside, &start);
                above
            });
            let hill = Hill { above: relaxation.as_ref(), ..self.exact(true) };
            let size = self.limits.size;
            let until = Until { gap: 0.25 * tolerance, size, steps: 40, beaten: floor + tolerance };
            let top = hill.climb(&inside, start, until);
            node.bound = node.bound.min(top.bound);
            let slack = 1e-7 * self.limits.money;
            let open_switch = self.polytope.undecided(&top.x, slack);
            // A plan of this top: as it is, or with its switches settled.
            let candidate = match open_switch {
                None => Some(Best { value: self.exact(false).value(&top.x), x: top.x.clone() }),
                Some(_) if worked <= 64 || worked.is_multiple_of(16) => {
                    self.settle(&top.x, concave, 15).map(|(best, _)| best)
                }
                Some(_) => None,
            };
            if let Some(mut candidate) = candidate {
                let known = best.as_ref().map_or(f64::NEG_INFINITY, |b| b.value);
                // Climbing on is worth it near the best plan known, and at the beginning.
                let promising = worked <= 8 || candidate.value > known - 4.0 * tolerance;
                if !concave
                    && promising
                    && let Some((climbed, _)) = self.settle(&candidate.x, concave, 15)
                    && climbed.value > candidate.value
                {
                    candidate = climbed;
                }
                if candidate.value > known {
                    best = Some(candidate);
                }
            }
            let floor = best.as_ref().map_or(f64::NEG_INFINITY, |b| b.value);
            let tolerance = self.tolerance(floor.max(0.0));
            if node.bound <= floor + tolerance {
                leaves.push(node);
                continue;
            }
            let children = match open_switch {
                Some(k) => [true, false]
                    .map(|on| {
                        let mut child = node.clone();
                        child.decided[k] = Some(on);
                        child
                    })
                    .to_vec(),
                None => self.split(&node, &inside, &top, relaxation.as_ref()),
            };
            if children.is_empty() {
                // Nothing left to split: rounding alone keeps the bound up.
                leaves.push(node);
                continue;
            }
            for mut child in children {
                serial += 1;
                child.serial = serial;
                heap.push(child);
            }
        }
        let floor = best.as_ref().map_or(f64::NEG_INFINITY, |b| b.value);
        let bound = leaves.iter().map(|n| n.bound).fold(floor, f64::max);
        Searched { best, bound, nodes: worked, leaves, stopped }
    }

    /// Splits a node where the function above leaves most room at its top.
    fn split(
        &self,
        node: &Node,
        inside: &Polytope,
        top: &Top,
        above: Option<&Relaxation>,
    ) -> Vec<Node> {
        let Some(above) = above else { return Vec::new() };
        let scores = room(self, above, inside, top);
        let width = |j: usize| inside.high[j] - inside.low[j];
        let least = 1e-9 * self.limits.money;
        let Some(j) = (0..scores.len())
            .filter(|j| width(*j) > least)
            .max_by(|a, b| scores[*a].total_cmp(&scores[*b]).then(b.cmp(a)))
        else {
            return Vec::new();
        };
        let middle = inside.low[j] + 0.5 * width(j);
        let x = 0.6 * top.x[j] + 0.4 * middle;
        let at = x.clamp(inside.low[j] + 0.1 * width(j), inside.high[j] - 0.1 * width(j));
        let (mut left, mut right) = (node.clone(), node.clone());
        for side in [&mut left, &mut right] {
            side.low.clone_from(&inside.low);
            side.high.clone_from(&inside.high);
        }
        left.high[j] = at;
        right.low[j] = at;
        vec![left, right]
    }
}

/// How much of the room between the function above and the objective each decision makes.
fn room(tree: &Tree<'_>, above: &Relaxation, inside: &Polytope, top: &Top) -> Vec<f64> {
    let response = tree.evaluator.response();
    let plan = tree.design.spread(&top.x);
    let outcomes = tree.evaluator.values(&plan, Some(above));
    let weights = tree.objective.weights(&outcomes);
    let (geos, horizon, span) = (response.geos.len(), response.horizon, response.span());
    // Room per cell of the plan: what a later period's room has to do with it is its carry-over.
    let mut cells = vec![0.0; response.cells()];
    let mut joint = 0.0;
    for (d, draw) in response.draws.iter().enumerate().filter(|(d, _)| weights[*d] > 0.0) {
        for (c, effect) in draw.effects.iter().enumerate() {
            let Some(lids) = above.lids(d, c) else { continue };
            for g in 0..geos {
                let x = exposures(response, effect, c, g, &plan);
                for (t, x) in x.iter().enumerate() {
                    let n = if effect.curve_first { horizon } else { span };
                    let at = effect.curve.at(*x);
                    let gap = lids[g * n + t].over(*x, at).value - at.value;
                    let worth = draw.worth[g * span + t];
                    let gap = (weights[d] * worth * effect.height[g] * gap).abs();
                    if gap == 0.0 {
                        continue;
                    }
                    for (l, w) in effect.weights.iter().enumerate() {
                        let Some(s) = t.checked_sub(l).filter(|s| *s < horizon) else { continue };
                        let w = if effect.curve_first { f64::from(u8::from(l == 0)) } else { *w };
                        let cell = response.cell(c, g, s);
                        cells[cell] += gap * w * response.deliveries[c].rate[g * horizon + s];
                    }
                }
            }
        }
        if draw.link == Link::Multiply {
            joint += weights[d];
        }
    }
    let width = |j: usize| inside.high[j] - inside.low[j];
    let mut scores: Vec<f64> = tree
        .design
        .variables
        .iter()
        .enumerate()
        .map(|(j, v)| v.shares.iter().map(|(k, share)| cells[*k] * share).sum::<f64>() * width(j))
        .collect();
    if joint > 0.0 {
        // Where effects multiply, room comes from all that moves the joint effect.
        let moved: Vec<f64> = (0..scores.len()).map(|j| top.slope[j].abs() * width(j)).collect();
        let (sum, most) = (moved.iter().sum::<f64>(), scores.iter().sum::<f64>());
        let lost = (outcomes_gap(tree, above, &plan, &weights) - most).max(0.0);
        if sum > 0.0 {
            for (score, moved) in scores.iter_mut().zip(&moved) {
                *score += lost * moved / sum;
            }
        }
    }
    scores
}

fn outcomes_gap(tree: &Tree<'_>, above: &Relaxation, plan: &[f64], weights: &[f64]) -> f64 {
    let (up, own) = (tree.evaluator.values(plan, Some(above)), tree.evaluator.values(plan, None));
    up.iter().zip(&own).zip(weights).map(|((u, o), w)| w * (u - o)).sum()
}

/// Where effects multiply, narrows the effects that the box allows by what its money allows: the
/// joint effect is at most its tangent at a point of the box, and the tangent at most what the
/// best places for the money give (a fractional knapsack).
fn tighten_effects(tree: &Tree<'_>, above: &mut Relaxation, inside: &Polytope, at: &[f64]) {
    let response = tree.evaluator.response();
    let budget = inside
        .rows
        .iter()
        .filter(|r| r.terms.len() == at.len() && r.terms.iter().all(|(_, a)| *a == 1.0))
        .map(|r| r.most)
        .fold(f64::INFINITY, f64::min);
    let few = at.len() <= 64 && response.draws.iter().any(|d| d.link == Link::Multiply);
    if !budget.is_finite() || !few {
        return;
    }
    let caps = super::effects::highest(tree.evaluator, tree.design, above, inside, at, budget);
    for (d, cells) in caps.into_iter().enumerate() {
        for (cell, high) in cells.into_iter().enumerate() {
            above.cap(d, cell, high);
        }
    }
}
