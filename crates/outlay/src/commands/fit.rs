//! `outlay fit`: from a file to what each channel brings.

mod ridge;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use outlay_core::Panel;
use outlay_core::registry::Registry;
use outlay_inference::SampleError;
use outlay_mmm::backtest::{BacktestSettings, backtest};
use outlay_mmm::ensemble::{Ensemble, Search, models};
use outlay_mmm::fit::{FitError, FitSettings};
use outlay_mmm::spec::{Preset, Spec};
use outlay_mmm::summarise::{Provenance, summarise};
use outlay_mmm::summary::{Method, Summary, Timing, Verdict};

use crate::commands::learning::watched;
use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::fit_dir::{Draft, reopen};
use crate::input::{self, Input};
use crate::progress::ProgressKind;
use crate::render;

/// How the answer is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum FitMethod {
    /// The Bayesian model, by NUTS.
    Nuts,
    /// The Bayesian model, approximately, in under a second (Laplace).
    Laplace,
    /// The Bayesian model, approximately, in under a second (Pathfinder).
    Pathfinder,
    /// The second opinion: a Robyn-style ridge.
    Ridge,
}

/// A preset, as named on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum PresetName {
    /// Ours.
    Outlay,
    /// Google Meridian's default model.
    Meridian,
    /// PyMC-Marketing's default model.
    PymcMarketing,
}

/// Arguments of `outlay fit`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The data: CSV, TSV, Parquet or XLSX.
    file: PathBuf,
    /// Folder for the answers: a new one, or one of an earlier fit.
    #[arg(long, short, value_name = "DIR")]
    out: PathBuf,
    /// What the columns mean; proposed when left out.
    #[arg(long, short, value_name = "FILE")]
    mapping: Option<PathBuf>,
    /// The model; the preset as it stands when left out.
    #[arg(long, short, value_name = "FILE")]
    spec: Option<PathBuf>,
    /// Preset to start from, without a specification file.
    #[arg(long, conflicts_with = "spec")]
    preset: Option<PresetName>,
    /// How the answer is found.
    #[arg(long, default_value = "nuts")]
    method: FitMethod,
    /// Same as `--method laplace`: an approximate answer in under a second.
    #[arg(long, conflicts_with = "method")]
    approximate: bool,
    /// Seed: the same seed gives the same answer.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Chains, in place of the specification's.
    #[arg(long)]
    chains: Option<usize>,
    /// Warm-up draws per chain, in place of the specification's.
    #[arg(long)]
    warmup: Option<usize>,
    /// Kept draws per chain, in place of the specification's.
    #[arg(long)]
    draws: Option<usize>,
    /// Threads; all processors when left out. The answer does not depend on it.
    #[arg(long)]
    threads: Option<usize>,
    /// Hold the last so many periods out of the fit.
    #[arg(long, value_name = "PERIODS")]
    holdout: Option<usize>,
    /// Origins of the rolling backtest; 0 for none. Three for a national panel of two years and
    /// more when left out.
    #[arg(long, value_name = "ORIGINS")]
    backtest: Option<usize>,
    /// Periods forecast from each origin of the backtest.
    #[arg(long, value_name = "PERIODS", default_value_t = 13)]
    horizon: usize,
    /// Start from an earlier fit of the same model: shorter warm-up.
    #[arg(long, value_name = "DIR")]
    warm: Option<PathBuf>,
    /// Iterations of the ridge's search, per trial.
    #[arg(long, default_value_t = 2000)]
    iterations: usize,
    /// Trials of the ridge's search.
    #[arg(long, default_value_t = 5)]
    trials: usize,
    /// How progress is shown.
    #[arg(long, default_value = "auto")]
    progress: ProgressKind,
}

/// Periods a fit of the backtest must be left with, in horizons.
const LEAST_HORIZONS: usize = 4;

/// Draws of an approximation: more would not make it better.
const APPROXIMATE_DRAWS: usize = 1000;

/// Draws of each fit of the backtest: enough for a forecast's mean and interval.
const BACKTEST_DRAWS: usize = 300;

/// Runs the command.
pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Failure> {
    let started = Instant::now();
    let registry = Registry::default();
    let input = input::panel(&args.file, args.mapping.as_deref(), &registry)?;
    let mut spec = input::spec(args.spec.as_deref(), args.preset.map(PresetName::preset))?;
    override_spec(&mut spec, args);
    let cancel = on_interrupt()?;
    let draft = Draft::open(&args.out)?;
    if args.method == FitMethod::Ridge {
        let summary = ridge::run(args, &input, &spec, &registry, &cancel, &draft, started)?;
        return finish(args, context, draft, &summary);
    }
    refuse_early(&spec, &input.panel)?;
    let text = spec.to_toml().map_err(|e| {
        Failure::from_error(Exit::Specification, "spec.refused", &e, "use finite numbers")
    })?;
    draft.texts(&text, &input.mapping)?;
    let (ensemble, timing) = sample(args, context, &spec, &input.panel, &cancel, started)?;
    let stopped = ensemble.interrupted();
    let backtest = rolling(args, &spec, &input.panel, &registry, &cancel, stopped)?;
    let mut provenance = Provenance {
        spec: Some(spec),
        source: input.source.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        timing,
        backtest,
    };
    let mut summary = summarise(&ensemble, &registry, &provenance);
    provenance.timing.total_seconds = started.elapsed().as_secs_f64();
    summary.timing = provenance.timing;
    draft.posterior(&ensemble)?;
    draft.answers(&summary)?;
    notes(context, &input);
    finish(args, context, draft, &summary)
}

impl PresetName {
    fn preset(self) -> Preset {
        match self {
            Self::Outlay => Preset::Outlay,
            Self::Meridian => Preset::Meridian,
            Self::PymcMarketing => Preset::PymcMarketing,
        }
    }
}

fn override_spec(spec: &mut Spec, args: &Args) {
    let sampling = &mut spec.sampling;
    sampling.chains = args.chains.unwrap_or(sampling.chains);
    sampling.warmup = args.warmup.unwrap_or(sampling.warmup);
    sampling.draws = args.draws.unwrap_or(sampling.draws);
    if let Some(last) = args.holdout {
        spec.holdout.last = last;
    }
}

/// The flag that Ctrl-C sets; a second Ctrl-C ends the program at once.
pub(crate) fn on_interrupt() -> Result<Arc<AtomicBool>, Failure> {
    let cancel = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&cancel);
    ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::SeqCst) {
            std::process::exit(Exit::Interrupted as i32);
        }
        eprintln!("stopping: what was drawn is kept (press again to give up)");
    })
    .map_err(|e| Failure::from_error(Exit::Internal, "interrupt", &e, ""))?;
    Ok(cancel)
}

/// Threads to use: those asked for, or all processors.
pub(crate) fn threads(asked: Option<usize>) -> usize {
    asked.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)).max(1)
}

fn settings(args: &Args, spec: &Spec) -> FitSettings {
    FitSettings {
        sampling: spec.sampling.clone(),
        seed: args.seed,
        threads: threads(args.threads),
        warm: None,
    }
}

/// What does not fit together is said before anything is sampled.
fn refuse_early(spec: &Spec, panel: &Panel) -> Result<(), Failure> {
    models(spec, panel).map_err(|e| input::model_refused(&e))?;
    Ok(())
}

fn sample(
    args: &Args,
    context: &Context,
    spec: &Spec,
    panel: &Panel,
    cancel: &AtomicBool,
    started: Instant,
) -> Result<(Ensemble, Timing), Failure> {
    let mut settings = settings(args, spec);
    if let Some(dir) = &args.warm {
        settings.warm = reopen(dir)?.leading().fitted.warm.clone();
    }
    let method = match args.method {
        FitMethod::Pathfinder => Method::Pathfinder,
        FitMethod::Laplace => Method::Laplace,
        _ if args.approximate => Method::Laplace,
        FitMethod::Nuts | FitMethod::Ridge => Method::Nuts,
    };
    let draws = settings.sampling.chains * settings.sampling.draws;
    let search =
        Search { method, settings: &settings, approximate_draws: draws.min(APPROXIMATE_DRAWS) };
    watched(spec, panel, search, args.progress, context, cancel, started)
}

/// A fit that failed, as people see it.
pub(crate) fn failed(error: &FitError) -> Failure {
    match error {
        FitError::Model(e) => input::model_refused(e),
        FitError::Sample(SampleError::Cancelled) => Failure::new(
            Exit::Interrupted,
            "fit.interrupted",
            "interrupted before the first draw: nothing was written",
            "run again; fewer `--warmup` draws come sooner to the first draw",
        ),
        FitError::Sample(e @ SampleError::Setting { .. }) => {
            Failure::from_error(Exit::Specification, "spec.sampling", e, "see `outlay fit --help`")
        }
        FitError::Sample(e) => Failure::from_error(
            Exit::Unhealthy,
            "fit.failed",
            e,
            "`outlay describe` says what is weak about the data; narrower priors may help",
        ),
    }
}

fn rolling(
    args: &Args,
    spec: &Spec,
    panel: &Panel,
    registry: &Registry,
    cancel: &AtomicBool,
    interrupted: bool,
) -> Result<Option<outlay_mmm::summary::Backtest>, Failure> {
    let long = panel.n_periods() as f64 >= 2.0 * panel.calendar.granularity().per_year() - 1.0;
    let usual = if panel.is_national() && long { 3 } else { 0 };
    let origins = args.backtest.unwrap_or(usual);
    let quick = args.approximate || args.method != FitMethod::Nuts;
    if origins == 0 || interrupted || (quick && args.backtest.is_none()) {
        return Ok(None);
    }
    let mut settings = settings(args, spec);
    settings.sampling.chains = 2;
    settings.sampling.warmup = BACKTEST_DRAWS;
    settings.sampling.draws = BACKTEST_DRAWS;
    let plan =
        BacktestSettings { origins, horizon: args.horizon, least: LEAST_HORIZONS * args.horizon };
    match backtest(spec, panel, plan, &settings, registry, cancel) {
        Err(FitError::Sample(SampleError::Cancelled)) => Ok(None),
        other => other.map_err(|e| failed(&e)),
    }
}

fn notes(context: &Context, input: &Input) {
    if !context.json() && !context.quiet {
        for note in &input.notes {
            anstream::eprintln!("note: {note}");
        }
    }
}

/// Publishes the folder, prints the answer, and says by the exit code whether to trust it.
fn finish(args: &Args, context: &Context, draft: Draft, summary: &Summary) -> Result<(), Failure> {
    draft.publish()?;
    if context.json() {
        let text = serde_json::to_string_pretty(summary)
            .map_err(|e| Failure::from_error(Exit::Internal, "json", &e, ""))?;
        anstream::println!("{text}");
    } else {
        anstream::print!("{}", render::summary(summary, Some(&args.out)));
    }
    if summary.diagnostics.interrupted {
        return Err(Failure::new(
            Exit::Interrupted,
            "fit.interrupted",
            format!("interrupted: {} holds what was drawn until then", args.out.display()),
            "run again to the end before deciding anything",
        ));
    }
    let failed = summary.health.findings.iter().find(|f| f.verdict == Verdict::Fail);
    match failed {
        Some(finding) => Err(Failure::new(
            Exit::Unhealthy,
            "fit.unhealthy",
            format!("do not use this fit: {}", finding.message),
            finding.advice.clone(),
        )),
        None => Ok(()),
    }
}
