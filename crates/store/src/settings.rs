//! Settings of a workspace, and who changed them.

use chrono::{DateTime, Utc};
use serde_json::Value as Json;

use crate::error::Result;
use crate::field::{Cell, Field, stamp};
use crate::id::Id;
use crate::link::{Link, rows};
use crate::record::{Stored, record};
use crate::rows::Rows;
use crate::users::User;
use crate::workspaces::WorkspaceId;

record! {
    /// That a setting was changed. Never changed itself.
    ConfigChange in "config_changes", "configuration change" {
        /// The key of the registry.
        key: String,
        /// Value before; nothing where the default was in force.
        before: Option<Json>,
        /// Value after; nothing where the default is in force again.
        after: Option<Json>,
        /// Who.
        changed_by: Option<Id<User>>,
        /// Why.
        reason: Option<String>,
    }
}

/// A setting over its default.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Setting {
    /// The key of the registry.
    pub key: String,
    /// Its value.
    pub value: Json,
    /// Since when.
    pub updated_at: DateTime<Utc>,
}

/// The settings of one workspace.
#[derive(Clone, Copy)]
pub struct Settings<'c> {
    pub(crate) link: Link<'c>,
    pub(crate) workspace: WorkspaceId,
}

impl Settings<'_> {
    /// All settings that are not at their default.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list(self) -> Result<Vec<Setting>> {
        let sql =
            "SELECT key, value, updated_at FROM settings WHERE workspace_id = $1 ORDER BY key";
        rows(&self.link.all(sql, vec![Id::cell(Some(&self.workspace))]).await?, |row| {
            Ok(Setting {
                key: Field::read(row, "key")?,
                value: Field::read(row, "value")?,
                updated_at: Field::read(row, "updated_at")?,
            })
        })
    }

    /// Sets a key, or puts it back to its default, and writes down who and why, in one
    /// transaction.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set(
        self,
        key: &str,
        value: Option<Json>,
        by: Option<Id<User>>,
        reason: Option<String>,
        now: DateTime<Utc>,
    ) -> Result<Stored<ConfigChange>> {
        if self.link.transaction.is_some() {
            return self.set_inside(key.to_owned(), value, by, reason, now).await;
        }
        let transaction = crate::transaction::begin(self.link.pools).await?;
        let inside = transaction.workspace(self.workspace).settings();
        let change = inside.set_inside(key.to_owned(), value, by, reason, now).await?;
        transaction.commit().await?;
        Ok(change)
    }

    async fn set_inside(
        self,
        key: String,
        value: Option<Json>,
        by: Option<Id<User>>,
        reason: Option<String>,
        now: DateTime<Utc>,
    ) -> Result<Stored<ConfigChange>> {
        let before = self.list().await?.into_iter().find(|setting| setting.key == key);
        let scope = || vec![Id::cell(Some(&self.workspace)), String::cell(Some(&key))];
        let (sql, values) = match &value {
            Some(value) => {
                let mut values = scope();
                values.extend([Json::cell(Some(value)), DateTime::cell(Some(&stamp(now)))]);
                let sql = "INSERT INTO settings (workspace_id, key, value, updated_at, version)
                    VALUES ($1, $2, $3, $4, 1)
                    ON CONFLICT (workspace_id, key) DO UPDATE SET value = excluded.value,
                        updated_at = excluded.updated_at, version = settings.version + 1";
                (sql, values)
            }
            None => ("DELETE FROM settings WHERE workspace_id = $1 AND key = $2", scope()),
        };
        self.link.run(sql, values).await?;
        let change = ConfigChange {
            key: key.clone(),
            before: before.map(|setting| setting.value),
            after: value,
            changed_by: by,
            reason,
        };
        Rows::new(self.link, Some(self.workspace)).create(change, now).await
    }
}
