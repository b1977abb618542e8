//! Ranges of days as they are served.

use chrono::NaiveDate;
use outlay_core::Granularity;
use serde::Serialize;
use utoipa::ToSchema;

/// Days, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Stretch {
    pub(crate) from: NaiveDate,
    pub(crate) to: NaiveDate,
}

/// The range that an answer is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct RangeView {
    /// First day of its first period; as asked for where it holds none.
    pub(crate) from: NaiveDate,
    /// Last day of its last period; as asked for where it holds none.
    pub(crate) to: NaiveDate,
    /// How many periods of the data begin in it; 0 where it holds nothing.
    pub(crate) periods: usize,
    /// What a period is.
    #[schema(value_type = Granularity)]
    pub(crate) granularity: String,
    /// Weeks up to the last day of the data, or `all`; `null` for days of one's own.
    #[schema(required)]
    pub(crate) last: Option<String>,
    /// What it is compared with; `null` where that is not wanted, or the data does not go back so
    /// far.
    #[schema(required)]
    pub(crate) against: Option<Stretch>,
    /// All days of the data.
    pub(crate) data: Stretch,
    /// A range that holds something, where this one does not.
    #[schema(required)]
    pub(crate) instead: Option<Stretch>,
}
