//! Keys of channels: how money is spent.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::effect::{Adstock, Change, Effect, Halo, Order, Saturation};
use super::read;

/// A paid channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ChannelSpec {
    /// Name: lower-case letters, digits and `_`; columns are `NAME_spend`, `NAME_impressions`, ….
    pub name: String,
    /// Average spend per period over the data, all geos together, silent periods included.
    pub spend: f64,
    /// Price of a thousand impressions; without it the exposure is the spend itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost_per_thousand: Option<f64>,
    /// Variation of that price (sd of the log).
    pub cost_variation: f64,
    /// Growth of that price per year, as a share.
    #[serde(skip_serializing_if = "is_zero")]
    pub cost_growth: f64,
    /// When it runs.
    pub flighting: Flighting,
    /// Variation of spend within the flighting (sd of the log).
    pub variation: f64,
    /// How much of the spend follows the season (0: none; 1: in full proportion to the wave).
    pub seasonal: f64,
    /// Growth of the spend per year, as a share.
    #[serde(skip_serializing_if = "is_zero")]
    pub growth: f64,
    /// Variation of budgets that are set anew every quarter of a year (sd of the log).
    #[serde(skip_serializing_if = "is_zero")]
    pub quarterly: f64,
    /// A treatment of kind `promotion` whose periods the spend follows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub follows: Option<String>,
    /// Extra spend at a promotion of typical depth, as a share.
    #[serde(skip_serializing_if = "is_zero")]
    pub follow_gain: f64,
    /// Share of the spend that chases latent demand (0..1): the strength of confounding.
    pub demand_driven: f64,
    /// How strongly that share reacts (sd of its log per sd of demand).
    pub demand_gain: f64,
    /// An earlier channel whose spend it moves with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collinear_with: Option<String>,
    /// Correlation with that channel's spend before its own demand and dark periods (0..1).
    pub collinearity: f64,
    /// Periods without any spend.
    pub dark: Vec<Dark>,
    /// Observed as reach and frequency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reach_frequency: Option<ReachFrequency>,
    /// How the effect spreads over later periods.
    pub adstock: Adstock,
    /// Largest lag in periods; eight weeks (28 days, 3 months) unless given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_lag: Option<usize>,
    /// How the effect levels off.
    pub saturation: Saturation,
    /// Which of the two comes first.
    pub order: Order,
    /// How large the effect is.
    pub effect: Effect,
    /// How the effect changes over the data; constant unless given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<Change>,
    /// Other channels whose effect it raises.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub halo: Vec<Halo>,
}

/// A channel without spend: newsletter, organic posts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OrganicSpec {
    /// Name: lower-case letters, digits and `_`; its column is `NAME_UNIT`.
    pub name: String,
    /// What is counted.
    pub unit: String,
    /// Average volume per period, all geos together.
    pub volume: f64,
    /// When it runs.
    pub flighting: Flighting,
    /// Variation within the flighting (sd of the log).
    pub variation: f64,
    /// How the effect spreads over later periods.
    pub adstock: Adstock,
    /// Largest lag in periods.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_lag: Option<usize>,
    /// How the effect levels off.
    pub saturation: Saturation,
    /// Which of the two comes first.
    pub order: Order,
    /// Contribution as a share of the expected KPI.
    pub share: f64,
}

/// When a channel runs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "pattern", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Flighting {
    /// In every period.
    AlwaysOn {},
    /// In bursts at random distances, silent between them.
    Bursts {
        /// Bursts a year.
        per_year: f64,
        /// Periods of one burst.
        length: usize,
    },
    /// Always at a low level, with bursts over it.
    Pulsed {
        /// Bursts a year.
        per_year: f64,
        /// Periods of one burst.
        length: usize,
        /// Level between bursts, as a share of the level in a burst (0..1).
        floor: f64,
    },
}

/// Periods without any spend.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dark {
    /// A day in the first silent period.
    #[serde(deserialize_with = "read::date")]
    pub from: NaiveDate,
    /// Number of silent periods.
    pub periods: usize,
}

/// How impressions spread over people: reach saturates at an audience, so frequency rises with
/// pressure (random duplication: `reach = A (1 - exp(-impressions / A))`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReachFrequency {
    /// Contacts per person reached at average pressure, above 1.
    pub frequency: f64,
    /// Variation of frequency beyond what pressure explains (sd of the log).
    pub variation: f64,
}

impl Default for ChannelSpec {
    fn default() -> Self {
        Self {
            name: String::new(),
            spend: 5_000.0,
            cost_per_thousand: None,
            cost_variation: 0.05,
            cost_growth: 0.0,
            flighting: Flighting::AlwaysOn {},
            variation: 0.3,
            seasonal: 0.0,
            growth: 0.0,
            quarterly: 0.0,
            follows: None,
            follow_gain: 0.0,
            demand_driven: 0.0,
            demand_gain: 0.4,
            collinear_with: None,
            collinearity: 0.0,
            dark: Vec::new(),
            reach_frequency: None,
            adstock: Adstock::Geometric { alpha: 0.5 },
            max_lag: None,
            saturation: Saturation::Hill { slope: 1.0, half: 1.5 },
            order: Order::AdstockFirst,
            effect: Effect::Share(0.06),
            change: None,
            halo: Vec::new(),
        }
    }
}

impl Default for OrganicSpec {
    fn default() -> Self {
        Self {
            name: String::new(),
            unit: "impressions".to_owned(),
            volume: 50_000.0,
            flighting: Flighting::AlwaysOn {},
            variation: 0.4,
            adstock: Adstock::Geometric { alpha: 0.2 },
            max_lag: None,
            saturation: Saturation::Hill { slope: 1.0, half: 1.5 },
            order: Order::AdstockFirst,
            share: 0.03,
        }
    }
}

impl Default for ReachFrequency {
    fn default() -> Self {
        Self { frequency: 3.0, variation: 0.1 }
    }
}

/// Keys that are off by default are not written.
#[allow(clippy::trivially_copy_pass_by_ref)] // serde hands over a reference.
pub(super) fn is_zero(value: &f64) -> bool {
    *value == 0.0
}
