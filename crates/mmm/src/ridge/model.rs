//! A fitted candidate and what it says.

use indexmap::IndexMap;
use serde::Serialize;

use super::design::{Design, Role, Space};
use super::evaluate::Evaluator;
use super::objective::{Objectives, Split, r_squared};
use super::response::ChannelResponse;

/// Where a candidate was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct CandidateId {
    /// Trial, from 1.
    pub trial: usize,
    /// Evaluation within the trial, from 1.
    pub iteration: usize,
}

/// A candidate on one of the kept Pareto fronts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RidgeModel {
    /// Where it was found.
    pub id: CandidateId,
    /// Pareto front, from 1.
    pub front: usize,
    /// Index of its cluster.
    pub cluster: usize,
    /// Hyper-parameters by name, natural units; `lambda` is the position in [0, 1].
    pub hyperparameters: IndexMap<String, f64>,
    /// λ in glmnet's units.
    pub lambda: f64,
    /// Intercept, KPI units; 0 when the fit has none.
    pub intercept: f64,
    /// Coefficients by column.
    pub coefficients: IndexMap<String, f64>,
    /// Objectives.
    pub objectives: Objectives,
    /// Blocks that it was trained and judged on.
    pub split: Split,
    /// Explained variance of the training block.
    pub r2_train: Option<f64>,
    /// Explained variance of the whole window.
    pub r2: Option<f64>,
    /// Total contribution by column over the window, KPI units; `intercept` first.
    pub contributions: IndexMap<String, f64>,
    /// Outcome (revenue where known) per unit of spend, paid channels with spend.
    pub roi: IndexMap<String, f64>,
    /// Error score: length of the min-max-normalised objectives among the candidates.
    pub error_score: f64,
}

impl RidgeModel {
    /// Fits `point` again and reads everything off.
    pub(crate) fn read(
        evaluator: &mut Evaluator<'_>,
        design: &Design,
        space: &Space,
        point: &[f64],
        id: CandidateId,
        front: usize,
    ) -> Self {
        let objectives = evaluator.evaluate(point);
        let split = evaluator.split();
        let y = design.target();
        let rows = design.rows();
        let names = || design.columns.iter().map(|c| c.name.clone());
        let intercept = evaluator.intercept();
        let mut contributions = IndexMap::from([("intercept".to_owned(), intercept * rows as f64)]);
        contributions.extend(names().zip(evaluator.contributions().iter().copied()));
        let value = &design.value[design.window.clone()];
        let mut roi = IndexMap::new();
        for (j, column) in design.columns.iter().enumerate() {
            let spend = design.window_spend(j);
            if column.role == Role::Paid && spend > 0.0 {
                let b = evaluator.coefficients()[j];
                let outcome = evaluator.column(j).iter().zip(value).map(|(x, v)| b * x * v);
                roi.insert(column.name.clone(), outcome.sum::<f64>() / spend);
            }
        }
        Self {
            id,
            front,
            cluster: 0,
            hyperparameters: space
                .dimensions()
                .iter()
                .zip(point)
                .map(|(d, v)| (d.name.clone(), *v))
                .collect(),
            lambda: evaluator.lambda_at(point),
            intercept,
            coefficients: names().zip(evaluator.coefficients().iter().copied()).collect(),
            objectives,
            split,
            r2_train: r_squared(&y[..split.train], &evaluator.predicted()[..split.train]),
            r2: r_squared(y, evaluator.predicted()),
            contributions,
            roi,
            error_score: 0.0,
        }
    }

    /// Hyper-parameters in the order of the search space.
    pub fn point(&self) -> Vec<f64> {
        self.hyperparameters.values().copied().collect()
    }

    /// Responses of all media columns, in the order of the design.
    pub fn responses(&self, design: &Design, space: &Space) -> Vec<ChannelResponse> {
        let point = self.point();
        let media = design.media().enumerate();
        media
            .map(|(m, j)| {
                let b = self.coefficients.get_index(j).map_or(0.0, |(_, b)| *b);
                ChannelResponse::new(design, space, &point, m, b)
            })
            .collect()
    }
}
