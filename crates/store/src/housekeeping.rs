//! What has had its time goes: in all workspaces, by age.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use crate::error::Result;
use crate::field::{Cell, stamp};
use crate::link::Link;

/// What was removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Swept {
    /// Sessions that had ended.
    pub sessions: u64,
    /// Live events that nobody will ask for any more.
    pub events: u64,
    /// Idempotency keys whose time was over.
    pub keys: u64,
}

pub(crate) async fn sweep(link: Link<'_>, now: DateTime<Utc>) -> Result<Swept> {
    let kept = TimeDelta::from_std(link.options().events).unwrap_or(TimeDelta::MAX);
    let remove = async |sql: &str, before: DateTime<Utc>| {
        link.run(sql, vec![DateTime::cell(Some(&stamp(before)))]).await
    };
    Ok(Swept {
        sessions: remove("DELETE FROM sessions WHERE expires_at < $1", now).await?,
        events: remove("DELETE FROM events WHERE at < $1", now - kept).await?,
        keys: remove("DELETE FROM idempotency_keys WHERE expires_at <= $1", now).await?,
    })
}
