//! A plan as it is served.

use chrono::{DateTime, Utc};
use outlay_engine::plan::{Compared, Scenario as Compare, Studied};
use outlay_planner::plan::Question;
use outlay_planner::study::Sensitivity;
use outlay_store::{Id, Job, Model, Scenario, ScenarioState, Stored};
use serde::Serialize;
use serde_json::Value as Json;
use utoipa::ToSchema;

use super::job::JobFailure;
use super::{Stage, sentence_case};

/// The model that a plan was made with.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ModelOf {
    #[schema(value_type = uuid::Uuid)]
    id: Id<Model>,
    name: String,
    #[schema(required)]
    version: Option<i64>,
}

/// A plan in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlanView {
    #[schema(value_type = uuid::Uuid)]
    id: Id<Scenario>,
    name: String,
    state: Stage,
    model: ModelOf,
    /// The job that searches it.
    #[schema(value_type = Option<uuid::Uuid>, required)]
    job: Option<Id<Job>>,
    /// The job that studies it, the last one; none before the plan is ready.
    #[schema(value_type = Option<uuid::Uuid>, required)]
    study: Option<Id<Job>>,
    /// The plan in one sentence, once it is ready.
    #[schema(required)]
    sentence: Option<String>,
    /// Planned spend, once it is ready.
    #[schema(required)]
    spend: Option<f64>,
    /// ISO code of the spend, where known.
    #[schema(required)]
    currency: Option<String>,
    #[schema(required)]
    error: Option<JobFailure>,
    created_at: DateTime<Utc>,
}

/// A plan in a list; the jobs are the one that searches it and the one that studies it.
pub(crate) fn plan(
    stored: &Stored<Scenario>,
    model: Option<&Stored<Model>>,
    [job, study]: [Option<Id<Job>>; 2],
) -> PlanView {
    let body = &stored.body;
    let of = |path: &str| body.result.as_ref().and_then(|plan| plan.pointer(path));
    let text = |path: &str| of(path).and_then(Json::as_str);
    PlanView {
        id: stored.id,
        name: body.name.clone(),
        state: match body.state {
            ScenarioState::Draft | ScenarioState::Queued => Stage::Queued,
            ScenarioState::Solving => Stage::Running,
            ScenarioState::Ready => Stage::Ready,
            ScenarioState::Failed => Stage::Failed,
            ScenarioState::Cancelled => Stage::Cancelled,
        },
        model: ModelOf {
            id: body.model_id,
            name: model.map(|model| model.body.name.clone()).unwrap_or_default(),
            version: model.map(|model| model.body.number),
        },
        job,
        study,
        sentence: text("/sentence").map(sentence_case),
        spend: of("/totals/planned").and_then(Json::as_f64),
        currency: text("/question/currency").map(str::to_owned),
        error: body.error.as_deref().map(super::job::failure),
        created_at: stored.created_at,
    }
}

/// Which inputs decide a plan.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StudiedView {
    /// What outcomes are counted in.
    outcome_unit: String,
    #[serde(flatten)]
    sensitivity: Sensitivity,
}

/// A study as it is served.
pub(crate) fn studied(studied: Studied) -> StudiedView {
    let Studied { outcome_unit, mut sensitivity } = studied;
    sensitivity.sentence = sentence_case(&sensitivity.sentence);
    StudiedView { outcome_unit, sensitivity }
}

/// Plans side by side.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ComparedView {
    /// In one sentence.
    sentence: String,
    /// What makes them hard to compare, if anything does.
    warnings: Vec<String>,
    /// Channels, in the order of the first plan.
    channels: Vec<String>,
    /// The plans, doing nothing first.
    scenarios: Vec<ScenarioView>,
    /// ISO code of spend, where known.
    #[schema(required)]
    currency: Option<String>,
    outcome_unit: String,
    outcome_is_money: bool,
}

/// One plan of a comparison.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ScenarioView {
    /// The plan's identity; doing nothing has none.
    #[schema(value_type = Option<uuid::Uuid>, required)]
    id: Option<Id<Scenario>>,
    #[serde(flatten)]
    figures: Compare,
}

/// Plans side by side, those of `ids` behind doing nothing.
pub(crate) fn compared(
    compared: Compared,
    ids: &[Id<Scenario>],
    question: &Question,
) -> ComparedView {
    let known = std::iter::once(None).chain(ids.iter().copied().map(Some));
    let rows = compared.scenarios.into_iter().zip(known);
    ComparedView {
        sentence: sentence_case(&compared.sentence),
        warnings: compared.warnings,
        channels: compared.channels,
        scenarios: rows.map(|(figures, id)| ScenarioView { id, figures }).collect(),
        currency: question.currency.clone(),
        outcome_unit: question.outcome_unit.clone(),
        outcome_is_money: question.outcome_is_money,
    }
}
