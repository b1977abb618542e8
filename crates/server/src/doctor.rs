//! What keeps a server from starting, each with the next step.

use std::net::SocketAddr;
use std::path::Path;

use outlay_store::{SchemaError, Store, StoreError, StoreOptions};
use serde::Serialize;

use crate::auth::oidc::{Client, Provider};
use crate::config::Config;
use crate::edge::TlsFiles;
use crate::listen;

/// Something that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at.
    pub name: &'static str,
    /// Whether it is as it should be.
    pub ok: bool,
    /// How it stands.
    pub message: String,
    /// What to do next; empty where nothing is wrong.
    pub next: String,
}

fn good(name: &'static str, message: impl Into<String>) -> Finding {
    Finding { name, ok: true, message: message.into(), next: String::new() }
}

fn bad(name: &'static str, message: impl Into<String>, next: impl Into<String>) -> Finding {
    Finding { name, ok: false, message: message.into(), next: next.into() }
}

/// Looks at everything that a server needs. Changes nothing but the data folder, which is made.
pub async fn examine(config: &Config) -> Vec<Finding> {
    let mut found = vec![folder(&config.data)];
    found.extend(database(config).await);
    found.extend(config.edge.tls.as_ref().map(certificate));
    if let Some(client) = config.oidc.clone() {
        found.push(identities(client, config).await);
    }
    found.push(port(config.listen).await);
    found
}

fn folder(data: &Path) -> Finding {
    let made = std::fs::create_dir_all(data).and_then(|()| tempfile::tempfile_in(data));
    match made {
        Ok(_) => good("data folder", format!("{} can be written", data.display())),
        Err(error) => bad(
            "data folder",
            format!("{} cannot be written: {error}", data.display()),
            "choose another folder with --data, or let this user write there",
        ),
    }
}

fn certificate(files: &TlsFiles) -> Finding {
    match listen::tls(files) {
        Ok(_) => good("certificate", format!("{} can be used", files.certificate.display())),
        Err(error) => bad("certificate", error.to_string(), error.next()),
    }
}

async fn identities(client: Client, config: &Config) -> Finding {
    let name = "identity provider";
    let issuer = client.issuer.clone();
    let provider = match Provider::new(client, &config.registry) {
        Ok(provider) => provider,
        Err(error) => return bad(name, error.to_string(), error.next()),
    };
    match tokio::task::spawn_blocking(move || provider.look()).await {
        Ok(Ok(())) => good(name, format!("{issuer} answers")),
        Ok(Err(error)) => bad(
            name,
            format!("{issuer}: {}", outlay_engine::sentence(&error)),
            "check `auth.oidc_issuer`, and whether this machine reaches it",
        ),
        Err(error) => bad(name, error.to_string(), "run it again"),
    }
}

async fn database(config: &Config) -> Vec<Finding> {
    let address = match config.store() {
        Ok(address) => address,
        Err(error) => {
            let next = "use --database sqlite:///path/outlay.db or postgres://user@host/database";
            return vec![bad("database", error.to_string(), next)];
        }
    };
    let new = address.path().is_some_and(|path| !path.exists());
    if new {
        let message = format!("{address} will be made when the server starts");
        return vec![good("database", message)];
    }
    let store = match Store::open(&address, StoreOptions::from(&config.registry)).await {
        Ok(store) => store,
        Err(error) => {
            let next = match address.path() {
                Some(_) => "check that the file is a database and can be written",
                None => "check that the database runs, its host, its name, and the password",
            };
            return vec![bad("database", outlay_engine::sentence(&error), next)];
        }
    };
    let answers = match store.ping().await {
        Ok(()) => good("database", format!("{address} answers")),
        Err(error) => {
            let next = "check that it is a database of Outlay";
            bad("database", outlay_engine::sentence(&error), next)
        }
    };
    let schema = schema(&store).await;
    if let Err(error) = store.close().await {
        tracing::debug!(%error, "the store was not closed well");
    }
    vec![answers, schema]
}

async fn schema(store: &Store) -> Finding {
    match store.schema().await {
        Ok(applied) if applied.pending == 0 => good("schema", "it is this version's"),
        Ok(applied) => {
            let message = format!("{} migrations run when the server starts", applied.pending);
            good("schema", message)
        }
        Err(StoreError::Schema(error)) => {
            let next = match &error {
                SchemaError::Future { .. } => {
                    "a later version of Outlay made it: use that version, or restore a backup"
                }
                SchemaError::Behind { .. } => "start the server: it brings the schema up to date",
                _ => "restore a backup, or use the version of Outlay that made this store",
            };
            bad("schema", error.to_string(), next)
        }
        Err(error) => bad("schema", outlay_engine::sentence(&error), "check the database"),
    }
}

async fn port(address: SocketAddr) -> Finding {
    match tokio::net::TcpListener::bind(address).await {
        Ok(_) => good("address", format!("{address} is free")),
        Err(error) => bad(
            "address",
            format!("cannot listen on {address}: {error}"),
            "stop the program that listens there, or choose another port with --listen",
        ),
    }
}
