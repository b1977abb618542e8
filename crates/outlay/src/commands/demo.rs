//! `outlay demo`: a simulated brand, its fit, and the truth beside it.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use outlay_core::registry::Registry;
use outlay_mmm::ensemble::Search;
use outlay_mmm::fit::FitSettings;
use outlay_mmm::spec::{Preset, Spec};
use outlay_mmm::summarise::{Provenance, summarise};
use outlay_mmm::summary::{Method, Summary};
use outlay_report::format::Locale;
use outlay_world::{EXAMPLES, Truth, World, WorldSpec};
use serde::Serialize;

use super::fit::{on_interrupt, threads};
use super::learning::watched;
use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::fit_dir::Draft;
use crate::progress::ProgressKind;
use crate::render;
use crate::render::{Column, set};

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
    let started = Instant::now();
    let registry = Registry::default();
    let world = world(args)?;
    let draft = Draft::open(&args.out)?;
    let spec = Spec::preset(Preset::Outlay);
    let cancel = on_interrupt()?;
    let summary = fit(args, context, &spec, &world, &registry, &cancel, &draft, started)?;
    draft.document("truth.json", &world.truth)?;
    draft.publish()?;
    let data = args.out.join("data.csv");
    fs::write(&data, world.to_csv()).map_err(|e| {
        let message = format!("cannot write {}: {e}", data.display());
        Failure::new(Exit::Files, "demo.write", message, "choose another folder with --out")
    })?;
    print(args, context, &summary, &world.truth)
}

fn world(args: &Args) -> Result<World, Failure> {
    let fault = |e: &(dyn std::error::Error + 'static)| {
        Failure::from_error(Exit::Internal, "demo.world", e, "please report this")
    };
    let spec = WorldSpec::from_toml(EXAMPLES[0].toml).map_err(|e| fault(&e))?;
    World::simulate(&spec, args.seed).map_err(|e| fault(&e))
}

#[allow(clippy::too_many_arguments)]
fn fit(
    args: &Args,
    context: &Context,
    spec: &Spec,
    world: &World,
    registry: &Registry,
    cancel: &AtomicBool,
    draft: &Draft,
    started: Instant,
) -> Result<Summary, Failure> {
    let settings = FitSettings {
        sampling: spec.sampling.clone(),
        seed: args.seed,
        threads: threads(args.threads),
        warm: None,
    };
    let search = Search { method: Method::Nuts, settings: &settings, approximate_draws: 0 };
    let (ensemble, timing) =
        watched(spec, &world.panel, search, args.progress, context, cancel, started)?;
    let provenance = Provenance {
        spec: Some(spec.clone()),
        source: "a simulated brand (data.csv)".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        timing,
        backtest: None,
    };
    let summary = summarise(&ensemble, registry, &provenance);
    let text = spec
        .to_toml()
        .map_err(|e| Failure::from_error(Exit::Internal, "demo.spec", &e, "please report this"))?;
    draft.texts(&text, "# the demo's panel comes from the simulation, not from a file\n")?;
    draft.posterior(&ensemble)?;
    draft.answers(&summary)?;
    Ok(summary)
}

fn print(args: &Args, context: &Context, summary: &Summary, truth: &Truth) -> Result<(), Failure> {
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
        let answer =
            Answer { sentence, covered, channels: beside, health: &summary.health, report };
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
    Ok(())
}
