//! The media part of a specification: carry-over, saturation, effect size.

use outlay_stats::distribution::Distribution;
use serde::{Deserialize, Serialize};

/// What a channel is, as far as defaults go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaKind {
    /// Bought, measured by volume.
    Paid,
    /// Bought, measured by reach and frequency.
    PaidReachFrequency,
    /// Not bought, measured by volume.
    Organic,
    /// Not bought, measured by reach and frequency.
    OrganicReachFrequency,
}

/// Carry-over family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AdstockFamily {
    /// No carry-over.
    None,
    /// `α^l`.
    Geometric,
    /// `α^((l-θ)²)`.
    Delayed,
    /// `(1 - l/D)^(1/α - 1)`.
    Binomial,
    /// Product of Weibull survival probabilities.
    WeibullCdf,
    /// Scaled Weibull density.
    WeibullPdf,
    /// Share of a Weibull delay that falls into each period.
    Weibull,
}

/// What carry-over is measured in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimeUnit {
    /// Periods of the data.
    #[default]
    Period,
    /// Weeks, whatever the length of a period.
    Week,
}

/// Saturation family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SaturationFamily {
    /// Linear.
    None,
    /// Hill.
    Hill,
    /// Logistic.
    Logistic,
    /// Hyperbolic tangent.
    Tanh,
    /// Michaelis–Menten.
    MichaelisMenten,
    /// Power.
    Power,
}

/// Which transform comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// Carry-over, then saturation.
    AdstockFirst,
    /// Saturation, then carry-over.
    SaturationFirst,
}

/// Carry-over with its priors; only those of the family are used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdstockSpec {
    /// Family.
    pub family: AdstockFamily,
    /// Longest lag, in `unit`; the window has one weight more.
    pub max_lag: usize,
    /// Unit of `max_lag` and, in the `weibull` family, of `lambda`.
    #[serde(default)]
    pub unit: TimeUnit,
    /// Whether weights sum to one.
    pub normalise: bool,
    /// Prior of `alpha` (geometric, delayed, binomial).
    pub alpha: Distribution,
    /// Prior of `theta` (delayed), in periods.
    pub theta: Distribution,
    /// Prior of `lambda` (Weibull families), in periods, or in `unit` (`weibull`).
    pub lambda: Distribution,
    /// Prior of `k` (Weibull families).
    pub k: Distribution,
    /// Periods until nothing is left (binomial); absent for the length of the window.
    pub horizon: Option<f64>,
}

/// Saturation with its priors on the scaled exposure; only those of the family are used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SaturationSpec {
    /// Family.
    pub family: SaturationFamily,
    /// Prior of `half_saturation` (Hill, Michaelis–Menten).
    pub half_saturation: Distribution,
    /// Prior of `slope` (Hill).
    pub slope: Distribution,
    /// Prior of `lambda` (logistic).
    pub lambda: Distribution,
    /// Prior of `scale` (tanh).
    pub scale: Distribution,
    /// Prior of `exponent` (power).
    pub exponent: Distribution,
}

/// What an effect size is told in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EffectQuantity {
    /// Outcome per unit of spend, over the whole period.
    Roi,
    /// Outcome of one per cent more media per unit of its cost.
    Mroi,
    /// Share of the total outcome.
    Contribution,
    /// The coefficient of the transformed exposure, on the scaled KPI.
    Coefficient,
}

/// Effect size with its prior.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EffectSpec {
    /// What the prior is on.
    pub on: EffectQuantity,
    /// The prior.
    pub prior: Distribution,
    /// Where the prior comes from, for the report: `preset`, `user`, `experiment`, `uplift`,
    /// `ltv`, `benchmark`, `posterior`.
    pub source: String,
}

/// Everything about a channel's effect.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MediaSpec {
    /// Which transform comes first (reach and frequency saturates frequency first always).
    pub order: Order,
    /// Carry-over.
    pub adstock: AdstockSpec,
    /// Saturation.
    pub saturation: SaturationSpec,
    /// Effect size.
    pub effect: EffectSpec,
}
