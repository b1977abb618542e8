//! Dividing a budget over channels for the highest combined reach.
//!
//! Under independence (Sainsbury), `−ln(1 − R) = Σ −ln(1 − r_i(b_i))`: a sum of one function per
//! channel. Where each is concave, the best split equalises marginals (water-filling; Boyd and
//! Vandenberghe 2004, section 5.5.3). Otherwise (k+ reach is S-shaped, kept points need not be
//! concave) dynamic programming finds the best split on a grid, which exchanges between pairs of
//! channels then refine. With duplication factors nothing separates: exchanges start from the
//! independent split and from the budget in single channels.

use serde::{Deserialize, Serialize};

use super::curve::ReachCurve;
use super::duplication::{
    CombinedReach, Duplication, PairFactor, combined_frequency, same_population,
};
use super::error::{ReachError, check};
use objective::Objective;

mod equal_marginals;
mod exchange;
mod grid;
mod objective;
#[cfg(test)]
mod tests;

/// Smallest and largest spend of a channel.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bounds {
    /// At least this.
    #[serde(default)]
    pub least: f64,
    /// At most this; no limit unless given.
    #[serde(default)]
    pub most: Option<f64>,
}

/// What is to be divided, and how reach is counted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SplitRequest {
    /// Money to divide.
    pub budget: f64,
    /// A channel reaches a person when it does so at least this often; 1 unless given.
    #[serde(default = "default_frequency")]
    pub frequency: u32,
    /// Bounds in the order of the curves; none for all unless given.
    #[serde(default)]
    pub bounds: Vec<Bounds>,
    /// Known overlaps; other pairs are independent.
    #[serde(default)]
    pub duplication: Vec<PairFactor>,
    /// Grid steps of the dynamic programme; 400 unless given.
    #[serde(default = "default_steps")]
    pub steps: usize,
}

fn default_frequency() -> u32 {
    1
}

fn default_steps() -> usize {
    400
}

impl SplitRequest {
    /// The highest 1+ reach for `budget`, without bounds, of independent channels.
    pub fn new(budget: f64) -> Self {
        let (frequency, steps) = (default_frequency(), default_steps());
        Self { budget, frequency, bounds: Vec::new(), duplication: Vec::new(), steps }
    }
}

/// How a split was found, and so how sure it is to be the best.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum SplitMethod {
    /// Equal marginals on concave curves: the best split there is.
    EqualMarginals,
    /// The best on a grid of this step, refined: at least as good as any split on the grid.
    Grid {
        /// Money per step.
        step: f64,
    },
    /// Exchanges between pairs of channels from several starts: no pair of channels can improve it.
    Exchange,
}

/// One channel of a split.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ChannelShare {
    /// The channel.
    pub channel: String,
    /// Money.
    pub spend: f64,
    /// The same in the unit of its curve.
    pub bought: f64,
    /// People this channel reaches at least as often as asked.
    pub people: f64,
    /// The same as a share of the population.
    pub share: f64,
    /// Whether this lies beyond the points of its curve.
    pub extrapolated: bool,
}

/// A budget divided over channels.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = ReachSplit))]
pub struct Split {
    /// The channels, in the order of the curves.
    pub channels: Vec<ChannelShare>,
    /// People whom at least one channel reaches as often as asked, as shares.
    pub combined: CombinedReach,
    /// The same in people.
    pub people: f64,
    /// Share of people exposed as often as asked over all channels together, if independent.
    pub across: f64,
    /// Money used.
    pub spent: f64,
    /// Money for which the bounds leave no room.
    pub unspent: f64,
    /// Money for one more person, spent where it reaches most; none where there is no room.
    pub next_person_cost: Option<f64>,
    /// How the split was found.
    pub method: SplitMethod,
}

/// The split of a budget with the highest combined reach.
///
/// ```
/// use outlay_planner::reach::{FitSettings, ReachPoint, ReachPoints, SplitRequest, Unit, fit, split};
///
/// let curve = |channel: &str, points: [(f64, f64); 2]| {
///     let points = points.map(|(bought, reached)| ReachPoint { bought, frequency: 1, reached });
///     let given = ReachPoints {
///         channel: channel.into(),
///         segment: Default::default(),
///         population: 1e6,
///         unit: Unit::Spend,
///         cost_per_thousand: None,
///         points: points.to_vec(),
///     };
///     fit(&given, &FitSettings::default()).map(|(curve, _)| curve)
/// };
/// let curves = [
///     curve("tv", [(1e4, 2e5), (5e4, 5e5)])?,
///     curve("video", [(1e4, 1e5), (5e4, 3.5e5)])?,
/// ];
/// let best = split(&curves, &SplitRequest::new(5e4))?;
/// assert!(best.people > curves[0].reach(5e4, 1) && best.people > curves[1].reach(5e4, 1));
/// assert!((best.spent - 5e4).abs() < 1e-6);
/// # Ok::<(), outlay_planner::reach::ReachError>(())
/// ```
///
/// # Errors
/// [`ReachError::NoCost`] for a curve in impressions without a price,
/// [`ReachError::PopulationsDiffer`] for curves of different segments, [`ReachError::Budget`] where
/// the least spends exceed the budget, [`ReachError::Value`], [`ReachError::Lengths`] and
/// [`ReachError::UnknownChannel`] for requests that make no sense.
pub fn split(curves: &[ReachCurve], request: &SplitRequest) -> Result<Split, ReachError> {
    let objective = Objective::new(curves, request)?;
    Ok(divide(&objective, request.budget, request.steps))
}

/// The cheapest split that reaches `people` by at least one channel; `request.budget` is the most
/// that may be spent.
///
/// # Errors
/// As [`split`], and [`ReachError::Target`] where even the whole budget reaches too few.
pub fn cheapest(
    people: f64,
    curves: &[ReachCurve],
    request: &SplitRequest,
) -> Result<Split, ReachError> {
    check("the number of people to reach", "zero or more", people, people >= 0.0)?;
    let objective = Objective::new(curves, request)?;
    let mut best = divide(&objective, request.budget, request.steps);
    if best.people < people {
        return Err(ReachError::Target { target: people, at_most: best.people });
    }
    let (mut low, mut high) = (objective.least.iter().sum::<f64>(), best.spent);
    let smallest = divide(&objective, low, request.steps);
    if smallest.people >= people {
        return Ok(smallest);
    }
    // A millionth of the budget is finer than any reach curve knows.
    while high - low > 1e-6 * request.budget {
        let middle = 0.5 * (low + high);
        let candidate = divide(&objective, middle, request.steps);
        if candidate.people >= people {
            (high, best) = (middle, candidate);
        } else {
            low = middle;
        }
    }
    Ok(best)
}

/// The best split of a budget that covers the least spends.
fn divide(objective: &Objective<'_>, budget: f64, steps: usize) -> Split {
    let (spends, method) = if objective.is_concave() {
        let spends = equal_marginals::solve(objective, budget);
        (spends, SplitMethod::EqualMarginals)
    } else {
        let (spends, step) = grid::solve(objective, budget, steps);
        let spends = exchange::improve(objective, spends, budget, |s| objective.separable(s));
        (spends, SplitMethod::Grid { step })
    };
    if objective.duplication.is_independent() {
        return objective.describe(&spends, budget, method);
    }
    let mut best = (f64::NEG_INFINITY, spends.clone());
    for start in exchange::starts(objective, spends, budget) {
        let spends = exchange::improve(objective, start, budget, |s| objective.combined(s));
        let value = objective.combined(&spends);
        if value > best.0 {
            best = (value, spends);
        }
    }
    objective.describe(&best.1, budget, SplitMethod::Exchange)
}
