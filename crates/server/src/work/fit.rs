//! Jobs that learn a model.

use outlay_engine::EngineError;
use outlay_engine::check::Checked;
use outlay_engine::folder::Draft;
use outlay_engine::learn::{FIT, FitRequest, Learnt, learn};
use outlay_jobs::{Handled, JobContext, JobError};
use outlay_store::{Dataset, Id, Model, ModelState, StoredPanel};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use tokio::runtime::Handle;

use super::{artefacts, mart, step};
use crate::app::App;
use crate::problem::Problem;
use crate::routes::datasets;

/// What the job is told.
#[derive(Deserialize)]
struct Told {
    model: Id<Model>,
    dataset: Id<Dataset>,
    request: FitRequest,
}

/// What is stored of a fit.
pub(super) struct Kept {
    pub(super) folder: String,
    pub(super) summary: Json,
    /// The curves, for the flat table.
    pub(super) answers: outlay_mmm::summary::Summary,
}

/// Learns a model; its row says how it ended, whatever happens.
pub(super) fn run(app: &App, context: &JobContext) -> Handled {
    let told: Told = serde_json::from_value(context.payload().clone()).map_err(JobError::fatal)?;
    let runtime = Handle::current();
    let outcome = work(app, context, &told, &runtime);
    if let Err(error) = &outcome {
        runtime.block_on(close(app, context, told.model, error));
    }
    outcome
}

fn work(app: &App, context: &JobContext, told: &Told, runtime: &Handle) -> Handled {
    let workspace = context.lease().workspace_id;
    let (registry, panel, data) =
        runtime.block_on(prepare(app, context, told)).map_err(step::refused)?;
    let learnt =
        step::run(context, &registry, (0.0, 1.0), |run| learn(&data, &told.request, None, run));
    let learnt = learnt.map_err(step::failed)?;
    context.check()?;
    let name = format!("model-{}-{}", told.model, context.lease().fence);
    let kept = runtime.block_on(keep(app, context, &learnt, name)).map_err(step::refused)?;
    let (model, now) = (told.model, context.clock().now());
    let result = json!({ "model": model });
    let curves = mart::curves(model, &kept.answers);
    runtime.block_on(context.complete_with(result, move |t| {
        let curves = curves.clone();
        let (folder, summary) = (kept.folder.clone(), kept.summary.clone());
        Box::pin(async move {
            let models = t.workspace(workspace).models();
            let mut row = models.get(model).await?;
            row.body.state = ModelState::Ready;
            row.body.panel_id = Some(panel);
            row.body.summary = Some(summary);
            row.body.artefact_key = Some(folder);
            row.body.error = None;
            models.update(row, now).await?;
            t.workspace(workspace).mart().put_curves(model, &curves, now).await?;
            let what = json!({ "id": model });
            t.workspace(workspace).events().publish("models", "ready", what, now).await?;
            Ok(())
        })
    }))
}

type Prepared = (outlay_core::registry::Registry, Id<StoredPanel>, Checked);

async fn prepare(app: &App, context: &JobContext, told: &Told) -> Result<Prepared, Problem> {
    let workspace = context.lease().workspace_id;
    let registry = app.settings(workspace).await?;
    let (panel, data) = datasets::panel(app, workspace, told.dataset).await?;
    let models = app.scope(workspace).models();
    let mut row = models.get(told.model).await?;
    row.body.state = ModelState::Fitting;
    models.update(row, context.clock().now()).await?;
    app.tell(workspace, "models", "fitting", json!({ "id": told.model })).await;
    Ok((registry, panel.id, data))
}

/// Writes a fit's folder among the artefacts. Its name carries the fence: a worker that lost its
/// lease does not write over the next one's.
pub(super) async fn keep(
    app: &App,
    context: &JobContext,
    learnt: &Learnt,
    folder: String,
) -> Result<Kept, Problem> {
    let scratch = tempfile::tempdir_in(&app.scratch)?;
    let place = scratch.path().join("fit");
    let draft = Draft::open(&place, &FIT).map_err(EngineError::from)?;
    learnt.write(&draft)?;
    draft.publish().map_err(EngineError::from)?;
    artefacts::store(&app.objects, context.lease().workspace_id, &folder, &place).await?;
    Ok(Kept {
        folder,
        summary: serde_json::to_value(&learnt.summary)?,
        answers: learnt.summary.clone(),
    })
}

/// Writes into the model's row how its job ended. One that goes back to the queue waits again.
async fn close(app: &App, context: &JobContext, model: Id<Model>, error: &JobError) {
    let workspace = context.lease().workspace_id;
    let now = context.clock().now();
    let state = match ending(app, context, error).await {
        Ending::Lost => return,
        Ending::Again => ModelState::Queued,
        Ending::Cancelled => ModelState::Cancelled,
        Ending::Failed => ModelState::Failed,
    };
    let models = app.scope(workspace).models();
    let written = async {
        let mut row = models.get(model).await?;
        row.body.state = state;
        row.body.error = (state == ModelState::Failed).then(|| error.to_string());
        models.update(row, now).await
    };
    if let Err(error) = written.await {
        tracing::warn!(%error, "the end of a fit was not written");
    }
    app.tell(workspace, "models", state.as_str(), json!({ "id": model })).await;
}

/// How a job that did not succeed goes on.
pub(super) enum Ending {
    /// Another worker has it.
    Lost,
    /// It is tried again.
    Again,
    /// A person stopped it.
    Cancelled,
    /// It is over.
    Failed,
}

pub(super) async fn ending(app: &App, context: &JobContext, error: &JobError) -> Ending {
    let lease = context.lease();
    match error {
        JobError::LeaseLost => Ending::Lost,
        JobError::Cancelled => {
            let job = app.scope(lease.workspace_id).jobs().get(lease.job_id).await;
            match job {
                Ok(job) if job.body.fence != lease.fence => Ending::Lost,
                Ok(job) if job.body.cancel_requested => Ending::Cancelled,
                // The worker shuts down.
                _ => Ending::Again,
            }
        }
        JobError::Retry { .. } => {
            let job = &context.job().body;
            if job.attempts < job.attempts_max { Ending::Again } else { Ending::Failed }
        }
        JobError::Fatal { .. } => Ending::Failed,
    }
}
