//! `outlay config`: the configuration keys, their defaults, ranges and sources.

use outlay_core::registry::SETTINGS;

use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::render;

/// Arguments of `outlay config`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// Runs the command.
pub(crate) fn run(_args: &Args, context: &Context) -> Result<(), Failure> {
    if context.json() {
        let text = serde_json::to_string_pretty(SETTINGS)
            .map_err(|e| Failure::from_error(Exit::Internal, "config.json", &e, "report this"))?;
        anstream::println!("{text}");
    } else {
        anstream::print!("{}", render::settings(SETTINGS));
    }
    Ok(())
}
