//! Plans: searched as jobs, priced, compared, studied.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::atomic::AtomicBool;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use outlay_engine::plan::{PriceRequest, Question, Written, compare, own_plan, price};
use outlay_engine::{Run, Unclocked};
use outlay_planner::plan::Plan;
use outlay_store::{
    Id, Job, JobState, LineageEdge, Model, NewJob, Outline, Scenario, ScenarioState, StoreError,
    Stored, User, WorkspaceId,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::datasets::tagged;
use super::jobs;
use super::models::{opened, ready};
use super::session::named;
use crate::app::{App, Shared};
use crate::auth::{Analyst, Caller, Viewer};
use crate::extract::{Body, Ident, IfMatch, Listed, Paging, Params};
use crate::kept::{self, Made};
use crate::problem::Problem;
use crate::traces;
use crate::wire::plan::{ComparedView, PlanView, StudiedView};
use crate::wire::{self, sentence_case};
use crate::work::question::{QuestionForm, question};
use crate::work::study::{self, Wish};
use crate::work::{self, plan};

/// A question to the planner.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PlanAsk {
    #[schema(value_type = uuid::Uuid)]
    model: Id<Model>,
    #[serde(default)]
    name: Option<String>,
    /// Budget, horizon, objective, limits; the usual ones when left out.
    #[serde(default)]
    #[schema(value_type = Option<QuestionForm>)]
    question: Value,
}

/// What was begun.
#[derive(Serialize, ToSchema)]
struct PlanBegun {
    #[schema(value_type = uuid::Uuid)]
    plan: Id<Scenario>,
    #[schema(value_type = uuid::Uuid)]
    job: Id<Job>,
}

/// The study of a plan: done, under way, or begun.
#[derive(Serialize, ToSchema)]
struct StudyBegun {
    #[schema(value_type = uuid::Uuid)]
    plan: Id<Scenario>,
    #[schema(value_type = uuid::Uuid)]
    job: Id<Job>,
}

/// A plan of one's own.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Own {
    #[schema(value_type = uuid::Uuid)]
    model: Id<Model>,
    /// Periods ahead; a quarter when left out.
    #[serde(default)]
    horizon: Option<usize>,
    /// Money per channel over the horizon.
    rows: Vec<OwnRow>,
}

/// Money of a channel over the horizon.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OwnRow {
    channel: String,
    spend: f64,
}

/// Which plans.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Several {
    /// Their identities, separated by commas.
    ids: String,
}

/// Step of the edge from a plan's job to the plan.
const STEP: &str = "plan";

pub(crate) fn router() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(list, ask))
        .routes(routes!(priced))
        .routes(routes!(compared))
        .routes(routes!(one, remove))
        .routes(routes!(document))
        .routes(routes!(studied, begin_study))
}

/// Searches the best plan, as a job.
#[utoipa::path(post, path = "/api/plans", tag = "plans", request_body = PlanAsk,
    security(("session" = ["analyst"]), ("token" = ["analyst"])),
    responses((status = 202, body = PlanBegun), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn ask(
    State(app): State<Shared>,
    caller: Caller<Analyst>,
    Body(form): Body<PlanAsk>,
) -> Result<(StatusCode, Json<PlanBegun>), Problem> {
    let registry = app.settings(caller.workspace).await?;
    let asked = question(form.question.clone(), &registry)?;
    let model = app.scope(caller.workspace).models().outline(form.model).await?;
    ready(&model)?;
    let name = match form.name {
        Some(name) => named("name", &name)?,
        None => format!("Plan with {} {}", model.body.name, model.body.number),
    };
    let (plan, job) =
        begin(&app, caller.workspace, model.id, name, form.question, asked, caller.user).await?;
    Ok((StatusCode::ACCEPTED, Json(PlanBegun { plan, job })))
}

async fn begin(
    app: &App,
    workspace: WorkspaceId,
    model: Id<Model>,
    name: String,
    written: Value,
    asked: Question,
    by: Id<User>,
) -> Result<(Id<Scenario>, Id<Job>), Problem> {
    let now = app.now();
    let trace = traces::current();
    let made = app.store.transact(move |t| {
        let (name, written, asked) = (name.clone(), written.clone(), asked.clone());
        let trace = trace.clone();
        Box::pin(async move {
            let scope = t.workspace(workspace);
            let scenario = Scenario {
                name,
                model_id: model,
                request: json!({ "asked": written, "question": asked }),
                result: None,
                state: ScenarioState::Queued,
                error: None,
            };
            let scenario = scope.scenarios().create(scenario, now).await?;
            let payload = json!({ "plan": scenario.id, "question": asked });
            let mut job = NewJob::new(work::PLAN, payload);
            job.created_by = Some(by);
            job.attempts_max = 3;
            job.trace_parent = trace;
            let job = scope.jobs().enqueue(job, now).await?.into_job();
            let edge = LineageEdge {
                source_kind: "job".to_owned(),
                source_id: job.id.uuid(),
                target_kind: "plan".to_owned(),
                target_id: scenario.id.uuid(),
                step: STEP.to_owned(),
                detail: json!({ "model": model }),
            };
            scope.lineage().create(edge, now).await?;
            Ok((scenario.id, job.id))
        })
    });
    let (plan, job) = made.await?;
    app.tell(workspace, "plans", "queued", json!({ "id": plan })).await;
    Ok((plan, job))
}

/// Plans as they are served: what stands beside them is asked for once, not for each.
async fn views(
    app: &App,
    workspace: WorkspaceId,
    all: &[&Stored<Scenario>],
) -> Result<Vec<PlanView>, Problem> {
    let scope = app.scope(workspace);
    let ids: Vec<uuid::Uuid> = all.iter().map(|stored| stored.id.uuid()).collect();
    let edges = scope.lineage().to_any(&ids).await?;
    let mut models: BTreeMap<Id<Model>, Option<Outline<Model>>> = BTreeMap::new();
    for stored in all {
        let id = stored.body.model_id;
        if let Entry::Vacant(place) = models.entry(id) {
            place.insert(match scope.models().outline(id).await {
                Ok(model) => Some(model),
                Err(StoreError::NotFound { .. }) => None,
                Err(error) => return Err(error.into()),
            });
        }
    }
    let served = |stored: &&Stored<Scenario>| {
        let made = |edge: &&Stored<LineageEdge>| {
            let edge = &edge.body;
            edge.target_id == stored.id.uuid() && edge.source_kind == "job" && edge.step == STEP
        };
        let job = edges.iter().find(made).map(|edge| Id::from_uuid(edge.body.source_id));
        let study = study::job_of(stored.id, &edges);
        let model = models.get(&stored.body.model_id).and_then(Option::as_deref);
        wire::plan::plan(stored, model, [job, study])
    };
    Ok(all.iter().map(served).collect())
}

/// Plans, newest first.
#[utoipa::path(get, path = "/api/plans", tag = "plans", params(Paging),
    security(("session" = ["viewer"]), ("token" = ["viewer"])),
    responses((status = 200, body = Listed<PlanView>), (status = 422, body = Problem)))]
async fn list(
    State(app): State<Shared>,
    caller: Caller<Viewer>,
    Params(paging): Params<Paging>,
) -> Result<Json<Listed<PlanView>>, Problem> {
    let page = app.scope(caller.workspace).scenarios().outlines(paging.page()?).await?;
    let next = page.next.map(|cursor| cursor.to_string());
    let rows: Vec<&Stored<Scenario>> = page.rows.iter().map(|row| &**row).collect();
    let items = views(&app, caller.workspace, &rows).await?;
    Ok(Json(Listed { items, next }))
}

/// A plan.
#[utoipa::path(get, path = "/api/plans/{id}", tag = "plans", params(("id" = uuid::Uuid, Path)),
    security(("session" = ["viewer"]), ("token" = ["viewer"])),
    responses((status = 200, body = PlanView), (status = 404, body = Problem)))]
async fn one(
    State(app): State<Shared>,
    caller: Caller<Viewer>,
    Ident(id): Ident<Scenario>,
) -> Result<Response, Problem> {
    let stored = app.scope(caller.workspace).scenarios().outline(id).await?;
    let served = views(&app, caller.workspace, &[&stored]).await?.pop();
    let served = served.ok_or_else(|| Problem::not_found("plan"))?;
    Ok((tagged(&stored), Json(served)).into_response())
}

/// The plan that was found, refused where there is none yet.
pub(super) fn found(stored: &Stored<Scenario>) -> Result<&Value, Problem> {
    stored.body.result.as_ref().ok_or_else(|| {
        let title = format!("there is no plan yet: it is {}", stored.body.state);
        Problem::conflict("plan.not-ready", title, "wait for its job, or look why it failed")
    })
}

/// The plan with its price, its proof and its alternatives (`outlay/plan/1`).
#[utoipa::path(get, path = "/api/plans/{id}/document", tag = "plans",
    params(("id" = uuid::Uuid, Path)),
    security(("session" = ["viewer"]), ("token" = ["viewer"])),
    responses((status = 200, body = Plan), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
async fn document(
    State(app): State<Shared>,
    caller: Caller<Viewer>,
    Ident(id): Ident<Scenario>,
) -> Result<Response, Problem> {
    let scenarios = app.scope(caller.workspace).scenarios();
    let outline = scenarios.outline(id).await?;
    let tag = outline.etag();
    let made = Made { question: "plan", data: "", model: &tag, parts: &[] };
    kept::answer(&app, caller.workspace, made, tagged(&outline), || async {
        whole(&scenarios.get(id).await?)
    })
    .await
}

/// The plan as it was made. Read and written again: databases forget the order of keys.
pub(super) fn whole(stored: &Stored<Scenario>) -> Result<Plan, Problem> {
    let mut plan: Plan = serde_json::from_value(found(stored)?.clone())?;
    plan.sentence = sentence_case(&plan.sentence);
    Ok(plan)
}

/// What a plan of one's own brings.
#[utoipa::path(post, path = "/api/plans/price", tag = "plans", request_body = Own,
    security(("session" = ["viewer"]), ("token" = ["viewer"])),
    responses((status = 200, body = Plan), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn priced(
    State(app): State<Shared>,
    caller: Caller<Viewer>,
    Body(form): Body<Own>,
) -> Result<Json<Plan>, Problem> {
    let stored = app.scope(caller.workspace).models().outline(form.model).await?;
    let fit = opened(&app, caller.workspace, &stored).await?;
    let registry = app.settings(caller.workspace).await?;
    let mut table = String::from("channel,spend\n");
    for row in &form.rows {
        table += &format!("\"{}\",{}\n", row.channel.replace('"', "\"\""), row.spend);
    }
    let made = tokio::task::spawn_blocking(move || {
        let own = own_plan("your plan", table.into_bytes());
        let horizon = form.horizon.map(|periods| Written::Number(periods as f64));
        let request = PriceRequest { horizon, margin: None };
        price(&fit, &own, &request, quiet(&registry, &AtomicBool::new(false)))
    });
    let mut plan = made.await??.plan;
    plan.sentence = sentence_case(&plan.sentence);
    Ok(Json(plan))
}

/// A run that nobody watches.
fn quiet<'a>(registry: &'a outlay_core::registry::Registry, cancel: &'a AtomicBool) -> Run<'a> {
    Run { registry, clock: &Unclocked, watch: &|_| (), cancel, partial: false, threads: None }
}

/// Plans side by side, doing nothing first.
#[utoipa::path(get, path = "/api/plans/compare", tag = "plans", params(Several),
    security(("session" = ["viewer"]), ("token" = ["viewer"])),
    responses((status = 200, body = ComparedView), (status = 404, body = Problem),
        (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn compared(
    State(app): State<Shared>,
    caller: Caller<Viewer>,
    Params(several): Params<Several>,
) -> Result<Json<ComparedView>, Problem> {
    let scenarios = app.scope(caller.workspace).scenarios();
    let mut ids: Vec<Id<Scenario>> = Vec::new();
    let mut plans: Vec<(String, Plan)> = Vec::new();
    for text in several.ids.split(',').map(str::trim).filter(|text| !text.is_empty()).take(20) {
        let id = text.parse().map_err(|_| Problem::not_found("plan"))?;
        let stored = scenarios.get(id).await?;
        let plan = whole(&stored)?;
        ids.push(id);
        plans.push((stored.body.name, plan));
    }
    let Some((_, first)) = plans.first() else {
        let title = "no plan is named";
        return Err(Problem::refused("plan.compare", title, "name some in `ids`"));
    };
    let about = first.question.clone();
    Ok(Json(wire::plan::compared(compare(&plans), &ids, &about)))
}

/// Which inputs decide the plan, once its study is made.
#[utoipa::path(get, path = "/api/plans/{id}/sensitivity", tag = "plans",
    params(("id" = uuid::Uuid, Path)),
    security(("session" = ["viewer"]), ("token" = ["viewer"])),
    responses((status = 200, body = StudiedView), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
async fn studied(
    State(app): State<Shared>,
    caller: Caller<Viewer>,
    Ident(id): Ident<Scenario>,
) -> Result<Response, Problem> {
    let stored = app.scope(caller.workspace).scenarios().outline(id).await?;
    found(&stored)?;
    let tag = stored.etag();
    let made = Made { question: "sensitivity", data: "", model: &tag, parts: &[] };
    kept::answer(&app, caller.workspace, made, HeaderMap::new(), || async {
        match study::read(&app, caller.workspace, id).await? {
            Some(made) => Ok(wire::plan::studied(made)),
            None => Err(unstudied(study::last(app.scope(caller.workspace), id).await?.as_ref())),
        }
    })
    .await
}

/// Why a plan's study is not there, and what to do.
fn unstudied(job: Option<&Stored<Job>>) -> Problem {
    let (title, next) = match job.map(|job| job.body.state) {
        Some(state @ (JobState::Queued | JobState::Running)) => {
            (format!("there is no study yet: it is {state}"), "wait for its job")
        }
        Some(JobState::Failed) => (
            "there is no study: its job has failed".to_owned(),
            "look why, then begin it again by POST to this address",
        ),
        Some(JobState::Cancelled) => (
            "there is no study: its job was cancelled".to_owned(),
            "begin it again by POST to this address",
        ),
        // Made, and lost with its file: as if it had never been.
        Some(JobState::Succeeded) | None => {
            ("this plan was not studied".to_owned(), "begin its study by POST to this address")
        }
    };
    let problem = Problem::conflict("plan.study-not-ready", title, next);
    match job {
        Some(job) => problem.because(format!("its job is {}", job.id)),
        None => problem,
    }
}

/// Begins the study of a plan, as a job, unless it is made or under way.
#[utoipa::path(post, path = "/api/plans/{id}/sensitivity", tag = "plans",
    params(("id" = uuid::Uuid, Path)),
    security(("session" = ["analyst"]), ("token" = ["analyst"])),
    responses((status = 200, body = StudyBegun), (status = 202, body = StudyBegun),
        (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn begin_study(
    State(app): State<Shared>,
    caller: Caller<Analyst>,
    Ident(id): Ident<Scenario>,
) -> Result<(StatusCode, Json<StudyBegun>), Problem> {
    let workspace = caller.workspace;
    let stored = app.scope(workspace).scenarios().outline(id).await?;
    found(&stored)?;
    let last = study::last(app.scope(workspace), id).await?;
    if let Some(job) = last
        && study::exists(&app, workspace, id).await?
    {
        return Ok((StatusCode::OK, Json(StudyBegun { plan: id, job: job.id })));
    }
    let now = app.now();
    let wish = Wish::new(&app, Some(caller.user), traces::current());
    let queued = app.store.transact(move |t| {
        let wish = wish.clone();
        Box::pin(async move { study::queue(t.workspace(workspace), id, wish, now).await })
    });
    let job = queued.await?;
    app.tell(workspace, "plans", "study-queued", json!({ "id": id })).await;
    Ok((StatusCode::ACCEPTED, Json(StudyBegun { plan: id, job })))
}

/// Deletes a plan.
#[utoipa::path(delete, path = "/api/plans/{id}", tag = "plans", params(("id" = uuid::Uuid, Path)),
    security(("session" = ["analyst"]), ("token" = ["analyst"])),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 412, body = Problem)))]
async fn remove(
    State(app): State<Shared>,
    caller: Caller<Analyst>,
    Ident(id): Ident<Scenario>,
    version: IfMatch,
) -> Result<StatusCode, Problem> {
    let scenarios = app.scope(caller.workspace).scenarios();
    let stored = scenarios.get(id).await?;
    version.check(&stored)?;
    if matches!(stored.body.state, ScenarioState::Queued | ScenarioState::Solving) {
        let title = "the plan is being searched";
        return Err(Problem::conflict("plan.busy", title, "cancel its job first"));
    }
    let study = study::last(app.scope(caller.workspace), id).await?;
    if let Some(job) = study.filter(|job| !job.body.state.is_over()) {
        // Nobody will read it.
        jobs::stop(&app, caller.workspace, job.id).await?;
    }
    scenarios.delete(id, stored.version).await?;
    work::forget(&app, caller.workspace, &plan::folder(id)).await?;
    app.tell(caller.workspace, "plans", "deleted", json!({ "id": id })).await;
    Ok(StatusCode::NO_CONTENT)
}
