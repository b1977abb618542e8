//! What Home shows.

use chrono::{DateTime, NaiveDate, Utc};
use outlay_core::Granularity;
use outlay_mmm::summary::Estimate;
use outlay_store::{Dataset, Id, Model};
use serde::Serialize;
use utoipa::ToSchema;

use super::quality::Rung;
use super::range::RangeView;

/// The data set behind the page.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HomeDataset {
    #[schema(value_type = uuid::Uuid)]
    pub(crate) id: Id<Dataset>,
    pub(crate) name: String,
}

/// How old the data is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Freshness {
    /// Last day of its last period.
    pub(crate) data_until: NaiveDate,
    pub(crate) imported_at: DateTime<Utc>,
    pub(crate) state: Age,
}

/// Whether newer data is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Age {
    /// It is not.
    Fresh,
    /// It is, by more than `data.late_periods`.
    Late,
}

/// The published model.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HomeModel {
    #[schema(value_type = uuid::Uuid)]
    pub(crate) id: Id<Model>,
    pub(crate) name: String,
    pub(crate) version: i64,
}

/// Which periods the page shows; an empty range has none.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HomeWindow {
    pub(crate) periods: usize,
    /// First day of the first of them.
    #[schema(required)]
    pub(crate) from: Option<NaiveDate>,
    /// First day of the last of them.
    #[schema(required)]
    pub(crate) to: Option<NaiveDate>,
}

/// What the page can be narrowed to.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct HomeChoices {
    /// Paid channels, in the order of the file.
    pub(crate) channels: Vec<String>,
    /// Regions; empty where the data has one only.
    pub(crate) geos: Vec<String>,
}

/// The outcome in the window.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HomeKpi {
    pub(crate) name: String,
    /// First days of the periods of a year or more, the window at the end.
    pub(crate) dates: Vec<NaiveDate>,
    pub(crate) values: Vec<f64>,
    /// Total of the window.
    pub(crate) total: f64,
    /// Total of what it is compared with; `null` where there is nothing to compare with.
    #[schema(required)]
    pub(crate) before: Option<f64>,
    /// By which share `total` differs from `before`.
    #[schema(required)]
    pub(crate) change: Option<f64>,
}

/// A channel's spend in the window.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HomeChannel {
    pub(crate) name: String,
    /// Spend on the days of `spend.dates`.
    pub(crate) values: Vec<f64>,
    /// Total of the window.
    pub(crate) total: f64,
    #[schema(required)]
    pub(crate) before: Option<f64>,
    /// By which share `total` differs from `before`.
    #[schema(required)]
    pub(crate) change: Option<f64>,
}

/// Spend, with its total in the window.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HomeSpend {
    /// First days of the periods of a year or more, the window at the end.
    pub(crate) dates: Vec<NaiveDate>,
    /// The channel that was asked for, or all.
    pub(crate) channels: Vec<HomeChannel>,
    /// Total of these channels in the window.
    pub(crate) total: f64,
    #[schema(required)]
    pub(crate) before: Option<f64>,
    /// By which share `total` differs from `before`.
    #[schema(required)]
    pub(crate) change: Option<f64>,
}

/// What reaching people costs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReachCost {
    /// Money per `unit` in the window.
    pub(crate) value: f64,
    /// The same in what the window is compared with; `null` where there is nothing.
    #[schema(required)]
    pub(crate) before: Option<f64>,
    /// By which share `value` differs from `before`.
    #[schema(required)]
    pub(crate) change: Option<f64>,
    /// `1,000 impressions`, or one of what the channel counts.
    pub(crate) unit: String,
}

/// What a channel's money brings, as the published model says.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Efficiency {
    pub(crate) channel: String,
    /// Spend in the window.
    pub(crate) spend: f64,
    /// By which share it differs from what the window is compared with.
    #[schema(required)]
    pub(crate) change: Option<f64>,
    /// Return per unit of spend; `null` without a model.
    #[schema(required)]
    pub(crate) roi: Option<Estimate>,
    /// Return on the next unit of spend; `null` without a model.
    #[schema(required)]
    pub(crate) mroi: Option<Estimate>,
    /// Share of all spend in the window, 0 to 1.
    pub(crate) share: f64,
    /// `null` where nothing but spend is known of the channel.
    #[schema(required)]
    pub(crate) cost: Option<ReachCost>,
}

/// The channel whose spend changed most.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Mover {
    pub(crate) channel: String,
    pub(crate) sentence: String,
}

/// Something that waits for a person.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Need {
    /// `recommendation` or `model`.
    pub(crate) kind: &'static str,
    pub(crate) title: String,
    pub(crate) sentence: String,
    /// Page of the dashboard.
    pub(crate) link: String,
    pub(crate) at: DateTime<Utc>,
}

/// Everything that Home shows; what is not known yet is `null` or empty.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct HomeView {
    /// The published model's answer in one sentence.
    #[schema(required)]
    pub(crate) sentence: Option<String>,
    #[schema(required)]
    pub(crate) dataset: Option<HomeDataset>,
    #[schema(required)]
    pub(crate) model: Option<HomeModel>,
    /// ISO code of money, where known.
    #[schema(required)]
    pub(crate) currency: Option<String>,
    pub(crate) outcome_unit: String,
    pub(crate) outcome_is_money: bool,
    #[schema(value_type = Granularity)]
    pub(crate) granularity: String,
    #[schema(required)]
    pub(crate) freshness: Option<Freshness>,
    /// The range that the page is about; `null` without data.
    #[schema(required)]
    pub(crate) range: Option<RangeView>,
    pub(crate) choices: HomeChoices,
    /// `null` where the range holds nothing, as `kpi` and `spend` are.
    #[schema(required)]
    pub(crate) window: Option<HomeWindow>,
    #[schema(required)]
    pub(crate) kpi: Option<HomeKpi>,
    #[schema(required)]
    pub(crate) spend: Option<HomeSpend>,
    pub(crate) efficiency: Vec<Efficiency>,
    /// Biggest change of spend against what the window is compared with; `null` for one channel.
    #[schema(required)]
    pub(crate) mover: Option<Mover>,
    /// What waits for a person, newest first.
    pub(crate) needs: Vec<Need>,
    /// What so much history allows.
    pub(crate) allows: Vec<Rung>,
}
