//! Keys of the KPI without media, of latent demand, and of noise.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::media::is_zero;
use super::read;

/// What the KPI would be without media.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Baseline {
    /// KPI units per period at the start, all geos together.
    pub level: f64,
    /// Change per year from the start on, as a share of the level.
    pub trend: f64,
    /// Later changes of the trend (piecewise linear).
    pub slopes: Vec<Slope>,
    /// Sudden lasting changes of the level.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub shifts: Vec<Shift>,
    /// Standard deviation per year of a random walk, as a share of the level; 0 for none.
    pub drift: f64,
    /// The wave of the year.
    pub yearly: Yearly,
    /// Share of the level added on Monday to Sunday; daily data only, empty for none.
    pub weekly: Vec<f64>,
    /// Holidays and one-off events.
    pub events: Vec<Event>,
}

/// A change of the trend.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slope {
    /// First day of the new trend.
    #[serde(deserialize_with = "read::date")]
    pub from: NaiveDate,
    /// Change per year from then on, as a share of the level.
    pub trend: f64,
}

/// A sudden lasting change of the level.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shift {
    /// A day in the first changed period.
    #[serde(deserialize_with = "read::date")]
    pub from: NaiveDate,
    /// Change, as a share of the level; may be negative.
    pub effect: f64,
}

/// The wave of the year: a cosine, and a second harmonic that makes its peak narrower.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Yearly {
    /// Height of the first harmonic, as a share of the level.
    pub amplitude: f64,
    /// Day of the year (1 to 366) of the highest point.
    pub peak_day: f64,
    /// Height of the second harmonic relative to the first.
    pub second: f64,
    /// Variation of the height from one calendar year to the next (sd of the log).
    #[serde(skip_serializing_if = "is_zero")]
    pub variation: f64,
}

/// A pulse in the baseline: a holiday that returns every year, or a single event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// Name; also the column where it is observed.
    pub name: String,
    /// Month of a yearly holiday (1 to 12).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub month: Option<u32>,
    /// Day of the month of a yearly holiday (1 to 31).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<u32>,
    /// Day of a single event, instead of `month` and `day`.
    #[serde(
        default,
        deserialize_with = "read::optional_date",
        skip_serializing_if = "Option::is_none"
    )]
    pub on: Option<NaiveDate>,
    /// Periods it lasts, from the one that contains the day.
    #[serde(default = "one")]
    pub periods: usize,
    /// Share of the level added in each of these periods; may be negative.
    pub effect: f64,
    /// Whether the data has a 0/1 column for it (a control).
    #[serde(default)]
    pub observed: bool,
}

/// Latent demand: a standardised AR(1) series that nobody sees.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Demand {
    /// Share of the level that one standard deviation of demand adds; 0 for none.
    pub strength: f64,
    /// Correlation of one period's demand with the next's (0 to below 1).
    pub persistence: f64,
}

/// What no series explains.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Noise {
    /// Distribution.
    pub family: NoiseFamily,
    /// Degrees of freedom of `student-t`, above 2.
    pub df: f64,
    /// Correlation of one period's noise with the next's for `ar1`, between -1 and 1.
    pub rho: f64,
    /// Standard deviation as a share of the baseline level; wins over `r2`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sd: Option<f64>,
    /// Expected share of the variance over time within geos that is not noise, when `sd` is not
    /// given.
    pub r2: f64,
    /// How the standard deviation grows with the expected KPI of a geo, as a power: 0 not at all,
    /// 1 in proportion; what is asked for holds at the geo's average.
    #[serde(skip_serializing_if = "is_zero")]
    pub level_power: f64,
    /// Share of the noise's variance that all geos have in common (0..1); national brands have no
    /// use for it.
    #[serde(skip_serializing_if = "is_zero")]
    pub common: f64,
    /// Single periods far off, a year; they come on top of the noise that is asked for.
    #[serde(skip_serializing_if = "is_zero")]
    pub outliers: f64,
    /// How far off they are, in standard deviations of the noise, up or down.
    #[serde(skip_serializing_if = "is_zero")]
    pub outlier_size: f64,
}

/// Distribution of the noise, standardised to variance 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoiseFamily {
    /// Independent Normal draws.
    #[default]
    Normal,
    /// Independent Student-t draws: now and then far away.
    StudentT,
    /// A Normal AR(1) process: errors that last.
    Ar1,
}

impl Default for Baseline {
    fn default() -> Self {
        Self {
            level: 100_000.0,
            trend: 0.0,
            slopes: Vec::new(),
            shifts: Vec::new(),
            drift: 0.0,
            yearly: Yearly::default(),
            weekly: Vec::new(),
            events: Vec::new(),
        }
    }
}

impl Default for Yearly {
    fn default() -> Self {
        Self { amplitude: 0.1, peak_day: 345.0, second: 0.3, variation: 0.0 }
    }
}

impl Default for Demand {
    fn default() -> Self {
        Self { strength: 0.0, persistence: 0.8 }
    }
}

impl Default for Noise {
    fn default() -> Self {
        Self {
            family: NoiseFamily::Normal,
            df: 5.0,
            rho: 0.5,
            sd: None,
            r2: 0.9,
            level_power: 0.0,
            common: 0.0,
            outliers: 0.0,
            outlier_size: 0.0,
        }
    }
}

fn one() -> usize {
    1
}
