//! The concave function above an objective over a box of plans.
//!
//! Each curve is replaced by the least concave function above it over the exposures that the box
//! allows, and where effects multiply, `e^z` by its chord over the effects that it allows. The
//! result is concave and nowhere below the objective; the smaller the box, the closer it lies.

use outlay_stats::simd::{Kernel, dispatch};
use rayon::prelude::*;

use crate::curve::{Curve, Lid};
use crate::evaluate::exposures;
use crate::response::{DrawResponse, Link, Response};

/// Lids of one draw, per channel.
type Lids = Vec<Option<Vec<Lid>>>;

/// What is needed to evaluate the concave function above.
#[derive(Debug, Clone)]
pub(crate) struct Relaxation {
    lids: Vec<Lids>,
    /// Effects that the box allows, relative to none: `[draw][geo × span]`; empty where effects
    /// add.
    ranges: Vec<Vec<(f64, f64)>>,
}

impl Relaxation {
    /// The function above, over plans between `low` and `high` (spend per cell).
    pub(crate) fn new(response: &Response, low: &[f64], high: &[f64]) -> Self {
        let both: Vec<(Lids, Vec<(f64, f64)>)> = response
            .draws
            .par_iter()
            .map(|draw| dispatch(OfDraw { response, draw, low, high }))
            .collect();
        let (lids, ranges) = both.into_iter().unzip();
        Self { lids, ranges }
    }

    /// Lids of a channel in a draw; `None` where it has none.
    #[inline(always)]
    pub(crate) fn lids(&self, draw: usize, channel: usize) -> Option<&[Lid]> {
        self.lids[draw][channel].as_deref()
    }

    /// Range of effects per cell.
    #[inline(always)]
    pub(crate) fn range(&self, draw: usize) -> &[(f64, f64)] {
        &self.ranges[draw]
    }

    /// Narrows the upper ends of the effects of a draw.
    pub(crate) fn cap(&mut self, draw: usize, cell: usize, high: f64) {
        if let Some((low, known)) = self.ranges[draw].get_mut(cell) {
            *known = known.min(high).max(*low);
        }
    }
}

struct OfDraw<'a> {
    response: &'a Response,
    draw: &'a DrawResponse,
    low: &'a [f64],
    high: &'a [f64],
}

impl Kernel for OfDraw<'_> {
    type Output = (Lids, Vec<(f64, f64)>);

    #[inline(always)]
    fn run(self) -> Self::Output {
        of_draw(self.response, self.draw, self.low, self.high)
    }
}

#[inline(always)]
fn of_draw(
    response: &Response,
    draw: &DrawResponse,
    low: &[f64],
    high: &[f64],
) -> (Lids, Vec<(f64, f64)>) {
    let (geos, span) = (response.geos.len(), response.span());
    let multiply = draw.link == Link::Multiply;
    let mut range = vec![(0.0, 0.0); if multiply { geos * span } else { 0 }];
    let mut lids: Lids = Vec::with_capacity(draw.effects.len());
    for (c, effect) in draw.effects.iter().enumerate() {
        let bends = effect.curve.inflection().is_some();
        let negative = effect.height.iter().any(|h| *h < 0.0);
        if !bends && !negative && !multiply {
            lids.push(None);
            continue;
        }
        let mut own = Vec::new();
        for g in 0..geos {
            let (from, to) =
                (exposures(response, effect, c, g, low), exposures(response, effect, c, g, high));
            let height = effect.height[g];
            if bends || negative {
                // A loop: a closure would not be inlined into vector code.
                for (a, b) in from.iter().zip(&to) {
                    own.push(if height < 0.0 {
                        floor(effect.curve, *a, *b)
                    } else {
                        effect.curve.lid(*a, *b)
                    });
                }
            }
            if multiply {
                let nothing = vec![0.0; low.len()];
                let none = exposures(response, effect, c, g, &nothing);
                let cells = &mut range[g * span..(g + 1) * span];
                let n = from.len();
                let [mut least, mut most, mut zero] = [(); 3].map(|()| vec![0.0; n]);
                let [mut slope, mut bent] = [(); 2].map(|()| vec![0.0; n]);
                effect.curve.points(&from, &mut least, &mut slope, &mut bent);
                effect.curve.points(&to, &mut most, &mut slope, &mut bent);
                effect.curve.points(&none, &mut zero, &mut slope, &mut bent);
                for t in 0..n {
                    let lift = match &effect.lift {
                        Some(lift) if effect.curve_first => lift[g * n + t],
                        _ => 1.0,
                    };
                    let a = height * lift * (least[t] - zero[t]);
                    let b = height * lift * (most[t] - zero[t]);
                    if !effect.curve_first {
                        cells[t].0 += a.min(b);
                        cells[t].1 += a.max(b);
                        continue;
                    }
                    for (cell, w) in cells[t..].iter_mut().zip(&effect.weights) {
                        cell.0 += (w * a).min(w * b);
                        cell.1 += (w * a).max(w * b);
                    }
                }
            }
        }
        lids.push((bends || negative).then_some(own));
    }
    (lids, range)
}

/// A line below a curve on an interval: minus the curve times a negative height lies below it.
#[inline(always)]
fn floor(curve: Curve, low: f64, high: f64) -> Lid {
    let start = curve.at(low);
    let chord =
        if high > low { (curve.at(high).value - start.value) / (high - low) } else { start.slope };
    let slope = chord.min(start.slope);
    Lid { knot: f64::INFINITY, slope, level: start.value - slope * low }
}
