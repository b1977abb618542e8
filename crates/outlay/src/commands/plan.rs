//! `outlay plan`: where the next money goes, with its price and its proof.

mod ask;
mod folder;
mod own;
mod price;
mod scenarios;
mod studies;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use outlay_core::registry::Registry;
use outlay_mmm::ensemble::Ensemble;
use outlay_mmm::summary::{Summary, Verdict};
use outlay_planner::advise::{Asked, Found, PlanError, Settings, Words, account, optimise};
use outlay_planner::from_fit::{Outlook, outlook};
use outlay_planner::plan::{Plan, Source};
use outlay_planner::problem::{Problem, ProblemError};
use outlay_planner::solve::Progress;
use outlay_report::format::Locale;

use crate::commands::fit::on_interrupt;
use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::fit_dir::reopen;
use crate::render;

pub(crate) use scenarios::Compared;

/// Arguments of `outlay plan`.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    best: Best,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Price a plan of your own, or an earlier one under a new fit.
    Price(price::Args),
    /// Set plans side by side.
    Compare(scenarios::Args),
    /// The best plans at many budgets, or between gain and caution.
    Front(studies::FrontArgs),
    /// Which input, if wrong, changes the decision, and what it is worth to know.
    Sensitivity(studies::SensitivityArgs),
}

/// Arguments of the search itself.
#[derive(Debug, clap::Args)]
struct Best {
    #[command(flatten)]
    asked: Question,
    /// Folder for plan.json, plan.csv and the page: a new one, or one of an earlier plan.
    #[arg(long, short, value_name = "DIR", required = true)]
    out: Option<PathBuf>,
    /// A plan of your own (CSV) to set beside it.
    #[arg(long, value_name = "FILE")]
    own: Option<PathBuf>,
}

/// What is asked of the planner.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Question {
    /// Folder that `outlay fit --out` wrote.
    #[arg(required = true)]
    fit: Option<PathBuf>,
    /// Total to be spent at most: `1.2M`, `500k`, `1200000`, or `free`. What is spent now when left
    /// out.
    #[arg(long, value_name = "AMOUNT")]
    budget: Option<String>,
    /// How far the plan goes: `13w`, `3m`, `90d`, or a number of periods. A quarter when left out.
    #[arg(long, value_name = "TIME")]
    horizon: Option<String>,
    /// Limits (`docs/planning.md`). Without them every channel stays between the multiples of its
    /// current spend that `plan.change_min` and `plan.change_max` allow.
    #[arg(long, short, value_name = "FILE")]
    constraints: Option<PathBuf>,
    /// What is wanted: `outcome`, `profit`, `cautious[:0.1]`, `quantile:0.1`, `goal:2M`, `roas:3`,
    /// `cpa:25`, `mroi:1`.
    #[arg(long, value_name = "WHAT")]
    objective: Option<String>,
    /// How finely money is placed; chosen by the limits when left out.
    #[arg(long, value_name = "WHAT")]
    by: Option<ask::By>,
    /// Margin per unit of outcome, for profit.
    #[arg(long, value_name = "SHARE")]
    margin: Option<f64>,
    /// Gap to the best conceivable plan at which the search stops, as a share.
    #[arg(long, value_name = "SHARE")]
    gap: Option<f64>,
    /// Threads; all processors when left out. The answer does not depend on it.
    #[arg(long)]
    threads: Option<usize>,
}

/// A fit, opened for planning.
pub(crate) struct Opened {
    summary: Summary,
    ensemble: Ensemble,
    outlook: Outlook,
    periods: Vec<String>,
    words: Words,
    settings: Settings,
}

/// Runs the command.
pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Failure> {
    match &args.command {
        Some(Command::Price(args)) => price::run(args, context),
        Some(Command::Compare(args)) => scenarios::run(args, context),
        Some(Command::Front(args)) => studies::front(args, context),
        Some(Command::Sensitivity(args)) => studies::sensitivity(args, context),
        None => best(&args.best, context),
    }
}

fn best(args: &Best, context: &Context) -> Result<(), Failure> {
    let out = args.out.clone().unwrap_or_default();
    crate::folder::check(&out, folder::PLAN)?;
    let opened = Opened::open(&args.asked, context)?;
    let problem = opened.problem(&args.asked)?;
    let own =
        args.own.as_deref().map(|path| own::read(path, &opened, &opened.periods)).transpose()?;
    let cancel = on_interrupt()?;
    let found = opened.search(&problem, &cancel, context)?;
    let plan = opened.account(&problem, Some(&found), &found.cells, own.as_deref());
    folder::write(&out, &opened, &plan, &found.cells)?;
    folder::print(&plan, Some(&out), context)
}

impl Opened {
    /// Opens a fit for the horizon that is asked for.
    pub(crate) fn open(asked: &Question, context: &Context) -> Result<Self, Failure> {
        let fit = asked.fit.clone().unwrap_or_default();
        Self::of(&fit, asked.horizon.as_deref(), asked.gap, asked.threads, context)
    }

    pub(crate) fn of(
        fit: &Path,
        horizon: Option<&str>,
        gap: Option<f64>,
        threads: Option<usize>,
        _context: &Context,
    ) -> Result<Self, Failure> {
        if let Some(threads) = threads {
            // A second call in one process would find the pool built; the answer is the same.
            let _ = rayon::ThreadPoolBuilder::new().num_threads(threads.max(1)).build_global();
        }
        let summary = render::load::load(fit)?.summary;
        Self::new(summary, reopen(fit)?, horizon, gap)
    }

    /// A fit at hand, opened for planning.
    pub(crate) fn new(
        summary: Summary,
        ensemble: Ensemble,
        horizon: Option<&str>,
        gap: Option<f64>,
    ) -> Result<Self, Failure> {
        let calendar = ensemble.model().panel.calendar.clone();
        let horizon = ask::horizon(horizon, calendar.granularity())?;
        let outlook = outlook(&ensemble, horizon).map_err(|e| refused(&e.into()))?;
        let mut settings = Settings::of(&Registry::default());
        if let Some(gap) = gap {
            if !(gap > 0.0 && gap < 1.0) {
                let next = "give a share between 0 and 1, such as 0.001";
                return Err(Failure::new(
                    Exit::Specification,
                    "plan.gap",
                    format!("{gap} is no gap"),
                    next,
                ));
            }
            settings.effort.gap = gap;
        }
        let periods = ask::periods(&calendar, horizon);
        let words = words(&summary);
        Ok(Self { summary, ensemble, outlook, periods, words, settings })
    }

    /// The problem of a question.
    pub(crate) fn problem(&self, asked: &Question) -> Result<Problem, Failure> {
        ask::problem(asked, self)
    }

    /// Searches, with progress.
    pub(crate) fn search(
        &self,
        problem: &Problem,
        cancel: &AtomicBool,
        context: &Context,
    ) -> Result<Found, Failure> {
        let told = std::sync::Mutex::new(std::time::Instant::now());
        let watch = |progress: &Progress| {
            if let Ok(mut last) = told.lock()
                && !context.quiet
                && last.elapsed().as_secs_f64() > 1.0
            {
                *last = std::time::Instant::now();
                let gap = (progress.bound - progress.value) / progress.value.abs();
                let gap = if gap.is_finite() { self.words.percent(gap) } else { "—".into() };
                anstream::eprintln!("searching: {} boxes, gap {gap}", progress.nodes);
            }
            !cancel.load(Ordering::Relaxed)
        };
        optimise(&self.outlook, problem, &self.settings, &self.words, &watch)
            .map_err(|e| refused(&e))
    }

    /// The account of a plan.
    pub(crate) fn account(
        &self,
        problem: &Problem,
        found: Option<&Found>,
        cells: &[f64],
        own: Option<&[f64]>,
    ) -> Plan {
        let model = self.ensemble.model();
        let source = Source {
            data: self.summary.data.fingerprint.clone(),
            preset: model.spec.preset.name().to_owned(),
            seed: self.summary.seed,
            draws: self.outlook.response.draws.len(),
            structures: self.ensemble.members.iter().map(|m| (m.name.clone(), m.weight)).collect(),
            health: match self.summary.health.verdict {
                Verdict::Ok => "ok",
                Verdict::Review => "review",
                Verdict::Fail => "fail",
            }
            .to_owned(),
        };
        let asked = Asked {
            outlook: &self.outlook,
            problem,
            found,
            cells,
            own,
            periods: &self.periods,
            source,
            version: env!("CARGO_PKG_VERSION"),
        };
        account(&asked, &self.settings, &self.words)
    }
}

fn words(summary: &Summary) -> Words {
    let data = &summary.data;
    let symbol =
        data.currency.as_deref().and_then(|code| code.parse::<outlay_core::Currency>().ok());
    Words {
        currency: symbol.map(|c| c.symbol().to_owned()).unwrap_or_default(),
        code: symbol.map(|c| c.code().to_owned()),
        outcome_unit: data.outcome_unit.clone(),
        outcome_is_money: data.outcome_is_money,
        period: data.granularity.clone(),
        number: |x| Locale::POINT.compact(x),
    }
}

/// The plan of the demo: the same money in the next quarter, within the usual limits.
pub(crate) struct Demo {
    /// The plan.
    pub(crate) plan: Plan,
    /// Its documents, by name.
    pub(crate) files: Vec<(String, Vec<u8>)>,
}

/// Plans the quarter after a fit that was just made.
pub(crate) fn demo(
    summary: &Summary,
    ensemble: Ensemble,
    cancel: &AtomicBool,
    context: &Context,
) -> Result<Demo, Failure> {
    let opened = Opened::new(summary.clone(), ensemble, None, None)?;
    let problem = ask::usual_problem(&opened);
    let found = opened.search(&problem, cancel, context)?;
    let plan = opened.account(&problem, Some(&found), &found.cells, None);
    let files = folder::documents(&opened, &plan, &found.cells)?;
    Ok(Demo { plan, files })
}

/// A planner's refusal as people see it.
pub(crate) fn refused(error: &PlanError) -> Failure {
    let (exit, code, next) = match error {
        PlanError::Response(_) => {
            (Exit::Data, "plan.response", "look at the fit with `outlay show`")
        }
        PlanError::Problem(ProblemError::Clash { .. }) => {
            (Exit::Specification, "plan.clash", "relax one of them; nothing was written")
        }
        PlanError::Problem(ProblemError::Unknown { .. }) => {
            (Exit::Specification, "plan.unknown", "correct the name; nothing was written")
        }
        PlanError::Problem(ProblemError::AllLocked) => (
            Exit::Specification,
            "plan.locked",
            "unlock one, or price the plan with `outlay plan price`",
        ),
        PlanError::Problem(_) => {
            (Exit::Specification, "plan.problem", "correct it; nothing was written")
        }
        PlanError::Target { .. } => (
            Exit::Specification,
            "plan.target",
            "lower the target, or the least that must be spent; nothing was written",
        ),
        PlanError::Stopped => (Exit::Interrupted, "plan.stopped", "run it again and let it finish"),
    };
    Failure::from_error(exit, code, error, next)
}
