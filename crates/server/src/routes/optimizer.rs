//! How the part that moves money stands.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use outlay_store::{ChangeState, Id, Job, JobState, Model, Page, Scenario};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::Shared;
use crate::auth::{Caller, Viewer};
use crate::problem::Problem;
use crate::wire::sentence_case;
use crate::work;

/// The newest plan.
#[derive(Serialize, ToSchema)]
struct LastPlan {
    #[schema(value_type = uuid::Uuid)]
    id: Id<Scenario>,
    name: String,
    state: &'static str,
    at: DateTime<Utc>,
}

/// What an agent decided last.
#[derive(Serialize, ToSchema)]
struct LastDecision {
    /// `allocate`, `hold`, `approve`, `reject`, …
    kind: String,
    /// `shadow` or `live`.
    mode: &'static str,
    sentence: String,
    at: DateTime<Utc>,
}

/// How the optimiser stands.
#[derive(Serialize, ToSchema)]
struct Status {
    /// `running` while a plan is searched, `waiting` while one is queued, `idle` otherwise.
    state: &'static str,
    /// Jobs that search a plan now.
    #[schema(value_type = Vec<uuid::Uuid>)]
    running: Vec<Id<Job>>,
    /// How many wait.
    queued: usize,
    /// The model whose curves are planned with; `null` until one is learnt.
    #[schema(value_type = Option<uuid::Uuid>, required)]
    model: Option<Id<Model>>,
    #[schema(required)]
    last_plan: Option<LastPlan>,
    #[schema(required)]
    last_decision: Option<LastDecision>,
    /// Recommendations that wait for a person; at most one page of them is counted.
    recommendations: usize,
}

pub(crate) fn router() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(status))
}

/// How the optimiser stands: what it works on, what it plans with, what waits for a person.
#[utoipa::path(get, path = "/api/optimizer/status", tag = "plans",
    security(("session" = ["viewer"]), ("token" = ["viewer"])),
    responses((status = 200, body = Status)))]
async fn status(
    State(app): State<Shared>,
    caller: Caller<Viewer>,
) -> Result<Json<Status>, Problem> {
    let scope = app.scope(caller.workspace);
    let one = Page { after: None, limit: Some(1) };
    let jobs = async |state| {
        let found = scope.jobs().list(Some(state), Page::default()).await?;
        let plans = found.rows.into_iter().filter(|job| job.body.kind == work::PLAN);
        Ok::<_, Problem>(plans.map(|job| job.id).collect::<Vec<_>>())
    };
    let running = jobs(JobState::Running).await?;
    let queued = jobs(JobState::Queued).await?.len();
    let plan = scope.scenarios().list(one).await?.rows.into_iter().next();
    let decision = scope.decisions().list(one).await?.rows.into_iter().next();
    let waiting = scope.allocation_changes().in_state(ChangeState::Proposed, Page::default());
    Ok(Json(Status {
        state: match (running.is_empty(), queued) {
            (false, _) => "running",
            (true, 0) => "idle",
            (true, _) => "waiting",
        },
        running,
        queued,
        model: scope.mart().current_model().await?,
        last_plan: plan.map(|plan| LastPlan {
            id: plan.id,
            name: plan.body.name,
            state: plan.body.state.as_str(),
            at: plan.created_at,
        }),
        last_decision: decision.map(|decision| LastDecision {
            kind: decision.body.kind,
            mode: decision.body.mode.as_str(),
            sentence: sentence_case(&decision.body.reason),
            at: decision.created_at,
        }),
        recommendations: waiting.await?.rows.len(),
    }))
}
