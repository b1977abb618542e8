//! Idempotency keys: a repeated request is answered with the first one's answer.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use crate::classify::classify;
use crate::error::{Result, StoreError};
use crate::field::{Cell, Field, stamp};
use crate::id::Id;
use crate::link::Link;
use crate::workspaces::WorkspaceId;

/// What the store knows of a key.
#[derive(Debug, Clone, PartialEq)]
pub enum Claim {
    /// It is new: do the work, then [`IdempotencyKeys::complete`] it.
    New,
    /// The first request is still at work.
    Running,
    /// The first request's answer.
    Done {
        /// HTTP status.
        status: i64,
        /// Body.
        response: Json,
    },
}

/// The idempotency keys of one workspace.
#[derive(Clone, Copy)]
pub struct IdempotencyKeys<'c> {
    pub(crate) link: Link<'c>,
    pub(crate) workspace: WorkspaceId,
}

impl IdempotencyKeys<'_> {
    /// Takes a key for a request, or says what became of the request that has it.
    ///
    /// # Errors
    /// [`StoreError::KeyReused`] when the key belongs to another request.
    pub async fn claim(self, key: &str, request: &[u8], now: DateTime<Utc>) -> Result<Claim> {
        let hash: String =
            Sha256::digest(request).iter().map(|byte| format!("{byte:02x}")).collect();
        let kept = TimeDelta::from_std(self.link.options().idempotency).unwrap_or_default();
        let values = vec![
            Id::cell(Some(&self.workspace)),
            String::cell(Some(&key.to_owned())),
            String::cell(Some(&hash)),
            DateTime::cell(Some(&stamp(now))),
            DateTime::cell(Some(&stamp(now + kept))),
        ];
        // A key whose time is over is as good as none.
        let sql = "INSERT INTO idempotency_keys
                (workspace_id, key, request_hash, created_at, expires_at)
            VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (workspace_id, key) DO UPDATE SET request_hash = excluded.request_hash,
                created_at = excluded.created_at, expires_at = excluded.expires_at,
                status = NULL, response = NULL
            WHERE idempotency_keys.expires_at <= $4";
        if self.link.run(sql, values).await? == 1 {
            return Ok(Claim::New);
        }
        let sql = "SELECT request_hash, status, response FROM idempotency_keys
            WHERE workspace_id = $1 AND key = $2";
        let values = vec![Id::cell(Some(&self.workspace)), String::cell(Some(&key.to_owned()))];
        let Some(row) = self.link.returning(sql, values).await?.into_iter().next() else {
            return Ok(Claim::Running);
        };
        let first: String = Field::read(&row, "request_hash").map_err(classify)?;
        if first != hash {
            return Err(StoreError::KeyReused);
        }
        let status = i64::get(&row, "status").map_err(classify)?;
        let response = <Json as Cell>::get(&row, "response").map_err(classify)?;
        Ok(match status {
            Some(status) => Claim::Done { status, response: response.unwrap_or_default() },
            None => Claim::Running,
        })
    }

    /// Keeps the answer to a claimed key.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn complete(self, key: &str, status: i64, response: Json) -> Result<()> {
        let values = vec![
            Id::cell(Some(&self.workspace)),
            String::cell(Some(&key.to_owned())),
            i64::cell(Some(&status)),
            Json::cell(Some(&response)),
        ];
        let sql = "UPDATE idempotency_keys SET status = $3, response = $4
            WHERE workspace_id = $1 AND key = $2";
        self.link.run(sql, values).await.map(|_| ())
    }

    /// Gives a key back when the work failed in a way that another try may mend.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn release(self, key: &str) -> Result<()> {
        let values = vec![Id::cell(Some(&self.workspace)), String::cell(Some(&key.to_owned()))];
        let sql = "DELETE FROM idempotency_keys
            WHERE workspace_id = $1 AND key = $2 AND status IS NULL";
        self.link.run(sql, values).await.map(|_| ())
    }
}
