//! The climb: from a feasible plan to the top of a concave function (or to a local top of another),
//! with what bounds it from above.
//!
//! A proximal bundle method with the function's own curvature (Lemaréchal, Nemirovskii and
//! Nesterov 1995; here the quadratic term is the Hessian of the smooth part, so that steps are
//! Newton's where the function is smooth): every point visited gives a cut, the next point is the
//! best of a quadratic model under the cuts, and the cuts bound the function over the whole
//! polytope by weak duality.

use super::quadratic::{Curvature, Cut, Scales, Step, bound, maximise};
use crate::design::Design;
use crate::evaluate::Evaluator;
use crate::objective::Objective;
use crate::polytope::Polytope;
use crate::relax::Relaxation;

/// What is climbed.
#[derive(Clone, Copy)]
pub(crate) struct Hill<'a> {
    pub(crate) evaluator: &'a Evaluator<'a>,
    pub(crate) design: &'a Design,
    pub(crate) objective: &'a Objective,
    /// The concave function above, in place of the function itself.
    pub(crate) above: Option<&'a Relaxation>,
    /// Whether what is climbed is concave: cuts bound it everywhere.
    pub(crate) concave: bool,
}

/// When to stop.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Until {
    /// Bound less value, at most.
    pub(crate) gap: f64,
    /// Size of the outcome.
    pub(crate) size: f64,
    /// Steps.
    pub(crate) steps: usize,
    /// A bound below this settles the matter: nobody needs the point.
    pub(crate) beaten: f64,
}

/// The top.
#[derive(Debug, Clone)]
pub(crate) struct Top {
    pub(crate) x: Vec<f64>,
    pub(crate) value: f64,
    /// No point of the polytope has more; `∞` where nothing is known.
    pub(crate) bound: f64,
    /// Prices of the rows at the top.
    pub(crate) prices: Vec<f64>,
    /// Derivative of the objective at the top.
    pub(crate) slope: Vec<f64>,
}

/// A point with what is known there.
#[derive(Clone)]
struct Known {
    x: Vec<f64>,
    value: f64,
    gradient: Vec<f64>,
    curvature: Curvature,
    /// Curvature of each decision with that which it shares with its neighbours.
    stiff: Vec<f64>,
}

/// Most cuts that are kept: each makes the quadratic program denser.
fn most_cuts(decisions: usize) -> usize {
    if decisions > 400 { 8 } else { 24 }
}

/// Most looks that one proof takes.
const PROOFS: usize = 10;

/// Factor by which a proof changes a decision at most, per look.
const FAR: f64 = 16.0;

/// Factor by which a step changes a decision at most.
const REACH: f64 = 4.0;

impl Hill<'_> {
    /// The objective at a point.
    pub(crate) fn value(&self, x: &[f64]) -> f64 {
        let outcomes = self.evaluator.values(&self.design.spread(x), self.above);
        self.objective.value(&outcomes) - self.objective.price * x.iter().sum::<f64>()
    }

    fn look(&self, x: Vec<f64>, high: &[f64]) -> Known {
        let plan = self.design.spread(&x);
        let response = self.evaluator.response();
        let all = response.draws.len();
        let even = matches!(self.objective.aggregate, crate::objective::Aggregate::Mean);
        let (outcomes, slopes) = if even {
            self.evaluator.slopes(&plan, self.above, &vec![1.0 / all as f64; all])
        } else {
            let outcomes = self.evaluator.values(&plan, self.above);
            let weights = self.objective.weights(&outcomes);
            (outcomes, self.evaluator.slopes(&plan, self.above, &weights).1)
        };
        let price = self.objective.price;
        let value = self.objective.value(&outcomes) - price * x.iter().sum::<f64>();
        let mut gradient = self.design.pull(&slopes.gradient);
        gradient.iter_mut().for_each(|g| *g -= price);
        let mut curvature = self.design.curvature(response, &slopes, &plan);
        let mut stiff = vec![0.0; x.len()];
        for (i, j, c) in &curvature {
            stiff[*i] += c;
            if i != j {
                stiff[*j] += c;
            }
        }
        soften(&mut curvature, &gradient, &x, high);
        Known { x, value, gradient, curvature, stiff }
    }

    /// A bound by the dual function: at given prices the rows fall away, and each decision settles
    /// by itself where its slope equals what its money costs. A few of Newton's steps, each a full
    /// look, make those slopes right, and the bound tight.
    fn prove(&self, polytope: &Polytope, at: &Known, prices: &[f64], until: Until) -> (f64, Known) {
        let mut cost = vec![0.0; at.x.len()];
        for (row, price) in polytope.rows.iter().zip(prices) {
            row.terms.iter().for_each(|(j, a)| cost[*j] += price * a);
        }
        let step = Step { x: Vec::new(), prices: prices.to_vec(), cuts: vec![1.0] };
        let mut best = f64::INFINITY;
        let mut known = at.clone();
        let mut failed = 0;
        for _ in 0..PROOFS {
            let inner: f64 = known.gradient.iter().zip(&known.x).map(|(g, x)| g * x).sum();
            let cut = Cut { level: known.value - inner, gradient: known.gradient.clone() };
            let found = bound(polytope, &[cut], &step);
            failed += usize::from(found > best);
            best = best.min(found);
            if best - at.value <= until.gap || best <= until.beaten || failed > 1 {
                break;
            }
            let moved = |j: usize| {
                let (x, low, high) = (known.x[j], polytope.low[j], polytope.high[j]);
                let (slope, stiff) = (known.gradient[j], known.stiff[j]);
                let bend = stiff * x / slope;
                let to = if stiff <= 0.0 {
                    x
                } else if slope > 0.0 && cost[j] > 0.0 && bend > 0.02 {
                    // Slopes of such curves fall like a power of the spend.
                    let factor = (slope / cost[j]).powf(1.0 / bend);
                    x * factor.clamp(1.0 / FAR, FAR)
                } else {
                    x + (slope - cost[j]) / stiff
                };
                // From nothing no power leads away.
                to.max(if slope > cost[j] { 1e-6 * high } else { 0.0 }).clamp(low, high)
            };
            let x = (0..at.x.len()).map(moved).collect();
            known = self.look(x, &polytope.high);
        }
        (best, known)
    }

    /// Climbs from a feasible point.
    pub(crate) fn climb(&self, polytope: &Polytope, start: Vec<f64>, until: Until) -> Top {
        let mut at = self.look(start, &polytope.high);
        let scales = scales(polytope, &at, until.size);
        let cut = |known: &Known| {
            let inner: f64 = known.gradient.iter().zip(&known.x).map(|(g, x)| g * x).sum();
            Cut { level: known.value - inner, gradient: known.gradient.clone() }
        };
        let mut cuts = vec![cut(&at)];
        let mut best_bound = f64::INFINITY;
        let mut prices = vec![0.0; polytope.rows.len()];
        // Curvature times this, and a little of the identity.
        let (mut stiff, mut firm) = (1.0, 1e-7);
        // Share of the gap that a step must promise; below it a proof is tried, and then less.
        let mut settled = 1.0;
        for _ in 0..until.steps {
            let mut bent: Curvature =
                at.curvature.iter().map(|(i, j, c)| (*i, *j, c * stiff)).collect();
            bent.extend(
                scales.spend.iter().enumerate().map(|(j, s)| (j, j, firm * scales.value / (s * s))),
            );
            let near = around(polytope, &at.x, &at.curvature);
            let Some(step) = maximise(&near, &cuts, Some((&bent, &at.x)), &scales) else {
                // Too badly scaled to solve: a shorter step is better conditioned.
                (stiff, firm) = (stiff * 4.0, (firm * 10.0).max(1e-6));
                if firm > 1e3 {
                    break;
                }
                continue;
            };
            prices.clone_from(&step.prices);
            if self.concave {
                best_bound = best_bound.min(bound(polytope, &cuts, &step));
            }
            let model = cuts.iter().map(|c| c.at(&step.x)).fold(f64::INFINITY, f64::min);
            let predicted = model - at.value;
            if best_bound - at.value <= until.gap || best_bound <= until.beaten {
                break;
            }
            if predicted <= 0.1 * until.gap && !self.concave {
                break;
            }
            if predicted <= settled * until.gap && settled > 1e-4 {
                settled *= 0.1;
                // The value is found; what is left is to prove it.
                let (found, next) = self.prove(polytope, &at, &step.prices, until);
                best_bound = best_bound.min(found);
                if best_bound - at.value <= until.gap || best_bound <= until.beaten {
                    break;
                }
                trim(&mut cuts, &step);
                cuts.push(cut(&next));
                continue;
            }
            if predicted <= 1e-4 * until.gap {
                // Without the quadratic term the cuts say what they know, and where they are
                // still too generous.
                let Some(step) = maximise(polytope, &cuts, None, &scales) else { break };
                best_bound = best_bound.min(bound(polytope, &cuts, &step));
                if best_bound - at.value <= until.gap || best_bound <= until.beaten {
                    break;
                }
                // Half way there the function is better known, and may be higher.
                let x = at.x.iter().zip(&step.x).map(|(a, b)| 0.5 * (a + b)).collect();
                let next = self.look(x, &polytope.high);
                trim(&mut cuts, &step);
                cuts.push(cut(&next));
                if next.value > at.value {
                    at = next;
                }
                continue;
            }
            let next = self.look(step.x.clone(), &polytope.high);
            let won = next.value - at.value;
            trim(&mut cuts, &step);
            if won >= 0.1 * predicted {
                let good = won >= 0.7 * predicted;
                at = next;
                if !self.concave {
                    cuts.clear();
                }
                if good {
                    (stiff, firm) = ((stiff * 0.5).max(0.5), (firm * 0.1).max(1e-9));
                }
                cuts.push(cut(&at));
            } else {
                if self.concave {
                    cuts.push(cut(&next));
                    (stiff, firm) = (stiff * 1.5, firm * 3.0);
                } else {
                    // A cut from elsewhere says nothing here; one at this point with the weights
                    // of there does.
                    (stiff, firm) = (stiff * 3.0, (firm * 10.0).max(1e-5));
                    if firm > 1e4 {
                        break;
                    }
                }
                if won > 0.0 {
                    at = next;
                    if !self.concave {
                        cuts = vec![cut(&at)];
                    }
                }
            }
        }
        // The last step may have been held back by force, or by how far the model was believed: what
        // limits are worth is read from one that was not.
        let mut bent = at.curvature.clone();
        let hold = scales.spend.iter().enumerate();
        bent.extend(hold.map(|(j, s)| (j, j, 1e-6 * scales.value / (s * s))));
        if let Some(step) = maximise(polytope, &[cut(&at)], Some((&bent, &at.x)), &scales) {
            prices = step.prices;
        }
        Top { value: at.value, bound: best_bound, prices, slope: at.gradient, x: at.x }
    }
}

/// The part of a polytope around a point in which the quadratic model can be believed: a curve
/// that rises steeply from nothing bends ever more on the way down, and ever less on the way up.
fn around(polytope: &Polytope, x: &[f64], bent: &Curvature) -> Polytope {
    let mut near = polytope.clone();
    let mut bends = vec![false; x.len()];
    bent.iter().filter(|(i, j, c)| i == j && *c > 0.0).for_each(|(i, _, _)| bends[*i] = true);
    for j in (0..x.len()).filter(|j| bends[*j]) {
        let (low, high) = (polytope.low[j], polytope.high[j]);
        if x[j] > low + 1e-6 * high {
            near.low[j] = low.max(x[j] / REACH).min(x[j]);
        }
        near.high[j] = high.min(REACH * x[j] + 0.02 * high).max(x[j]);
    }
    near
}

/// Next to nothing, curves that rise steeply are bent so much that the quadratic model would
/// creep: there the curvature is taken as it would be a little further on, and the cuts see to it
/// that a step which goes too far is taken back.
fn soften(curvature: &mut Curvature, gradient: &[f64], x: &[f64], high: &[f64]) {
    let mut shrink = vec![1.0_f64; x.len()];
    for (i, j, c) in curvature.iter() {
        if i == j {
            let most = gradient[*i].abs() / x[*i].max(0.01 * high[*i]).max(f64::MIN_POSITIVE);
            if *c > most && x[*i] < 0.01 * high[*i] {
                shrink[*i] = (most / c).sqrt();
            }
        }
    }
    for (i, j, c) in curvature.iter_mut() {
        *c *= shrink[*i] * shrink[*j];
    }
}

/// Drops the cuts that matter least.
fn trim(cuts: &mut Vec<Cut>, step: &Step) {
    let most = most_cuts(cuts.first().map_or(0, |c| c.gradient.len()));
    if cuts.len() < most {
        return;
    }
    let mut order: Vec<usize> = (0..cuts.len()).collect();
    order.sort_by(|a, b| step.cuts[*b].total_cmp(&step.cuts[*a]).then(b.cmp(a)));
    order.truncate(most / 2);
    order.sort_unstable();
    *cuts = order.into_iter().map(|k| cuts[k].clone()).collect();
}

fn scales(polytope: &Polytope, at: &Known, size: f64) -> Scales {
    let widest = polytope.high.iter().copied().fold(0.0, f64::max).max(f64::MIN_POSITIVE);
    let spend: Vec<f64> = polytope
        .high
        .iter()
        .zip(&at.x)
        .map(|(high, x)| x.max(0.02 * high).max(1e-6 * widest))
        .collect();
    Scales { spend, value: size.max(at.value.abs()).max(f64::MIN_POSITIVE) }
}
