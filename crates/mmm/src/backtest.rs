//! How a specification does on periods it has not seen.

use std::sync::atomic::AtomicBool;

use outlay_core::Panel;
use outlay_core::registry::Registry;
use outlay_inference::Silent;
use serde::{Deserialize, Serialize};

use crate::ensemble::{Search, learn};
use crate::fit::{FitError, FitSettings};
use crate::spec::{Holdout, Spec};
use crate::summarise::{Provenance, backtest_error, summarise};
use crate::summary::{Backtest, Method};

/// How a model is tried on periods it has not seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BacktestSettings {
    /// Origins, the last of which leaves exactly the last `horizon` periods.
    pub origins: usize,
    /// Periods forecast from each origin.
    pub horizon: usize,
    /// Fewest periods a fit may be left with.
    pub least: usize,
}

/// Rolling-origin backtest: for each origin every structure is fitted and weighed on what lay
/// before it, and the whole forecasts the next `horizon` periods with the media that ran in them.
/// Origins that leave too little data, or at which a channel had not begun, are left out.
///
/// # Errors
/// [`FitError`] when a fit fails for another reason.
pub fn backtest(
    spec: &Spec,
    panel: &Panel,
    backtest: BacktestSettings,
    settings: &FitSettings,
    registry: &Registry,
    cancel: &AtomicBool,
) -> Result<Option<Backtest>, FitError> {
    let mut summaries = Vec::new();
    for origin in (0..backtest.origins).rev() {
        let end = panel.n_periods().saturating_sub(origin * backtest.horizon);
        if end < backtest.least + backtest.horizon {
            continue;
        }
        let Ok(part) = panel.first(end) else { continue };
        let mut spec = spec.clone();
        spec.holdout = Holdout { last: backtest.horizon, ..Holdout::default() };
        spec.lift_test.clear();
        let search = Search { method: Method::Nuts, settings, approximate_draws: 0 };
        let ensemble = learn(&spec, &part, search, &Silent, cancel)?;
        summaries.push(summarise(&ensemble, registry, &Provenance::default()));
    }
    Ok(backtest_error(&summaries))
}
