//! Several statements that all happen, or none.

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
    let inner = pools.write.begin_with_options(options).await.map_err(classify)?;
    Ok(Transaction { inner, pools })
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
        self.inner.commit().await.map_err(classify)
    }

    /// Makes nothing of it happen.
    ///
    /// # Errors
    /// When the database fails; then nothing happened either.
    pub async fn rollback(self) -> Result<()> {
        self.inner.rollback().await.map_err(classify)
    }
}
