//! `outlay calibrate`: is a specification to be believed, tried on data whose truth is known.

mod page;
mod place;
mod telling;
mod trust;
mod watch;
mod worlds;

use std::path::{Path, PathBuf};

use outlay_core::Panel;
use outlay_core::registry::Registry;
use outlay_mmm::calibration::{
    CalibrationError, CalibrationReport, CalibrationSettings, Shape, calibrate,
};
use outlay_mmm::model::Model;
use outlay_mmm::spec::Spec;
use outlay_world::{FamilySettings, World, random_world};
use rayon::{ThreadPool, ThreadPoolBuilder};
use serde::Serialize;

use super::fit::{on_interrupt, threads};
use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::input;
use crate::progress::ProgressKind;
use place::Place;
use watch::Count;

/// Name and version of the schema of `calibration.json`.
const SCHEMA: &str = "outlay/calibration/1";
const ANSWER: &str = "calibration.json";
const PAGE: &str = "calibration.html";

/// Arguments of `outlay calibrate`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The data whose media, calendar and controls are used; a small simulated brand without it.
    #[arg(conflicts_with_all = ["worlds", "geos", "periods", "channels"])]
    file: Option<PathBuf>,
    /// The specification; the preset `outlay` without it. With --class, one row each.
    #[arg(long, short, value_name = "FILE")]
    spec: Vec<PathBuf>,
    /// Use this mapping instead of proposing one.
    #[arg(long, short, value_name = "FILE", requires = "file")]
    mapping: Option<PathBuf>,
    /// Data sets to simulate from the specification.
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u32).range(10..=100_000))]
    simulations: u32,
    /// Instead, fit this many random worlds and count how often intervals of return hold the truth.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    worlds: Option<u32>,
    /// What random worlds are like.
    #[arg(long, value_name = "FAMILY", default_value = "own", requires = "worlds")]
    family: worlds::Family,
    /// Instead, set answers beside the truth of brands whose mechanisms are nobody's model:
    /// `--worlds` brands of each of these classes (or `all`), seeds from `--seed` on.
    #[arg(long, value_name = "CLASS", value_delimiter = ',', value_parser = trust::classes, requires = "worlds", conflicts_with = "family")]
    class: Vec<trust::Classes>,
    /// Rows of the table of answers; all but `oracle` when neither this nor `--spec` is given.
    #[arg(long, value_name = "ROW", value_delimiter = ',', requires = "class")]
    preset: Vec<trust::RowName>,
    /// How mix models are fitted.
    #[arg(long, default_value = "nuts", requires = "class")]
    method: trust::Approach,
    /// Chains of each fit; 2 when left out.
    #[arg(long, value_name = "N", requires = "class")]
    chains: Option<usize>,
    /// Warm-up draws per chain; 400 when left out.
    #[arg(long, value_name = "N", requires = "class")]
    warmup: Option<usize>,
    /// Kept draws per chain; 400 when left out.
    #[arg(long, value_name = "N", requires = "class")]
    draws: Option<usize>,
    /// Answer these rows anew, also where an earlier run in the folder has them.
    #[arg(long, value_name = "ROW", value_delimiter = ',', requires = "class")]
    again: Vec<String>,
    /// Answers of other programs: the files NAME.json beside the brands' data in --out.
    #[arg(long, value_name = "NAME", value_delimiter = ',', requires_all = ["class", "out"])]
    answers: Vec<String>,
    /// Keep the brands' data in --out, for other programs to answer on.
    #[arg(long, requires_all = ["class", "out"])]
    keep_data: bool,
    /// Take brands as simulated, without the way through a file and a proposed mapping.
    #[arg(long, requires = "class")]
    direct: bool,
    /// Structure to calibrate, of several; the first when left out. Its posterior is taken
    /// without coarsening, which is wider than its own data says on purpose.
    #[arg(long, value_name = "NAME", conflicts_with = "worlds")]
    structure: Option<String>,
    /// Geos of the simulated brand.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=50))]
    geos: u32,
    /// Weeks of the simulated brand.
    #[arg(long, value_name = "N", default_value_t = 80, value_parser = clap::value_parser!(u32).range(20..=520))]
    periods: u32,
    /// Channels of the simulated brand.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=12))]
    channels: u32,
    /// Folder for calibration.json and the page with the rank histograms.
    #[arg(long, short, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Seed.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Threads; all processors when left out. Results do not depend on it.
    #[arg(long)]
    threads: Option<usize>,
    /// How progress is shown.
    #[arg(long, default_value = "auto")]
    progress: ProgressKind,
}

/// `calibration.json`.
#[derive(Serialize)]
struct Answer<'a> {
    schema: &'static str,
    version: &'static str,
    sentence: String,
    source: &'a str,
    fingerprint: String,
    passed: bool,
    #[serde(flatten)]
    report: &'a CalibrationReport,
    spec: &'a Spec,
}

/// Runs the command.
pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Failure> {
    if !args.class.is_empty() {
        return trust::run(args, context);
    }
    if args.spec.len() > 1 {
        return Err(Failure::new(
            Exit::Specification,
            "calibrate.specs",
            "several specifications can only be set beside each other on brands of a class",
            "add --worlds and --class, or leave one --spec",
        ));
    }
    let spec = input::spec(args.spec.first().map(PathBuf::as_path), None)?;
    if args.worlds.is_some() {
        return worlds::run(args, &spec, context);
    }
    let spec = alone(args, &spec)?;
    let (panel, source) = panel(args)?;
    let model = Model::new(&spec, &panel).map_err(input::model_refused)?;
    let place = args.out.as_deref().map(|out| Place::open(out, &[ANSWER, PAGE])).transpose()?;
    let cancel = on_interrupt()?;
    let settings = CalibrationSettings {
        simulations: args.simulations as usize,
        seed: args.seed,
        ..CalibrationSettings::default()
    };
    let count = Count::new(args, context, "simulations");
    let report = pool(args)?.install(|| {
        let watch = |p: outlay_mmm::calibration::CalibrationProgress| {
            count.show(p.done, p.total, p.failed);
        };
        calibrate(&model, &settings, &watch, &cancel)
    });
    count.finish();
    let report = report.map_err(|e| failed(&e))?;
    let answer = Answer {
        schema: SCHEMA,
        version: env!("CARGO_PKG_VERSION"),
        sentence: telling::sentence(&report),
        source: &source,
        fingerprint: panel.fingerprint().as_str().to_owned(),
        passed: report.passed(),
        report: &report,
        spec: &spec,
    };
    let text = json(&answer)?;
    if let Some(place) = place {
        let page = page::html(&answer.sentence, &source, &report);
        place.write(&[(ANSWER, text.as_bytes()), (PAGE, page.as_bytes())])?;
    }
    if context.json() {
        anstream::print!("{text}");
    } else {
        anstream::print!("{}", telling::calibration(&answer.sentence, &report));
        if let Some(out) = &args.out {
            anstream::println!("\npage   {}", out.join(PAGE).display());
            anstream::println!("data   {}", out.join(ANSWER).display());
        }
    }
    ended(&report)
}

/// The structure to calibrate, without coarsening.
fn alone(args: &Args, spec: &Spec) -> Result<Spec, Failure> {
    let found = spec.alone(args.structure.as_deref());
    let found = found.map_err(|e| input::model_refused(e.into()))?;
    found.ok_or_else(|| {
        let names: Vec<&str> = spec.structure.iter().map(|s| s.name.as_str()).collect();
        Failure::new(
            Exit::Specification,
            "calibrate.structure",
            "the specification has no such structure",
            format!(
                "it has {}",
                if names.is_empty() { "one only".into() } else { names.join(", ") }
            ),
        )
    })
}

/// The answer as a document that ends with a newline.
fn json(answer: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string_pretty(answer)
        .map(|text| text + "\n")
        .map_err(|e| Failure::from_error(Exit::Internal, "json", &e, "please report this"))
}

/// The exit code says whether the specification may be trusted.
fn ended(report: &CalibrationReport) -> Result<(), Failure> {
    if report.interrupted {
        return Err(interrupted(report.completed, report.settings.simulations));
    }
    if report.passed() {
        return Ok(());
    }
    let first = report.quantities.iter().find(|q| report.rejected.contains(&q.name));
    let next = match first.map(|q| q.shape) {
        Some(Shape::TooNarrow | Shape::TooWide) => {
            "intervals cannot be trusted: compare density and simulation, and look at the fits that did not settle"
        }
        Some(_) => {
            "estimates are shifted: look at the fits that did not settle, and at the histograms"
        }
        None => "`failed` in calibration.json says why simulations have no result",
    };
    Err(Failure::new(Exit::Unhealthy, "calibrate.rejected", telling::sentence(report), next))
}

fn interrupted(done: usize, wanted: usize) -> Failure {
    Failure::new(
        Exit::Interrupted,
        "calibrate.interrupted",
        format!("interrupted after {done} of {wanted}: what is shown rests on those"),
        "run again to the end before deciding anything",
    )
}

fn failed(error: &CalibrationError) -> Failure {
    let (exit, code, next) = match error {
        CalibrationError::Cancelled => {
            (Exit::Interrupted, "calibrate.interrupted", "run again; nothing was written")
        }
        CalibrationError::NothingFree => {
            (Exit::Specification, "calibrate.fixed", "leave a prior to at least one parameter")
        }
        CalibrationError::NothingFitted(_) => (
            Exit::Unhealthy,
            "calibrate.failed",
            "narrower priors draw data that can be fitted: see docs/specification.md",
        ),
        CalibrationError::Setting { .. } | CalibrationError::Different => {
            (Exit::Internal, "calibrate.settings", "please report this")
        }
    };
    Failure::from_error(exit, code, error, next)
}

/// The panel, and what it is called.
fn panel(args: &Args) -> Result<(Panel, String), Failure> {
    if let Some(file) = &args.file {
        let input = input::panel(file, args.mapping.as_deref(), &Registry::default())?;
        return Ok((input.panel, input.source));
    }
    let same = |n: u32| (n as usize, n as usize);
    let family = FamilySettings {
        geos: same(args.geos),
        periods: same(args.periods),
        channels: same(args.channels),
        controls: (1, 1),
        ..FamilySettings::national()
    };
    let world = World::simulate(&random_world(&family, args.seed), args.seed).map_err(|e| {
        let next = "try another --seed, or give a FILE";
        Failure::from_error(Exit::Internal, "calibrate.brand", &e, next)
    })?;
    let geos = if args.geos == 1 { String::new() } else { format!("{} geos × ", args.geos) };
    let source =
        format!("a simulated brand ({geos}{} weeks × {} channels)", args.periods, args.channels);
    Ok((world.panel, source))
}

fn pool(args: &Args) -> Result<ThreadPool, Failure> {
    ThreadPoolBuilder::new().num_threads(threads(args.threads)).build().map_err(|e| {
        Failure::from_error(Exit::Internal, "calibrate.threads", &e, "try fewer --threads")
    })
}

fn shown(out: Option<&Path>, name: &str) -> String {
    out.map_or_else(String::new, |out| format!("\ndata   {}\n", out.join(name).display()))
}
