//! The largest joint effect that a box and a budget allow, cell by cell, where effects multiply.

use outlay_stats::simd::{Kernel, convolve, dispatch};
use rayon::prelude::*;

use crate::curve::Point;
use crate::design::Design;
use crate::evaluate::{Evaluator, exposures};
use crate::polytope::Polytope;
use crate::relax::Relaxation;
use crate::response::{Link, Response};

/// Per draw and cell `[geo × span]`: no plan of the box within the budget has a larger joint
/// effect. Empty for draws whose effects add.
pub(super) fn highest(
    evaluator: &Evaluator<'_>,
    design: &Design,
    above: &Relaxation,
    inside: &Polytope,
    at: &[f64],
    budget: f64,
) -> Vec<Vec<f64>> {
    let response = evaluator.response();
    let plan = design.spread(at);
    let nothing = vec![0.0; plan.len()];
    (0..response.draws.len())
        .into_par_iter()
        .map(|d| {
            if response.draws[d].link != Link::Multiply {
                return Vec::new();
            }
            let (plan, nothing) = (&plan, &nothing);
            dispatch(OfDraw { response, design, above, d, plan, nothing, inside, at, budget })
        })
        .collect()
}

struct OfDraw<'a> {
    response: &'a Response,
    design: &'a Design,
    above: &'a Relaxation,
    d: usize,
    plan: &'a [f64],
    nothing: &'a [f64],
    inside: &'a Polytope,
    at: &'a [f64],
    budget: f64,
}

impl Kernel for OfDraw<'_> {
    type Output = Vec<f64>;

    #[inline(always)]
    fn run(self) -> Vec<f64> {
        of_draw(self)
    }
}

#[inline(always)]
fn of_draw(of: OfDraw<'_>) -> Vec<f64> {
    let OfDraw { response, design, above, d, plan, nothing, inside, at, budget } = of;
    let draw = &response.draws[d];
    let (geos, horizon, span) = (response.geos.len(), response.horizon, response.span());
    let n = at.len();
    let mut level = vec![0.0; geos * span];
    // Slope of the joint effect per decision, `[cell][decision]`.
    let mut slopes = vec![0.0; geos * span * n];
    for (c, effect) in draw.effects.iter().enumerate() {
        let pad = effect.weights.len() - 1;
        let lids = above.lids(d, c);
        for g in 0..geos {
            let first = response.cell(c, g, 0);
            let rate = &response.deliveries[c].rate[g * horizon..(g + 1) * horizon];
            let x = exposures(response, effect, c, g, plan);
            let none = exposures(response, effect, c, g, nothing);
            let height = effect.height[g];
            let own: Vec<usize> = (0..n).filter(|j| design.variables[*j].channel == c).collect();
            let [mut value, mut slope, mut zero] = [(); 3].map(|()| vec![0.0; x.len()]);
            let [mut unused, mut bent] = [(); 2].map(|()| vec![0.0; x.len()]);
            effect.curve.points(&none, &mut zero, &mut unused, &mut bent);
            effect.curve.points(&x, &mut value, &mut slope, &mut bent);
            for (t, lid) in lids.iter().flat_map(|l| &l[g * x.len()..(g + 1) * x.len()]).enumerate()
            {
                let point = Point { value: value[t], slope: slope[t], curvature: 0.0 };
                let point = lid.over(x[t], point);
                (value[t], slope[t]) = (point.value, point.slope);
            }
            // A unit of each decision, as exposure.
            let unit = |j: usize| -> Vec<f64> {
                let mut e = vec![0.0; pad + span];
                for (cell, share) in &design.variables[j].shares {
                    if let Some(t) = cell.checked_sub(first).filter(|t| *t < horizon) {
                        e[pad + t] = share * rate[t];
                    }
                }
                e
            };
            if effect.curve_first {
                let lift = |t: usize| effect.lift.as_ref().map_or(1.0, |l| l[g * horizon + t]);
                let mut gained = vec![0.0; pad + span];
                for t in 0..horizon {
                    gained[pad + t] = lift(t) * (value[t] - zero[t]);
                    slope[t] *= lift(t);
                }
                let mut out = vec![0.0; span];
                convolve(&effect.weights, &gained, pad, &mut out);
                for t in 0..span {
                    level[g * span + t] += height * out[t];
                }
                for j in own {
                    let mut e = unit(j);
                    for t in 0..horizon {
                        e[pad + t] *= slope[t];
                    }
                    convolve(&effect.weights, &e, pad, &mut out);
                    for t in 0..span {
                        slopes[(g * span + t) * n + j] += height * out[t];
                    }
                }
            } else {
                for t in 0..span {
                    level[g * span + t] += height * (value[t] - zero[t]);
                }
                let mut out = vec![0.0; span];
                for j in own {
                    convolve(&effect.weights, &unit(j), pad, &mut out);
                    for t in 0..span {
                        slopes[(g * span + t) * n + j] += height * slope[t] * out[t];
                    }
                }
            }
        }
    }
    let spent: f64 = inside.low.iter().sum();
    let mut order: Vec<usize> = (0..n).collect();
    level
        .iter()
        .enumerate()
        .map(|(cell, level)| {
            let slope = &slopes[cell * n..(cell + 1) * n];
            let start: f64 = (0..n).map(|j| slope[j] * (inside.low[j] - at[j])).sum();
            let mut left = (budget - spent).max(0.0);
            order.sort_by(|a, b| slope[*b].total_cmp(&slope[*a]));
            let mut gained = 0.0;
            for j in &order {
                if slope[*j] <= 0.0 || left <= 0.0 {
                    break;
                }
                let take = (inside.high[*j] - inside.low[*j]).min(left);
                gained += slope[*j] * take;
                left -= take;
            }
            level + start + gained
        })
        .collect()
}
