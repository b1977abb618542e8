//! What the columns of an import were taken for: the template of the next import of its kind.

use axum::Json;
use axum::extract::State;
use outlay_connect::Mapping;
use outlay_store::Dataset;
use serde_json::Value;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::Shared;
use crate::auth::{Caller, Viewer};
use crate::extract::Ident;
use crate::problem::Problem;

pub(crate) fn router() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(mapping))
}

/// The mapping of an import: the same document that an upload's check takes.
#[utoipa::path(get, path = "/api/datasets/{id}/mapping", tag = "data",
    params(("id" = uuid::Uuid, Path)),
    security(("session" = ["viewer"]), ("token" = ["viewer"])),
    responses((status = 200, body = Mapping), (status = 404, body = Problem)))]
async fn mapping(
    State(app): State<Shared>,
    caller: Caller<Viewer>,
    Ident(id): Ident<Dataset>,
) -> Result<Json<Value>, Problem> {
    let scope = app.scope(caller.workspace);
    scope.datasets().get(id).await?;
    let stored = scope.mappings().latest(id).await?;
    stored.map(|row| Json(row.body.body)).ok_or_else(|| Problem::not_found("mapping"))
}
