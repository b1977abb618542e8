//! Campaigns as they are stored, with what they spent and brought.

mod figures;

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use outlay_core::Fingerprint;
use outlay_store::{Campaign, CampaignFilter, Page, WorkspaceId};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::figures::{Ranged, choices, summary, views};
use crate::app::{App, Shared};
use crate::auth::{Caller, Viewer};
use crate::extract::{Ident, Listed, Paging, Params};
use crate::problem::Problem;
use crate::range::{Asked, known};
use crate::wire::campaign::{
    ArmView, BeliefView, CampaignChoices, CampaignSeries, CampaignSummary, CampaignView,
    ChangeMark, DayView, MetricSeries, arm, day,
};
use crate::wire::{sentence_case, units};

/// Which campaigns.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Filter {
    /// `draft`, `active`, `paused`, `ended` or `removed`.
    status: Option<String>,
    /// Platform of the newest arm, or the account of a campaign without arms.
    platform: Option<String>,
    /// Channel of the newest arm.
    channel: Option<String>,
}

/// Whose figures.
#[derive(Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Source {
    /// Attribution whose figures are meant; `platform` when left out.
    attribution: Option<String>,
}

pub(crate) fn router() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(overall))
        .routes(routes!(one))
        .routes(routes!(metrics))
        .routes(routes!(arms))
        .routes(routes!(series))
}

/// The range of a request, where the workspace has facts.
async fn ranged(
    app: &App,
    workspace: WorkspaceId,
    asked: &Asked,
    source: Source,
) -> Result<Option<Ranged>, Problem> {
    let ask = asked.or_usual(&app.settings(workspace).await?)?;
    Ranged::of(app, workspace, ask, source.attribution).await
}

impl Filter {
    /// Refuses a platform or a channel that no campaign has.
    fn checked(&self, choices: Option<&CampaignChoices>) -> Result<CampaignFilter, Problem> {
        let text = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        let filter = CampaignFilter {
            status: text(&self.status).as_deref().map(str::parse).transpose()?,
            platform: text(&self.platform),
            channel: text(&self.channel),
        };
        if let Some(choices) = choices {
            known("platform", filter.platform.as_deref(), &choices.platforms)?;
            known("channel", filter.channel.as_deref(), &choices.channels)?;
        }
        Ok(filter)
    }
}

/// Campaigns, newest first, with what they spent and brought in a range of days: the usual weeks at
/// the end of the data when nothing is said.
#[utoipa::path(get, path = "/api/campaigns", tag = "campaigns", params(Asked, Filter, Paging),
    security(("session" = ["viewer"]), ("token" = ["viewer"])),
    responses((status = 200, body = Listed<CampaignView>), (status = 422, body = Problem)))]
async fn list(
    State(app): State<Shared>,
    caller: Caller<Viewer>,
    Params(asked): Params<Asked>,
    Params(filter): Params<Filter>,
    Params(paging): Params<Paging>,
) -> Result<Json<Listed<CampaignView>>, Problem> {
    let page = paging.page()?;
    let campaigns = app.scope(caller.workspace).campaigns();
    let mut named = filter.checked(None)?;
    if named.platform.is_some() || named.channel.is_some() {
        named = filter.checked(Some(&choices(campaigns.kinds().await?)))?;
    }
    let ranged = ranged(&app, caller.workspace, &asked, Source::default()).await?;
    let found = campaigns.matching(&named, page).await?;
    let next = found.next.map(|cursor| cursor.to_string());
    let items = views(&app, caller.workspace, &found.rows, ranged.as_ref()).await?;
    Ok(Json(Listed { items, next }))
}

/// What campaigns spent and brought in all, and what they can be filtered by.
#[utoipa::path(get, path = "/api/campaigns/summary", tag = "campaigns", params(Asked, Filter),
    security(("session" = ["viewer"]), ("token" = ["viewer"])),
    responses((status = 200, body = CampaignSummary), (status = 422, body = Problem)))]
async fn overall(
    State(app): State<Shared>,
    caller: Caller<Viewer>,
    Params(asked): Params<Asked>,
    Params(filter): Params<Filter>,
) -> Result<Json<CampaignSummary>, Problem> {
    let choices = choices(app.scope(caller.workspace).campaigns().kinds().await?);
    let named = filter.checked(Some(&choices))?;
    let ranged = ranged(&app, caller.workspace, &asked, Source::default()).await?;
    Ok(Json(summary(&app, caller.workspace, &named, ranged.as_ref(), choices).await?))
}

/// A campaign, with what it spent and brought in a range of days.
#[utoipa::path(get, path = "/api/campaigns/{id}", tag = "campaigns",
    params(("id" = uuid::Uuid, Path), Asked),
    security(("session" = ["viewer"]), ("token" = ["viewer"])),
    responses((status = 200, body = CampaignView), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
async fn one(
    State(app): State<Shared>,
    caller: Caller<Viewer>,
    Ident(id): Ident<Campaign>,
    Params(asked): Params<Asked>,
) -> Result<Response, Problem> {
    let stored = app.scope(caller.workspace).campaigns().get(id).await?;
    let ranged = ranged(&app, caller.workspace, &asked, Source::default()).await?;
    let all = std::slice::from_ref(&stored);
    let mut served = views(&app, caller.workspace, all, ranged.as_ref()).await?;
    let served = served.pop().ok_or_else(|| Problem::not_found("campaign"))?;
    // The row stays what it is while its days change: the tag is that of the answer.
    let body = serde_json::to_vec(&served)?;
    let tag = format!("\"{}\"", Fingerprint::of([body.as_slice()]).as_str());
    Ok(([(header::ETAG, tag)], Json(served)).into_response())
}

/// What a campaign spent and brought, day by day.
#[utoipa::path(get, path = "/api/campaigns/{id}/metrics", tag = "campaigns",
    params(("id" = uuid::Uuid, Path), Asked, Source),
    security(("session" = ["viewer"]), ("token" = ["viewer"])),
    responses((status = 200, body = Listed<DayView>), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
async fn metrics(
    State(app): State<Shared>,
    caller: Caller<Viewer>,
    Ident(id): Ident<Campaign>,
    Params(asked): Params<Asked>,
    Params(source): Params<Source>,
) -> Result<Json<Listed<DayView>>, Problem> {
    let scope = app.scope(caller.workspace);
    scope.campaigns().get(id).await?;
    let ranged = ranged(&app, caller.workspace, &asked, source).await?;
    let days = match ranged.as_ref().and_then(Ranged::span) {
        Some(span) => scope.facts().series(id, span).await?,
        None => Vec::new(),
    };
    Ok(Json(Listed::whole(days.iter().map(day).collect())))
}

/// The arms of a campaign.
#[utoipa::path(get, path = "/api/campaigns/{id}/arms", tag = "campaigns",
    params(("id" = uuid::Uuid, Path), Paging),
    security(("session" = ["viewer"]), ("token" = ["viewer"])),
    responses((status = 200, body = Listed<ArmView>), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
async fn arms(
    State(app): State<Shared>,
    caller: Caller<Viewer>,
    Ident(id): Ident<Campaign>,
    Params(paging): Params<Paging>,
) -> Result<Json<Listed<ArmView>>, Problem> {
    let scope = app.scope(caller.workspace);
    scope.campaigns().get(id).await?;
    let found = scope.arms().of_campaign(id, paging.page()?).await?;
    let states = scope.agent_states().of_campaign(id).await?;
    Ok(Json(Listed::of(found, |stored| {
        let belief = states.iter().find(|state| state.arm_id == stored.id);
        let belief = belief.map(|state| BeliefView {
            alpha: state.alpha,
            beta: state.beta,
            trials: state.trials,
            spending: units(state.spending.micros),
        });
        arm(stored, belief)
    })))
}

/// The same as series for a chart, with the changes that were made.
#[utoipa::path(get, path = "/api/campaigns/{id}/series", tag = "campaigns",
    params(("id" = uuid::Uuid, Path), Asked, Source),
    security(("session" = ["viewer"]), ("token" = ["viewer"])),
    responses((status = 200, body = CampaignSeries), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
async fn series(
    State(app): State<Shared>,
    caller: Caller<Viewer>,
    Ident(id): Ident<Campaign>,
    Params(asked): Params<Asked>,
    Params(source): Params<Source>,
) -> Result<Json<CampaignSeries>, Problem> {
    let scope = app.scope(caller.workspace);
    let campaign = scope.campaigns().get(id).await?;
    let ranged = ranged(&app, caller.workspace, &asked, source).await?;
    let days = match ranged.as_ref().and_then(Ranged::span) {
        Some(span) => scope.facts().series(id, span).await?,
        None => Vec::new(),
    };
    let range = match &ranged {
        Some(ranged) => ranged.view_of(&app, caller.workspace, id, days.len()).await?,
        None => None,
    };
    let changes = scope.allocation_changes().of_campaign(id, Page::default()).await?.rows;
    let metric = |name: &'static str, is_money, of: &dyn Fn(&outlay_store::DayTotals) -> f64| {
        MetricSeries { name, unit: name, is_money, values: days.iter().map(of).collect() }
    };
    let mut metrics = vec![
        metric("spend", true, &|day| units(day.totals.cost.micros)),
        metric("revenue", true, &|day| units(day.totals.revenue.micros)),
        metric("clicks", false, &|day| day.totals.clicks as f64),
        metric("impressions", false, &|day| day.totals.impressions as f64),
    ];
    // What the platform never counts is no series.
    metrics.retain(|metric| metric.name == "spend" || metric.values.iter().any(|v| *v != 0.0));
    Ok(Json(CampaignSeries {
        dates: days.iter().map(|day| day.day).collect(),
        metrics,
        changes: changes
            .iter()
            .map(|change| ChangeMark {
                date: change.created_at.date_naive(),
                sentence: sentence_case(&change.body.reason),
            })
            .collect(),
        currency: campaign.body.budget.currency.code().to_owned(),
        range,
    }))
}
