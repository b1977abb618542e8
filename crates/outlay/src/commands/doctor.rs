//! `outlay doctor`: what keeps a server from starting, each with the next step.

mod names;

use crate::commands::serve::runtime;
use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::layers::Place;

/// Arguments of `outlay doctor`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    place: Place,
    /// Instead, look at every table and view that other tools rely on by name, and count its rows.
    #[arg(long)]
    contract: bool,
    /// Make the names that are missing; a second time changes nothing.
    #[arg(long, requires = "contract")]
    ensure: bool,
}

/// Runs the command. It fails where something is wrong.
pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Failure> {
    let config = args.place.config(Vec::new())?;
    if args.contract {
        return names::run(&config, args.ensure, context);
    }
    let found = runtime()?.block_on(outlay_server::doctor::examine(&config));
    if context.json() {
        let text = serde_json::to_string_pretty(&found)
            .map_err(|e| Failure::from_error(Exit::Internal, "json", &e, "please report this"))?;
        anstream::println!("{text}");
    } else {
        for finding in &found {
            let word = if finding.ok { "ok   " } else { "wrong" };
            anstream::println!("{word} {}: {}", finding.name, finding.message);
            if !finding.next.is_empty() {
                anstream::println!("      next: {}", finding.next);
            }
        }
    }
    match found.iter().find(|finding| !finding.ok) {
        None => Ok(()),
        Some(first) => {
            Err(Failure::new(Exit::Files, "doctor", first.message.clone(), first.next.clone()))
        }
    }
}
