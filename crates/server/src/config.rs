//! What a server is started with.

use std::net::SocketAddr;
use std::path::PathBuf;

use outlay_core::registry::Registry;
use outlay_store::{AddressError, StoreAddress};

/// What a server is started with; flags and variables make it.
#[derive(Debug, Clone)]
pub struct Config {
    /// Address that is listened on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Folder of the embedded database, the uploads and the artefacts.
    pub data: PathBuf,
    /// Address of the database; a file in `data` when absent.
    pub database: Option<String>,
    /// Whether cookies are sent over TLS only; on behind a proxy that speaks TLS.
    pub secure_cookies: bool,
    /// Whether this process works on jobs as well.
    pub workers: bool,
    /// The settings in force.
    pub registry: Registry,
}

impl Config {
    /// A server on the embedded database in a folder.
    pub fn new(listen: SocketAddr, data: impl Into<PathBuf>) -> Self {
        Self {
            listen,
            data: data.into(),
            database: None,
            secure_cookies: false,
            workers: true,
            registry: Registry::default(),
        }
    }

    /// Where the store is.
    ///
    /// # Errors
    /// [`AddressError`] for an address that is none.
    pub fn store(&self) -> Result<StoreAddress, AddressError> {
        match &self.database {
            Some(text) => text.parse(),
            None => Ok(StoreAddress::file(self.data.join("outlay.db"))),
        }
    }

    /// Folder of the artefacts.
    pub fn objects(&self) -> PathBuf {
        self.data.join("objects")
    }
}
