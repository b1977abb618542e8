//! What a server is started with.

use std::net::SocketAddr;
use std::path::PathBuf;

use outlay_config::{SecretError, Settings, Sources, keys};
use outlay_core::registry::Registry;
use outlay_store::{AddressError, Cache, CacheAddressError, CacheOptions, StoreAddress};

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
    /// Whether this process works on jobs as well.
    pub workers: bool,
    /// The business constants in force.
    pub registry: Registry,
    /// Everything else that is configured.
    pub settings: Settings,
    /// Where the settings are read again; nowhere where they were made by a program.
    pub sources: Option<Sources>,
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
            workers: true,
            registry: Registry::default(),
            settings: Settings::default(),
            sources: None,
        }
    }

    /// A server as it is configured, and where that is read again.
    ///
    /// # Errors
    /// [`SecretError`] when an address stands where there is none.
    pub fn of(settings: Settings, sources: Sources) -> Result<Self, SecretError> {
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
            secure_cookies: settings.get(&keys::SERVER_SECURE_COOKIES),
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
