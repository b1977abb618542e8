//! What Home shows: the last periods of the newest data set, and the published model's answers.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use outlay_core::registry::keys;
use outlay_core::{Calendar, Exposure, Panel};
use outlay_store::{
    AllocationChange, ChangeState, Dataset, DatasetState, Model, Outline, Page, Stored, WorkspaceId,
};
use serde_json::Value;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::datasets::panel;
use crate::app::{App, Shared};
use crate::auth::{Caller, Viewer};
use crate::kept::{self, Made};
use crate::problem::Problem;
use crate::wire::data::shape_of;
use crate::wire::home::{
    Age, Efficiency, Freshness, HomeChannel, HomeDataset, HomeKpi, HomeModel, HomeSpend, HomeView,
    HomeWindow, Mover, Need, ReachCost,
};
use crate::wire::quality::QualityView;
use crate::wire::sentence_case;

pub(crate) fn router() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(summary))
}

/// Everything that Home shows.
#[utoipa::path(get, path = "/api/dashboard/summary", tag = "dashboard",
    security(("session" = ["viewer"]), ("token" = ["viewer"])),
    responses((status = 200, body = HomeView)))]
async fn summary(State(app): State<Shared>, caller: Caller<Viewer>) -> Result<Response, Problem> {
    let workspace = caller.workspace;
    let made = app.together.of(workspace, "home".to_owned(), || summarised(&app, workspace));
    Ok(kept::json(made.await?).into_response())
}

async fn summarised(app: &App, workspace: WorkspaceId) -> Result<Bytes, Problem> {
    let models = app.scope(workspace).models();
    let model = models.published_last().await?;
    let dataset = current(app, workspace, model.as_deref()).await?;
    let mut needs = needs(app, workspace).await?;
    if let Some(published) = &model {
        needs.extend(unpublished(app, workspace, published).await?);
    }
    let data = dataset.as_ref().map(Stored::etag).unwrap_or_default();
    let tag = model.as_deref().map(Stored::etag).unwrap_or_default();
    let waiting = serde_json::to_string(&needs)?;
    let late = app.settings(workspace).await?.get(&keys::DATA_LATE);
    // Whether more data is due changes from one day to the next.
    let (now, after) = (app.now(), late.to_string());
    let today = now.date_naive().to_string();
    let parts = [waiting.as_str(), &after, &today];
    let made = Made { question: "home", data: &data, model: &tag, parts: &parts };
    kept::text(app, workspace, made, || home(app, workspace, model, dataset, needs, (late, now)))
        .await
}

async fn home(
    app: &App,
    workspace: WorkspaceId,
    model: Option<Outline<Model>>,
    dataset: Option<Stored<Dataset>>,
    needs: Vec<Need>,
    (late, now): (f64, DateTime<Utc>),
) -> Result<HomeView, Problem> {
    let mut served = HomeView { granularity: "week".to_owned(), needs, ..HomeView::default() };
    let Some(dataset) = dataset else { return Ok(served) };
    let (_, checked) = panel(app, workspace, dataset.id).await?;
    let shape = shape_of(&dataset);
    served.currency = shape.currency;
    served.outcome_unit = shape.outcome_unit;
    served.outcome_is_money = shape.outcome_is_money;
    served.granularity = shape.granularity;
    served.freshness = freshness(&dataset, &checked.panel.calendar, late, now);
    let card: Option<QualityView> =
        dataset.body.quality.clone().and_then(|card| serde_json::from_value(card).ok());
    served.allows = card.map(|card| card.allows).unwrap_or_default();
    let whole = match &model {
        Some(model) => app.scope(workspace).models().find(model.id).await?,
        None => None,
    };
    let answers = whole.as_ref().and_then(|model| model.body.summary.as_ref());
    if let Some(model) = &model {
        let sentence = answers.and_then(|a| a.get("sentence")?.as_str());
        served.sentence = sentence.map(sentence_case);
        served.model = Some(HomeModel {
            id: model.id,
            name: model.body.name.clone(),
            version: model.body.number,
        });
    }
    served.dataset = Some(HomeDataset { id: dataset.id, name: dataset.body.name });
    window(&mut served, &checked.panel, answers);
    Ok(served)
}

/// Changes that wait for a person.
async fn needs(app: &App, workspace: WorkspaceId) -> Result<Vec<Need>, Problem> {
    let changes = app.scope(workspace).allocation_changes();
    let waiting = changes.in_state(ChangeState::Proposed, Page::default()).await?;
    let need = |change: Stored<AllocationChange>| Need {
        kind: "recommendation",
        title: "A recommendation waits for you".to_owned(),
        sentence: sentence_case(&change.body.reason),
        link: format!("/campaigns/{}", change.body.campaign_id),
        at: change.created_at,
    };
    Ok(waiting.rows.into_iter().map(need).collect())
}

/// A model that is newer than the published one and has not replaced it, where it is no
/// approximation.
async fn unpublished(
    app: &App,
    workspace: WorkspaceId,
    published: &Stored<Model>,
) -> Result<Option<Need>, Problem> {
    let Some(since) = published.body.published_at else { return Ok(None) };
    let waiting = app.scope(workspace).models().waiting_since(since).await?;
    let name = |model: &Stored<Model>| format!("{} v{}", model.body.name, model.body.number);
    Ok(waiting.map(|waiting| Need {
        kind: "model",
        title: "A newer model is not published".to_owned(),
        sentence: format!(
            "Home and Plan still use {}; see what {} would change, then publish or delete it",
            name(published),
            name(&waiting)
        ),
        link: format!("/model?id={}&against={}", waiting.id, published.id),
        at: waiting.created_at,
    }))
}

/// The data set of the published model; the newest one without.
async fn current(
    app: &App,
    workspace: WorkspaceId,
    model: Option<&Stored<Model>>,
) -> Result<Option<Stored<Dataset>>, Problem> {
    let datasets = app.scope(workspace).datasets();
    if let Some(model) = model {
        return Ok(datasets.find(model.body.dataset_id).await?);
    }
    let page = datasets.list(Page::default()).await?;
    Ok(page.rows.into_iter().find(|dataset| dataset.body.state == DatasetState::Ready))
}

/// A quarter of the data beside the quarter before it.
fn window(served: &mut HomeView, panel: &Panel, answers: Option<&Value>) {
    let starts = panel.calendar.starts();
    let quarter = (panel.calendar.granularity().periods_per_whole_year() / 4).max(1);
    let periods = quarter.min(starts.len());
    let from = starts.len() - periods;
    // A year behind the window: how things stand needs how they stood.
    let shown = starts.len().saturating_sub(panel.calendar.granularity().periods_per_whole_year());
    let trail = |values: &[f64]| values[values.len() - (starts.len() - shown)..].to_vec();
    let last = |values: &[f64]| values[values.len() - periods..].to_vec();
    let sum = |values: &[f64]| values.iter().sum::<f64>();
    let before = |values: &[f64]| {
        let end = values.len() - periods;
        (from >= periods).then(|| sum(&values[end - periods..end]))
    };
    served.window = Some(HomeWindow {
        periods,
        from: starts[from..].first().copied(),
        to: starts.last().copied(),
    });
    let kpi = panel.kpi.values.national();
    served.kpi = Some(HomeKpi {
        name: panel.kpi.name.clone(),
        dates: starts[shown..].to_vec(),
        total: sum(&last(&kpi)),
        before: before(&kpi),
        values: trail(&kpi),
    });
    let channels: Vec<HomeChannel> = panel
        .channels
        .iter()
        .map(|channel| {
            let values = channel.spend.national();
            HomeChannel {
                name: channel.name.clone(),
                total: sum(&last(&values)),
                before: before(&values),
                values: trail(&values),
            }
        })
        .collect();
    let total: f64 = channels.iter().map(|channel| channel.total).sum();
    let cost = |channel: &HomeChannel| {
        let known = panel.channels.iter().find(|known| known.name == channel.name)?;
        let (per, unit) = counted(&known.exposure)?;
        let reached = known.exposure.impressions().national();
        let price = |spend: f64, of: f64| (of > 0.0).then(|| per * spend / of);
        Some(ReachCost {
            value: price(channel.total, sum(&last(&reached)))?,
            before: channel.before.zip(before(&reached)).and_then(|(s, of)| price(s, of)),
            unit,
        })
    };
    let efficiency = channels.iter().map(|channel| {
        let answer = answers.and_then(|a| a.get("channels")?.get(&channel.name));
        let of = |key: &str| {
            answer.and_then(|a| serde_json::from_value(a.get(key)?.clone()).ok()).flatten()
        };
        Efficiency {
            channel: channel.name.clone(),
            spend: channel.total,
            roi: of("roi"),
            mroi: of("mroi"),
            share: if total > 0.0 { channel.total / total } else { 0.0 },
            cost: cost(channel),
        }
    });
    served.efficiency = efficiency.collect();
    served.mover = mover(&channels);
    served.spend = Some(HomeSpend {
        dates: starts[shown..].to_vec(),
        before: channels.iter().map(|channel| channel.before).sum(),
        total,
        channels,
    });
}

/// How many of what a channel counts one pays for at a time, in words; nothing where only spend is
/// known.
fn counted(exposure: &Exposure) -> Option<(f64, String)> {
    let unit = match exposure {
        Exposure::Volume { unit, .. } => unit.as_str(),
        Exposure::ReachFrequency { .. } => "impressions",
    };
    match unit {
        "spend" => None,
        "impressions" => Some((1000.0, "1,000 impressions".to_owned())),
        unit => Some((1.0, unit.to_owned())),
    }
}

/// Until when the data goes, and whether more of it is due at `now`.
fn freshness(
    dataset: &Stored<Dataset>,
    calendar: &Calendar,
    late: f64,
    now: DateTime<Utc>,
) -> Option<Freshness> {
    let last = *calendar.starts().last()?;
    let next = calendar.granularity().advance(last, 1)?;
    let due = calendar.granularity().advance(next, late as u32)?;
    let state = if now.date_naive() > due { Age::Late } else { Age::Fresh };
    Some(Freshness { data_until: next.pred_opt()?, imported_at: dataset.created_at, state })
}

/// The channel whose spend changed most against the window before.
fn mover(channels: &[HomeChannel]) -> Option<Mover> {
    let change = |channel: &HomeChannel| Some(channel.total - channel.before?);
    let moved = channels.iter().filter_map(|channel| Some((channel, change(channel)?)));
    let (channel, by) = moved.max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()))?;
    let before = channel.before.filter(|before| *before > 0.0 && by != 0.0)?;
    let word = if by > 0.0 { "more" } else { "less" };
    Some(Mover {
        channel: channel.name.clone(),
        sentence: format!("{:.0} % {word} spend than before", 100.0 * by.abs() / before),
    })
}
