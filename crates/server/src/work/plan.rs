//! Jobs that search a plan.

use outlay_core::registry::{Registry, SETTINGS};
use outlay_engine::plan::{self as planning, Planned, Question};
use outlay_jobs::{Handled, JobContext, JobError};
use outlay_store::{Id, ObjectKey, Scenario, ScenarioState, Stored, WorkspaceId};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use tokio::runtime::Handle;

use super::fit::{Ending, ending};
use super::study::{self, Wish};
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
    let (settings, wish) = (settings(&registry), Wish::of(app, context.job()));
    runtime.block_on(context.complete_with(json!({ "plan": plan }), move |t| {
        let (result, allocations) = (result.clone(), allocations.clone());
        let (settings, wish) = (settings.clone(), wish.clone());
        Box::pin(async move {
            let scenarios = t.workspace(workspace).scenarios();
            let mut row = scenarios.get(plan).await?;
            row.body.state = ScenarioState::Ready;
            row.body.result = Some(result);
            if let Some(request) = row.body.request.as_object_mut() {
                request.insert(SETTINGS_KEPT.to_owned(), settings);
            }
            row.body.error = None;
            scenarios.update(row, now).await?;
            t.workspace(workspace).mart().put_allocations(plan, &allocations, now).await?;
            study::queue(t.workspace(workspace), plan, wish, now).await?;
            let what = json!({ "id": plan });
            t.workspace(workspace).events().publish("plans", "ready", what, now).await?;
            Ok(())
        })
    }))
}

/// Where a plan's request keeps the settings that it was made with.
pub(super) const SETTINGS_KEPT: &str = "settings";

/// The settings that a plan is made with, for its row: what is set over the defaults, and decides
/// answers.
pub(super) fn settings(registry: &Registry) -> Json {
    let decides = |key: &str| SETTINGS.iter().any(|known| known.key == key && known.is_live());
    let kept = registry.overrides().filter(|(key, _)| decides(key));
    kept.map(|(key, value)| (key.to_owned(), Json::from(value))).collect()
}

/// The settings that a plan was made with, where its row has them. What is no longer allowed counts
/// for nothing.
pub(super) fn settings_of(stored: &Stored<Scenario>) -> Option<Registry> {
    let kept = stored.body.request.get(SETTINGS_KEPT)?.as_object()?;
    let mut registry = Registry::default();
    for (key, value) in kept {
        let Some(value) = value.as_f64() else { continue };
        match registry.clone().and(key, value) {
            Ok(changed) => registry = changed,
            Err(error) => tracing::warn!(%error, "a setting of a plan is left out"),
        }
    }
    Some(registry)
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

#[cfg(test)]
mod tests {
    use outlay_core::registry::keys;
    use outlay_store::Model;

    use super::*;

    #[test]
    fn a_plan_keeps_the_settings_that_decide_it() {
        let set = [("plan.study_draws", 200.0), ("server.fits_kept", 7.0)];
        let set = set.map(|(key, value)| (key.to_owned(), value));
        let kept = settings(&Registry::with(set).unwrap());
        assert_eq!(kept, json!({ "plan.study_draws": 200.0 }));
        let now = chrono::Utc::now();
        let plan = |request| Stored {
            id: Id::new(now),
            version: 1,
            created_at: now,
            updated_at: now,
            body: Scenario {
                name: "Next".to_owned(),
                model_id: Id::<Model>::new(now),
                request,
                result: None,
                state: ScenarioState::Ready,
                error: None,
            },
        };
        let of = |request| settings_of(&plan(request));
        let kept = of(json!({ "settings": { "plan.study_draws": 200.0, "plan.gone": 1.0 } }));
        let kept = kept.unwrap();
        assert_eq!(kept.get(&keys::PLAN_STUDY_DRAWS), 200.0);
        assert_eq!(kept.overrides().count(), 1);
        // None set is another thing than none kept.
        assert_eq!(of(json!({ "settings": {} })), Some(Registry::default()));
        assert_eq!(of(json!({})), None);
    }
}
