//! `outlay fit`: from a file to what each channel brings.

use std::path::PathBuf;

use outlay_engine::folder::Draft;
use outlay_engine::learn::{FIT, FitRequest, Learnt, learn, reopen, spec_file};
use outlay_engine::{EngineError, Progress};
use outlay_mmm::spec::Preset;
use outlay_mmm::summary::Method;

use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::input;
use crate::progress::{ProgressKind, Watch};
use crate::render;
use crate::running::Running;

pub(crate) use crate::running::{on_interrupt, threads};

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

/// Runs the command.
pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Failure> {
    let running = Running::begin()?;
    let data = input::panel(&args.file, args.mapping.as_deref(), running.registry())?;
    let request = request(args)?;
    // A wrong specification is said before the folder is looked at.
    request.specification()?;
    let draft = Draft::open(&args.out, &FIT).map_err(EngineError::from)?;
    let warm = match &args.warm {
        Some(dir) => reopen(dir)?.leading().fitted.warm.clone(),
        None => None,
    };
    let watch = Watch::new(args.progress, context.quiet);
    let see = |p: &Progress| watch.see(p);
    let learnt = learn(&data, &request, warm, running.run(&see, args.threads))?;
    learnt.write(&draft)?;
    draft.publish().map_err(EngineError::from)?;
    if args.method != FitMethod::Ridge && !context.json() && !context.quiet {
        for note in &data.notes {
            anstream::eprintln!("note: {note}");
        }
    }
    finish(args, context, &learnt)
}

fn request(args: &Args) -> Result<FitRequest, Failure> {
    let spec = args.spec.as_deref().map(spec_file).transpose()?;
    let (spec_name, spec) = spec.map_or((String::new(), None), |s| (s.name, Some(s.text)));
    Ok(FitRequest {
        spec,
        spec_name,
        preset: args.preset.map(PresetName::preset),
        method: if args.approximate { Method::Laplace } else { args.method.method() },
        seed: args.seed,
        chains: args.chains,
        warmup: args.warmup,
        draws: args.draws,
        holdout: args.holdout,
        backtest: args.backtest,
        horizon: args.horizon,
        iterations: args.iterations,
        trials: args.trials,
    })
}

impl FitMethod {
    fn method(self) -> Method {
        match self {
            Self::Nuts => Method::Nuts,
            Self::Laplace => Method::Laplace,
            Self::Pathfinder => Method::Pathfinder,
            Self::Ridge => Method::Ridge,
        }
    }
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

/// Prints the answer, and says by the exit code whether to trust it.
fn finish(args: &Args, context: &Context, learnt: &Learnt) -> Result<(), Failure> {
    if context.json() {
        let text = serde_json::to_string_pretty(&learnt.summary)
            .map_err(|e| Failure::from_error(Exit::Internal, "json", &e, ""))?;
        anstream::println!("{text}");
    } else {
        anstream::print!("{}", render::summary(&learnt.summary, Some(&args.out)));
    }
    if learnt.interrupted() {
        return Err(Failure::new(
            Exit::Interrupted,
            "fit.interrupted",
            format!("interrupted: {} holds what was drawn until then", args.out.display()),
            "run again to the end before deciding anything",
        ));
    }
    match learnt.unfit() {
        Some(finding) => Err(Failure::new(
            Exit::Unhealthy,
            "fit.unhealthy",
            format!("do not use this fit: {}", finding.message),
            finding.advice.clone(),
        )),
        None => Ok(()),
    }
}
