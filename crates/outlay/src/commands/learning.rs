//! Sampling under the eyes of a user: progress shown, time taken.

use std::sync::atomic::AtomicBool;
use std::time::Instant;

use cpu_time::ProcessTime;
use outlay_core::Panel;
use outlay_mmm::ensemble::{Ensemble, Search, learn, models};
use outlay_mmm::spec::Spec;
use outlay_mmm::summary::Timing;

use crate::commands::fit::failed;
use crate::context::Context;
use crate::failure::Failure;
use crate::progress::{Plan, ProgressKind, Watch};

/// Fits and weighs all structures of a specification; `started` is when the command began.
pub(crate) fn watched(
    spec: &Spec,
    panel: &Panel,
    search: Search<'_>,
    progress: ProgressKind,
    context: &Context,
    cancel: &AtomicBool,
    started: Instant,
) -> Result<(Ensemble, Timing), Failure> {
    let kind = if context.quiet { ProgressKind::None } else { progress };
    let sampling = &search.settings.sampling;
    let plan = Plan {
        // Not all that are asked for: this KPI may not have some of them. What cannot be fitted at
        // all is said by the fit.
        structures: models(spec, panel)
            .unwrap_or_default()
            .into_iter()
            .map(|(name, _)| name)
            .collect(),
        chains: sampling.chains,
        warmup: sampling.warmup,
        draws: sampling.draws,
    };
    let watch = Watch::new(kind, plan, started);
    let (clock, cpu) = (Instant::now(), ProcessTime::now());
    let ensemble = learn(spec, panel, search, &watch, cancel);
    watch.finish();
    let ensemble = ensemble.map_err(|e| failed(&e))?;
    let timing = Timing {
        wall_seconds: clock.elapsed().as_secs_f64(),
        cpu_seconds: cpu.elapsed().as_secs_f64(),
        first_draw_seconds: watch.first_draw_seconds(),
        gradient_evaluations: ensemble.members.iter().map(|m| m.fitted.gradient_evaluations).sum(),
        total_seconds: started.elapsed().as_secs_f64(),
    };
    Ok((ensemble, timing))
}
