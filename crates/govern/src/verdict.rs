//! What may be done, and what stood in the way.

use outlay_core::Money;
use serde::{Deserialize, Serialize};

use crate::evidence::CacStanding;
use crate::rules::Rule;

/// The judgement of one request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// What was to be changed.
    pub target: String,
    /// The daily budget in force.
    pub current: Money,
    /// The daily budget asked for.
    pub asked: Money,
    /// The daily budget nearest to the asked one under which every rule holds; it lies between
    /// the current and the asked one. Whoever must round it to what a platform accepts rounds
    /// towards the current one.
    pub allowed: Money,
    /// The rules that did not allow the asked value, in the order of [`Rule::ALL`].
    pub bounds: Vec<Bound>,
    /// What the other rules leave, in the order of [`Rule::ALL`]; empty where no change was asked.
    pub room: Vec<Room>,
    /// Where the CAC stands against the cap; `None` without a cap or without a CAC.
    pub cac: Option<CacStanding>,
    /// Why the budget may only go down, where the CAC forbids a raise, whatever was asked.
    pub cap_reason: Option<String>,
    /// The historical cap on the daily budget; `None` without history.
    pub historical_cap: Option<Money>,
    /// Uncertainty of the return as a share of its mean; `None` without a positive return.
    pub uncertainty: Option<f64>,
}

/// A rule that did not allow the asked value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bound {
    /// The rule.
    pub rule: Rule,
    /// Why, in one sentence with the figures.
    pub reason: String,
    /// The daily budget asked for.
    pub asked: Money,
    /// The daily budget that this rule alone would allow.
    pub allowed: Money,
}

/// What a rule that did not bind leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Room {
    /// The rule.
    pub rule: Rule,
    /// How much further than the allowed value this rule alone would let the budget go in the
    /// direction asked for; `None` where it sets no limit there.
    pub left: Option<Money>,
}

/// A verdict in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The asked value stands.
    AsAsked,
    /// A part of the way is allowed.
    Clipped,
    /// The budget stays as it is.
    Hold,
}

impl Verdict {
    /// The verdict in one word.
    pub fn outcome(&self) -> Outcome {
        if self.allowed == self.asked {
            Outcome::AsAsked
        } else if self.allowed == self.current {
            Outcome::Hold
        } else {
            Outcome::Clipped
        }
    }

    /// The rule that decided: the one that allows least; the first of several.
    pub fn decisive(&self) -> Option<&Bound> {
        self.bounds.iter().min_by_key(|bound| bound.allowed.micros.abs_diff(self.current.micros))
    }
}
