//! `outlay plan price`: what a given plan brings.

use std::path::PathBuf;

use outlay_planner::problem::{Budget, Problem};
use serde::Serialize;

use super::{Opened, folder, own};
use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::render;

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

/// How the price of one plan changed from one fit to another.
#[derive(Serialize)]
struct Changed {
    channel: String,
    before: f64,
    after: f64,
    difference: f64,
}

/// Runs the command.
pub(super) fn run(args: &Args, context: &Context) -> Result<(), Failure> {
    if let Some(out) = &args.out {
        crate::folder::check(out, folder::PLAN)?;
    }
    let earlier = args.plan.is_dir().then(|| folder::read(&args.plan)).transpose()?;
    let known = earlier.as_ref().map(|p| p.question.periods.len().to_string());
    let horizon = args.horizon.clone().or(known);
    let opened = Opened::of(&args.fit, horizon.as_deref(), None, args.threads, context)?;
    // Where the data has gone on since, the plan's periods are taken in their order.
    let periods = earlier.as_ref().map_or(&opened.periods, |e| &e.question.periods);
    let cells = own::read(&args.plan, &opened, periods)?;
    let total: f64 = cells.iter().sum();
    if total <= 0.0 {
        return Err(Failure::new(
            Exit::Data,
            "plan.own",
            format!("{}: the plan spends nothing", args.plan.display()),
            "give at least one channel some money",
        ));
    }
    let mut problem = Problem::of_budget(Budget { least: total, most: Some(total) });
    problem.margin = args.margin;
    let plan = opened.account(&problem, None, &cells, None);
    if let Some(out) = &args.out {
        folder::write(out, &opened, &plan, &cells)?;
    }
    folder::print(&plan, args.out.as_deref(), context)?;
    if let (Some(earlier), false) = (&earlier, context.json()) {
        let changes: Vec<Changed> = plan
            .channels
            .iter()
            .map(|now| {
                let then = earlier.channels.iter().find(|c| c.name == now.name);
                let before = then.map_or(0.0, |c| c.expected.mean);
                let after = now.expected.mean;
                Changed { channel: now.name.clone(), before, after, difference: after - before }
            })
            .collect();
        let rows: Vec<(String, f64, f64)> =
            changes.iter().map(|c| (c.channel.clone(), c.before, c.after)).collect();
        anstream::print!("{}", render::repriced(&rows, &plan, earlier));
    }
    Ok(())
}
