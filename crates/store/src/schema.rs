//! The schema, in migrations: embedded, in order, each with a checksum.
//!
//! A migration that was ever released is never edited: a change is a new one. Each runs in a
//! transaction of its own together with the row that records it, under a lock, after the state was
//! read again: an interrupted one leaves nothing, and of two processes one does the work.
//!
//! The definitions are SQL in which only the words for types differ, because the two engines agree
//! on the rest; the migrator of the ORM records names only, and could neither notice an edited
//! migration nor one of a later version.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use crate::classify::classify;
use crate::engine::Engine;
use crate::error::{Result, SchemaError};
use crate::field::{Cell, Field, stamp};
use crate::link::{Link, Pools, rows};
use crate::transaction::begin;

pub(crate) mod ddl;
mod m0001_identity;
mod m0002_marketing;
mod m0003_operations;
pub(crate) mod m0004_contract;
mod m0005_traces;
mod m0006_outlines;

/// One step of the schema, forth and back.
pub(crate) struct Migration {
    pub(crate) name: &'static str,
    pub(crate) up: &'static [&'static str],
    pub(crate) down: &'static [&'static str],
}

/// All steps, in order. New ones are added at the end.
const MIGRATIONS: [Migration; 6] = [
    m0001_identity::MIGRATION,
    m0002_marketing::MIGRATION,
    m0003_operations::MIGRATION,
    m0004_contract::MIGRATION,
    m0005_traces::MIGRATION,
    m0006_outlines::MIGRATION,
];

/// Key of the lock that migrating processes of one PostgreSQL database take: "outlay" in ASCII.
const LOCK: i64 = 0x6f75_746c_6179;

const TABLE: &str = "CREATE TABLE IF NOT EXISTS schema_migrations (
    position {int} NOT NULL PRIMARY KEY,
    name {text} NOT NULL UNIQUE,
    checksum {text} NOT NULL,
    applied_at {time} NOT NULL
)";

/// What a call to migrate did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Migrated {
    /// Migrations that were applied, in order.
    pub applied: Vec<&'static str>,
    /// Migrations that were taken back, in order.
    pub reverted: Vec<&'static str>,
}

/// How far a store's schema is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// Migrations that were applied, in order.
    pub names: Vec<&'static str>,
    /// How many of this program's are still to come.
    pub pending: usize,
}

impl Migration {
    /// The same on both engines, so that a store can be compared with any program.
    fn checksum(&self) -> String {
        let mut digest = Sha256::new();
        for part in [&[self.name][..], self.up, self.down].concat() {
            digest.update(part.len().to_le_bytes());
            digest.update(part);
        }
        digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The names and checksums of this program's migrations, in order.
pub fn checksums() -> Vec<(&'static str, String)> {
    MIGRATIONS.iter().map(|migration| (migration.name, migration.checksum())).collect()
}

pub(crate) async fn state(pools: &Pools) -> Result<Applied> {
    let link = Link { pools, transaction: None };
    let exists = match pools.engine {
        Engine::Sqlite => {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'schema_migrations'"
        }
        Engine::Postgres => {
            "SELECT table_name AS name FROM information_schema.tables
             WHERE table_schema = current_schema() AND table_name = 'schema_migrations'"
        }
    };
    let count = match link.one(exists, Vec::new()).await? {
        Some(_) => verified(link).await?,
        None => 0,
    };
    Ok(Applied {
        names: MIGRATIONS[..count].iter().map(|migration| migration.name).collect(),
        pending: MIGRATIONS.len() - count,
    })
}

/// How many migrations were applied, if all of them are ours.
async fn verified(link: Link<'_>) -> Result<usize> {
    let sql = "SELECT name, checksum FROM schema_migrations ORDER BY position";
    let applied = rows(&link.all(sql, Vec::new()).await?, |row| {
        Ok((<String as Field>::read(row, "name")?, <String as Field>::read(row, "checksum")?))
    })?;
    for (position, (name, checksum)) in applied.iter().enumerate() {
        let Some(ours) = MIGRATIONS.get(position) else {
            return Err(SchemaError::Future { name: name.clone() }.into());
        };
        if ours.name != name {
            let expected = ours.name.to_owned();
            return Err(SchemaError::Unknown { found: name.clone(), expected }.into());
        }
        let expected = ours.checksum();
        if &expected != checksum {
            let (name, found) = (name.clone(), checksum.clone());
            return Err(SchemaError::Tampered { name, found, expected }.into());
        }
    }
    Ok(applied.len())
}

pub(crate) async fn migrate(
    pools: &Pools,
    target: Option<usize>,
    now: DateTime<Utc>,
) -> Result<Migrated> {
    let target = target.unwrap_or(MIGRATIONS.len()).min(MIGRATIONS.len());
    let mut done = Migrated::default();
    while step(pools, target, now, &mut done).await? {}
    Ok(done)
}

/// One migration towards the target; false when there is nothing to do.
async fn step(
    pools: &Pools,
    target: usize,
    now: DateTime<Utc>,
    done: &mut Migrated,
) -> Result<bool> {
    let transaction = begin(pools).await?;
    let link = transaction.link();
    if pools.engine == Engine::Postgres {
        // Waiting here for the other process may take as long as its migration does.
        link.run("SET LOCAL lock_timeout = 0", Vec::new()).await?;
        link.all("SELECT pg_advisory_xact_lock($1)", vec![i64::cell(Some(&LOCK))]).await?;
    }
    link.run(&ddl::render(TABLE, pools.engine), Vec::new()).await?;
    let count = verified(link).await?;
    let forth = count < target;
    if count == target {
        transaction.commit().await?;
        return Ok(false);
    }
    let migration = &MIGRATIONS[if forth { count } else { count - 1 }];
    for statement in if forth { migration.up } else { migration.down } {
        link.run(&ddl::render(statement, pools.engine), Vec::new()).await?;
    }
    record(link, migration, count, forth, now).await?;
    transaction.commit().await?;
    tracing::info!(migration = migration.name, forth, "schema changed");
    if forth {
        done.applied.push(migration.name)
    } else {
        done.reverted.push(migration.name)
    }
    Ok(true)
}

async fn record(
    link: Link<'_>,
    migration: &Migration,
    count: usize,
    forth: bool,
    now: DateTime<Utc>,
) -> Result<()> {
    let name = migration.name.to_owned();
    if !forth {
        let sql = "DELETE FROM schema_migrations WHERE name = $1";
        return link.run(sql, vec![String::cell(Some(&name))]).await.map(|_| ());
    }
    let position = i64::try_from(count + 1).unwrap_or(i64::MAX);
    let values = vec![
        i64::cell(Some(&position)),
        String::cell(Some(&name)),
        String::cell(Some(&migration.checksum())),
        DateTime::cell(Some(&stamp(now))),
    ];
    let sql = "INSERT INTO schema_migrations (position, name, checksum, applied_at)
        VALUES ($1, $2, $3, $4)";
    link.run(sql, values).await.map(|_| ())
}

/// Reads a count that a statement gave as `number`.
pub(crate) fn number(row: &sea_orm::QueryResult) -> Result<i64> {
    <i64 as Field>::read(row, "number").map_err(classify)
}
