//! The layers of the configuration as the command line names them.

use std::path::PathBuf;

use outlay_config::{ConfigError, Flag, Settings, Sources, keys};
use outlay_engine::sentence;
use outlay_server::{Config, ConfigureError};

use crate::failure::{Exit, Failure};

/// Flags of every command that asks for the configuration.
#[derive(Debug, Default, Clone, clap::Args)]
pub(crate) struct Layers {
    /// Folder with your base.toml, development.toml, staging.toml or production.toml, or one file
    /// (also OUTLAY_CONFIG).
    #[arg(long, global = true, value_name = "DIR")]
    config: Option<PathBuf>,
    /// Set a key, above files and variables; as often as needed. `outlay config` lists the keys.
    #[arg(long, global = true, value_name = "KEY=VALUE", value_parser = pair)]
    set: Vec<(String, String)>,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("write it as KEY=VALUE")?;
    Ok((key.to_owned(), value.to_owned()))
}

impl Layers {
    /// The sources, `more` flags among them.
    pub(crate) fn sources(&self, more: Vec<Flag>) -> Sources {
        let set = self.set.iter().map(|(key, value)| Flag::set(key, value));
        Sources::of_process(self.config.clone(), more.into_iter().chain(set).collect())
    }

    /// The settings in force.
    pub(crate) fn settings(&self) -> Result<Settings, Failure> {
        self.sources(Vec::new()).load().map_err(|error| refused(&error))
    }
}

/// Where a server listens and keeps what it remembers.
#[derive(Debug, clap::Args)]
pub(crate) struct Place {
    #[command(flatten)]
    pub(crate) layers: Layers,
    /// Address that is listened on [default: 127.0.0.1:8787] (also OUTLAY_LISTEN).
    #[arg(long, global = true, value_name = "ADDRESS")]
    listen: Option<String>,
    /// Folder of the embedded database, the uploads and the fits [default: outlay-data] (also
    /// OUTLAY_DATA).
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<String>,
    /// Database: `sqlite:///path/outlay.db` or `postgres://user@host/database`; a file in the data
    /// folder when left out (also OUTLAY_DATABASE).
    #[arg(long, global = true, value_name = "URL")]
    database: Option<String>,
}

impl Place {
    /// The sources, `more` flags among them.
    pub(crate) fn sources(&self, more: Vec<Flag>) -> Sources {
        let named = [
            ("--listen", keys::SERVER_LISTEN.definition, &self.listen),
            ("--data", keys::SERVER_DATA.definition, &self.data),
            ("--database", keys::STORE_URL.definition, &self.database),
        ];
        let named = named
            .into_iter()
            .filter_map(|(flag, key, value)| Some(Flag::named(flag, key.name, value.clone()?)));
        self.layers.sources(named.chain(more).collect())
    }

    /// What a server is started with.
    pub(crate) fn config(&self, more: Vec<Flag>) -> Result<Config, Failure> {
        let sources = self.sources(more);
        let settings = sources.load().map_err(|error| refused(&error))?;
        Config::of(settings, sources).map_err(|error| unusable(&error))
    }
}

/// A configuration that was refused.
pub(crate) fn refused(error: &ConfigError) -> Failure {
    Failure::new(Exit::Specification, "config.refused", error.to_string(), error.next())
}

/// What is configured and cannot be worked with.
fn unusable(error: &ConfigureError) -> Failure {
    let exit = match error {
        ConfigureError::Value { .. } | ConfigureError::Lacks { .. } => Exit::Specification,
        _ => Exit::Files,
    };
    Failure::new(exit, error.code(), sentence(error), error.next())
}
