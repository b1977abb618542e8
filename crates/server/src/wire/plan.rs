//! A plan as it is served.

use outlay_store::{Id, Job, Model, Scenario, ScenarioState, Stored};
use serde_json::{Value as Json, json};

/// A plan in a list.
pub(crate) fn plan(
    stored: &Stored<Scenario>,
    model: Option<&Stored<Model>>,
    job: Option<Id<Job>>,
) -> Json {
    let body = &stored.body;
    let result = body.result.as_ref();
    let of = |path: &str| result.and_then(|plan| plan.pointer(path)).cloned().unwrap_or_default();
    json!({
        "id": stored.id,
        "name": body.name,
        "state": match body.state {
            ScenarioState::Draft | ScenarioState::Queued => "queued",
            ScenarioState::Solving => "running",
            other => other.as_str(),
        },
        "model": {
            "id": body.model_id,
            "name": model.map(|model| model.body.name.as_str()).unwrap_or_default(),
            "version": model.map(|model| model.body.number),
        },
        "job": job,
        "sentence": of("/sentence"),
        "spend": of("/totals/planned"),
        "error": body.error.as_deref().map(super::job::failure),
        "created_at": stored.created_at,
    })
}
