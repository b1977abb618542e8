//! `outlay plan reach`: whom a budget reaches, and how often.

use std::path::PathBuf;

use outlay_engine::reach::{ReachRequest, reach};

use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::render;

/// Arguments of `outlay plan reach`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Points of reach curves (CSV): channel, population, unit (`spend` or `impressions`), bought,
    /// reached; segment, frequency and cost_per_thousand where they are known.
    points: PathBuf,
    /// Money to divide over the channels for the highest combined reach: `50k`.
    #[arg(long, value_name = "AMOUNT")]
    budget: Option<String>,
    /// Share of the people to reach for as little money as possible, as a share: `0.4`.
    #[arg(long, value_name = "SHARE")]
    target: Option<f64>,
    /// Numbers of exposures at which people are counted; the first one is what is reached.
    #[arg(long, value_name = "N,...", value_delimiter = ',', default_value = "1,3")]
    frequency: Vec<u32>,
    /// File for the answer with the curves (JSON).
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Runs the command.
pub(super) fn run(args: &Args, context: &Context) -> Result<(), Failure> {
    let name = args.points.display().to_string();
    let csv = std::fs::read(&args.points).map_err(|e| {
        let message = format!("cannot read {name}: {e}");
        Failure::new(Exit::Files, "file.read", message, "give a file that is there and readable")
    })?;
    let budget = args.budget.as_deref().map(|text| {
        outlay_engine::plan::amount(text).ok_or_else(|| {
            let message = format!("`{text}` is no amount");
            Failure::new(Exit::Specification, "reach.budget", message, "write 50000, 50k or 1.2M")
        })
    });
    let request = ReachRequest {
        frequencies: args.frequency.clone(),
        budget: budget.transpose()?,
        target: args.target,
        ..ReachRequest::default()
    };
    let answer = reach(&name, &csv, &request)?;
    let json = || {
        serde_json::to_string_pretty(&answer)
            .map_err(|e| Failure::from_error(Exit::Internal, "reach.json", &e, ""))
    };
    if let Some(out) = &args.out {
        std::fs::write(out, json()? + "\n").map_err(|e| {
            let message = format!("cannot write {}: {e}", out.display());
            Failure::new(Exit::Files, "reach.out", message, "choose another file")
        })?;
    }
    if context.json() {
        anstream::println!("{}", json()?);
    } else {
        anstream::print!("{}", render::reached(&answer));
    }
    Ok(())
}
