//! `outlay show`: a fit again, as it was printed when it was made.

use std::path::PathBuf;

use outlay_engine::learn::load;

use crate::context::Context;
use crate::failure::Failure;
use crate::render;

/// Arguments of `outlay show`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Folder that `outlay fit --out` wrote.
    dir: PathBuf,
}

/// Runs the command.
pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Failure> {
    let loaded = load(&args.dir)?;
    if context.json() {
        anstream::println!("{}", loaded.text.trim_end());
    } else {
        let dir = args.dir.is_dir().then_some(args.dir.as_path());
        anstream::print!("{}", render::summary(&loaded.summary, dir));
    }
    Ok(())
}
