//! How the parts of the server stand.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use outlay_store::{JobState, ObjectKey, Page};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::Shared;
use crate::auth::{Caller, Viewer};
use crate::problem::Problem;
use crate::wire::sentence_case;

pub(crate) fn router() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(system))
}

/// How one part stands.
#[derive(Serialize, ToSchema)]
struct PartView {
    /// `store`, `artefacts` or `jobs`.
    name: &'static str,
    /// `ok`, `degraded` or `down`.
    state: &'static str,
    message: String,
    checked_at: DateTime<Utc>,
}

/// Versions of what runs.
#[derive(Serialize, ToSchema)]
struct Versions {
    outlay: &'static str,
    /// `sqlite` or `postgres`.
    database: String,
}

/// How the parts of the server stand.
#[derive(Serialize, ToSchema)]
struct SystemView {
    version: &'static str,
    started_at: DateTime<Utc>,
    parts: Vec<PartView>,
    versions: Versions,
}

/// Version, start, and how store, artefacts and jobs stand.
#[utoipa::path(get, path = "/api/system", tag = "system",
    security(("session" = ["viewer"]), ("token" = ["viewer"])),
    responses((status = 200, body = SystemView)))]
async fn system(
    State(app): State<Shared>,
    caller: Caller<Viewer>,
) -> Result<Json<SystemView>, Problem> {
    let now = app.now();
    let part = |name, state, message: String| PartView {
        name,
        state,
        message: sentence_case(&message),
        checked_at: now,
    };
    let engine = app.store.engine().to_string();
    let store = match app.store.ping().await {
        Ok(()) => part("store", "ok", format!("{engine} answers")),
        Err(error) => part("store", "down", error.to_string()),
    };
    let probe = ObjectKey::named(caller.workspace, &["probe"])?;
    let objects = match app.objects.size(&probe).await {
        Ok(_) => part("artefacts", "ok", "the store of artefacts answers".to_owned()),
        Err(error) => part("artefacts", "down", error.to_string()),
    };
    let jobs = app.scope(caller.workspace).jobs();
    let running = jobs.list(Some(JobState::Running), Page::default()).await?.rows;
    let waiting = jobs.list(Some(JobState::Queued), Page::default()).await?.rows.len();
    let silent = running.iter().any(|job| job.body.lease_until.is_some_and(|until| until < now));
    let state = if silent { "degraded" } else { "ok" };
    let message = format!("{} running, {waiting} waiting", running.len());
    Ok(Json(SystemView {
        version: outlay_engine::VERSION,
        started_at: app.started_at,
        parts: vec![store, objects, part("jobs", state, message)],
        versions: Versions { outlay: outlay_engine::VERSION, database: engine },
    }))
}
