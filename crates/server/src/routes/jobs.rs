//! Jobs: listed, shown, stopped.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use outlay_store::{
    Id, Job, JobState, LogLine, ModelState, Run, ScenarioState, Stored, WorkspaceId,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::{App, Shared};
use crate::auth::{Analyst, Caller, Viewer};
use crate::extract::{Ident, Listed, Paging, Params};
use crate::kept;
use crate::problem::Problem;
use crate::wire::job::{JobView, job};
use crate::work;

/// Which jobs.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Filter {
    /// `queued`, `running`, `succeeded`, `failed` or `cancelled`; all when left out.
    state: Option<String>,
    /// Where to go on: `next` of the page before.
    cursor: Option<String>,
    /// How many; the server may send fewer.
    #[param(minimum = 1, maximum = 10000)]
    limit: Option<u32>,
}

pub(crate) fn router() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(one))
        .routes(routes!(cancel))
        .routes(routes!(log))
}

/// Jobs, newest first.
#[utoipa::path(get, path = "/api/jobs", tag = "jobs", params(Filter),
    security(("session" = ["viewer"]), ("token" = ["viewer"])),
    responses((status = 200, body = Listed<JobView>), (status = 422, body = Problem)))]
async fn list(
    State(app): State<Shared>,
    caller: Caller<Viewer>,
    Params(filter): Params<Filter>,
) -> Result<Response, Problem> {
    let question = format!("jobs {filter:?}");
    let Filter { state, cursor, limit } = filter;
    let page = Paging { cursor, limit }.page()?;
    let state: Option<JobState> =
        state.as_deref().filter(|state| !state.is_empty()).map(str::parse).transpose()?;
    let made = app.together.of(caller.workspace, question, || async {
        let found = app.scope(caller.workspace).jobs().list(state, page).await?;
        Ok(serde_json::to_vec(&Listed::of(found, |stored| job(&stored)))?.into())
    });
    Ok(kept::json(made.await?).into_response())
}

/// A job.
#[utoipa::path(get, path = "/api/jobs/{id}", tag = "jobs", params(("id" = uuid::Uuid, Path)),
    security(("session" = ["viewer"]), ("token" = ["viewer"])),
    responses((status = 200, body = JobView), (status = 404, body = Problem)))]
async fn one(
    State(app): State<Shared>,
    caller: Caller<Viewer>,
    Ident(id): Ident<Job>,
) -> Result<Json<JobView>, Problem> {
    Ok(Json(job(&app.scope(caller.workspace).jobs().get(id).await?)))
}

/// An attempt of a job.
#[derive(Serialize, ToSchema)]
struct RunView {
    /// Grows with every holder of the job.
    fence: i64,
    attempt: i64,
    worker: String,
    state: &'static str,
    started_at: DateTime<Utc>,
    #[schema(required)]
    finished_at: Option<DateTime<Utc>>,
    #[schema(required)]
    error: Option<String>,
}

/// A line of a job's log.
#[derive(Serialize, ToSchema)]
struct LineView {
    number: i64,
    /// The attempt that wrote it.
    fence: i64,
    at: DateTime<Utc>,
    level: &'static str,
    line: String,
}

/// What a job wrote into its log, and its attempts.
#[derive(Serialize, ToSchema)]
struct JobLog {
    runs: Vec<RunView>,
    lines: Vec<LineView>,
}

/// What a job wrote into its log, and its attempts.
#[utoipa::path(get, path = "/api/jobs/{id}/log", tag = "jobs", params(("id" = uuid::Uuid, Path)),
    security(("session" = ["viewer"]), ("token" = ["viewer"])),
    responses((status = 200, body = JobLog), (status = 404, body = Problem)))]
async fn log(
    State(app): State<Shared>,
    caller: Caller<Viewer>,
    Ident(id): Ident<Job>,
) -> Result<Json<JobLog>, Problem> {
    let jobs = app.scope(caller.workspace).jobs();
    jobs.get(id).await?;
    let run = |run: Run| RunView {
        fence: run.fence,
        attempt: run.attempt,
        worker: run.worker,
        state: run.state.as_str(),
        started_at: run.started_at,
        finished_at: run.finished_at,
        error: run.error,
    };
    let line = |line: LogLine| LineView {
        number: line.number,
        fence: line.fence,
        at: line.at,
        level: line.level.as_str(),
        line: line.line,
    };
    Ok(Json(JobLog {
        runs: jobs.runs(id).await?.into_iter().map(run).collect(),
        lines: jobs.logs(id, 0).await?.into_iter().map(line).collect(),
    }))
}

/// Asks a job to stop; one that waits is over at once.
#[utoipa::path(post, path = "/api/jobs/{id}/cancel", tag = "jobs", params(("id" = uuid::Uuid, Path)),
    security(("session" = ["analyst"]), ("token" = ["analyst"])),
    responses((status = 200, body = JobView), (status = 404, body = Problem)))]
async fn cancel(
    State(app): State<Shared>,
    caller: Caller<Analyst>,
    Ident(id): Ident<Job>,
) -> Result<Json<JobView>, Problem> {
    Ok(Json(job(&stop(&app, caller.workspace, id).await?)))
}

/// Asks a job to stop; one that waits is over at once, and what it should have made with it.
pub(crate) async fn stop(
    app: &App,
    workspace: WorkspaceId,
    id: Id<Job>,
) -> Result<Stored<Job>, Problem> {
    let stored = app.scope(workspace).jobs().cancel(id, app.now()).await?;
    if stored.body.state == JobState::Cancelled {
        // No worker will write it.
        close(app, workspace, &stored).await?;
        app.tell(workspace, "jobs", "cancelled", json!({ "job": id })).await;
    }
    Ok(stored)
}

/// Writes into what a job should have made that nothing will come of it: it never began, or the
/// worker of its last attempt died.
pub(crate) async fn close(
    app: &App,
    workspace: WorkspaceId,
    stored: &Stored<Job>,
) -> Result<(), Problem> {
    let scope = app.scope(workspace);
    let cancelled = stored.body.state == JobState::Cancelled;
    let error = (!cancelled).then(|| stored.body.error.clone()).flatten();
    match job(stored).subject {
        Some(subject) if subject.kind == "model" => {
            let Some(mut row) = scope.models().find(Id::from_uuid(subject.id)).await? else {
                return Ok(());
            };
            if matches!(row.body.state, ModelState::Queued | ModelState::Fitting) {
                let state = if cancelled { ModelState::Cancelled } else { ModelState::Failed };
                (row.body.state, row.body.error) = (state, error);
                scope.models().update(row, app.now()).await?;
                app.tell(workspace, "models", state.as_str(), json!({ "id": subject.id })).await;
            }
        }
        // A study makes nothing of its plan that waits for it.
        Some(subject) if stored.body.kind == work::PLAN => {
            let Some(mut row) = scope.scenarios().find(Id::from_uuid(subject.id)).await? else {
                return Ok(());
            };
            if matches!(row.body.state, ScenarioState::Queued | ScenarioState::Solving) {
                let state =
                    if cancelled { ScenarioState::Cancelled } else { ScenarioState::Failed };
                (row.body.state, row.body.error) = (state, error);
                scope.scenarios().update(row, app.now()).await?;
                app.tell(workspace, "plans", state.as_str(), json!({ "id": subject.id })).await;
            }
        }
        _ => {}
    }
    Ok(())
}
