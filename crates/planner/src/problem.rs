//! A budget problem as people state it: budget, limits by name, objective. Limits are compiled
//! into rows and bounds that remember which rule they came from, so that a clash or a price can be
//! said in the words of the rule.

mod file;
mod rules;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use file::{FileError, ProblemFile};
pub use rules::{Compiled, Rule, compile};

use crate::design::Resolution;

/// Total spend.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Budget {
    /// Least.
    #[serde(default)]
    pub least: f64,
    /// Most; absent where it is free.
    #[serde(default)]
    pub most: Option<f64>,
}

/// An amount: money, or a multiple of what doing nothing would spend.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Amount {
    /// Money over the whole horizon.
    Money(f64),
    /// `{ of-current = 0.5 }`.
    OfCurrent {
        /// Multiple of the current spend.
        #[serde(rename = "of-current")]
        of_current: f64,
    },
    /// `{ of-total = 0.5 }`: share of the total that is planned.
    OfTotal {
        /// Share of the total.
        #[serde(rename = "of-total")]
        of_total: f64,
    },
}

/// Limits of one channel.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ChannelLimits {
    /// Least spend.
    #[serde(default)]
    pub min: Option<Amount>,
    /// Most spend.
    #[serde(default)]
    pub max: Option<Amount>,
    /// Spend stays as it is.
    #[serde(default)]
    pub lock: bool,
    /// Either nothing, or at least so much.
    #[serde(default)]
    pub min_if_active: Option<Amount>,
    /// Change of what exposure costs, as a share: 0.05 for five percent dearer.
    #[serde(default)]
    pub cost_change: f64,
    /// Margin per unit of outcome, in place of the common one.
    #[serde(default)]
    pub margin: Option<f64>,
}

/// Limits of several channels together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Group {
    /// Name.
    pub name: String,
    /// Channels.
    pub channels: Vec<String>,
    /// Least spend.
    #[serde(default)]
    pub min: Option<Amount>,
    /// Most spend.
    #[serde(default)]
    pub max: Option<Amount>,
}

/// Spend of one channel as a multiple of another's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Ratio {
    /// Channel.
    pub channel: String,
    /// The other.
    pub to: String,
    /// Least multiple.
    #[serde(default)]
    pub min: Option<f64>,
    /// Most.
    #[serde(default)]
    pub max: Option<f64>,
}

/// How fast spend may change from one period to the next, beginning with the last one of the data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Ramp {
    /// Channels; all when left out.
    #[serde(default)]
    pub channels: Vec<String>,
    /// Largest rise as a share of the period before.
    #[serde(default)]
    pub up: Option<f64>,
    /// Largest fall as a share of the period before.
    #[serde(default)]
    pub down: Option<f64>,
    /// Whether the first step, from the data, is limited too.
    #[serde(default = "yes")]
    pub from_data: bool,
}

fn yes() -> bool {
    true
}

/// Periods without spend.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Blackout {
    /// Channels; all when left out.
    #[serde(default)]
    pub channels: Vec<String>,
    /// Periods of the plan, from 1.
    pub periods: Vec<usize>,
}

/// Most spend in each period, or in a geo.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Cap {
    /// Channels together; all when left out.
    #[serde(default)]
    pub channels: Vec<String>,
    /// Geo; all together when left out.
    #[serde(default)]
    pub geo: Option<String>,
    /// Most per period, in each period.
    #[serde(default)]
    pub per_period: Option<f64>,
    /// Least per period, in each period.
    #[serde(default)]
    pub least_per_period: Option<f64>,
    /// Most over the horizon.
    #[serde(default)]
    pub max: Option<f64>,
    /// Least over the horizon.
    #[serde(default)]
    pub min: Option<f64>,
}

/// Any linear limit on the channels' totals.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = LinearLimit))]
pub struct Linear {
    /// Name.
    pub name: String,
    /// Coefficient per channel.
    pub terms: IndexMap<String, f64>,
    /// Least.
    #[serde(default)]
    pub min: Option<f64>,
    /// Most.
    #[serde(default)]
    pub max: Option<f64>,
}

/// What is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Wanted {
    /// The largest expected outcome.
    Outcome,
    /// The largest expected `margin × outcome − spend`.
    Profit,
    /// The best of the worst: the mean gain over doing nothing in the worst share of the draws.
    Cautious {
        /// Share of the draws that counts as the worst.
        level: f64,
        /// Weight of the mean of all draws.
        weight: f64,
    },
    /// The largest quantile of the outcome.
    Quantile {
        /// Level of the quantile.
        level: f64,
    },
    /// The largest probability of an outcome.
    Goal {
        /// The outcome.
        least: f64,
    },
    /// The largest outcome whose average return is at least this.
    TargetRoas {
        /// Outcome per unit of spend.
        least: f64,
    },
    /// The largest outcome whose average cost is at most this.
    TargetCpa {
        /// Spend per unit of outcome.
        most: f64,
    },
    /// Spend as long as the next unit returns at least this.
    TargetMroi {
        /// Outcome per unit of spend.
        least: f64,
    },
}

/// A budget problem.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// Total spend.
    pub budget: Budget,
    /// What is wanted.
    pub wanted: Wanted,
    /// How finely money is placed; chosen by the limits when absent.
    pub resolution: Option<Resolution>,
    /// Limits of every channel without its own.
    pub every: ChannelLimits,
    /// Limits per channel.
    pub channels: IndexMap<String, ChannelLimits>,
    /// Groups.
    pub groups: Vec<Group>,
    /// Ratios.
    pub ratios: Vec<Ratio>,
    /// Ramps.
    pub ramps: Vec<Ramp>,
    /// Blackouts.
    pub blackouts: Vec<Blackout>,
    /// Caps.
    pub caps: Vec<Cap>,
    /// Other limits.
    pub linear: Vec<Linear>,
    /// Margin per unit of outcome.
    pub margin: Option<f64>,
}

impl Problem {
    /// A total, and nothing else.
    pub fn of_budget(budget: Budget) -> Self {
        Self {
            budget,
            wanted: Wanted::Outcome,
            resolution: None,
            every: ChannelLimits::default(),
            channels: IndexMap::new(),
            groups: Vec::new(),
            ratios: Vec::new(),
            ramps: Vec::new(),
            blackouts: Vec::new(),
            caps: Vec::new(),
            linear: Vec::new(),
            margin: None,
        }
    }

    /// Limits of a channel.
    pub fn limits(&self, channel: &str) -> &ChannelLimits {
        self.channels.get(channel).unwrap_or(&self.every)
    }

    /// The resolution that the limits need: periods or geos by themselves only where a limit
    /// speaks of them.
    pub fn resolution(&self) -> Resolution {
        let periods = !self.ramps.is_empty()
            || self.caps.iter().any(|c| c.per_period.is_some() || c.least_per_period.is_some());
        let geos = self.caps.iter().any(|c| c.geo.is_some());
        self.resolution.unwrap_or(match (geos, periods) {
            (true, true) => Resolution::Cell,
            (true, false) => Resolution::Geo,
            (false, true) => Resolution::Period,
            (false, false) => Resolution::Channel,
        })
    }
}

/// Why a problem cannot be planned.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum ProblemError {
    /// A limit names what is not there.
    #[error("{place} names `{name}`, which the fit does not have: it has {known}")]
    Unknown {
        /// Where.
        place: String,
        /// What it names.
        name: String,
        /// What there is.
        known: String,
    },
    /// A number makes no sense.
    #[error("{place}: {reason}")]
    Value {
        /// Where.
        place: String,
        /// Why.
        reason: String,
    },
    /// Limits that cannot all hold: a smallest set of them.
    #[error("these limits cannot all hold: {}", clash.join("; "))]
    Clash {
        /// The limits, in words.
        clash: Vec<String>,
    },
    /// Every channel is locked.
    #[error("every channel is locked, so there is nothing to decide")]
    AllLocked,
    /// No money.
    #[error("the budget is zero: nothing can be planned")]
    NoBudget,
}
