//! Looking after a store without serving it: the version of its schema, and the names that other
//! tools rely on.

use outlay_jobs::{Clock, SystemClock};
pub use outlay_store::contract::{Kind, Standing};
use outlay_store::{Migrated, Store, StoreOptions, contract};
use serde::Serialize;

use crate::config::Config;
use crate::serve::ServeError;

/// How far a store's schema is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Version {
    /// Migrations that were applied, in order; their contents are those of this program.
    pub applied: Vec<&'static str>,
    /// How many of this program's are still to come.
    pub pending: usize,
}

/// What a change of the schema did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// Migrations that were applied, in order.
    pub applied: Vec<&'static str>,
    /// Migrations that were taken back, in order.
    pub reverted: Vec<&'static str>,
}

impl From<Migrated> for Changed {
    fn from(migrated: Migrated) -> Self {
        Self { applied: migrated.applied, reverted: migrated.reverted }
    }
}

async fn open(config: &Config) -> Result<Store, ServeError> {
    let folder = |source| ServeError::Folder { folder: config.data.clone(), source };
    std::fs::create_dir_all(&config.data).map_err(folder)?;
    Ok(Store::open(&config.store()?, StoreOptions::from(&config.registry)).await?)
}

/// How far the schema is, after checking that what was applied is this program's.
///
/// # Errors
/// [`ServeError`] when the store cannot be opened, was changed by a later program, or was
/// tampered with.
pub async fn version(config: &Config) -> Result<Version, ServeError> {
    let store = open(config).await?;
    let found = store.schema().await;
    store.close().await?;
    let found = found?;
    Ok(Version { applied: found.names, pending: found.pending })
}

/// Brings the schema to this program's version, or to the state after `count` migrations. Going
/// back removes tables with all that is in them.
///
/// # Errors
/// As [`version`].
pub async fn migrate(config: &Config, count: Option<usize>) -> Result<Changed, ServeError> {
    let store = open(config).await?;
    let now = SystemClock.now();
    let done = match count {
        None => store.migrate(now).await,
        Some(count) => store.migrate_to(count, now).await,
    };
    store.close().await?;
    Ok(done?.into())
}

/// Looks at every name that other tools rely on. With `ensure`, first makes those that are
/// missing, and gives their names; the base tables must be there.
///
/// # Errors
/// As [`version`]; and when something is to be made and a base table is missing.
pub async fn named(
    config: &Config,
    ensure: bool,
) -> Result<(Vec<&'static str>, Vec<Standing>), ServeError> {
    let store = open(config).await?;
    let looked = async {
        let made = if ensure { contract::ensure(&store).await? } else { Vec::new() };
        Ok((made, contract::check(&store).await?))
    };
    let looked = looked.await;
    store.close().await?;
    looked
}
