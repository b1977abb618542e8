//! How the parts of the server stand.

use axum::Json;
use axum::extract::State;
use outlay_store::{JobState, ObjectKey, Page};
use serde_json::{Value, json};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::Shared;
use crate::auth::{Caller, Viewer};
use crate::problem::Problem;

pub(crate) fn router() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(system))
}

/// Version, start, and how store, artefacts and jobs stand.
#[utoipa::path(get, path = "/api/system", tag = "system",
    security(("session" = ["viewer"]), ("token" = ["viewer"])),
    responses((status = 200, body = Object)))]
async fn system(State(app): State<Shared>, caller: Caller<Viewer>) -> Result<Json<Value>, Problem> {
    let now = app.now();
    let part = |name: &str, state: &str, message: String| json!({ "name": name, "state": state, "message": message, "checked_at": now });
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
    Ok(Json(json!({
        "version": outlay_engine::VERSION,
        "started_at": app.started_at,
        "parts": [store, objects, part("jobs", state, message)],
        "versions": { "outlay": outlay_engine::VERSION, "database": engine },
    })))
}
