//! Jobs that study a plan: which input, if wrong, would change it. A study takes many searches; it
//! is made once, after its plan, and lies among the plan's artefacts.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use outlay_core::registry::{Registry, keys};
use outlay_engine::learn::Fit;
use outlay_engine::plan::{Question, Studied, sensitivity};
use outlay_jobs::{Handled, JobContext, JobError};
use outlay_store::{
    Enqueued, Id, Job, LineageEdge, NewJob, ObjectError, ObjectKey, Scenario, Scope, StoreError,
    Stored, User, WorkspaceId,
};
use serde::Deserialize;
use serde_json::json;
use tokio::runtime::Handle;

use super::fit::{Ending, ending};
use super::{STUDY, forget, plan, step};
use crate::app::App;
use crate::problem::Problem;
use crate::routes::models;

/// Name of the study among the artefacts of its plan. A plan is studied the same way twice, so
/// that writing it again changes nothing.
const NAME: &str = "sensitivity.json";
/// Step of the edge from a study's job to its plan.
const STEP: &str = "study";
/// Somebody waits for a fit and a plan; a study comes by itself.
const PRIORITY: i64 = -1;

/// What the job is told.
#[derive(Deserialize)]
struct Told {
    plan: Id<Scenario>,
}

/// Who wants a study, and how much of it.
#[derive(Clone)]
pub(crate) struct Wish {
    /// Who asks for it.
    by: Option<Id<User>>,
    /// The trace that it belongs to.
    trace: Option<String>,
    /// How often it is begun before it is given up.
    attempts: u32,
}

impl Wish {
    /// The wish of whoever asked for this job.
    pub(super) fn of(app: &App, job: &Stored<Job>) -> Self {
        Self::new(app, job.body.created_by, job.body.trace_parent.clone())
    }

    /// The wish of a person, in a trace.
    pub(crate) fn new(app: &App, by: Option<Id<User>>, trace: Option<String>) -> Self {
        Self { by, trace, attempts: app.registry.get(&keys::JOBS_ATTEMPTS) as u32 }
    }
}

/// Queues the study of a plan and writes down that it is its study; the one that waits or runs
/// where there is one.
pub(crate) async fn queue(
    scope: Scope<'_>,
    plan: Id<Scenario>,
    wish: Wish,
    now: DateTime<Utc>,
) -> Result<Id<Job>, StoreError> {
    let mut job = NewJob::new(STUDY, json!({ "plan": plan }));
    job.priority = PRIORITY;
    job.attempts_max = wish.attempts;
    job.unique_key = Some(format!("{STEP}-{plan}"));
    job.created_by = wish.by;
    job.trace_parent = wish.trace;
    let job = match scope.jobs().enqueue(job, now).await? {
        Enqueued::Existing(job) => return Ok(job.id),
        Enqueued::New(job) => job.id,
    };
    let edge = LineageEdge {
        source_kind: "job".to_owned(),
        source_id: job.uuid(),
        target_kind: "plan".to_owned(),
        target_id: plan.uuid(),
        step: STEP.to_owned(),
        detail: json!({}),
    };
    scope.lineage().create(edge, now).await?;
    Ok(job)
}

/// The job of the last study of a plan, among what is known of where the plan came from.
pub(crate) fn job_of(plan: Id<Scenario>, edges: &[Stored<LineageEdge>]) -> Option<Id<Job>> {
    let made = |edge: &&Stored<LineageEdge>| {
        let edge = &edge.body;
        edge.target_id == plan.uuid() && edge.source_kind == "job" && edge.step == STEP
    };
    edges.iter().rfind(made).map(|edge| Id::from_uuid(edge.body.source_id))
}

/// The job of the last study of a plan.
pub(crate) async fn last(
    scope: Scope<'_>,
    plan: Id<Scenario>,
) -> Result<Option<Stored<Job>>, StoreError> {
    let edges = scope.lineage().to(plan.uuid()).await?;
    match job_of(plan, &edges) {
        Some(job) => scope.jobs().get(job).await.map(Some),
        None => Ok(None),
    }
}

fn key(workspace: WorkspaceId, plan: Id<Scenario>) -> Result<ObjectKey, ObjectError> {
    ObjectKey::named(workspace, &[&plan::folder(plan), NAME])
}

/// Whether a plan's study is there.
pub(crate) async fn exists(
    app: &App,
    workspace: WorkspaceId,
    plan: Id<Scenario>,
) -> Result<bool, Problem> {
    Ok(app.objects.size(&key(workspace, plan)?).await?.is_some())
}

/// A plan's study, where it is there.
pub(crate) async fn read(
    app: &App,
    workspace: WorkspaceId,
    plan: Id<Scenario>,
) -> Result<Option<Studied>, Problem> {
    match app.objects.get(&key(workspace, plan)?).await {
        Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
        Err(ObjectError::NotFound(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Studies a plan; who listens is told how it ended.
pub(super) fn run(app: &App, context: &JobContext) -> Handled {
    let told: Told = serde_json::from_value(context.payload().clone()).map_err(JobError::fatal)?;
    let runtime = Handle::current();
    let outcome = work(app, context, told.plan, &runtime);
    outcome.or_else(|error| runtime.block_on(close(app, context, told.plan, error)))
}

fn work(app: &App, context: &JobContext, plan: Id<Scenario>, runtime: &Handle) -> Handled {
    let workspace = context.lease().workspace_id;
    let asked = runtime.block_on(Asked::of(app, workspace, plan)).map_err(step::refused)?;
    let studied = step::run(context, &asked.registry, (0.0, 1.0), |run| {
        sensitivity(&asked.fit, &asked.question, run)
    });
    let studied = studied.map_err(step::failed)?;
    context.check()?;
    runtime.block_on(keep(app, workspace, plan, &studied)).map_err(step::refused)?;
    let now = context.clock().now();
    runtime.block_on(context.complete_with(json!({ "plan": plan }), move |t| {
        Box::pin(async move {
            let scope = t.workspace(workspace);
            // Not done for a plan that was deleted meanwhile.
            scope.scenarios().outline(plan).await?;
            scope.events().publish("plans", "studied", json!({ "id": plan }), now).await?;
            Ok(())
        })
    }))
}

/// What a study rests on: what its plan rested on.
struct Asked {
    registry: Registry,
    question: Question,
    fit: Arc<Fit>,
}

impl Asked {
    async fn of(app: &App, workspace: WorkspaceId, plan: Id<Scenario>) -> Result<Self, Problem> {
        let scope = app.scope(workspace);
        let stored = scope.scenarios().outline(plan).await?;
        let question = stored.body.request.get("question").cloned();
        let question = question.map(serde_json::from_value).transpose()?.unwrap_or_default();
        let model = scope.models().outline(stored.body.model_id).await?;
        let fit = models::opened(app, workspace, &model).await?;
        let registry = match plan::settings_of(&stored) {
            Some(registry) => registry,
            None => app.settings(workspace).await?,
        };
        Ok(Self { registry, question, fit })
    }
}

async fn keep(
    app: &App,
    workspace: WorkspaceId,
    plan: Id<Scenario>,
    studied: &Studied,
) -> Result<(), Problem> {
    let bytes = serde_json::to_vec(studied)?;
    Ok(app.objects.put(&key(workspace, plan)?, bytes.into()).await?)
}

/// Tells how a study ended that was not made. One whose plan is gone leaves nothing, and has not
/// failed: there was nothing to study.
async fn close(app: &App, context: &JobContext, plan: Id<Scenario>, error: JobError) -> Handled {
    let workspace = context.lease().workspace_id;
    let kind = match ending(app, context, &error).await {
        Ending::Lost => return Err(error),
        Ending::Again => "study-queued",
        Ending::Cancelled => "study-cancelled",
        Ending::Failed => "study-failed",
    };
    let gone = async {
        let gone = app.scope(workspace).scenarios().find(plan).await?.is_none();
        if gone {
            forget(app, workspace, &plan::folder(plan)).await?;
        }
        Ok::<_, Problem>(gone)
    };
    match gone.await {
        Ok(true) if !matches!(error, JobError::Cancelled) => {
            return Ok(json!({ "plan": plan }));
        }
        Ok(_) => {}
        // Housekeeping finds it.
        Err(problem) => {
            tracing::warn!(title = %problem.title, "what was left of a plan was not removed");
        }
    }
    app.tell(workspace, "plans", kind, json!({ "id": plan })).await;
    Err(error)
}
