//! The flat tables that other tools read: curves, allocations, attribution.

use axum::Json;
use axum::extract::State;
use outlay_store::{Id, Model, Scenario};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::Shared;
use crate::auth::{Caller, Viewer};
use crate::extract::{Listed, Paging, Params};
use crate::problem::Problem;
use crate::wire::contract::{
    AllocationView, AttributionView, CurvePointRow, allocation, attribution, curve,
};

/// Which curves.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct OfModel {
    /// Model; the one published last when left out.
    #[param(value_type = Option<uuid::Uuid>)]
    model: Option<Id<Model>>,
    /// Channel; all when left out.
    channel: Option<String>,
}

/// Which allocations.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct OfPlan {
    /// Plan; the newest when left out.
    #[param(value_type = Option<uuid::Uuid>)]
    plan: Option<Id<Scenario>>,
    /// Channel; all when left out.
    channel: Option<String>,
}

/// Which shares.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct OfChannel {
    /// Channel; all when left out.
    channel: Option<String>,
    /// Method (`last-touch`, `markov`, `shapley`, …); all when left out.
    method: Option<String>,
    /// Where to go on: `next` of the page before.
    cursor: Option<String>,
    /// How many; the server may send fewer.
    #[param(minimum = 1, maximum = 10000)]
    limit: Option<u32>,
}

pub(crate) fn router() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(curves))
        .routes(routes!(allocations))
        .routes(routes!(shares))
}

/// Response curves as rows of `mmm_curves`, by channel and spend: written when a model is learnt.
#[utoipa::path(get, path = "/api/bq/mmm/curves", tag = "tables", params(OfModel),
    security(("session" = ["viewer"]), ("token" = ["viewer"])),
    responses((status = 200, body = Listed<CurvePointRow>), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
async fn curves(
    State(app): State<Shared>,
    caller: Caller<Viewer>,
    Params(OfModel { model, channel }): Params<OfModel>,
) -> Result<Json<Listed<CurvePointRow>>, Problem> {
    let scope = app.scope(caller.workspace);
    let model = match model {
        Some(id) => Some(scope.models().outline(id).await?.id),
        None => scope.mart().current_model().await?,
    };
    let rows = match model {
        Some(id) => scope.mart().curves(id, channel.as_deref()).await?,
        None => Vec::new(),
    };
    Ok(Json(Listed::whole(rows.into_iter().map(curve).collect())))
}

/// Planned spend per channel as rows of `mmm_allocations`: written when a plan is found.
#[utoipa::path(get, path = "/api/bq/mmm/allocations", tag = "tables", params(OfPlan),
    security(("session" = ["viewer"]), ("token" = ["viewer"])),
    responses((status = 200, body = Listed<AllocationView>), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
async fn allocations(
    State(app): State<Shared>,
    caller: Caller<Viewer>,
    Params(OfPlan { plan, channel }): Params<OfPlan>,
) -> Result<Json<Listed<AllocationView>>, Problem> {
    let scope = app.scope(caller.workspace);
    let plan = match plan {
        Some(id) => Some(scope.scenarios().outline(id).await?.id),
        None => scope.mart().current_plan().await?,
    };
    let rows = match plan {
        Some(id) => scope.mart().allocations(id, channel.as_deref()).await?,
        None => Vec::new(),
    };
    Ok(Json(Listed::whole(rows.into_iter().map(allocation).collect())))
}

/// Shares of channels as rows of `channel_attribution_weekly`, newest first; empty until journeys
/// are attributed.
#[utoipa::path(get, path = "/api/bq/channel-attribution", tag = "tables", params(OfChannel),
    security(("session" = ["viewer"]), ("token" = ["viewer"])),
    responses((status = 200, body = Listed<AttributionView>), (status = 422, body = Problem)))]
async fn shares(
    State(app): State<Shared>,
    caller: Caller<Viewer>,
    Params(wanted): Params<OfChannel>,
) -> Result<Json<Listed<AttributionView>>, Problem> {
    let page = Paging { cursor: wanted.cursor, limit: wanted.limit }.page()?;
    let only = (wanted.channel.as_deref(), wanted.method.as_deref());
    let found = app.scope(caller.workspace).mart().attribution(only, page).await?;
    Ok(Json(Listed::of(found, attribution)))
}
