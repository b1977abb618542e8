//! The specification of a model: readable TOML with a version, over a preset.
//!
//! A file says only what differs from its preset; [`Spec`] is the whole, every default written
//! out. Unknown keys and impossible values are refused with the line and the reason.

pub(crate) mod check;
mod evidence;
mod file;
mod media;
mod preset;

use indexmap::IndexMap;
use outlay_stats::distribution::Distribution;
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use evidence::{Evidence, EvidenceSource, UseEvidence, combine};
pub use media::{
    AdstockFamily, AdstockSpec, EffectQuantity, EffectSpec, MediaKind, MediaSpec, Order,
    SaturationFamily, SaturationSpec, TimeUnit,
};
pub use preset::Preset;

/// Version of the specification format.
pub const VERSION: u32 = 1;

/// Why a specification was refused.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum SpecError {
    /// Not TOML, an unknown key, or a value of the wrong kind; the message names line and column.
    #[error("the specification is not valid: {0}")]
    Syntax(String),
    /// Another format version.
    #[error(
        "specification version {0} is not known: this version of outlay reads version {VERSION}"
    )]
    Version(u32),
    /// A value that cannot be.
    #[error("`{key}` {reason}{}", line.map(|l| format!(" (line {l})")).unwrap_or_default())]
    Value {
        /// Dotted key.
        key: String,
        /// What is wrong and what would be right.
        reason: String,
        /// Line of the key in the file, where it stands there.
        line: Option<usize>,
    },
    /// A channel, control or treatment that the data does not have.
    #[error("`{key}` names `{name}`, which the data does not have; it has {known}")]
    UnknownName {
        /// Dotted key.
        key: String,
        /// The name.
        name: String,
        /// Names in the data.
        known: String,
    },
}

/// How a series is scaled before it enters the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scale {
    /// Centred by the mean and divided by the standard deviation (of all cells).
    Standardise,
    /// Divided by the largest absolute value.
    Max,
    /// Divided by the mean of the positive values.
    Mean,
    /// Divided by the median of the positive values.
    Median,
    /// As it is.
    None,
}

/// Scaling of the data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scaling {
    /// KPI: `standardise`, `max`, `mean` or `none`.
    pub kpi: Scale,
    /// Media exposure: `median`, `mean`, `max` or `none`.
    pub media: Scale,
    /// Controls and treatments: `standardise` or `none`.
    pub controls: Scale,
    /// Whether KPI and media are divided by the geo's population first.
    pub per_capita: bool,
}

/// Level over time as a curve through knots.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Knots {
    /// How many, and where.
    pub placement: KnotPlacement,
    /// Prior of a knot's value or, in a walk, of the first knot.
    pub prior: Distribution,
    /// A random walk over the knots: prior of the standard deviation of a step.
    pub walk: Option<Distribution>,
}

/// Where knots stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KnotPlacement {
    /// One per period for geo panels, one for national panels (Meridian's default).
    Auto,
    /// This many, equally spaced.
    Count(usize),
    /// One every so many periods.
    Every(usize),
    /// One every so many weeks, whatever the length of a period.
    EveryWeeks(usize),
}

/// Piecewise linear trend.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Trend {
    /// Changepoints, equally spaced over the first 80 % of the periods; 0 is a straight line.
    pub changepoints: usize,
    /// Prior of the first slope, per whole range of the periods.
    pub slope: Distribution,
    /// Prior of the standard deviation of slope changes (used with changepoints).
    pub change_sd: Distribution,
}

/// Fourier seasonality; columns `sin(2πk·x)` then `cos(2πk·x)`, k = 1…order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seasonality {
    /// Harmonics of the year (day of year / 365.25).
    pub yearly: usize,
    /// Harmonics of the month (30.4375 days).
    pub monthly: usize,
    /// Harmonics of the week.
    pub weekly: usize,
    /// Prior of a coefficient; with `sd` it is multiplied by the learned scale.
    pub prior: Distribution,
    /// Prior of a learned scale of all coefficients.
    pub sd: Option<Distribution>,
}

/// Public holidays and retail events of a country, one indicator each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holidays {
    /// ISO 3166 codes; empty for none.
    pub countries: Vec<String>,
    /// Prior of a coefficient; with `sd` it is multiplied by the learned scale.
    pub prior: Distribution,
    /// Prior of a learned scale of all coefficients.
    pub sd: Option<Distribution>,
}

/// What moves the KPI without media.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// Prior of a constant level; absent where knots carry the level.
    pub intercept: Option<Distribution>,
    /// Level over time.
    pub knots: Option<Knots>,
    /// Piecewise linear trend.
    pub trend: Option<Trend>,
    /// Seasonality.
    pub seasonality: Seasonality,
    /// Holidays.
    pub holidays: Holidays,
}

/// Controls: confounders and other explanations, linear on their scaled values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Controls {
    /// Prior of a coefficient.
    pub prior: Distribution,
    /// Prior of the standard deviation of a coefficient over geos (geo panels).
    pub geo_sd: Option<Distribution>,
    /// Other priors for single controls.
    #[serde(default)]
    pub each: IndexMap<String, Distribution>,
    /// Prior of the coefficients of a control's neighbouring weeks (the mean of the two weeks on
    /// either side, and of the four beyond them): a control that shows demand with an error shows
    /// more of it together with its neighbours. Absent for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub neighbours: Option<Distribution>,
    /// Prior of the coefficient of what budgets do together (mean log spend of the channels that
    /// spend nearly always): spend that chases demand shows it. Absent for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub common_spending: Option<Distribution>,
}

/// Non-media treatments (price, promotion): linear, against a baseline value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Treatments {
    /// Whether the prior is on the share of the outcome or on the coefficient.
    pub on: TreatmentQuantity,
    /// Prior; normal (truncation so far out that it has no mass is fine).
    pub prior: Distribution,
    /// The value that counts as "nothing done".
    pub baseline: TreatmentBaseline,
    /// Prior of the standard deviation of a coefficient over geos (geo panels).
    pub geo_sd: Option<Distribution>,
    /// Other priors for single treatments.
    #[serde(default)]
    pub each: IndexMap<String, Distribution>,
}

/// What a treatment's prior is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TreatmentQuantity {
    /// Share of the total outcome, against the baseline value.
    Contribution,
    /// Coefficient on the scaled series.
    Coefficient,
}

/// The value of a treatment that counts as "nothing done".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TreatmentBaseline {
    /// Its smallest value.
    Min,
    /// Its largest value.
    Max,
}

/// Differences between geos.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Geo {
    /// Prior of a geo's level against the most populous geo.
    pub level: Distribution,
    /// How media effects vary over geos.
    pub media_effects: EffectDistribution,
    /// Prior of the standard deviation of media effects over geos.
    pub media_sd: Distribution,
}

/// How media effects vary over geos.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EffectDistribution {
    /// `β_g = exp(β + η Z_g)`.
    LogNormal,
    /// `β_g = β + η Z_g`.
    Normal,
}

/// Observation noise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Likelihood {
    /// Family.
    pub family: LikelihoodFamily,
    /// Prior of the noise scale, on the scaled KPI.
    pub sigma: Distribution,
    /// One noise scale per geo.
    pub sigma_per_geo: bool,
    /// Prior of the degrees of freedom of `student-t`.
    pub degrees_of_freedom: Distribution,
    /// Prior of the autocorrelation of the noise from one period to the next, within each geo
    /// (a stationary AR(1) whose innovations have scale `sigma`); absent for independent noise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub autocorrelation: Option<Distribution>,
    /// Prior of the scale of what geos share of the noise in a period, in units of `sigma` (geo
    /// panels, normal or log-normal likelihood with one sigma); absent for none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub common: Option<Distribution>,
    /// Observations at which the data counts for half of what it would if the structure were
    /// exactly right: the likelihood is raised to `c / (c + n)` for `n` observed periods times
    /// the root of the number of geos (the coarsened posterior of Miller and Dunson 2019, equation
    /// 2.5, whose `alpha` this is). Answers are wider, and right more often, where the structure is
    /// not. Absent for the plain posterior.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coarsening: Option<f64>,
}

/// Family of the observation noise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LikelihoodFamily {
    /// `y ~ Normal(μ, σ)`.
    Normal,
    /// `y ~ StudentT(ν, μ, σ)`.
    StudentT,
    /// `y ~ LogNormal(μ, σ)`: effects multiply. Needs a positive KPI.
    LogNormal,
}

/// Periods that the fit must not see.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holdout {
    /// The last so many periods.
    #[serde(default)]
    pub last: usize,
    /// Single periods by first day, in every geo.
    #[serde(default)]
    pub periods: Vec<chrono::NaiveDate>,
    /// Geos left out altogether.
    #[serde(default)]
    pub geos: Vec<String>,
}

/// An experiment that measured what a change of one channel brought.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LiftTest {
    /// The channel.
    pub channel: String,
    /// What was measured.
    #[serde(flatten)]
    pub design: LiftDesign,
}

/// Shape of an experiment's result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum LiftDesign {
    /// Media of the channel was scaled in a window (0 = switched off) of some or all geos, and
    /// the outcome (KPI units) changed by `lift`, with standard error.
    Window {
        /// First day of the window.
        start: chrono::NaiveDate,
        /// Last day of the window.
        end: chrono::NaiveDate,
        /// Geos of the test; empty for all.
        #[serde(default)]
        geos: Vec<String>,
        /// What the media would have been without the test, as a multiple of what it was.
        counterfactual: f64,
        /// Outcome brought by what ran beyond the counterfactual, in KPI units.
        lift: f64,
        /// Standard error of `lift`.
        standard_error: f64,
    },
    /// A point on the saturation curve (carry-over left out): raising exposure from `x` to
    /// `x + delta_x` in a period changed the KPI by `delta_y` (PyMC-Marketing's form).
    Point {
        /// Exposure before, in the panel's units.
        x: f64,
        /// Change of exposure.
        delta_x: f64,
        /// Change of the KPI.
        delta_y: f64,
        /// Standard error of `delta_y`.
        sigma: f64,
    },
}

/// How much to draw.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sampling {
    /// Chains.
    pub chains: usize,
    /// Warm-up draws per chain.
    pub warmup: usize,
    /// Kept draws per chain.
    pub draws: usize,
    /// Target acceptance rate of the step-size adaptation.
    pub target_accept: f64,
}

/// One of several structures that are weighed against each other: the specification with some
/// keys set otherwise.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Structure {
    /// Name: lower-case letters, digits and `-`.
    pub name: String,
    /// What differs from the rest of the specification, under the same keys.
    #[serde(default)]
    pub set: toml::Table,
}

/// A whole specification.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// Format version.
    pub version: u32,
    /// The preset it started from; names parameters.
    pub preset: Preset,
    /// Scaling of the data.
    pub scaling: Scaling,
    /// What moves the KPI without media.
    pub baseline: Baseline,
    /// Controls.
    pub controls: Controls,
    /// Non-media treatments.
    pub treatments: Treatments,
    /// Differences between geos.
    pub geo: Geo,
    /// Paid channels measured by volume.
    pub media: MediaSpec,
    /// Paid channels measured by reach and frequency.
    pub reach_frequency: MediaSpec,
    /// Organic channels measured by volume.
    pub organic: MediaSpec,
    /// Organic channels measured by reach and frequency.
    pub organic_reach_frequency: MediaSpec,
    /// Channels that differ: the same keys as `media`, only those that differ.
    #[serde(default)]
    pub channel: IndexMap<String, toml::Table>,
    /// Prior of the share of its usual exposure that every channel had before the data, which carries
    /// over into their first periods; nothing was there when absent. Only where carry-over comes
    /// before saturation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub history: Option<Distribution>,
    /// Observation noise.
    pub likelihood: Likelihood,
    /// Structures to weigh against each other; the specification alone where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub structure: Vec<Structure>,
    /// Periods that the fit must not see.
    #[serde(default)]
    pub holdout: Holdout,
    /// Experiments.
    #[serde(default)]
    pub lift_test: Vec<LiftTest>,
    /// Outside evidence on returns, which becomes ROI priors.
    #[serde(default)]
    pub evidence: Vec<Evidence>,
    /// Which sources of evidence may enter.
    #[serde(default)]
    pub use_evidence: UseEvidence,
    /// How much to draw.
    pub sampling: Sampling,
}

impl Spec {
    /// A preset as it stands.
    pub fn preset(preset: Preset) -> Self {
        preset.spec()
    }

    /// The specification as simulation-based calibration can judge it: one structure (the first,
    /// or the one of this name), and the plain posterior, for a coarsened one is wider than what
    /// its own data says, on purpose. `None` when there is no such structure.
    ///
    /// # Errors
    /// [`SpecError::Value`] when what a structure sets does not fit.
    pub fn alone(&self, structure: Option<&str>) -> Result<Option<Self>, SpecError> {
        let found = self
            .structures()?
            .into_iter()
            .find(|(name, _)| structure.is_none_or(|wanted| wanted == name));
        Ok(found.map(|(_, mut spec)| {
            spec.likelihood.coarsening = None;
            spec
        }))
    }

    /// The structures to fit, by name, each a whole specification of its own.
    ///
    /// # Errors
    /// [`SpecError::Value`] when what a structure sets does not fit.
    pub fn structures(&self) -> Result<Vec<(String, Self)>, SpecError> {
        if self.structure.is_empty() {
            return Ok(vec![(self.preset.name().to_owned(), self.clone())]);
        }
        let refused = |name: &str, key: &str, reason: String| SpecError::Value {
            key: format!("structure.{name}{key}"),
            reason,
            line: None,
        };
        self.structure
            .iter()
            .map(|structure| {
                let name = &structure.name;
                let spec =
                    structure.over(self).map_err(|e| refused(name, "", e.message().to_owned()))?;
                check::check(&spec)
                    .map_err(|(key, reason)| refused(name, &format!(".{key}"), reason))?;
                Ok((name.clone(), spec))
            })
            .collect()
    }

    /// Reads a specification file over its preset.
    ///
    /// # Errors
    /// [`SpecError`] with the line and the reason.
    pub fn from_toml(text: &str) -> Result<Self, SpecError> {
        file::read(text)
    }

    /// The whole specification as TOML, every default written out; reading it gives `self`.
    ///
    /// # Errors
    /// [`SpecError::Syntax`] when a value has no TOML form (an infinite number).
    pub fn to_toml(&self) -> Result<String, SpecError> {
        toml::to_string(self).map_err(|e| SpecError::Syntax(e.to_string()))
    }

    /// The specification of a channel of this kind, its own keys over the kind's defaults.
    ///
    /// # Errors
    /// [`SpecError::Value`] when the channel's keys do not fit.
    pub fn media_of(&self, name: &str, kind: MediaKind) -> Result<MediaSpec, SpecError> {
        let base = match kind {
            MediaKind::Paid => &self.media,
            MediaKind::PaidReachFrequency => &self.reach_frequency,
            MediaKind::Organic => &self.organic,
            MediaKind::OrganicReachFrequency => &self.organic_reach_frequency,
        };
        let mut media = self.merged_media(name, base).map_err(|e| SpecError::Value {
            key: format!("channel.{name}"),
            reason: e.message().to_owned(),
            line: None,
        })?;
        self.apply_evidence(name, &mut media)?;
        Ok(media)
    }

    /// Replaces the ROI prior of a channel by what the evidence on it says.
    fn apply_evidence(&self, name: &str, media: &mut MediaSpec) -> Result<(), SpecError> {
        let of_channel = self.evidence.iter().filter(|e| e.channel == name);
        let used: Vec<&Evidence> =
            of_channel.filter(|e| self.use_evidence.allows(e.source)).collect();
        let Some(first) = used.first() else { return Ok(()) };
        if media.effect.on != EffectQuantity::Roi {
            return Err(SpecError::Value {
                key: "evidence.channel".to_owned(),
                reason: format!("`{name}` has no prior on `roi` that evidence could change"),
                line: None,
            });
        }
        media.effect.prior = combine(&media.effect.prior, &used, media.adstock.max_lag);
        media.effect.source = first.source.name().to_owned();
        Ok(())
    }
}

impl Default for Knots {
    fn default() -> Self {
        Self {
            placement: KnotPlacement::Auto,
            prior: Distribution::Normal { mean: 0.0, sd: 5.0 },
            walk: None,
        }
    }
}

impl Default for Trend {
    fn default() -> Self {
        Self {
            changepoints: 0,
            slope: Distribution::Normal { mean: 0.0, sd: 1.0 },
            change_sd: Distribution::HalfNormal { sd: 0.3 },
        }
    }
}
