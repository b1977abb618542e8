//! A fit, opened for planning.

use outlay_core::registry::{Registry, keys};
use outlay_core::{Currency, Granularity};
use outlay_mmm::summary::{Summary, Verdict};
use outlay_planner::advise::{Asked, Found, Settings, Words, account, optimise};
use outlay_planner::from_fit::{Outlook, outlook};
use outlay_planner::plan::{Plan, Source};
use outlay_planner::problem::Problem;
use outlay_planner::solve::Progress as Step;
use outlay_report::format::Locale;

use super::AskError;
use super::ask::{self, Question, Written};
use crate::error::EngineError;
use crate::learn::Fit;
use crate::progress::{Progress, Searching};
use crate::run::{Run, VERSION};

/// A fit, opened for planning the periods ahead.
#[derive(Debug, Clone)]
pub struct Planner {
    /// Response functions and what was spent.
    pub outlook: Outlook,
    /// First days of the periods ahead.
    pub periods: Vec<String>,
    /// How amounts are written.
    pub words: Words,
    /// What the registry says about planning.
    pub settings: Settings,
    /// What plans rest on.
    pub source: Source,
    /// Share of the worst cases that a cautious plan looks at when none is named.
    pub(super) caution: f64,
    /// Smallest and largest budget of a front where none is named, in multiples of what is spent.
    pub(super) front: (f64, f64),
}

impl Planner {
    /// Opens a fit for a horizon (a quarter when absent) and a gap at which the search stops (the
    /// registry's when absent).
    ///
    /// # Errors
    /// [`AskError`] for a horizon or a gap that makes no sense, and a fit without paid channels.
    pub fn new(
        fit: &Fit,
        horizon: Option<&Written>,
        gap: Option<f64>,
        registry: &Registry,
    ) -> Result<Self, EngineError> {
        let model = fit.ensemble.model();
        let calendar = &model.panel.calendar;
        let horizon = horizon.map(Written::text);
        let horizon = ask::horizon(horizon.as_deref(), calendar.granularity(), registry)?;
        let ahead = outlook(&fit.ensemble, horizon);
        let mut settings = Settings::of(registry);
        if let Some(gap) = gap {
            if !(gap > 0.0 && gap < 1.0) {
                return Err(AskError::Gap(gap).into());
            }
            settings.effort.gap = gap;
        }
        let outlook = ahead.map_err(|e| AskError::Planner(e.into()))?;
        Ok(Self {
            periods: ask::periods(calendar, horizon),
            words: words(&fit.summary),
            settings,
            source: source(fit, outlook.response.draws.len()),
            outlook,
            caution: registry.get(&keys::PLAN_CAUTION_SHARE),
            front: (registry.get(&keys::PLAN_FRONT_LOW), registry.get(&keys::PLAN_FRONT_HIGH)),
        })
    }

    /// What is spent now: the last periods repeated.
    pub fn current(&self) -> f64 {
        self.outlook.reference.iter().sum()
    }

    /// The problem of a question.
    ///
    /// # Errors
    /// [`AskError`] for amounts and objectives that are none.
    pub fn problem(&self, question: &Question) -> Result<Problem, EngineError> {
        Ok(ask::problem(question, self)?)
    }

    /// The same money as now within the usual limits.
    pub fn usual_problem(&self) -> Problem {
        ask::usual_problem(self)
    }

    /// Searches the best plan.
    ///
    /// # Errors
    /// [`AskError::Planner`].
    pub fn search(&self, problem: &Problem, run: Run<'_>) -> Result<Found, EngineError> {
        let watch = watch(run);
        let found = optimise(&self.outlook, problem, &self.settings, &self.words, &watch);
        Ok(found.map_err(AskError::Planner)?)
    }

    /// The account of a plan, given as spend per cell.
    pub fn account(
        &self,
        problem: &Problem,
        found: Option<&Found>,
        cells: &[f64],
        own: Option<&[f64]>,
    ) -> Plan {
        let asked = Asked {
            outlook: &self.outlook,
            problem,
            found,
            cells,
            own,
            periods: &self.periods,
            source: self.source.clone(),
            version: VERSION,
        };
        account(&asked, &self.settings, &self.words)
    }
}

/// Tells how a search goes on, and stops it when the caller says so.
pub(super) fn watch(run: Run<'_>) -> impl Fn(&Step) -> bool + Sync + '_ {
    move |step| {
        run.tell(&Progress::Searching(Searching::from(step)));
        !run.cancelled()
    }
}

fn source(fit: &Fit, draws: usize) -> Source {
    let members = fit.ensemble.members.iter();
    Source {
        data: fit.summary.data.fingerprint.clone(),
        preset: fit.ensemble.model().spec.preset.name().to_owned(),
        seed: fit.summary.seed,
        draws,
        structures: members.map(|m| (m.name.clone(), m.weight)).collect(),
        health: match fit.summary.health.verdict {
            Verdict::Ok => "ok",
            Verdict::Review => "review",
            Verdict::Fail => "fail",
        }
        .to_owned(),
    }
}

/// How amounts of a fit are written.
pub fn words(summary: &Summary) -> Words {
    let data = &summary.data;
    let symbol = data.currency.as_deref().and_then(|code| code.parse::<Currency>().ok());
    Words {
        currency: symbol.map(|c| c.symbol().to_owned()).unwrap_or_default(),
        code: symbol.map(|c| c.code().to_owned()),
        outcome_unit: data.outcome_unit.clone(),
        outcome_is_money: data.outcome_is_money,
        period: data.granularity.clone(),
        number: |x| Locale::POINT.compact(x),
    }
}

/// A horizon as examples write it for a fit of such periods.
pub(super) fn example(granularity: Granularity) -> &'static str {
    match granularity {
        Granularity::Day => "90d, 13w or 1q",
        Granularity::Week => "13w, 1q or 1y",
        Granularity::Month => "3m, 1q or 1y",
    }
}
