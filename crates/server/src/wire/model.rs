//! A model as it is served.

use chrono::{DateTime, Utc};
use outlay_mmm::summary::{Method, Verdict};
use outlay_store::{Dataset, Id, Job, Model, ModelState, Stored};
use serde::Serialize;
use serde_json::Value as Json;
use utoipa::ToSchema;

use super::job::JobFailure;
use super::{Stage, sentence_case};

/// What is written down beside a model when it is asked for: in the lineage, from its job.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    pub(crate) job: Option<Id<Job>>,
    pub(crate) preset: Option<String>,
    pub(crate) method: Option<String>,
}

/// The data set that a model learnt from.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DatasetOf {
    #[schema(value_type = uuid::Uuid)]
    id: Id<Dataset>,
    name: String,
}

/// Whether a model can be believed, in short.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HealthShort {
    verdict: Verdict,
    /// 0 to 100.
    score: f64,
}

/// A model in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ModelView {
    #[schema(value_type = uuid::Uuid)]
    id: Id<Model>,
    name: String,
    version: i64,
    state: Stage,
    dataset: DatasetOf,
    /// Name of the preset that the specification began with.
    preset: String,
    #[schema(value_type = Method)]
    method: String,
    seed: i64,
    published: bool,
    /// Since when others plan with it.
    #[schema(required)]
    published_at: Option<DateTime<Utc>>,
    /// Whether it can be believed, once it is ready.
    #[schema(required)]
    health: Option<HealthShort>,
    /// The answer in one sentence, once it is ready.
    #[schema(required)]
    sentence: Option<String>,
    /// The job that learns it.
    #[schema(value_type = Option<uuid::Uuid>, required)]
    job: Option<Id<Job>>,
    #[schema(required)]
    error: Option<JobFailure>,
    created_at: DateTime<Utc>,
    #[schema(required)]
    finished_at: Option<DateTime<Utc>>,
}

/// A model as it is served.
pub(crate) fn model(stored: &Stored<Model>, dataset: &str, asked: Asked) -> ModelView {
    let body = &stored.body;
    let of = |path: &str| body.summary.as_ref().and_then(|summary| summary.pointer(path));
    let verdict = of("/health/verdict").and_then(|v| serde_json::from_value(v.clone()).ok());
    let health = verdict.map(|verdict| HealthShort {
        verdict,
        score: of("/health/score").and_then(Json::as_f64).unwrap_or_default(),
    });
    let over = !matches!(body.state, ModelState::Queued | ModelState::Fitting);
    ModelView {
        id: stored.id,
        name: body.name.clone(),
        version: body.number,
        state: match body.state {
            ModelState::Queued => Stage::Queued,
            ModelState::Fitting => Stage::Running,
            ModelState::Ready => Stage::Ready,
            ModelState::Failed => Stage::Failed,
            ModelState::Cancelled => Stage::Cancelled,
        },
        dataset: DatasetOf { id: body.dataset_id, name: dataset.to_owned() },
        preset: asked.preset.unwrap_or_else(|| "outlay".to_owned()),
        method: asked.method.unwrap_or_else(|| "nuts".to_owned()),
        seed: body.seed,
        published: body.published_at.is_some(),
        published_at: body.published_at,
        health,
        sentence: of("/sentence").and_then(Json::as_str).map(sentence_case),
        job: asked.job,
        error: body.error.as_deref().map(super::job::failure),
        created_at: stored.created_at,
        finished_at: over.then_some(stored.updated_at),
    }
}
