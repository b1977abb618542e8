//! The names that other tools rely on: is each of them there, and what lies in it?

use serde::Serialize;

use crate::engine::Engine;
use crate::error::Result;
use crate::field::Field;
use crate::link::{Link, rows};
use crate::schema::ddl::render;
use crate::schema::m0004_contract::OBJECTS;
use crate::schema::number;
use crate::store::Store;

/// Tables of the contract that are tables of ours under the same name.
const OURS: [&str; 4] = ["campaigns", "arms", "agent_state", "metric_facts"];

/// What is under a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A table.
    Table,
    /// A view over our tables.
    View,
}

/// One name of the contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// The name.
    pub name: &'static str,
    /// What should be, and usually is, under it.
    pub kind: Kind,
    /// What is under it; nothing where it is missing.
    pub found: Option<Kind>,
    /// How many rows it has, where it is there and can be read.
    pub rows: Option<i64>,
    /// Why it cannot be read, though it is there.
    pub problem: Option<String>,
}

impl Standing {
    /// Whether it is as promised.
    pub fn holds(&self) -> bool {
        self.found == Some(self.kind) && self.problem.is_none()
    }
}

fn promised() -> impl Iterator<Item = (&'static str, Kind)> {
    let ours = OURS.into_iter().map(|name| (name, Kind::Table));
    let named =
        OBJECTS.iter().map(|named| (named.name, if named.view { Kind::View } else { Kind::Table }));
    ours.chain(named)
}

/// Looks at every name of the contract, over all workspaces. Works on an empty and on a half-built
/// store.
///
/// # Errors
/// When the database does not answer; a name that is missing or broken is part of the answer.
pub async fn check(store: &Store) -> Result<Vec<Standing>> {
    let link = store.link();
    let present = present(link).await?;
    let mut standings = Vec::new();
    for (name, kind) in promised() {
        let found = present.iter().find(|(other, _)| other == name).map(|(_, kind)| *kind);
        let mut standing = Standing { name, kind, found, rows: None, problem: None };
        if found.is_some() {
            let sql = format!("SELECT COUNT(*) AS number FROM {name}");
            match link.one(&sql, Vec::new()).await {
                Ok(row) => standing.rows = row.as_ref().map(number).transpose()?,
                Err(error) => {
                    let cause = std::error::Error::source(&error).map(ToString::to_string);
                    standing.problem = Some(cause.unwrap_or_else(|| error.to_string()));
                }
            }
        }
        standings.push(standing);
    }
    Ok(standings)
}

/// Makes what is missing, all or nothing; gives the names. A second call makes nothing. The base
/// tables must be there: it repairs a store, it does not replace [`Store::migrate`].
///
/// # Errors
/// When a base table is missing, or the database fails.
pub async fn ensure(store: &Store) -> Result<Vec<&'static str>> {
    store.require_schema().await?;
    let transaction = store.begin().await?;
    let link = transaction.link();
    let present = present(link).await?;
    let mut made = Vec::new();
    for named in OBJECTS {
        if !present.iter().any(|(other, _)| other == named.name) {
            link.run(&render(named.create, link.engine()), Vec::new()).await?;
            made.push(named.name);
        }
    }
    transaction.commit().await?;
    Ok(made)
}

/// All tables and views of the schema.
async fn present(link: Link<'_>) -> Result<Vec<(String, Kind)>> {
    let sql = match link.engine() {
        Engine::Sqlite => {
            "SELECT name, CASE type WHEN 'view' THEN 'VIEW' ELSE 'TABLE' END AS kind
             FROM sqlite_master WHERE type IN ('table', 'view')"
        }
        Engine::Postgres => {
            "SELECT CAST(table_name AS TEXT) AS name, CAST(table_type AS TEXT) AS kind
             FROM information_schema.tables WHERE table_schema = current_schema()"
        }
    };
    rows(&link.all(sql, Vec::new()).await?, |row| {
        let kind: String = Field::read(row, "kind")?;
        Ok((Field::read(row, "name")?, if kind == "VIEW" { Kind::View } else { Kind::Table }))
    })
}
