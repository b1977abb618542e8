//! How far a step is, in a form that a terminal's bars, a job's row in a table and a live page
//! all draw from.

mod tally;

use std::sync::Mutex;
use std::time::Duration;

use outlay_inference::{Observer, Phase, Progress as Word};
use serde::{Deserialize, Serialize};

use crate::run::Run;

pub(crate) use tally::Plan;
use tally::Tally;

/// How far a step is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "doing", rename_all = "kebab-case")]
pub enum Progress {
    /// A part of the step begins.
    Stage {
        /// Which.
        stage: Stage,
    },
    /// Chains are running.
    Sampling(Sampling),
    /// The ridge's search is running.
    Evaluating {
        /// Models tried.
        done: usize,
        /// Models to be tried.
        total: usize,
    },
    /// A plan is being searched.
    Searching(Searching),
    /// What decides a plan is being studied.
    Studying {
        /// Searches done.
        done: usize,
        /// Searches to be done.
        total: usize,
    },
}

/// A part of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// The posterior is being found.
    Fitting,
    /// The model is tried on periods it has not seen.
    Backtesting,
    /// Draws are turned into answers.
    Summarising,
    /// A plan is being searched.
    Planning,
    /// A plan is being priced.
    Pricing,
    /// Files are being written.
    Writing,
}

/// Chains at work, structure after structure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sampling {
    /// Which of several structures is being sampled; absent where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub structure: Option<Structure>,
    /// Warm-up as long as any chain is in it.
    pub phase: Phase,
    /// The chains that have spoken in this structure.
    pub chains: Vec<ChainState>,
    /// Draws of all chains and structures, warm-up included.
    pub done: usize,
    /// Draws of the whole run; grows where chains draw on.
    pub total: usize,
    /// Share of the whole run that is done. It never falls, even where chains draw on or start
    /// again.
    #[serde(default)]
    pub share: f64,
    /// Wall seconds since sampling began.
    pub seconds: f64,
    /// Wall seconds left of the whole run; `null` while too little is done to say.
    pub seconds_left: Option<f64>,
    /// Chain that spoke.
    #[serde(skip)]
    pub spoke: usize,
    /// Whether this is the first word from another structure.
    #[serde(skip)]
    pub begun: bool,
}

/// Which of several structures is being sampled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Structure {
    /// Its number, from 1.
    pub number: usize,
    /// How many there are.
    pub of: usize,
    /// Its name.
    pub name: String,
}

/// One chain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChainState {
    /// Index, from 0.
    pub chain: usize,
    /// Iterations done in its phase.
    pub iteration: usize,
    /// Iterations of its phase.
    pub total: usize,
    /// Divergent iterations in its phase.
    pub divergences: usize,
    /// Step size of its last trajectory.
    pub step_size: f64,
    /// Draws per wall second, over all structures so far.
    pub draws_per_second: f64,
    /// Its phase.
    #[serde(skip, default = "warming")]
    pub phase: Phase,
}

fn warming() -> Phase {
    Phase::WarmUp
}

/// A search for a plan.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Searching {
    /// Boxes of plans looked into.
    pub nodes: usize,
    /// Objective of the best plan so far; `null` before the first.
    pub value: Option<f64>,
    /// No plan has more; `null` before anything is known.
    pub bound: Option<f64>,
    /// Gap between the two as a share of the value; `null` before both are known.
    pub gap: Option<f64>,
}

impl Progress {
    /// Share of the present part that is done, in 0..1; absent where it cannot be known.
    pub fn share(&self) -> Option<f64> {
        let (done, total) = match self {
            Self::Sampling(s) => return Some(s.share),
            Self::Evaluating { done, total } | Self::Studying { done, total } => (*done, *total),
            Self::Stage { .. } | Self::Searching(_) => return None,
        };
        (total > 0).then(|| (done as f64 / total as f64).min(1.0))
    }
}

impl From<&outlay_planner::solve::Progress> for Searching {
    fn from(progress: &outlay_planner::solve::Progress) -> Self {
        let known = |x: f64| x.is_finite().then_some(x);
        let gap = (progress.bound - progress.value) / progress.value.abs();
        Self {
            nodes: progress.nodes,
            value: known(progress.value),
            bound: known(progress.bound),
            gap: known(gap),
        }
    }
}

/// Makes [`Sampling`] of what chains say.
pub(crate) struct Chains<'a> {
    run: Run<'a>,
    began: Duration,
    state: Mutex<State>,
}

struct State {
    tally: Tally,
    first_draw: Option<Duration>,
}

impl<'a> Chains<'a> {
    /// Watches a run that begins now.
    pub(crate) fn new(run: Run<'a>, plan: Plan) -> Self {
        let state = State { tally: Tally::new(plan), first_draw: None };
        Self { run, began: run.clock.wall(), state: Mutex::new(state) }
    }

    /// Wall time from the caller's beginning to the first draw of any chain.
    pub(crate) fn first_draw(&self) -> Duration {
        self.state.lock().ok().and_then(|s| s.first_draw).unwrap_or_default()
    }
}

impl Observer for Chains<'_> {
    fn progress(&self, word: &Word) {
        let Ok(mut state) = self.state.lock() else { return };
        let now = self.run.clock.wall();
        state.first_draw.get_or_insert(now);
        let begun = state.tally.note(word);
        let seconds = now.saturating_sub(self.began).as_secs_f64();
        let sampling = state.tally.sampling(seconds, word.chain, begun);
        self.run.tell(&Progress::Sampling(sampling));
    }
}
