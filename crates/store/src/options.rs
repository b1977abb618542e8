//! How the store is used: pools, waits, sizes; from the configuration registry.

use std::time::Duration;

use outlay_core::registry::{Registry, keys};

/// Settings of a store. [`StoreOptions::from`] reads them from the registry.
#[derive(Debug, Clone, PartialEq)]
pub struct StoreOptions {
    /// Most connections of this process (readers, on SQLite; it has one writer besides).
    pub pool: u32,
    /// Longest wait for a connection.
    pub acquire: Duration,
    /// Longest wait for another writer's lock.
    pub busy: Duration,
    /// Time from which a statement is logged as slow.
    pub slow: Duration,
    /// Most rows of a page.
    pub page: u32,
    /// Bytes of the file that each SQLite connection keeps in memory.
    pub sqlite_cache: u64,
    /// Rows per statement of a bulk write.
    pub batch: usize,
    /// How often [`crate::Store::transact`] tries again what lost against another transaction.
    pub retries: u32,
    /// How long a live event is kept.
    pub events: Duration,
    /// How long an idempotency key is kept.
    pub idempotency: Duration,
    /// How exactly the last use of a session or a token is noted.
    pub seen: Duration,
}

impl From<&Registry> for StoreOptions {
    fn from(registry: &Registry) -> Self {
        let seconds = |setting| Duration::from_secs_f64(registry.get(setting));
        Self {
            pool: registry.get(&keys::STORE_POOL) as u32,
            acquire: seconds(&keys::STORE_ACQUIRE),
            busy: seconds(&keys::STORE_BUSY),
            slow: seconds(&keys::STORE_SLOW),
            page: registry.get(&keys::STORE_PAGE) as u32,
            sqlite_cache: registry.get(&keys::STORE_PAGES) as u64,
            batch: registry.get(&keys::STORE_BATCH) as usize,
            retries: registry.get(&keys::STORE_RETRIES) as u32,
            events: Duration::from_secs_f64(registry.get(&keys::STORE_EVENT_DAYS) * 86_400.0),
            idempotency: Duration::from_secs_f64(
                registry.get(&keys::STORE_IDEMPOTENCY_HOURS) * 3600.0,
            ),
            seen: seconds(&keys::STORE_SEEN),
        }
    }
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self::from(&Registry::default())
    }
}
