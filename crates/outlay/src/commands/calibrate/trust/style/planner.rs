//! Plans of the planner, from posterior draws.

use std::sync::atomic::{AtomicBool, Ordering};

use outlay_core::registry::Registry;
use outlay_planner::advise::{PlanError, Settings, Words, optimise};
use outlay_planner::from_fit::Outlook;
use outlay_planner::problem::{Amount, Budget, ChannelLimits, Problem, Wanted};
use outlay_world::plan::{LEAST, MOST};

use super::super::answer::Stop;

/// Boxes that the planner looks into here: enough to find the plan, too few for every proof.
const NODES: usize = 10;

/// A plan of the planner.
pub(super) struct Found {
    /// Spend per channel, by name, as a multiple of the last quarter's.
    pub(super) multiples: Vec<(String, f64)>,
    /// The certificate's gap.
    pub(super) gap: Option<f64>,
}

/// The plan for what is wanted, at the same total.
pub(super) fn plan(outlook: &Outlook, wanted: Wanted, cancel: &AtomicBool) -> Result<Found, Stop> {
    let response = &outlook.response;
    let size = response.geos.len() * response.horizon;
    let spent = |cells: &[f64]| -> Vec<f64> {
        cells.chunks_exact(size).map(|own| own.iter().sum()).collect()
    };
    let current = spent(&outlook.reference);
    let total: f64 = current.iter().sum();
    let names = || response.channels.iter().cloned();
    if total <= 0.0 {
        return Ok(Found { multiples: names().map(|name| (name, 1.0)).collect(), gap: None });
    }
    let times = |of_current| Some(Amount::OfCurrent { of_current });
    let every = ChannelLimits { min: times(LEAST), max: times(MOST), ..ChannelLimits::default() };
    let budget = Budget { least: total, most: Some(total) };
    let problem = Problem { wanted, every, ..Problem::of_budget(budget) };
    let mut settings = Settings::of(&Registry::default());
    settings.effort.nodes = NODES;
    let goes_on = |_: &_| !cancel.load(Ordering::Relaxed);
    let found = match optimise(outlook, &problem, &settings, &words(), &goes_on) {
        Err(PlanError::Stopped) => return Err(Stop::Cancelled),
        Ok(found) if found.solution.stopped => return Err(Stop::Cancelled),
        other => other.map_err(|e| Stop::failed(&e))?,
    };
    let planned = spent(&found.cells);
    let multiple = |planned: f64, current: f64| {
        if current > 0.0 { (planned / current).clamp(LEAST, MOST) } else { 1.0 }
    };
    let multiples = planned.iter().zip(&current).map(|(planned, now)| multiple(*planned, *now));
    Ok(Found { multiples: names().zip(multiples).collect(), gap: found.solution.gap })
}

/// Words for an error that nobody should ever see.
fn words() -> Words {
    Words {
        currency: String::new(),
        code: None,
        outcome_unit: String::new(),
        outcome_is_money: true,
        period: String::new(),
        number: |x| format!("{x}"),
    }
}
