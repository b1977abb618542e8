//! The account of a plan: [`Plan`] from what a search found, or from a plan of the user's own.

mod binding;
mod notes;
mod ranges;
mod sentence;

use outlay_mmm::summary::Estimate;

use super::{Found, Settings, Words, with_costs};
use crate::evaluate::Evaluator;
use crate::from_fit::Outlook;
use crate::plan::{
    Alternative, Cell, Certificate, ChannelPlan, Curve, PeriodTotal, Plan, Question, SCHEMA,
    Source, Totals,
};
use crate::pricing::{Priced, Pricer};
use crate::problem::{Problem, Wanted};
use ranges::Ranges;

/// What is accounted for.
#[derive(Debug, Clone)]
pub struct Asked<'a> {
    /// The outlook of the fit.
    pub outlook: &'a Outlook,
    /// The problem: of a plan that is only priced, its costs and margin.
    pub problem: &'a Problem,
    /// What the search found; absent for a plan that is only priced.
    pub found: Option<&'a Found>,
    /// The plan, spend per cell.
    pub cells: &'a [f64],
    /// The user's own plan, to be set beside it.
    pub own: Option<&'a [f64]>,
    /// First days of the periods.
    pub periods: &'a [String],
    /// What the plan rests on.
    pub source: Source,
    /// Version of the program.
    pub version: &'a str,
}

/// Share of the outcome below which two plans bring the same.
const SAME: f64 = 1e-9;
/// Points of each response curve.
const CURVE_POINTS: usize = 25;

/// Accounts for a plan.
pub fn account(asked: &Asked<'_>, settings: &Settings, words: &Words) -> Plan {
    let outlook = &with_costs(asked.outlook, asked.problem);
    // Doing nothing keeps the money, so that dearer exposure buys less of it there too.
    let pricer = Pricer::new(outlook, settings.doubt);
    let priced = pricer.price(asked.cells);
    let now = pricer.price(&outlook.reference);
    let draws = outlook.response.draws.len();
    let even = vec![1.0 / draws.max(1) as f64; draws];
    let slopes = Evaluator::new(&outlook.response).slopes(asked.cells, None, &even).1.gradient;
    let (pricer, priced, now) = (&pricer, &priced, &now);
    let writer = Writer { asked, outlook, pricer, priced, now, words, slopes };
    writer.plan(settings)
}

struct Writer<'a> {
    asked: &'a Asked<'a>,
    outlook: &'a Outlook,
    pricer: &'a Pricer<'a>,
    priced: &'a Priced,
    now: &'a Priced,
    words: &'a Words,
    /// Mean return on the next unit of each cell.
    slopes: Vec<f64>,
}

fn sums(values: &[f64], size: usize) -> Vec<f64> {
    values.chunks_exact(size).map(|c| c.iter().sum()).collect()
}

impl Writer<'_> {
    fn plan(&self, settings: &Settings) -> Plan {
        let comparison = self.comparison();
        let binding = self.asked.found.map(|f| self.binding(f)).unwrap_or_default();
        let channels = self.channels();
        let totals = self.totals();
        let certificate = self.asked.found.map(|f| self.certificate(f, settings));
        let notes = self.notes(&channels, &totals, &comparison, settings);
        let sentence = self.sentence(&totals, &comparison, settings.remarks.moved);
        Plan {
            schema: SCHEMA.to_owned(),
            version: self.asked.version.to_owned(),
            sentence,
            source: self.asked.source.clone(),
            question: self.question(),
            totals,
            channels,
            periods: self.periods(),
            certificate,
            binding,
            comparison,
            notes,
        }
    }

    fn size(&self) -> usize {
        self.outlook.response.geos.len() * self.outlook.response.horizon
    }

    fn question(&self) -> Question {
        let problem = self.asked.problem;
        let found = self.asked.found;
        Question {
            periods: self.asked.periods.to_vec(),
            period: self.words.period.clone(),
            geos: self.outlook.response.geos.clone(),
            objective: match found {
                Some(_) => sentence::wanted(problem.wanted, self.words),
                None => "the price of a given plan".to_owned(),
            },
            wanted: found.map(|_| problem.wanted),
            resolution: found.map_or(crate::design::Resolution::Cell, |f| f.resolution),
            budget_least: problem.budget.least,
            budget_most: problem.budget.most,
            currency: self.words.code.clone(),
            outcome_unit: self.words.outcome_unit.clone(),
            outcome_is_money: self.words.outcome_is_money,
            limits: found.map_or_else(Vec::new, |f| {
                f.compiled.rules.iter().map(|r| r.name.clone()).collect()
            }),
        }
    }

    fn totals(&self) -> Totals {
        let planned: f64 = self.asked.cells.iter().sum();
        let current: f64 = self.outlook.reference.iter().sum();
        let per = |f: &dyn Fn(f64) -> f64| {
            let values: Vec<f64> = self.priced.total.iter().map(|o| f(*o)).collect();
            Estimate::from_draws(&values)
        };
        let problem = self.asked.problem;
        let margins: Vec<f64> = self
            .outlook
            .response
            .channels
            .iter()
            .map(|name| problem.limits(name).margin.or(problem.margin).unwrap_or(1.0))
            .collect();
        let given = problem.margin.is_some() || problem.wanted == Wanted::Profit;
        let profit = given.then(|| {
            let each: Vec<f64> = (0..self.priced.total.len())
                .map(|d| {
                    let value: f64 =
                        margins.iter().zip(&self.priced.channels).map(|(m, c)| m * c[d]).sum();
                    value - planned
                })
                .collect();
            Estimate::from_draws(&each)
        });
        let spendable = match self.asked.found {
            Some(_) => problem.budget.most.map_or(0.0, |most| (most - planned).max(0.0)),
            None => 0.0,
        };
        // Less than a cent in a thousand is rounding.
        let unspent = if spendable > 1e-5 * planned { spendable } else { 0.0 };
        let later = self.priced.later.iter().sum::<f64>() / self.priced.later.len().max(1) as f64;
        Totals {
            current,
            planned,
            unspent,
            expected: Estimate::from_draws(&self.priced.total),
            expected_later: later,
            roi: (planned > 0.0).then(|| per(&|o| o / planned)),
            cost_per_outcome: (planned > 0.0 && !self.words.outcome_is_money)
                .then(|| per(&|o| if o > 0.0 { planned / o } else { f64::INFINITY })),
            profit,
        }
    }

    fn channels(&self) -> Vec<ChannelPlan> {
        let size = self.size();
        let response = &self.outlook.response;
        let (planned, current) =
            (sums(self.asked.cells, size), sums(&self.outlook.reference, size));
        let bounds = self.asked.found.map(|f| Ranges::of(&f.compiled));
        let curves = self.curves(&planned, &current);
        (0..response.channels.len())
            .map(|c| {
                let of = |values: &[Vec<f64>]| Estimate::from_draws(&values[c]);
                let spend = planned[c];
                let roi: Vec<f64> = self.priced.channels[c].iter().map(|o| o / spend).collect();
                let (after, before) = (&self.priced.channels[c], &self.now.channels[c]);
                let change: Vec<f64> = after.iter().zip(before).map(|(a, b)| a - b).collect();
                let observed_to = self.observed_to(c);
                let (min, max) = bounds.as_ref().map_or((spend, spend), |b| b.channel(c));
                ChannelPlan {
                    name: response.channels[c].clone(),
                    current: current[c],
                    planned: spend,
                    min,
                    max,
                    locked: self.asked.found.is_some_and(|f| f.compiled.locked[c]),
                    expected: of(&self.priced.channels),
                    expected_current: of(&self.now.channels),
                    difference: Estimate::from_draws(&change),
                    roi: (spend > 0.0).then(|| Estimate::from_draws(&roi)),
                    mroi: of(&self.priced.next),
                    mroi_current: of(&self.now.next),
                    observed_to,
                    extrapolated: self.is_beyond(c),
                    value_of_information: None,
                    periods: self.cells(c, true, bounds.as_ref()),
                    geos: if response.geos.len() > 1 {
                        self.cells(c, false, bounds.as_ref())
                    } else {
                        Vec::new()
                    },
                    curve: curves[c].clone(),
                }
            })
            .collect()
    }

    /// The planned total at which the channel's dearest cell reaches the highest spend seen.
    fn observed_to(&self, c: usize) -> f64 {
        let response = &self.outlook.response;
        let range = response.cell(c, 0, 0)..response.cell(c, 0, 0) + self.size();
        let shape = [&self.asked.cells[range.clone()], &self.outlook.reference[range]]
            .into_iter()
            .find(|p| p.iter().sum::<f64>() > 0.0);
        let Some(shape) = shape else {
            return self.outlook.highest[c].iter().sum::<f64>() * response.horizon as f64;
        };
        let total: f64 = shape.iter().sum();
        let reach = shape.chunks_exact(response.horizon).zip(&self.outlook.highest[c]).map(
            |(row, seen)| {
                let most = row.iter().copied().fold(0.0, f64::max);
                if most > 0.0 { seen / most } else { f64::INFINITY }
            },
        );
        let factor = reach.fold(f64::INFINITY, f64::min);
        if factor.is_finite() { total * factor } else { total }
    }

    fn is_beyond(&self, c: usize) -> bool {
        let response = &self.outlook.response;
        (0..response.geos.len()).any(|g| {
            let seen = self.outlook.highest[c][g] * (1.0 + 1e-6);
            (0..response.horizon).any(|t| self.asked.cells[response.cell(c, g, t)] > seen)
        })
    }

    fn cells(&self, c: usize, by_period: bool, bounds: Option<&Ranges>) -> Vec<Cell> {
        let response = &self.outlook.response;
        let (geos, horizon) = (response.geos.len(), response.horizon);
        let n = if by_period { horizon } else { geos };
        let inside = |k: usize| -> Vec<usize> {
            if by_period {
                (0..geos).map(|g| response.cell(c, g, k)).collect()
            } else {
                (0..horizon).map(|t| response.cell(c, k, t)).collect()
            }
        };
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len().max(1) as f64;
        (0..n)
            .map(|k| {
                let cells = inside(k);
                let sum = |values: &[f64]| cells.iter().map(|i| values[*i]).sum::<f64>();
                let planned = sum(self.asked.cells);
                let (min, max) = bounds.map_or((planned, planned), |b| b.cells(&cells));
                let draws =
                    if by_period { &self.priced.periods[c][k] } else { &self.priced.geos[c][k] };
                // A small change scaled: the return on the next unit of the channel where the cell
                // has nothing of its own.
                let next = if planned > 0.0 && by_period {
                    self.next_in(&cells, planned)
                } else {
                    mean(&self.priced.next[c])
                };
                Cell {
                    name: if by_period {
                        self.asked.periods.get(k).cloned().unwrap_or_else(|| format!("{}", k + 1))
                    } else {
                        response.geos[k].clone()
                    },
                    current: sum(&self.outlook.reference),
                    planned,
                    min,
                    max,
                    expected: Estimate::from_draws(draws),
                    mroi: next,
                }
            })
            .collect()
    }

    /// Mean return on the next unit in some cells.
    fn next_in(&self, cells: &[usize], planned: f64) -> f64 {
        cells.iter().map(|i| self.slopes[*i] * self.asked.cells[*i] / planned).sum()
    }

    /// Response curves around the plan.
    fn curves(&self, planned: &[f64], current: &[f64]) -> Vec<Curve> {
        let spends: Vec<Vec<f64>> = (0..planned.len())
            .map(|c| {
                let most = (2.0 * current[c]).max(1.4 * planned[c]).max(0.5 * self.observed_to(c));
                (0..CURVE_POINTS).map(|i| most * i as f64 / (CURVE_POINTS - 1) as f64).collect()
            })
            .collect();
        let outcomes = self.pricer.curves(self.asked.cells, &spends);
        spends.into_iter().zip(outcomes).map(|(spend, outcome)| Curve { spend, outcome }).collect()
    }

    fn periods(&self) -> Vec<PeriodTotal> {
        let response = &self.outlook.response;
        let sum = |values: &[f64], t: usize| -> f64 {
            values.iter().skip(t).step_by(response.horizon).sum()
        };
        (0..response.horizon)
            .map(|t| PeriodTotal {
                start: self.asked.periods.get(t).cloned().unwrap_or_else(|| format!("{}", t + 1)),
                current: sum(&self.outlook.reference, t),
                planned: sum(self.asked.cells, t),
            })
            .collect()
    }

    fn certificate(&self, found: &Found, settings: &Settings) -> Certificate {
        let s = &found.solution;
        let tolerance = settings.effort.gap;
        let sentence = match s.gap {
            Some(gap) if gap <= tolerance => format!(
                "No plan within these limits is expected to bring more than {} above this one.",
                self.words.percent(gap)
            ),
            Some(gap) => format!(
                "A better plan may exist, but none within these limits is expected to bring more than {} above this one: the search ended before it could prove less.",
                self.words.percent(gap)
            ),
            None => "The best of several searches; for this objective no bound can be proved."
                .to_owned(),
        };
        let complete = !s.stopped && s.gap.is_none_or(|g| g <= tolerance);
        Certificate {
            value: s.value,
            bound: s.bound,
            gap: s.gap,
            tolerance,
            nodes: s.nodes,
            complete,
            sentence,
        }
    }

    fn comparison(&self) -> Vec<Alternative> {
        let size = self.size();
        let one = |name: &str, cells: &[f64], totals: &[f64]| {
            // What rounding leaves of equal plans is no difference.
            let apart = |a: f64, b: f64| if (a - b).abs() > SAME * a.abs() { a - b } else { 0.0 };
            let differences: Vec<f64> =
                self.priced.total.iter().zip(totals).map(|(a, b)| apart(*a, *b)).collect();
            let worse = differences.iter().filter(|d| **d < 0.0).count();
            let probability_worse = worse as f64 / differences.len().max(1) as f64;
            let difference = Estimate::from_draws(&differences);
            let w = self.words;
            let same = differences.iter().all(|d| *d == 0.0);
            let sentence = if same {
                format!("The plan is the same as {name}.")
            } else {
                format!(
                    "Against {}, the plan is expected to bring {} {} ({} to {}); it is worse with a probability of {}.",
                    name,
                    w.outcome(difference.mean.abs()),
                    if difference.mean < 0.0 { "less" } else { "more" },
                    w.outcome(difference.q05),
                    w.outcome(difference.q95),
                    w.percent(probability_worse),
                )
            };
            Alternative {
                name: name.to_owned(),
                spend: cells.iter().sum(),
                expected: Estimate::from_draws(totals),
                difference,
                probability_worse,
                channels: sums(cells, size),
                sentence,
            }
        };
        let mut all = vec![one("doing nothing", &self.outlook.reference, &self.now.total)];
        if let Some(own) = self.asked.own {
            all.push(one("your plan", own, &self.pricer.totals(own)));
        }
        all
    }
}
