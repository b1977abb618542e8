//! The second opinion: a ridge regression in the manner of Robyn, with a multi-objective search
//! over carry-over, saturation and penalty.
//!
//! Every evaluation adstocks media over the whole history, saturates it over the modelling
//! window, fits a ridge within sign bounds on the training block, and is judged by its error on
//! the validation block (NRMSE), by the distance between shares of effect and of spend
//! (DECOMP.RSSD), and by lift tests where there are some (MAPE.LIFT). The candidates on the best
//! Pareto fronts are clustered, and the most balanced one is chosen.
//!
//! There is no posterior here: intervals are the spread over models that fit about equally well.
//! (Method after Meta's Robyn, restated; scaling of the regression after glmnet.)

pub mod baseline;
pub mod carryover;
pub mod cluster;
mod convergence;
pub mod design;
mod error;
pub mod evaluate;
mod health;
mod model;
pub mod objective;
mod panel;
pub mod pareto;
pub mod response;
pub mod saturation;
mod search;
mod select;
mod settings;
pub mod solver;
mod summarise;

use std::sync::atomic::AtomicBool;

use outlay_core::Panel;
use serde::Serialize;

pub use convergence::{Convergence, convergence};
pub use design::{Design, Space};
pub use error::RidgeError;
pub use model::{CandidateId, RidgeModel};
pub use panel::{bounds, design};
pub use search::RidgeProgress;
pub use select::{Cluster, ClusterSpread};
pub use settings::{
    AdstockFamily, ChannelBoxes, ClusterBy, Component, Holiday, InterceptRule, Interval, LiftScope,
    LiftTest, RidgeSettings, Sign, Solver, Spread, recommended_weekly_theta,
};

/// What a search found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RidgeFit {
    /// Settings in force.
    pub settings: RidgeSettings,
    /// Seed of the search.
    pub seed: u64,
    /// Smallest and largest λ, in glmnet's units.
    pub lambda_range: (f64, f64),
    /// Evaluations done.
    pub evaluations: usize,
    /// Whether the search was stopped early and holds what was found until then.
    pub interrupted: bool,
    /// Has each objective settled? Empty for searches that are too short to tell.
    pub convergence: Vec<Convergence>,
    /// Candidates on the kept Pareto fronts, by front and NRMSE.
    pub models: Vec<RidgeModel>,
    /// Clusters of the candidates.
    pub clusters: Vec<Cluster>,
    /// Index of the chosen model.
    pub chosen: usize,
    /// The regressors.
    #[serde(skip)]
    pub design: Design,
    /// The space that was searched.
    #[serde(skip)]
    pub space: Space,
}

/// Searches for ridge models of `panel`; geos are summed.
///
/// The result is the same for the same panel, settings and seed on any number of threads.
/// `progress` is called about fifty times per trial, from several threads. When `cancel` turns
/// true the search ends and the fit holds what was found until then.
///
/// # Errors
/// [`RidgeError`] for impossible settings, a window that is too short, a search that was
/// cancelled before its first model, or one that found no model with any media effect.
pub fn fit(
    panel: &Panel,
    settings: &RidgeSettings,
    seed: u64,
    progress: &(dyn Fn(RidgeProgress) + Sync),
    cancel: &AtomicBool,
) -> Result<RidgeFit, RidgeError> {
    fit_design(design(panel, settings)?, settings, seed, progress, cancel)
}

/// Like [`fit`] for regressors that are made already.
///
/// # Errors
/// As [`fit`].
pub fn fit_design(
    design: Design,
    settings: &RidgeSettings,
    seed: u64,
    progress: &(dyn Fn(RidgeProgress) + Sync),
    cancel: &AtomicBool,
) -> Result<RidgeFit, RidgeError> {
    settings.validate()?;
    design.validate()?;
    let train_size = settings.validation.then_some(settings.train_size);
    let space = Space::new(&design, settings.lambda, train_size, settings.penalty_factors);
    let traces = search::run(&design, &space, settings, seed, progress, cancel);
    let evaluations: usize = traces.iter().map(|t| t.objectives().len()).sum();
    if evaluations == 0 {
        return Err(RidgeError::Cancelled);
    }
    let selection = select::select(&design, &space, settings, &traces, seed)?;
    let objective = |name: &str, f: fn(&objective::Objectives) -> f64| {
        let series: Vec<Vec<f64>> =
            traces.iter().map(|t| t.objectives().iter().map(f).collect()).collect();
        convergence(name, &series)
    };
    let mut settled =
        vec![objective("nrmse", |o| o.nrmse), objective("decomp_rssd", |o| o.decomp_rssd)];
    if !design.lifts.is_empty() {
        settled.push(objective("mape_lift", |o| o.mape_lift.unwrap_or(f64::INFINITY)));
    }
    Ok(RidgeFit {
        settings: settings.clone(),
        seed,
        lambda_range: design.lambda_range(),
        evaluations,
        interrupted: evaluations < settings.iterations * settings.trials,
        convergence: settled.into_iter().flatten().collect(),
        models: selection.models,
        clusters: selection.clusters,
        chosen: selection.chosen,
        design,
        space,
    })
}

impl RidgeFit {
    /// The chosen model: the one with the smallest error score.
    pub fn chosen(&self) -> &RidgeModel {
        &self.models[self.chosen]
    }

    /// Models on the first Pareto front.
    pub fn pareto_front(&self) -> impl Iterator<Item = &RidgeModel> {
        self.models.iter().filter(|m| m.front == 1)
    }

    /// The models that the reported spread is over: see [`Spread`].
    pub fn spread_models(&self) -> Vec<&RidgeModel> {
        const FEWEST: usize = 5;
        let cluster = self.chosen().cluster;
        let members: Vec<&RidgeModel> =
            self.models.iter().filter(|m| m.cluster == cluster).collect();
        match self.settings.spread {
            Spread::Cluster if members.len() >= FEWEST => members,
            _ => self.models.iter().collect(),
        }
    }
}
