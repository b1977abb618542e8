//! The account of a plan: [`Plan`] from what a search found, or from a plan of the user's own.

use outlay_mmm::summary::Estimate;

use super::{Found, Settings, Words, with_costs};
use crate::evaluate::Evaluator;
use crate::from_fit::Outlook;
use crate::plan::{
    Alternative, Binding, Cell, Certificate, ChannelPlan, Curve, Note, PeriodTotal, Plan, Question,
    SCHEMA, Source, Totals,
};
use crate::pricing::{Priced, Pricer};
use crate::problem::{Compiled, Problem, Wanted};

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
        let sentence = self.sentence(&totals, &comparison);
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
                Some(_) => wanted(problem.wanted, self.words),
                None => "the price of a given plan".to_owned(),
            },
            resolution: found.map_or(crate::design::Resolution::Cell, |f| f.resolution),
            budget_least: problem.budget.least,
            budget_most: problem.budget.most,
            currency: Some(self.words.currency.clone()).filter(|c| !c.is_empty()),
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
        let bounds = self.asked.found.map(|f| ranges(&f.compiled));
        let curves = self.curves(&planned, &current);
        (0..response.channels.len())
            .map(|c| {
                let of = |values: &[Vec<f64>]| Estimate::from_draws(&values[c]);
                let spend = planned[c];
                let roi: Vec<f64> = self.priced.channels[c].iter().map(|o| o / spend).collect();
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

    /// Limits with a price, in words, dearest first.
    fn binding(&self, found: &Found) -> Vec<Binding> {
        let s = &found.solution;
        let polytope = found.compiled.polytope();
        let size = s.x.iter().sum::<f64>().max(f64::MIN_POSITIVE);
        let mut prices = vec![(0.0, 0.0); found.compiled.rules.len()];
        for (row, price) in polytope.rows.iter().zip(&s.prices) {
            let limit = if *price >= 0.0 { row.most } else { row.least };
            let entry = &mut prices[row.rule];
            entry.0 += price.abs();
            // A ratio's limit is zero: one percent of it is one percent of what it compares.
            let scale = if limit.abs() > 1e-9 * size {
                limit.abs()
            } else {
                row.terms.iter().map(|(j, a)| (a * s.x[*j]).abs()).fold(0.0, f64::max)
            };
            entry.1 += price.abs() * scale * 0.01;
        }
        // What a decision at a bound would gain beyond what its money costs elsewhere.
        let mut reduced = s.slope.clone();
        for (row, price) in polytope.rows.iter().zip(&s.prices) {
            row.terms.iter().for_each(|(j, a)| reduced[*j] -= price * a);
        }
        for (k, rule) in found.compiled.rules.iter().enumerate() {
            for (j, least, most) in rule.bounds() {
                let near = |x: f64| (s.x[*j] - x).abs() <= 1e-6 * size;
                let price = match reduced[*j] {
                    r if r > 0.0 && near(*most) => r,
                    r if r < 0.0 && near(*least) && *least > 0.0 => -r,
                    _ => continue,
                };
                let at = if reduced[*j] > 0.0 { *most } else { *least };
                prices[k].0 += price;
                prices[k].1 += price * at * 0.01;
            }
        }
        let value = s.value.abs().max(f64::MIN_POSITIVE);
        let mut binding: Vec<Binding> = found
            .compiled
            .rules
            .iter()
            .zip(&prices)
            .filter(|(_, (_, percent))| *percent > 1e-7 * value)
            .map(|(rule, (price, percent))| Binding {
                limit: rule.name.clone(),
                price: *price,
                price_of_percent: *percent,
                sentence: self.price_sentence(&rule.name, *percent),
            })
            .collect();
        binding.sort_by(|a, b| b.price_of_percent.total_cmp(&a.price_of_percent));
        binding
    }

    fn price_sentence(&self, rule: &str, percent: f64) -> String {
        let amount = match self.asked.problem.wanted {
            Wanted::Profit => self.words.money(percent),
            Wanted::Goal { .. } => format!("{} of probability", self.words.percent(percent)),
            _ => self.words.outcome(percent),
        };
        format!("{rule}: one percent of slack would bring {amount}.")
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

    fn notes(
        &self,
        channels: &[ChannelPlan],
        totals: &Totals,
        comparison: &[Alternative],
        settings: &Settings,
    ) -> Vec<Note> {
        let mut notes = Vec::new();
        let mut add = |code: &str, sentence: String| {
            notes.push(Note { code: code.to_owned(), sentence });
        };
        let w = self.words;
        if totals.unspent > 0.0 {
            let full: Vec<&str> = channels
                .iter()
                .filter(|c| c.planned >= c.max * (1.0 - 1e-6))
                .map(|c| c.name.as_str())
                .collect();
            let why = if full.is_empty() {
                "the next unit would bring nothing, or less than it costs".to_owned()
            } else {
                format!("{} reached their most", full.join(", "))
            };
            add(
                "plan.unspent",
                format!("{} of the budget stays unspent: {why}.", w.money(totals.unspent)),
            );
        }
        for c in channels.iter().filter(|c| c.extrapolated) {
            add(
                "plan.extrapolated",
                format!(
                    "{}: the plan goes beyond the highest spend that the data has seen ({} at this pattern). What lies beyond is priced with extra doubt ({} per doubling); raise it in steps and look.",
                    c.name,
                    w.money(c.observed_to),
                    w.percent(settings.doubt.per_doubling),
                ),
            );
        }
        for c in channels.iter().filter(|c| c.current == 0.0 && c.planned > 0.0) {
            add(
                "plan.new",
                format!(
                    "{}: it had no spend in the last {} {}s. Platforms need time to learn; judge it after the carry-over has built up.",
                    c.name, self.outlook.response.horizon, w.period,
                ),
            );
        }
        for c in channels {
            if c.current > 0.0 && c.planned > LEARNING * c.current {
                add(
                    "plan.ramp",
                    format!(
                        "{}: spend rises to {} times what it was. A ramp limit lets platforms and you learn on the way.",
                        c.name,
                        w.ratio(c.planned / c.current),
                    ),
                );
            }
        }
        if let Some(idle) = comparison.first() {
            let cautious = matches!(self.asked.problem.wanted, Wanted::Cautious { .. });
            if cautious && idle.difference.mean.abs() <= STAYS * totals.expected.mean.abs() {
                add(
                    "plan.stay",
                    "The data does not support a change: no other plan gains anything in the worst cases. Staying is the plan; `outlay plan sensitivity` says what a test would be worth."
                        .to_owned(),
                );
            }
            let worse = idle.probability_worse;
            // Another budget brings another outcome for that reason alone.
            let same_money = (totals.planned - idle.spend).abs() <= ALIKE * idle.spend;
            if same_money && worse > 1.0 - UNDECIDED {
                add(
                    "plan.worse",
                    format!(
                        "This plan is worse than doing nothing with a probability of {}.",
                        w.percent(worse)
                    ),
                );
            } else if same_money && worse > UNDECIDED {
                add(
                    "plan.undecided",
                    format!(
                        "The data can hardly tell this plan from doing nothing: it is worse with a probability of {}. The cautious objective says whether any change is supported.",
                        w.percent(worse),
                    ),
                );
            }
        }
        if self.asked.source.health == "fail" {
            add(
                "plan.health",
                "The fit behind this plan failed its health checks: mend it before money moves."
                    .to_owned(),
            );
        }
        notes
    }

    fn sentence(&self, totals: &Totals, comparison: &[Alternative]) -> String {
        let w = self.words;
        let idle = comparison.first();
        let moved = self.moves();
        let change = idle.map_or_else(String::new, |i| {
            if i.difference.sd == 0.0 || i.difference.mean.abs() < SAME * totals.expected.mean.abs()
            {
                return ", as much as doing nothing".to_owned();
            }
            let word = if i.difference.mean < 0.0 { "less" } else { "more" };
            format!(
                ", {} {word} than doing nothing ({} to {})",
                w.outcome(i.difference.mean.abs()),
                w.outcome(i.difference.q05),
                w.outcome(i.difference.q95),
            )
        });
        format!(
            "{} over {} {}s is expected to bring {}{change}.{moved}",
            w.money(totals.planned),
            self.outlook.response.horizon,
            w.period,
            w.outcome(totals.expected.mean),
        )
    }

    /// The largest moves in words.
    fn moves(&self) -> String {
        let size = self.size();
        let (planned, current) =
            (sums(self.asked.cells, size), sums(&self.outlook.reference, size));
        let total: f64 = planned.iter().sum::<f64>().max(current.iter().sum());
        let names = &self.outlook.response.channels;
        let by = |c: usize| planned[c] - current[c];
        let most = |sign: f64| {
            (0..names.len())
                .filter(|c| sign * by(*c) > 0.005 * total)
                .max_by(|a, b| (sign * by(*a)).total_cmp(&(sign * by(*b))))
        };
        let w = self.words;
        match (most(1.0), most(-1.0)) {
            (Some(up), Some(down)) => format!(
                " Most goes to {} (+{}), most comes from {} (−{}).",
                names[up],
                w.money(by(up)),
                names[down],
                w.money(-by(down))
            ),
            (Some(up), None) => {
                format!(" Most of the change goes to {} (+{}).", names[up], w.money(by(up)))
            }
            (None, Some(down)) => {
                format!(" Most of the change comes from {} (−{}).", names[down], w.money(-by(down)))
            }
            (None, None) => " It stays as it is.".to_owned(),
        }
    }
}

/// Share of the outcome below which two plans bring the same.
const SAME: f64 = 1e-9;
/// Multiple of the current spend from which a channel is said to need time.
const LEARNING: f64 = 1.5;
/// Share of the spend by which two budgets may differ and still be called the same.
const ALIKE: f64 = 0.05;
/// Share of the outcome below which a cautious plan stays as it is.
const STAYS: f64 = 1e-3;
/// Probability of being worse than doing nothing from which a plan is called undecided.
const UNDECIDED: f64 = 0.25;

fn wanted(wanted: Wanted, w: &Words) -> String {
    match wanted {
        Wanted::Outcome => "the largest expected outcome".to_owned(),
        Wanted::Profit => "the largest expected profit".to_owned(),
        Wanted::Cautious { level, .. } => {
            format!("the best gain over doing nothing in the worst {} of cases", w.percent(level))
        }
        Wanted::Quantile { level } => format!("the largest {} quantile", w.percent(level)),
        Wanted::Goal { least } => format!("the largest probability of {}", w.outcome(least)),
        Wanted::TargetRoas { least } => {
            format!("the largest outcome that returns {} on average", w.ratio(least))
        }
        Wanted::TargetCpa { most } => {
            format!("the largest outcome at a cost of at most {} each", w.money(most))
        }
        Wanted::TargetMroi { least } => {
            format!("spend as long as the next unit returns {}", w.ratio(least))
        }
    }
}

/// Ranges that the limits allow: bounds of decisions, tightened by single rows.
struct Ranges<'a> {
    compiled: &'a Compiled,
    low: Vec<f64>,
    high: Vec<f64>,
}

fn ranges(compiled: &Compiled) -> Ranges<'_> {
    let mut polytope = compiled.polytope();
    let money = polytope.high.iter().copied().fold(0.0, f64::max);
    polytope.tighten(1e-9 * money);
    Ranges { compiled, low: polytope.low, high: polytope.high }
}

impl Ranges<'_> {
    fn sum(&self, share: impl Fn(&crate::design::Variable) -> f64) -> (f64, f64) {
        let each = self.compiled.design.variables.iter().enumerate().map(|(j, v)| {
            let share = share(v);
            (self.low[j] * share, self.high[j] * share)
        });
        each.fold((0.0, 0.0), |(a, b), (low, high)| (a + low, b + high))
    }

    fn channel(&self, c: usize) -> (f64, f64) {
        self.sum(|v| if v.channel == c { 1.0 } else { 0.0 })
    }

    fn cells(&self, cells: &[usize]) -> (f64, f64) {
        self.sum(|v| {
            v.shares.iter().filter(|(cell, _)| cells.contains(cell)).map(|(_, share)| share).sum()
        })
    }
}
