//! Metric facts: what each arm did on each day, as its platform reported it.
//!
//! A load replaces what its source said about a range of days and never appends, so that a report
//! that is restated, or loaded twice, counts once. Sums per campaign and day, and per day, are kept
//! in the same transaction; pages ask for those, and reach ten million facts in milliseconds.

mod query;
mod range;
mod replace;

use chrono::{DateTime, NaiveDate, Utc};
use outlay_core::{Currency, Money};
use sea_orm::{DbErr, QueryResult};
use serde::Serialize;
use uuid::Uuid;

use crate::campaigns::{Arm, Campaign};
use crate::field::Field;
use crate::id::Id;
use crate::link::Link;
use crate::workspaces::WorkspaceId;

pub use query::{CampaignDay, CampaignTotals, DayTotals, NamedQuery};
pub use range::RangeTotals;
pub use replace::{Partition, Replaced};

/// What one arm did in one period, under one attribution setting.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fact {
    /// Of which campaign.
    pub campaign_id: Id<Campaign>,
    /// Of which arm.
    pub arm_id: Id<Arm>,
    /// Day in the account's time zone.
    pub day: NaiveDate,
    /// Start of the period, in UTC; that of the day for daily reports.
    pub at: DateTime<Utc>,
    /// Attribution setting of the report (`7d_click`, `data_driven`, …). Facts of different
    /// settings are never added up.
    pub attribution: String,
    /// IANA time zone of the account.
    pub time_zone: String,
    /// Times it was shown.
    pub impressions: i64,
    /// Times it was clicked.
    pub clicks: i64,
    /// Conversions in millionths: platforms report fractions, and sums must be exact.
    pub conversions_micros: i64,
    /// What it cost.
    pub cost: Money,
    /// What it brought, in the currency of the cost; negative after returns.
    pub revenue: Money,
    /// When it was taken from the platform.
    pub extracted_at: DateTime<Utc>,
    /// Whether the platform will not restate it.
    pub is_final: bool,
    /// The load that wrote it.
    pub batch_id: Uuid,
}

/// Sums over facts of one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Times shown.
    pub impressions: i64,
    /// Times clicked.
    pub clicks: i64,
    /// Conversions in millionths.
    pub conversions_micros: i64,
    /// What it cost.
    pub cost: Money,
    /// What it brought.
    pub revenue: Money,
}

impl Totals {
    /// Revenue per unit of cost: the ratio of the sums. Nothing where nothing was spent.
    pub fn roas(&self) -> Option<f64> {
        (self.cost.micros > 0).then(|| self.revenue.micros as f64 / self.cost.micros as f64)
    }

    fn read(row: &QueryResult) -> Result<Self, DbErr> {
        let currency: Currency = Field::read(row, "currency")?;
        let number = |column: &str| <i64 as Field>::read(row, column);
        Ok(Self {
            impressions: number("impressions")?,
            clicks: number("clicks")?,
            conversions_micros: number("conversions_micros")?,
            cost: Money::new(number("cost_micros")?, currency),
            revenue: Money::new(number("revenue_micros")?, currency),
        })
    }
}

/// Which days are asked for, under which attribution setting. Both ends are included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
    /// Attribution setting.
    pub attribution: String,
}

/// What campaigns can be ranked by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RankBy {
    /// Times shown.
    Impressions,
    /// Times clicked.
    Clicks,
    /// Conversions.
    Conversions,
    /// What it cost.
    Cost,
    /// What it brought.
    Revenue,
}

/// The facts of one workspace.
#[derive(Clone, Copy)]
pub struct Facts<'c> {
    pub(crate) link: Link<'c>,
    pub(crate) workspace: WorkspaceId,
}
