//! `outlay curves`: what a channel brings at any spend.

use std::path::PathBuf;

use outlay_engine::learn::{CurveRequest, Fit, curve};

use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::render;

/// Arguments of `outlay curves`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Folder that `outlay fit --out` wrote.
    dir: PathBuf,
    /// The channel.
    #[arg(long)]
    channel: String,
    /// Total spend over the fit's whole period; several times for several points. A curve from
    /// nothing to twice what was spent when left out.
    #[arg(long, value_name = "AMOUNT")]
    spend: Vec<f64>,
}

/// Runs the command.
pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Failure> {
    let fit = Fit::open(&args.dir)?;
    let request = CurveRequest { channel: args.channel.clone(), spend: args.spend.clone() };
    let answer = curve(&fit, &request)?;
    if context.json() {
        let text = serde_json::to_string_pretty(&answer)
            .map_err(|e| Failure::from_error(Exit::Internal, "json", &e, ""))?;
        anstream::println!("{text}");
    } else {
        anstream::print!("{}", render::curve(&answer.sentence, &fit.summary, &answer.points));
    }
    Ok(())
}
