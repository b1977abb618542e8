//! Whether the server lives, and whether it can work.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::Shared;

/// How the server stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct Health {
    /// `ok`, or `down` where the store does not answer.
    status: &'static str,
    /// Version of the program.
    version: &'static str,
    /// Which database.
    database: String,
}

pub(crate) fn router() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(health)).routes(routes!(live))
}

/// Whether the server can work: its store answers.
#[utoipa::path(get, path = "/api/health", tag = "system", responses(
    (status = 200, body = Health), (status = 503, body = Health)))]
async fn health(State(app): State<Shared>) -> Response {
    let answers = app.store.ping().await;
    let (code, status) = match answers {
        Ok(()) => (StatusCode::OK, "ok"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "down"),
    };
    let database = app.store.engine().to_string();
    (code, Json(Health { status, version: outlay_engine::VERSION, database })).into_response()
}

/// Whether the process lives, whatever its store does.
#[utoipa::path(get, path = "/api/health/live", tag = "system", responses((status = 204)))]
async fn live() -> StatusCode {
    StatusCode::NO_CONTENT
}
