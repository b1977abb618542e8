//! The `outlay` command line: one file per command, no logic.

mod commands;
mod context;
mod failure;
mod input;
mod layers;
mod progress;
mod render;
mod running;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use commands::{
    calibrate, compare, config, curves, demo, describe, doctor, fit, migrate, plan, serve, show,
    simulate, worker,
};
use context::{Context, Format};

/// Gives memory back to the system: a server that fits models would otherwise keep what the largest
/// fit of each of its threads needed.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Where the next unit of marketing money should go, and how sure that is.
#[derive(Parser)]
#[command(name = "outlay", version, propagate_version = true, arg_required_else_help = true)]
struct Cli {
    /// Print JSON for machines instead of tables for people.
    #[arg(long, global = true)]
    json: bool,
    /// Do not show progress.
    #[arg(long, short, global = true)]
    quiet: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Say what a file holds, propose a mapping, and report what is wrong with it.
    Describe(describe::Args),
    /// Fit a marketing mix model to a file.
    Fit(fit::Args),
    /// Show a fit again.
    Show(show::Args),
    /// Set two fits beside each other.
    Compare(compare::Args),
    /// Response curve of a channel, at any spend.
    Curves(curves::Args),
    /// Plan the next periods: where the money should go, with a proof.
    Plan(Box<plan::Args>),
    /// Simulate a brand whose truth is known.
    Simulate(simulate::Args),
    /// Simulate a brand, fit it, and set the verdict beside the truth.
    Demo(demo::Args),
    /// Check a specification by simulation: calibration and parameter recovery.
    Calibrate(calibrate::Args),
    /// Serve the API and the dashboard, and work on jobs.
    Serve(serve::Args),
    /// Work on jobs and serve nothing: beside servers on the same database and artefacts.
    Worker(worker::Args),
    /// Say what keeps a server from starting, and what to do about it.
    Doctor(doctor::Args),
    /// See how far a store's schema is, and bring it forth or back.
    Migrate(migrate::Args),
    /// List the configuration keys: values, where they come from, defaults, ranges, sources.
    Config(config::Args),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let context =
        Context { format: if cli.json { Format::Json } else { Format::Text }, quiet: cli.quiet };
    let outcome = match cli.command {
        Command::Describe(args) => describe::run(&args, &context),
        Command::Fit(args) => fit::run(&args, &context),
        Command::Show(args) => show::run(&args, &context),
        Command::Compare(args) => compare::run(&args, &context),
        Command::Curves(args) => curves::run(&args, &context),
        Command::Plan(args) => plan::run(&args, &context),
        Command::Simulate(args) => simulate::run(&args, &context),
        Command::Demo(args) => demo::run(&args, &context),
        Command::Calibrate(args) => calibrate::run(&args, &context),
        Command::Serve(args) => serve::run(&args, &context),
        Command::Worker(args) => worker::run(&args, &context),
        Command::Doctor(args) => doctor::run(&args, &context),
        Command::Migrate(args) => migrate::run(&args, &context),
        Command::Config(args) => config::run(&args, &context),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(&context),
    }
}
