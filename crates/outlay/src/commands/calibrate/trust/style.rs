//! Styles of planning: what the same answer leads to in the hands of different optimisers.
//!
//! Every plan moves money between channels: the total stays, and each channel gets between half
//! and one and a half of what it spent in the last quarter.

mod curves;
mod planner;

use std::sync::atomic::AtomicBool;

use cpu_time::ThreadTime;
use indexmap::IndexMap;
use outlay_mmm::summary::Estimate;
use outlay_planner::from_fit::Outlook;
use outlay_planner::problem::Wanted;
use outlay_world::plan::{LEAST, MOST};
use serde::{Deserialize, Serialize};

use super::answer::{Answer, Stop};
use super::brand::Brand;
use curves::Market;

/// A style of planning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// The planner, for the largest expected outcome.
    Planner,
    /// Half of the way to that plan.
    Half,
    /// The planner, for the largest mean gain in the worst quarter of the draws.
    Cautious,
    /// The same for the worst tenth.
    Strict,
    /// The best sum of separate curves of posterior means: dynamic programming over a grid.
    Separate,
    /// Meridian's: from the least spend on, always the jump on a grid of posterior means that
    /// returns most, until the money is spent.
    Greedy,
    /// PyMC-Marketing's: a local climb on posterior means from equal spend on all channels.
    Climb,
    /// Each channel's spend times its estimated return.
    Returns,
    /// Nothing is changed.
    Nothing,
}

/// A plan of a style, and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Planned {
    /// Multiple of the last quarter's spend per channel.
    pub(super) multipliers: Vec<f64>,
    /// What it truly brings.
    pub(super) outcome: f64,
    /// Share of the money that it takes away from where it was.
    pub(super) moved: f64,
    /// How far the best conceivable plan may be above it by the answer itself, as a share of the
    /// outcome, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) gap: Option<f64>,
    /// CPU seconds of the search; 0 where they are not worth a look.
    pub(super) cpu_seconds: f64,
}

impl Style {
    /// All of them, as they stand in the table.
    pub(super) const ALL: [Self; 9] = [
        Self::Planner,
        Self::Half,
        Self::Cautious,
        Self::Strict,
        Self::Separate,
        Self::Greedy,
        Self::Climb,
        Self::Returns,
        Self::Nothing,
    ];

    /// Its name in files and tables.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Planner => "planner",
            Self::Half => "half",
            Self::Cautious => "cautious",
            Self::Strict => "strict",
            Self::Separate => "separate",
            Self::Greedy => "greedy",
            Self::Climb => "climb",
            Self::Returns => "returns",
            Self::Nothing => "no-change",
        }
    }

    /// What the planner is asked for, where the style is one of its objectives.
    fn wanted(self) -> Option<Wanted> {
        match self {
            Self::Planner => Some(Wanted::Outcome),
            Self::Cautious => Some(Wanted::Cautious { level: 0.25, weight: 0.0 }),
            Self::Strict => Some(Wanted::Cautious { level: 0.1, weight: 0.0 }),
            _ => None,
        }
    }
}

/// The plan of every style that an answer allows, by name.
pub(super) fn plans(
    brand: &Brand,
    answer: &Answer,
    cancel: &AtomicBool,
) -> Result<IndexMap<String, Planned>, Stop> {
    let maker = Maker { brand, spend: brand.ahead.spend() };
    let mut plans = IndexMap::new();
    for style in Style::ALL {
        let planned = match style {
            Style::Nothing => Some(maker.priced(vec![1.0; maker.spend.len()])),
            Style::Half => plans.get(Style::Planner.name()).map(|whole| maker.part(whole, 0.5)),
            _ => match (style.wanted(), &answer.outlook, &answer.curves) {
                (Some(wanted), Some(outlook), _) => Some(maker.searched(outlook, wanted, cancel)?),
                (None, _, Some(curves)) => maker.of_curves(style, curves, &answer.returns),
                _ => None,
            },
        };
        if let Some(planned) = planned {
            plans.insert(style.name().to_owned(), planned);
        }
    }
    Ok(plans)
}

/// Makes plans of one brand.
struct Maker<'a> {
    brand: &'a Brand,
    spend: &'a [f64],
}

impl Maker<'_> {
    fn searched(
        &self,
        outlook: &Outlook,
        wanted: Wanted,
        cancel: &AtomicBool,
    ) -> Result<Planned, Stop> {
        let clock = ThreadTime::now();
        let found = planner::plan(outlook, wanted, cancel)?;
        let cpu_seconds = clock.elapsed().as_secs_f64();
        // A file may have been read with other channels than were meant: those stay as they are.
        let own = |name: &str| found.multiples.iter().find(|(n, _)| n == name).map_or(1.0, |m| m.1);
        let channels = &self.brand.world.panel.channels;
        let multipliers = channels.iter().map(|c| own(&c.name)).collect();
        Ok(Planned { gap: found.gap, cpu_seconds, ..self.priced(multipliers) })
    }

    fn part(&self, whole: &Planned, part: f64) -> Planned {
        self.priced(whole.multipliers.iter().map(|m| 1.0 + part * (m - 1.0)).collect())
    }

    /// Plans of curves and returns; none where the style knows no answer.
    fn of_curves(
        &self,
        style: Style,
        curves: &[Vec<f64>],
        returns: &[(String, Estimate)],
    ) -> Option<Planned> {
        let market = Market { spend: self.spend, curves };
        let plan = match style {
            Style::Separate => market.best(),
            Style::Greedy => market.greedy(),
            Style::Climb => market.climb(),
            Style::Returns => {
                let own = |name: &str| returns.iter().find(|(n, _)| n == name);
                let of = |name: &str| own(name).map_or(0.0, |(_, e)| e.mean);
                let channels = self.brand.world.panel.channels.iter().zip(self.spend);
                market.in_proportion(&channels.map(|(c, s)| of(&c.name) * s).collect::<Vec<_>>())?
            }
            _ => return None,
        };
        let each = plan.iter().zip(self.spend);
        let multiple = |x: f64, s: f64| if s > 0.0 { (x / s).clamp(LEAST, MOST) } else { 1.0 };
        Some(self.priced(each.map(|(x, s)| multiple(*x, *s)).collect()))
    }

    fn priced(&self, multipliers: Vec<f64>) -> Planned {
        let taken = multipliers.iter().zip(self.spend).map(|(m, s)| (1.0 - m).max(0.0) * s);
        let (taken, all) = (taken.sum::<f64>(), self.spend.iter().sum::<f64>());
        Planned {
            outcome: self.brand.ahead.outcome(&multipliers),
            multipliers,
            moved: if all > 0.0 { taken / all } else { 0.0 },
            gap: None,
            cpu_seconds: 0.0,
        }
    }
}
