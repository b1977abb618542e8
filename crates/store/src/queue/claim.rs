//! Taking work: the most urgent job that is due, or one whose holder fell silent.

use chrono::{DateTime, Utc};
use sea_orm::Value;

use super::{Job, JobState, Lease, Queue, read_held};
use crate::engine::Engine;
use crate::error::Result;
use crate::field::{Cell, Field, stamp};
use crate::id::Id;
use crate::link::{Link, rows};
use crate::record::{Record, Stored};
use crate::statement::places;
use crate::workspaces::WorkspaceId;

/// A job that its caller now holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Claimed {
    /// What to show with everything that is written.
    pub lease: Lease,
    /// The job as it is now.
    pub job: Stored<Job>,
    /// Whether it was taken from a holder that fell silent: what that one did may be half done.
    pub taken_over: bool,
}

/// How many jobs of a kind are in a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueLength {
    /// The kind.
    pub kind: String,
    /// Queued or running.
    pub state: JobState,
    /// How many.
    pub jobs: i64,
}

/// Due, and nobody has it.
const WAITING: &str = "state = 'queued' AND run_at <= $1";
/// Somebody has it who fell silent.
const SILENT: &str = "state = 'running' AND lease_until < $1";

impl Queue<'_> {
    /// Takes a job of one of these kinds until `lease_until`; nothing when there is none. Of
    /// several workers that ask together each gets another one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn claim(
        self,
        worker: &str,
        kinds: &[String],
        lease_until: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Option<Claimed>> {
        let now = stamp(now);
        // Looking does not take the writer's lock, which an idle worker has no need of.
        if kinds.is_empty() || !self.any(kinds, now).await? {
            return Ok(None);
        }
        let transaction = crate::transaction::begin(self.link.pools).await?;
        let link = transaction.link();
        let mut claimed = None;
        while claimed.is_none() {
            let silent = candidate(link, SILENT, "lease_until, id", kinds, now).await?;
            let found = match silent {
                Some(found) => Some((found, true)),
                None => candidate(link, WAITING, "priority DESC, run_at, id", kinds, now)
                    .await?
                    .map(|found| (found, false)),
            };
            let Some(((workspace, job), taken_over)) = found else { break };
            if taken_over {
                bury(link, workspace, job.id, now).await?;
            }
            let last = job.body.attempts >= job.body.attempts_max;
            if taken_over && (job.body.cancel_requested || last) {
                let state = if job.body.cancel_requested { "cancelled" } else { "failed" };
                close(link, workspace, job.id, state, now).await?;
                continue;
            }
            let job = take(link, workspace, job.id, worker, lease_until, now).await?;
            claimed = job.map(|job| {
                let lease =
                    Lease { workspace_id: workspace, job_id: job.id, fence: job.body.fence };
                Claimed { lease, job, taken_over }
            });
        }
        transaction.commit().await?;
        Ok(claimed)
    }

    /// How many jobs of all workspaces wait and run, by kind.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn lengths(self) -> Result<Vec<QueueLength>> {
        // One condition per partial index: history may be long.
        let sql = "SELECT kind, state, COUNT(*) AS number FROM jobs WHERE state = 'queued'
            GROUP BY kind, state UNION ALL
            SELECT kind, state, COUNT(*) AS number FROM jobs WHERE state = 'running'
            GROUP BY kind, state";
        rows(&self.link.all(sql, Vec::new()).await?, |row| {
            Ok(QueueLength {
                kind: Field::read(row, "kind")?,
                state: Field::read(row, "state")?,
                jobs: Field::read(row, "number")?,
            })
        })
    }

    async fn any(self, kinds: &[String], now: DateTime<Utc>) -> Result<bool> {
        for condition in [SILENT, WAITING] {
            let sql = format!("SELECT 1 AS one FROM jobs WHERE {} LIMIT 1", due(condition, kinds));
            if self.link.one(&sql, values(kinds, now)).await?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn due(condition: &str, kinds: &[String]) -> String {
    format!("{condition} AND kind IN ({})", places(2, kinds.len()))
}

fn values(kinds: &[String], now: DateTime<Utc>) -> Vec<Value> {
    let mut values = vec![DateTime::cell(Some(&now))];
    values.extend(kinds.iter().map(|kind| String::cell(Some(kind))));
    values
}

fn columns() -> String {
    format!("workspace_id, id, version, created_at, updated_at, {}", Job::columns().join(", "))
}

/// The first job that meets a condition, locked against other workers.
async fn candidate(
    link: Link<'_>,
    condition: &str,
    order: &str,
    kinds: &[String],
    now: DateTime<Utc>,
) -> Result<Option<(WorkspaceId, Stored<Job>)>> {
    let lock = match link.engine() {
        // The transaction is the only writer already.
        Engine::Sqlite => "",
        Engine::Postgres => "FOR UPDATE SKIP LOCKED",
    };
    let sql = format!(
        "SELECT {} FROM jobs WHERE {} ORDER BY {order} LIMIT 1 {lock}",
        columns(),
        due(condition, kinds)
    );
    Ok(rows(&link.all(&sql, values(kinds, now)).await?, read_held)?.into_iter().next())
}

/// Writes down that the last attempt's worker fell silent.
async fn bury(
    link: Link<'_>,
    workspace: WorkspaceId,
    job: Id<Job>,
    now: DateTime<Utc>,
) -> Result<()> {
    let values = vec![Id::cell(Some(&workspace)), Id::cell(Some(&job)), DateTime::cell(Some(&now))];
    let sql = "UPDATE job_runs SET state = 'lost', finished_at = $3
        WHERE workspace_id = $1 AND job_id = $2 AND state = 'running'";
    link.run(sql, values).await.map(|_| ())
}

/// Ends a job that nobody will take over.
async fn close(
    link: Link<'_>,
    workspace: WorkspaceId,
    job: Id<Job>,
    state: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let values = vec![
        Id::cell(Some(&workspace)),
        Id::cell(Some(&job)),
        String::cell(Some(&state.to_owned())),
        DateTime::cell(Some(&now)),
    ];
    // The fence grows, so that the silent holder cannot write any more.
    let sql = "UPDATE jobs SET state = $3, fence = fence + 1, finished_at = $4, updated_at = $4,
            lease_until = NULL, version = version + 1,
            error = CASE WHEN $3 = 'failed'
                THEN 'the worker fell silent, and there is no attempt left' ELSE error END
        WHERE workspace_id = $1 AND id = $2";
    link.run(sql, values).await.map(|_| ())
}

async fn take(
    link: Link<'_>,
    workspace: WorkspaceId,
    job: Id<Job>,
    worker: &str,
    lease_until: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Option<Stored<Job>>> {
    let scope = || {
        vec![
            Id::cell(Some(&workspace)),
            Id::cell(Some(&job)),
            String::cell(Some(&worker.to_owned())),
            DateTime::cell(Some(&now)),
        ]
    };
    let mut values = scope();
    values.push(DateTime::cell(Some(&stamp(lease_until))));
    let sql = format!(
        "UPDATE jobs SET state = 'running', worker = $3, lease_until = $5, fence = fence + 1,
            attempts = attempts + 1, started_at = COALESCE(started_at, $4), updated_at = $4,
            progress = 0, progress_message = NULL, progress_detail = NULL, version = version + 1
         WHERE workspace_id = $1 AND id = $2 RETURNING {}",
        columns()
    );
    let found = rows(&link.returning(&sql, values).await?, read_held)?.into_iter().next();
    let Some((_, taken)) = found else { return Ok(None) };
    let mut values = scope();
    values.extend([i64::cell(Some(&taken.body.fence)), i64::cell(Some(&taken.body.attempts))]);
    let sql =
        "INSERT INTO job_runs (workspace_id, job_id, worker, started_at, fence, attempt, state)
        VALUES ($1, $2, $3, $4, $5, $6, 'running')";
    link.run(sql, values).await?;
    Ok(Some(taken))
}
