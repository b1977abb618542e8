//! One statement to the database, outside or inside of a transaction: the only place that runs
//! one, measures it and turns its error into ours.

use std::time::Instant;

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, QueryResult, Statement, Value,
};

use crate::classify::classify;
use crate::engine::Engine;
use crate::error::Result;
use crate::options::StoreOptions;
use crate::statement::{Observed, name};

/// The connections of a store.
#[derive(Debug)]
pub(crate) struct Pools {
    pub(crate) engine: Engine,
    /// SQLite has one writer at a time; waiting for it here is fair, waiting in the database is not.
    pub(crate) write: DatabaseConnection,
    pub(crate) read: DatabaseConnection,
    pub(crate) options: StoreOptions,
    pub(crate) observed: Observed,
}

impl Pools {
    /// Tells how long something took, and logs it where that was long.
    pub(crate) fn took(&self, name: impl FnOnce() -> String, started: Instant, failed: bool) {
        let took = started.elapsed();
        let slow = took >= self.options.slow;
        if !slow && !self.observed.wanted() {
            return;
        }
        let name = name();
        self.observed.tell(&name, took, failed);
        if slow {
            // Neither its text nor its values: they may be personal.
            tracing::warn!(
                target: "outlay_store::slow",
                milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
                statement = name,
                "slow statement"
            );
        }
    }
}

/// What statements are sent through.
#[derive(Clone, Copy)]
pub(crate) struct Link<'c> {
    pub(crate) pools: &'c Pools,
    pub(crate) transaction: Option<&'c DatabaseTransaction>,
}

impl<'c> Link<'c> {
    pub(crate) fn engine(self) -> Engine {
        self.pools.engine
    }

    pub(crate) fn options(self) -> &'c StoreOptions {
        &self.pools.options
    }

    /// Reads rows.
    pub(crate) async fn all(self, sql: &str, values: Vec<Value>) -> Result<Vec<QueryResult>> {
        let statement = self.statement(sql, values);
        let started = Instant::now();
        let rows = match self.transaction {
            Some(transaction) => transaction.query_all_raw(statement).await,
            None => self.pools.read.query_all_raw(statement).await,
        };
        self.finish(sql, started, rows)
    }

    /// Reads the first row.
    pub(crate) async fn one(self, sql: &str, values: Vec<Value>) -> Result<Option<QueryResult>> {
        Ok(self.all(sql, values).await?.into_iter().next())
    }

    /// Writes; says how many rows were touched.
    pub(crate) async fn run(self, sql: &str, values: Vec<Value>) -> Result<u64> {
        let statement = self.statement(sql, values);
        let started = Instant::now();
        let done = match self.transaction {
            Some(transaction) => transaction.execute_raw(statement).await,
            None => self.pools.write.execute_raw(statement).await,
        };
        Ok(self.finish(sql, started, done)?.rows_affected())
    }

    /// Writes and reads what was written (`RETURNING`).
    pub(crate) async fn returning(self, sql: &str, values: Vec<Value>) -> Result<Vec<QueryResult>> {
        let statement = self.statement(sql, values);
        let started = Instant::now();
        let rows = match self.transaction {
            Some(transaction) => transaction.query_all_raw(statement).await,
            None => self.pools.write.query_all_raw(statement).await,
        };
        self.finish(sql, started, rows)
    }

    fn statement(self, sql: &str, values: Vec<Value>) -> Statement {
        Statement::from_sql_and_values(self.engine().backend(), sql, values)
    }

    fn finish<T>(self, sql: &str, started: Instant, outcome: Result<T, DbErr>) -> Result<T> {
        self.pools.took(|| name(sql), started, outcome.is_err());
        outcome.map_err(classify)
    }
}

/// Reads every row with `read`.
pub(crate) fn rows<T>(
    rows: &[QueryResult],
    read: impl Fn(&QueryResult) -> Result<T, DbErr>,
) -> Result<Vec<T>> {
    rows.iter().map(read).collect::<Result<_, _>>().map_err(classify)
}
