//! What if: the front between money, outcome and caution; which input decides.

use outlay_planner::advise::{PlanError, optimise};
use outlay_planner::problem::Wanted;
use outlay_planner::solve::Progress as Step;
use outlay_planner::study::{
    FrontPoint, Sensitivity, budget_front, risk_front, searches, sensitivity as study,
};
use serde::{Deserialize, Serialize};

use super::ask;
use super::planner::watch;
use super::{AskError, Planner, Question, Written};
use crate::error::EngineError;
use crate::learn::Fit;
use crate::progress::{Progress, Stage};
use crate::run::Run;

/// What a front trades.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trade {
    /// Money against outcome.
    #[default]
    Budget,
    /// The expected outcome against the mean of the worst tenth.
    Risk,
}

/// Which front is asked for. Every key may be left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FrontRequest {
    /// The question whose front it is.
    pub question: Question,
    /// What is traded.
    pub trade: Trade,
    /// Smallest budget; `plan.front_low` of what is spent now when absent.
    pub from: Option<Written>,
    /// Largest budget; `plan.front_high` of what is spent now when absent.
    pub to: Option<Written>,
    /// Plans on the front, two or more.
    pub points: usize,
}

impl Default for FrontRequest {
    fn default() -> Self {
        let question = Question::default();
        Self { question, trade: Trade::Budget, from: None, to: None, points: 9 }
    }
}

/// A front.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Front {
    /// What is traded.
    pub trade: Trade,
    /// Channels, in the order of each plan's spend.
    pub channels: Vec<String>,
    /// What outcomes are counted in.
    pub outcome_unit: String,
    /// The plans that no other beats in both respects.
    pub points: Vec<FrontPoint>,
}

/// Which inputs decide a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Studied {
    /// What outcomes are counted in.
    pub outcome_unit: String,
    /// The study.
    #[serde(flatten)]
    pub sensitivity: Sensitivity,
}

fn bound(written: Option<&Written>, otherwise: f64) -> Result<f64, AskError> {
    let Some(text) = written.map(Written::text) else { return Ok(otherwise) };
    ask::amount(&text).filter(|x| *x > 0.0).ok_or(AskError::Budget(text))
}

/// The best plans at many budgets, or between gain and caution.
///
/// # Errors
/// [`AskError`].
pub fn front(fit: &Fit, request: &FrontRequest, run: Run<'_>) -> Result<Front, EngineError> {
    run.on_threads(|| {
        let asked = &request.question;
        let planner = Planner::new(fit, asked.horizon.as_ref(), asked.gap, run.registry)?;
        let points = points(&planner, request, run)?;
        Ok(Front {
            trade: request.trade,
            channels: planner.outlook.response.channels,
            outcome_unit: planner.words.outcome_unit,
            points,
        })
    })
}

fn points(
    planner: &Planner,
    request: &FrontRequest,
    run: Run<'_>,
) -> Result<Vec<FrontPoint>, EngineError> {
    let mut problem = planner.problem(&request.question)?;
    if request.points < 2 {
        return Err(AskError::FewPoints.into());
    }
    let (outlook, settings, words) = (&planner.outlook, &planner.settings, &planner.words);
    let (watch, points) = (watch(run), request.points);
    run.tell(&Progress::Stage { stage: Stage::Planning });
    let found = match request.trade {
        Trade::Budget => {
            let current = planner.current();
            let low = bound(request.from.as_ref(), planner.front.0 * current)?;
            let high = bound(request.to.as_ref(), planner.front.1 * current)?;
            if low >= high {
                return Err(AskError::NoRange.into());
            }
            if request.question.limits.is_none() {
                // A front of budgets needs room in both directions.
                ask::widen(&mut problem, planner, low, high);
            }
            budget_front(outlook, &problem, (low, high), points, settings, words, &watch)
        }
        Trade::Risk => {
            problem.wanted = Wanted::Outcome;
            risk_front(outlook, &problem, points, settings, words, &watch)
        }
    };
    Ok(found.map_err(AskError::Planner)?)
}

/// Which input, if wrong, changes the best plan of a question, and what it is worth to know. It
/// takes many searches, and tells how many are done.
///
/// # Errors
/// [`AskError`]; also where it was cancelled: a part of a study is none.
pub fn sensitivity(fit: &Fit, question: &Question, run: Run<'_>) -> Result<Studied, EngineError> {
    run.on_threads(|| {
        let planner = Planner::new(fit, question.horizon.as_ref(), question.gap, run.registry)?;
        let problem = planner.problem(question)?;
        let (outlook, settings, words) = (&planner.outlook, &planner.settings, &planner.words);
        // The plan itself is searched first.
        let total = 1 + searches(outlook, settings);
        let searched = |done: usize| {
            run.tell(&Progress::Studying { done, total });
            !run.cancelled()
        };
        // Each search is one of many: how far it is by itself would say nothing of the whole.
        let watch = |_: &Step| !run.cancelled();
        let stopped = || AskError::Planner(PlanError::Stopped);
        if !searched(0) {
            return Err(stopped().into());
        }
        let found = optimise(outlook, &problem, settings, words, &watch);
        let found = found.map_err(AskError::Planner)?;
        if found.solution.stopped {
            return Err(stopped().into());
        }
        let more = |done: usize, _: usize| searched(1 + done);
        let sensitivity = study(outlook, &problem, &found, settings, words, &watch, &more)
            .map_err(AskError::Planner)?;
        Ok(Studied { outcome_unit: planner.words.outcome_unit.clone(), sensitivity })
    })
}
