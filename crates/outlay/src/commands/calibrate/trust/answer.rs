//! What any model, any second opinion and any reference must say to be scored.

use outlay_mmm::summary::Estimate;
use outlay_planner::from_fit::Outlook;

/// An answer on one brand.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    /// Return on spend per paid channel, by name.
    pub(super) returns: Vec<(String, Estimate)>,
    /// Mean outcome of all paid channels within the data.
    pub(super) total: f64,
    /// Mean outcome of the next quarter's media per channel, in the order of the panel, at each of
    /// the multiples of the last quarter's media that the planner asks for; `None` where the
    /// answer knows no curves and the plan is to do nothing.
    pub(super) curves: Option<Vec<Vec<f64>>>,
    /// Posterior draws of what spending of the next quarter brings, where the answer has them.
    pub(super) outlook: Option<Box<Outlook>>,
    /// CPU seconds of the answer: model and fit, without reading the file and without scoring.
    pub(super) cpu_seconds: f64,
    /// Divergent draws, where there are any draws.
    pub(super) divergences: Option<usize>,
    /// Pareto k-hat of an approximation.
    pub(super) khat: Option<f64>,
    /// Weight of each structure, where several were weighed against each other.
    pub(super) structures: Vec<(String, f64)>,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Stop {
    /// The user stopped the run.
    Cancelled,
    /// In words, with the cause.
    Failed(String),
}

impl Stop {
    /// An error with its causes.
    pub(super) fn failed(error: &dyn std::error::Error) -> Self {
        let mut message = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            let text = cause.to_string();
            if !message.contains(&text) {
                message = format!("{message}: {text}");
            }
            source = cause.source();
        }
        Self::Failed(message)
    }
}
