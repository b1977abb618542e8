//! A job as it is served.

use chrono::{DateTime, Utc};
use outlay_store::{Id, Job, JobState, Stored};
use serde::Serialize;
use serde_json::{Value as Json, json};
use utoipa::ToSchema;
use uuid::Uuid;

/// A piece of work.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct JobView {
    #[schema(value_type = uuid::Uuid)]
    pub(crate) id: Id<Job>,
    /// `fit`, `plan`, `study`, `demo`.
    pub(crate) kind: String,
    pub(crate) state: JobState,
    pub(crate) progress: JobProgress,
    #[schema(required)]
    pub(crate) error: Option<JobFailure>,
    /// What the job makes, or studies.
    #[schema(required)]
    pub(crate) subject: Option<Subject>,
    pub(crate) created_at: DateTime<Utc>,
    #[schema(required)]
    pub(crate) started_at: Option<DateTime<Utc>>,
    #[schema(required)]
    pub(crate) finished_at: Option<DateTime<Utc>>,
}

/// How far a job is.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct JobProgress {
    /// 0 to 1.
    pub(crate) fraction: f64,
    pub(crate) message: String,
    #[schema(required)]
    pub(crate) detail: Option<String>,
    #[schema(required)]
    pub(crate) seconds_left: Option<f64>,
}

/// Why a job did not succeed.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct JobFailure {
    pub(crate) title: String,
    pub(crate) code: String,
    #[schema(required)]
    pub(crate) detail: Option<String>,
    #[schema(required)]
    pub(crate) next: Option<String>,
}

/// What a job makes, or studies.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Subject {
    /// `model` or `plan`.
    pub(crate) kind: String,
    pub(crate) id: Uuid,
}

/// A job as it is served.
pub(crate) fn job(stored: &Stored<Job>) -> JobView {
    let body = &stored.body;
    let detail = body.progress_detail.as_ref();
    let left = detail.and_then(|detail| detail.get("seconds_left")).and_then(Json::as_f64);
    JobView {
        id: stored.id,
        kind: body.kind.clone(),
        state: body.state,
        progress: JobProgress {
            fraction: body.progress,
            message: body.progress_message.clone().unwrap_or_default(),
            detail: None,
            seconds_left: left.filter(|_| !body.state.is_over()),
        },
        error: body.error.as_deref().filter(|_| body.state.is_over()).map(failure),
        subject: subject(stored),
        created_at: stored.created_at,
        started_at: body.started_at,
        finished_at: body.finished_at,
    }
}

fn subject(stored: &Stored<Job>) -> Option<Subject> {
    ["model", "plan"].into_iter().find_map(|kind| {
        let id = stored.body.payload.get(kind)?.as_str()?.parse().ok()?;
        Some(Subject { kind: kind.to_owned(), id })
    })
}

/// A failure as the job's row keeps it: a problem, or a plain sentence.
pub(crate) fn failure(text: &str) -> JobFailure {
    let told = serde_json::from_str::<Json>(text).unwrap_or_else(|_| json!({ "title": text }));
    let word = |name: &str| told.get(name).and_then(Json::as_str).map(str::to_owned);
    JobFailure {
        title: word("title").unwrap_or_else(|| text.to_owned()),
        code: word("code").unwrap_or_else(|| "job.failed".to_owned()),
        detail: word("detail"),
        next: word("next"),
    }
}

/// Training progress of each chain, where the job is sampling.
pub(crate) fn training(stored: &Stored<Job>) -> Vec<Json> {
    let detail = stored.body.progress_detail.as_ref();
    let detail = detail.filter(|detail| detail.get("doing").is_some_and(|d| d == "sampling"));
    let Some(detail) = detail else { return Vec::new() };
    let chains = detail.get("chains").and_then(Json::as_array).into_iter().flatten();
    chains
        .map(|chain| {
            let mut chain = chain.clone();
            if let Some(object) = chain.as_object_mut() {
                object.insert("phase".to_owned(), detail.get("phase").cloned().unwrap_or_default());
            }
            chain
        })
        .collect()
}
