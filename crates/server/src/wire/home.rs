//! What Home shows.

use chrono::{DateTime, NaiveDate, Utc};
use outlay_mmm::summary::Estimate;
use outlay_store::{Dataset, Id, Model};
use serde::Serialize;
use utoipa::ToSchema;

use super::quality::Rung;

/// The data set behind the page.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HomeDataset {
    #[schema(value_type = uuid::Uuid)]
    pub(crate) id: Id<Dataset>,
    pub(crate) name: String,
}

/// The published model.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HomeModel {
    #[schema(value_type = uuid::Uuid)]
    pub(crate) id: Id<Model>,
    pub(crate) name: String,
    pub(crate) version: i64,
}

/// Which periods the page shows.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HomeWindow {
    pub(crate) periods: usize,
    #[schema(required)]
    pub(crate) from: Option<NaiveDate>,
    #[schema(required)]
    pub(crate) to: Option<NaiveDate>,
}

/// The outcome in the window.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HomeKpi {
    pub(crate) name: String,
    pub(crate) dates: Vec<NaiveDate>,
    pub(crate) values: Vec<f64>,
    pub(crate) total: f64,
    /// Total of the same number of periods before; `null` where the data is too short.
    #[schema(required)]
    pub(crate) before: Option<f64>,
}

/// A channel's spend in the window.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HomeChannel {
    pub(crate) name: String,
    pub(crate) values: Vec<f64>,
    pub(crate) total: f64,
    #[schema(required)]
    pub(crate) before: Option<f64>,
}

/// Spend in the window.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HomeSpend {
    pub(crate) dates: Vec<NaiveDate>,
    pub(crate) channels: Vec<HomeChannel>,
    pub(crate) total: f64,
    #[schema(required)]
    pub(crate) before: Option<f64>,
}

/// What a channel's money brings, as the published model says.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Efficiency {
    pub(crate) channel: String,
    /// Spend in the window.
    pub(crate) spend: f64,
    /// Return per unit of spend; `null` without a model.
    #[schema(required)]
    pub(crate) roi: Option<Estimate>,
    /// Return on the next unit of spend; `null` without a model.
    #[schema(required)]
    pub(crate) mroi: Option<Estimate>,
    /// Share of the window's spend, 0 to 1.
    pub(crate) share: f64,
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
    /// `recommendation`.
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
    /// `day`, `week` or `month`.
    pub(crate) granularity: String,
    #[schema(required)]
    pub(crate) window: Option<HomeWindow>,
    #[schema(required)]
    pub(crate) kpi: Option<HomeKpi>,
    #[schema(required)]
    pub(crate) spend: Option<HomeSpend>,
    pub(crate) efficiency: Vec<Efficiency>,
    /// Biggest change of spend against the window before.
    #[schema(required)]
    pub(crate) mover: Option<Mover>,
    /// What waits for a person, newest first.
    pub(crate) needs: Vec<Need>,
    /// What so much history allows.
    pub(crate) allows: Vec<Rung>,
}
