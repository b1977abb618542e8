//! Models: learnt as jobs, shown, compared, published.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use outlay_core::registry::{Registry, keys};
use outlay_engine::learn::{Curve, CurveRequest, FitRequest, curve};
use outlay_mmm::compare::{Comparison, compare};
use outlay_mmm::spec::Spec;
use outlay_mmm::summary::Summary;
use outlay_store::{
    Dataset, DatasetState, Id, Job, LineageEdge, Model, ModelState, NewJob, Page, Scope,
    StoreError, Stored, User, WorkspaceId,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{KnownFormat, RefOr, Schema, SchemaFormat};
use utoipa::{IntoParams, PartialSchema, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::datasets::tagged;
use crate::app::{App, Shared};
use crate::auth::{Analyst, Caller, Viewer};
use crate::extract::{Body, Ident, IfMatch, Listed, Paging, Params};
use crate::kept::{self, Made};
use crate::problem::Problem;
use crate::traces;
use crate::wire::model::{Asked, ModelView, model};
use crate::wire::sentence_case;
use crate::work::{self, mart};

/// What is asked of a model: the keys of a fit's request, and the data set.
#[derive(Deserialize)]
struct FitAsk {
    dataset: Id<Dataset>,
    /// What the line of versions is called; as the data set when left out.
    #[serde(default)]
    name: Option<String>,
    #[serde(flatten)]
    request: serde_json::Map<String, Value>,
}

/// One object with the keys of both: each of two would refuse the other's keys.
impl PartialSchema for FitAsk {
    fn schema() -> RefOr<Schema> {
        let mut schema = FitRequest::schema();
        if let RefOr::T(Schema::Object(object)) = &mut schema {
            let dataset = ObjectBuilder::new()
                .schema_type(Type::String)
                .format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)));
            let name = ObjectBuilder::new()
                .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
                .description(Some(
                    "What the line of versions is called; as the data set when left out.",
                ));
            object.description = Some(
                "What is asked of a model: the keys of a fit's request, and the data set.".into(),
            );
            let _ = object.properties.insert("dataset".to_owned(), dataset.build().into());
            let _ = object.properties.insert("name".to_owned(), name.build().into());
            object.required.push("dataset".to_owned());
        }
        schema
    }
}

impl ToSchema for FitAsk {
    fn name() -> Cow<'static, str> {
        "FitAsk".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        FitRequest::schemas(schemas);
    }
}

/// What was begun.
#[derive(Serialize, ToSchema)]
struct FitBegun {
    #[schema(value_type = uuid::Uuid)]
    model: Id<Model>,
    #[schema(value_type = uuid::Uuid)]
    job: Id<Job>,
}

/// Two models.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Two {
    /// One model.
    #[param(value_type = uuid::Uuid)]
    left: Id<Model>,
    /// The other.
    #[param(value_type = uuid::Uuid)]
    right: Id<Model>,
}

/// Most spends that one request may ask about.
const SPENDS: usize = 500;

/// Which points of a curve.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Points {
    /// Channel; all paid channels when left out.
    channel: Option<String>,
    /// Spends over the whole history, separated by commas; the usual multiples when left out.
    spend: Option<String>,
}

pub(crate) fn router() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list, fit))
        .routes(routes!(compared))
        .routes(routes!(one, remove))
        .routes(routes!(summary))
        .routes(routes!(curves))
        .routes(routes!(publish))
}

/// Learns a model from a data set, as a job.
#[utoipa::path(post, path = "/api/models", tag = "models", request_body = FitAsk,
    security(("session" = ["analyst"]), ("token" = ["analyst"])),
    responses((status = 202, body = FitBegun), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn fit(
    State(app): State<Shared>,
    caller: Caller<Analyst>,
    Body(form): Body<FitAsk>,
) -> Result<(StatusCode, Json<FitBegun>), Problem> {
    let request: FitRequest = serde_json::from_value(Value::Object(form.request)).map_err(|e| {
        let next = "use the keys of /api/openapi.json";
        Problem::refused("fit.request", "the request of the fit makes no sense", next)
            .because(e.to_string())
    })?;
    let dataset = app.scope(caller.workspace).datasets().get(form.dataset).await?;
    if dataset.body.state != DatasetState::Ready {
        let title = "this data set was undone or is not ready";
        return Err(Problem::conflict("dataset.not-ready", title, "choose another one"));
    }
    let (model, job) =
        begin(&app, caller.workspace, &dataset, form.name, request, caller.user).await?;
    Ok((StatusCode::ACCEPTED, Json(FitBegun { model, job })))
}

/// Stores a model that is to be learnt, and queues its job, in one transaction.
async fn begin(
    app: &App,
    workspace: WorkspaceId,
    dataset: &Stored<Dataset>,
    name: Option<String>,
    request: FitRequest,
    by: Id<User>,
) -> Result<(Id<Model>, Id<Job>), Problem> {
    let spec = request.specification()?;
    bounded(&spec, &app.settings(workspace).await?)?;
    let text = spec.to_toml().map_err(|error| Problem::internal(&error))?;
    let now = app.now();
    let name = name.unwrap_or_else(|| dataset.body.name.clone());
    let seed = i64::try_from(request.seed).map_err(|_| {
        Problem::refused("fit.seed", "the seed is too large", "use a smaller number")
    })?;
    let (dataset, fingerprint) = (dataset.id, dataset.body.fingerprint.clone());
    let preset = spec.preset.name().to_owned();
    let trace = traces::current();
    let made = app.store.transact(move |t| {
        let (name, text, preset) = (name.clone(), text.clone(), preset.clone());
        let trace = trace.clone();
        let (fingerprint, request) = (fingerprint.clone(), request.clone());
        Box::pin(async move {
            let scope = t.workspace(workspace);
            let model = Model {
                number: scope.models().next_number(&name).await?,
                name,
                dataset_id: dataset,
                panel_id: None,
                specification: text,
                data_fingerprint: fingerprint,
                seed,
                state: ModelState::Queued,
                summary: None,
                artefact_key: None,
                error: None,
                published_at: None,
            };
            let model = scope.models().create(model, now).await?;
            let payload = json!({ "model": model.id, "dataset": dataset, "request": request });
            let mut job = NewJob::new(work::FIT, payload);
            job.created_by = Some(by);
            job.attempts_max = 3;
            job.trace_parent = trace;
            let job = scope.jobs().enqueue(job, now).await?.into_job();
            note(scope, job.id, model.id, &preset, request.method, now).await?;
            Ok((model.id, job.id))
        })
    });
    let (model, job) = made.await?;
    app.tell(workspace, "models", "queued", json!({ "id": model })).await;
    Ok((model, job))
}

/// Refuses what would fill the memory that all share.
fn bounded(spec: &Spec, registry: &Registry) -> Result<(), Problem> {
    let asked = spec.sampling.chains.saturating_mul(spec.sampling.draws);
    let most = registry.get(&keys::FIT_DRAWS) as usize;
    if asked <= most {
        return Ok(());
    }
    let title = format!("{asked} draws are asked for, all chains together, and {most} are allowed");
    let next = "ask for fewer, or let an admin raise `fit.draws_max`";
    Err(Problem::refused("fit.draws", title, next))
}

/// Writes down which job makes a model, and how.
pub(crate) async fn note(
    scope: Scope<'_>,
    job: Id<Job>,
    model: Id<Model>,
    preset: &str,
    method: outlay_mmm::summary::Method,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<(), StoreError> {
    let edge = LineageEdge {
        source_kind: "job".to_owned(),
        source_id: job.uuid(),
        target_kind: "model".to_owned(),
        target_id: model.uuid(),
        step: "fit".to_owned(),
        detail: json!({ "preset": preset, "method": method }),
    };
    scope.lineage().create(edge, now).await.map(|_| ())
}

/// A model as it is served.
pub(crate) async fn view(
    app: &App,
    workspace: WorkspaceId,
    stored: &Stored<Model>,
) -> Result<ModelView, Problem> {
    let mut served = views(app, workspace, &[stored]).await?;
    served.pop().ok_or_else(|| Problem::not_found("model"))
}

/// Models as they are served: what stands beside them is asked for once, not for each.
async fn views(
    app: &App,
    workspace: WorkspaceId,
    all: &[&Stored<Model>],
) -> Result<Vec<ModelView>, Problem> {
    let scope = app.scope(workspace);
    let ids: Vec<uuid::Uuid> = all.iter().map(|stored| stored.id.uuid()).collect();
    let edges = scope.lineage().to_any(&ids).await?;
    let mut names: BTreeMap<Id<Dataset>, String> = BTreeMap::new();
    for stored in all {
        let id = stored.body.dataset_id;
        if let Entry::Vacant(place) = names.entry(id) {
            let dataset = scope.datasets().find(id).await?;
            place.insert(dataset.map_or_else(String::new, |dataset| dataset.body.name));
        }
    }
    let asked = |stored: &Stored<Model>| {
        let made = |edge: &&Stored<LineageEdge>| {
            edge.body.target_id == stored.id.uuid() && edge.body.source_kind == "job"
        };
        edges.iter().find(made).map_or_else(Asked::default, |edge| {
            let word = |name: &str| edge.body.detail.get(name)?.as_str().map(str::to_owned);
            Asked {
                job: Some(Id::from_uuid(edge.body.source_id)),
                preset: word("preset"),
                method: word("method"),
            }
        })
    };
    let name =
        |stored: &Stored<Model>| names.get(&stored.body.dataset_id).map_or("", String::as_str);
    Ok(all.iter().map(|stored| model(stored, name(stored), asked(stored))).collect())
}

/// Models, newest first.
#[utoipa::path(get, path = "/api/models", tag = "models", params(Paging),
    security(("session" = ["viewer"]), ("token" = ["viewer"])),
    responses((status = 200, body = Listed<ModelView>), (status = 422, body = Problem)))]
async fn list(
    State(app): State<Shared>,
    caller: Caller<Viewer>,
    Params(paging): Params<Paging>,
) -> Result<Json<Listed<ModelView>>, Problem> {
    let page = app.scope(caller.workspace).models().outlines(paging.page()?).await?;
    let next = page.next.map(|cursor| cursor.to_string());
    let rows: Vec<&Stored<Model>> = page.rows.iter().map(|row| &**row).collect();
    let items = views(&app, caller.workspace, &rows).await?;
    Ok(Json(Listed { items, next }))
}

/// A model.
#[utoipa::path(get, path = "/api/models/{id}", tag = "models", params(("id" = uuid::Uuid, Path)),
    security(("session" = ["viewer"]), ("token" = ["viewer"])),
    responses((status = 200, body = ModelView), (status = 404, body = Problem)))]
async fn one(
    State(app): State<Shared>,
    caller: Caller<Viewer>,
    Ident(id): Ident<Model>,
) -> Result<Response, Problem> {
    let stored = app.scope(caller.workspace).models().outline(id).await?;
    let served = view(&app, caller.workspace, &stored).await?;
    Ok((tagged(&stored), Json(served)).into_response())
}

/// Refuses a model that does not answer yet.
pub(crate) fn ready(stored: &Stored<Model>) -> Result<&Value, Problem> {
    stored.body.summary.as_ref().ok_or_else(|| {
        let title = format!("the model has no answers: it is {}", stored.body.state);
        Problem::conflict("model.not-ready", title, "wait for its job, or look why it failed")
    })
}

/// The answers of a model (`outlay/summary/1`).
#[utoipa::path(get, path = "/api/models/{id}/summary", tag = "models",
    params(("id" = uuid::Uuid, Path)),
    security(("session" = ["viewer"]), ("token" = ["viewer"])),
    responses((status = 200, body = Summary), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
async fn summary(
    State(app): State<Shared>,
    caller: Caller<Viewer>,
    Ident(id): Ident<Model>,
) -> Result<Response, Problem> {
    let stored = app.scope(caller.workspace).models().outline(id).await?;
    let tag = stored.etag();
    let made = Made { question: "summary", data: fingerprint(&stored), model: &tag, parts: &[] };
    kept::answer(&app, caller.workspace, made, tagged(&stored), || async {
        // From the artefact: databases forget the order of channels, which is that of their
        // colours.
        let mut summary = answers(&app, caller.workspace, &stored).await?;
        summary.sentence = sentence_case(&summary.sentence);
        Ok(summary)
    })
    .await
}

/// Which data a model learnt from.
fn fingerprint(stored: &Stored<Model>) -> &str {
    stored.body.data_fingerprint.as_deref().unwrap_or_default()
}

/// The answers of a model, without its draws.
async fn answers(
    app: &App,
    workspace: WorkspaceId,
    stored: &Stored<Model>,
) -> Result<Summary, Problem> {
    app.fits.summary(workspace, folder(stored)?).await
}

/// Where the files of a model lie.
fn folder(stored: &Stored<Model>) -> Result<&str, Problem> {
    ready(stored)?;
    stored.body.artefact_key.as_deref().ok_or_else(|| Problem::not_found("stored fit"))
}

/// The draws of a model, opened.
pub(crate) async fn opened(
    app: &App,
    workspace: WorkspaceId,
    stored: &Stored<Model>,
) -> Result<std::sync::Arc<outlay_engine::learn::Fit>, Problem> {
    app.fits.open(workspace, folder(stored)?).await
}

/// Response curves at any spend, with intervals.
#[utoipa::path(get, path = "/api/models/{id}/curves", tag = "models",
    params(("id" = uuid::Uuid, Path), Points),
    security(("session" = ["viewer"]), ("token" = ["viewer"])),
    responses((status = 200, body = Listed<Curve>), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn curves(
    State(app): State<Shared>,
    caller: Caller<Viewer>,
    Ident(id): Ident<Model>,
    Params(points): Params<Points>,
) -> Result<Response, Problem> {
    let stored = app.scope(caller.workspace).models().outline(id).await?;
    let spend = spends(points.spend.as_deref())?;
    let tag = stored.etag();
    let asked = serde_json::to_string(&(&points.channel, &spend))?;
    let made =
        Made { question: "curves", data: fingerprint(&stored), model: &tag, parts: &[&asked] };
    kept::answer(&app, caller.workspace, made, HeaderMap::new(), || async {
        let fit = opened(&app, caller.workspace, &stored).await?;
        drawn(fit, points.channel, spend).await
    })
    .await
}

/// Spends as they stand in the address.
fn spends(text: Option<&str>) -> Result<Vec<f64>, Problem> {
    let parts = text.into_iter().flat_map(|text| text.split(',')).take(SPENDS + 1);
    let spend: Result<Vec<f64>, _> = parts.map(|part| part.trim().parse()).collect();
    let allowed = |spend: &[f64]| {
        spend.len() <= SPENDS && spend.iter().all(|spend| spend.is_finite() && *spend >= 0.0)
    };
    spend.ok().filter(|spend| allowed(spend)).ok_or_else(|| {
        let next = format!("separate at most {SPENDS} numbers by commas");
        Problem::refused("curve.spend", "`spend` is no list of spends", next)
    })
}

/// Curves, computed on a thread of their own.
async fn drawn(
    fit: std::sync::Arc<outlay_engine::learn::Fit>,
    channel: Option<String>,
    spend: Vec<f64>,
) -> Result<Listed<Curve>, Problem> {
    let made = tokio::task::spawn_blocking(move || {
        let paid = fit.summary.channels.iter().filter(|(_, c)| c.response.is_some());
        let all: Vec<String> = paid.map(|(name, _)| name.clone()).collect();
        let channels = channel.map_or(all, |channel| vec![channel]);
        let items = channels
            .into_iter()
            .map(|channel| curve(&fit, &CurveRequest { channel, spend: spend.clone() }));
        items.collect::<Result<Vec<_>, _>>()
    });
    let mut curves = made.await??;
    for curve in &mut curves {
        curve.sentence = sentence_case(&curve.sentence);
    }
    Ok(Listed::whole(curves))
}

/// Makes this model the one that others plan with.
#[utoipa::path(post, path = "/api/models/{id}/publish", tag = "models",
    params(("id" = uuid::Uuid, Path)),
    security(("session" = ["analyst"]), ("token" = ["analyst"])),
    responses((status = 200, body = ModelView), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 412, body = Problem),
        (status = 422, body = Problem)))]
async fn publish(
    State(app): State<Shared>,
    caller: Caller<Analyst>,
    Ident(id): Ident<Model>,
    version: IfMatch,
) -> Result<Json<ModelView>, Problem> {
    let stored = app.scope(caller.workspace).models().outline(id).await?;
    version.check(&stored)?;
    // Written again for models that were learnt before the table was filled.
    let curves = match &stored.body.artefact_key {
        Some(_) => mart::curves(id, &answers(&app, caller.workspace, &stored).await?),
        None => Vec::new(),
    };
    let (workspace, now, row) = (caller.workspace, app.now(), stored.version);
    let made = app.store.transact(move |t| {
        let curves = curves.clone();
        Box::pin(async move {
            let scope = t.workspace(workspace);
            scope.mart().put_curves(id, &curves, now).await?;
            scope.models().publish(id, row, now).await
        })
    });
    let published = made.await?;
    app.tell(caller.workspace, "models", "published", json!({ "id": id })).await;
    Ok(Json(view(&app, caller.workspace, &published).await?))
}

/// Two models side by side.
#[utoipa::path(get, path = "/api/models/compare", tag = "models", params(Two),
    security(("session" = ["viewer"]), ("token" = ["viewer"])),
    responses((status = 200, body = Comparison), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn compared(
    State(app): State<Shared>,
    caller: Caller<Viewer>,
    Params(Two { left, right }): Params<Two>,
) -> Result<Response, Problem> {
    let models = app.scope(caller.workspace).models();
    let (left, right) = (models.outline(left).await?, models.outline(right).await?);
    let registry = app.settings(caller.workspace).await?;
    let tags = format!("{} {}", left.etag(), right.etag());
    let settings = serde_json::to_string(&registry)?;
    let made = Made { question: "models-compared", data: "", model: &tags, parts: &[&settings] };
    kept::answer(&app, caller.workspace, made, HeaderMap::new(), || async {
        // From the artefacts, in the order of their channels.
        let left = answers(&app, caller.workspace, &left).await?;
        let right = answers(&app, caller.workspace, &right).await?;
        let mut compared = compare(&left, &right, &registry);
        compared.sentence = sentence_case(&compared.sentence);
        Ok(compared)
    })
    .await
}

/// Deletes a model that nothing was planned with.
#[utoipa::path(delete, path = "/api/models/{id}", tag = "models", params(("id" = uuid::Uuid, Path)),
    security(("session" = ["analyst"]), ("token" = ["analyst"])),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 412, body = Problem)))]
async fn remove(
    State(app): State<Shared>,
    caller: Caller<Analyst>,
    Ident(id): Ident<Model>,
    version: IfMatch,
) -> Result<StatusCode, Problem> {
    let models = app.scope(caller.workspace).models();
    let stored = models.outline(id).await?;
    version.check(&stored)?;
    if matches!(stored.body.state, ModelState::Queued | ModelState::Fitting) {
        let title = "the model is being learnt";
        return Err(Problem::conflict("model.busy", title, "cancel its job first"));
    }
    // The schema would take its plans along.
    let one = Page { after: None, limit: Some(1) };
    if !app.scope(caller.workspace).scenarios().of_model(id, one).await?.rows.is_empty() {
        let title = "plans were made with this model";
        return Err(Problem::conflict("model.planned-with", title, "delete those plans first"));
    }
    models.delete(id, stored.version).await?;
    if let Some(folder) = &stored.body.artefact_key {
        work::forget(&app, caller.workspace, folder).await?;
    }
    app.tell(caller.workspace, "models", "deleted", json!({ "id": id })).await;
    Ok(StatusCode::NO_CONTENT)
}
