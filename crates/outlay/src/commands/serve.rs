//! `outlay serve`: store, job workers, HTTP and dashboard in one process.

use outlay_config::keys;
use outlay_engine::sentence;
use outlay_server::{Config, ServeError, Server, logging};
use tokio::runtime::Runtime;

use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::layers::Place;

/// Arguments of `outlay serve`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) place: Place,
    /// Send cookies over TLS only; for servers behind a proxy that speaks TLS.
    #[arg(long)]
    secure_cookies: bool,
    /// Do not work on jobs in this process.
    #[arg(long)]
    no_workers: bool,
}

/// The runtime of what waits; what computes has threads of its own.
pub(crate) fn runtime() -> Result<Runtime, Failure> {
    Runtime::new().map_err(|error| {
        Failure::from_error(Exit::Internal, "serve.runtime", &error, "free some memory or threads")
    })
}

/// Runs the command until SIGTERM or Ctrl-C.
pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Failure> {
    let more = [
        ("--secure-cookies", &keys::SERVER_SECURE_COOKIES, args.secure_cookies, "true"),
        ("--no-workers", &keys::SERVER_WORKERS, args.no_workers, "false"),
    ];
    let more = more
        .into_iter()
        .filter(|(_, _, given, _)| *given)
        .map(|(flag, key, _, value)| outlay_config::Flag::named(flag, key.definition.name, value));
    let config = args.place.config(more.collect())?;
    let json = context.json() || config.settings.get(&keys::LOG_FORMAT) == "json";
    let filter = config.settings.get(&keys::LOG_FILTER);
    logging::log(json, &filter).map_err(|error| {
        let message = format!("`log.filter` is {filter:?}, which is no filter: {error}");
        let next = "use a level (error, warn, info, debug), or levels by part: info,outlay_store=debug";
        Failure::new(Exit::Specification, "config.value", message, next)
    })?;
    let ended = runtime()?.block_on(async {
        let server = Server::start(config).await?;
        if !context.quiet {
            anstream::println!("Outlay is at http://{} (Ctrl-C stops it)", server.address);
        }
        server.run(outlay_server::serve::asked_to_stop()).await
    });
    ended.map_err(|error| failure(&error))
}

fn failure(error: &ServeError) -> Failure {
    Failure::new(Exit::Files, error.code(), sentence(error), error.next())
}
