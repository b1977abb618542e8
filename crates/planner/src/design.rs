//! Which decisions a plan has, and how they spread over channels, geos and periods.

use serde::{Deserialize, Serialize};

use crate::evaluate::Slopes;
use crate::response::Response;
use crate::solve::quadratic::Curvature;

/// How finely money is placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Resolution {
    /// One total per channel; it is spread over geos and periods as in the pattern.
    Channel,
    /// One total per channel and geo, spread over periods as in the pattern.
    Geo,
    /// One amount per channel and period, spread over geos as in the pattern.
    Period,
    /// Every cell by itself.
    Cell,
}

/// A decision: money for some cells in fixed shares.
#[derive(Debug, Clone, PartialEq)]
pub struct Variable {
    /// Channel.
    pub channel: usize,
    /// Geo, where the decision is for one.
    pub geo: Option<usize>,
    /// Period, where the decision is for one.
    pub period: Option<usize>,
    /// `(cell, share)`; shares sum to one.
    pub shares: Vec<(usize, f64)>,
}

/// All decisions of a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Design {
    /// The decisions.
    pub variables: Vec<Variable>,
    cells: usize,
}

impl Design {
    /// Decisions at a resolution. `pattern` (spend per cell, a reference) gives the shares; where
    /// it has nothing, money is spread evenly over the cells that are open. Cells that are not
    /// `open` get none.
    pub fn new(
        response: &Response,
        resolution: Resolution,
        pattern: &[f64],
        open: &[bool],
    ) -> Self {
        let (geos, horizon) = (response.geos.len(), response.horizon);
        let mut variables = Vec::new();
        let each = |n: usize, split: bool| -> Vec<Option<usize>> {
            if split { (0..n).map(Some).collect() } else { vec![None] }
        };
        let by_geo = matches!(resolution, Resolution::Geo | Resolution::Cell);
        let by_period = matches!(resolution, Resolution::Period | Resolution::Cell);
        for channel in 0..response.channels.len() {
            for geo in each(geos, by_geo) {
                for period in each(horizon, by_period) {
                    let chosen = |own: Option<usize>, n: usize| own.map_or(0..n, |k| k..k + 1);
                    let cells: Vec<usize> = chosen(geo, geos)
                        .flat_map(|g| chosen(period, horizon).map(move |t| (g, t)))
                        .map(|(g, t)| response.cell(channel, g, t))
                        .collect();
                    let shares = shares(&cells, pattern, open);
                    variables.push(Variable { channel, geo, period, shares });
                }
            }
        }
        Self { variables, cells: response.cells() }
    }

    /// Spend per cell.
    pub fn spread(&self, x: &[f64]) -> Vec<f64> {
        let mut plan = vec![0.0; self.cells];
        for (variable, x) in self.variables.iter().zip(x) {
            for (cell, share) in &variable.shares {
                plan[*cell] += share * x;
            }
        }
        plan
    }

    /// Money per decision of a plan given per cell.
    pub fn gather(&self, plan: &[f64]) -> Vec<f64> {
        let own = |v: &Variable| v.shares.iter().map(|(cell, _)| plan[*cell]).sum();
        self.variables.iter().map(own).collect()
    }

    /// Derivatives per decision of derivatives per cell.
    pub(crate) fn pull(&self, gradient: &[f64]) -> Vec<f64> {
        let own = |v: &Variable| v.shares.iter().map(|(cell, share)| gradient[*cell] * share).sum();
        self.variables.iter().map(own).collect()
    }

    /// Downward curvature per pair of decisions at a plan, from the curvature over carried exposure.
    pub(crate) fn curvature(
        &self,
        response: &Response,
        slopes: &Slopes,
        plan: &[f64],
    ) -> Curvature {
        let mut entries = Vec::new();
        for (channel, own) in self.of_channels(response).into_iter().enumerate() {
            self.curvature_of(response, slopes, plan, channel, &own, &mut entries);
        }
        entries
    }

    /// Decisions of each channel.
    fn of_channels(&self, response: &Response) -> Vec<Vec<usize>> {
        let mut own = vec![Vec::new(); response.channels.len()];
        for (j, v) in self.variables.iter().enumerate() {
            own[v.channel].push(j);
        }
        own
    }

    fn curvature_of(
        &self,
        response: &Response,
        slopes: &Slopes,
        plan: &[f64],
        channel: usize,
        own: &[usize],
        entries: &mut Curvature,
    ) {
        let (geos, horizon, span) = (response.geos.len(), response.horizon, response.span());
        let mass = slopes.mass[channel];
        let mut weights = slopes.weights[channel].clone();
        if mass > 0.0 {
            weights.iter_mut().for_each(|w| *w /= mass);
        }
        let mut sums = std::collections::BTreeMap::<(usize, usize), f64>::new();
        for g in 0..geos {
            let rate = &response.deliveries[channel].rate[g * horizon..(g + 1) * horizon];
            let first = response.cell(channel, g, 0);
            let carried = carried(response, channel, g, plan, &weights);
            let bent: Vec<f64> = slopes.bent[(channel * geos + g) * span..][..span]
                .iter()
                .zip(&carried)
                .map(|(b, y)| if *y > 0.0 { b / (y * y) } else { 0.0 })
                .collect();
            // What each decision does to carried exposure in this geo: first period, values.
            let mut moves: Vec<(usize, usize, Vec<f64>)> = Vec::new();
            for j in own {
                let inside: Vec<(usize, f64)> = self.variables[*j]
                    .shares
                    .iter()
                    .filter(|(cell, _)| (first..first + horizon).contains(cell))
                    .map(|(cell, share)| (cell - first, *share))
                    .collect();
                let (Some(start), Some(end)) =
                    (inside.iter().map(|(t, _)| *t).min(), inside.iter().map(|(t, _)| *t).max())
                else {
                    continue;
                };
                let end = (end + weights.len()).min(span);
                let mut moved = vec![0.0; end - start];
                for (t, share) in &inside {
                    let diagonal = slopes.diagonal[first + t] * share * share;
                    if diagonal > 0.0 {
                        *sums.entry((*j, *j)).or_default() += diagonal;
                    }
                    for (l, w) in weights.iter().enumerate() {
                        if t + l < end {
                            moved[t + l - start] += w * rate[*t] * share;
                        }
                    }
                }
                moves.push((*j, start, moved));
            }
            if mass <= 0.0 {
                continue;
            }
            for (place, (i, from, a)) in moves.iter().enumerate() {
                for (j, other, b) in &moves[place..] {
                    let (low, high) = ((*from).max(*other), (from + a.len()).min(other + b.len()));
                    let sum: f64 =
                        (low..high).map(|s| bent[s].max(0.0) * a[s - from] * b[s - other]).sum();
                    if sum > 0.0 {
                        *sums.entry((*i.min(j), *i.max(j))).or_default() += sum;
                    }
                }
            }
        }
        entries.extend(sums.into_iter().map(|((i, j), v)| (i, j, v)));
    }
}

/// Carried exposure of a plan in a geo under given weights.
fn carried(
    response: &Response,
    channel: usize,
    g: usize,
    plan: &[f64],
    weights: &[f64],
) -> Vec<f64> {
    let (geos, horizon, span) = (response.geos.len(), response.horizon, response.span());
    let delivery = &response.deliveries[channel];
    let known = delivery.history.len() / geos;
    let history = &delivery.history[g * known..(g + 1) * known];
    let first = response.cell(channel, g, 0);
    let exposure = |t: usize, lag: usize| match t.checked_sub(lag) {
        Some(t) if t < horizon => plan[first + t] * delivery.rate[g * horizon + t],
        Some(_) => 0.0,
        None => (known + t).checked_sub(lag).map_or(0.0, |k| history[k]),
    };
    (0..span)
        .map(|t| weights.iter().enumerate().map(|(lag, w)| w * exposure(t, lag)).sum())
        .collect()
}

fn shares(cells: &[usize], pattern: &[f64], open: &[bool]) -> Vec<(usize, f64)> {
    let known: f64 = cells.iter().filter(|c| open[**c]).map(|c| pattern[*c]).sum();
    let count = cells.iter().filter(|c| open[**c]).count();
    let share = |c: usize| {
        if !open[c] {
            0.0
        } else if known > 0.0 {
            pattern[c] / known
        } else {
            1.0 / count as f64
        }
    };
    cells.iter().map(|c| (*c, share(*c))).collect()
}
