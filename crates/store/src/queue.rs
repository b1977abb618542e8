//! The job queue's tables: what is asked of them by those who queue work ([`Jobs`]) and by those
//! who do it ([`Queue`]).
//!
//! A worker holds a job by a lease that ends unless it is renewed. With every holder the job's
//! fence grows by one, and everything that a holder writes names its fence: a holder that was
//! thought dead and comes back writes nothing. The crate `outlay-jobs` runs workers on this.

mod claim;
mod enqueue;
mod held;

use chrono::{DateTime, Utc};
use sea_orm::{DbErr, QueryResult};
use serde::Serialize;
use serde_json::Value as Json;

use crate::field::{Field, words};
use crate::id::Id;
use crate::link::Link;
use crate::record::{Stored, record};
use crate::users::User;
use crate::workspaces::WorkspaceId;

pub use claim::{Claimed, QueueLength};
pub use enqueue::{Enqueued, LogLine, NewJob, Run, RunState};
pub use held::{LogLevel, Pulse};

words! {
    /// How far a job is.
    JobState {
        /// Waits for its time and a worker.
        Queued = "queued",
        /// A worker has it.
        Running = "running",
        /// Done.
        Succeeded = "succeeded",
        /// Given up.
        Failed = "failed",
        /// A person stopped it.
        Cancelled = "cancelled",
    }
}

impl JobState {
    /// Whether nothing more will happen.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Cancelled)
    }
}

record! {
    /// A piece of work.
    Job in "jobs", "job" {
        /// Which handler does it.
        kind: String,
        /// What it is told.
        payload: Json,
        /// How far it is.
        state: JobState,
        /// The higher goes first.
        priority: i64,
        /// Not before this time.
        run_at: DateTime<Utc>,
        /// How often it was begun.
        attempts: i64,
        /// How often it may be begun.
        attempts_max: i64,
        /// While it waits or runs, no other job of the workspace has this key.
        unique_key: Option<String>,
        /// Seed of what is random about it, its waits between attempts among them.
        seed: i64,
        /// Counts its holders.
        fence: i64,
        /// Who holds it, or held it last.
        worker: Option<String>,
        /// Until when.
        lease_until: Option<DateTime<Utc>>,
        /// Whether its holder was asked to stop.
        cancel_requested: bool,
        /// Share that is done, 0 to 1.
        progress: f64,
        /// What it is at, in words.
        progress_message: Option<String>,
        /// What it is at, for programs.
        progress_detail: Option<Json>,
        /// What came out.
        result: Option<Json>,
        /// What went wrong last.
        error: Option<String>,
        /// Who asked for it.
        created_by: Option<Id<User>>,
        /// Which schedule did.
        schedule_id: Option<Id<Schedule>>,
        /// Start of the data interval that it is about.
        interval_start: Option<DateTime<Utc>>,
        /// End of it, not included.
        interval_end: Option<DateTime<Utc>>,
        /// The trace in which it was queued (`traceparent` of W3C Trace Context).
        trace_parent: Option<String>,
        /// When it was first begun.
        started_at: Option<DateTime<Utc>>,
        /// When it was over.
        finished_at: Option<DateTime<Utc>>,
    }
}

words! {
    /// What a schedule does about times that it missed.
    CatchUp {
        /// All of them.
        All = "all",
        /// The last one.
        Latest = "latest",
        /// None.
        None = "none",
    }
}

words! {
    /// What a schedule does while its last job is not over.
    Overlap {
        /// Leaves the new one out.
        Skip = "skip",
        /// Lets it wait.
        Queue = "queue",
        /// Lets both run.
        Allow = "allow",
    }
}

record! {
    /// Work that is queued again and again.
    Schedule in "schedules", "schedule" {
        /// What people call it; unique in the workspace.
        name: String,
        /// Which handler does it.
        kind: String,
        /// What it is told.
        payload: Json,
        /// When, as a cron expression.
        cron: String,
        /// IANA time zone of the expression.
        time_zone: String,
        /// What about missed times.
        catch_up: CatchUp,
        /// What about a job that is not over.
        overlap: Overlap,
        /// Whether it is in force.
        enabled: bool,
        /// When it is next due.
        next_at: Option<DateTime<Utc>>,
        /// When it last was.
        last_at: Option<DateTime<Utc>>,
    }
}

/// What a holder of a job shows with everything that it writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lease {
    /// The job's workspace.
    pub workspace_id: WorkspaceId,
    /// The job.
    pub job_id: Id<Job>,
    /// The fence that the holder was given.
    pub fence: i64,
}

/// The jobs of one workspace, for those who queue and watch them.
#[derive(Clone, Copy)]
pub struct Jobs<'c> {
    pub(crate) link: Link<'c>,
    pub(crate) workspace: WorkspaceId,
}

/// The jobs of all workspaces, for those who do them.
#[derive(Clone, Copy)]
pub struct Queue<'c> {
    pub(crate) link: Link<'c>,
}

/// Reads a job together with its workspace.
fn read_held(row: &QueryResult) -> Result<(WorkspaceId, Stored<Job>), DbErr> {
    Ok((Field::read(row, "workspace_id")?, Stored::read(row)?))
}
