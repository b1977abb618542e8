//! How a curve is fitted, and what the fit says about itself.

use serde::{Deserialize, Serialize};

use crate::reach::nbd::Nbd;

/// What a curve keeps of its points.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = ReachMethod))]
pub enum Method {
    /// One negative binomial distribution for all frequencies: smooth, concave at 1+, and able to
    /// answer for frequencies that were not given.
    #[default]
    Joint,
    /// A distribution of its own for each given frequency: for points whose frequencies do not
    /// follow one distribution.
    PerFrequency,
    /// Through the points (made monotone), continued by the family: for many trusted points.
    Interpolate,
}

/// How a curve is fitted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FitSettings {
    /// What the curve keeps of its points.
    pub method: Method,
    /// Largest share of the population that can be reached at all.
    pub largest_share: f64,
    /// Shape of the distribution; found from the points unless given.
    pub shape: Option<f64>,
    /// Share of impressions that fall on people of the population; found from the points unless
    /// given. Needs impressions, or spend with a price.
    pub on_target: Option<f64>,
    /// Elasticity of exposures to spend without a price; found from the points unless given. It is
    /// 1 wherever impressions are known.
    pub elasticity: Option<f64>,
}

impl Default for FitSettings {
    fn default() -> Self {
        Self {
            method: Method::Joint,
            largest_share: 1.0,
            shape: None,
            on_target: None,
            elasticity: None,
        }
    }
}

/// How far a curve is from its points.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = ReachFitError))]
pub struct FitError {
    /// Root mean squared distance, in people.
    pub rmse: f64,
    /// Largest distance relative to the people reached.
    pub largest_relative: f64,
    /// The point of the largest relative distance, from 0.
    pub at: usize,
}

/// A point that was lower than one before it, and what isotonic regression made of it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PooledPoint {
    /// The point, from 0.
    pub index: usize,
    /// People given.
    pub reached: f64,
    /// People after pooling.
    pub pooled: f64,
}

/// What the reader of a fit should know.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = ReachFitNote))]
pub enum FitNote {
    /// Too few points to find the shape: it was set.
    ShapeAssumed(f64),
    /// Too few points to find the share of impressions on the population: it was set.
    OnTargetAssumed(f64),
    /// Too few points to find the elasticity of exposures to spend: it was set.
    ElasticityAssumed(f64),
    /// The points do not show where reach ends: the ceiling is the largest share allowed.
    CeilingNotSeen,
    /// The best shape is the smallest or largest that is searched.
    ShapeAtBound(f64),
    /// This frequency has too few points for a curve of its own and uses the joint one.
    JointAtFrequency(u32),
    /// This point has more people than the same amount bought at a lower frequency.
    OutOfOrder(usize),
}

/// How well a curve fits, and what was assumed.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = ReachFitReport))]
pub struct FitReport {
    /// Distance of the curve from the given points.
    pub curve: FitError,
    /// Distance of the one distribution for all frequencies: the same under [`Method::Joint`].
    pub family: FitError,
    /// Distance with a distribution for each frequency, where there are several: if it is much
    /// smaller, the frequencies do not follow one distribution.
    pub per_frequency: Option<FitError>,
    /// The family over all frequencies.
    pub joint: Nbd,
    /// Share of impressions on the population, where impressions are known.
    pub on_target: Option<f64>,
    /// Smallest and largest amount bought among the points.
    pub range: (f64, f64),
    /// Points that fall where they should rise.
    pub pooled: Vec<PooledPoint>,
    /// What was assumed.
    pub notes: Vec<FitNote>,
}
