//! `outlay config`: every key with the value in force and where it comes from; what is wrong with
//! the configuration; its schema.

use outlay_config::{Entry, Settings, entries};
use serde::Serialize;
use serde_json::Value;

use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::layers::Layers;
use crate::render;

/// Arguments of `outlay config`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    layers: Layers,
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, Clone, Copy, clap::Subcommand)]
enum What {
    /// Say all that is wrong with the configuration; nothing is started.
    Check,
    /// Print the JSON schema of a configuration file, for editors.
    Schema,
}

/// A key as JSON.
#[derive(Serialize)]
struct Row {
    key: &'static str,
    value: Value,
    /// Where the value comes from.
    from: String,
    default: Value,
    allowed: String,
    source: &'static str,
    impact: outlay_core::registry::Impact,
    live: bool,
    variable: String,
    meaning: &'static str,
}

impl Row {
    fn new(settings: &Settings, entry: &Entry) -> Self {
        Self {
            key: entry.name(),
            value: settings.shown(entry),
            from: settings.origin(entry.name()).to_string(),
            default: entry.default(),
            allowed: entry.form().allowed(),
            source: entry.source(),
            impact: entry.impact(),
            live: entry.when() == outlay_config::When::Live,
            variable: entry.variable(),
            meaning: entry.meaning(),
        }
    }
}

/// Runs the command.
pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Failure> {
    if let Some(What::Schema) = args.what {
        return json(&outlay_config::schema());
    }
    let settings = args.layers.settings()?;
    match (args.what, context.json()) {
        (Some(_), _) => {
            let set =
                entries().filter(|e| settings.origin(e.name()) != outlay_config::Origin::Default);
            anstream::println!(
                "The configuration is fine: environment {}, {} of {} keys set",
                settings.environment().name(),
                set.count(),
                entries().count()
            );
            Ok(())
        }
        (None, true) => json(&entries().map(|e| Row::new(&settings, &e)).collect::<Vec<_>>()),
        (None, false) => {
            anstream::print!("{}", render::settings(&settings));
            Ok(())
        }
    }
}

fn json(value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value)
        .map_err(|e| Failure::from_error(Exit::Internal, "config.json", &e, "report this"))?;
    anstream::println!("{text}");
    Ok(())
}
