//! What Home shows: a range of the newest data set, and the published model's answers.

mod window;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use outlay_core::Calendar;
use outlay_core::registry::keys;
use outlay_store::{
    AllocationChange, ChangeState, Dataset, DatasetState, Model, Outline, Page, Stored, WorkspaceId,
};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::window::{Chosen, window};
use super::datasets::panel;
use crate::app::{App, Shared};
use crate::auth::{Caller, Viewer};
use crate::extract::Params;
use crate::kept::{self, Made};
use crate::problem::Problem;
use crate::range::{Ask, Asked};
use crate::wire::data::shape_of;
use crate::wire::home::{Age, Freshness, HomeDataset, HomeModel, HomeView, Need};
use crate::wire::quality::QualityView;
use crate::wire::sentence_case;

pub(crate) fn router() -> OpenApiRouter<Shared> {
    OpenApiRouter::new().routes(routes!(summary))
}

/// What Home is narrowed to.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Part {
    /// A paid channel of the data; all when left out. The outcome stays that of all.
    channel: Option<String>,
    /// A region of the data; all together when left out.
    geo: Option<String>,
}

/// Everything that Home shows, over a range of days: the usual weeks at the end of the data when
/// nothing is said.
#[utoipa::path(get, path = "/api/dashboard/summary", tag = "dashboard", params(Asked, Part),
    security(("session" = ["viewer"]), ("token" = ["viewer"])),
    responses((status = 200, body = HomeView), (status = 422, body = Problem)))]
async fn summary(
    State(app): State<Shared>,
    caller: Caller<Viewer>,
    Params(asked): Params<Asked>,
    Params(part): Params<Part>,
) -> Result<Response, Problem> {
    let (workspace, question) = (caller.workspace, format!("home {asked:?} {part:?}"));
    let made = app.together.of(workspace, question, || summarised(&app, workspace, asked, part));
    Ok(kept::json(made.await?).into_response())
}

async fn summarised(
    app: &App,
    workspace: WorkspaceId,
    asked: Asked,
    part: Part,
) -> Result<Bytes, Problem> {
    let registry = app.settings(workspace).await?;
    let ask = asked.or_usual(&registry)?;
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
    let late = registry.get(&keys::DATA_LATE);
    // Whether more data is due changes from one day to the next.
    let (now, after) = (app.now(), late.to_string());
    let today = now.date_naive().to_string();
    let (range, named) = (ask.key(), format!("{part:?}"));
    let parts = [waiting.as_str(), &after, &today, &range, &named];
    let made = Made { question: "home", data: &data, model: &tag, parts: &parts };
    kept::text(app, workspace, made, || {
        let about = About { ask, part, late, now };
        home(app, workspace, model, dataset, needs, about)
    })
    .await
}

/// What is asked, when.
struct About {
    ask: Ask,
    part: Part,
    /// Periods after which data is late.
    late: f64,
    now: DateTime<Utc>,
}

async fn home(
    app: &App,
    workspace: WorkspaceId,
    model: Option<Outline<Model>>,
    dataset: Option<Stored<Dataset>>,
    needs: Vec<Need>,
    about: About,
) -> Result<HomeView, Problem> {
    let mut served = HomeView { granularity: "week".to_owned(), needs, ..HomeView::default() };
    let Some(dataset) = dataset else { return Ok(served) };
    let (_, checked) = panel(app, workspace, dataset.id).await?;
    let shape = shape_of(&dataset);
    served.currency = shape.currency;
    served.outcome_unit = shape.outcome_unit;
    served.outcome_is_money = shape.outcome_is_money;
    served.granularity = shape.granularity;
    served.freshness = freshness(&dataset, &checked.panel.calendar, about.late, about.now);
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
    let chosen = Chosen::of(&about.part, &checked.panel)?;
    served.choices = chosen.choices();
    window(&mut served, &checked.panel, answers, about.ask, &chosen);
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
