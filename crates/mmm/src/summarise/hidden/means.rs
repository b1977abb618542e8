//! What the draws of one structure say on average, and how far a changed KPI would move them.

use std::sync::Arc;

use outlay_stats::simd::{axpy, dot};
use rayon::prelude::*;

use crate::density::Draw;
use crate::ensemble::Member;
use crate::explain::Explainer;
use crate::linear::NoiseLaw;
use crate::model::Model;
use crate::model::layout::Slot;
use crate::spec::LikelihoodFamily;

/// Draws of each structure that are averaged.
const DRAWS: usize = 300;

/// Draws whose terms one thread adds up.
const GROUP: usize = 25;

/// Some draws, added up.
struct Group {
    /// Sum of what each channel adds, `[channel][cell]`.
    terms: Vec<Vec<f64>>,
    /// `[channel][draw]`.
    totals: Vec<Vec<f64>>,
    /// `[draw][cell]`.
    media: Vec<Vec<f64>>,
}

impl Group {
    fn of(model: &Arc<Model>, draws: &[&Draw]) -> Self {
        let (units, cells) = (model.units.len(), model.geos() * model.periods());
        let mut explainer = Explainer::new(Arc::clone(model));
        let mut group = Self {
            terms: vec![vec![0.0; cells]; units],
            totals: vec![Vec::with_capacity(draws.len()); units],
            media: vec![vec![0.0; cells]; draws.len()],
        };
        for (draw, together) in draws.iter().zip(&mut group.media) {
            for (m, own) in explainer.terms(draw).iter().enumerate() {
                axpy(1.0, own, &mut group.terms[m]);
                axpy(1.0, own, together);
                group.totals[m].push(own.iter().sum());
            }
        }
        group
    }
}

/// Posterior means of one structure.
pub(super) struct Means {
    /// What each channel adds to the predictor, `[channel][cell]`.
    pub(super) terms: Vec<Vec<f64>>,
    /// Total of each channel, `[channel][draw]`.
    totals: Vec<Vec<f64>>,
    /// What all channels add together, `[draw][cell]`.
    media: Vec<Vec<f64>>,
    /// What sampled columns add.
    pub(super) explicit: Vec<f64>,
    /// Prior standard deviation of each linear column.
    pub(super) sd: Vec<f64>,
    /// Noise.
    pub(super) law: NoiseLaw,
}

impl Means {
    /// Averages a structure's draws, at most [`DRAWS`] of them.
    pub(super) fn of(member: &Member) -> Self {
        let model = &member.fitted.model;
        let step = member.fitted.len().div_ceil(DRAWS).max(1);
        let draws: Vec<&Draw> = member.fitted.draws().step_by(step).collect();
        let count = draws.len().max(1) as f64;
        let mean = |f: &dyn Fn(&Draw) -> f64| draws.iter().map(|d| f(d)).sum::<f64>() / count;
        let slot = |slot: Slot| mean(&|d| slot.value(&d.theta));
        let cells = model.geos() * model.periods();
        // Sums of fixed groups, so that threads decide about nothing.
        let groups: Vec<Group> = draws.par_chunks(GROUP).map(|own| Group::of(model, own)).collect();
        let mut terms = vec![vec![0.0; cells]; model.units.len()];
        for (m, term) in terms.iter_mut().enumerate() {
            groups.iter().for_each(|group| axpy(1.0 / count, &group.terms[m], term));
        }
        let of = |m: usize| groups.iter().flat_map(|g| g.totals[m].iter().copied()).collect();
        let totals = (0..terms.len()).map(of).collect();
        let media = groups.into_iter().flat_map(|g| g.media).collect();
        let mut explicit = vec![0.0; cells];
        for (column, slot) in &model.explicit {
            let scale = |d: &Draw| column.scale.map_or(1.0, |s| s.value(&d.theta));
            let b = mean(&|d| slot.value(&d.theta) * scale(d));
            column.add_to(b, model.periods(), &mut explicit);
        }
        let columns = model.block.design.columns.iter();
        Self {
            terms,
            totals,
            media,
            explicit,
            sd: columns.map(|c| c.sd * c.scale.map_or(1.0, slot)).collect(),
            law: NoiseLaw {
                sigma: sigma(model, &slot),
                rho: slot(model.noise.autocorrelation),
                common: slot(model.noise.common),
                power: model.power,
            },
        }
    }

    /// `Cov(c, s) / E c` of a channel, `along` being `C⁻¹ d̃`.
    pub(super) fn moved(&self, channel: usize, along: &[f64]) -> f64 {
        let totals = &self.totals[channel];
        let n = totals.len().max(1) as f64;
        let scores: Vec<f64> = self.media.iter().map(|media| dot(along, media)).collect();
        let mean = |values: &[f64]| values.iter().sum::<f64>() / n;
        let (total, score) = (mean(totals), mean(&scores));
        let products = totals.iter().zip(&scores).map(|(c, s)| (c - total) * (s - score));
        products.sum::<f64>() / n / total
    }
}

/// One noise scale: over geos the root of the mean square; heavy tails count as normal noise of the
/// same information on the mean, (ν + 1) / ((ν + 3) σ²).
fn sigma(model: &Model, slot: &dyn Fn(Slot) -> f64) -> f64 {
    let noise = &model.noise;
    let squares = noise.sigma.iter().map(|s| slot(*s).powi(2)).sum::<f64>();
    let square = squares / noise.sigma.len().max(1) as f64;
    let tails = match noise.family {
        LikelihoodFamily::StudentT => {
            let df = slot(noise.degrees_of_freedom);
            (df + 3.0) / (df + 1.0)
        }
        LikelihoodFamily::Normal | LikelihoodFamily::LogNormal => 1.0,
    };
    (square * tails).sqrt()
}
