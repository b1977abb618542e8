//! `outlay fit --method ridge`: the second opinion.

use std::sync::atomic::AtomicBool;
use std::time::Instant;

use cpu_time::ProcessTime;
use outlay_core::holidays;
use outlay_core::registry::Registry;
use outlay_mmm::ridge::{self, RidgeError, RidgeSettings};
use outlay_mmm::spec::Spec;
use outlay_mmm::summary::{Summary, Timing};

use super::Args;
use crate::failure::{Exit, Failure};
use crate::fit_dir::Draft;
use crate::input::Input;

/// Searches, writes `ridge.json` (the whole Pareto front) beside the summary.
pub(super) fn run(
    args: &Args,
    input: &Input,
    spec: &Spec,
    registry: &Registry,
    cancel: &AtomicBool,
    draft: &Draft,
    started: Instant,
) -> Result<Summary, Failure> {
    let settings = RidgeSettings {
        iterations: args.iterations,
        trials: args.trials,
        holidays: holidays_of(input, spec)?,
        ..RidgeSettings::default()
    };
    let (clock, cpu) = (Instant::now(), ProcessTime::now());
    let fit = ridge::fit(&input.panel, &settings, args.seed, &|_| {}, cancel);
    let fit = fit.map_err(|e| failed(&e))?;
    let mut summary = fit.summary(&input.panel, &input.source, registry);
    summary.version = env!("CARGO_PKG_VERSION").to_owned();
    summary.timing = Timing {
        wall_seconds: clock.elapsed().as_secs_f64(),
        cpu_seconds: cpu.elapsed().as_secs_f64(),
        first_draw_seconds: 0.0,
        gradient_evaluations: 0,
        total_seconds: started.elapsed().as_secs_f64(),
    };
    let text = toml::to_string(&settings)
        .map_err(|e| Failure::from_error(Exit::Internal, "ridge.settings", &e, ""))?;
    draft.texts(&text, &input.mapping)?;
    draft.document("ridge.json", &fit)?;
    draft.answers(&summary)?;
    Ok(summary)
}

fn failed(error: &RidgeError) -> Failure {
    let exit = match error {
        RidgeError::Cancelled => Exit::Interrupted,
        _ => Exit::Data,
    };
    Failure::from_error(exit, "ridge.refused", error, "`outlay fit --help` lists the settings")
}

/// Holidays of the specification's countries, as the ridge's pre-step wants them.
fn holidays_of(input: &Input, spec: &Spec) -> Result<Vec<ridge::Holiday>, Failure> {
    let calendar = &input.panel.calendar;
    let (Some(first), Some(last)) = (calendar.starts().first(), calendar.starts().last()) else {
        return Ok(Vec::new());
    };
    let end = calendar.granularity().advance(*last, 1).unwrap_or(*last);
    let mut all = Vec::new();
    for country in &spec.baseline.holidays.countries {
        let days = holidays::in_range(country, *first, end).map_err(|e| {
            Failure::from_error(
                Exit::Specification,
                "spec.refused",
                &e,
                "see docs/specification.md",
            )
        })?;
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
