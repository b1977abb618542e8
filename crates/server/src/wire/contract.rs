//! Rows of the flat tables and changes of money, as they are served. Money is in units of its
//! currency.

use chrono::{DateTime, NaiveDate, Utc};
use outlay_store::{
    AllocationChange, AllocationRow, AttributionRow, Campaign, CurveRow, Id, Model, ReachEstimate,
    Scenario, Stored,
};
use serde::Serialize;
use serde_json::Value as Json;
use utoipa::ToSchema;

use super::{sentence_case, units};

/// One point of a channel's response curve.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CurvePointRow {
    #[schema(value_type = uuid::Uuid)]
    model: Id<Model>,
    channel: String,
    /// Spend over the model's whole history.
    spend: f64,
    /// ISO code; `XXX` where the data names none.
    currency: String,
    /// Mean outcome at this spend.
    response: f64,
    /// Lower end of its 90 % interval.
    lower: f64,
    /// Upper end.
    upper: f64,
    /// Outcome per unit of spend; `null` at no spend.
    #[schema(required)]
    roi: Option<f64>,
    /// Return on the next unit of spend.
    #[schema(required)]
    mroi: Option<f64>,
    /// (q95 - q05) / (2 mean) of the channel's ROI, as a share: 0.5 is half of it either way.
    #[schema(required)]
    uncertainty_pct: Option<f64>,
}

/// A point as it is served.
pub(crate) fn curve(row: CurveRow) -> CurvePointRow {
    CurvePointRow {
        model: row.model_id,
        channel: row.channel,
        spend: units(row.spend_micros),
        currency: row.currency,
        response: row.response,
        lower: row.lower,
        upper: row.upper,
        roi: row.roi,
        mroi: row.mroi,
        uncertainty_pct: row.uncertainty_pct,
    }
}

/// What a plan gives to one channel.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AllocationView {
    #[schema(value_type = uuid::Uuid)]
    model: Id<Model>,
    #[schema(value_type = Option<uuid::Uuid>, required)]
    plan: Option<Id<Scenario>>,
    channel: String,
    /// Spend of doing nothing.
    current: f64,
    /// Planned spend.
    proposed: f64,
    /// ISO code; `XXX` where the data names none.
    currency: String,
    /// What the change brings here, in outcomes.
    #[schema(required)]
    effect: Option<f64>,
    /// Lower end of its 90 % interval.
    #[schema(required)]
    lower: Option<f64>,
    /// Upper end.
    #[schema(required)]
    upper: Option<f64>,
    /// (q95 - q05) / (2 mean) of the channel's ROI in the plan, as a share.
    #[schema(required)]
    uncertainty_pct: Option<f64>,
}

/// An allocation as it is served.
pub(crate) fn allocation(row: AllocationRow) -> AllocationView {
    AllocationView {
        model: row.model_id,
        plan: row.scenario_id,
        channel: row.channel,
        current: units(row.current_micros),
        proposed: units(row.proposed_micros),
        currency: row.currency,
        effect: row.effect,
        lower: row.lower,
        upper: row.upper,
        uncertainty_pct: row.uncertainty_pct,
    }
}

/// A channel's share of a week's conversions under one method.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AttributionView {
    week_start: NaiveDate,
    channel: String,
    method: String,
    /// 0 to 1.
    share: f64,
    #[schema(required)]
    conversions: Option<f64>,
    #[schema(required)]
    revenue: Option<f64>,
    #[schema(required)]
    currency: Option<String>,
    /// Lower end of the share's interval.
    #[schema(required)]
    lower: Option<f64>,
    /// Upper end.
    #[schema(required)]
    upper: Option<f64>,
}

/// A share as it is served.
pub(crate) fn attribution(row: AttributionRow) -> AttributionView {
    AttributionView {
        week_start: row.week_start,
        channel: row.channel,
        method: row.method,
        share: row.share,
        conversions: row.conversions,
        revenue: row.revenue_micros.map(units),
        currency: row.currency,
        lower: row.lower,
        upper: row.upper,
    }
}

/// How many people a budget reaches.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReachView {
    at: DateTime<Utc>,
    /// Who, as `age=18-24;geo=DE`; empty for everybody.
    segment: String,
    budget: f64,
    /// ISO code; `XXX` where none was named.
    currency: String,
    /// Contacts per person reached.
    #[schema(required)]
    frequency: Option<f64>,
    /// People.
    reach: i64,
    #[schema(required)]
    impressions: Option<i64>,
    /// What the estimate rests on.
    source: String,
    /// The channel.
    #[schema(required)]
    channel: Option<String>,
}

/// An estimate as it is served.
pub(crate) fn reach(row: ReachEstimate) -> ReachView {
    ReachView {
        at: row.at,
        segment: row.segment,
        budget: units(row.budget_micros),
        currency: row.currency,
        frequency: row.frequency,
        reach: row.reach,
        impressions: row.impressions,
        source: row.source,
        channel: row.detail.get("channel").and_then(Json::as_str).map(str::to_owned),
    }
}

/// A change of a budget that is recommended.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecommendationView {
    #[schema(value_type = uuid::Uuid)]
    id: Id<AllocationChange>,
    #[schema(value_type = uuid::Uuid)]
    campaign: Id<Campaign>,
    /// The arm, where it is one's budget.
    #[schema(required)]
    arm: Option<uuid::Uuid>,
    /// Daily budget as it was read.
    before: f64,
    /// Daily budget as it should be.
    after: f64,
    /// ISO code.
    currency: String,
    /// `shadow` (written down only) or `live`.
    mode: &'static str,
    /// `draft`, `proposed`, `changes_requested`, `approved`, `rejected`, `expired`, `stale`,
    /// `superseded`, `applying`, `applied`, `verified`, `failed` or `reverted`.
    state: &'static str,
    /// SHA-256 of all that a person agrees to; sent back with the approval.
    content_hash: String,
    /// Why.
    sentence: String,
    /// Model, data, guard-rails, expected effect.
    #[schema(value_type = Object)]
    evidence: Json,
    #[schema(required)]
    expires_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    version: i64,
}

/// A change as it is served.
pub(crate) fn recommendation(stored: &Stored<AllocationChange>) -> RecommendationView {
    let body = &stored.body;
    RecommendationView {
        id: stored.id,
        campaign: body.campaign_id,
        arm: body.arm_id.map(Id::uuid),
        before: units(body.before.micros),
        after: units(body.after.micros),
        currency: body.after.currency.code().to_owned(),
        mode: body.mode.as_str(),
        state: body.state.as_str(),
        content_hash: body.content_hash.clone(),
        sentence: sentence_case(&body.reason),
        evidence: body.evidence.clone(),
        expires_at: body.expires_at,
        created_at: stored.created_at,
        version: stored.version,
    }
}
