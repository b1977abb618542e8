//! Recommendations: changes of budgets that wait for a person, who approves or rejects them.
//!
//! An answer is bound to what the person saw: the content's hash is sent back, and must still be
//! the row's. Who answered stands in `decisions`, written together with the change's state.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use outlay_store::{AllocationChange, ChangeState, Decision, StoreError, Stored};
use serde::Deserialize;
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::datasets::tagged;
use crate::app::{App, Shared};
use crate::auth::{Approver, Caller, Viewer};
use crate::extract::{Body, Ident, IfMatch, Listed, Paging, Params};
use crate::problem::Problem;
use crate::wire::contract::{RecommendationView, recommendation};

/// Longest note.
const NOTE: usize = 2000;

/// Which recommendations.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Filter {
    /// State; `proposed`, those that wait, when left out.
    state: Option<String>,
    /// Where to go on: `next` of the page before.
    cursor: Option<String>,
    /// How many; the server may send fewer.
    #[param(minimum = 1, maximum = 10000)]
    limit: Option<u32>,
}

/// A person's answer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Answer {
    /// `content_hash` of the recommendation as the person saw it.
    #[schema(min_length = 64, max_length = 64)]
    content_hash: String,
    /// Why.
    #[serde(default)]
    #[schema(max_length = 2000)]
    note: Option<String>,
}

pub(crate) fn router() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(one))
        .routes(routes!(approve))
        .routes(routes!(reject))
}

/// Changes of budgets that are recommended, newest first.
#[utoipa::path(get, path = "/api/recommendations", tag = "recommendations", params(Filter),
    security(("session" = ["viewer"]), ("token" = ["viewer"])),
    responses((status = 200, body = Listed<RecommendationView>), (status = 422, body = Problem)))]
async fn list(
    State(app): State<Shared>,
    caller: Caller<Viewer>,
    Params(filter): Params<Filter>,
) -> Result<Json<Listed<RecommendationView>>, Problem> {
    let page = Paging { cursor: filter.cursor, limit: filter.limit }.page()?;
    let state = filter.state.filter(|state| !state.is_empty());
    let state = state.map_or(Ok(ChangeState::Proposed), |state| state.parse())?;
    let found = app.scope(caller.workspace).allocation_changes().in_state(state, page).await?;
    Ok(Json(Listed::of(found, |change| recommendation(&change))))
}

/// A recommendation with its evidence.
#[utoipa::path(get, path = "/api/recommendations/{id}", tag = "recommendations",
    params(("id" = uuid::Uuid, Path)),
    security(("session" = ["viewer"]), ("token" = ["viewer"])),
    responses((status = 200, body = RecommendationView), (status = 404, body = Problem)))]
async fn one(
    State(app): State<Shared>,
    caller: Caller<Viewer>,
    Ident(id): Ident<AllocationChange>,
) -> Result<Response, Problem> {
    let stored = app.scope(caller.workspace).allocation_changes().get(id).await?;
    Ok((tagged(&stored), Json(recommendation(&stored))).into_response())
}

/// Approves a recommendation as it was seen. Nothing else is done by it: applying is a step of its
/// own.
#[utoipa::path(post, path = "/api/recommendations/{id}/approve", tag = "recommendations",
    params(("id" = uuid::Uuid, Path)), request_body = Answer,
    security(("session" = ["approver"]), ("token" = ["approver"])),
    responses((status = 200, body = RecommendationView), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 412, body = Problem),
        (status = 422, body = Problem)))]
async fn approve(
    State(app): State<Shared>,
    caller: Caller<Approver>,
    Ident(id): Ident<AllocationChange>,
    version: IfMatch,
    Body(answer): Body<Answer>,
) -> Result<Response, Problem> {
    let stored = app.scope(caller.workspace).allocation_changes().get(id).await?;
    settle(&app, &caller, stored, &version, answer, ChangeState::Approved).await
}

/// Rejects a recommendation as it was seen.
#[utoipa::path(post, path = "/api/recommendations/{id}/reject", tag = "recommendations",
    params(("id" = uuid::Uuid, Path)), request_body = Answer,
    security(("session" = ["approver"]), ("token" = ["approver"])),
    responses((status = 200, body = RecommendationView), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 412, body = Problem),
        (status = 422, body = Problem)))]
async fn reject(
    State(app): State<Shared>,
    caller: Caller<Approver>,
    Ident(id): Ident<AllocationChange>,
    version: IfMatch,
    Body(answer): Body<Answer>,
) -> Result<Response, Problem> {
    let stored = app.scope(caller.workspace).allocation_changes().get(id).await?;
    settle(&app, &caller, stored, &version, answer, ChangeState::Rejected).await
}

/// Writes a person's answer, and who gave it, in one transaction.
async fn settle(
    app: &App,
    caller: &Caller<Approver>,
    mut stored: Stored<AllocationChange>,
    version: &IfMatch,
    answer: Answer,
    verdict: ChangeState,
) -> Result<Response, Problem> {
    version.check(&stored)?;
    if answer.note.as_ref().is_some_and(|note| note.chars().count() > NOTE) {
        let title = "the note is too long";
        return Err(Problem::refused("recommendation.note", title, "send at most 2000 characters"));
    }
    open(app, &stored, &answer)?;
    let (workspace, now, user) = (caller.workspace, app.now(), caller.user);
    let kind = if verdict == ChangeState::Approved { "approve" } else { "reject" };
    let decision = Decision {
        cycle: stored.id.to_string(),
        campaign_id: Some(stored.body.campaign_id),
        arm_id: stored.body.arm_id,
        kind: kind.to_owned(),
        mode: stored.body.mode,
        reason: answer.note.clone().unwrap_or_else(|| stored.body.reason.clone()),
        detail: json!({
            "change": stored.id, "by": user, "note": answer.note,
            "content_hash": stored.body.content_hash,
        }),
    };
    stored.body.state = verdict;
    let written = app.store.transact(move |t| {
        let (stored, decision) = (stored.clone(), decision.clone());
        Box::pin(async move {
            let scope = t.workspace(workspace);
            let change = scope.allocation_changes().update(stored, now).await?;
            scope.decisions().create(decision, now).await?;
            let what = json!({ "id": change.id, "state": change.body.state });
            scope.events().publish("approvals", change.body.state.as_str(), what, now).await?;
            Ok::<_, StoreError>(change)
        })
    });
    let written = written.await?;
    Ok((tagged(&written), Json(recommendation(&written))).into_response())
}

/// Refuses what was answered, has expired, or is not what the person saw.
fn open(app: &App, stored: &Stored<AllocationChange>, answer: &Answer) -> Result<(), Problem> {
    let body = &stored.body;
    if body.state != ChangeState::Proposed {
        let title =
            format!("this recommendation does not wait for an answer: it is {}", body.state);
        let next = "GET /api/recommendations lists those that wait";
        return Err(Problem::conflict("recommendation.answered", title, next));
    }
    if body.expires_at.is_some_and(|end| end <= app.now()) {
        let title = "this recommendation has expired";
        return Err(Problem::conflict("recommendation.expired", title, "wait for the next one"));
    }
    if !body.content_hash.eq_ignore_ascii_case(&answer.content_hash) {
        let title = "this is not what was recommended";
        let next = "read the recommendation again, and send its content_hash";
        return Err(Problem::conflict("recommendation.changed", title, next));
    }
    Ok(())
}
