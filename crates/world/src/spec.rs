//! What a world is made of, as a readable file (`world.toml`, version 1).
//!
//! Every key has a default; unknown keys and impossible values are refused with their line.
//! Shares are in 0..1, rates are per year, effects on the baseline are shares of its level.

mod baseline;
mod check;
mod context;
mod effect;
mod media;
mod read;

use chrono::NaiveDate;
use outlay_core::{Currency, Granularity, KpiKind};
use serde::{Deserialize, Serialize};

pub use baseline::{Baseline, Demand, Event, Noise, NoiseFamily, Shift, Slope, Yearly};
pub use context::{Control, ControlKind, Geos, Treatment, TreatmentKind};
pub use effect::{Adstock, Change, Effect, Halo, Order, Saturation};
pub use media::{ChannelSpec, Dark, Flighting, OrganicSpec, ReachFrequency};

use crate::error::WorldError;

/// The version of the file format that this crate reads and writes.
pub const SPEC_VERSION: u32 = 1;

/// No carry-over reaches further.
pub(crate) const LONGEST_LAG: usize = 400;

/// A simulated brand: everything that is true about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WorldSpec {
    /// Format version; must be [`SPEC_VERSION`].
    pub version: u32,
    /// Name of the brand.
    pub name: String,
    /// Seed of every random draw; the same seed gives the same world.
    pub seed: u64,
    /// First day of the first period.
    #[serde(deserialize_with = "read::date")]
    pub start: NaiveDate,
    /// Length of a period.
    pub granularity: Granularity,
    /// Number of periods in the data.
    pub periods: usize,
    /// Periods of media before the first one in the data: the analyst does not see them, but
    /// their effect carries over into the data.
    pub history: usize,
    /// The outcome.
    pub kpi: KpiSpec,
    /// How media and baseline make the KPI.
    #[serde(skip_serializing_if = "Link::is_additive")]
    pub link: Link,
    /// What the KPI would be without media.
    pub baseline: Baseline,
    /// Latent demand: moves the KPI, and spend that chases it.
    pub demand: Demand,
    /// Regions; one for a national brand.
    pub geos: Geos,
    /// Paid channels.
    pub channels: Vec<ChannelSpec>,
    /// Channels without spend.
    pub organic: Vec<OrganicSpec>,
    /// Observed series that explain the KPI, or stand for the latent demand.
    pub controls: Vec<Control>,
    /// The brand's own levers that are no media: price, promotion.
    pub treatments: Vec<Treatment>,
    /// What no series explains.
    pub noise: Noise,
}

/// How media and baseline make the KPI. Effects `f` are relative to the geo's average baseline.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Link {
    /// `base + sum effects`.
    #[default]
    Additive,
    /// `base (1 + sum f)`: media bring more where the baseline is high.
    Proportional,
    /// `base exp(sum f)`: media also raise each other.
    Log,
}

impl Link {
    #[allow(clippy::trivially_copy_pass_by_ref)] // serde hands over a reference.
    fn is_additive(&self) -> bool {
        *self == Self::Additive
    }
}

/// The outcome.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct KpiSpec {
    /// Column name; `revenue` or `orders` are understood without a mapping.
    pub name: String,
    /// Money or a count.
    pub kind: KpiKind,
    /// Revenue of one KPI unit, for counts whose worth is known. Then effects and the truth are
    /// told in money.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revenue_per_unit: Option<f64>,
    /// Currency of spend and revenue.
    pub currency: Currency,
}

impl Default for WorldSpec {
    fn default() -> Self {
        Self {
            version: 0,
            name: "brand".to_owned(),
            seed: 1,
            start: NaiveDate::from_ymd_opt(2023, 1, 2).unwrap_or_default(),
            granularity: Granularity::Week,
            periods: 156,
            history: 0,
            kpi: KpiSpec::default(),
            link: Link::Additive,
            baseline: Baseline::default(),
            demand: Demand::default(),
            geos: Geos::default(),
            channels: Vec::new(),
            organic: Vec::new(),
            controls: Vec::new(),
            treatments: Vec::new(),
            noise: Noise::default(),
        }
    }
}

impl Default for KpiSpec {
    fn default() -> Self {
        Self {
            name: "revenue".to_owned(),
            kind: KpiKind::Revenue,
            revenue_per_unit: None,
            currency: euro(),
        }
    }
}

impl WorldSpec {
    /// Reads and checks a specification.
    ///
    /// # Errors
    /// [`WorldError::Spec`] with the line of every problem.
    pub fn from_toml(text: &str) -> Result<Self, WorldError> {
        read::from_toml(text)
    }

    /// The specification as a file, every default written out.
    ///
    /// # Errors
    /// [`WorldError::Spec`] when a value has no TOML form (a seed above 2^63).
    pub fn to_toml(&self) -> Result<String, WorldError> {
        toml::to_string(self).map_err(|e| {
            WorldError::Spec(vec![crate::error::Problem::new(
                "",
                format!("cannot be written: {e}"),
            )])
        })
    }

    /// Checks a specification that was built in code.
    ///
    /// # Errors
    /// [`WorldError::Spec`] with every problem.
    pub fn check(&self) -> Result<(), WorldError> {
        let problems = check::problems(self);
        if problems.is_empty() { Ok(()) } else { Err(WorldError::Spec(problems)) }
    }

    /// Money (or KPI units, where their worth is not known) of one KPI unit.
    pub fn outcome_per_unit(&self) -> f64 {
        self.kpi.revenue_per_unit.unwrap_or(1.0)
    }

    /// Whether outcomes are told in money.
    pub(crate) fn outcome_is_money(&self) -> bool {
        self.kpi.kind == KpiKind::Revenue || self.kpi.revenue_per_unit.is_some()
    }

    /// Lags that carry-over may reach unless the channel says otherwise: about eight weeks.
    pub(crate) fn default_max_lag(&self) -> usize {
        match self.granularity {
            Granularity::Day => 28,
            Granularity::Week => 8,
            Granularity::Month => 3,
        }
    }

    /// Lags that `adstock` reaches unless the channel says otherwise: the families that are made
    /// to last get what they need, the others the default.
    pub(crate) fn lags(&self, adstock: Adstock) -> usize {
        let reach = match adstock {
            // Until less than 2 % of the slow part is left.
            Adstock::TwoSpeed { slow, .. } if slow > 0.0 => 0.02_f64.ln() / slow.ln(),
            Adstock::PowerLaw { .. } => match self.granularity {
                Granularity::Day => 210.0,
                Granularity::Week => 30.0,
                Granularity::Month => 8.0,
            },
            // Three times the peak and some more for the wide ones.
            Adstock::LatePeak { peak, shape } => (1.0 + peak) * (2.0 + 4.0 / shape.sqrt()),
            Adstock::Plateau { periods } => periods.saturating_sub(1) as f64,
            _ => return self.default_max_lag(),
        };
        (reach.ceil().max(0.0) as usize).min(LONGEST_LAG)
    }
}

fn euro() -> Currency {
    // Three letters always parse; the fallback keeps the constructor total.
    match "EUR".parse() {
        Ok(currency) => currency,
        Err(_) => unreachable!("three letters are a currency"),
    }
}
