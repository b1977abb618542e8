//! `outlay worker`: works on jobs and serves nothing.

use crate::commands::serve::{begin_log, failure, runtime};
use crate::context::Context;
use crate::failure::Failure;
use crate::layers::Place;

/// Arguments of `outlay worker`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    place: Place,
}

/// Runs the command until SIGTERM or Ctrl-C.
pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Failure> {
    let config = args.place.config(Vec::new())?;
    let _traces = begin_log(&config, context)?;
    let end = async {
        if !context.quiet {
            anstream::println!("Working on jobs (Ctrl-C stops it)");
        }
        outlay_server::serve::asked_to_stop().await;
    };
    let ended = runtime()?.block_on(outlay_server::worker::run(config, end));
    ended.map_err(|error| failure(&error))
}
