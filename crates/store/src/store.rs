//! The open store.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use sea_orm::DatabaseConnection;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sea_orm::sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};
use sea_orm::sqlx::{ConnectOptions, Error as SqlxError};

use crate::address::StoreAddress;
use crate::datasets::{Upload, silent};
use crate::engine::Engine;
use crate::error::{Cause, Result, SchemaError, StoreError};
use crate::housekeeping::{Swept, sweep};
use crate::link::{Link, Pools};
use crate::options::StoreOptions;
use crate::record::Stored;
use crate::schema::{self, Applied, Migrated};
use crate::statement::{Observed, Observer};
use crate::transaction::{Transaction, begin};
use crate::workspaces::WorkspaceId;

/// The store. Cheap to clone; all clones share their connections.
#[derive(Debug, Clone)]
pub struct Store {
    pools: Arc<Pools>,
    address: StoreAddress,
}

/// The connections of a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connections {
    /// Which: `read` and `write` on SQLite, `all` on PostgreSQL.
    pub pool: &'static str,
    /// How many are open.
    pub open: u32,
    /// How many of those nobody uses.
    pub idle: usize,
}

/// A future that may move between threads.
pub type Pending<'t, T> = Pin<Box<dyn Future<Output = T> + Send + 't>>;

impl Store {
    /// Opens the store; a SQLite file is made where there is none. Does not touch the schema: see
    /// [`Store::migrate`] and [`Store::require_schema`].
    ///
    /// # Errors
    /// [`StoreError::Connect`] when the database does not answer.
    pub async fn open(address: &StoreAddress, options: StoreOptions) -> Result<Self> {
        let pools = match (address.path(), address.url()) {
            (Some(path), _) => sqlite(path, options).await,
            (None, url) => postgres(url.unwrap_or_default(), options).await,
        };
        let pools =
            pools.map_err(|source| StoreError::Connect { address: address.to_string(), source })?;
        Ok(Self { pools: Arc::new(pools), address: address.clone() })
    }

    pub(crate) fn link(&self) -> Link<'_> {
        Link { pools: &self.pools, transaction: None }
    }

    crate::scope::above!();

    /// Which database this is.
    pub fn engine(&self) -> Engine {
        self.pools.engine
    }

    /// Where it is; shown without user and password.
    pub fn address(&self) -> &StoreAddress {
        &self.address
    }

    /// Lets `observer` hear about every statement of this store and its clones. The first one
    /// stays.
    pub fn observe(&self, observer: Arc<dyn Observer>) {
        self.pools.observed.set(observer);
    }

    /// The connections of this process now.
    pub fn connections(&self) -> Vec<Connections> {
        let Pools { engine, read, write, .. } = self.pools.as_ref();
        match engine {
            Engine::Sqlite => {
                let of = |pool, of: &DatabaseConnection| {
                    let found = of.get_sqlite_connection_pool();
                    Connections { pool, open: found.size(), idle: found.num_idle() }
                };
                vec![of("read", read), of("write", write)]
            }
            Engine::Postgres => {
                let found = read.get_postgres_connection_pool();
                vec![Connections { pool: "all", open: found.size(), idle: found.num_idle() }]
            }
        }
    }

    /// Begins a transaction.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when no connection came free in time.
    pub async fn begin(&self) -> Result<Transaction<'_>> {
        begin(&self.pools).await
    }

    /// Does `work` in a transaction, and again when it lost against another one.
    ///
    /// # Errors
    /// What `work` reports; nothing happened then.
    pub async fn transact<T>(
        &self,
        work: impl for<'t> Fn(&'t Transaction<'t>) -> Pending<'t, Result<T>> + Send + Sync,
    ) -> Result<T> {
        let mut tries = 0;
        loop {
            match self.attempt(&work).await {
                Err(error) if error.is_retryable() && tries < self.pools.options.retries => {
                    tries += 1;
                    tracing::debug!(tries, "a transaction lost and is tried again");
                }
                outcome => return outcome,
            }
        }
    }

    async fn attempt<T>(
        &self,
        work: &(impl for<'t> Fn(&'t Transaction<'t>) -> Pending<'t, Result<T>> + Send + Sync),
    ) -> Result<T> {
        let transaction = self.begin().await?;
        let outcome = work(&transaction).await?;
        transaction.commit().await?;
        Ok(outcome)
    }

    /// Brings the schema to this program's version. Safe when two processes start together: one
    /// does the work, the other finds it done.
    ///
    /// # Errors
    /// [`SchemaError`] when the store is not ours to change; it is left as it was.
    pub async fn migrate(&self, now: DateTime<Utc>) -> Result<Migrated> {
        schema::migrate(&self.pools, None, now).await
    }

    /// Brings the schema to the state after `count` migrations, back or forth. Going back removes
    /// tables with all that is in them.
    ///
    /// # Errors
    /// As [`Store::migrate`].
    pub async fn migrate_to(&self, count: usize, now: DateTime<Utc>) -> Result<Migrated> {
        schema::migrate(&self.pools, Some(count), now).await
    }

    /// The migrations that were applied, after checking that they are this program's.
    ///
    /// # Errors
    /// [`SchemaError`] when they are not.
    pub async fn schema(&self) -> Result<Applied> {
        schema::state(&self.pools).await
    }

    /// Makes sure that the schema is exactly this program's.
    ///
    /// # Errors
    /// [`SchemaError`] when it is not, with what to do.
    pub async fn require_schema(&self) -> Result<()> {
        match self.schema().await?.pending {
            0 => Ok(()),
            behind => Err(SchemaError::Behind { behind }.into()),
        }
    }

    /// Asks the database for a sign of life.
    ///
    /// # Errors
    /// When it gives none.
    pub async fn ping(&self) -> Result<()> {
        self.link().one("SELECT 1 AS one", Vec::new()).await.map(|_| ())
    }

    /// Uploads of all workspaces that still wait for parts though the last one came before
    /// `before`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn silent_uploads(
        &self,
        before: DateTime<Utc>,
    ) -> Result<Vec<(WorkspaceId, Stored<Upload>)>> {
        silent(self.link(), before).await
    }

    /// Removes what has had its time: ended sessions, old events, old idempotency keys. Worth it
    /// once an hour or so.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sweep(&self, now: DateTime<Utc>) -> Result<Swept> {
        sweep(self.link(), now).await
    }

    /// Lets the database count its rows again, so that it plans its answers well; worth it after
    /// large loads.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn analyse(&self) -> Result<()> {
        self.link().run("ANALYZE", Vec::new()).await.map(|_| ())
    }

    /// Closes all connections. On SQLite the write-ahead log is folded into the file.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn close(&self) -> Result<()> {
        self.pools.read.close_by_ref().await.map_err(crate::classify::classify)?;
        self.pools.write.close_by_ref().await.map_err(crate::classify::classify)
    }
}

async fn sqlite(path: &std::path::Path, options: StoreOptions) -> Result<Pools, Cause> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    let connect = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .foreign_keys(true)
        // Readers see the last commit while a writer works.
        .journal_mode(SqliteJournalMode::Wal)
        // With WAL a crash of the machine may lose the last commits but never the file; a crash
        // of the process loses nothing. Full would wait for the disk at every commit.
        .synchronous(SqliteSynchronous::Normal)
        .busy_timeout(options.busy)
        // Rows cross from the connection's thread to ours: few crossings for a page of them.
        .row_buffer_size(options.page as usize)
        // Negative is in KiB; positive would be in pages.
        .pragma("cache_size", format!("-{}", options.sqlite_cache / 1024))
        .disable_statement_logging();
    let pool = || SqlitePoolOptions::new().acquire_timeout(options.acquire);
    let write = pool().max_connections(1).connect_with(connect.clone()).await?;
    let read = pool()
        .max_connections(options.pool)
        .connect_with(connect.pragma("query_only", "ON"))
        .await?;
    Ok(Pools {
        engine: Engine::Sqlite,
        write: write.into(),
        read: read.into(),
        options,
        observed: Observed::default(),
    })
}

async fn postgres(url: &str, options: StoreOptions) -> Result<Pools, Cause> {
    let connect: PgConnectOptions = url.parse().map_err(|error: SqlxError| Box::new(error))?;
    let wait = format!("{}ms", options.busy.as_millis());
    let connect = connect
        .application_name("outlay")
        .options([("lock_timeout", wait.as_str()), ("timezone", "UTC")])
        .disable_statement_logging();
    let pool = PgPoolOptions::new()
        .max_connections(options.pool)
        .acquire_timeout(options.acquire)
        .connect_with(connect)
        .await?;
    let shared = DatabaseConnection::from(pool);
    Ok(Pools {
        engine: Engine::Postgres,
        write: shared.clone(),
        read: shared,
        options,
        observed: Observed::default(),
    })
}
