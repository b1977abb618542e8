//! The rolling backtest of a fit: whether one is run unasked, and how.

use outlay_core::registry::{Registry, keys};
use outlay_core::{Granularity, Panel};
use outlay_inference::SampleError;
use outlay_mmm::backtest::{BacktestSettings, backtest};
use outlay_mmm::fit::{FitError, FitSettings};
use outlay_mmm::spec::Spec;
use outlay_mmm::summary::{Backtest, Method};

use super::{FitRequest, LearnError, settings};
use crate::error::EngineError;
use crate::progress::{Progress, Stage};
use crate::run::Run;

/// Origins of the backtest that is run unasked: none for geo panels, which take long, and for too
/// little history.
pub fn usual_origins(
    geos: usize,
    periods: usize,
    granularity: Granularity,
    registry: &Registry,
) -> usize {
    let years = registry.get(&keys::FIT_BACKTEST_YEARS);
    // 104 weeks are two years to everybody, if not to the calendar.
    let long = periods as f64 >= years * granularity.per_year() - 1.0;
    if geos == 1 && long { registry.get(&keys::FIT_BACKTEST_ORIGINS) as usize } else { 0 }
}

/// Runs the backtest, where one is asked for or usual; a cancelled one is left out.
pub(super) fn rolling(
    panel: &Panel,
    spec: &Spec,
    request: &FitRequest,
    run: Run<'_>,
) -> Result<Option<Backtest>, EngineError> {
    let granularity = panel.calendar.granularity();
    let usual = usual_origins(panel.n_geos(), panel.n_periods(), granularity, run.registry);
    let quick = request.method != Method::Nuts;
    let origins = request.backtest.unwrap_or(if quick { 0 } else { usual });
    if origins == 0 {
        return Ok(None);
    }
    run.tell(&Progress::Stage { stage: Stage::Backtesting });
    let draws = run.registry.get(&keys::FIT_BACKTEST_DRAWS) as usize;
    // What is foretold hardly depends on how well every parameter is known: no drawing on.
    let mut settings = FitSettings { patience: None, ..settings(spec, request, run) };
    settings.sampling.warmup = draws;
    settings.sampling.draws = draws;
    let least = run.registry.get(&keys::FIT_BACKTEST_HORIZONS) * request.horizon as f64;
    let plan = BacktestSettings { origins, horizon: request.horizon, least: least.ceil() as usize };
    match backtest(spec, panel, plan, &settings, run.registry, run.cancel) {
        Err(FitError::Sample(SampleError::Cancelled)) => Ok(None),
        other => Ok(other.map_err(LearnError::from)?),
    }
}
