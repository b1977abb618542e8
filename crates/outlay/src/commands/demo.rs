//! `outlay demo`: a simulated brand, its fit, and the truth beside it.

use std::fs;
use std::path::PathBuf;

use outlay_engine::check::Checked;
use outlay_engine::folder::Draft;
use outlay_engine::learn::{FIT, FitRequest, learn};
use outlay_engine::{EngineError, Progress, plan as planning};
use outlay_mmm::summary::Summary;
use outlay_planner::plan::Plan;
use outlay_report::format::Locale;
use outlay_world::plan::{Quarter, best_quarter};
use outlay_world::{EXAMPLES, Truth, World, WorldSpec};
use serde::Serialize;

use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::progress::{ProgressKind, Watch};
use crate::render;
use crate::render::{Column, set};
use crate::running::Running;

/// Arguments of `outlay demo`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Folder for data, truth and report.
    #[arg(long, short, value_name = "DIR", default_value = "out/demo")]
    out: PathBuf,
    /// Seed of the brand and of the fit: another seed is another brand of the same kind.
    #[arg(long, default_value_t = 2)]
    seed: u64,
    /// Threads; all processors when left out.
    #[arg(long)]
    threads: Option<usize>,
    /// How progress is shown.
    #[arg(long, default_value = "auto")]
    progress: ProgressKind,
}

#[derive(Serialize)]
struct Answer<'a> {
    sentence: String,
    covered: usize,
    channels: Vec<Beside<'a>>,
    health: &'a outlay_mmm::summary::Health,
    report: String,
    plan: &'a Judged,
}

/// A channel's return beside the truth.
#[derive(Serialize)]
struct Beside<'a> {
    channel: &'a str,
    true_roi: f64,
    roi: outlay_mmm::summary::Estimate,
    covered: bool,
}

/// Runs the command.
pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Failure> {
    let running = Running::begin()?;
    let world = world(args)?;
    let draft = Draft::open(&args.out, &FIT).map_err(EngineError::from)?;
    let data = Checked {
        panel: world.panel.clone(),
        mapping: "# the demo's panel comes from the simulation, not from a file\n".to_owned(),
        source: "a simulated brand (data.csv)".to_owned(),
        notes: Vec::new(),
    };
    let request = FitRequest { seed: args.seed, backtest: Some(0), ..FitRequest::default() };
    let watch = Watch::new(args.progress, context.quiet);
    let see = |p: &Progress| watch.see(p);
    let learnt = learn(&data, &request, None, running.run(&see, args.threads))?;
    learnt.write(&draft)?;
    let Some(fit) = learnt.fit() else { return Err(impossible()) };
    // The plan is made on all processors: it is short.
    let planned = planning::usual(&fit, running.run(&see, None))?;
    for (name, bytes) in planned.documents()? {
        draft.put(&name, &bytes).map_err(EngineError::from)?;
    }
    let truth = serde_json::to_vec_pretty(&world.truth).map_err(|e| {
        Failure::from_error(Exit::Internal, "fit.artefact", &e, "please report this")
    })?;
    draft.put("truth.json", &truth).map_err(EngineError::from)?;
    draft.publish().map_err(EngineError::from)?;
    let path = args.out.join("data.csv");
    fs::write(&path, world.to_csv()).map_err(|e| {
        let message = format!("cannot write {}: {e}", path.display());
        Failure::new(Exit::Files, "demo.write", message, "choose another folder with --out")
    })?;
    let judged = judge(&world, &planned.plan);
    print(args, context, &fit.summary, &world.truth, &planned.plan, &judged)
}

/// A posterior was asked for, so there is one.
fn impossible() -> Failure {
    Failure::new(Exit::Internal, "demo.fit", "the fit has no draws", "please report this")
}

/// The plan by the simulation's own truth.
#[derive(Serialize)]
struct Judged {
    sentence: String,
    /// Outcome that the plan brings more than doing nothing, in truth.
    gain: f64,
    /// What the plan expected of it.
    expected_gain: f64,
    /// The most that any plan within the same limits brings more.
    best_gain: f64,
}

fn judge(world: &World, plan: &Plan) -> Judged {
    let quarter = Quarter::new(world);
    let multipliers: Vec<f64> = plan
        .channels
        .iter()
        .map(|c| if c.current > 0.0 { c.planned / c.current } else { 1.0 })
        .collect();
    let best = best_quarter(world);
    let gain = quarter.outcome(&multipliers) - best.do_nothing;
    let expected_gain = plan.comparison.first().map_or(0.0, |idle| idle.difference.mean);
    let n = Locale::POINT;
    let word = if gain < 0.0 { "less" } else { "more" };
    let sentence = format!(
        "By the simulation's own truth the plan brings {} {word} than doing nothing; the best plan there is, {} more.",
        n.compact(gain.abs()),
        n.compact(best.gain),
    );
    Judged { sentence, gain, expected_gain, best_gain: best.gain }
}

fn world(args: &Args) -> Result<World, Failure> {
    let fault = |e: &(dyn std::error::Error + 'static)| {
        Failure::from_error(Exit::Internal, "demo.world", e, "please report this")
    };
    let spec = WorldSpec::from_toml(EXAMPLES[0].toml).map_err(|e| fault(&e))?;
    World::simulate(&spec, args.seed).map_err(|e| fault(&e))
}

fn print(
    args: &Args,
    context: &Context,
    summary: &Summary,
    truth: &Truth,
    plan: &Plan,
    judged: &Judged,
) -> Result<(), Failure> {
    let beside: Vec<Beside<'_>> = truth
        .channels
        .iter()
        .filter_map(|(name, channel)| {
            let roi = summary.channels.get(name)?.roi?;
            let true_roi = channel.roi?;
            let covered = roi.holds(true_roi);
            Some(Beside { channel: name, true_roi, roi, covered })
        })
        .collect();
    let covered = beside.iter().filter(|b| b.covered).count();
    let sentence = format!(
        "The 90 % intervals hold the true return of {covered} of {} channels.",
        beside.len()
    );
    if context.json() {
        let report = args.out.join("report.html").display().to_string();
        let health = &summary.health;
        let answer = Answer { sentence, covered, channels: beside, health, report, plan: judged };
        let text = serde_json::to_string_pretty(&answer)
            .map_err(|e| Failure::from_error(Exit::Internal, "json", &e, ""))?;
        anstream::println!("{text}");
        return Ok(());
    }
    anstream::print!("{}", render::summary(summary, Some(&args.out)));
    let n = Locale::POINT;
    let cell = |f: &dyn Fn(&Beside<'_>) -> String| beside.iter().map(f).collect::<Vec<String>>();
    let columns = vec![
        Column::text("channel", cell(&|b| b.channel.to_owned())),
        Column::number("true return", cell(&|b| n.compact(b.true_roi))),
        Column::text(
            "estimated (90 %)",
            cell(&|b| {
                format!(
                    "{} ({}–{})",
                    n.compact(b.roi.q50),
                    n.compact(b.roi.q05),
                    n.compact(b.roi.q95)
                )
            }),
        ),
        Column::text("", cell(&|b| if b.covered { "holds it".into() } else { "misses it".into() })),
    ];
    anstream::println!("\n{sentence}\n\n{}", set(columns, render::width()));
    anstream::print!("{}", render::plan(plan, Some(&args.out)));
    anstream::println!("\n{}", judged.sentence);
    Ok(())
}
