//! Plans as files for other programs.

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use outlay_engine::plan::compare;
use outlay_planner::plan::Plan;
use outlay_store::{ObjectKey, Scenario};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::plans::whole;
use crate::app::Shared;
use crate::auth::{Caller, Viewer};
use crate::extract::{Ident, Params};
use crate::problem::Problem;
use crate::work::plan::folder;

/// Which kind of file.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// `csv` (every cell of the plan), `html` (the report), `json` (the document) or `xlsx` (the
    /// plan beside doing nothing).
    #[param(inline)]
    format: Kind,
}

/// A kind of file.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Kind {
    /// A table.
    Csv,
    /// A page to read, print and send.
    Html,
    /// The document.
    Json,
    /// A workbook.
    Xlsx,
}

pub(crate) fn router() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(export))
}

/// A plan as a file.
#[utoipa::path(get, path = "/api/plans/{id}/export", tag = "plans",
    params(("id" = uuid::Uuid, Path), Wanted),
    security(("session" = ["viewer"]), ("token" = ["viewer"])),
    responses((status = 200, content(
            (String = "text/csv"), (String = "text/html"), (Plan = "application/json"),
            (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
        (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
async fn export(
    State(app): State<Shared>,
    caller: Caller<Viewer>,
    Ident(id): Ident<Scenario>,
    Params(Wanted { format }): Params<Wanted>,
) -> Result<Response, Problem> {
    let stored = app.scope(caller.workspace).scenarios().get(id).await?;
    let plan = whole(&stored)?;
    Ok(match format {
        Kind::Csv => {
            let key = ObjectKey::named(caller.workspace, &[&folder(id), "plan.csv"])?;
            file(
                "text/csv; charset=utf-8",
                "attachment; filename=\"plan.csv\"",
                app.objects.get(&key).await?.to_vec(),
            )
        }
        Kind::Html => {
            let key = ObjectKey::named(caller.workspace, &[&folder(id), "plan.html"])?;
            file(
                "text/html; charset=utf-8",
                "attachment; filename=\"plan.html\"",
                app.objects.get(&key).await?.to_vec(),
            )
        }
        Kind::Json => {
            let bytes = serde_json::to_vec_pretty(&plan)?;
            file("application/json", "attachment; filename=\"plan.json\"", bytes)
        }
        Kind::Xlsx => {
            let compared = compare(&[(stored.body.name, plan)]);
            let bytes = tokio::task::spawn_blocking(move || compared.xlsx()).await??;
            let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
            file(kind, "attachment; filename=\"plan.xlsx\"", bytes)
        }
    })
}

fn file(kind: &'static str, name: &'static str, bytes: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static(name)),
    ];
    (headers, bytes).into_response()
}
