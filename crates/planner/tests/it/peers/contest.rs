//! One problem, two optimisers, one measure: the peer's own response function.

use std::sync::atomic::AtomicBool;

use outlay_core::Panel;
use outlay_inference::Silent;
use outlay_mmm::fit::{FitSettings, Fitted, nuts};
use outlay_mmm::model::Model;
use outlay_mmm::spec::{Preset, Spec};
use outlay_planner::design::Design;
use outlay_planner::objective::Objective;
use outlay_planner::polytope::{Polytope, Row};
use outlay_planner::response::Response;
use outlay_planner::solve::{Effort, Solution, solve};

/// The peer's expected outcome of an allocation (money per channel), written down from the peer's
/// definition in plain loops: no code is shared with the planner.
pub(crate) type Measure = Box<dyn Fn(&[f64]) -> f64 + Sync>;

/// A peer's answer.
#[derive(Debug, Clone)]
pub(crate) struct Theirs {
    /// Where it comes from.
    pub(crate) from: &'static str,
    pub(crate) allocation: Vec<f64>,
}

/// A peer's problem with the peer's answers to it.
pub(crate) struct Contest {
    pub(crate) response: Response,
    pub(crate) design: Design,
    pub(crate) polytope: Polytope,
    /// The allocation that the peer starts from.
    pub(crate) current: Vec<f64>,
    pub(crate) measure: Measure,
    pub(crate) theirs: Vec<Theirs>,
}

/// The planner's answer by the peer's measure.
pub(crate) struct Ours {
    pub(crate) solution: Solution,
    pub(crate) outcome: f64,
    /// No allocation within the limits has more, says the certificate.
    pub(crate) bound: f64,
    /// Share of the outcome by which the plan may fall short of that, says the certificate.
    pub(crate) gap: f64,
}

/// The planner's default effort.
pub(crate) const USUAL: Effort = Effort { gap: 1e-3, nodes: 400, scouts: 128 };
/// Exact for every purpose: what the peers' own tolerances are.
pub(crate) const EXACT: Effort = Effort { gap: 1e-8, nodes: 4000, scouts: 128 };

impl Contest {
    pub(crate) fn solve(&self, effort: Effort) -> Solution {
        let hints = [self.current.clone()];
        let objective = Objective::outcome();
        solve(&self.response, &self.design, &objective, &self.polytope, &hints, effort, &|_| true)
            .unwrap()
    }

    pub(crate) fn ours(&self, effort: Effort) -> Ours {
        let solution = self.solve(effort);
        let outcome = (self.measure)(&solution.x);
        // The planner leaves out what is there without any spend.
        let offset = (self.measure)(&vec![0.0; self.current.len()]);
        let off = (outcome - offset) / solution.value - 1.0;
        assert!(off.abs() < 1e-9, "the planner's outcome is {off:e} off the peer's");
        let (bound, gap) = (solution.bound.unwrap() + offset, solution.gap.unwrap());
        Ours { outcome, bound, gap, solution }
    }
}

/// Bounds per channel and a total that is spent to the last unit.
pub(crate) fn budget(bounds: Vec<(f64, f64)>, total: f64) -> Polytope {
    let (low, high): (Vec<f64>, Vec<f64>) = bounds.into_iter().unzip();
    let terms = (0..low.len()).map(|j| (j, 1.0)).collect();
    let row = Row { name: "budget".to_owned(), rule: 0, terms, least: total, most: total };
    Polytope { low, high, rows: vec![row], switches: Vec::new() }
}

/// Our posterior of the peer's model.
pub(crate) fn fit(panel: &Panel, preset: Preset, chains: usize, draws: usize) -> Fitted {
    let mut spec = Spec::preset(preset);
    spec.sampling.chains = chains;
    spec.sampling.draws = draws;
    let model = Model::new(&spec, panel).unwrap();
    let settings =
        FitSettings { sampling: spec.sampling, seed: 1, threads: 2, warm: None, patience: None };
    nuts(model, &settings, &Silent, &AtomicBool::new(false)).unwrap()
}

/// Numbers of a JSON array.
pub(crate) fn numbers(value: &serde_json::Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}
