//! What a server is started with.

use std::net::SocketAddr;
use std::path::PathBuf;

use outlay_config::{Secret, SecretError, Settings, Sources, keys};
use outlay_core::registry::Registry;
use outlay_store::{AddressError, Cache, CacheAddressError, CacheOptions, StoreAddress};
use thiserror::Error;

use crate::auth::access::WeakSecret;
use crate::auth::oidc::Client;
use crate::edge::Edge;

/// What a server is started with; files, variables and flags make it.
#[derive(Debug, Clone)]
pub struct Config {
    /// Address that is listened on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Folder of the embedded database, the uploads and the artefacts.
    pub data: PathBuf,
    /// Address of the database; a file in `data` when absent.
    pub database: Option<Hidden>,
    /// Address of the artefacts; a folder in `data` when absent.
    pub objects: Option<Hidden>,
    /// Address of the cache that several processes share; none when absent.
    pub cache: Option<Hidden>,
    /// Whether cookies are sent over TLS only; on behind a proxy that speaks TLS.
    pub secure_cookies: bool,
    /// How the server meets the network.
    pub edge: Edge,
    /// Secret with which access tokens are signed; none are made without.
    pub jwt: Option<Secret>,
    /// The identity provider at which people may sign in.
    pub oidc: Option<Client>,
    /// Whether this process works on jobs as well.
    pub workers: bool,
    /// The business constants in force.
    pub registry: Registry,
    /// Everything else that is configured.
    pub settings: Settings,
    /// Where the settings are read again; nowhere where they were made by a program.
    pub sources: Option<Sources>,
}

/// What is configured cannot be worked with.
#[derive(Debug, Error)]
pub enum ConfigureError {
    /// A secret is not where it should be.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The secret of access tokens is too short.
    #[error(transparent)]
    Weak(#[from] WeakSecret),
    /// A value makes no sense.
    #[error("`{key}` is {value:?}, which cannot be used")]
    Value {
        /// The key.
        key: &'static str,
        /// Its value.
        value: String,
        /// What to write instead.
        next: String,
    },
    /// A value needs another one.
    #[error("`{key}` is set and `{lacks}` is not")]
    Lacks {
        /// The key that is set.
        key: &'static str,
        /// The key that it needs.
        lacks: &'static str,
    },
    /// A file cannot be used.
    #[error("the file {} of `{key}` cannot be used: {reason}", path.display())]
    File {
        /// The key that names it.
        key: &'static str,
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

impl ConfigureError {
    pub(crate) fn value(key: &'static str, value: &str, next: &str) -> Self {
        Self::Value { key, value: value.to_owned(), next: next.to_owned() }
    }

    pub(crate) fn lacks(key: &'static str, lacks: &'static str) -> Self {
        Self::Lacks { key, lacks }
    }

    /// Stable name of the kind of failure.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Secret(_) | Self::Weak(_) => "config.secret",
            Self::Value { .. } | Self::Lacks { .. } => "config.value",
            Self::File { .. } => "config.file",
        }
    }

    /// What to do next.
    pub fn next(&self) -> String {
        match self {
            Self::Secret(_) | Self::Weak(_) => {
                "set it, then run `outlay doctor` with the same flags".to_owned()
            }
            Self::Value { next, .. } => next.clone(),
            Self::Lacks { key, lacks } => format!("set `{lacks}` as well, or take `{key}` out"),
            Self::File { .. } => "put a file there that this user can read, in PEM form".to_owned(),
        }
    }
}

/// An address that may hold a password: `{:?}` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Hidden(pub String);

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

impl From<&str> for Hidden {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl Config {
    /// A server on the embedded database in a folder.
    pub fn new(listen: SocketAddr, data: impl Into<PathBuf>) -> Self {
        Self {
            listen,
            data: data.into(),
            database: None,
            objects: None,
            cache: None,
            secure_cookies: false,
            edge: Edge::default(),
            jwt: None,
            oidc: None,
            workers: true,
            registry: Registry::default(),
            settings: Settings::default(),
            sources: None,
        }
    }

    /// A server as it is configured, and where that is read again.
    ///
    /// # Errors
    /// [`ConfigureError`] for a secret that is not where it should be, and for values that make no
    /// sense together.
    pub fn of(settings: Settings, sources: Sources) -> Result<Self, ConfigureError> {
        let edge = Edge::of(&settings)?;
        let address = |key| {
            let found: Option<outlay_config::Connection> = settings.get(key);
            found.map(|address| address.resolve().map(Hidden)).transpose()
        };
        Ok(Self {
            listen: settings.get(&keys::SERVER_LISTEN),
            data: settings.get(&keys::SERVER_DATA),
            database: address(&keys::STORE_URL)?,
            objects: address(&keys::OBJECTS_URL)?,
            cache: address(&keys::STORE_CACHE_URL)?,
            // Where the server itself speaks TLS there is no other way to it.
            secure_cookies: settings.get(&keys::SERVER_SECURE_COOKIES) || edge.tls.is_some(),
            jwt: settings.secret(&keys::AUTH_JWT_SECRET)?,
            oidc: Client::of(&settings, &edge)?,
            edge,
            workers: settings.get(&keys::SERVER_WORKERS),
            registry: settings.registry().clone(),
            settings,
            sources: Some(sources),
        })
    }

    /// Where the store is.
    ///
    /// # Errors
    /// [`AddressError`] for an address that is none.
    pub fn store(&self) -> Result<StoreAddress, AddressError> {
        match &self.database {
            Some(text) => text.0.parse(),
            None => Ok(StoreAddress::file(self.data.join("outlay.db"))),
        }
    }

    /// The cache: in this process, and in the shared one where one is named.
    ///
    /// # Errors
    /// [`CacheAddressError`] for an address that is none.
    pub fn cache(&self) -> Result<Cache, CacheAddressError> {
        let shared = self.cache.as_ref().map(|address| address.0.as_str());
        Cache::new(&CacheOptions::from(&self.registry), shared)
    }

    /// Folder or address of the artefacts.
    pub fn objects(&self) -> String {
        match &self.objects {
            Some(address) => address.0.clone(),
            None => self.data.join("objects").display().to_string(),
        }
    }
}
