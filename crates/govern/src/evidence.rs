//! What is known about a target when its budget is to change.

use chrono::NaiveDate;
use outlay_core::Money;
use serde::{Deserialize, Serialize};

use crate::error::GuardError;

/// The 90 % interval of the cost of an acquired customer (CAC).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CacInterval {
    /// Lower bound, at least zero.
    pub lower: Money,
    /// Upper bound; `None` when there is none, as where no customer may have come at all.
    pub upper: Option<Money>,
}

/// Where a CAC interval stands against the cap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CacStanding {
    /// Under the cap as far as a raise needs it: either direction is open.
    Under,
    /// Perhaps above the cap: no raise, but nothing calls for a cut either.
    Unclear,
    /// Above the cap even at the bound by which a cut is judged: the direction is down.
    Over,
}

/// The return on one unit of money (ROI) with its 90 % interval, as the model's draws give it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ReturnInterval {
    /// Lower bound.
    pub lower: f64,
    /// Mean; a skewed posterior may have it outside of the interval.
    pub mean: f64,
    /// Upper bound.
    pub upper: f64,
}

impl ReturnInterval {
    /// Half the interval's width over the mean (ledger S4-060); `None` where the mean is not
    /// above zero, since a share of it then says nothing.
    ///
    /// # Errors
    /// [`GuardError::Interval`] when a figure is not finite or the bounds are reversed.
    pub fn uncertainty(&self) -> Result<Option<f64>, GuardError> {
        let Self { lower, mean, upper } = *self;
        if ![lower, mean, upper].iter().all(|x| x.is_finite()) || lower > upper {
            return Err(GuardError::Interval("the return"));
        }
        // Halves first: neither the width nor twice the mean can then leave the range.
        Ok((mean > 0.0).then(|| (upper / 2.0 - lower / 2.0) / mean))
    }
}

/// What a target spent on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DailySpend {
    /// The account's day.
    pub date: NaiveDate,
    /// Spend of the whole day, at least zero.
    pub spend: Money,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uncertainty_is_half_the_width_over_the_mean() {
        let given = |lower, mean, upper| ReturnInterval { lower, mean, upper }.uncertainty();
        assert_eq!(given(1.0, 2.0, 3.0), Ok(Some(0.5)));
        assert_eq!(given(-1.0, 0.0, 1.0), Ok(None));
        assert_eq!(given(-3.0, -2.0, -1.0), Ok(None));
        assert!(given(3.0, 2.0, 1.0).is_err());
        assert!(given(1.0, f64::NAN, 3.0).is_err());
        assert!(given(1.0, 2.0, f64::INFINITY).is_err());
        assert_eq!(given(-f64::MAX, f64::MAX, f64::MAX), Ok(Some(1.0)));
    }
}
