//! Data sets: accepted from an upload under a mapping, shown, undone.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, TimeDelta, Utc};
use outlay_connect::mapping::FileDialect;
use outlay_connect::{Mapping, Totals};
use outlay_core::registry::{Registry, keys};
use outlay_engine::check::{Checked, card, check};
use outlay_engine::collect::Collected;
use outlay_store::{
    Dataset, DatasetState, Id, Lease, LineageEdge, ObjectKey, Page, Scope, StoreError, Stored,
    StoredPanel, Upload, User, WorkspaceId,
};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use super::session::named;
use super::uploads::{mapping, with};
use crate::app::{App, Shared};
use crate::auth::{Analyst, Caller, Viewer};
use crate::extract::{Body, Ident, IfMatch, Listed, Paging, Params};
use crate::kept::{self, Made};
use crate::problem::Problem;
use crate::range::{Asked, known};
use crate::wire::data::{self, DatasetView, SeriesView};
use crate::wire::quality::{QualityView, quality};

/// An upload that is accepted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Accept {
    #[schema(value_type = uuid::Uuid)]
    upload: Id<Upload>,
    /// What its columns mean; what the description proposes when left out.
    #[serde(default)]
    #[schema(value_type = Option<Mapping>)]
    mapping: Option<Value>,
    name: String,
}

/// What an import makes, before it is stored.
pub(crate) struct Import {
    pub(crate) name: String,
    pub(crate) upload: Option<Id<Upload>>,
    pub(crate) by: Option<Id<User>>,
    /// The job that imports it, if one does: under its lease, and once.
    pub(crate) job: Option<Lease>,
    pub(crate) checked: Checked,
    pub(crate) mapping: Value,
    pub(crate) quality: Value,
    pub(crate) totals: Value,
}

pub(crate) fn router() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list, accept))
        .routes(routes!(one, undo))
        .routes(routes!(series))
        .routes(routes!(totals))
        .routes(routes!(graded))
}

/// Accepts an upload: from now on models may learn from it.
#[utoipa::path(post, path = "/api/datasets", tag = "data", request_body = Accept,
    security(("session" = ["analyst"]), ("token" = ["analyst"])),
    responses((status = 201, body = DatasetView), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
async fn accept(
    State(app): State<Shared>,
    caller: Caller<Analyst>,
    Body(form): Body<Accept>,
) -> Result<(StatusCode, Json<DatasetView>), Problem> {
    let name = named("name", &form.name)?;
    let asked = form.mapping.map(mapping).transpose()?;
    let registry = app.settings(caller.workspace).await?;
    let upload = app.scope(caller.workspace).uploads().get(form.upload).await?;
    let (id, by) = (upload.id, caller.user);
    let made = with(
        &app,
        caller.workspace,
        &upload,
        asked,
        FileDialect::default(),
        registry,
        move |c, r| import(c, r, name, id, by),
    );
    let stored = store(&app, caller.workspace, made.await?).await?;
    app.tell(caller.workspace, "datasets", "imported", json!({ "id": stored.id })).await;
    Ok((StatusCode::CREATED, Json(data::dataset(&stored))))
}

fn import(
    collected: &Collected,
    registry: &Registry,
    name: String,
    upload: Id<Upload>,
    by: Id<User>,
) -> Result<Import, Problem> {
    let checked = check(collected, registry)?;
    let described = collected.describe(registry);
    let mapping: &Mapping = &collected.mapped.mapping;
    Ok(Import {
        name,
        upload: Some(upload),
        by: Some(by),
        job: None,
        mapping: serde_json::to_value(mapping)?,
        quality: serde_json::to_value(quality(&card(collected, registry), &described, registry))?,
        totals: serde_json::to_value(collected.totals())?,
        checked,
    })
}

/// Stores an import: the panel among the artefacts, the rest in one transaction.
pub(crate) async fn store(
    app: &App,
    workspace: WorkspaceId,
    import: Import,
) -> Result<Stored<Dataset>, Problem> {
    let now = app.now();
    let panel = &import.checked.panel;
    let shape = serde_json::to_value(data::shape(panel))?;
    let fingerprint = panel.fingerprint().as_str().to_owned();
    let sizes = [panel.n_geos(), panel.n_periods(), panel.channels.len() + panel.organic.len()];
    let bytes = serde_json::to_vec(&import.checked)?;
    let key = app.objects.put_content(workspace, bytes.into()).await?;
    let dataset = Dataset {
        name: import.name,
        upload_id: import.upload,
        state: DatasetState::Ready,
        fingerprint: Some(fingerprint.clone()),
        description: json!({ "shape": shape, "totals": import.totals, "by": import.by }),
        quality: Some(import.quality),
    };
    let patience = TimeDelta::seconds(app.registry.get(&keys::JOBS_LEASE) as i64);
    let made = app.store.transact(move |t| {
        let job = import.job.clone();
        let (dataset, mapping, key) = (dataset.clone(), import.mapping.clone(), key.clone());
        let (fingerprint, shape) = (fingerprint.clone(), shape.clone());
        Box::pin(async move {
            let scope = t.workspace(workspace);
            if let Some(lease) = &job {
                // A worker that lost its lease ends here; the one that has it now waits its turn.
                t.queue().heartbeat(lease, now + patience, now).await?;
                let edges = scope.lineage().from(lease.job_id.uuid()).await?;
                if let Some(edge) = edges.iter().find(|edge| edge.body.target_kind == "dataset") {
                    return scope.datasets().get(Id::from_uuid(edge.body.target_id)).await;
                }
            }
            let dataset = scope.datasets().create(dataset, now).await?;
            if let Some(lease) = &job {
                let from = ("job", lease.job_id.uuid());
                trace(scope, from, ("dataset", dataset.id.uuid()), "import", now).await?;
            }
            let mapping = scope.mappings().add(dataset.id, mapping, true, now).await?;
            let [geos, periods, channels] = sizes.map(|n| i64::try_from(n).unwrap_or(i64::MAX));
            let panel = StoredPanel {
                dataset_id: dataset.id,
                mapping_id: mapping.id,
                fingerprint,
                geos,
                periods,
                channels,
                object_key: key.as_str().to_owned(),
                summary: shape,
            };
            let panel = scope.panels().create(panel, now).await?;
            if let Some(upload) = dataset.body.upload_id {
                trace(scope, ("upload", upload.uuid()), ("panel", panel.id.uuid()), "import", now)
                    .await?;
            }
            Ok(dataset)
        })
    });
    Ok(made.await?)
}

/// Writes down what was made of what.
pub(crate) async fn trace(
    scope: Scope<'_>,
    source: (&str, Uuid),
    target: (&str, Uuid),
    step: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let edge = LineageEdge {
        source_kind: source.0.to_owned(),
        source_id: source.1,
        target_kind: target.0.to_owned(),
        target_id: target.1,
        step: step.to_owned(),
        detail: json!({ "version": outlay_engine::VERSION }),
    };
    scope.lineage().create(edge, now).await.map(|_| ())
}

/// The panel in force of a data set, with its row.
pub(crate) async fn panel(
    app: &App,
    workspace: WorkspaceId,
    dataset: Id<Dataset>,
) -> Result<(Stored<StoredPanel>, Checked), Problem> {
    let stored = panel_row(app, workspace, dataset).await?;
    let checked = read(app, workspace, &stored).await?;
    Ok((stored, checked))
}

/// The row of the panel in force of a data set.
pub(crate) async fn panel_row(
    app: &App,
    workspace: WorkspaceId,
    dataset: Id<Dataset>,
) -> Result<Stored<StoredPanel>, Problem> {
    let page = Page { after: None, limit: Some(1) };
    let found = app.scope(workspace).panels().of_dataset(dataset, page).await?;
    found.rows.into_iter().next().ok_or_else(|| Problem::not_found("data set"))
}

/// The panel itself, from the artefacts.
pub(crate) async fn read(
    app: &App,
    workspace: WorkspaceId,
    stored: &Stored<StoredPanel>,
) -> Result<Checked, Problem> {
    let key = ObjectKey::parse(workspace, &stored.body.object_key)?;
    let bytes = app.objects.get(&key).await?;
    let read = tokio::task::spawn_blocking(move || serde_json::from_slice::<Checked>(&bytes));
    Ok(read.await??)
}

/// Data sets, newest first; those whose import was undone are left out.
#[utoipa::path(get, path = "/api/datasets", tag = "data", params(Paging),
    security(("session" = ["viewer"]), ("token" = ["viewer"])),
    responses((status = 200, body = Listed<DatasetView>)))]
async fn list(
    State(app): State<Shared>,
    caller: Caller<Viewer>,
    Params(paging): Params<Paging>,
) -> Result<Json<Listed<DatasetView>>, Problem> {
    let mut page = app.scope(caller.workspace).datasets().list(paging.page()?).await?;
    page.rows.retain(|dataset| dataset.body.state != DatasetState::Archived);
    Ok(Json(Listed::of(page, |dataset| data::dataset(&dataset))))
}

/// A data set.
#[utoipa::path(get, path = "/api/datasets/{id}", tag = "data", params(("id" = uuid::Uuid, Path)),
    security(("session" = ["viewer"]), ("token" = ["viewer"])),
    responses((status = 200, body = DatasetView), (status = 404, body = Problem)))]
async fn one(
    State(app): State<Shared>,
    caller: Caller<Viewer>,
    Ident(id): Ident<Dataset>,
) -> Result<Response, Problem> {
    let stored = app.scope(caller.workspace).datasets().get(id).await?;
    Ok((tagged(&stored), Json(data::dataset(&stored))).into_response())
}

/// The version of a row, as a header.
pub(crate) fn tagged<T>(stored: &Stored<T>) -> HeaderMap {
    let tag = HeaderValue::from_str(&stored.etag()).ok();
    tag.into_iter().map(|tag| (header::ETAG, tag)).collect()
}

/// Undoes an import. Models that learnt from it keep their answers.
#[utoipa::path(delete, path = "/api/datasets/{id}", tag = "data", params(("id" = uuid::Uuid, Path)),
    security(("session" = ["analyst"]), ("token" = ["analyst"])),
    responses((status = 204), (status = 404, body = Problem), (status = 412, body = Problem)))]
async fn undo(
    State(app): State<Shared>,
    caller: Caller<Analyst>,
    Ident(id): Ident<Dataset>,
    version: IfMatch,
) -> Result<StatusCode, Problem> {
    let (workspace, now) = (caller.workspace, app.now());
    let mut stored = app.scope(workspace).datasets().get(id).await?;
    version.check(&stored)?;
    let row = stored.version;
    let removed = app.store.transact(move |t| {
        Box::pin(async move {
            let scope = t.workspace(workspace);
            for panel in scope.panels().of_dataset(id, Page::default()).await?.rows {
                scope.panels().delete(panel.id, panel.version).await?;
            }
            while let Some(mapping) = scope.mappings().latest(id).await? {
                scope.mappings().delete(mapping.id, mapping.version).await?;
            }
            scope.datasets().delete(id, row).await
        })
    });
    match removed.await {
        Ok(()) => {}
        Err(StoreError::Reference { .. }) => {
            stored.body.state = DatasetState::Archived;
            app.scope(workspace).datasets().update(stored, now).await?;
        }
        Err(error) => return Err(error.into()),
    }
    app.tell(workspace, "datasets", "undone", json!({ "id": id })).await;
    Ok(StatusCode::NO_CONTENT)
}

/// What the series are narrowed to.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Region {
    /// A region of the data; all together when left out.
    geo: Option<String>,
}

/// The data per period: of all regions together or of one, over a range of days, or over all of
/// them when nothing is said.
#[utoipa::path(get, path = "/api/datasets/{id}/series", tag = "data",
    params(("id" = uuid::Uuid, Path), Asked, Region),
    security(("session" = ["viewer"]), ("token" = ["viewer"])),
    responses((status = 200, body = SeriesView), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
async fn series(
    State(app): State<Shared>,
    caller: Caller<Viewer>,
    Ident(id): Ident<Dataset>,
    Params(asked): Params<Asked>,
    Params(region): Params<Region>,
) -> Result<Response, Problem> {
    let ask = asked.or_all(&app.settings(caller.workspace).await?)?.alone();
    let stored = panel_row(&app, caller.workspace, id).await?;
    let (tag, print) = (stored.etag(), stored.body.fingerprint.clone());
    let (range, named) = (ask.key(), format!("{region:?}"));
    let parts = [tag.as_str(), &range, &named];
    let made = Made { question: "series", data: &print, model: "", parts: &parts };
    kept::answer(&app, caller.workspace, made, HeaderMap::new(), || async {
        let panel = read(&app, caller.workspace, &stored).await?.panel;
        let geo = known("geo", region.geo.as_deref(), &panel.geos)?;
        let geo = geo.and_then(|geo| panel.geos.iter().position(|name| name == geo));
        Ok(data::series(&panel, ask, geo))
    })
    .await
}

/// What the file added up to, per month and channel.
#[utoipa::path(get, path = "/api/datasets/{id}/totals", tag = "data", params(("id" = uuid::Uuid, Path)),
    security(("session" = ["viewer"]), ("token" = ["viewer"])),
    responses((status = 200, body = Totals), (status = 404, body = Problem)))]
async fn totals(
    State(app): State<Shared>,
    caller: Caller<Viewer>,
    Ident(id): Ident<Dataset>,
) -> Result<Response, Problem> {
    let stored = app.scope(caller.workspace).datasets().get(id).await?;
    let totals = stored.body.description.get("totals").cloned().unwrap_or_default();
    let totals: Totals = serde_json::from_value(totals)?;
    Ok((tagged(&stored), Json(totals)).into_response())
}

/// The quality card.
#[utoipa::path(get, path = "/api/datasets/{id}/quality", tag = "data", params(("id" = uuid::Uuid, Path)),
    security(("session" = ["viewer"]), ("token" = ["viewer"])),
    responses((status = 200, body = QualityView), (status = 404, body = Problem)))]
async fn graded(
    State(app): State<Shared>,
    caller: Caller<Viewer>,
    Ident(id): Ident<Dataset>,
) -> Result<Response, Problem> {
    let mut stored = app.scope(caller.workspace).datasets().get(id).await?;
    let card = stored.body.quality.take().ok_or_else(|| Problem::not_found("quality card"))?;
    // Read and written again: databases forget the order of keys.
    let card: QualityView = serde_json::from_value(card)?;
    Ok((tagged(&stored), Json(card)).into_response())
}
