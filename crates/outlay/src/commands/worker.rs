//! `outlay worker`: works on jobs and serves nothing.

use crate::commands::serve::{Place, failure, runtime};
use crate::context::Context;
use crate::failure::Failure;

/// Arguments of `outlay worker`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    place: Place,
}

/// Runs the command until SIGTERM or Ctrl-C.
pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Failure> {
    outlay_server::serve::log(context.json());
    let end = async {
        if !context.quiet {
            anstream::println!("Working on jobs (Ctrl-C stops it)");
        }
        outlay_server::serve::asked_to_stop().await;
    };
    let ended = runtime()?.block_on(outlay_server::worker::run(args.place.config(), end));
    ended.map_err(|error| failure(&error))
}
