//! `outlay compare`: two fits beside each other: two methods on the same data, or two versions
//! of a model.

use std::path::PathBuf;

use outlay_core::registry::Registry;
use outlay_engine::learn::load;
use outlay_mmm::compare::compare;

use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::render;

/// Arguments of `outlay compare`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Folder of the first fit.
    first: PathBuf,
    /// Folder of the second fit.
    second: PathBuf,
}

/// Runs the command.
pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Failure> {
    let first = load(&args.first)?.summary;
    let second = load(&args.second)?.summary;
    let comparison = compare(&first, &second, &Registry::default());
    if context.json() {
        let text = serde_json::to_string_pretty(&comparison).map_err(|e| {
            Failure::from_error(Exit::Internal, "compare.json", &e, "report this with both folders")
        })?;
        anstream::println!("{text}");
    } else {
        anstream::print!("{}", render::comparison(&comparison));
    }
    Ok(())
}
