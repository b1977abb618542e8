//! Live events, numbered without gaps per workspace, so that a listener resumes where it was.

use chrono::{DateTime, Utc};
use sea_orm::{DbErr, QueryResult};
use serde_json::Value as Json;

use crate::classify::classify;
use crate::error::{Result, StoreError};
use crate::field::{Cell, Field, stamp};
use crate::id::Id;
use crate::link::{Link, rows};
use crate::workspaces::WorkspaceId;

/// Something happened.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Event {
    /// Counts from 1 within the workspace; what a browser sends back as `Last-Event-ID`.
    pub number: i64,
    /// When, in UTC.
    pub at: DateTime<Utc>,
    /// What listeners choose by (`jobs`, `models`, …).
    pub topic: String,
    /// What happened (`progress`, `published`, …).
    pub kind: String,
    /// With what.
    pub payload: Json,
}

/// The events of one workspace.
#[derive(Clone, Copy)]
pub struct Events<'c> {
    pub(crate) link: Link<'c>,
    pub(crate) workspace: WorkspaceId,
}

/// What a listener gets when it comes back.
#[derive(Debug, Clone, PartialEq)]
pub struct Resumed {
    /// What happened since, oldest first.
    pub events: Vec<Event>,
    /// Whether some of it was removed already: the listener should read everything anew.
    pub gap: bool,
}

impl Events<'_> {
    /// Writes down that something happened; gives its number.
    ///
    /// The number is taken under the lock of the workspace's row and becomes visible with the
    /// transaction, so that a reader never sees a number before all smaller ones.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a workspace that is gone.
    pub async fn publish(
        self,
        topic: &str,
        kind: &str,
        payload: Json,
        now: DateTime<Utc>,
    ) -> Result<i64> {
        let (Some(_), workspace) = (self.link.transaction, self.workspace) else {
            return self.publish_alone(topic, kind, payload, now).await;
        };
        let sql = "UPDATE workspaces SET last_event = last_event + 1 WHERE id = $1
            RETURNING last_event";
        let row = self.link.returning(sql, vec![Id::cell(Some(&workspace))]).await?;
        let row = row
            .first()
            .ok_or_else(|| StoreError::NotFound { kind: "workspace", id: workspace.to_string() })?;
        let number: i64 = Field::read(row, "last_event").map_err(classify)?;
        let values = vec![
            Id::cell(Some(&workspace)),
            i64::cell(Some(&number)),
            DateTime::cell(Some(&stamp(now))),
            String::cell(Some(&topic.to_owned())),
            String::cell(Some(&kind.to_owned())),
            Json::cell(Some(&payload)),
        ];
        let sql = "INSERT INTO events (workspace_id, number, at, topic, kind, payload)
            VALUES ($1, $2, $3, $4, $5, $6)";
        self.link.run(sql, values).await?;
        Ok(number)
    }

    /// The two statements in a transaction of their own.
    async fn publish_alone(
        self,
        topic: &str,
        kind: &str,
        payload: Json,
        now: DateTime<Utc>,
    ) -> Result<i64> {
        let transaction = crate::transaction::begin(self.link.pools).await?;
        let inside = transaction.workspace(self.workspace).events();
        let number = Box::pin(inside.publish(topic, kind, payload, now)).await?;
        transaction.commit().await?;
        Ok(number)
    }

    /// What happened after number `last` (0 for everything that is kept), oldest first, at most
    /// one page.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn after(self, last: i64) -> Result<Resumed> {
        let values = vec![Id::cell(Some(&self.workspace)), i64::cell(Some(&last))];
        let sql = format!(
            "SELECT number, at, topic, kind, payload FROM events
             WHERE workspace_id = $1 AND number > $2 ORDER BY number LIMIT {}",
            self.link.options().page
        );
        let events = rows(&self.link.all(&sql, values).await?, read)?;
        let gap = match events.first() {
            Some(first) => first.number > last + 1,
            None => self.last().await? > last,
        };
        Ok(Resumed { events, gap })
    }

    /// The number of the newest event; 0 before the first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn last(self) -> Result<i64> {
        let sql = "SELECT last_event FROM workspaces WHERE id = $1";
        let row = self.link.one(sql, vec![Id::cell(Some(&self.workspace))]).await?;
        let number = row.map(|row| i64::get(&row, "last_event")).transpose().map_err(classify)?;
        Ok(number.flatten().unwrap_or_default())
    }
}

fn read(row: &QueryResult) -> Result<Event, DbErr> {
    Ok(Event {
        number: Field::read(row, "number")?,
        at: Field::read(row, "at")?,
        topic: Field::read(row, "topic")?,
        kind: Field::read(row, "kind")?,
        payload: Field::read(row, "payload")?,
    })
}
