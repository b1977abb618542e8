//! The frequency with the highest expected effect for given impressions.
//!
//! Impressions `I` are fixed; a frequency `f` reaches `I/f` people, at most those who can be
//! reached. With `s_d(f)` the effect of draw `d` on a person reached `f` times, the optimum is
//!
//! ```text
//! f* = argmax  mean_d [ min(I/f, reachable) · s_d(f) ],   max(1, I/reachable) ≤ f ≤ largest
//! ```
//!
//! Meridian's definition (`Analyzer.optimal_freq`, Google 2024: the same on the grid 1, 1.1, …,
//! largest, by return on a spend that does not change) without its grid: the best grid point is
//! refined by golden section. Carry-over is linear and the frequency the same everywhere, so that
//! adstocked impressions and coefficients are factors of a draw and belong into `s_d`.

use serde::{Deserialize, Serialize};

use super::error::{ReachError, check};

/// What is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FrequencyQuestion {
    /// Impressions to deliver.
    pub impressions: f64,
    /// People who can be reached; no limit unless given.
    #[serde(default)]
    pub reachable: Option<f64>,
    /// Largest frequency considered: the largest in the data, unless there is reason to
    /// believe the response beyond it.
    pub largest: f64,
    /// Today's frequency, to see what staying with it loses.
    #[serde(default)]
    pub current: Option<f64>,
    /// Distance of grid points; 0.1 unless given, as in Meridian.
    #[serde(default = "default_step")]
    pub step: f64,
    /// Level of the intervals; 0.9 unless given.
    #[serde(default = "default_level")]
    pub level: f64,
}

fn default_step() -> f64 {
    0.1
}

fn default_level() -> f64 {
    0.9
}

impl FrequencyQuestion {
    /// A question with the default grid and level.
    pub fn new(impressions: f64, largest: f64) -> Self {
        let (step, level) = (default_step(), default_level());
        Self { impressions, reachable: None, largest, current: None, step, level }
    }
}

/// One draw's response by a Hill function of frequency, as Meridian and `outlay-mmm` have it:
/// `effect · f^slope / (f^slope + half_saturation^slope)`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct HillResponse {
    /// Frequency at half of the full effect.
    pub half_saturation: f64,
    /// Slope; above 1 there is an optimum between the borders.
    pub slope: f64,
    /// Full effect on a reached person.
    pub effect: f64,
}

impl HillResponse {
    /// Effect on a person reached `frequency` times.
    pub fn at(&self, frequency: f64) -> f64 {
        self.effect / (1.0 + (self.half_saturation / frequency).powf(self.slope))
    }
}

/// A mean and an interval over draws.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// Mean.
    pub mean: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// A border at which an optimum lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Border {
    /// Everybody once: spreading impressions always pays.
    OncePerPerson,
    /// Everybody who can be reached is: fewer repetitions are not possible.
    Reachable,
    /// The largest frequency considered: the true optimum may lie beyond.
    Largest,
}

/// The expected effect at one frequency.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct FrequencyPoint {
    /// The frequency.
    pub frequency: f64,
    /// People reached.
    pub reach: f64,
    /// Total effect.
    pub effect: Estimate,
}

/// What staying with today's frequency loses.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Staying {
    /// Today's frequency.
    pub frequency: f64,
    /// Effect lost against the optimum; a draw may lose less than nothing.
    pub loss: Estimate,
    /// Mean loss as a share of the effect at the optimum.
    pub share: f64,
    /// Share of draws in which moving gains.
    pub probability: f64,
}

/// The optimal frequency and how sure it is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OptimalFrequency {
    /// The frequency with the highest posterior mean effect.
    pub frequency: f64,
    /// The best point of the grid: Meridian's answer.
    pub grid_frequency: f64,
    /// The optima of single draws: mean and interval.
    pub per_draw: Estimate,
    /// Share of draws whose own optimum lies at a border.
    pub draws_at_border: f64,
    /// People reached at the optimum.
    pub reach: f64,
    /// Effect at the optimum.
    pub effect: Estimate,
    /// The border at which the optimum lies, if any.
    pub border: Option<Border>,
    /// What staying loses, where today's frequency was given.
    pub staying: Option<Staying>,
    /// The effect over the grid.
    pub curve: Vec<FrequencyPoint>,
}

/// The frequency with the highest posterior mean effect.
///
/// `response(draw, frequency)` is the effect on one person reached `frequency` times, for draws
/// `0..draws`.
///
/// ```
/// use outlay_planner::reach::{FrequencyQuestion, HillResponse, optimal_frequency};
///
/// let draws = [2.5, 3.0, 3.5].map(|half_saturation| HillResponse {
///     half_saturation,
///     slope: 2.0,
///     effect: 1.0,
/// });
/// let question = FrequencyQuestion::new(1e6, 10.0);
/// let best = optimal_frequency(&question, draws.len(), |d, f| draws[d].at(f))?;
/// assert!((best.frequency - 3.0).abs() < 0.1);
/// # Ok::<(), outlay_planner::reach::ReachError>(())
/// ```
///
/// # Errors
/// [`ReachError::Value`] for a question that makes no sense, [`ReachError::Nothing`] without draws,
/// [`ReachError::TooManyImpressions`] where even the largest frequency cannot deliver them,
/// [`ReachError::Response`] where the response is not a number.
pub fn optimal_frequency(
    question: &FrequencyQuestion,
    draws: usize,
    response: impl Fn(usize, f64) -> f64,
) -> Result<OptimalFrequency, ReachError> {
    let (grid, reachable) = grid(question)?;
    if draws == 0 {
        return Err(ReachError::Nothing { what: "draws" });
    }
    let reach = |frequency: f64| (question.impressions / frequency).min(reachable);
    let effect = |draw: usize, frequency: f64| reach(frequency) * response(draw, frequency);
    let mean = |f: f64| (0..draws).map(|d| effect(d, f)).sum::<f64>() / draws as f64;
    let estimate = |values: Vec<f64>| Estimate::of(values, question.level);
    let effects = |f: f64| (0..draws).map(|d| effect(d, f)).collect::<Vec<f64>>();

    let mut curve = Vec::with_capacity(grid.len());
    let mut best_of_draw = vec![(0, f64::NEG_INFINITY); draws];
    for (i, &frequency) in grid.iter().enumerate() {
        let values = effects(frequency);
        if let Some(draw) = values.iter().position(|value| !value.is_finite()) {
            return Err(ReachError::Response { draw, frequency });
        }
        for (best, &value) in best_of_draw.iter_mut().zip(&values) {
            if value > best.1 {
                *best = (i, value);
            }
        }
        curve.push(FrequencyPoint { frequency, reach: reach(frequency), effect: estimate(values) });
    }

    let peak = (1..grid.len())
        .fold(0, |best, i| if curve[i].effect.mean > curve[best].effect.mean { i } else { best });
    let frequency = refine(&grid, peak, mean);
    let optima: Vec<f64> = best_of_draw
        .iter()
        .enumerate()
        .map(|(d, best)| refine(&grid, best.0, |f| effect(d, f)))
        .collect();
    let at_border = optima.iter().filter(|&&f| border(f, &grid).is_some()).count();
    let staying = question.current.map(|current| {
        let loss: Vec<f64> =
            (0..draws).map(|d| effect(d, frequency) - effect(d, current)).collect();
        let probability = loss.iter().filter(|&&l| l > 0.0).count() as f64 / draws as f64;
        let (loss, full) = (estimate(loss), mean(frequency));
        let share = if full == 0.0 { 0.0 } else { loss.mean / full };
        Staying { frequency: current, loss, share, probability }
    });
    Ok(OptimalFrequency {
        frequency,
        grid_frequency: grid[peak],
        per_draw: estimate(optima),
        draws_at_border: at_border as f64 / draws as f64,
        reach: reach(frequency),
        effect: estimate(effects(frequency)),
        border: border(frequency, &grid),
        staying,
        curve,
    })
}

/// The frequencies considered, and the people who can be reached.
fn grid(question: &FrequencyQuestion) -> Result<(Vec<f64>, f64), ReachError> {
    let q = question;
    check("the number of impressions", "positive", q.impressions, q.impressions > 0.0)?;
    check("the largest frequency", "above 1", q.largest, q.largest > 1.0)?;
    // The step also bounds the work: ten thousand grid points are more than any response shows.
    let fine = q.largest / 1e4;
    check("the grid step", "positive and not tiny", q.step, q.step > 0.0 && q.step >= fine)?;
    check("the level", "between 0 and 1", q.level, q.level > 0.0 && q.level < 1.0)?;
    if let Some(current) = q.current {
        check("today's frequency", "1 or more", current, current >= 1.0)?;
    }
    let reachable = q.reachable.unwrap_or(f64::INFINITY);
    if q.reachable.is_some() {
        check("the number of reachable people", "positive", reachable, reachable > 0.0)?;
    }
    let smallest = (q.impressions / reachable).max(1.0);
    if smallest > q.largest {
        let (impressions, largest) = (q.impressions, q.largest);
        return Err(ReachError::TooManyImpressions { impressions, reachable, largest });
    }
    let mut grid = vec![smallest];
    // Points by multiplication, so that no error adds up; half a thousandth of a step is rounding.
    let points = ((q.largest - 1.0) / q.step + 5e-4) as usize;
    let inside = (1..=points).map(|i| 1.0 + i as f64 * q.step);
    grid.extend(inside.filter(|&f| f > smallest && f < q.largest - 5e-4 * q.step));
    if q.largest > smallest {
        grid.push(q.largest);
    }
    Ok((grid, reachable))
}

/// The border at which a frequency lies.
fn border(frequency: f64, grid: &[f64]) -> Option<Border> {
    if frequency >= grid[grid.len() - 1] {
        return Some(Border::Largest);
    }
    (frequency <= grid[0]).then_some(if grid[0] > 1.0 {
        Border::Reachable
    } else {
        Border::OncePerPerson
    })
}

/// The maximum of `f` between the neighbours of the best grid point, by golden section
/// (Kiefer 1953).
fn refine(grid: &[f64], peak: usize, f: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (grid[peak.saturating_sub(1)], grid[(peak + 1).min(grid.len() - 1)]);
    let inner = 0.5 * (5.0f64.sqrt() - 1.0);
    let (mut a, mut b) = (high - inner * (high - low), low + inner * (high - low));
    let (mut value_a, mut value_b) = (f(a), f(b));
    // Below this width values differ by rounding only.
    while high - low > 1e-7 * high {
        if value_a >= value_b {
            (high, b, value_b) = (b, a, value_a);
            a = high - inner * (high - low);
            value_a = f(a);
        } else {
            (low, a, value_a) = (a, b, value_b);
            b = low + inner * (high - low);
            value_b = f(b);
        }
    }
    let middle = 0.5 * (low + high);
    if f(middle) > f(grid[peak]) { middle } else { grid[peak] }
}

impl Estimate {
    /// Mean and equal-tailed interval; `values` holds at least one.
    fn of(mut values: Vec<f64>, level: f64) -> Self {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        values.sort_by(f64::total_cmp);
        let tail = 0.5 * (1.0 - level);
        let quantile = |p: f64| {
            let at = p * (values.len() - 1) as f64;
            let (below, above) = (values[at.floor() as usize], values[at.ceil() as usize]);
            below + at.fract() * (above - below)
        };
        Self { mean, low: quantile(tail), high: quantile(1.0 - tail) }
    }
}

#[cfg(test)]
mod tests;
