//! `outlay serve`: store, job workers, HTTP and dashboard in one process.

use outlay_config::keys;
use outlay_engine::sentence;
use outlay_server::logging::{self, LogError};
use outlay_server::traces::Collected;
use outlay_server::{Config, ServeError, Server};
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
    /// Where nobody has set the server up: load the demo, and make up a password for its guest.
    #[arg(long, conflicts_with = "no_workers")]
    demo: bool,
}

/// The runtime of what waits; what computes has threads of its own.
pub(crate) fn runtime() -> Result<Runtime, Failure> {
    Runtime::new().map_err(|error| {
        Failure::from_error(Exit::Internal, "serve.runtime", &error, "free some memory or threads")
    })
}

/// Begins the log as it is configured; traces are sent until what is given back is dropped.
pub(crate) fn begin_log(config: &Config, context: &Context) -> Result<Collected, Failure> {
    let json = context.json() || config.settings.get(&keys::LOG_FORMAT) == "json";
    let filter = config.settings.get(&keys::LOG_FILTER);
    let traces = config.settings.get(&keys::TRACES_ENDPOINT);
    logging::log(json, &filter, traces.as_deref()).map_err(|error| {
        let (message, next) = match &error {
            LogError::Filter(error) => (
                format!("`log.filter` is {filter:?}, which is no filter: {error}"),
                "use a level (error, warn, info, debug), or levels by part: info,outlay_store=debug",
            ),
            LogError::Traces(_) => (
                format!("`traces.endpoint` is set, but {error}"),
                "leave it empty, or build with `--features otel` and name a collector",
            ),
        };
        Failure::new(Exit::Specification, "config.value", message, next)
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
    let _traces = begin_log(&config, context)?;
    let ended = runtime()?.block_on(async {
        let server = Server::start(config).await?;
        if !context.quiet {
            anstream::println!("Outlay is at http://{} (Ctrl-C stops it)", server.address);
        }
        if args.demo {
            show(&server).await;
        }
        server.run(outlay_server::serve::asked_to_stop()).await
    });
    ended.map_err(|error| failure(&error))
}

/// Loads the demo and says who may look at it. The server goes on without it, too.
async fn show(server: &Server) {
    match server.demo().await {
        Ok(Some(guest)) => anstream::println!(
            "The demo is being loaded; sign in as {} with the password {}",
            guest.email,
            guest.password
        ),
        Ok(None) => anstream::println!("This server is set up already: sign in as before"),
        Err(problem) => {
            anstream::eprintln!("The demo was not loaded: {}; {}", problem.title, problem.next)
        }
    }
}

pub(crate) fn failure(error: &ServeError) -> Failure {
    Failure::new(Exit::Files, error.code(), sentence(error), error.next())
}
