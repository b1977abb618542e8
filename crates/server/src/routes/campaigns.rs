//! Campaigns as they are stored, with what they spent and brought.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use chrono::{Days, NaiveDate};
use outlay_store::{Arm, Campaign, CampaignDay, Id, Page, RunStatus, Span, Stored, WorkspaceId};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::datasets::tagged;
use crate::app::{App, Shared};
use crate::auth::{Caller, Viewer};
use crate::extract::{Ident, Listed, Paging, Params};
use crate::problem::Problem;
use crate::wire::campaign::{
    ArmView, BeliefView, CampaignSeries, CampaignView, ChangeMark, DayView, MetricSeries, arm, day,
};
use crate::wire::{sentence_case, units};

/// Which campaigns.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Filter {
    /// `draft`, `active`, `paused`, `ended` or `removed`.
    status: Option<String>,
    /// Where to go on: `next` of the page before.
    cursor: Option<String>,
    /// How many; the server may send fewer.
    #[param(minimum = 1, maximum = 10000)]
    limit: Option<u32>,
}

/// Which days.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Range {
    /// First day; four weeks before the last when left out.
    from: Option<NaiveDate>,
    /// Last day; today, or the campaign's own last day, when left out.
    to: Option<NaiveDate>,
    /// Attribution whose figures are meant; `platform` when left out.
    attribution: Option<String>,
}

pub(crate) fn router() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(one))
        .routes(routes!(metrics))
        .routes(routes!(arms))
        .routes(routes!(series))
}

/// Days before the last one of a page where nothing is said: four weeks with it.
const USUAL: u64 = 27;

fn span(app: &App, campaign: &Campaign, range: Range) -> Span {
    let today = app.now().date_naive();
    let to = range.to.unwrap_or_else(|| campaign.end_date.map_or(today, |end| end.min(today)));
    Span {
        from: range.from.or_else(|| to.checked_sub_days(Days::new(USUAL))).unwrap_or(to),
        to,
        attribution: range.attribution.unwrap_or_else(|| "platform".to_owned()),
    }
}

async fn view(
    app: &App,
    workspace: WorkspaceId,
    stored: &Stored<Campaign>,
) -> Result<CampaignView, Problem> {
    let mut served = views(app, workspace, std::slice::from_ref(stored)).await?;
    served.pop().ok_or_else(|| Problem::not_found("campaign"))
}

/// Campaigns as they are served. Their days are asked for once for all that share a span, which
/// those without an end do.
async fn views(
    app: &App,
    workspace: WorkspaceId,
    all: &[Stored<Campaign>],
) -> Result<Vec<CampaignView>, Problem> {
    let scope = app.scope(workspace);
    let ids: Vec<Id<Campaign>> = all.iter().map(|stored| stored.id).collect();
    let arms = scope.arms().newest_of(&ids).await?;
    let arms: BTreeMap<_, _> = arms.into_iter().map(|arm| (arm.body.campaign_id, arm)).collect();
    let mut spans: BTreeMap<(NaiveDate, NaiveDate), (Span, Vec<Id<Campaign>>)> = BTreeMap::new();
    for stored in all {
        let span = span(app, &stored.body, Range { from: None, to: None, attribution: None });
        let place = spans.entry((span.from, span.to)).or_insert_with(|| (span, Vec::new()));
        place.1.push(stored.id);
    }
    let mut days: BTreeMap<Id<Campaign>, Vec<CampaignDay>> = BTreeMap::new();
    for (span, campaigns) in spans.into_values() {
        for day in scope.facts().series_of(campaigns, span).await? {
            days.entry(day.campaign_id).or_default().push(day);
        }
    }
    let found = |stored: &Stored<Campaign>| {
        let days = days.get(&stored.id).map_or(&[][..], Vec::as_slice);
        served(stored, arms.get(&stored.id), days)
    };
    Ok(all.iter().map(found).collect())
}

fn served(
    stored: &Stored<Campaign>,
    arm: Option<&Stored<Arm>>,
    days: &[CampaignDay],
) -> CampaignView {
    // A platform that counts nothing at all does not report what came of it.
    let counts = |day: &CampaignDay| {
        day.totals.clicks != 0
            || day.totals.conversions_micros != 0
            || day.totals.revenue.micros != 0
    };
    let counted = days.iter().any(counts);
    let revenue: i64 = days.iter().map(|day| day.totals.revenue.micros).sum();
    let cost: i64 = days.iter().map(|day| day.totals.cost.micros).sum();
    let body = &stored.body;
    CampaignView {
        id: stored.id,
        name: body.name.clone(),
        platform: arm.map_or(&body.source, |arm| &arm.body.platform).clone(),
        channel: arm.map(|arm| arm.body.channel.clone()).unwrap_or_default(),
        status: body.status.as_str(),
        currency: body.budget.currency.code().to_owned(),
        budget: units(body.budget.micros),
        spend: units(cost),
        outcome: counted.then(|| units(revenue)),
        outcome_unit: "revenue",
        outcome_is_money: true,
        trend: days.iter().map(|day| units(day.totals.cost.micros)).collect(),
        from: days.first().map(|day| day.day),
        to: days.last().map(|day| day.day),
    }
}

/// Campaigns, newest first.
#[utoipa::path(get, path = "/api/campaigns", tag = "campaigns", params(Filter),
    security(("session" = ["viewer"]), ("token" = ["viewer"])),
    responses((status = 200, body = Listed<CampaignView>), (status = 422, body = Problem)))]
async fn list(
    State(app): State<Shared>,
    caller: Caller<Viewer>,
    Params(filter): Params<Filter>,
) -> Result<Json<Listed<CampaignView>>, Problem> {
    let Filter { status, cursor, limit } = filter;
    let page = Paging { cursor, limit }.page()?;
    let campaigns = app.scope(caller.workspace).campaigns();
    let status: Option<RunStatus> =
        status.as_deref().filter(|text| !text.is_empty()).map(str::parse).transpose()?;
    let found = match status {
        Some(status) => campaigns.with_status(status, page).await?,
        None => campaigns.list(page).await?,
    };
    let next = found.next.map(|cursor| cursor.to_string());
    let items = views(&app, caller.workspace, &found.rows).await?;
    Ok(Json(Listed { items, next }))
}

/// A campaign.
#[utoipa::path(get, path = "/api/campaigns/{id}", tag = "campaigns", params(("id" = uuid::Uuid, Path)),
    security(("session" = ["viewer"]), ("token" = ["viewer"])),
    responses((status = 200, body = CampaignView), (status = 404, body = Problem)))]
async fn one(
    State(app): State<Shared>,
    caller: Caller<Viewer>,
    Ident(id): Ident<Campaign>,
) -> Result<Response, Problem> {
    let stored = app.scope(caller.workspace).campaigns().get(id).await?;
    let served = view(&app, caller.workspace, &stored).await?;
    Ok((tagged(&stored), Json(served)).into_response())
}

/// What a campaign spent and brought, day by day.
#[utoipa::path(get, path = "/api/campaigns/{id}/metrics", tag = "campaigns",
    params(("id" = uuid::Uuid, Path), Range),
    security(("session" = ["viewer"]), ("token" = ["viewer"])),
    responses((status = 200, body = Listed<DayView>), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
async fn metrics(
    State(app): State<Shared>,
    caller: Caller<Viewer>,
    Ident(id): Ident<Campaign>,
    Params(range): Params<Range>,
) -> Result<Json<Listed<DayView>>, Problem> {
    let scope = app.scope(caller.workspace);
    let campaign = scope.campaigns().get(id).await?;
    let days = scope.facts().series(id, span(&app, &campaign.body, range)).await?;
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
    params(("id" = uuid::Uuid, Path), Range),
    security(("session" = ["viewer"]), ("token" = ["viewer"])),
    responses((status = 200, body = CampaignSeries), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
async fn series(
    State(app): State<Shared>,
    caller: Caller<Viewer>,
    Ident(id): Ident<Campaign>,
    Params(range): Params<Range>,
) -> Result<Json<CampaignSeries>, Problem> {
    let scope = app.scope(caller.workspace);
    let campaign = scope.campaigns().get(id).await?;
    let days = scope.facts().series(id, span(&app, &campaign.body, range)).await?;
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
    }))
}
