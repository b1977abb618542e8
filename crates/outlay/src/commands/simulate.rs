//! `outlay simulate`: a brand whose truth is known, as data and truth.

mod place;
mod telling;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use outlay_world::{
    BrandClass, ChannelTruth, EXAMPLES, Example, Truth, World, WorldError, WorldSpec, example,
    random_brand,
};
use serde::Serialize;

use crate::context::Context;
use crate::failure::{Exit, Failure};
use telling::{sentence, table};

const DATA: &str = "data.csv";
const TRUTH: &str = "truth.json";
/// No specification is larger; a bigger file is not one.
const SPEC_BYTES_MAX: u64 = 4_000_000;

/// Arguments of `outlay simulate`.
#[derive(Debug, clap::Args)]
#[command(after_help = examples_help())]
pub(crate) struct Args {
    /// The world: a TOML file (see `outlay simulate --example`).
    #[arg(
        required_unless_present_any = ["example", "class"],
        conflicts_with_all = ["example", "class"]
    )]
    world: Option<PathBuf>,
    /// Folder for data.csv and truth.json.
    #[arg(long, short, value_name = "DIR", required_unless_present_any = ["example", "class"])]
    out: Option<PathBuf>,
    /// Seed in place of the world's own.
    #[arg(long)]
    seed: Option<u64>,
    /// Use a world that comes with Outlay; without --out, print its commented file.
    #[arg(long, value_name = "NAME", num_args = 0..=1, default_missing_value = EXAMPLES[0].name)]
    example: Option<String>,
    /// Draw a brand of a class whose mechanisms are nobody's model, by --seed (1 unless given);
    /// without --out, print its file.
    #[arg(long, value_name = "CLASS", conflicts_with = "example")]
    class: Option<BrandClass>,
}

#[derive(Serialize)]
struct Answer<'a> {
    sentence: String,
    world: &'a str,
    seed: u64,
    fingerprint: &'a str,
    data: String,
    truth: String,
    outcome_unit: &'a str,
    total_outcome: f64,
    total_spend: f64,
    baseline_share: f64,
    channels: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    name: &'a str,
    spend: f64,
    contribution: f64,
    contribution_share: f64,
    roi: Option<f64>,
    mroi: Option<f64>,
    cpa: Option<f64>,
    carryover_share: f64,
}

/// Runs the command.
pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Failure> {
    if let Some(class) = args.class {
        return drawn(class, args, context);
    }
    let (text, source) = match (&args.example, &args.world) {
        (Some(name), _) => {
            let known = example(name).ok_or_else(|| unknown_example(name))?;
            if args.out.is_none() {
                return print_example(known, context);
            }
            (known.toml.to_owned(), format!("example `{name}`"))
        }
        (None, Some(path)) => (read(path)?, path.display().to_string()),
        (None, None) => return Err(nothing_named()),
    };
    let Some(out) = &args.out else { return Err(nothing_named()) };
    let spec = WorldSpec::from_toml(&text).map_err(|e| refused(&source, &e))?;
    simulate(&spec, args.seed.unwrap_or(spec.seed), &source, out, context)
}

/// Simulates a drawn brand, or prints its file.
fn drawn(class: BrandClass, args: &Args, context: &Context) -> Result<(), Failure> {
    let seed = args.seed.unwrap_or(1);
    let source = format!("class `{class}`");
    let spec = random_brand(class, seed);
    let Some(out) = &args.out else {
        let toml = spec.to_toml().map_err(|e| refused(&source, &e))?;
        if context.json() {
            let answer =
                serde_json::json!({ "name": spec.name, "about": class.about(), "toml": toml });
            anstream::println!("{answer}");
        } else {
            anstream::print!("{toml}");
        }
        return Ok(());
    };
    simulate(&spec, seed, &source, out, context)
}

fn simulate(
    spec: &WorldSpec,
    seed: u64,
    source: &str,
    out: &Path,
    context: &Context,
) -> Result<(), Failure> {
    let mut world = World::simulate(spec, seed).map_err(|e| refused(source, &e))?;
    world.plan_next_quarter();
    let truth = serde_json::to_string_pretty(&world.truth).map_err(|e| {
        Failure::from_error(Exit::Internal, "simulate.truth", &e, "please report this world file")
    })?;
    place::write(out, &[(DATA, world.to_csv()), (TRUTH, truth + "\n")])?;
    print(&world.truth, out, context)
}

fn print_example(known: &Example, context: &Context) -> Result<(), Failure> {
    if context.json() {
        let answer = serde_json::json!({
            "name": known.name, "about": known.about, "toml": known.toml,
        });
        anstream::println!("{answer}");
    } else {
        anstream::print!("{}", known.toml);
    }
    Ok(())
}

fn print(truth: &Truth, out: &Path, context: &Context) -> Result<(), Failure> {
    let paths = [DATA, TRUTH].map(|name| out.join(name).display().to_string());
    if context.json() {
        let [data, file] = paths;
        let answer = Answer {
            sentence: sentence(truth),
            world: &truth.world,
            seed: truth.seed,
            fingerprint: &truth.fingerprint,
            data,
            truth: file,
            outcome_unit: &truth.outcome_unit,
            total_outcome: truth.total_outcome,
            total_spend: truth.total_spend,
            baseline_share: truth.baseline_share,
            channels: truth.channels.iter().map(|(name, c)| row(name, c)).collect(),
        };
        let text = serde_json::to_string(&answer).map_err(|e| {
            Failure::from_error(Exit::Internal, "simulate.answer", &e, "please report this")
        })?;
        anstream::println!("{text}");
        return Ok(());
    }
    anstream::println!("{}\n", sentence(truth));
    anstream::println!("{}\n", table(truth));
    for (what, path) in ["data", "truth"].iter().zip(&paths) {
        anstream::println!("{what:<6} {path}");
    }
    anstream::println!("next   outlay describe {}", paths[0]);
    Ok(())
}

fn row<'a>(name: &'a str, c: &ChannelTruth) -> Row<'a> {
    Row {
        name,
        spend: c.spend,
        contribution: c.contribution,
        contribution_share: c.contribution_share,
        roi: c.roi,
        mroi: c.mroi,
        cpa: c.cpa,
        carryover_share: c.carryover_share,
    }
}

fn read(path: &Path) -> Result<String, Failure> {
    let failure = |e: &io::Error| {
        Failure::new(
            Exit::Files,
            "simulate.read",
            format!("cannot read the world {}: {e}", path.display()),
            "check the path, or start from `outlay simulate --example > world.toml`",
        )
    };
    let size = fs::metadata(path).map_err(|e| failure(&e))?.len();
    if size > SPEC_BYTES_MAX {
        return Err(Failure::new(
            Exit::Specification,
            "simulate.read",
            format!("{} is too large to be a world ({size} bytes)", path.display()),
            "a world is a short TOML file: see `outlay simulate --example`",
        ));
    }
    let bytes = fs::read(path).map_err(|e| failure(&e))?;
    String::from_utf8(bytes).map_err(|_| {
        Failure::new(
            Exit::Specification,
            "simulate.read",
            format!("{} is no UTF-8 text", path.display()),
            "a world is a TOML file: see `outlay simulate --example`",
        )
    })
}

fn refused(source: &str, error: &WorldError) -> Failure {
    Failure::new(
        Exit::Specification,
        "simulate.spec",
        format!("the world in {source} is refused:\n{error}"),
        "see `outlay simulate --example` for a commented world",
    )
}

fn unknown_example(name: &str) -> Failure {
    let names: Vec<&str> = EXAMPLES.iter().map(|e| e.name).collect();
    Failure::new(
        Exit::Specification,
        "simulate.example",
        format!("there is no example `{name}`"),
        format!("choose one of {}", names.join(", ")),
    )
}

fn nothing_named() -> Failure {
    Failure::new(
        Exit::Specification,
        "simulate.arguments",
        "no world or no output folder is named",
        "try `outlay simulate --example shop --out shop`",
    )
}

fn examples_help() -> String {
    let lines = EXAMPLES.iter().map(|e| format!("  {:<10} {}", e.name, e.about));
    let classes = BrandClass::ALL.iter().map(|c| format!("  {:<14} {}", c.name(), c.about()));
    format!(
        "Examples:\n{}\n\nClasses:\n{}",
        lines.collect::<Vec<_>>().join("\n"),
        classes.collect::<Vec<_>>().join("\n")
    )
}
