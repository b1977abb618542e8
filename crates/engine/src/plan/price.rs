//! What a given plan brings.

use outlay_planner::plan::Plan;
use outlay_planner::problem::{Budget, Problem};
use serde::{Deserialize, Serialize};

use super::{OwnPlan, Planned, Planner, Written};
use crate::error::EngineError;
use crate::learn::Fit;
use crate::progress::{Progress, Stage};
use crate::run::Run;

/// How a plan is priced. Every key may be left out.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PriceRequest {
    /// How far the plan goes: `13w`, `3m`, `90d`, or a number of periods. As far as the earlier
    /// plan where it is one, and a quarter otherwise.
    pub horizon: Option<Written>,
    /// Margin per unit of outcome, for profit.
    pub margin: Option<f64>,
}

/// How a channel's part of a plan changed from one fit to another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Changed {
    /// The channel.
    pub channel: String,
    /// Expected outcome under the earlier fit.
    pub before: f64,
    /// Expected outcome now.
    pub after: f64,
}

/// Prices a plan of the user's own, or an earlier one under a new fit.
///
/// # Errors
/// [`super::AskError`] when the plan cannot be read, makes no sense for this fit, or spends
/// nothing.
pub fn price(
    fit: &Fit,
    own: &OwnPlan,
    request: &PriceRequest,
    run: Run<'_>,
) -> Result<Planned, EngineError> {
    run.on_threads(|| {
        let earlier = own.earlier.as_ref();
        let known = earlier.map(|p| Written::Number(p.question.periods.len() as f64));
        let horizon = request.horizon.as_ref().or(known.as_ref());
        let planner = Planner::new(fit, horizon, None, run.registry)?;
        // Where the data has gone on since, the plan's periods are taken in their order.
        let periods = earlier.map_or(&planner.periods, |e| &e.question.periods);
        let cells = own.cells(&planner, periods, run.registry)?;
        let total: f64 = cells.iter().sum();
        if total <= 0.0 {
            return Err(own.empty().into());
        }
        run.tell(&Progress::Stage { stage: Stage::Pricing });
        let mut problem = Problem::of_budget(Budget { least: total, most: Some(total) });
        problem.margin = request.margin;
        let plan = planner.account(&problem, None, &cells, None);
        Ok(Planned::given(&planner, plan, cells))
    })
}

/// How the price of one plan changed, channel by channel.
pub fn changes(now: &Plan, then: &Plan) -> Vec<Changed> {
    let before = |name: &str| {
        let found = then.channels.iter().find(|c| c.name == name);
        found.map_or(0.0, |c| c.expected.mean)
    };
    let channels = now.channels.iter();
    channels
        .map(|c| Changed {
            channel: c.name.clone(),
            before: before(&c.name),
            after: c.expected.mean,
        })
        .collect()
}
