//! What the holder of a job writes. Every statement names the fence; a holder that lost its lease
//! meets no row and is told so.

use chrono::{DateTime, Utc};
use sea_orm::Value;
use serde_json::Value as Json;

use super::{Lease, Queue};
use crate::classify::classify;
use crate::error::{Result, StoreError};
use crate::field::{Cell, Field, stamp, words};
use crate::id::Id;
use crate::link::Link;

words! {
    /// How bad a log line is.
    LogLevel {
        /// For those who look for an error.
        Debug = "debug",
        /// The course of things.
        Info = "info",
        /// Not as it should be.
        Warn = "warn",
        /// Wrong.
        Error = "error",
    }
}

/// What a holder learns from a sign of life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pulse {
    /// Whether a person asked to stop.
    pub cancel_requested: bool,
}

/// The condition under which a holder may write; its values are `$1` to `$3`.
const HELD: &str = "workspace_id = $1 AND id = $2 AND fence = $3 AND state = 'running'";

fn held(lease: &Lease) -> Vec<Value> {
    vec![
        Id::cell(Some(&lease.workspace_id)),
        Id::cell(Some(&lease.job_id)),
        i64::cell(Some(&lease.fence)),
    ]
}

fn fenced(lease: &Lease) -> StoreError {
    StoreError::Fenced { job: lease.job_id.to_string(), fence: lease.fence }
}

impl Queue<'_> {
    /// A sign of life: the lease lasts until `lease_until`.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when another worker has the job.
    pub async fn heartbeat(
        self,
        lease: &Lease,
        lease_until: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Pulse> {
        let mut values = held(lease);
        values.extend([stamp(lease_until), stamp(now)].map(|at| DateTime::cell(Some(&at))));
        let sql = format!(
            "UPDATE jobs SET lease_until = $4, updated_at = $5 WHERE {HELD}
             RETURNING cancel_requested"
        );
        let found = self.link.returning(&sql, values).await?;
        let row = found.first().ok_or_else(|| fenced(lease))?;
        let cancel_requested = Field::read(row, "cancel_requested").map_err(classify)?;
        Ok(Pulse { cancel_requested })
    }

    /// How far the job is: a share from 0 to 1, in words, and for programs.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when another worker has the job.
    pub async fn progress(
        self,
        lease: &Lease,
        share: f64,
        message: Option<String>,
        detail: Option<Json>,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
        let mut values = held(lease);
        values.extend([
            f64::cell(Some(&share)),
            String::cell(message.as_ref()),
            Json::cell(detail.as_ref()),
            DateTime::cell(Some(&stamp(now))),
        ]);
        let sql = format!(
            "UPDATE jobs SET progress = $4, progress_message = $5, progress_detail = $6,
                updated_at = $7, version = version + 1 WHERE {HELD}"
        );
        once(self.link, &sql, values, lease).await
    }

    /// Writes a line of the job's log. The last holder may do so when the job is over: its last
    /// words may arrive after the end that it wrote together with its effects.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when another worker has the job.
    pub async fn log(
        self,
        lease: &Lease,
        level: LogLevel,
        line: &str,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let mut values = held(lease);
        values.extend([
            DateTime::cell(Some(&stamp(now))),
            LogLevel::cell(Some(&level)),
            String::cell(Some(&line.to_owned())),
        ]);
        let sql = "INSERT INTO job_logs (workspace_id, job_id, fence, at, level, line)
            SELECT workspace_id, id, fence, $4, $5, $6 FROM jobs
            WHERE workspace_id = $1 AND id = $2 AND fence = $3";
        once(self.link, sql, values, lease).await
    }

    /// The job is done. In the transaction of its effects it is done exactly when they are.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when another worker has the job: the transaction must not commit.
    pub async fn complete(self, lease: &Lease, result: Json, now: DateTime<Utc>) -> Result<()> {
        let sets = "state = 'succeeded', result = $5, error = NULL, progress = 1";
        self.end(lease, sets, Some(Json::cell(Some(&result))), "succeeded", None, now).await
    }

    /// The attempt failed: the job waits for `retry_at`, or is given up where there is none, or no
    /// attempt is left. One that should stop anyway is cancelled.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when another worker has the job.
    pub async fn fail(
        self,
        lease: &Lease,
        error: &str,
        retry_at: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let error = error.to_owned();
        let Some(retry_at) = retry_at else {
            let sets = "state = 'failed', error = $5";
            let value = Some(String::cell(Some(&error)));
            return self.end(lease, sets, value, "failed", Some(&error), now).await;
        };
        let again = "CASE WHEN cancel_requested THEN 'cancelled'
            WHEN attempts >= attempts_max THEN 'failed' ELSE 'queued' END";
        let mut values = held(lease);
        values.extend([
            DateTime::cell(Some(&stamp(now))),
            String::cell(Some(&error)),
            DateTime::cell(Some(&stamp(retry_at))),
        ]);
        let sql = format!(
            "UPDATE jobs SET state = {again}, error = $5, run_at = $6, lease_until = NULL,
                finished_at = CASE WHEN {again} = 'queued' THEN NULL ELSE $4 END,
                updated_at = $4, version = version + 1 WHERE {HELD}"
        );
        self.leave(lease, &sql, values, "failed", Some(&error), now).await
    }

    /// The holder stopped because it was asked to.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when another worker has the job.
    pub async fn stopped(self, lease: &Lease, now: DateTime<Utc>) -> Result<()> {
        self.end(lease, "state = 'cancelled'", None, "cancelled", None, now).await
    }

    /// The holder gives the job back untouched, because it shuts down; the attempt does not count.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] when another worker has the job.
    pub async fn give_back(self, lease: &Lease, now: DateTime<Utc>) -> Result<()> {
        let mut values = held(lease);
        values.push(DateTime::cell(Some(&stamp(now))));
        let sql = format!(
            "UPDATE jobs SET state = 'queued', attempts = attempts - 1, lease_until = NULL,
                updated_at = $4, version = version + 1 WHERE {HELD}"
        );
        self.leave(lease, &sql, values, "lost", Some("the worker shut down"), now).await
    }

    async fn end(
        self,
        lease: &Lease,
        sets: &str,
        value: Option<Value>,
        state: &str,
        error: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let mut values = held(lease);
        values.push(DateTime::cell(Some(&stamp(now))));
        values.extend(value);
        let sql = format!(
            "UPDATE jobs SET {sets}, lease_until = NULL, finished_at = $4, updated_at = $4,
                version = version + 1 WHERE {HELD}"
        );
        self.leave(lease, &sql, values, state, error, now).await
    }

    /// Lets go of a job: the job and its run change together, or neither does.
    async fn leave(
        self,
        lease: &Lease,
        sql: &str,
        values: Vec<Value>,
        state: &str,
        error: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<()> {
        if self.link.transaction.is_some() {
            once(self.link, sql, values, lease).await?;
            return finish_run(self.link, lease, state, error, now).await;
        }
        let transaction = crate::transaction::begin(self.link.pools).await?;
        once(transaction.link(), sql, values, lease).await?;
        finish_run(transaction.link(), lease, state, error, now).await?;
        transaction.commit().await
    }
}

/// Runs a statement that must meet exactly the held job.
async fn once(link: Link<'_>, sql: &str, values: Vec<Value>, lease: &Lease) -> Result<()> {
    match link.run(sql, values).await? {
        1 => Ok(()),
        _ => Err(fenced(lease)),
    }
}

async fn finish_run(
    link: Link<'_>,
    lease: &Lease,
    state: &str,
    error: Option<&str>,
    now: DateTime<Utc>,
) -> Result<()> {
    let mut values = held(lease);
    values.extend([
        String::cell(Some(&state.to_owned())),
        String::cell(error.map(str::to_owned).as_ref()),
        DateTime::cell(Some(&stamp(now))),
    ]);
    let sql = "UPDATE job_runs SET state = $4, error = $5, finished_at = $6
        WHERE workspace_id = $1 AND job_id = $2 AND fence = $3";
    link.run(sql, values).await.map(|_| ())
}
