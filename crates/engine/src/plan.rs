//! Plan: from a fit to where the next money goes, with its price and its proof; the price of a plan
//! of the user's own; plans side by side; fronts and sensitivity.

mod artefact;
mod ask;
mod compare;
mod error;
mod own;
mod planner;
mod price;
mod studies;

use outlay_connect::Input;

use crate::error::EngineError;
use crate::learn::Fit;
use crate::progress::{Progress, Stage};
use crate::run::Run;

pub use artefact::{PLAN, Planned, read};
pub use ask::{Question, Written, amount, limits, limits_file};
pub use compare::{Compared, Scenario, compare};
pub use error::AskError;
pub use own::OwnPlan;
pub use planner::{Planner, words};
pub use price::{Changed, PriceRequest, changes, price};
pub use studies::{Front, FrontRequest, Studied, Trade, front, sensitivity};

/// The best plan of a question, with its price, its proof and its alternatives. `own` is a plan of
/// the user's own that is set beside it.
///
/// # Errors
/// [`AskError`]: the question makes no sense for this fit, its limits clash, or the search was
/// cancelled before it had a plan. One that was cancelled later gives its best: [`Planned::stopped`].
pub fn plan(
    fit: &Fit,
    question: &Question,
    own: Option<&OwnPlan>,
    run: Run<'_>,
) -> Result<Planned, EngineError> {
    run.on_threads(|| {
        let planner = Planner::new(fit, question.horizon.as_ref(), question.gap, run.registry)?;
        let problem = planner.problem(question)?;
        let cells = |own: &OwnPlan| own.cells(&planner, &planner.periods, run.registry);
        let own = own.map(cells).transpose()?;
        run.tell(&Progress::Stage { stage: Stage::Planning });
        let found = planner.search(&problem, run)?;
        run.tell(&Progress::Stage { stage: Stage::Pricing });
        let plan = planner.account(&problem, Some(&found), &found.cells, own.as_deref());
        Ok(Planned::found(&planner, plan, found))
    })
}

/// The same money as now in the next quarter, within the usual limits: the first plan that a new
/// fit is shown with.
///
/// # Errors
/// As [`plan`].
pub fn usual(fit: &Fit, run: Run<'_>) -> Result<Planned, EngineError> {
    run.on_threads(|| {
        let planner = Planner::new(fit, None, None, run.registry)?;
        let problem = planner.usual_problem();
        run.tell(&Progress::Stage { stage: Stage::Planning });
        let found = planner.search(&problem, run)?;
        let plan = planner.account(&problem, Some(&found), &found.cells, None);
        Ok(Planned::found(&planner, plan, found))
    })
}

/// A plan of the user's own from bytes, as an upload brings it.
///
/// The form is that of [`OwnPlan`].
pub fn own_plan(name: &str, bytes: Vec<u8>) -> OwnPlan {
    OwnPlan::new(Input::memory(name, bytes))
}
