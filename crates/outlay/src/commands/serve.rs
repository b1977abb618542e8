//! `outlay serve`: store, job workers, HTTP and dashboard in one process.

use std::net::SocketAddr;
use std::path::PathBuf;

use outlay_core::registry::{Registry, SETTINGS};
use outlay_engine::sentence;
use outlay_server::{Config, ServeError, Server};
use tokio::runtime::Runtime;

use crate::context::Context;
use crate::failure::{Exit, Failure};

/// Arguments of `outlay serve`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) place: Place,
    /// Send cookies over TLS only; for servers behind a proxy that speaks TLS.
    #[arg(long, env = "OUTLAY_SECURE_COOKIES")]
    secure_cookies: bool,
    /// Do not work on jobs in this process.
    #[arg(long)]
    no_workers: bool,
    /// Where nobody has set the server up: load the demo, and make up a password for its guest.
    #[arg(long, conflicts_with = "no_workers")]
    demo: bool,
}

/// Where a server listens and keeps what it remembers.
#[derive(Debug, clap::Args)]
pub(crate) struct Place {
    /// Address that is listened on.
    #[arg(long, value_name = "ADDRESS", env = "OUTLAY_LISTEN", default_value = "127.0.0.1:8787")]
    listen: SocketAddr,
    /// Folder of the embedded database, the uploads and the fits.
    #[arg(long, value_name = "DIR", env = "OUTLAY_DATA", default_value = "outlay-data")]
    data: PathBuf,
    /// Database: `sqlite:///path/outlay.db` or `postgres://user@host/database`; a file in the data
    /// folder when left out.
    #[arg(long, value_name = "URL", env = "OUTLAY_DATABASE", hide_env_values = true)]
    database: Option<String>,
}

impl Place {
    /// What a server is started with.
    pub(crate) fn config(&self) -> Config {
        let database = self.database.clone();
        Config { database, registry: variables(), ..Config::new(self.listen, &self.data) }
    }
}

/// The settings over which variables have a say: `OUTLAY__JOBS__LEASE_SECONDS` is
/// `jobs.lease_seconds`. One that is not allowed is left out, and said.
fn variables() -> Registry {
    let mut registry = Registry::default();
    for setting in SETTINGS {
        let name = format!("OUTLAY__{}", setting.key.replacen('.', "__", 1).to_uppercase());
        let Ok(text) = std::env::var(&name) else { continue };
        let changed = text.parse().ok().and_then(|v| registry.clone().and(setting.key, v).ok());
        match changed {
            Some(changed) => registry = changed,
            None => anstream::eprintln!("{name} is left out: it is no number that is allowed"),
        }
    }
    registry
}

/// The runtime of what waits; what computes has threads of its own.
pub(crate) fn runtime() -> Result<Runtime, Failure> {
    Runtime::new().map_err(|error| {
        Failure::from_error(Exit::Internal, "serve.runtime", &error, "free some memory or threads")
    })
}

/// Runs the command until SIGTERM or Ctrl-C.
pub(crate) fn run(args: &Args, context: &Context) -> Result<(), Failure> {
    outlay_server::serve::log(context.json());
    let config = Config {
        secure_cookies: args.secure_cookies,
        workers: !args.no_workers,
        ..args.place.config()
    };
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
