//! Reach and frequency: how many people a channel can reach, how often, and at what price.
//!
//! **Curves.** [`fit`] turns given points (spend or impressions to people reached, once or at least
//! k times) into a [`ReachCurve`]. Exposures per reachable person follow a negative binomial
//! distribution ([`Nbd`]; Ehrenberg 1959, Danaher 2007) whose mean grows with what is bought:
//!
//! ```text
//! R_k(x) = M · P(N ≥ k),   N ~ NBD(mean ρx, shape r),   R_1(x) = M · (1 − (1 + ρx/r)^−r)
//! ```
//!
//! `r = 1` is the curve of Goerg (2014), `r → ∞` the exponential `M (1 − e^−ρx)`, `r → 0`
//! grows like a logarithm. Where the points themselves are to be kept, they are made monotone
//! (isotonic regression) and joined by a monotone cubic; the family continues them.
//! Whatever the method, every curve starts at zero, never falls, never exceeds the population, and
//! never claims more than one person per k impressions.
//!
//! **Numbers of a plan.** [`ReachCurve::at`] gives k+ reach, average frequency, gross rating points,
//! cost per person reached and the cost of the next one; [`ReachCurve::needed`] the inverse.
//!
//! **Frequency.** [`optimal_frequency`] finds the frequency with the highest expected effect for
//! fixed impressions, from posterior draws, as Meridian defines it.
//!
//! **Several channels.** [`combined_reach`] removes the people reached twice, [`split`] divides a
//! budget for the highest combined reach, [`cheapest`] finds the smallest budget for a target,
//! [`aggregate`] and [`reach_by_segment`] add up segments that do not overlap.
//!
//! ```
//! use outlay_planner::reach::{FitSettings, Needed, ReachPoint, ReachPoints, Unit, fit};
//!
//! let points = ReachPoints {
//!     channel: "video".into(),
//!     segment: Default::default(),
//!     population: 1_000_000.0,
//!     unit: Unit::Spend,
//!     cost_per_thousand: Some(10.0),
//!     points: [(2_000.0, 150_000.0), (5_000.0, 290_000.0), (20_000.0, 560_000.0)]
//!         .map(|(bought, reached)| ReachPoint { bought, frequency: 1, reached })
//!         .to_vec(),
//! };
//! let (curve, report) = fit(&points, &FitSettings::default())?;
//! assert!(report.curve.rmse < 5_000.0);
//!
//! let at = curve.at(10_000.0, &[1, 3])?;
//! assert!(at.reach[0].people > 290_000.0 && at.reach[0].people < 560_000.0);
//! assert!(at.reach[1].people < at.reach[0].people);
//! assert!(matches!(curve.needed(400_000.0, 1)?, Needed::Bought { .. }));
//! # Ok::<(), outlay_planner::reach::ReachError>(())
//! ```

mod curve;
mod duplication;
mod error;
mod fit;
mod frequency;
mod isotonic;
mod least_squares;
mod metrics;
mod nbd;
mod pchip;
mod points;
mod segment;
mod split;
#[cfg(test)]
mod tests;

pub use curve::{Needed, ReachCurve};
pub use duplication::{CombinedReach, Duplication, PairFactor, combined_frequency, combined_reach};
pub use error::ReachError;
pub use fit::{FitError, FitNote, FitReport, FitSettings, Method, PooledPoint, fit};
pub use frequency::{
    Border, Estimate, FrequencyPoint, FrequencyQuestion, HillResponse, OptimalFrequency, Staying,
    optimal_frequency,
};
pub use isotonic::isotonic;
pub use metrics::{AtLeast, ImpressionSource, ReachAt};
pub use nbd::Nbd;
pub use pchip::Pchip;
pub use points::{ReachPoint, ReachPoints, ReachRow, Segment, Unit, from_rows};
pub use segment::{SegmentFilter, SegmentedReach, aggregate, reach_by_segment};
pub use split::{Bounds, ChannelShare, Split, SplitMethod, SplitRequest, cheapest, split};
