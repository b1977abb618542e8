//! A priced plan as people and machines read it: the schema of `plan.json`.

use outlay_mmm::summary::Estimate;
use serde::{Deserialize, Serialize};

use crate::design::Resolution;
use crate::problem::Wanted;

/// Name and version of the schema.
pub const SCHEMA: &str = "outlay/plan/1";

/// A plan with its price, its proof and its alternatives. Money is in units of `currency`,
/// outcomes in `outcome_unit`; intervals are over posterior draws.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = PlanDocument))]
pub struct Plan {
    /// [`SCHEMA`].
    pub schema: String,
    /// Version of the program.
    pub version: String,
    /// The plan in one sentence.
    pub sentence: String,
    /// What the plan rests on.
    pub source: Source,
    /// What was asked.
    pub question: Question,
    /// All channels together.
    pub totals: Totals,
    /// Per channel, in the order of the fit.
    pub channels: Vec<ChannelPlan>,
    /// What the whole spends per period, and brings.
    pub periods: Vec<PeriodTotal>,
    /// The proof that no much better plan exists; absent for a plan that was only priced.
    pub certificate: Option<Certificate>,
    /// Limits that hold the plan back, dearest first.
    pub binding: Vec<Binding>,
    /// The plan against what one might do instead: doing nothing first, the user's own plan second.
    pub comparison: Vec<Alternative>,
    /// What to know before signing: spend beyond what was seen, money that cannot be spent,
    /// channels that need time to learn.
    pub notes: Vec<Note>,
}

/// What a plan rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = PlanSource))]
pub struct Source {
    /// Fingerprint of the data of the fit.
    pub data: String,
    /// Preset of the fit.
    pub preset: String,
    /// Seed of the fit.
    pub seed: u64,
    /// Posterior draws that the plan was optimised and priced with: all of them.
    pub draws: usize,
    /// Structures of the fit with their weights.
    pub structures: Vec<(String, f64)>,
    /// Health verdict of the fit (`pass`, `review`, `fail`).
    pub health: String,
}

/// What was asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = PlanQuestion))]
pub struct Question {
    /// First days of the periods planned.
    pub periods: Vec<String>,
    /// `day`, `week` or `month`.
    #[cfg_attr(feature = "schema", schema(value_type = outlay_core::Granularity))]
    pub period: String,
    /// Geos; one for a national plan.
    pub geos: Vec<String>,
    /// What is maximised, in words.
    pub objective: String,
    /// What is maximised; absent for a plan that was only priced.
    pub wanted: Option<Wanted>,
    /// How finely money was placed.
    pub resolution: Resolution,
    /// Least total spend.
    pub budget_least: f64,
    /// Most total spend; absent where the budget is free.
    pub budget_most: Option<f64>,
    /// ISO currency of money, where it is known.
    pub currency: Option<String>,
    /// Unit of outcomes.
    pub outcome_unit: String,
    /// Whether outcomes are money.
    pub outcome_is_money: bool,
    /// The limits as they were given, in words.
    pub limits: Vec<String>,
}

/// All channels together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = PlanTotals))]
pub struct Totals {
    /// Spend of doing nothing: the last periods repeated.
    pub current: f64,
    /// Planned spend.
    pub planned: f64,
    /// Part of the budget that the limits do not let be spent, or that would bring less than it
    /// costs.
    pub unspent: f64,
    /// What the plan's spend brings, its carry-over after the last period included.
    pub expected: Estimate,
    /// What of it comes after the last period.
    pub expected_later: f64,
    /// Outcome per unit of spend.
    pub roi: Option<Estimate>,
    /// Spend per outcome; `null` bounds are infinite.
    #[cfg_attr(feature = "schema", schema(value_type = Option<outlay_mmm::summary::UnboundedEstimate>))]
    pub cost_per_outcome: Option<Estimate>,
    /// Margin × outcome − spend, where a margin was given or profit asked for.
    pub profit: Option<Estimate>,
}

/// One channel of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ChannelPlan {
    /// Name.
    pub name: String,
    /// Spend of doing nothing.
    pub current: f64,
    /// Planned spend.
    pub planned: f64,
    /// Least that the limits allow.
    pub min: f64,
    /// Most that the limits allow.
    pub max: f64,
    /// Whether the spend was not to be changed.
    pub locked: bool,
    /// What the planned spend brings.
    pub expected: Estimate,
    /// What doing nothing would bring here.
    pub expected_current: Estimate,
    /// What the plan brings here beyond doing nothing, draw by draw.
    pub difference: Estimate,
    /// Outcome per unit of spend; absent without spend.
    pub roi: Option<Estimate>,
    /// Return on the next unit at the plan.
    pub mroi: Estimate,
    /// Return on the next unit at the current spend.
    pub mroi_current: Estimate,
    /// Highest spend per period that the data has seen, in units of the planned total: more than
    /// this is extrapolated.
    pub observed_to: f64,
    /// Whether the plan goes beyond it.
    pub extrapolated: bool,
    /// What perfect knowledge of this channel would be worth; absent where it was not computed.
    pub value_of_information: Option<f64>,
    /// Period by period.
    pub periods: Vec<Cell>,
    /// Geo by geo; empty for a national plan.
    pub geos: Vec<Cell>,
    /// The response curve around the plan.
    pub curve: Curve,
}

/// One period or geo of a channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = PlanCell))]
pub struct Cell {
    /// First day of the period, or the geo.
    pub name: String,
    /// Spend of doing nothing.
    pub current: f64,
    /// Planned spend.
    pub planned: f64,
    /// Least that the limits allow.
    pub min: f64,
    /// Most that the limits allow.
    pub max: f64,
    /// What spend of this cell brings, now and later, given the rest of the plan.
    pub expected: Estimate,
    /// Return on the next unit here.
    pub mroi: f64,
}

/// A response curve over the channel's total spend, the others as planned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = PlanCurve))]
pub struct Curve {
    /// Spend.
    pub spend: Vec<f64>,
    /// Outcome at each.
    pub outcome: Vec<Estimate>,
}

/// One period of the whole plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PeriodTotal {
    /// First day.
    pub start: String,
    /// Spend of doing nothing.
    pub current: f64,
    /// Planned spend.
    pub planned: f64,
}

/// The proof.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Certificate {
    /// The objective at the plan.
    pub value: f64,
    /// No plan within the limits has more; absent where no bound can be had.
    pub bound: Option<f64>,
    /// `(bound − value) / outcome`.
    pub gap: Option<f64>,
    /// Gap at which the search was to stop.
    pub tolerance: f64,
    /// Boxes of plans that were ruled out.
    pub nodes: usize,
    /// Whether the search ended by itself.
    pub complete: bool,
    /// The same in words.
    pub sentence: String,
}

/// A limit that holds the plan back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Binding {
    /// The limit, in words.
    pub limit: String,
    /// The channels that it speaks of.
    pub channels: Vec<String>,
    /// What moving it by one unit would bring.
    pub price: f64,
    /// What moving it by one percent would bring.
    pub price_of_percent: f64,
    /// The same in words.
    pub sentence: String,
}

/// Something one might do instead.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Alternative {
    /// What it is called.
    pub name: String,
    /// What it spends.
    pub spend: f64,
    /// What it brings.
    pub expected: Estimate,
    /// The plan less the alternative.
    pub difference: Estimate,
    /// Probability that the plan brings less than the alternative.
    pub probability_worse: f64,
    /// Spend per channel.
    pub channels: Vec<f64>,
    /// The same in words.
    pub sentence: String,
}

/// Something to know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = PlanNote))]
pub struct Note {
    /// Stable code.
    pub code: String,
    /// In words, with what to do.
    pub sentence: String,
}
