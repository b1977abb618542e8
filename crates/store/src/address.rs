//! Where the store is: `sqlite:///path/outlay.db` or `postgres://user@host/database`.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use thiserror::Error;

use crate::engine::Engine;

/// The address of a database.
///
/// ```
/// use outlay_store::{Engine, StoreAddress};
///
/// let address: StoreAddress = "sqlite:///var/lib/outlay/outlay.db".parse()?;
/// assert_eq!(address.engine(), Engine::Sqlite);
/// let shared: StoreAddress = "postgres://outlay:secret@db.example/outlay".parse()?;
/// assert_eq!(shared.to_string(), "postgres://…@db.example/outlay");
/// # Ok::<(), outlay_store::AddressError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct StoreAddress(Place);

#[derive(Clone, PartialEq, Eq)]
enum Place {
    File(PathBuf),
    Server(String),
}

/// Why an address was not understood. The address itself is not repeated: it may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AddressError {
    /// Neither of the two schemes.
    #[error("a store's address starts with sqlite:///path or postgres://, not with `{0}`")]
    Scheme(String),
    /// `sqlite:` without a file.
    #[error("sqlite: needs the path of a file, for example sqlite:///var/lib/outlay/outlay.db")]
    Path,
    /// `postgres:` without a database.
    #[error("postgres:// needs a host and a database, for example postgres://user@host/outlay")]
    Database,
}

impl StoreAddress {
    /// The address of a SQLite file.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self(Place::File(path.into()))
    }

    /// Which database is meant.
    pub fn engine(&self) -> Engine {
        match self.0 {
            Place::File(_) => Engine::Sqlite,
            Place::Server(_) => Engine::Postgres,
        }
    }

    /// The file of a SQLite address.
    pub fn path(&self) -> Option<&Path> {
        match &self.0 {
            Place::File(path) => Some(path),
            Place::Server(_) => None,
        }
    }

    pub(crate) fn url(&self) -> Option<&str> {
        match &self.0 {
            Place::File(_) => None,
            Place::Server(url) => Some(url),
        }
    }
}

impl FromStr for StoreAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let text = text.trim();
        let (scheme, rest) = text.split_once(':').unwrap_or(("", text));
        match scheme {
            "sqlite" => {
                // sqlite:///absolute and sqlite://relative, as the URL is commonly read.
                let path = rest.strip_prefix("//").unwrap_or(rest);
                let path = path.split('?').next().unwrap_or_default();
                if path.is_empty() || path.ends_with('/') || path == ":memory:" {
                    return Err(AddressError::Path);
                }
                Ok(Self::file(path))
            }
            "postgres" | "postgresql" => {
                let place = rest.strip_prefix("//").ok_or(AddressError::Database)?;
                let (host, database) = place.split_once('/').ok_or(AddressError::Database)?;
                let database = database.split('?').next().unwrap_or_default();
                if host.is_empty() || database.is_empty() {
                    return Err(AddressError::Database);
                }
                Ok(Self(Place::Server(text.to_owned())))
            }
            // What stands before a colon elsewhere might be part of a secret.
            _ => Err(AddressError::Scheme(scheme.chars().take(12).collect())),
        }
    }
}

/// Without the user and the password, so that an address may be shown and logged.
impl fmt::Display for StoreAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Place::File(path) => write!(f, "sqlite://{}", path.display()),
            Place::Server(url) => {
                let rest = url.split_once("//").map_or("", |(_, rest)| rest);
                let rest = rest.split('?').next().unwrap_or_default();
                match rest.rsplit_once('@') {
                    Some((_, host)) => write!(f, "postgres://…@{host}"),
                    None => write!(f, "postgres://{rest}"),
                }
            }
        }
    }
}

impl fmt::Debug for StoreAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoreAddress({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read() {
        let path = |text: &str| text.parse::<StoreAddress>().unwrap().path().unwrap().to_owned();
        assert_eq!(path("sqlite:///data/o.db"), Path::new("/data/o.db"));
        assert_eq!(path("sqlite://o.db"), Path::new("o.db"));
        assert_eq!(path("sqlite:o.db?mode=rwc"), Path::new("o.db"));
        assert_eq!("sqlite://".parse::<StoreAddress>(), Err(AddressError::Path));
        assert_eq!("postgres://host".parse::<StoreAddress>(), Err(AddressError::Database));
        assert!(matches!("mysql://x/y".parse::<StoreAddress>(), Err(AddressError::Scheme(_))));
    }

    #[test]
    fn a_password_is_never_shown() {
        let address: StoreAddress =
            "postgres://me:hunter2@db:5432/outlay?password=hunter2".parse().unwrap();
        assert_eq!(format!("{address} {address:?}").matches("hunter2").count(), 0);
    }
}
