//! The campaigns of the simulated brand: one per paid channel, with what the file says of its last
//! year. Nothing is added to it: no platform has counted what they brought, so nothing is counted.

use chrono::{DateTime, NaiveDate, Utc};
use outlay_core::{Currency, Exposure, Money, Panel};
use outlay_store::{Arm, Campaign, Fact, Id, Partition, RunStatus, Scope, StoreError};
use uuid::Uuid;

/// The account that their loads replace.
const SOURCE: &str = "demo";
/// What stands for a platform: there is none.
const PLATFORM: &str = "simulated";
/// Attribution of figures that are a platform's own, as pages ask for them.
const ATTRIBUTION: &str = "platform";

/// A channel's last year, day by day.
#[derive(Debug, Clone)]
pub(super) struct Told {
    channel: String,
    /// Day, spend, times shown; the oldest first.
    days: Vec<(NaiveDate, Money, i64)>,
}

/// What the panel says of every paid channel. A period's spend is laid evenly on its days, since a
/// file of weeks does not know more.
pub(super) fn told(panel: &Panel, currency: Currency) -> Vec<Told> {
    let granularity = panel.calendar.granularity();
    let starts = panel.calendar.starts();
    let from = starts.len().saturating_sub(granularity.periods_per_whole_year());
    let channels = panel.channels.iter().map(|channel| {
        let spend = channel.spend.national();
        let shown = match &channel.exposure {
            Exposure::Volume { unit, .. } if unit != "impressions" => vec![0.0; spend.len()],
            exposure => exposure.impressions().national(),
        };
        let mut days = Vec::new();
        for (period, start) in starts.iter().enumerate().skip(from) {
            let at = panel.lead_in + period;
            let Some(next) = granularity.advance(*start, 1) else { continue };
            let length = (next - *start).num_days().max(1);
            let share = |values: &[f64]| values.get(at).copied().unwrap_or(0.0) / length as f64;
            let cost = Money::from_units(share(&spend), currency);
            for day in start.iter_days().take(length as usize) {
                let Ok(cost) = cost else { continue };
                days.push((day, cost, share(&shown).round() as i64));
            }
        }
        Told { channel: channel.name.clone(), days }
    });
    channels.filter(|told| !told.days.is_empty()).collect()
}

/// Writes them: each ended where the file ends, with what it spent a day as its budget.
pub(super) async fn write(
    scope: Scope<'_>,
    all: &[Told],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let mut facts = Vec::new();
    let mut span: Option<(NaiveDate, NaiveDate)> = None;
    for told in all {
        let (Some(first), Some(last)) = (told.days.first(), told.days.last()) else { continue };
        let spent: i64 = told.days.iter().map(|(_, cost, _)| cost.micros).sum();
        let budget = spent / told.days.len() as i64;
        let campaign = Campaign {
            name: format!("{} always on", told.channel),
            source: SOURCE.to_owned(),
            external_id: None,
            budget: Money::new(budget, first.1.currency),
            start_date: first.0,
            end_date: Some(last.0),
            status: RunStatus::Ended,
        };
        let campaign = scope.campaigns().create(campaign, now).await?.id;
        let arm = arm(campaign, &told.channel);
        let arm = scope.arms().create(arm, now).await?.id;
        let fact = |(day, cost, shown): &(NaiveDate, Money, i64)| {
            fact(campaign, arm, *day, *cost, *shown, now)
        };
        facts.extend(told.days.iter().map(fact));
        let (from, to) = span.unwrap_or((first.0, last.0));
        span = Some((from.min(first.0), to.max(last.0)));
    }
    let Some((from, to)) = span else { return Ok(()) };
    let partition = Partition { source: SOURCE.to_owned(), from, to };
    scope.facts().replace(&partition, &facts).await.map(|_| ())
}

fn arm(campaign: Id<Campaign>, channel: &str) -> Arm {
    Arm {
        campaign_id: campaign,
        platform: PLATFORM.to_owned(),
        channel: channel.to_owned(),
        creative: None,
        external_id: None,
        bid: None,
        status: RunStatus::Ended,
    }
}

fn fact(
    campaign_id: Id<Campaign>,
    arm_id: Id<Arm>,
    day: NaiveDate,
    cost: Money,
    impressions: i64,
    now: DateTime<Utc>,
) -> Fact {
    Fact {
        campaign_id,
        arm_id,
        day,
        at: day.and_time(chrono::NaiveTime::MIN).and_utc(),
        attribution: ATTRIBUTION.to_owned(),
        time_zone: "UTC".to_owned(),
        impressions,
        clicks: 0,
        conversions_micros: 0,
        cost,
        revenue: Money::new(0, cost.currency),
        extracted_at: now,
        is_final: true,
        batch_id: Uuid::nil(),
    }
}
