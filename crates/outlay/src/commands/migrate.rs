//! `outlay migrate`: the version of a store's schema, forth and back.

use outlay_server::upkeep::{self, Changed, Version};

use crate::commands::serve::{failure, runtime};
use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::layers::Place;

/// Arguments of `outlay migrate`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Say which migrations were applied, and check that they are this program's.
    Status,
    /// Bring the schema to this program's version. Starting a server does the same.
    Up,
    /// Go back to the state after some migrations. Removes tables with all that is in them.
    Down {
        /// How many migrations stay applied; 0 leaves nothing.
        #[arg(long, value_name = "N")]
        to: usize,
        /// Yes, remove what lies in the tables; there is a backup.
        #[arg(long, required = true)]
        lose_data: bool,
    },
}

/// Runs the command.
pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Failure> {
    let config = args.place.config(Vec::new())?;
    let runtime = runtime()?;
    let migrate =
        |count| runtime.block_on(upkeep::migrate(&config, count)).map_err(|e| failure(&e));
    match args.what {
        What::Status => {
            let found = runtime.block_on(upkeep::version(&config)).map_err(|e| failure(&e))?;
            say(context, &found, &standing(&found))
        }
        What::Up => {
            let done = migrate(None)?;
            say(context, &done, &told(&done))
        }
        What::Down { to, lose_data: _ } => {
            let found = runtime.block_on(upkeep::version(&config)).map_err(|e| failure(&e))?;
            // Only back: `up` goes forth.
            let done = migrate(Some(to.min(found.applied.len())))?;
            say(context, &done, &told(&done))
        }
    }
}

fn standing(found: &Version) -> String {
    let mut text = String::new();
    for name in &found.applied {
        text += &format!("applied  {name}\n");
    }
    text + &match found.pending {
        0 => "The schema is this version's.".to_owned(),
        1 => "1 migration is to come: `outlay migrate up`, or start the server.".to_owned(),
        n => format!("{n} migrations are to come: `outlay migrate up`, or start the server."),
    }
}

fn told(done: &Changed) -> String {
    let mut lines: Vec<String> = done.applied.iter().map(|n| format!("applied     {n}")).collect();
    lines.extend(done.reverted.iter().map(|name| format!("taken back  {name}")));
    if lines.is_empty() { "Nothing to do.".to_owned() } else { lines.join("\n") }
}

fn say(context: &Context, value: &impl serde::Serialize, text: &str) -> Result<(), Failure> {
    if context.json() {
        let json = serde_json::to_string_pretty(value)
            .map_err(|e| Failure::from_error(Exit::Internal, "json", &e, "please report this"))?;
        anstream::println!("{json}");
    } else {
        anstream::println!("{text}");
    }
    Ok(())
}
