//! Jobs that search a plan.

use outlay_engine::plan::{self as planning, Planned, Question};
use outlay_jobs::{Handled, JobContext, JobError};
use outlay_store::{Id, ObjectKey, Scenario, ScenarioState, WorkspaceId};
use serde::Deserialize;
use serde_json::json;
use tokio::runtime::Handle;

use super::fit::{Ending, ending};
use super::{mart, step};
use crate::app::App;
use crate::problem::Problem;
use crate::routes::models;

/// What the job is told.
#[derive(Deserialize)]
struct Told {
    plan: Id<Scenario>,
    question: Question,
}

/// Searches a plan; its row says how it ended, whatever happens.
pub(super) fn run(app: &App, context: &JobContext) -> Handled {
    let told: Told = serde_json::from_value(context.payload().clone()).map_err(JobError::fatal)?;
    let runtime = Handle::current();
    let outcome = work(app, context, &told, &runtime);
    if let Err(error) = &outcome {
        runtime.block_on(close(app, context, told.plan, error));
    }
    outcome
}

fn work(app: &App, context: &JobContext, told: &Told, runtime: &Handle) -> Handled {
    let workspace = context.lease().workspace_id;
    let opened = runtime.block_on(async {
        let registry = app.settings(workspace).await?;
        let scenarios = app.scope(workspace).scenarios();
        let mut row = scenarios.get(told.plan).await?;
        let model = app.scope(workspace).models().get(row.body.model_id).await?;
        row.body.state = ScenarioState::Solving;
        scenarios.update(row, context.clock().now()).await?;
        let fit = models::opened(app, workspace, &model).await?;
        Ok((registry, fit, model.id))
    });
    let (registry, fit, model) = opened.map_err(step::refused)?;
    let planned = step::run(context, &registry, (0.0, 1.0), |run| {
        planning::plan(&fit, &told.question, None, run)
    });
    let planned = planned.map_err(step::failed)?;
    context.check()?;
    runtime.block_on(keep(app, workspace, told.plan, &planned)).map_err(step::refused)?;
    let result = serde_json::to_value(&planned.plan).map_err(JobError::fatal)?;
    let allocations = mart::allocations(model, told.plan, &planned.plan);
    let (plan, now) = (told.plan, context.clock().now());
    runtime.block_on(context.complete_with(json!({ "plan": plan }), move |t| {
        let (result, allocations) = (result.clone(), allocations.clone());
        Box::pin(async move {
            let scenarios = t.workspace(workspace).scenarios();
            let mut row = scenarios.get(plan).await?;
            row.body.state = ScenarioState::Ready;
            row.body.result = Some(result);
            row.body.error = None;
            scenarios.update(row, now).await?;
            t.workspace(workspace).mart().put_allocations(plan, &allocations, now).await?;
            let what = json!({ "id": plan });
            t.workspace(workspace).events().publish("plans", "ready", what, now).await?;
            Ok(())
        })
    }))
}

/// Folder of a plan's documents among the artefacts.
pub(crate) fn folder(plan: Id<Scenario>) -> String {
    format!("plan-{plan}")
}

/// Keeps the documents of a plan. A plan is searched the same way twice, so that writing them
/// again changes nothing.
pub(super) async fn keep(
    app: &App,
    workspace: WorkspaceId,
    plan: Id<Scenario>,
    planned: &Planned,
) -> Result<(), Problem> {
    for (name, bytes) in planned.documents()? {
        let key = ObjectKey::named(workspace, &[&folder(plan), &name])?;
        app.objects.put(&key, bytes.into()).await?;
    }
    Ok(())
}

/// Writes into the plan's row how its job ended.
async fn close(app: &App, context: &JobContext, plan: Id<Scenario>, error: &JobError) {
    let workspace = context.lease().workspace_id;
    let state = match ending(app, context, error).await {
        Ending::Lost => return,
        Ending::Again => ScenarioState::Queued,
        Ending::Cancelled => ScenarioState::Cancelled,
        Ending::Failed => ScenarioState::Failed,
    };
    let scenarios = app.scope(workspace).scenarios();
    let written = async {
        let mut row = scenarios.get(plan).await?;
        row.body.state = state;
        row.body.error = (state == ScenarioState::Failed).then(|| error.to_string());
        scenarios.update(row, context.clock().now()).await
    };
    if let Err(error) = written.await {
        tracing::warn!(%error, "the end of a plan was not written");
    }
    app.tell(workspace, "plans", state.as_str(), json!({ "id": plan })).await;
}
