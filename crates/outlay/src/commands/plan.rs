//! `outlay plan`: where the next money goes, with its price and its proof.

mod price;
mod reach;
mod scenarios;
mod studies;

use std::path::{Path, PathBuf};

use outlay_engine::folder::refuse_early;
use outlay_engine::learn::Fit;
use outlay_engine::plan::{OwnPlan, PLAN, Planned, limits_file, plan};
use outlay_engine::{EngineError, Progress, plan as engine};
use outlay_planner::design::Resolution;

use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::progress::{ProgressKind, Watch};
use crate::render;
use crate::running::Running;

/// How finely money is placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum By {
    /// A total per channel; periods and geos as they are now.
    Channel,
    /// Per channel and geo.
    Geo,
    /// Per channel and period.
    Period,
    /// Per channel, geo and period.
    Cell,
}

impl By {
    fn resolution(self) -> Resolution {
        match self {
            Self::Channel => Resolution::Channel,
            Self::Geo => Resolution::Geo,
            Self::Period => Resolution::Period,
            Self::Cell => Resolution::Cell,
        }
    }
}

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
    /// Whom a budget reaches, and how often, from points of reach curves.
    Reach(reach::Args),
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
struct Question {
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
    by: Option<By>,
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

/// Runs the command.
pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Failure> {
    match &args.command {
        Some(Command::Price(args)) => price::run(args, context),
        Some(Command::Compare(args)) => scenarios::run(args, context),
        Some(Command::Front(args)) => studies::front(args, context),
        Some(Command::Reach(args)) => reach::run(args, context),
        Some(Command::Sensitivity(args)) => studies::sensitivity(args, context),
        None => best(&args.best, context),
    }
}

fn best(args: &Best, context: &Context) -> Result<(), Failure> {
    let out = args.out.clone().unwrap_or_default();
    refuse_early(&out, &PLAN).map_err(EngineError::from)?;
    let running = Running::begin()?;
    let fit = args.asked.open()?;
    let question = args.asked.question()?;
    let own = args.own.as_deref().map(OwnPlan::at);
    let watch = Watch::new(ProgressKind::Auto, context.quiet);
    let see = |p: &Progress| watch.see(p);
    let run = running.run(&see, args.asked.threads);
    let planned = plan(&fit, &question, own.as_ref(), run)?;
    planned.write(&out)?;
    print(&planned, Some(&out), context)
}

impl Question {
    /// The fit that is planned with.
    fn open(&self) -> Result<Fit, Failure> {
        Ok(Fit::open(&self.fit.clone().unwrap_or_default())?)
    }

    /// The question as the engine takes it.
    fn question(&self) -> Result<engine::Question, Failure> {
        Ok(engine::Question {
            budget: self.budget.as_deref().map(Into::into),
            horizon: self.horizon.as_deref().map(Into::into),
            limits: self.constraints.as_deref().map(limits_file).transpose()?,
            objective: self.objective.clone(),
            by: self.by.map(By::resolution),
            margin: self.margin,
            gap: self.gap,
        })
    }
}

/// Prints a plan as the user wants to see it.
fn print(planned: &Planned, out: Option<&Path>, context: &Context) -> Result<(), Failure> {
    if context.json() {
        let text = serde_json::to_string_pretty(&planned.plan)
            .map_err(|e| Failure::from_error(Exit::Internal, "json", &e, ""))?;
        anstream::println!("{text}");
    } else {
        anstream::print!("{}", render::plan(&planned.plan, out));
    }
    Ok(())
}
