//! What if: the front between money, outcome and risk; which input, if wrong, changes the decision;
//! what it would be worth to know.

use std::cell::Cell;

use outlay_mmm::summary::Estimate;
use serde::{Deserialize, Serialize};

use crate::advise::{Found, PlanError, Settings, Words, optimise};
use crate::evaluate::Evaluator;
use crate::from_fit::Outlook;
use crate::problem::{Budget, Problem, Wanted};
use crate::solve::Watch;

/// One plan of a front.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FrontPoint {
    /// Total spend.
    pub spend: f64,
    /// Expected outcome.
    pub expected: f64,
    /// Mean outcome of the worst draws, `plan.front_worst_share` of them.
    pub worst: f64,
    /// Outcome per unit of spend.
    pub roi: Option<f64>,
    /// Outcome of the next unit of budget.
    pub next: f64,
    /// Spend per channel.
    pub channels: Vec<f64>,
    /// Gap of the certificate.
    pub gap: Option<f64>,
}

/// One point; `share` of the draws are its worst.
fn point(outlook: &Outlook, found: &Found, share: f64) -> FrontPoint {
    let outcomes = Evaluator::new(&outlook.response).outcomes(&found.cells);
    let n = outcomes.len().max(1) as f64;
    let expected = outcomes.iter().sum::<f64>() / n;
    let mut sorted = outcomes;
    sorted.sort_by(f64::total_cmp);
    let few = ((share * n).ceil() as usize).clamp(1, sorted.len().max(1));
    let worst = sorted.iter().take(few).sum::<f64>() / few as f64;
    let size = outlook.response.geos.len() * outlook.response.horizon;
    let channels: Vec<f64> = found.cells.chunks_exact(size).map(|c| c.iter().sum()).collect();
    let spend: f64 = channels.iter().sum();
    let rules = &found.compiled.polytope();
    // The budget's own row comes first where there is one.
    let prices = rules.rows.iter().zip(&found.solution.prices);
    let budget = prices.filter(|(r, _)| r.terms.len() == rules.len());
    let next = budget.map(|(_, price)| *price).fold(0.0, f64::max);
    FrontPoint {
        spend,
        expected,
        worst,
        roi: (spend > 0.0).then(|| expected / spend),
        next,
        channels,
        gap: found.solution.gap,
    }
}

/// Best plans at budgets from `low` to `high`.
///
/// # Errors
/// [`PlanError`]; budgets that the other limits do not allow are left out, unless all are.
pub fn budget_front(
    outlook: &Outlook,
    problem: &Problem,
    (low, high): (f64, f64),
    points: usize,
    settings: &Settings,
    words: &Words,
    watch: Watch<'_>,
) -> Result<Vec<FrontPoint>, PlanError> {
    let mut front = Vec::new();
    let mut refused = None;
    for k in 0..points.max(2) {
        let most = low + (high - low) * k as f64 / (points.max(2) - 1) as f64;
        let budget = Budget { least: 0.0, most: Some(most) };
        let problem = Problem { budget, ..problem.clone() };
        match optimise(outlook, &problem, settings, words, watch) {
            Ok(found) => front.push(point(outlook, &found, settings.study.worst)),
            Err(e @ PlanError::Problem(_)) => refused = Some(e),
            Err(e) => return Err(e),
        }
    }
    match refused {
        Some(error) if front.is_empty() => Err(error),
        _ => Ok(undominated(front, |p| (-p.spend, p.expected))),
    }
}

/// Best plans of one budget from the largest expected outcome to the best of the worst.
///
/// # Errors
/// [`PlanError`].
pub fn risk_front(
    outlook: &Outlook,
    problem: &Problem,
    points: usize,
    settings: &Settings,
    words: &Words,
    watch: Watch<'_>,
) -> Result<Vec<FrontPoint>, PlanError> {
    let mut front = Vec::new();
    for k in 0..points.max(2) {
        let weight = 1.0 - k as f64 / (points.max(2) - 1) as f64;
        let wanted = Wanted::Cautious { level: settings.study.worst, weight };
        let found =
            optimise(outlook, &Problem { wanted, ..problem.clone() }, settings, words, watch)?;
        front.push(point(outlook, &found, settings.study.worst));
    }
    // Gains over doing nothing are what is traded; what both lack is not.
    Ok(undominated(front, |p| (p.expected, p.worst)))
}

/// Points that no other beats in both respects; equal ones once.
fn undominated(points: Vec<FrontPoint>, of: impl Fn(&FrontPoint) -> (f64, f64)) -> Vec<FrontPoint> {
    let values: Vec<(f64, f64)> = points.iter().map(&of).collect();
    let beaten = |i: usize| {
        (0..values.len()).filter(|j| *j != i).any(|j| {
            let ((a, b), (c, d)) = (values[i], values[j]);
            c >= a && d >= b && (c > a || d > b || j < i)
        })
    };
    points.into_iter().enumerate().filter(|(i, _)| !beaten(*i)).map(|(_, p)| p).collect()
}

/// How the plan stands if an input is other than expected.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Swing {
    /// The input, in words.
    pub input: String,
    /// What it is in this case, in words.
    pub case: String,
    /// Expected outcome of the plan in this case.
    pub outcome: f64,
    /// Expected outcome of the best plan in this case.
    pub best: f64,
    /// The difference: what is lost by not knowing.
    pub lost: f64,
    /// Share of the money that the best plan of this case places elsewhere.
    pub moved: f64,
}

/// What knowing a channel's response would be worth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Knowledge {
    /// Channel.
    pub channel: String,
    /// Expected gain in outcome from knowing it before the money is placed.
    pub worth: f64,
    /// What it brings, as it is known now.
    pub known: Estimate,
}

/// Which inputs decide.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Sensitivity {
    /// Cases, the costliest first.
    pub swings: Vec<Swing>,
    /// Worth of knowing each channel, the most first.
    pub knowledge: Vec<Knowledge>,
    /// Worth of knowing everything.
    pub all: f64,
    /// In one sentence.
    pub sentence: String,
}

/// Is told before each search of a study how many are done, and of how many; says whether the
/// study goes on.
pub type Searched<'a> = &'a (dyn Fn(usize, usize) -> bool + Sync);

/// Cases of a channel whose best plan is searched: it brings little or much, is dearer or cheaper.
const CASES: usize = 4;

/// How many plans [`sensitivity`] searches.
pub fn searches(outlook: &Outlook, settings: &Settings) -> usize {
    let study = &settings.study;
    let draws = outlook.response.thinned(study.draws).draws.len();
    let channel = CASES + draws.min(study.groups);
    outlook.response.channels.len() * channel + draws.min(study.each)
}

/// Searches what would change a plan.
///
/// Cases of a channel are the draws (`plan.case_share` of them) in which it brings least and most. What knowing
/// it is worth is the expected value of partial perfect information: draws are grouped by what the
/// channel brings, the best plan of each group is searched, and the gains are averaged (Strong and
/// Oakley 2013, single-parameter partition).
///
/// `watch` is told how each search goes on, `searched` how many there have been; either stops it.
///
/// # Errors
/// [`PlanError`]; [`PlanError::Stopped`] also where single searches had found something, since a
/// study of some cases says nothing about which decides.
pub fn sensitivity(
    outlook: &Outlook,
    problem: &Problem,
    found: &Found,
    settings: &Settings,
    words: &Words,
    watch: Watch<'_>,
    searched: Searched<'_>,
) -> Result<Sensitivity, PlanError> {
    let count = Count { searched, done: Cell::new(0), of: searches(outlook, settings) };
    // Many searches, each a comparison: more draws would not change which input decides.
    let thinned =
        Outlook { response: outlook.response.thinned(settings.study.draws), ..outlook.clone() };
    let outlook = &thinned;
    let mut problem = problem.clone();
    // What is compared are expected outcomes, whatever the plan was made for.
    if !matches!(problem.wanted, Wanted::Profit | Wanted::TargetMroi { .. }) {
        problem.wanted = Wanted::Outcome;
    }
    let study = Study { outlook, problem: &problem, found, settings, words, watch, count };
    let n = outlook.response.draws.len();
    let own = study.own();
    let dearer = settings.study.dearer;
    let mut swings = Vec::new();
    let mut knowledge = Vec::new();
    for (c, name) in outlook.response.channels.iter().enumerate() {
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|a, b| own[c][*a].total_cmp(&own[c][*b]));
        let few = ((settings.study.case * n as f64).ceil() as usize).clamp(1, n);
        let input = format!("what {name} brings");
        for (case, draws) in
            [("as little as it may", &order[..few]), ("as much as it may", &order[n - few..])]
        {
            swings.push(study.swing(&input, case, draws, &problem)?);
        }
        for (case, by) in [("dearer", dearer), ("cheaper", -dearer)] {
            let mut changed = problem.clone();
            let mut limits = problem.limits(name).clone();
            limits.cost_change = (1.0 + limits.cost_change) * (1.0 + by) - 1.0;
            changed.channels.insert(name.clone(), limits);
            let input = format!("the price of {name}");
            let case = format!("{} {case}", words.percent(dearer));
            let all: Vec<usize> = (0..n).collect();
            swings.push(study.swing(&input, &case, &all, &changed)?);
        }
        let worth = study.worth(&order, settings.study.groups)?;
        knowledge.push(Knowledge {
            channel: name.clone(),
            worth,
            known: Estimate::from_draws(&own[c]),
        });
    }
    swings.sort_by(|a, b| b.lost.total_cmp(&a.lost));
    knowledge.sort_by(|a, b| b.worth.total_cmp(&a.worth));
    let all: Vec<usize> = (0..n).collect();
    let everything = study.worth_each(&all, n.min(settings.study.each))?;
    let sentence = match knowledge.first() {
        Some(first) if first.worth > settings.study.worthwhile * study.expected(&all).abs() => {
            format!(
                "Knowing what {} brings would be worth {} before the money is placed; a test of it comes first.",
                first.channel,
                words.outcome(first.worth),
            )
        }
        _ => "No single channel is worth a test for this decision: the plan would hardly change."
            .to_owned(),
    };
    Ok(Sensitivity { swings, knowledge, all: everything, sentence })
}

struct Study<'a> {
    outlook: &'a Outlook,
    problem: &'a Problem,
    found: &'a Found,
    settings: &'a Settings,
    words: &'a Words,
    watch: Watch<'a>,
    count: Count<'a>,
}

/// How many searches are done.
struct Count<'a> {
    searched: Searched<'a>,
    done: Cell<usize>,
    of: usize,
}

impl Count<'_> {
    /// Does one more search, unless the study is stopped before it or within it.
    fn one(&self, search: impl FnOnce() -> Result<Found, PlanError>) -> Result<Found, PlanError> {
        // Searches that need no proof are over before they look whether to stop.
        if !(self.searched)(self.done.get(), self.of) {
            return Err(PlanError::Stopped);
        }
        let found = search()?;
        if found.solution.stopped {
            // The best plan so far is not the best plan of its case.
            return Err(PlanError::Stopped);
        }
        self.done.set(self.done.get() + 1);
        Ok(found)
    }
}

impl Study<'_> {
    /// What each channel brings under the plan, `[channel][draw]`.
    fn own(&self) -> Vec<Vec<f64>> {
        let doubt = self.settings.doubt;
        crate::pricing::Pricer::new(self.outlook, doubt).price_channels(&self.found.cells)
    }

    fn with(&self, draws: &[usize]) -> Outlook {
        Outlook { response: self.outlook.response.with_draws(draws), ..self.outlook.clone() }
    }

    fn expected(&self, draws: &[usize]) -> f64 {
        mean_of(&self.with(draws), &self.found.cells)
    }

    /// The best plan of some draws, and what it brings there.
    fn best(&self, draws: &[usize], problem: &Problem) -> Result<(Found, f64), PlanError> {
        let some = self.with(draws);
        let settings = Settings {
            effort: crate::solve::Effort {
                nodes: self.settings.effort.nodes.min(self.settings.study.nodes),
                ..self.settings.effort
            },
            ..*self.settings
        };
        let search = || optimise(&some, problem, &settings, self.words, self.watch);
        let found = self.count.one(search)?;
        let some = crate::advise::with_costs(&some, problem);
        let value = mean_of(&some, &found.cells);
        Ok((found, value))
    }

    fn swing(
        &self,
        input: &str,
        case: &str,
        draws: &[usize],
        problem: &Problem,
    ) -> Result<Swing, PlanError> {
        let (found, best) = self.best(draws, problem)?;
        let some = crate::advise::with_costs(&self.with(draws), problem);
        let outcome = mean_of(&some, &self.found.cells);
        let total: f64 = self.found.cells.iter().sum::<f64>().max(f64::MIN_POSITIVE);
        let apart = found.cells.iter().zip(&self.found.cells).map(|(a, b)| (a - b).abs());
        Ok(Swing {
            input: input.to_owned(),
            case: case.to_owned(),
            outcome,
            best: best.max(outcome),
            lost: (best - outcome).max(0.0),
            moved: (0.5 * apart.sum::<f64>() / total).min(1.0),
        })
    }

    /// Mean gain from planning for each of `groups` groups of consecutive draws of an order.
    fn worth(&self, order: &[usize], groups: usize) -> Result<f64, PlanError> {
        let n = order.len();
        let group = |k: usize| &order[k * n / groups..(k + 1) * n / groups];
        self.gained((0..groups).map(group).filter(|draws| !draws.is_empty()))
    }

    /// Mean gain from planning for each of `count` draws, evenly taken of all.
    fn worth_each(&self, all: &[usize], count: usize) -> Result<f64, PlanError> {
        let n = all.len();
        self.gained((0..count).map(|k| &all[k * n / count..k * n / count + 1]))
    }

    /// Mean gain from planning for each of these groups of draws, by their sizes.
    fn gained<'d>(&self, groups: impl Iterator<Item = &'d [usize]>) -> Result<f64, PlanError> {
        let (mut gained, mut weight) = (0.0, 0.0);
        for draws in groups {
            let (_, best) = self.best(draws, self.problem)?;
            let share = draws.len() as f64;
            gained += share * (best - self.expected(draws)).max(0.0);
            weight += share;
        }
        Ok(if weight > 0.0 { gained / weight } else { 0.0 })
    }
}

fn mean_of(outlook: &Outlook, cells: &[f64]) -> f64 {
    let outcomes = Evaluator::new(&outlook.response).outcomes(cells);
    outcomes.iter().sum::<f64>() / outcomes.len().max(1) as f64
}
