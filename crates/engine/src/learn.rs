//! Learn: from data to what each channel brings, with how sure that is; and a fit read back.

mod backtest;
mod curves;
mod error;
mod fit;
mod request;
mod ridge;

use outlay_core::Panel;
use outlay_core::registry::{Registry, keys};
use outlay_inference::WarmStart;
use outlay_mmm::ensemble::{self, Ensemble, Search, models};
use outlay_mmm::fit::{FitSettings, Patience};
use outlay_mmm::ridge::RidgeFit;
use outlay_mmm::spec::Spec;
use outlay_mmm::summarise::{Provenance, summarise};
use outlay_mmm::summary::{Finding, Method, Summary, Timing, Verdict};
use outlay_report::ReportOptions;

use crate::check::Checked;
use crate::error::EngineError;
use crate::progress::{Chains, Plan, Progress, Stage};
use crate::run::{Run, VERSION};

pub use backtest::usual_origins;
pub use curves::{Curve, CurvePoint, CurveRequest, curve};
pub use error::{CurveError, LearnError, ReopenError};
pub use fit::{FIT, Fit, Loaded, SUMMARY, load, reopen};
pub use request::{FitRequest, spec, spec_file};

/// What was learnt.
#[derive(Debug, Clone)]
pub struct Learnt {
    /// The answers.
    pub summary: Summary,
    /// The specification in force, as a file; the settings of a ridge.
    pub spec: String,
    /// The mapping of the data, as a file.
    pub mapping: String,
    /// What the answers rest on.
    pub found: Found,
    /// How its page is written.
    pub page: ReportOptions,
}

/// What answers rest on.
#[derive(Debug, Clone)]
pub enum Found {
    /// Draws of a posterior.
    Posterior(Ensemble),
    /// A ridge with its whole Pareto front.
    Ridge(Box<RidgeFit>),
}

/// Fits a model to data. `warm` shortens the warm-up: the state of an earlier fit of the same
/// model.
///
/// Where it is cancelled after the first draw, what was drawn is summarised and kept:
/// [`Learnt::interrupted`].
///
/// # Errors
/// [`LearnError`]: the specification is refused or does not fit the data, nothing could be drawn,
/// or the work was cancelled before the first draw.
pub fn learn(
    data: &Checked,
    request: &FitRequest,
    warm: Option<WarmStart>,
    run: Run<'_>,
) -> Result<Learnt, EngineError> {
    let spec = request.specification()?;
    run.on_threads(|| {
        if request.method == Method::Ridge {
            return ridge::learn(data, &spec, request, run);
        }
        bayesian(data, spec, request, warm, run)
    })
}

fn bayesian(
    data: &Checked,
    spec: Spec,
    request: &FitRequest,
    warm: Option<WarmStart>,
    run: Run<'_>,
) -> Result<Learnt, EngineError> {
    let text = spec.to_toml().map_err(LearnError::Unwritable)?;
    let (ensemble, timing) = sample(&data.panel, &spec, request, warm, run)?;
    let stopped = ensemble.interrupted();
    if stopped && !run.partial {
        return Err(LearnError::Cancelled.into());
    }
    let backtest =
        if stopped { None } else { backtest::rolling(&data.panel, &spec, request, run)? };
    run.tell(&Progress::Stage { stage: Stage::Summarising });
    let provenance = Provenance {
        spec: Some(spec),
        source: data.source.clone(),
        version: VERSION.to_owned(),
        timing,
        backtest,
    };
    let mut summary = summarise(&ensemble, run.registry, &provenance);
    // Summing up takes its time too.
    summary.timing.total_seconds = run.clock.wall().as_secs_f64();
    Ok(Learnt {
        summary,
        spec: text,
        mapping: data.mapping.clone(),
        found: Found::Posterior(ensemble),
        page: ReportOptions::of(run.registry),
    })
}

/// Finds and weighs the posteriors of all structures.
fn sample(
    panel: &Panel,
    spec: &Spec,
    request: &FitRequest,
    warm: Option<WarmStart>,
    run: Run<'_>,
) -> Result<(Ensemble, Timing), EngineError> {
    // What does not fit together is said before anything is sampled.
    let structures = models(spec, panel).map_err(LearnError::Model)?;
    let plan = Plan {
        structures: structures.into_iter().map(|(name, _)| name).collect(),
        chains: spec.sampling.chains,
        warmup: spec.sampling.warmup,
        draws: spec.sampling.draws,
    };
    let settings = FitSettings { warm, ..settings(spec, request, run) };
    let draws = spec.sampling.chains * spec.sampling.draws;
    let most = run.registry.get(&keys::FIT_APPROXIMATE_DRAWS) as usize;
    let search =
        Search { method: request.method, settings: &settings, approximate_draws: draws.min(most) };
    run.tell(&Progress::Stage { stage: Stage::Fitting });
    let chains = Chains::new(run, plan);
    let (wall, cpu) = (run.clock.wall(), run.clock.cpu());
    let ensemble = ensemble::learn(spec, panel, search, &chains, run.cancel);
    let ensemble = ensemble.map_err(LearnError::from)?;
    let timing = Timing {
        wall_seconds: run.clock.wall().saturating_sub(wall).as_secs_f64(),
        cpu_seconds: run.clock.cpu().saturating_sub(cpu).as_secs_f64(),
        first_draw_seconds: chains.first_draw().as_secs_f64(),
        gradient_evaluations: ensemble.members.iter().map(|m| m.fitted.gradient_evaluations).sum(),
        total_seconds: run.clock.wall().as_secs_f64(),
    };
    Ok((ensemble, timing))
}

fn settings(spec: &Spec, request: &FitRequest, run: Run<'_>) -> FitSettings {
    FitSettings {
        sampling: spec.sampling.clone(),
        seed: request.seed,
        threads: run.threads(),
        warm: None,
        patience: patience(spec, run.registry),
    }
}

/// Chains draw on until the fit may be used by its own verdict. Who asks for fewer draws than a
/// good fit needs wants a glance, and gets it as quickly.
fn patience(spec: &Spec, registry: &Registry) -> Option<Patience> {
    let asked = (spec.sampling.chains * spec.sampling.draws) as f64;
    (asked >= registry.get(&keys::HEALTH_ESS_MIN)).then(|| Patience {
        rhat: registry.get(&keys::HEALTH_RHAT_FAIL),
        ess: registry.get(&keys::HEALTH_ESS_FAIL),
        max_thin: registry.get(&keys::FIT_MAX_THIN) as usize,
    })
}

impl Learnt {
    /// Whether the work was cancelled after the first draw: the answers rest on what was drawn
    /// until then.
    pub fn interrupted(&self) -> bool {
        self.summary.diagnostics.interrupted
    }

    /// The finding that forbids to use the answers, where there is one.
    pub fn unfit(&self) -> Option<&Finding> {
        self.summary.health.findings.iter().find(|f| f.verdict == Verdict::Fail)
    }

    /// The posterior with its summary, for curves and plans; absent for a ridge, which has none.
    pub fn fit(self) -> Option<Fit> {
        match self.found {
            Found::Posterior(ensemble) => Some(Fit { summary: self.summary, ensemble }),
            Found::Ridge(_) => None,
        }
    }
}
