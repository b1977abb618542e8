//! `outlay plan price`: what a given plan brings.

use std::path::PathBuf;

use outlay_engine::folder::refuse_early;
use outlay_engine::learn::Fit;
use outlay_engine::plan::{OwnPlan, PLAN, PriceRequest, changes, price};
use outlay_engine::{EngineError, Progress};

use super::print;
use crate::context::Context;
use crate::failure::Failure;
use crate::progress::{ProgressKind, Watch};
use crate::render;
use crate::running::Running;

/// Arguments of `outlay plan price`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Folder that `outlay fit --out` wrote.
    fit: PathBuf,
    /// The plan: a CSV with `channel` and `spend` (and `period`, `geo`), or a column per channel; or
    /// the folder of an earlier plan.
    plan: PathBuf,
    /// How far the plan goes. A quarter when left out; as far as the earlier plan, where one is
    /// named.
    #[arg(long, value_name = "TIME")]
    horizon: Option<String>,
    /// Margin per unit of outcome, for profit.
    #[arg(long, value_name = "SHARE")]
    margin: Option<f64>,
    /// Folder for plan.json, plan.csv and the page.
    #[arg(long, short, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Threads; all processors when left out.
    #[arg(long)]
    threads: Option<usize>,
}

/// Runs the command.
pub(super) fn run(args: &Args, context: &Context) -> Result<(), Failure> {
    if let Some(out) = &args.out {
        refuse_early(out, &PLAN).map_err(EngineError::from)?;
    }
    let running = Running::begin()?;
    let own = OwnPlan::earlier(&args.plan)?;
    let fit = Fit::open(&args.fit)?;
    let request =
        PriceRequest { horizon: args.horizon.as_deref().map(Into::into), margin: args.margin };
    let watch = Watch::new(ProgressKind::Auto, context.quiet);
    let see = |p: &Progress| watch.see(p);
    let planned = price(&fit, &own, &request, running.run(&see, args.threads))?;
    if let Some(out) = &args.out {
        planned.write(out)?;
    }
    print(&planned, args.out.as_deref(), context)?;
    if let (Some(earlier), false) = (own.plan(), context.json()) {
        let plan = &planned.plan;
        anstream::print!("{}", render::repriced(&changes(plan, earlier), plan, earlier));
    }
    Ok(())
}
