//! What job workers do: fits, plans, the demo. Each is a step of the engine on a blocking thread,
//! with its progress told and its effects written together with the end of its job.

mod artefacts;
mod demo;
mod fit;
pub(crate) mod fits;
pub(crate) mod mart;
pub(crate) mod plan;
pub(crate) mod question;
mod step;
pub(crate) mod studies;
pub(crate) mod tidy;

use std::sync::Arc;

use outlay_jobs::Handlers;

use crate::app::App;

/// Kind of the jobs that fit a model.
pub(crate) const FIT: &str = "fit";
/// Kind of the jobs that search a plan.
pub(crate) const PLAN: &str = "plan";
/// Kind of the jobs that load the demo.
pub(crate) const DEMO: &str = "demo";

/// The handlers of this process's workers.
pub(crate) fn handlers(app: &Arc<App>) -> Handlers {
    let mut handlers = Handlers::new();
    let shared = Arc::clone(app);
    handlers.add_blocking(FIT, move |context| fit::run(&shared, context));
    let shared = Arc::clone(app);
    handlers.add_blocking(PLAN, move |context| plan::run(&shared, context));
    let shared = Arc::clone(app);
    handlers.add_blocking(DEMO, move |context| demo::run(&shared, context));
    handlers
}

/// Removes a folder of artefacts that nothing refers to any more.
pub(crate) async fn forget(
    app: &App,
    workspace: outlay_store::WorkspaceId,
    folder: &str,
) -> Result<(), crate::problem::Problem> {
    artefacts::remove(&app.objects, workspace, folder).await
}
