//! What job workers do: fits, plans, studies of plans, the demo. Each is a step of the engine on a blocking thread,
//! with its progress told and its effects written together with the end of its job.

mod artefacts;
mod calm;
mod demo;
mod fit;
pub(crate) mod fits;
pub(crate) mod mart;
pub(crate) mod plan;
pub(crate) mod question;
mod step;
pub(crate) mod study;
pub(crate) mod tidy;

use std::sync::Arc;

use outlay_jobs::{Handled, Handlers, JobContext, JobError};

use crate::app::App;
use crate::traces;

/// Kind of the jobs that fit a model.
pub(crate) const FIT: &str = "fit";
/// Kind of the jobs that search a plan.
pub(crate) const PLAN: &str = "plan";
/// Kind of the jobs that study a plan.
pub(crate) const STUDY: &str = "study";
/// Kind of the jobs that load the demo.
pub(crate) const DEMO: &str = "demo";

/// The handlers of this process's workers.
pub(crate) fn handlers(app: &Arc<App>) -> Handlers {
    let mut handlers = Handlers::new();
    let shared = Arc::clone(app);
    handlers.add_blocking(FIT, move |context| observed(&shared, FIT, context, fit::run));
    let shared = Arc::clone(app);
    handlers.add_blocking(PLAN, move |context| observed(&shared, PLAN, context, plan::run));
    let shared = Arc::clone(app);
    handlers.add_blocking(STUDY, move |context| observed(&shared, STUDY, context, study::run));
    let shared = Arc::clone(app);
    handlers.add_blocking(DEMO, move |context| observed(&shared, DEMO, context, demo::run));
    handlers
}

/// Does a job, measured and within a span of its own.
fn observed(
    app: &App,
    kind: &'static str,
    context: &JobContext,
    work: fn(&App, &JobContext) -> Handled,
) -> Handled {
    let (job, lease) = (context.job(), context.lease());
    let span = tracing::info_span!(
        "job", kind, id = %job.id, workspace = %lease.workspace_id, attempt = job.body.attempts
    );
    traces::resume(&span, job.body.trace_parent.as_deref());
    let _inside = span.enter();
    let attempt = app.metrics.attempt(kind);
    let done = calm::run(&app.registry, || work(app, context));
    let outcome = match &done {
        Ok(_) => "succeeded",
        Err(JobError::Cancelled) => "cancelled",
        Err(JobError::LeaseLost) => "lost",
        Err(JobError::Retry { .. } | JobError::Fatal { .. }) => "failed",
    };
    attempt.ended(outcome);
    tracing::info!(outcome, "a job's attempt has ended");
    done
}

/// Removes a folder of artefacts that nothing refers to any more.
pub(crate) async fn forget(
    app: &App,
    workspace: outlay_store::WorkspaceId,
    folder: &str,
) -> Result<(), crate::problem::Problem> {
    artefacts::remove(&app.objects, workspace, folder).await
}
