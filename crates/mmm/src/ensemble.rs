//! Several structures of one brand, weighed against each other.
//!
//! Nobody knows whether effects add or multiply, or how quickly a baseline moves. Each structure is
//! sampled on its own; weights come from how well it foretells each observation from the others
//! and those before it (stacking of predictive densities, Yao, Vehtari, Simpson and Gelman 2018,
//! with Pareto-smoothed leave-one-out densities). A draw of the ensemble is a draw of one
//! structure: it carries its structure with it, and every answer is computed from such draws.

mod stacking;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use outlay_core::Panel;
use outlay_inference::Observer;
use rayon::prelude::*;

use crate::density::{Draw, Evaluator};
use crate::explain::Explainer;
use crate::fit::{FitError, FitSettings, Fitted, approximate, nuts};
use crate::model::{Model, ModelError};
use crate::spec::Spec;
use crate::summary::Method;

pub use stacking::{Foresight, stack};

/// One structure with its posterior.
#[derive(Debug, Clone)]
pub struct Member {
    /// Name of the structure.
    pub name: String,
    /// Its weight; weights sum to one.
    pub weight: f64,
    /// How well it foretells; absent where there is only one structure.
    pub foresight: Option<Foresight>,
    /// Its posterior.
    pub fitted: Fitted,
}

/// Structures with weights, and the draws that stand for the whole.
#[derive(Debug, Clone)]
pub struct Ensemble {
    /// The structures, in the order of the specification.
    pub members: Vec<Member>,
    /// `(member, draw)` in the order in which answers are computed.
    picks: Vec<(usize, usize)>,
}

impl Ensemble {
    /// One structure alone.
    pub fn single(fitted: Fitted) -> Self {
        let name = fitted.model.spec.preset.name().to_owned();
        Self::new(vec![Member { name, weight: 1.0, foresight: None, fitted }])
    }

    /// Structures with their weights. As many draws stand for the whole as the largest member
    /// has; each member gives its share of them, evenly spaced over its own.
    pub fn new(members: Vec<Member>) -> Self {
        let total = members.iter().map(|m| m.fitted.len()).max().unwrap_or(0);
        let mut picks = Vec::with_capacity(total);
        let mut reached = 0.0;
        for (m, member) in members.iter().enumerate() {
            let from = picks.len();
            reached += member.weight * total as f64;
            // Rounding the running sum keeps the total exact.
            let last = m + 1 == members.len();
            let to = if last { total } else { (reached.round() as usize).clamp(from, total) };
            let (own, count) = (member.fitted.len(), to - from);
            if own > 0 {
                picks.extend((0..count).map(|i| (m, i * own / count)));
            }
        }
        Self { members, picks }
    }

    /// The structure of the largest weight (the first of them).
    pub fn leading(&self) -> &Member {
        let best = (1..self.members.len()).fold(0, |best, m| {
            if self.members[m].weight > self.members[best].weight { m } else { best }
        });
        &self.members[best]
    }

    /// The model of the leading structure: names, panel and units are the same in all of them.
    pub fn model(&self) -> &Arc<Model> {
        &self.leading().fitted.model
    }

    /// Number of draws that stand for the whole.
    pub fn len(&self) -> usize {
        self.picks.len()
    }

    /// Whether there is no draw.
    pub fn is_empty(&self) -> bool {
        self.picks.is_empty()
    }

    /// Whether a member was interrupted.
    pub fn interrupted(&self) -> bool {
        self.members.iter().any(|m| m.fitted.interrupted)
    }

    /// The draws, each with the index of its structure.
    pub fn draws(&self) -> Vec<(usize, &Draw)> {
        let each: Vec<Vec<&Draw>> =
            self.members.iter().map(|m| m.fitted.draws().collect()).collect();
        self.picks.iter().map(|(m, i)| (*m, each[*m][*i])).collect()
    }

    /// Indices of at most `most` draws, evenly spaced.
    pub fn thinned(&self, most: usize) -> Vec<usize> {
        let step = self.len().div_ceil(most.max(1)).max(1);
        (0..self.len()).step_by(step).collect()
    }

    /// `f` of every draw with the explainer of its structure, in the order of the draws.
    pub fn explain<T: Send>(&self, f: impl Fn(&mut Explainer, &Draw) -> T + Sync) -> Vec<T> {
        let all: Vec<usize> = (0..self.len()).collect();
        self.explain_some(&all, f)
    }

    /// `f` of some draws, by index.
    pub fn explain_some<T: Send>(
        &self,
        some: &[usize],
        f: impl Fn(&mut Explainer, &Draw) -> T + Sync,
    ) -> Vec<T> {
        let draws = self.draws();
        let explainers = || -> Vec<Option<Explainer>> { vec![None; self.members.len()] };
        some.par_iter()
            .map_init(explainers, |explainers, i| {
                let (m, draw) = draws[*i];
                let model = &self.members[m].fitted.model;
                f(explainers[m].get_or_insert_with(|| Explainer::new(Arc::clone(model))), draw)
            })
            .collect()
    }
}

/// How a posterior is found.
#[derive(Debug, Clone, Copy)]
pub struct Search<'a> {
    /// NUTS, or an approximation.
    pub method: Method,
    /// Chains, draws, seed, threads.
    pub settings: &'a FitSettings,
    /// Draws of an approximation.
    pub approximate_draws: usize,
}

/// The models of a specification's structures, by name. A structure that this panel cannot have
/// (effects that multiply, where the KPI is zero; heavy tails, where geos share noise) is left out
/// as long as another remains.
///
/// # Errors
/// [`ModelError`] when a structure does not fit the data.
pub fn models(spec: &Spec, panel: &Panel) -> Result<Vec<(String, Model)>, ModelError> {
    let structures = spec.structures()?;
    let several = structures.len() > 1;
    let mut models = Vec::new();
    let mut impossible = None;
    for (name, spec) in structures {
        match Model::new(&spec, panel) {
            // Where none remains, what is wrong with the first says what to change.
            Err(e) if several && e.is_about_the_structure() => {
                impossible.get_or_insert(e);
            }
            other => models.push((name, other?)),
        }
    }
    match impossible {
        Some(error) if models.is_empty() => Err(error),
        _ => Ok(models),
    }
}

/// Fits every structure of a specification and weighs them. `observe` gives the observer of a
/// structure's sampling, by name.
///
/// # Errors
/// [`FitError`] when a structure does not fit the data, or nothing could be drawn.
pub fn learn(
    spec: &Spec,
    panel: &Panel,
    search: Search<'_>,
    observer: &dyn Observer,
    cancel: &AtomicBool,
) -> Result<Ensemble, FitError> {
    let mut fits = Vec::new();
    for (name, model) in models(spec, panel)? {
        let seed = search.settings.seed;
        let fitted = match search.method {
            Method::Nuts => nuts(model, search.settings, observer, cancel)?,
            method => approximate(model, method, search.approximate_draws, seed)?,
        };
        let stopped = fitted.interrupted;
        fits.push((name, fitted));
        if stopped {
            break;
        }
    }
    Ok(weigh(fits))
}

/// Weighs structures by stacking.
fn weigh(fits: Vec<(String, Fitted)>) -> Ensemble {
    if fits.len() < 2 {
        let alone = |(name, fitted)| Member { name, weight: 1.0, foresight: None, fitted };
        return Ensemble::new(fits.into_iter().map(alone).collect());
    }
    let foresights: Vec<Foresight> = fits.iter().map(|(_, fitted)| foresight(fitted)).collect();
    let weights = stack(&foresights);
    let members = fits.into_iter().zip(foresights).zip(weights);
    Ensemble::new(
        members
            .map(|(((name, fitted), foresight), weight)| Member {
                name,
                weight,
                foresight: Some(foresight),
                fitted,
            })
            .collect(),
    )
}

/// Most draws from which predictive densities are computed.
const FORESIGHT_DRAWS: usize = 1000;

fn foresight(fitted: &Fitted) -> Foresight {
    let draws: Vec<&Draw> = fitted.draws().collect();
    let step = draws.len().div_ceil(FORESIGHT_DRAWS).max(1);
    let rows: Vec<Vec<f64>> = draws
        .par_iter()
        .step_by(step)
        .map_init(|| Evaluator::new(Arc::clone(&fitted.model)), |e, draw| e.pointwise(draw))
        .collect();
    Foresight::new(&rows, fitted.model.power)
}
