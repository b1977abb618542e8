//! The job that loads a simulated brand: data set, model, plan, campaigns.

mod campaigns;

use outlay_connect::Input;
use outlay_connect::mapping::FileDialect;
use outlay_core::registry::{Registry, keys};
use outlay_engine::check::{card, check};
use outlay_engine::collect::collect;
use outlay_engine::learn::{FitRequest, learn};
use outlay_engine::plan as planning;
use outlay_jobs::{Handled, JobContext, JobError};
use outlay_store::{Dataset, Id, Model, ModelState, Scenario, ScenarioState, Stored};
use outlay_world::{EXAMPLES, World, WorldSpec};
use serde_json::json;
use tokio::runtime::Handle;

use super::study::{self, Wish};
use super::{fit, mart, plan, step};
use crate::app::App;
use crate::problem::Problem;
use crate::routes::{datasets, models};
use crate::wire::quality::quality;

/// What people call it.
const NAME: &str = "Demo brand";
/// What its money is counted in.
const CURRENCY: &str = "EUR";

/// Simulates the brand, imports its file, fits it and plans its next quarter. Written at the end,
/// in one transaction but for the data set, which is of use alone, and which an attempt that takes
/// over finds by its job.
pub(super) fn run(app: &App, context: &JobContext) -> Handled {
    let workspace = context.lease().workspace_id;
    let runtime = Handle::current();
    let registry = runtime.block_on(app.settings(workspace)).map_err(step::refused)?;
    context.progress(0.01, "simulating a brand");
    let mut import = import(&registry).map_err(step::refused)?;
    import.job = Some(context.lease().clone());
    let checked = import.checked.clone();
    let dataset: Stored<Dataset> =
        runtime.block_on(datasets::store(app, workspace, import)).map_err(step::refused)?;
    let seed = registry.get(&keys::SERVER_DEMO_SEED);
    let request = FitRequest { seed: seed as u64, backtest: Some(0), ..FitRequest::default() };
    let learnt =
        step::run(context, &registry, (0.02, 0.85), |run| learn(&checked, &request, None, run));
    let learnt = learnt.map_err(step::failed)?;
    context.check()?;
    let now = context.clock().now();
    let (model, scenario): (Id<Model>, Id<Scenario>) = (Id::new(now), Id::new(now));
    let name = format!("model-{model}-{}", context.lease().fence);
    let kept = runtime.block_on(fit::keep(app, context, &learnt, name)).map_err(step::refused)?;
    let spec = learnt.spec.clone();
    let Some(opened) = learnt.fit() else {
        return Err(step::refused(Problem::not_found("posterior")));
    };
    let planned = step::run(context, &registry, (0.85, 0.97), |run| planning::usual(&opened, run));
    let planned = planned.map_err(step::failed)?;
    context.check()?;
    runtime.block_on(plan::keep(app, workspace, scenario, &planned)).map_err(step::refused)?;
    let result = serde_json::to_value(&planned.plan).map_err(JobError::fatal)?;
    let job = context.job().id;
    let row = Model {
        name: NAME.to_owned(),
        number: 1,
        dataset_id: dataset.id,
        panel_id: None,
        specification: spec,
        data_fingerprint: dataset.body.fingerprint.clone(),
        seed: request.seed as i64,
        state: ModelState::Ready,
        summary: Some(kept.summary),
        artefact_key: Some(kept.folder),
        error: None,
        published_at: None,
    };
    let curves = mart::curves(model, &kept.answers);
    let allocations = mart::allocations(model, scenario, &planned.plan);
    let currency = CURRENCY.parse().map_err(JobError::fatal)?;
    let told = campaigns::told(&checked.panel, currency);
    let answer = json!({ "dataset": dataset.id, "model": model, "plan": scenario });
    let settings = plan::settings(&registry);
    let asked = json!({ (plan::SETTINGS_KEPT): settings });
    let wish = Wish::of(app, context.job());
    runtime.block_on(context.complete_with(answer, move |t| {
        let (mut row, result, request) = (row.clone(), result.clone(), request.clone());
        let (curves, allocations, told) = (curves.clone(), allocations.clone(), told.clone());
        let (asked, wish) = (asked.clone(), wish.clone());
        Box::pin(async move {
            let scope = t.workspace(workspace);
            row.number = scope.models().next_number(NAME).await?;
            let stored = scope.models().create_as(model, row, now).await?;
            scope.models().publish(model, stored.version, now).await?;
            models::note(scope, job, model, "outlay", request.method, now).await?;
            let body = Scenario {
                name: "The same money, placed better".to_owned(),
                model_id: model,
                request: asked,
                result: Some(result),
                state: ScenarioState::Ready,
                error: None,
            };
            scope.scenarios().create_as(scenario, body, now).await?;
            study::queue(scope, scenario, wish, now).await?;
            scope.mart().put_curves(model, &curves, now).await?;
            scope.mart().put_allocations(scenario, &allocations, now).await?;
            campaigns::write(scope, &told, now).await?;
            for topic in ["datasets", "models", "plans"] {
                scope.events().publish(topic, "ready", json!({ "demo": true }), now).await?;
            }
            Ok(())
        })
    }))
}

/// The brand's file, read as an upload would be.
fn import(registry: &Registry) -> Result<datasets::Import, Problem> {
    let fault = |error: &(dyn std::error::Error + 'static)| Problem::internal(error);
    let spec = WorldSpec::from_toml(EXAMPLES[0].toml).map_err(|e| fault(&e))?;
    let seed = registry.get(&keys::SERVER_DEMO_SEED) as u64;
    let world = World::simulate(&spec, seed).map_err(|e| fault(&e))?;
    let input = Input::memory("a simulated brand.csv", world.to_csv().into_bytes());
    let mut collected = collect(&input, None, &FileDialect::default(), registry)?;
    // The file does not say it, and a person would be asked.
    collected.mapped.mapping.currency = CURRENCY.parse().ok();
    let described = collected.describe(registry);
    Ok(datasets::Import {
        name: NAME.to_owned(),
        upload: None,
        by: None,
        job: None,
        mapping: serde_json::to_value(&collected.mapped.mapping)?,
        quality: serde_json::to_value(quality(&card(&collected, registry), &described, registry))?,
        totals: serde_json::to_value(collected.totals())?,
        checked: check(&collected, registry)?,
    })
}
