//! The second opinion: a Robyn-style ridge.

use outlay_core::{Panel, holidays};
use outlay_mmm::ridge::{self, RidgeProgress, RidgeSettings};
use outlay_mmm::spec::Spec;
use outlay_mmm::summary::Timing;
use outlay_report::ReportOptions;

use super::{FitRequest, Found, LearnError, Learnt};
use crate::check::Checked;
use crate::error::EngineError;
use crate::progress::{Progress, Stage};
use crate::run::{Run, VERSION};

/// Searches and summarises.
pub(super) fn learn(
    data: &Checked,
    spec: &Spec,
    request: &FitRequest,
    run: Run<'_>,
) -> Result<Learnt, EngineError> {
    let settings = RidgeSettings {
        iterations: request.iterations,
        trials: request.trials,
        holidays: holidays_of(&data.panel, spec)?,
        ..RidgeSettings::default()
    };
    run.tell(&Progress::Stage { stage: Stage::Fitting });
    let watch = |p: RidgeProgress| {
        run.tell(&Progress::Evaluating { done: p.done, total: p.total });
    };
    let (wall, cpu) = (run.clock.wall(), run.clock.cpu());
    let fit = ridge::fit(&data.panel, &settings, request.seed, &watch, run.cancel)
        .map_err(LearnError::Ridge)?;
    let mut summary = fit.summary(&data.panel, &data.source, run.registry);
    summary.version = VERSION.to_owned();
    summary.timing = Timing {
        wall_seconds: run.clock.wall().saturating_sub(wall).as_secs_f64(),
        cpu_seconds: run.clock.cpu().saturating_sub(cpu).as_secs_f64(),
        first_draw_seconds: 0.0,
        gradient_evaluations: 0,
        total_seconds: run.clock.wall().as_secs_f64(),
    };
    let text =
        toml::to_string(&settings).map_err(|e| EngineError::artefact("ridge.settings", e))?;
    Ok(Learnt {
        summary,
        spec: text,
        mapping: data.mapping.clone(),
        found: Found::Ridge(Box::new(fit)),
        page: ReportOptions::of(run.registry),
    })
}

/// Holidays of the specification's countries, as the ridge's pre-step wants them.
fn holidays_of(panel: &Panel, spec: &Spec) -> Result<Vec<ridge::Holiday>, EngineError> {
    let calendar = &panel.calendar;
    let (Some(first), Some(last)) = (calendar.starts().first(), calendar.starts().last()) else {
        return Ok(Vec::new());
    };
    let end = calendar.granularity().advance(*last, 1).unwrap_or(*last);
    let mut all = Vec::new();
    for country in &spec.baseline.holidays.countries {
        let days = holidays::in_range(country, *first, end).map_err(LearnError::Holidays)?;
        for day in days {
            match all.iter_mut().find(|h: &&mut ridge::Holiday| h.name == day.name) {
                Some(known) => known.dates.push(day.date),
                None => {
                    let name = day.name.to_owned();
                    all.push(ridge::Holiday { name, dates: vec![day.date] });
                }
            }
        }
    }
    Ok(all)
}
