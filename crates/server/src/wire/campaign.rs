//! Campaigns, their days and arms as they are served. Money is in units of its currency.

use chrono::NaiveDate;
use outlay_store::{Arm, Campaign, DayTotals, Id, Stored};
use serde::Serialize;
use utoipa::ToSchema;

use super::range::RangeView;
use super::units;

/// A campaign with what it spent and brought in a range of days.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CampaignView {
    #[schema(value_type = uuid::Uuid)]
    pub(crate) id: Id<Campaign>,
    pub(crate) name: String,
    /// Platform of its first arm; the account that reports it where it has none.
    pub(crate) platform: String,
    /// Channel of its first arm; empty where it has none.
    pub(crate) channel: String,
    /// `draft`, `active`, `paused`, `ended` or `removed`.
    pub(crate) status: &'static str,
    /// ISO code.
    pub(crate) currency: String,
    /// Daily budget.
    pub(crate) budget: f64,
    /// Spend in the range.
    pub(crate) spend: f64,
    /// By which share it differs from what the range is compared with; `null` where nothing was
    /// spent then.
    #[schema(required)]
    pub(crate) spend_change: Option<f64>,
    /// Revenue in the range; `null` where nothing was reported.
    #[schema(required)]
    pub(crate) outcome: Option<f64>,
    #[schema(required)]
    pub(crate) outcome_change: Option<f64>,
    pub(crate) outcome_unit: &'static str,
    pub(crate) outcome_is_money: bool,
    /// Outcome over spend, a ratio of the sums; `null` where there is none.
    #[schema(required)]
    pub(crate) roas: Option<f64>,
    /// Spend in stretches of `trend_days` days up to the end of the range, the oldest first.
    pub(crate) trend: Vec<f64>,
    pub(crate) trend_days: usize,
    /// First day of the range on which something was reported.
    #[schema(required)]
    pub(crate) from: Option<NaiveDate>,
    /// Last day of the range on which something was reported.
    #[schema(required)]
    pub(crate) to: Option<NaiveDate>,
}

/// What campaigns spent and brought in all, in one currency.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CampaignTotal {
    /// ISO code.
    pub(crate) currency: String,
    pub(crate) spend: f64,
    /// By which share it differs from what the range is compared with.
    #[schema(required)]
    pub(crate) spend_change: Option<f64>,
    /// Revenue; `null` where nothing was reported.
    #[schema(required)]
    pub(crate) outcome: Option<f64>,
    #[schema(required)]
    pub(crate) outcome_change: Option<f64>,
    /// Outcome over spend, a ratio of the sums.
    #[schema(required)]
    pub(crate) roas: Option<f64>,
}

/// What campaigns can be filtered by.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CampaignChoices {
    pub(crate) platforms: Vec<String>,
    pub(crate) channels: Vec<String>,
}

/// All campaigns that a filter names, over a range of days.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CampaignSummary {
    /// `null` where no campaign has ever reported a day.
    #[schema(required)]
    pub(crate) range: Option<RangeView>,
    /// One entry per currency: sums of different ones are not added up.
    pub(crate) totals: Vec<CampaignTotal>,
    pub(crate) choices: CampaignChoices,
}

/// What a campaign spent and brought on one day.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DayView {
    pub(crate) day: NaiveDate,
    pub(crate) impressions: i64,
    pub(crate) clicks: i64,
    pub(crate) conversions: f64,
    pub(crate) spend: f64,
    pub(crate) revenue: f64,
    /// ISO code.
    pub(crate) currency: String,
    /// Revenue over spend; `null` without spend.
    #[schema(required)]
    pub(crate) roas: Option<f64>,
}

/// One day as it is served.
pub(crate) fn day(day: &DayTotals) -> DayView {
    let totals = &day.totals;
    DayView {
        day: day.day,
        impressions: totals.impressions,
        clicks: totals.clicks,
        conversions: units(totals.conversions_micros),
        spend: units(totals.cost.micros),
        revenue: units(totals.revenue.micros),
        currency: totals.cost.currency.code().to_owned(),
        roas: totals.roas(),
    }
}

/// What an agent may choose inside of a campaign.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ArmView {
    #[schema(value_type = uuid::Uuid)]
    id: Id<Arm>,
    platform: String,
    channel: String,
    #[schema(required)]
    creative: Option<String>,
    /// `draft`, `active`, `paused`, `ended` or `removed`.
    status: &'static str,
    /// Bid in units of `currency`; `null` where it has none.
    #[schema(required)]
    bid: Option<f64>,
    #[schema(required)]
    currency: Option<String>,
    /// What an agent believes of it; `null` where none has learnt yet.
    #[schema(required)]
    belief: Option<BeliefView>,
}

/// What a bandit agent believes of an arm.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BeliefView {
    /// First parameter of the Beta belief.
    pub(crate) alpha: f64,
    /// Second parameter of the Beta belief.
    pub(crate) beta: f64,
    /// Times it was tried.
    pub(crate) trials: i64,
    /// Money spent on it so far.
    pub(crate) spending: f64,
}

/// An arm as it is served.
pub(crate) fn arm(stored: Stored<Arm>, belief: Option<BeliefView>) -> ArmView {
    let body = stored.body;
    ArmView {
        id: stored.id,
        platform: body.platform,
        channel: body.channel,
        creative: body.creative,
        status: body.status.as_str(),
        bid: body.bid.map(|bid| units(bid.micros)),
        currency: body.bid.map(|bid| bid.currency.code().to_owned()),
        belief,
    }
}

/// One series of a chart.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MetricSeries {
    pub(crate) name: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) is_money: bool,
    pub(crate) values: Vec<f64>,
}

/// A change of a budget, for a chart.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChangeMark {
    pub(crate) date: NaiveDate,
    pub(crate) sentence: String,
}

/// A campaign's days as series, with the changes that were made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CampaignSeries {
    pub(crate) dates: Vec<NaiveDate>,
    pub(crate) metrics: Vec<MetricSeries>,
    pub(crate) changes: Vec<ChangeMark>,
    /// ISO code of money; that of the campaign's budget.
    pub(crate) currency: String,
    /// The range, with all days of this campaign as its data; `null` where it has reported none.
    #[schema(required)]
    pub(crate) range: Option<RangeView>,
}
