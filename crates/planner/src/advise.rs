//! From a problem to a plan with its price: the search with the objective that was asked for, and
//! the account of what it found.

mod account;
mod words;

use outlay_core::registry::{Registry, keys};
use thiserror::Error;

use crate::design::Resolution;
use crate::evaluate::Evaluator;
use crate::from_fit::Outlook;
use crate::objective::{Aggregate, Objective};
use crate::pricing::Doubt;
use crate::problem::{Compiled, Problem, ProblemError, Wanted, compile};
use crate::response::ResponseError;
use crate::solve::{Effort, Solution, SolveError, Watch, solve};

pub use account::{Asked, account};
pub use words::Words;

/// What the registry says about planning.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// How far the search goes.
    pub effort: Effort,
    /// How doubt grows beyond what was seen.
    pub doubt: Doubt,
    /// Least and most spend of a channel as multiples of now, where no limits were given.
    pub change: (f64, f64),
    /// Most that a plan without a budget may spend, as a multiple of now.
    pub free: f64,
    /// From where on the account of a plan has something to say.
    pub remarks: Remarks,
    /// What studies of a plan look at.
    pub study: Study,
}

/// From where on the account of a plan has something to say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Remarks {
    /// Multiple of the current spend from which a channel is said to need time.
    pub ramp: f64,
    /// Probability of being worse than doing nothing from which a plan is called undecided.
    pub undecided: f64,
    /// Share of the spend by which two budgets may differ and still be called the same.
    pub alike: f64,
    /// Share of the outcome below which a cautious plan stays as it is: what searches leave.
    pub stay: f64,
    /// Share of the spend from which a move of money is named.
    pub moved: f64,
}

/// What studies of a plan look at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Study {
    /// Share of the draws that a front counts as the worst.
    pub worst: f64,
    /// Share of the draws that makes a low or a high case.
    pub case: f64,
    /// Change of a price of exposure that is tried.
    pub dearer: f64,
    /// Worth, as a share of the outcome, from which a test is recommended.
    pub worthwhile: f64,
    /// Groups of draws between which a channel's response is known.
    pub groups: usize,
    /// Single draws that stand for perfect knowledge.
    pub each: usize,
    /// Most draws that a study looks at.
    pub draws: usize,
    /// Boxes that each of the many searches looks into at most.
    pub nodes: usize,
}

impl Study {
    fn of(registry: &Registry) -> Self {
        let whole = |setting| registry.get(setting) as usize;
        Self {
            worst: registry.get(&keys::PLAN_WORST_SHARE),
            case: registry.get(&keys::PLAN_CASE_SHARE),
            dearer: registry.get(&keys::PLAN_CASE_COST),
            worthwhile: registry.get(&keys::PLAN_TEST_WORTH),
            groups: whole(&keys::PLAN_KNOWLEDGE_GROUPS),
            each: whole(&keys::PLAN_KNOWLEDGE_DRAWS),
            draws: whole(&keys::PLAN_STUDY_DRAWS),
            nodes: whole(&keys::PLAN_STUDY_NODES),
        }
    }
}

impl Settings {
    /// The settings in force.
    pub fn of(registry: &Registry) -> Self {
        Self {
            effort: Effort {
                gap: registry.get(&keys::PLAN_GAP),
                nodes: registry.get(&keys::PLAN_NODES) as usize,
                scouts: registry.get(&keys::PLAN_SCOUT_DRAWS) as usize,
            },
            doubt: Doubt { per_doubling: registry.get(&keys::PLAN_DOUBT), seed: 1 },
            change: (registry.get(&keys::PLAN_CHANGE_MIN), registry.get(&keys::PLAN_CHANGE_MAX)),
            remarks: Remarks {
                ramp: registry.get(&keys::PLAN_RAMP_NOTE),
                undecided: registry.get(&keys::PLAN_UNDECIDED),
                alike: registry.get(&keys::PLAN_SAME_BUDGET),
                stay: registry.get(&keys::PLAN_STAY),
                moved: registry.get(&keys::PLAN_MOVE),
            },
            free: registry.get(&keys::PLAN_FREE_BUDGET),
            study: Study::of(registry),
        }
    }
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum PlanError {
    /// The response functions cannot be used.
    #[error(transparent)]
    Response(#[from] ResponseError),
    /// The problem makes no sense, or its limits clash.
    #[error(transparent)]
    Problem(#[from] ProblemError),
    /// The search was stopped before it had a plan.
    #[error("stopped before a plan was found; nothing was written")]
    Stopped,
    /// No plan returns what was asked for.
    #[error("no plan returns {wanted}: the best average within the limits is {best}")]
    Target {
        /// What was asked for.
        wanted: String,
        /// What can be had.
        best: String,
    },
}

/// A plan as the search found it.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Spend per cell.
    pub cells: Vec<f64>,
    /// The search's result, in the compiled problem's decisions.
    pub solution: Solution,
    /// The problem with its limits in words.
    pub compiled: Compiled,
    /// How finely money was placed.
    pub resolution: Resolution,
}

/// An outlook with the problem's cost changes: exposure is dearer or cheaper than it was.
pub fn with_costs(outlook: &Outlook, problem: &Problem) -> Outlook {
    let mut changed = outlook.clone();
    let names = outlook.response.channels.iter();
    for (name, delivery) in names.zip(&mut changed.response.deliveries) {
        let dearer = 1.0 + problem.limits(name).cost_change;
        delivery.rate.iter_mut().for_each(|r| *r /= dearer);
    }
    changed
}

/// Searches the best plan of a problem. The outlook is the fit's; the problem's cost changes are
/// applied here. `unit` writes money.
///
/// # Errors
/// [`PlanError`] for problems that make no sense or clash, with a smallest set of clashing limits.
pub fn optimise(
    outlook: &Outlook,
    problem: &Problem,
    settings: &Settings,
    words: &Words,
    watch: Watch<'_>,
) -> Result<Found, PlanError> {
    outlook.response.validate()?;
    let outlook = &with_costs(outlook, problem);
    let compiled = compile(problem, outlook, settings.free, &|x| words.money(x))?;
    let clash = compiled.clash();
    if !clash.is_empty() {
        return Err(ProblemError::Clash { clash }.into());
    }
    let valued = valued(outlook, problem);
    let search = Search { outlook: &valued, compiled: &compiled, settings, watch };
    let solution = match problem.wanted {
        Wanted::TargetRoas { least } => search.target(least, words)?,
        Wanted::TargetCpa { most } if most > 0.0 => search.target(1.0 / most, words)?,
        Wanted::TargetCpa { .. } => {
            let reason = "a cost per outcome is above zero".to_owned();
            return Err(ProblemError::Value { place: "the objective".to_owned(), reason }.into());
        }
        wanted => search.run(&objective(&valued, wanted)?, Vec::new())?,
    };
    let cells = compiled.design.spread(&solution.x);
    let resolution = resolution_of(&compiled, outlook);
    Ok(Found { cells, solution, compiled, resolution })
}

fn resolution_of(compiled: &Compiled, outlook: &Outlook) -> Resolution {
    let first = compiled.design.variables.first();
    let (geo, period) = first.map_or((false, false), |v| (v.geo.is_some(), v.period.is_some()));
    match (geo && outlook.response.geos.len() > 1, period) {
        (true, true) => Resolution::Cell,
        (true, false) => Resolution::Geo,
        (false, true) => Resolution::Period,
        (false, false) => Resolution::Channel,
    }
}

/// The outlook with outcomes in what they are worth, where profit is wanted.
fn valued(outlook: &Outlook, problem: &Problem) -> Outlook {
    let mut valued = outlook.clone();
    if problem.wanted == Wanted::Profit {
        let names = outlook.response.channels.iter();
        for (name, margin) in names.zip(&mut valued.response.margins) {
            *margin = problem.limits(name).margin.or(problem.margin).unwrap_or(1.0);
        }
    }
    valued
}

fn objective(outlook: &Outlook, wanted: Wanted) -> Result<Objective, ProblemError> {
    let refuse = |reason: &str| {
        Err(ProblemError::Value { place: "the objective".to_owned(), reason: reason.to_owned() })
    };
    let share = |level: f64| level > 0.0 && level < 1.0;
    let plain = Objective::outcome();
    Ok(match wanted {
        Wanted::Outcome | Wanted::TargetRoas { .. } | Wanted::TargetCpa { .. } => plain,
        Wanted::Profit => Objective { price: 1.0, ..plain },
        Wanted::TargetMroi { least } if least.is_finite() && least > 0.0 => {
            Objective { price: least, ..plain }
        }
        Wanted::TargetMroi { .. } => {
            return refuse("a target for the return on the next unit is above zero");
        }
        Wanted::Cautious { level, weight } => {
            if !share(level) || !(0.0..=1.0).contains(&weight) {
                return refuse("`level` lies between 0 and 1, and `weight` from 0 to 1");
            }
            let against = Evaluator::new(&outlook.response).outcomes(&outlook.reference);
            Objective { aggregate: Aggregate::Tail { level, weight }, against, price: 0.0 }
        }
        Wanted::Quantile { level } if share(level) => {
            Objective { aggregate: Aggregate::Quantile { level }, ..plain }
        }
        Wanted::Quantile { .. } => return refuse("a quantile's level lies between 0 and 1"),
        Wanted::Goal { least } if least.is_finite() => {
            Objective { aggregate: Aggregate::Probability { least }, ..plain }
        }
        Wanted::Goal { .. } => return refuse("a goal is a number"),
    })
}

struct Search<'a> {
    outlook: &'a Outlook,
    compiled: &'a Compiled,
    settings: &'a Settings,
    watch: Watch<'a>,
}

/// Halvings of the price that a target is searched by.
const HALVINGS: usize = 20;

impl Search<'_> {
    fn run(&self, objective: &Objective, hints: Vec<Vec<f64>>) -> Result<Solution, PlanError> {
        let design = &self.compiled.design;
        let mut hints = hints;
        hints.push(design.gather(&self.outlook.reference));
        let polytope = self.compiled.polytope();
        let effort = self.settings.effort;
        let response = &self.outlook.response;
        solve(response, design, objective, &polytope, &hints, effort, self.watch).map_err(|e| {
            match e {
                SolveError::Stopped => PlanError::Stopped,
                // What the rules alone allow the search must find; a clash of switches with what
                // rounding leaves is the only way here.
                SolveError::Infeasible => {
                    ProblemError::Clash { clash: vec!["the limits taken together".to_owned()] }
                        .into()
                }
            }
        })
    }

    /// The largest outcome whose average return is at least `least`.
    ///
    /// With `θ` from 0 to `least`, the best plan of `outcome − θ · spend` spends less and returns
    /// more as `θ` grows; the smallest `θ` that meets the target is searched. By weak duality
    /// (multiplier `θ / (least − θ)`) each of these plans also bounds the outcome that was asked
    /// for.
    fn target(&self, least: f64, words: &Words) -> Result<Solution, PlanError> {
        if !(least.is_finite() && least > 0.0) {
            let reason = "a target is above zero".to_owned();
            return Err(ProblemError::Value { place: "the objective".to_owned(), reason }.into());
        }
        let at = |price: f64, hint: Option<&Solution>| {
            let objective = Objective { price, ..Objective::outcome() };
            self.run(&objective, hint.map(|s| vec![s.x.clone()]).unwrap_or_default())
        };
        let spent = |s: &Solution| s.x.iter().sum::<f64>();
        let outcome = |s: &Solution, price: f64| s.value + price * spent(s);
        let meets = |s: &Solution, price: f64| outcome(s, price) >= least * spent(s) * (1.0 - 1e-9);
        let mut bound = f64::INFINITY;
        let mut note = |s: &Solution, price: f64| {
            if let Some(b) = s.bound {
                bound = bound.min(b * least / (least - price));
            }
        };
        let free = at(0.0, None)?;
        note(&free, 0.0);
        let (mut best, mut price) = (free.clone(), 0.0);
        if !meets(&free, 0.0) {
            let tight = least * (1.0 - 1e-6);
            let dear = at(tight, Some(&free))?;
            if !meets(&dear, tight) {
                let roi = outcome(&dear, tight) / spent(&dear).max(f64::MIN_POSITIVE);
                let (wanted, best) = (words.ratio(least), words.ratio(roi));
                return Err(PlanError::Target { wanted, best });
            }
            let (mut low, mut high) = (0.0, tight);
            (best, price) = (dear, tight);
            for _ in 0..HALVINGS {
                if best.stopped || high - low < 1e-4 * least {
                    break;
                }
                let middle = 0.5 * (low + high);
                let found = at(middle, Some(&best))?;
                note(&found, middle);
                if meets(&found, middle) {
                    high = middle;
                    if outcome(&found, middle) >= outcome(&best, price) {
                        (best, price) = (found, middle);
                    }
                } else {
                    low = middle;
                }
            }
        }
        let value = outcome(&best, price);
        let bound = Some(bound.max(value)).filter(|b| b.is_finite());
        let gap = bound.map(|b| (b - value) / value.abs().max(f64::MIN_POSITIVE));
        Ok(Solution { value, bound, gap, ..best })
    }
}
