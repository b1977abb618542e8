//! Several statements that all happen, or none.

use std::time::Instant;

use sea_orm::{DatabaseTransaction, SqliteTransactionMode, TransactionOptions, TransactionTrait};

use crate::classify::classify;
use crate::error::Result;
use crate::link::{Link, Pools};

/// An open transaction. Dropped without [`Transaction::commit`], it leaves no trace.
///
/// On SQLite it holds the one writer: whoever writes through the store itself meanwhile waits, so
/// that inside of a transaction everything goes through the transaction.
pub struct Transaction<'c> {
    inner: DatabaseTransaction,
    pools: &'c Pools,
}

/// Begins one. On SQLite it is a writer from the start: one that became a writer later would be
/// refused at once when another was faster, without waiting.
pub(crate) async fn begin(pools: &Pools) -> Result<Transaction<'_>> {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let started = Instant::now();
    let begun = pools.write.begin_with_options(options).await;
    pools.took(|| "begin".to_owned(), started, begun.is_err());
    Ok(Transaction { inner: begun.map_err(classify)?, pools })
}

impl Transaction<'_> {
    pub(crate) fn link(&self) -> Link<'_> {
        Link { pools: self.pools, transaction: Some(&self.inner) }
    }

    crate::scope::above!();

    /// Makes it all happen.
    ///
    /// # Errors
    /// When the database fails; then nothing happened.
    pub async fn commit(self) -> Result<()> {
        let started = Instant::now();
        let done = self.inner.commit().await;
        self.pools.took(|| "commit".to_owned(), started, done.is_err());
        done.map_err(classify)
    }

    /// Makes nothing of it happen.
    ///
    /// # Errors
    /// When the database fails; then nothing happened either.
    pub async fn rollback(self) -> Result<()> {
        self.inner.rollback().await.map_err(classify)
    }
}
