//! Outcomes of a plan, draw by draw, with the gradient and the curvature of a weighted sum of
//! them, exactly or by the concave function above.
//!
//! Draws are worked on in groups of fixed size and summed in order, so that results do not depend
//! on the number of threads.

use outlay_stats::simd::{Kernel, axpy, convolve, convolve_input_adjoint, dispatch, exp};
use rayon::prelude::*;

use crate::curve::Lid;
use crate::relax::Relaxation;
use crate::response::{DrawResponse, Effect, Link, Response};

/// Draws that are worked on together.
const GROUP: usize = 16;

/// What a response brings without the plan's spending, which is taken off: sums over channels of
/// `effect · curve(history)`.
#[derive(Debug, Clone, Default)]
struct Zero {
    /// `[geo][span]`.
    effect: Vec<f64>,
    /// The same with each channel's margin; empty where margins are the same.
    valued: Vec<f64>,
}

/// Evaluates plans.
#[derive(Debug, Clone)]
pub struct Evaluator<'a> {
    pub(crate) response: &'a Response,
    zeros: Vec<Zero>,
    /// The margin where all channels have the same.
    common: Option<f64>,
}

/// Sums over draws, weighted.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Slopes {
    /// Derivative of the weighted outcome per cell of the plan.
    pub(crate) gradient: Vec<f64>,
    /// Downward curvature over the logarithm of carried exposure, `[channel][geo][span]`.
    pub(crate) bent: Vec<f64>,
    /// Downward curvature over the cells themselves, where saturation comes first.
    pub(crate) diagonal: Vec<f64>,
    /// Carry-over per channel, averaged with the curvature, not normalised.
    pub(crate) weights: Vec<Vec<f64>>,
    /// Sum of what it was averaged with.
    pub(crate) mass: Vec<f64>,
}

impl Slopes {
    fn new(response: &Response) -> Self {
        let (channels, geos) = (response.channels.len(), response.geos.len());
        Self {
            gradient: vec![0.0; response.cells()],
            bent: vec![0.0; channels * geos * response.span()],
            diagonal: vec![0.0; response.cells()],
            weights: vec![vec![0.0; response.tail + 1]; channels],
            mass: vec![0.0; channels],
        }
    }

    fn add(&mut self, other: &Self) {
        axpy(1.0, &other.gradient, &mut self.gradient);
        axpy(1.0, &other.bent, &mut self.bent);
        axpy(1.0, &other.diagonal, &mut self.diagonal);
        axpy(1.0, &other.mass, &mut self.mass);
        for (own, other) in self.weights.iter_mut().zip(&other.weights) {
            axpy(1.0, other, own);
        }
    }
}

impl<'a> Evaluator<'a> {
    /// An evaluator of a validated response.
    pub fn new(response: &'a Response) -> Self {
        let first = response.margins.first().copied().unwrap_or(1.0);
        let common = response.margins.iter().all(|m| *m == first).then_some(first);
        let nothing = vec![0.0; response.cells()];
        let zeros = response
            .draws
            .par_chunks(GROUP)
            .flat_map_iter(|draws| {
                dispatch(Zeros { response, draws, nothing: &nothing, common: common.is_some() })
            })
            .collect();
        Self { response, zeros, common }
    }

    /// The response.
    pub fn response(&self) -> &Response {
        self.response
    }

    /// Outcome of a plan (spend per cell) in each draw.
    pub fn outcomes(&self, plan: &[f64]) -> Vec<f64> {
        self.run(plan, None, None).0
    }

    /// Outcome in each draw of the exact function, or of the concave function above it.
    pub(crate) fn values(&self, plan: &[f64], above: Option<&Relaxation>) -> Vec<f64> {
        self.run(plan, above, None).0
    }

    /// Outcomes, and the slopes of `Σ weights · outcome`.
    pub(crate) fn slopes(
        &self,
        plan: &[f64],
        above: Option<&Relaxation>,
        weights: &[f64],
    ) -> (Vec<f64>, Slopes) {
        let (outcomes, slopes) = self.run(plan, above, Some(weights));
        (outcomes, slopes.unwrap_or_else(|| Slopes::new(self.response)))
    }

    fn run(
        &self,
        plan: &[f64],
        above: Option<&Relaxation>,
        weights: Option<&[f64]>,
    ) -> (Vec<f64>, Option<Slopes>) {
        let response = self.response;
        let groups = response.draws.len().div_ceil(GROUP);
        let parts: Vec<(Vec<f64>, Option<Slopes>)> = (0..groups)
            .into_par_iter()
            .map(|group| {
                let from = group * GROUP;
                let to = (from + GROUP).min(response.draws.len());
                dispatch(Group { evaluator: self, plan, above, weights, from, to })
            })
            .collect();
        let mut outcomes = Vec::with_capacity(response.draws.len());
        let mut total = weights.map(|_| Slopes::new(response));
        for (values, slopes) in parts {
            outcomes.extend(values);
            if let (Some(total), Some(slopes)) = (&mut total, &slopes) {
                total.add(slopes);
            }
        }
        (outcomes, total)
    }
}

/// What some draws bring without the plan's spending.
struct Zeros<'a> {
    response: &'a Response,
    draws: &'a [DrawResponse],
    nothing: &'a [f64],
    /// Whether all channels have the same margin.
    common: bool,
}

impl Kernel for Zeros<'_> {
    type Output = Vec<Zero>;

    #[inline(always)]
    fn run(self) -> Self::Output {
        let mut work = Work::new(self.response);
        let mut zeros = Vec::with_capacity(self.draws.len());
        for draw in self.draws {
            work.forward(self.response, draw, self.nothing, None, !self.common);
            zeros.push(Zero { effect: work.effect.clone(), valued: work.valued.clone() });
        }
        zeros
    }
}

struct Group<'a> {
    evaluator: &'a Evaluator<'a>,
    plan: &'a [f64],
    above: Option<&'a Relaxation>,
    weights: Option<&'a [f64]>,
    from: usize,
    to: usize,
}

impl Kernel for Group<'_> {
    type Output = (Vec<f64>, Option<Slopes>);

    #[inline(always)]
    fn run(self) -> Self::Output {
        let response = self.evaluator.response;
        let common = self.evaluator.common;
        let mut work = Work::new(response);
        let mut slopes = self.weights.map(|_| Slopes::new(response));
        let mut outcomes = Vec::with_capacity(self.to - self.from);
        for d in self.from..self.to {
            let draw = &response.draws[d];
            let zero = &self.evaluator.zeros[d];
            let weight = self.weights.map_or(1.0, |w| w[d]);
            if self.weights.is_some() && weight == 0.0 {
                outcomes.push(f64::NAN);
                continue;
            }
            work.forward(response, draw, self.plan, self.above.map(|a| (a, d)), common.is_none());
            outcomes.push(work.worth(draw, zero, common, self.above.map(|a| a.range(d))));
            if let Some(slopes) = &mut slopes {
                work.backward(response, draw, weight, common, slopes);
            }
        }
        (outcomes, slopes)
    }
}

/// Scratch of one draw.
struct Work {
    /// Exposure with history and the silence after the plan, `[pad + span]`.
    row: Vec<f64>,
    carried: Vec<f64>,
    value: Vec<f64>,
    /// Slope and curvature of every channel's curve, `[channel][geo][span]`.
    slope: Vec<f64>,
    bent: Vec<f64>,
    /// `Σ effect · curve`, `[geo][span]`.
    effect: Vec<f64>,
    /// The same with margins.
    valued: Vec<f64>,
    /// Derivative of the outcome in `effect` and in `valued`.
    by_effect: Vec<f64>,
    by_valued: Vec<f64>,
    adjoint: Vec<f64>,
}

impl Work {
    fn new(response: &Response) -> Self {
        let (geos, span) = (response.geos.len(), response.span());
        let pad = response.deliveries.iter().map(|d| d.history.len() / geos).max().unwrap_or(0);
        let long = (pad.max(response.tail) + span).max(geos * response.horizon);
        Self {
            row: vec![0.0; long],
            carried: vec![0.0; long],
            value: vec![0.0; long],
            slope: vec![0.0; response.channels.len() * geos * span],
            bent: vec![0.0; response.channels.len() * geos * span],
            effect: vec![0.0; geos * span],
            valued: Vec::new(),
            by_effect: vec![0.0; geos * span],
            by_valued: Vec::new(),
            adjoint: vec![0.0; long],
        }
    }

    /// Lays the exposure of a geo out: as much history as the window needs, the plan, silence.
    #[inline(always)]
    fn lay(&mut self, response: &Response, c: usize, g: usize, plan: &[f64], pad: usize) {
        let delivery = &response.deliveries[c];
        let (horizon, span) = (response.horizon, response.span());
        let known = delivery.history.len() / response.geos.len();
        let history = &delivery.history[g * known..(g + 1) * known];
        // History that is shorter than the window is silence before it.
        let take = known.min(pad);
        self.row[..pad - take].fill(0.0);
        self.row[pad - take..pad].copy_from_slice(&history[known - take..]);
        let first = response.cell(c, g, 0);
        let rates = &delivery.rate[g * horizon..(g + 1) * horizon];
        let spends = &plan[first..first + horizon];
        for ((e, x), r) in self.row[pad..pad + horizon].iter_mut().zip(spends).zip(rates) {
            *e = x * r;
        }
        self.row[pad + horizon..pad + span].fill(0.0);
    }

    /// Transforms every channel and sums the effects.
    #[inline(always)]
    fn forward(
        &mut self,
        response: &Response,
        draw: &DrawResponse,
        plan: &[f64],
        above: Option<(&Relaxation, usize)>,
        with_margins: bool,
    ) {
        let (geos, span, horizon) = (response.geos.len(), response.span(), response.horizon);
        self.effect.fill(0.0);
        self.valued.clear();
        if with_margins {
            self.valued.resize(geos * span, 0.0);
        }
        for (c, effect) in draw.effects.iter().enumerate() {
            let pad = effect.weights.len() - 1;
            let lids = above.and_then(|(above, d)| above.lids(d, c));
            if is_flat(response, effect) {
                self.forward_flat(response, c, effect, plan, lids, with_margins);
                continue;
            }
            for g in 0..geos {
                self.lay(response, c, g, plan, pad);
                let base = (c * geos + g) * span;
                let slope = &mut self.slope[base..base + span];
                let bent = &mut self.bent[base..base + span];
                if effect.curve_first {
                    // History saturates too; only the plan's own cells have slopes.
                    let whole = pad + span;
                    let (carried, value) = (&mut self.carried[..whole], &mut self.value[..whole]);
                    effect.curve.points(
                        &self.row[..whole],
                        carried,
                        value,
                        &mut self.adjoint[..whole],
                    );
                    slope[..horizon].copy_from_slice(&value[pad..pad + horizon]);
                    bent[..horizon].copy_from_slice(&self.adjoint[pad..pad + horizon]);
                    if let Some(lids) = lids {
                        for t in 0..horizon {
                            let lid = lids[g * horizon + t];
                            let x = self.row[pad + t];
                            if x < lid.knot {
                                carried[pad + t] = lid.level + lid.slope * x;
                                slope[t] = lid.slope;
                                bent[t] = 0.0;
                            }
                        }
                    }
                    if let Some(lift) = &effect.lift {
                        // What was reached before the plan is part of the zero and not kept.
                        carried[..pad].fill(0.0);
                        for t in 0..horizon {
                            let by = lift[g * horizon + t];
                            carried[pad + t] *= by;
                            slope[t] *= by;
                            bent[t] *= by;
                        }
                    }
                    convolve(&effect.weights, carried, pad, &mut value[..span]);
                } else {
                    let carried = &mut self.carried[..span];
                    convolve(&effect.weights, &self.row[..pad + span], pad, carried);
                    effect.curve.points(carried, &mut self.value[..span], slope, bent);
                    // Per relative change of exposure: near nothing a curve may bend without
                    // end, but never so much that a share of nothing matters.
                    bent.iter_mut().zip(&*carried).for_each(|(b, y)| *b *= y * y);
                    if let Some(lids) = lids {
                        for t in 0..span {
                            let lid = lids[g * span + t];
                            if carried[t] < lid.knot {
                                self.value[t] = lid.level + lid.slope * carried[t];
                                slope[t] = lid.slope;
                                bent[t] = 0.0;
                            }
                        }
                    }
                }
                let height = effect.height[g];
                axpy(height, &self.value[..span], &mut self.effect[g * span..(g + 1) * span]);
                if with_margins {
                    let margin = response.margins[c] * height;
                    axpy(margin, &self.value[..span], &mut self.valued[g * span..(g + 1) * span]);
                }
            }
        }
    }

    /// [`Self::forward`] of a channel without carry-over: all geos are one stretch of cells.
    #[inline(always)]
    fn forward_flat(
        &mut self,
        response: &Response,
        c: usize,
        effect: &Effect,
        plan: &[f64],
        lids: Option<&[Lid]>,
        with_margins: bool,
    ) {
        let (geos, horizon) = (response.geos.len(), response.horizon);
        let n = geos * horizon;
        let base = c * n;
        let (row, value) = (&mut self.row[..n], &mut self.value[..n]);
        let rates = response.deliveries[c].rate.iter();
        for ((e, x), r) in row.iter_mut().zip(&plan[base..base + n]).zip(rates) {
            *e = x * r * effect.weights[0];
        }
        let slope = &mut self.slope[base..base + n];
        let bent = &mut self.bent[base..base + n];
        effect.curve.points(row, value, slope, bent);
        bent.iter_mut().zip(&*row).for_each(|(b, y)| *b *= y * y);
        if let Some(lids) = lids {
            for i in 0..n {
                if row[i] < lids[i].knot {
                    value[i] = lids[i].level + lids[i].slope * row[i];
                    slope[i] = lids[i].slope;
                    bent[i] = 0.0;
                }
            }
        }
        let heights = effect.height.iter();
        for (height, (sum, value)) in
            heights.zip(self.effect.chunks_exact_mut(horizon).zip(value.chunks_exact(horizon)))
        {
            for (s, v) in sum.iter_mut().zip(value) {
                *s += height * v;
            }
        }
        if with_margins {
            let cells = self.valued.chunks_exact_mut(horizon).zip(value.chunks_exact(horizon));
            for (height, (sum, value)) in effect.height.iter().zip(cells) {
                for (s, v) in sum.iter_mut().zip(value) {
                    *s += response.margins[c] * height * v;
                }
            }
        }
    }

    /// [`Self::backward`] of such a channel.
    #[inline(always)]
    fn backward_flat(
        &mut self,
        response: &Response,
        c: usize,
        effect: &Effect,
        weight: f64,
        common: Option<f64>,
        slopes: &mut Slopes,
    ) {
        let (geos, horizon) = (response.geos.len(), response.horizon);
        let n = geos * horizon;
        let base = c * n;
        let rates = &response.deliveries[c].rate;
        let mut mass = 0.0;
        for g in 0..geos {
            let by = weight * effect.height[g];
            for i in g * horizon..(g + 1) * horizon {
                let mut d = by * self.by_effect[i];
                if common.is_none() {
                    d += by * response.margins[c] * self.by_valued[i];
                }
                let down = -d * self.bent[base + i];
                slopes.bent[base + i] += down;
                mass += down;
                slopes.gradient[base + i] +=
                    d * self.slope[base + i] * rates[i] * effect.weights[0];
            }
        }
        let mass = mass.max(0.0);
        slopes.mass[c] += mass;
        slopes.weights[c][0] += mass * effect.weights[0];
    }

    /// The draw's outcome; derivatives in the effects are kept.
    #[inline(always)]
    fn worth(
        &mut self,
        draw: &DrawResponse,
        zero: &Zero,
        common: Option<f64>,
        range: Option<&[(f64, f64)]>,
    ) -> f64 {
        let n = self.effect.len();
        self.by_valued.clear();
        if common.is_none() {
            self.by_valued.resize(n, 0.0);
        }
        let mut total = 0.0;
        for i in 0..n {
            let worth = draw.worth[i];
            let z = self.effect[i] - zero.effect[i];
            let valued = if common.is_none() { self.valued[i] - zero.valued[i] } else { 0.0 };
            let (value, by_effect, by_valued) = match (draw.link, range, common) {
                (Link::Add, _, Some(m)) => (m * z, m, 0.0),
                (Link::Add, _, None) => (valued, 0.0, 1.0),
                (Link::Multiply, None, Some(m)) => {
                    let e = exp(z);
                    (m * (e - 1.0), m * e, 0.0)
                }
                (Link::Multiply, Some(range), Some(m)) => {
                    let (low, high) = range[i];
                    let (start, slope) = chord(low, high);
                    (m * (start + slope * (z - low)), m * slope, 0.0)
                }
                // The joint effect is split over channels in proportion to their terms.
                (Link::Multiply, None, None) => {
                    let (share, slope) = per_term(z);
                    (share * valued, slope * valued, share)
                }
                (Link::Multiply, Some(range), None) => {
                    let share = if valued < 0.0 { range[i].0 } else { range[i].1 };
                    let share = per_term(share).0;
                    (share * valued, 0.0, share)
                }
            };
            total += worth * value;
            self.by_effect[i] = worth * by_effect;
            if common.is_none() {
                self.by_valued[i] = worth * by_valued;
            }
        }
        total
    }

    /// Adds the draw's derivatives to `slopes`.
    #[inline(always)]
    fn backward(
        &mut self,
        response: &Response,
        draw: &DrawResponse,
        weight: f64,
        common: Option<f64>,
        slopes: &mut Slopes,
    ) {
        let (geos, span, horizon) = (response.geos.len(), response.span(), response.horizon);
        for (c, effect) in draw.effects.iter().enumerate() {
            let pad = effect.weights.len() - 1;
            let margin = response.margins[c];
            if is_flat(response, effect) {
                self.backward_flat(response, c, effect, weight, common, slopes);
                continue;
            }
            let mut mass = 0.0;
            for g in 0..geos {
                let base = (c * geos + g) * span;
                let by = weight * effect.height[g];
                let d = &mut self.value[..span];
                for t in 0..span {
                    d[t] = by * self.by_effect[g * span + t];
                    if common.is_none() {
                        d[t] += by * margin * self.by_valued[g * span + t];
                    }
                }
                let slope = &self.slope[base..base + span];
                let bent = &self.bent[base..base + span];
                let cells = response.cell(c, g, 0)..response.cell(c, g, 0) + horizon;
                let rates = &response.deliveries[c].rate[g * horizon..(g + 1) * horizon];
                let gradient = &mut slopes.gradient[cells.clone()];
                if effect.curve_first {
                    self.adjoint[..pad + span].fill(0.0);
                    convolve_input_adjoint(
                        &effect.weights,
                        d,
                        pad,
                        &mut self.adjoint[..pad + span],
                    );
                    let diagonal = &mut slopes.diagonal[cells];
                    for t in 0..horizon {
                        let up = self.adjoint[pad + t];
                        gradient[t] += up * slope[t] * rates[t];
                        diagonal[t] -= up * bent[t] * rates[t] * rates[t];
                    }
                } else {
                    for t in 0..span {
                        let down = -d[t] * bent[t];
                        slopes.bent[base + t] += down;
                        mass += down;
                        d[t] *= slope[t];
                    }
                    self.adjoint[..pad + span].fill(0.0);
                    convolve_input_adjoint(
                        &effect.weights,
                        d,
                        pad,
                        &mut self.adjoint[..pad + span],
                    );
                    for t in 0..horizon {
                        gradient[t] += self.adjoint[pad + t] * rates[t];
                    }
                }
            }
            // Convex stretches of a curve pull towards no carry-over at all.
            let mass = mass.max(0.0);
            slopes.mass[c] += mass;
            axpy(mass, &effect.weights, &mut slopes.weights[c][..pad + 1]);
        }
    }
}

/// Whether nothing is carried over, so that cells stand for themselves.
#[inline(always)]
fn is_flat(response: &Response, effect: &Effect) -> bool {
    response.tail == 0 && effect.weights.len() == 1 && !effect.curve_first
}

/// `e^low − 1` and the slope of the chord of `e^z` from `low` to `high`.
#[inline(always)]
fn chord(low: f64, high: f64) -> (f64, f64) {
    let start = exp(low);
    let width = high - low;
    // The chord of a narrow range is the tangent at its upper end, which lies above it.
    let slope = if width > 1e-6 { (exp(high) - start) / width } else { exp(high) };
    (start - 1.0, slope)
}

/// `(e^z − 1) / z` and its derivative.
#[inline(always)]
fn per_term(z: f64) -> (f64, f64) {
    if z.abs() < 1e-4 {
        (1.0 + 0.5 * z + z * z / 6.0, 0.5 + z / 3.0)
    } else {
        let e = exp(z);
        let share = (e - 1.0) / z;
        (share, (e - share) / z)
    }
}

/// Carried exposure of a plan in one draw and geo, for the ranges of a relaxation: cells `[span]`
/// (or the plan's own exposures `[horizon]` where saturation comes first).
#[inline(always)]
pub(crate) fn exposures(
    response: &Response,
    effect: &Effect,
    c: usize,
    g: usize,
    plan: &[f64],
) -> Vec<f64> {
    let pad = effect.weights.len() - 1;
    let mut work = vec![0.0; pad + response.span()];
    let delivery = &response.deliveries[c];
    let known = delivery.history.len() / response.geos.len();
    let take = known.min(pad);
    let history = &delivery.history[g * known..(g + 1) * known];
    work[pad - take..pad].copy_from_slice(&history[known - take..]);
    let first = response.cell(c, g, 0);
    for t in 0..response.horizon {
        work[pad + t] = plan[first + t] * delivery.rate[g * response.horizon + t];
    }
    if effect.curve_first {
        return work[pad..pad + response.horizon].to_vec();
    }
    let mut carried = vec![0.0; response.span()];
    convolve(&effect.weights, &work, pad, &mut carried);
    carried
}

/// Effect of one channel in one draw under a plan, `height · curve` with what history does, `[geo ×
/// span]`.
pub(crate) fn effect(response: &Response, draw: &DrawResponse, c: usize, plan: &[f64]) -> Vec<f64> {
    dispatch(Single { response, draw, c, plan })
}

struct Single<'a> {
    response: &'a Response,
    draw: &'a DrawResponse,
    c: usize,
    plan: &'a [f64],
}

impl Kernel for Single<'_> {
    type Output = Vec<f64>;

    #[inline(always)]
    fn run(self) -> Vec<f64> {
        effect_inlined(self.response, self.draw, self.c, self.plan)
    }
}

#[inline(always)]
fn effect_inlined(response: &Response, draw: &DrawResponse, c: usize, plan: &[f64]) -> Vec<f64> {
    let (geos, horizon, span) = (response.geos.len(), response.horizon, response.span());
    let effect = &draw.effects[c];
    let pad = effect.weights.len() - 1;
    let delivery = &response.deliveries[c];
    let known = delivery.history.len() / geos;
    let take = known.min(pad);
    let mut out = vec![0.0; geos * span];
    let mut row = vec![0.0; pad + span];
    for g in 0..geos {
        row.fill(0.0);
        let history = &delivery.history[g * known..(g + 1) * known];
        row[pad - take..pad].copy_from_slice(&history[known - take..]);
        let first = response.cell(c, g, 0);
        for t in 0..horizon {
            row[pad + t] = plan[first + t] * delivery.rate[g * horizon + t];
        }
        if effect.curve_first {
            row.iter_mut().for_each(|x| *x = effect.curve.at(*x).value);
            if let Some(lift) = &effect.lift {
                row[..pad].fill(0.0);
                for t in 0..horizon {
                    row[pad + t] *= lift[g * horizon + t];
                }
            }
        }
        let cells = &mut out[g * span..(g + 1) * span];
        convolve(&effect.weights, &row, pad, cells);
        for v in cells.iter_mut() {
            let value = if effect.curve_first { *v } else { effect.curve.at(*v).value };
            *v = value * effect.height[g];
        }
    }
    out
}
