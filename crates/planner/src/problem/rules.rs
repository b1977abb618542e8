//! From limits in words to rows, bounds and switches.

use crate::design::{Design, Resolution};
use crate::from_fit::Outlook;
use crate::polytope::{Polytope, Row, Switch};

use super::{Amount, ChannelLimits, Problem, ProblemError};

/// A limit in words.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// What it says.
    pub name: String,
    /// Bounds: `(decision, least, most)`.
    bounds: Vec<(usize, f64, f64)>,
    rows: Vec<Row>,
    switches: Vec<Switch>,
}

/// A problem that the search understands.
#[derive(Debug, Clone, PartialEq)]
pub struct Compiled {
    /// Decisions.
    pub design: Design,
    /// Limits in words; rows and switches of the polytope name them by index.
    pub rules: Vec<Rule>,
    /// No decision is larger, whatever the limits: more money than there is.
    ceiling: f64,
    /// Channels that stay as they are.
    pub locked: Vec<bool>,
}

impl Rule {
    /// Bounds of single decisions: `(decision, least, most)`.
    pub(crate) fn bounds(&self) -> &[(usize, f64, f64)] {
        &self.bounds
    }

    /// The decisions that it speaks of, in no order and perhaps several times.
    pub(crate) fn decisions(&self) -> impl Iterator<Item = usize> {
        let rows = self.rows.iter().flat_map(|r| r.terms.iter().map(|(j, _)| *j));
        let switches = self.switches.iter().flat_map(|s| s.variables.iter().copied());
        self.bounds.iter().map(|b| b.0).chain(rows).chain(switches)
    }
}

impl Compiled {
    /// The polytope of all limits.
    pub fn polytope(&self) -> Polytope {
        self.some(&vec![true; self.rules.len()])
    }

    /// The polytope of some limits.
    pub fn some(&self, active: &[bool]) -> Polytope {
        let n = self.design.variables.len();
        let mut polytope = Polytope {
            low: vec![0.0; n],
            high: vec![self.ceiling; n],
            rows: Vec::new(),
            switches: Vec::new(),
        };
        for (rule, _) in self.rules.iter().zip(active).filter(|(_, on)| **on) {
            for (j, least, most) in &rule.bounds {
                polytope.low[*j] = polytope.low[*j].max(*least);
                polytope.high[*j] = polytope.high[*j].min(*most);
            }
            polytope.rows.extend(rule.rows.iter().cloned());
            polytope.switches.extend(rule.switches.iter().cloned());
        }
        polytope
    }

    /// Whether some limits can hold together.
    pub fn feasible(&self, active: &[bool]) -> bool {
        feasible(self.some(active))
    }

    /// A smallest set of limits that cannot all hold, in words; empty when they can. Limits are
    /// left out one by one, and what can be left out without mending the clash is no part of it.
    pub fn clash(&self) -> Vec<String> {
        let mut active = vec![true; self.rules.len()];
        if self.feasible(&active) {
            return Vec::new();
        }
        // Later rules are more particular: those stay as long as they clash.
        for k in 0..active.len() {
            active[k] = false;
            if self.feasible(&active) {
                active[k] = true;
            }
        }
        let named = self.rules.iter().zip(&active).filter(|(_, on)| **on);
        named.map(|(rule, _)| rule.name.clone()).collect()
    }
}

/// Whether a polytope has a point that keeps its switches too.
fn feasible(mut polytope: Polytope) -> bool {
    let money = polytope.high.iter().copied().fold(0.0, f64::max).max(1e-300);
    if polytope.low.iter().zip(&polytope.high).any(|(low, high)| *low > high + 1e-9 * money) {
        return false;
    }
    for (low, high) in polytope.low.iter_mut().zip(&polytope.high) {
        *low = low.min(*high);
    }
    if !polytope.tighten(1e-9 * money) {
        return false;
    }
    let middle: Vec<f64> =
        polytope.low.iter().zip(&polytope.high).map(|(l, h)| 0.5 * (l + h)).collect();
    let Some(x) = crate::solve::project(&polytope, &middle, money) else { return false };
    let Some(k) = polytope.undecided(&x, 1e-7 * money) else { return true };
    let switch = polytope.switches.remove(k);
    let mut off = polytope.clone();
    switch.variables.iter().for_each(|j| off.high[*j] = 0.0);
    let mut on = polytope;
    on.rows.push(Row {
        name: switch.name,
        rule: switch.rule,
        terms: switch.variables.iter().map(|j| (*j, 1.0)).collect(),
        least: switch.least,
        most: f64::INFINITY,
    });
    feasible(on) || feasible(off)
}

struct Builder<'a> {
    outlook: &'a Outlook,
    design: Design,
    rules: Vec<Rule>,
    unit: &'a dyn Fn(f64) -> String,
}

/// Compiles a problem. A budget without a most ends at `free` times what is spent now; `unit`
/// writes an amount of money.
///
/// # Errors
/// [`ProblemError`] for unknown names and impossible values. Clashes are found later.
pub fn compile(
    problem: &Problem,
    outlook: &Outlook,
    free: f64,
    unit: &dyn Fn(f64) -> String,
) -> Result<Compiled, ProblemError> {
    let response = &outlook.response;
    let (geos, horizon) = (response.geos.len(), response.horizon);
    let mut open = vec![true; response.cells()];
    for (k, blackout) in problem.blackouts.iter().enumerate() {
        let place = format!("blackout {}", k + 1);
        for c in channels_of(outlook, &blackout.channels, &place)? {
            for period in &blackout.periods {
                if *period == 0 || *period > horizon {
                    let reason = format!("period {period} lies outside of the {horizon} planned");
                    return Err(ProblemError::Value { place, reason });
                }
                (0..geos).for_each(|g| open[response.cell(c, g, period - 1)] = false);
            }
        }
    }
    let mut resolution = problem.resolution();
    if geos == 1 {
        resolution = match resolution {
            Resolution::Geo => Resolution::Channel,
            Resolution::Cell => Resolution::Period,
            other => other,
        };
    }
    let design = Design::new(response, resolution, &outlook.reference, &open);
    let mut b = Builder { outlook, design, rules: Vec::new(), unit };
    let current = b.current();
    let total_current: f64 = current.iter().sum();
    check_budget(problem)?;
    let ceiling = problem.budget.most.unwrap_or(f64::INFINITY);
    // A free budget still needs an end for the search: far beyond anything ever spent.
    let free = free * total_current.max(outlook.highest.iter().flatten().sum::<f64>());
    let ceiling = ceiling.min(free.max(problem.budget.least * 2.0)).max(0.0);
    b.closed(&open);
    b.budget(problem);
    let mut locked = vec![false; current.len()];
    for (c, name) in response.channels.iter().enumerate() {
        locked[c] = problem.limits(name).lock;
        b.channel(c, name, problem.limits(name), current[c])?;
    }
    for name in problem.channels.keys() {
        channel_of(outlook, name, "a limit")?;
    }
    b.groups(problem, &current)?;
    b.ratios(problem)?;
    b.ramps(problem)?;
    b.caps(problem)?;
    b.linear(problem)?;
    if locked.iter().all(|l| *l) {
        return Err(ProblemError::AllLocked);
    }
    Ok(Compiled { design: b.design, rules: b.rules, ceiling, locked })
}

fn check_budget(problem: &Problem) -> Result<(), ProblemError> {
    let place = || "the budget".to_owned();
    let bad = |x: f64| !x.is_finite() || x < 0.0;
    if bad(problem.budget.least) || problem.budget.most.is_some_and(bad) {
        let reason = "give an amount of zero or more".to_owned();
        return Err(ProblemError::Value { place: place(), reason });
    }
    match problem.budget.most {
        Some(0.0) => Err(ProblemError::NoBudget),
        Some(most) if most < problem.budget.least => {
            let reason = "its least is above its most".to_owned();
            Err(ProblemError::Value { place: place(), reason })
        }
        _ => Ok(()),
    }
}

fn channel_of(outlook: &Outlook, name: &str, place: &str) -> Result<usize, ProblemError> {
    let known = &outlook.response.channels;
    known.iter().position(|c| c == name).ok_or_else(|| ProblemError::Unknown {
        place: place.to_owned(),
        name: name.to_owned(),
        known: known.join(", "),
    })
}

fn channels_of(
    outlook: &Outlook,
    names: &[String],
    place: &str,
) -> Result<Vec<usize>, ProblemError> {
    if names.is_empty() {
        return Ok((0..outlook.response.channels.len()).collect());
    }
    names.iter().map(|name| channel_of(outlook, name, place)).collect()
}

impl Builder<'_> {
    /// Current spend per channel.
    fn current(&self) -> Vec<f64> {
        let response = &self.outlook.response;
        let size = response.geos.len() * response.horizon;
        self.outlook.reference.chunks_exact(size).map(|c| c.iter().sum()).collect()
    }

    fn rule(&mut self, name: String) -> usize {
        self.rules.push(Rule { name, bounds: Vec::new(), rows: Vec::new(), switches: Vec::new() });
        self.rules.len() - 1
    }

    fn row(&mut self, rule: usize, terms: Vec<(usize, f64)>, least: f64, most: f64) {
        let mut sums = std::collections::BTreeMap::<usize, f64>::new();
        terms.into_iter().for_each(|(j, a)| *sums.entry(j).or_default() += a);
        let terms: Vec<(usize, f64)> = sums.into_iter().filter(|(_, a)| *a != 0.0).collect();
        let name = self.rules[rule].name.clone();
        // A limit on one decision is a bound of it.
        if let [(j, a)] = terms[..] {
            let (x, y) = (least / a, most / a);
            let (least, most) = if a > 0.0 { (x, y) } else { (y, x) };
            self.rules[rule].bounds.push((j, least, most));
            return;
        }
        self.rules[rule].rows.push(Row { name, rule, terms, least, most });
    }

    fn decisions(&self, of: impl Fn(&crate::design::Variable) -> bool) -> Vec<usize> {
        let all = self.design.variables.iter().enumerate();
        all.filter(|(_, v)| of(v)).map(|(j, _)| j).collect()
    }

    /// Decisions that have no open cell get nothing.
    fn closed(&mut self, open: &[bool]) {
        let shut: Vec<usize> = self.decisions(|v| v.shares.iter().all(|(cell, _)| !open[*cell]));
        if !shut.is_empty() {
            let rule = self.rule("blackout periods without spend".to_owned());
            self.rules[rule].bounds.extend(shut.into_iter().map(|j| (j, 0.0, 0.0)));
        }
    }

    fn budget(&mut self, problem: &Problem) {
        let all: Vec<(usize, f64)> = (0..self.design.variables.len()).map(|j| (j, 1.0)).collect();
        let (least, most) = (problem.budget.least, problem.budget.most);
        let name = match most {
            Some(most) if least == most => format!("a budget of exactly {}", (self.unit)(most)),
            Some(most) if least > 0.0 => {
                format!("a budget between {} and {}", (self.unit)(least), (self.unit)(most))
            }
            Some(most) => format!("a budget of at most {}", (self.unit)(most)),
            None if least > 0.0 => format!("a budget of at least {}", (self.unit)(least)),
            None => return,
        };
        let rule = self.rule(name);
        self.row(rule, all, least, most.unwrap_or(f64::INFINITY));
    }

    fn amount(
        &self,
        amount: Amount,
        current: f64,
        place: &str,
    ) -> Result<(f64, f64), ProblemError> {
        // Constant, and coefficient on the planned total.
        let (value, pair) = match amount {
            Amount::Money(v) => (v, (v, 0.0)),
            Amount::OfCurrent { of_current } => (of_current, (of_current * current, 0.0)),
            Amount::OfTotal { of_total } => (of_total, (0.0, of_total)),
        };
        if value.is_finite() && value >= 0.0 {
            return Ok(pair);
        }
        let reason = format!("{value} is no amount; give zero or more");
        Err(ProblemError::Value { place: place.to_owned(), reason })
    }

    /// `Σ spend of decisions` within an amount.
    fn limit(&mut self, what: &str, own: &[usize], side: f64, (constant, share): (f64, f64)) {
        let word = if side > 0.0 { "at most" } else { "at least" };
        let name = if share > 0.0 {
            format!("{what}: {word} {} % of the total", round(100.0 * share))
        } else {
            format!("{what}: {word} {}", (self.unit)(constant))
        };
        let rule = self.rule(name);
        let mut terms: Vec<(usize, f64)> = own.iter().map(|j| (*j, 1.0)).collect();
        if share > 0.0 {
            terms.extend((0..self.design.variables.len()).map(|j| (j, -share)));
        }
        let (least, most) =
            if side > 0.0 { (f64::NEG_INFINITY, constant) } else { (constant, f64::INFINITY) };
        self.row(rule, terms, least, most);
    }

    fn channel(
        &mut self,
        c: usize,
        name: &str,
        limits: &ChannelLimits,
        current: f64,
    ) -> Result<(), ProblemError> {
        let own = self.decisions(|v| v.channel == c);
        if !(limits.cost_change.is_finite() && limits.cost_change > -1.0) {
            let reason = "a cost change is a share above -1".to_owned();
            return Err(ProblemError::Value { place: format!("`{name}`"), reason });
        }
        if limits.lock {
            let rule = self.rule(format!("{name}: locked at {}", (self.unit)(current)));
            let reference = self.design.gather(&self.outlook.reference);
            let bounds = own.iter().map(|j| (*j, reference[*j], reference[*j]));
            self.rules[rule].bounds = bounds.collect();
            return Ok(());
        }
        for (side, amount) in [(-1.0, limits.min), (1.0, limits.max)] {
            if let Some(amount) = amount {
                let amount = self.amount(amount, current, &format!("`{name}`"))?;
                if side > 0.0 || amount.0 > 0.0 || amount.1 > 0.0 {
                    self.limit(name, &own, side, amount);
                }
            }
        }
        if let Some(amount) = limits.min_if_active {
            let (least, share) = self.amount(amount, current, &format!("`{name}`"))?;
            if share > 0.0 {
                let reason = "`min-if-active` is an amount, not a share of the total".to_owned();
                return Err(ProblemError::Value { place: format!("`{name}`"), reason });
            }
            let rule = self.rule(format!("{name}: nothing, or at least {}", (self.unit)(least)));
            let switch =
                Switch { name: self.rules[rule].name.clone(), rule, variables: own, least };
            self.rules[rule].switches.push(switch);
        }
        Ok(())
    }

    fn groups(&mut self, problem: &Problem, current: &[f64]) -> Result<(), ProblemError> {
        for group in &problem.groups {
            let place = format!("group `{}`", group.name);
            let channels = channels_of(self.outlook, &group.channels, &place)?;
            let own = self.decisions(|v| channels.contains(&v.channel));
            let now: f64 = channels.iter().map(|c| current[*c]).sum();
            for (side, amount) in [(-1.0, group.min), (1.0, group.max)] {
                if let Some(amount) = amount {
                    let amount = self.amount(amount, now, &place)?;
                    self.limit(&group.name, &own, side, amount);
                }
            }
        }
        Ok(())
    }

    fn ratios(&mut self, problem: &Problem) -> Result<(), ProblemError> {
        for ratio in &problem.ratios {
            let place = format!("the ratio of `{}` to `{}`", ratio.channel, ratio.to);
            let a = channel_of(self.outlook, &ratio.channel, &place)?;
            let b = channel_of(self.outlook, &ratio.to, &place)?;
            for (side, times) in [(-1.0, ratio.min), (1.0, ratio.max)] {
                let Some(times) = times else { continue };
                if !(times.is_finite() && times >= 0.0) {
                    let reason = "a ratio is zero or more".to_owned();
                    return Err(ProblemError::Value { place, reason });
                }
                let word = if side > 0.0 { "at most" } else { "at least" };
                let rule = self.rule(format!(
                    "{}: {word} {} times {}",
                    ratio.channel,
                    round(times),
                    ratio.to
                ));
                let mut terms: Vec<(usize, f64)> =
                    self.decisions(|v| v.channel == a).into_iter().map(|j| (j, side)).collect();
                let other = self.decisions(|v| v.channel == b);
                terms.extend(other.into_iter().map(|j| (j, -side * times)));
                self.row(rule, terms, f64::NEG_INFINITY, 0.0);
            }
        }
        Ok(())
    }

    /// Spend of a channel in a period as a sum over decisions.
    fn of_period(&self, c: usize, geo: Option<usize>, t: usize) -> Vec<(usize, f64)> {
        let response = &self.outlook.response;
        let inside = |cell: usize| {
            let (g, period) =
                (cell / response.horizon % response.geos.len(), cell % response.horizon);
            period == t && geo.is_none_or(|own| own == g)
        };
        let of = |v: &crate::design::Variable| -> f64 {
            v.shares.iter().filter(|(cell, _)| inside(*cell)).map(|(_, share)| share).sum()
        };
        let own = self.design.variables.iter().enumerate().filter(|(_, v)| v.channel == c);
        own.map(|(j, v)| (j, of(v))).filter(|(_, a)| *a > 0.0).collect()
    }

    fn ramps(&mut self, problem: &Problem) -> Result<(), ProblemError> {
        let horizon = self.outlook.response.horizon;
        for (k, ramp) in problem.ramps.iter().enumerate() {
            let place = format!("ramp {}", k + 1);
            let bad = |x: Option<f64>| x.is_some_and(|x| !(x.is_finite() && x >= 0.0));
            if bad(ramp.up) || bad(ramp.down) || ramp.down.is_some_and(|d| d > 1.0) {
                let reason =
                    "`up` is a share of zero or more, `down` one between 0 and 1".to_owned();
                return Err(ProblemError::Value { place, reason });
            }
            for c in channels_of(self.outlook, &ramp.channels, &place)? {
                let name = self.outlook.response.channels[c].clone();
                for (side, share) in [(1.0, ramp.up), (-1.0, ramp.down)] {
                    let Some(share) = share else { continue };
                    let word = if side > 0.0 { "up" } else { "down" };
                    let percent = round(100.0 * share);
                    let rule = self.rule(format!("{name}: {word} by at most {percent} % a period"));
                    let factor = 1.0 + side * share;
                    let last: f64 = self.outlook.last[c].iter().sum();
                    for t in 0..horizon {
                        let mut terms: Vec<(usize, f64)> = self
                            .of_period(c, None, t)
                            .iter()
                            .map(|(j, a)| (*j, side * a))
                            .collect();
                        if t == 0 {
                            // From nothing there is no share to rise by.
                            if ramp.from_data && last > 0.0 {
                                self.row(rule, terms, f64::NEG_INFINITY, side * factor * last);
                            }
                            continue;
                        }
                        let before = self.of_period(c, None, t - 1);
                        terms.extend(before.iter().map(|(j, a)| (*j, -side * factor * a)));
                        self.row(rule, terms, f64::NEG_INFINITY, 0.0);
                    }
                }
            }
        }
        Ok(())
    }

    fn caps(&mut self, problem: &Problem) -> Result<(), ProblemError> {
        let horizon = self.outlook.response.horizon;
        for (k, cap) in problem.caps.iter().enumerate() {
            let place = format!("cap {}", k + 1);
            let channels = channels_of(self.outlook, &cap.channels, &place)?;
            let geos = &self.outlook.response.geos;
            let geo = match &cap.geo {
                None => None,
                Some(name) => Some(geos.iter().position(|g| g == name).ok_or_else(|| {
                    let known = geos.join(", ");
                    ProblemError::Unknown { place: place.clone(), name: name.clone(), known }
                })?),
            };
            let mut who = if cap.channels.is_empty() {
                "all channels".to_owned()
            } else {
                cap.channels.join(" and ")
            };
            if let Some(name) = &cap.geo {
                who.push_str(&format!(" in {name}"));
            }
            let values = [
                (1.0, cap.per_period, true),
                (-1.0, cap.least_per_period, true),
                (1.0, cap.max, false),
                (-1.0, cap.min, false),
            ];
            for (side, value, each) in values {
                let Some(value) = value else { continue };
                if !(value.is_finite() && value >= 0.0) {
                    let reason = format!("{value} is no amount; give zero or more");
                    return Err(ProblemError::Value { place, reason });
                }
                let word = if side > 0.0 { "at most" } else { "at least" };
                let per = if each { " per period" } else { "" };
                let rule = self.rule(format!("{who}: {word} {}{per}", (self.unit)(value)));
                let (least, most) =
                    if side > 0.0 { (f64::NEG_INFINITY, value) } else { (value, f64::INFINITY) };
                let mut all = Vec::new();
                for t in 0..horizon {
                    let terms: Vec<(usize, f64)> =
                        channels.iter().flat_map(|c| self.of_period(*c, geo, t)).collect();
                    if each {
                        self.row(rule, terms, least, most);
                    } else {
                        all.extend(terms);
                    }
                }
                if !each {
                    self.row(rule, all, least, most);
                }
            }
        }
        Ok(())
    }

    fn linear(&mut self, problem: &Problem) -> Result<(), ProblemError> {
        for limit in &problem.linear {
            let place = format!("limit `{}`", limit.name);
            let mut terms = Vec::new();
            for (name, a) in &limit.terms {
                if !a.is_finite() {
                    let reason = format!("the coefficient of `{name}` is no number");
                    return Err(ProblemError::Value { place, reason });
                }
                let c = channel_of(self.outlook, name, &place)?;
                terms.extend(self.decisions(|v| v.channel == c).into_iter().map(|j| (j, *a)));
            }
            let (least, most) =
                (limit.min.unwrap_or(f64::NEG_INFINITY), limit.max.unwrap_or(f64::INFINITY));
            if least.is_nan() || most.is_nan() || least > most {
                let reason = "its least is above its most".to_owned();
                return Err(ProblemError::Value { place, reason });
            }
            let rule = self.rule(format!("limit `{}`", limit.name));
            self.row(rule, terms, least, most);
        }
        Ok(())
    }
}

/// A number for a sentence.
fn round(x: f64) -> String {
    let text = format!("{x:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
