//! Queueing, watching and stopping work.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value as Json;

use super::{Job, JobState, Jobs, LogLevel, Schedule};
use crate::error::{Result, StoreError};
use crate::field::{Cell, Field, stamp, words};
use crate::id::Id;
use crate::link::rows;
use crate::page::{Page, Slice};
use crate::record::{Record, Stored};
use crate::rows::Rows;
use crate::statement::places;
use crate::users::User;

/// Work to be queued.
#[derive(Debug, Clone, PartialEq)]
pub struct NewJob {
    /// Which handler does it.
    pub kind: String,
    /// What it is told.
    pub payload: Json,
    /// The higher goes first.
    pub priority: i64,
    /// Not before this time; at once where nothing is said.
    pub run_at: Option<DateTime<Utc>>,
    /// How often it may be begun, at least once.
    pub attempts_max: u32,
    /// While it waits or runs, no other job of the workspace has this key.
    pub unique_key: Option<String>,
    /// Seed of what is random about it.
    pub seed: i64,
    /// Who asks for it.
    pub created_by: Option<Id<User>>,
    /// The trace in which it is queued.
    pub trace_parent: Option<String>,
    /// Which schedule does, with the start and the end of the interval that it is about. An
    /// interval of a schedule is queued once, ever.
    pub interval: Option<(Id<Schedule>, DateTime<Utc>, DateTime<Utc>)>,
}

impl NewJob {
    /// Work of a kind, once, at once.
    pub fn new(kind: impl Into<String>, payload: Json) -> Self {
        Self {
            kind: kind.into(),
            payload,
            priority: 0,
            run_at: None,
            attempts_max: 1,
            unique_key: None,
            seed: 0,
            created_by: None,
            trace_parent: None,
            interval: None,
        }
    }
}

/// What became of a request to queue work.
#[derive(Debug, Clone, PartialEq)]
pub enum Enqueued {
    /// It was queued.
    New(Stored<Job>),
    /// The same work waits, runs, or (of a schedule) was done already.
    Existing(Stored<Job>),
}

impl Enqueued {
    /// The job, whoever queued it.
    pub fn into_job(self) -> Stored<Job> {
        match self {
            Self::New(job) | Self::Existing(job) => job,
        }
    }
}

words! {
    /// How an attempt ended.
    RunState {
        /// It has not.
        Running = "running",
        /// Well.
        Succeeded = "succeeded",
        /// With an error.
        Failed = "failed",
        /// A person stopped it.
        Cancelled = "cancelled",
        /// Its worker fell silent.
        Lost = "lost",
    }
}

/// One attempt at a job.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Run {
    /// The fence of its holder.
    pub fence: i64,
    /// Counts from 1.
    pub attempt: i64,
    /// Who tried.
    pub worker: String,
    /// How it ended.
    pub state: RunState,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended, or was given up.
    pub finished_at: Option<DateTime<Utc>>,
    /// What went wrong.
    pub error: Option<String>,
}

/// A line that a job wrote.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LogLine {
    /// Grows from line to line.
    pub number: i64,
    /// The fence of the attempt that wrote it.
    pub fence: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// How bad.
    pub level: LogLevel,
    /// What.
    pub line: String,
}

impl Jobs<'_> {
    fn rows(&self) -> Rows<'_, Job> {
        Rows::new(self.link, Some(self.workspace))
    }

    /// Queues work. Inside of a transaction it is queued exactly when the transaction commits.
    ///
    /// # Errors
    /// When the schema does not allow it, or the database fails.
    pub async fn enqueue(self, new: NewJob, now: DateTime<Utc>) -> Result<Enqueued> {
        // The one that is in the way may be over before it is looked at; then the way is free.
        for _ in 0..=self.link.options().retries {
            if let Some(job) = self.insert(&new, now).await? {
                return Ok(Enqueued::New(job));
            }
            if let Some(job) = self.in_the_way(&new).await? {
                return Ok(Enqueued::Existing(job));
            }
        }
        let key = new.unique_key.unwrap_or_default();
        Err(StoreError::Invalid {
            what: "the job",
            reason: format!("key `{key}` keeps changing hands"),
        })
    }

    async fn insert(self, new: &NewJob, now: DateTime<Utc>) -> Result<Option<Stored<Job>>> {
        let at = stamp(now);
        let body = Job {
            kind: new.kind.clone(),
            payload: new.payload.clone(),
            state: JobState::Queued,
            priority: new.priority,
            run_at: stamp(new.run_at.unwrap_or(now)),
            attempts: 0,
            attempts_max: i64::from(new.attempts_max.max(1)),
            unique_key: new.unique_key.clone(),
            seed: new.seed,
            fence: 0,
            worker: None,
            lease_until: None,
            cancel_requested: false,
            progress: 0.0,
            progress_message: None,
            progress_detail: None,
            result: None,
            error: None,
            created_by: new.created_by,
            schedule_id: new.interval.map(|(schedule, ..)| schedule),
            interval_start: new.interval.map(|(_, start, _)| stamp(start)),
            interval_end: new.interval.map(|(.., end)| stamp(end)),
            trace_parent: new.trace_parent.clone(),
            started_at: None,
            finished_at: None,
        };
        let id = Id::<Job>::new(now);
        let mut values = vec![
            Id::cell(Some(&self.workspace)),
            Id::cell(Some(&id)),
            i64::cell(Some(&1)),
            DateTime::cell(Some(&at)),
            DateTime::cell(Some(&at)),
        ];
        values.extend(body.values());
        let sql = format!(
            "INSERT INTO jobs (workspace_id, id, version, created_at, updated_at, {})
             VALUES ({}) ON CONFLICT DO NOTHING",
            Job::columns().join(", "),
            places(1, values.len())
        );
        let written = self.link.run(&sql, values).await?;
        Ok((written == 1).then_some(Stored {
            id,
            version: 1,
            created_at: at,
            updated_at: at,
            body,
        }))
    }

    async fn in_the_way(self, new: &NewJob) -> Result<Option<Stored<Job>>> {
        let rows = self.rows();
        if let Some(key) = &new.unique_key {
            let condition = "unique_key = $1 AND state IN ('queued', 'running')";
            let found = rows.select(condition, vec![String::cell(Some(key))], "").await?;
            if let Some(job) = found.into_iter().next() {
                return Ok(Some(job));
            }
        }
        let Some((schedule, start, _)) = new.interval else { return Ok(None) };
        let values = vec![Id::cell(Some(&schedule)), DateTime::cell(Some(&stamp(start)))];
        let condition = "schedule_id = $1 AND interval_start = $2";
        Ok(rows.select(condition, values, "").await?.into_iter().next())
    }

    /// The job with this identity.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where this workspace has none.
    pub async fn get(self, id: Id<Job>) -> Result<Stored<Job>> {
        self.rows().get(id).await
    }

    /// Jobs, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list(self, state: Option<JobState>, page: Page) -> Result<Slice<Stored<Job>>> {
        match state {
            None => self.rows().list(page).await,
            Some(state) => {
                self.rows().page("state = $1", vec![JobState::cell(Some(&state))], page).await
            }
        }
    }

    /// Stops a job: at once when it waits, as soon as its holder looks when it runs. What is over
    /// stays as it is.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where this workspace has none.
    pub async fn cancel(self, id: Id<Job>, now: DateTime<Utc>) -> Result<Stored<Job>> {
        let values = vec![
            Id::cell(Some(&self.workspace)),
            Id::cell(Some(&id)),
            DateTime::cell(Some(&stamp(now))),
        ];
        let sql = "UPDATE jobs SET cancel_requested = TRUE,
                finished_at = CASE state WHEN 'queued' THEN $3 ELSE finished_at END,
                state = CASE state WHEN 'queued' THEN 'cancelled' ELSE state END,
                updated_at = $3, version = version + 1
            WHERE workspace_id = $1 AND id = $2 AND state IN ('queued', 'running')";
        self.link.run(sql, values).await?;
        let found = self.rows().find(id).await?;
        found.ok_or_else(|| StoreError::NotFound { kind: Job::NOUN, id: id.to_string() })
    }

    /// The attempts at a job, the first first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn runs(self, job: Id<Job>) -> Result<Vec<Run>> {
        let sql = "SELECT * FROM job_runs WHERE workspace_id = $1 AND job_id = $2 ORDER BY fence";
        let values = vec![Id::cell(Some(&self.workspace)), Id::cell(Some(&job))];
        rows(&self.link.all(sql, values).await?, |row| {
            Ok(Run {
                fence: Field::read(row, "fence")?,
                attempt: Field::read(row, "attempt")?,
                worker: Field::read(row, "worker")?,
                state: Field::read(row, "state")?,
                started_at: Field::read(row, "started_at")?,
                finished_at: Field::read(row, "finished_at")?,
                error: Field::read(row, "error")?,
            })
        })
    }

    /// What a job wrote after line `after` (0 for all), at most one page.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn logs(self, job: Id<Job>, after: i64) -> Result<Vec<LogLine>> {
        let sql = format!(
            "SELECT number, fence, at, level, line FROM job_logs
             WHERE workspace_id = $1 AND job_id = $2 AND number > $3 ORDER BY number LIMIT {}",
            self.link.options().page
        );
        let values =
            vec![Id::cell(Some(&self.workspace)), Id::cell(Some(&job)), i64::cell(Some(&after))];
        rows(&self.link.all(&sql, values).await?, |row| {
            Ok(LogLine {
                number: Field::read(row, "number")?,
                fence: Field::read(row, "fence")?,
                at: Field::read(row, "at")?,
                level: Field::read(row, "level")?,
                line: Field::read(row, "line")?,
            })
        })
    }
}
