//! Keys of geos, controls and treatments.

use serde::{Deserialize, Serialize};

/// Regions of the brand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Geos {
    /// Number of geos; 1 for a national brand, which has no geo column.
    pub count: usize,
    /// Names, one per geo; `geo_01`, `geo_02`, … when empty.
    pub names: Vec<String>,
    /// People per geo; drawn between half a million and five million when empty.
    pub populations: Vec<f64>,
    /// Spread of the KPI per head between geos (sd of the log).
    pub level_spread: f64,
    /// Spread of media effects per head between geos (sd of the log).
    pub effect_spread: f64,
    /// Lasting spread of spend per head between geos (sd of the log).
    pub spend_spread: f64,
    /// Share of latent demand, controls and the movement of spend that is a geo's own (0..1).
    pub own_share: f64,
}

/// An observed series that is no lever of the brand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Control {
    /// Column name.
    pub name: String,
    /// How it moves.
    #[serde(default)]
    pub kind: ControlKind,
    /// Average of the column.
    #[serde(default = "hundred")]
    pub mean: f64,
    /// Standard deviation of the column.
    #[serde(default = "ten")]
    pub sd: f64,
    /// Share of the level that one standard deviation adds; 0 for `demand`, whose effect is
    /// `demand.strength`.
    #[serde(default)]
    pub effect: f64,
    /// Error with which `demand` is observed, in standard deviations of demand.
    #[serde(default)]
    pub error: f64,
}

/// How a control moves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ControlKind {
    /// Slowly: an AR(1) series (a competitor's price, the economy).
    #[default]
    Slow,
    /// Independently from period to period (weather).
    Noise,
    /// It is the latent demand, observed with an error (search queries for the category).
    Demand,
}

/// A lever of the brand that is no media.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Treatment {
    /// Column name.
    pub name: String,
    /// Price or promotion.
    pub kind: TreatmentKind,
    /// List price (price only).
    #[serde(default = "twenty")]
    pub level: f64,
    /// Typical relative change of the price, or depth of the promotion (0..1).
    #[serde(default = "tenth")]
    pub size: f64,
    /// Price changes, or promotions, a year.
    #[serde(default = "four")]
    pub per_year: f64,
    /// Periods that one promotion lasts.
    #[serde(default = "two")]
    pub length: usize,
    /// Change of the baseline, as a share of its level, per relative change of the series: -1.5
    /// for a price elasticity of about -1.5; 1.2 for a promotion of 20 % that adds 24 %.
    pub effect: f64,
}

/// What kind of lever it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TreatmentKind {
    /// A price that is changed now and then; effect against the list price.
    Price,
    /// A discount share that is 0 outside promotions; effect against 0.
    Promotion,
}

impl Default for Geos {
    fn default() -> Self {
        Self {
            count: 1,
            names: Vec::new(),
            populations: Vec::new(),
            level_spread: 0.15,
            effect_spread: 0.2,
            spend_spread: 0.2,
            own_share: 0.5,
        }
    }
}

fn hundred() -> f64 {
    100.0
}

fn ten() -> f64 {
    10.0
}

fn twenty() -> f64 {
    20.0
}

fn tenth() -> f64 {
    0.1
}

fn four() -> f64 {
    4.0
}

fn two() -> usize {
    2
}
