//! A model as it is served.

use chrono::{DateTime, Utc};
use outlay_store::{Id, Job, Model, ModelState, Stored};
use serde::Serialize;
use serde_json::{Value as Json, json};

/// What is written down beside a model when it is asked for: in the lineage, from its job.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    pub(crate) job: Option<Id<Job>>,
    pub(crate) preset: Option<String>,
    pub(crate) method: Option<String>,
}

/// A model in a list.
#[derive(Debug, Serialize)]
pub(crate) struct ModelView {
    id: Id<Model>,
    name: String,
    version: i64,
    /// `queued`, `running`, `ready`, `failed` or `cancelled`.
    state: &'static str,
    dataset: Json,
    preset: String,
    method: String,
    seed: i64,
    published: bool,
    published_at: Option<DateTime<Utc>>,
    health: Json,
    sentence: Json,
    job: Option<Id<Job>>,
    error: Option<super::job::JobFailure>,
    created_at: DateTime<Utc>,
    finished_at: Option<DateTime<Utc>>,
}

/// A model as it is served.
pub(crate) fn model(stored: &Stored<Model>, dataset: &str, asked: Asked) -> ModelView {
    let body = &stored.body;
    let of = |name: &str| {
        body.summary.as_ref().and_then(|summary| summary.get(name)).cloned().unwrap_or_default()
    };
    let health = of("health");
    let word = |name: &str| health.get(name).cloned().unwrap_or_default();
    let over = !matches!(body.state, ModelState::Queued | ModelState::Fitting);
    ModelView {
        id: stored.id,
        name: body.name.clone(),
        version: body.number,
        state: match body.state {
            ModelState::Fitting => "running",
            other => other.as_str(),
        },
        dataset: json!({ "id": body.dataset_id, "name": dataset }),
        preset: asked.preset.unwrap_or_else(|| "outlay".to_owned()),
        method: asked.method.unwrap_or_else(|| "nuts".to_owned()),
        seed: body.seed,
        published: body.published_at.is_some(),
        published_at: body.published_at,
        health: match &health {
            Json::Null => Json::Null,
            _ => json!({ "verdict": word("verdict"), "score": word("score") }),
        },
        sentence: of("sentence"),
        job: asked.job,
        error: body.error.as_deref().map(super::job::failure),
        created_at: stored.created_at,
        finished_at: over.then_some(stored.updated_at),
    }
}
