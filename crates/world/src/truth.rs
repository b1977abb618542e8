//! What is known about a world (`truth.json`).
//!
//! Outcomes are in money where the worth of the KPI is known and in KPI units otherwise
//! ([`Truth::outcome_unit`]); shares lie in 0..1; series have one entry per period of the data.
//! Every effect is a counterfactual difference without noise, measured on the mechanism.

mod measure;

use chrono::NaiveDate;
use indexmap::IndexMap;
use outlay_core::Granularity;
use serde::{Deserialize, Serialize};

pub(crate) use measure::{Facts, measure};

use crate::plan::QuarterPlan;
use crate::spec::{Adstock, Order, Saturation, WorldSpec};

/// Name and version of the schema of `truth.json`.
pub const TRUTH_SCHEMA: &str = "outlay/truth/1";

/// Everything that is true about a world.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Truth {
    /// [`TRUTH_SCHEMA`].
    pub schema: String,
    /// Name of the world.
    pub world: String,
    /// Seed that was used.
    pub seed: u64,
    /// Fingerprint of the panel.
    pub fingerprint: String,
    /// What outcomes are counted in: a currency code, or the KPI's name.
    pub outcome_unit: String,
    /// Whether outcomes are money, so that ROI has no unit.
    pub outcome_is_money: bool,
    /// Currency of spend.
    pub currency: String,
    /// Length of a period.
    pub granularity: Granularity,
    /// First days of the periods.
    pub dates: Vec<NaiveDate>,
    /// Geo names.
    pub geos: Vec<String>,
    /// Observed outcome, all periods and geos.
    pub total_outcome: f64,
    /// Total spend of all channels.
    pub total_spend: f64,
    /// Paid channels in the order of the panel, then organic ones.
    pub channels: IndexMap<String, ChannelTruth>,
    /// All paid channels together.
    pub total_media: TotalTruth,
    /// Outcome without any media, per period.
    pub baseline: Vec<f64>,
    /// The same as a share of the observed outcome.
    pub baseline_share: f64,
    /// The same per geo, `[geo][period]`.
    pub baseline_by_geo: Vec<Vec<f64>>,
    /// Parts of the baseline per period (`level`, `trend`, `seasonality`, events, `demand`,
    /// controls, treatments, …); they add up to it.
    pub baseline_parts: IndexMap<String, Vec<f64>>,
    /// Contribution of each treatment against its reference value.
    pub treatments: IndexMap<String, TreatmentTruth>,
    /// Share of the baseline level that one standard deviation of each control adds.
    pub control_effects: IndexMap<String, f64>,
    /// Latent demand, standardised, mean over people; nobody sees it.
    pub demand: Vec<f64>,
    /// Expected outcome per period: baseline and contributions, without noise.
    pub expected: Vec<f64>,
    /// Observed minus expected outcome, rounding included.
    pub noise: Vec<f64>,
    /// The same per geo, `[geo][period]`.
    pub noise_by_geo: Vec<Vec<f64>>,
    /// Standard deviation of the noise of one geo, in KPI units, divided by its share of people
    /// (for a national brand, simply that of the noise).
    pub noise_sd: f64,
    /// Explained share of the variance of the national outcome over time.
    pub r2: f64,
    /// The best plan of the next quarter, where it was asked for
    /// ([`crate::World::plan_next_quarter`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_quarter: Option<QuarterPlan>,
    /// Cells whose noise would have made the KPI negative; they are 0.
    pub clamped_cells: usize,
    /// The specification, every default written out.
    pub spec: WorldSpec,
}

/// Whether money buys the exposure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MediaKind {
    /// Bought.
    Paid,
    /// Not bought.
    Organic,
}

/// What is true about one channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChannelTruth {
    /// `paid` or `organic`.
    pub kind: MediaKind,
    /// Total spend over the data (0 for organic channels).
    pub spend: f64,
    /// Share of total spend.
    pub spend_share: f64,
    /// Outcome that would be missing without the channel, its unseen history included.
    pub contribution: f64,
    /// Contribution as a share of the observed outcome.
    pub contribution_share: f64,
    /// Contribution per unit of spend; `null` without spend.
    pub roi: Option<f64>,
    /// Return on the next unit of spend, at one per cent more of everything; `null` without spend.
    pub mroi: Option<f64>,
    /// Spend per KPI unit brought; `null` without spend or effect.
    pub cpa: Option<f64>,
    /// Share of the contribution that comes from exposure of earlier periods; where carry-over
    /// precedes saturation, an effect is split over the exposures in proportion to their share of
    /// the carried level.
    pub carryover_share: f64,
    /// Contribution per period.
    pub contribution_by_period: Vec<f64>,
    /// Contribution per geo and period, `[geo][period]`.
    pub contribution_by_geo: Vec<Vec<f64>>,
    /// Contribution per unit of spend per geo; `null` where nothing was spent.
    pub roi_by_geo: Vec<Option<f64>>,
    /// Outcome against spend, flighting kept; `null` without spend.
    pub response: Option<ResponseTruth>,
    /// Weight of the effect 0, 1, … periods after the exposure (sums to 1).
    pub adstock: Vec<f64>,
    /// Effect relative to its value at the highest level reached, over levels from 0 to 1.5 times
    /// that level (levels relative to the reference exposure; contacts for reach and frequency).
    pub saturation: CurveTruth,
    /// What the mechanism is made of.
    pub parameters: ChannelParameters,
    /// Correlation of national spend (volume for organic channels) with latent demand.
    pub demand_correlation: f64,
}

/// All paid channels together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TotalTruth {
    /// Total spend.
    pub spend: f64,
    /// Outcome that would be missing without any paid channel.
    pub contribution: f64,
    /// Share of the observed outcome.
    pub contribution_share: f64,
    /// Contribution per unit of spend.
    pub roi: f64,
}

/// A treatment's truth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TreatmentTruth {
    /// The value against which the contribution counts: the list price, or 0 for a promotion.
    pub reference: f64,
    /// Change of the baseline, as a share of its level, per relative change of the series.
    pub effect: f64,
    /// Outcome against the reference value, all periods and geos.
    pub contribution: f64,
}

/// Outcome against spend.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResponseTruth {
    /// Spend as a multiple of what was spent.
    pub multiplier: Vec<f64>,
    /// Total spend at each point.
    pub spend: Vec<f64>,
    /// Outcome that the channel brings at each point.
    pub outcome: Vec<f64>,
    /// Return on the next unit of spend at each point (one per cent of the historical spend).
    pub marginal: Vec<f64>,
}

/// A curve.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CurveTruth {
    /// Abscissa.
    pub x: Vec<f64>,
    /// Ordinate.
    pub y: Vec<f64>,
}

/// Parameters of a channel's mechanism.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChannelParameters {
    /// Carry-over.
    pub adstock: Adstock,
    /// Largest lag, in periods.
    pub max_lag: usize,
    /// Saturation.
    pub saturation: Saturation,
    /// Order of the two.
    pub order: Order,
    /// Exposure of the whole brand per period at which relative pressure is 1 (a geo's is its
    /// share of people of it).
    pub reference_exposure: f64,
    /// KPI units per unit of response, one per geo (at the geo's average baseline where the link
    /// multiplies).
    pub size: Vec<f64>,
    /// Factor of the effect per period of the data; empty for one that never changes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub change: Vec<f64>,
}
