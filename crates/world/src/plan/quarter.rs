//! The quarter after the data, as a mechanism of its own.

use outlay_core::{Exposure, Granularity, Grid};

use crate::mechanism::{Mechanism, Units};
use crate::simulate::World;

/// What the next quarter would bring under any budget; see the module [`crate::plan`].
#[derive(Debug, Clone)]
pub struct Quarter {
    /// Its history is the end of the data, its periods are the quarter and the time after it.
    mechanism: Mechanism,
    /// Exposures of the reference.
    plan: Vec<Exposure>,
    /// Spend of the reference per paid channel.
    spend: Vec<f64>,
    periods: usize,
    worth: f64,
}

/// Periods of a quarter, and of a year in whole weeks.
fn lengths(granularity: Granularity) -> (usize, usize) {
    match granularity {
        Granularity::Day => (91, 364),
        Granularity::Week => (13, 52),
        Granularity::Month => (3, 12),
    }
}

impl Quarter {
    /// The quarter after a world's data.
    pub fn new(world: &World) -> Self {
        let (quarter, year) = lengths(world.panel.calendar.granularity());
        let data = world.panel.n_periods();
        let periods = quarter.min(data);
        let was = &world.mechanism;
        let lags = was.media.iter().map(|e| e.carry_over.weights().len().saturating_sub(1));
        let lag = lags.max().unwrap_or(0);
        let all = was.history + data;
        let keep = lag.min(all);
        let frame = Frame { cut: all - keep, periods, after: lag };

        let mut mechanism = was.clone();
        mechanism.history = keep;
        mechanism.baseline = Grid::from_fn(was.people.len(), periods + lag, |g, t| {
            let row = was.baseline.row(g);
            if data >= year {
                row[data + t - year * (t / year + 1)]
            } else {
                row[data - periods..].iter().sum::<f64>() / periods.max(1) as f64
            }
        });
        for effect in &mut mechanism.media {
            effect.change = effect.change.iter().skip(frame.cut).copied().collect();
        }
        let paid = world.panel.channels.len();
        let plan = world.plan.iter().enumerate().map(|(m, exposure)| {
            let spend = world.panel.channels.get(m).map(|c| &c.spend);
            frame.goes_on(exposure, spend)
        });
        let spent = |m: usize| {
            let spend = &world.panel.channels[m].spend;
            (0..spend.geos()).flat_map(|g| spend.row(g)[data - periods..].iter()).sum()
        };
        Self {
            mechanism,
            plan: plan.collect(),
            spend: (0..paid).map(spent).collect(),
            periods,
            worth: world.truth.spec.outcome_per_unit(),
        }
    }

    /// Spend of the reference per paid channel.
    pub fn spend(&self) -> &[f64] {
        &self.spend
    }

    /// Periods of the quarter.
    pub fn periods(&self) -> usize {
        self.periods
    }

    /// Expected outcome of the quarter and of what media bring afterwards, with each paid
    /// channel's spend multiplied (by 1 where no multiplier is given).
    pub fn outcome(&self, multipliers: &[f64]) -> f64 {
        self.around(multipliers).outcome
    }

    /// A plan, ready to ask what other spend of one or two channels would bring.
    pub(super) fn around(&self, multipliers: &[f64]) -> Around<'_> {
        let by = |m: usize| multipliers.get(m).copied().unwrap_or(1.0);
        let units: Vec<Units> = (0..self.plan.len()).map(|m| self.unit(m, by(m))).collect();
        let outcome = self.count(&units);
        Around { quarter: self, units, outcome }
    }

    /// Response of a channel whose exposure in the quarter is multiplied.
    fn unit(&self, m: usize, multiplier: f64) -> Units {
        let span = self.mechanism.history..self.mechanism.history + self.periods;
        let times = |values: &Grid| {
            Grid::from_fn(values.geos(), values.periods(), |g, t| {
                values.at(g, t) * if span.contains(&t) { multiplier } else { 1.0 }
            })
        };
        let exposure = match &self.plan[m] {
            Exposure::Volume { unit, values } => {
                Exposure::Volume { unit: unit.clone(), values: times(values) }
            }
            Exposure::ReachFrequency { reach, frequency } => {
                Exposure::ReachFrequency { reach: times(reach), frequency: frequency.clone() }
            }
        };
        self.mechanism.unit(m, &exposure)
    }

    /// All of the quarter, and of the time after it what is above the baseline.
    fn count(&self, units: &[Units]) -> f64 {
        let expected = self.mechanism.combine(units);
        let base = &self.mechanism.baseline;
        let mut sum = 0.0;
        for g in 0..expected.geos() {
            let row = expected.row(g).iter().zip(base.row(g)).enumerate();
            sum += row.map(|(t, (y, b))| if t < self.periods { *y } else { y - b }).sum::<f64>();
        }
        sum * self.worth
    }
}

/// How exposures go on after the data.
struct Frame {
    /// Periods of the plan that are too long ago to matter.
    cut: usize,
    periods: usize,
    after: usize,
}

impl Frame {
    /// The end of an exposure, its last quarter once more, and silence. Paid exposure is bought
    /// with the same money at the quarter's average price.
    fn goes_on(&self, exposure: &Exposure, spend: Option<&Grid>) -> Exposure {
        match exposure {
            Exposure::Volume { unit, values } => {
                let again = |g: usize, t: usize| values.at(g, values.periods() - self.periods + t);
                let bought = spend.map(|s| self.at_average_price(s, values));
                let next = |g: usize, t: usize| match &bought {
                    Some(grid) => grid.at(g, t),
                    None => again(g, t),
                };
                Exposure::Volume { unit: unit.clone(), values: self.join(values, next) }
            }
            Exposure::ReachFrequency { reach, frequency } => {
                let from = reach.periods() - self.periods;
                let seen = exposure.impressions();
                let bought = spend.map(|s| self.at_average_price(s, &seen));
                let met = |g: usize, t: usize| frequency.at(g, from + t);
                let people = |g: usize, t: usize| match &bought {
                    Some(grid) if met(g, t) > 0.0 => grid.at(g, t) / met(g, t),
                    _ => reach.at(g, from + t),
                };
                Exposure::ReachFrequency {
                    reach: self.join(reach, people),
                    frequency: self.join(frequency, met),
                }
            }
        }
    }

    /// Exposure of the last quarter's spend at its average price, `[geo][period of the quarter]`.
    fn at_average_price(&self, spend: &Grid, exposure: &Grid) -> Grid {
        let last = |grid: &Grid, g: usize, t: usize| grid.at(g, grid.periods() - self.periods + t);
        let sum = |grid: &Grid| -> f64 {
            let cells = (0..grid.geos()).flat_map(|g| (0..self.periods).map(move |t| (g, t)));
            cells.map(|(g, t)| last(grid, g, t)).sum()
        };
        let money = sum(spend);
        let rate = if money > 0.0 { sum(exposure) / money } else { 0.0 };
        Grid::from_fn(spend.geos(), self.periods, |g, t| rate * last(spend, g, t))
    }

    fn join(&self, was: &Grid, next: impl Fn(usize, usize) -> f64) -> Grid {
        let keep = was.periods() - self.cut;
        Grid::from_fn(was.geos(), keep + self.periods + self.after, |g, t| {
            match t.checked_sub(keep) {
                None => was.at(g, self.cut + t),
                Some(t) if t < self.periods => next(g, t),
                Some(_) => 0.0,
            }
        })
    }
}

/// A plan with its responses.
pub(super) struct Around<'a> {
    quarter: &'a Quarter,
    units: Vec<Units>,
    outcome: f64,
}

impl Around<'_> {
    /// Outcome with another multiplier of channel `m`.
    pub(super) fn with(&self, m: usize, multiplier: f64) -> f64 {
        let mut units = self.units.clone();
        units[m] = self.quarter.unit(m, multiplier);
        self.quarter.count(&units)
    }

    /// What new multipliers of some channels would gain; where that is more than nothing they are
    /// taken.
    pub(super) fn try_move(&mut self, moves: &[(usize, f64)]) -> f64 {
        let mut units = self.units.clone();
        for (m, multiplier) in moves {
            units[*m] = self.quarter.unit(*m, *multiplier);
        }
        let outcome = self.quarter.count(&units);
        let gain = outcome - self.outcome;
        if gain > 0.0 {
            self.units = units;
            self.outcome = outcome;
        }
        gain
    }
}
