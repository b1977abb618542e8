//! Campaigns over a range of days: sums, what they were before, and a small line of what was spent.
//! Sums are of whole micros; ratios are ratios of sums.

use std::collections::BTreeMap;
use std::ops::Range;

use chrono::NaiveDate;
use outlay_core::{Calendar, Currency};
use outlay_store::{
    Arm, Campaign, CampaignDay, CampaignFilter, CampaignKind, Id, Span, Stored, Totals, WorkspaceId,
};

use crate::app::App;
use crate::problem::Problem;
use crate::range::{Ask, Window, change, days, instead, stretch};
use crate::wire::campaign::{CampaignChoices, CampaignSummary, CampaignTotal, CampaignView};
use crate::wire::range::RangeView;
use crate::wire::units;

/// Attribution whose figures are meant where nothing else is said: the platform's own.
pub(super) const USUAL: &str = "platform";

/// The days of a range, among all that the workspace has facts of.
pub(super) struct Ranged {
    calendar: Calendar,
    window: Window,
    ask: Ask,
    attribution: String,
}

impl Ranged {
    /// Finds the days that are asked for; `None` where there are no facts at all.
    pub(super) async fn of(
        app: &App,
        workspace: WorkspaceId,
        ask: Ask,
        attribution: Option<String>,
    ) -> Result<Option<Self>, Problem> {
        let attribution = attribution.unwrap_or_else(|| USUAL.to_owned());
        let ends = app.scope(workspace).facts().ends(&attribution, None).await?;
        Ok(ends.map(|(first, last)| {
            let calendar = days(first, last);
            Self { window: Window::of(ask, &calendar), calendar, ask, attribution }
        }))
    }

    fn over(&self, places: &Range<usize>) -> Option<Span> {
        let days = stretch(&self.calendar, places)?;
        Some(Span { from: days.from, to: days.to, attribution: self.attribution.clone() })
    }

    /// The days of the range; `None` where it lies outside of the data.
    pub(super) fn span(&self) -> Option<Span> {
        self.over(&self.window.inside)
    }

    /// The days that it is compared with.
    fn before(&self) -> Option<Span> {
        self.window.before.as_ref().and_then(|before| self.over(before))
    }

    /// The range as it is served, with how many of its days have something reported.
    fn view(&self, reported: usize) -> Option<RangeView> {
        let view = self.window.view(&self.calendar)?;
        let empty = reported == 0;
        let instead = empty.then(|| instead(&self.calendar, self.ask.usual())).flatten();
        Some(RangeView { periods: reported, instead, ..view })
    }

    /// The same about one campaign, whose own days are its data.
    pub(super) async fn view_of(
        &self,
        app: &App,
        workspace: WorkspaceId,
        campaign: Id<Campaign>,
        reported: usize,
    ) -> Result<Option<RangeView>, Problem> {
        let facts = app.scope(workspace).facts();
        let Some((first, last)) = facts.ends(&self.attribution, Some(campaign)).await? else {
            return Ok(None);
        };
        let own = days(first, last);
        let Some(data) = stretch(&own, &(0..own.len())) else { return Ok(None) };
        let empty = reported == 0;
        let instead = empty.then(|| instead(&own, self.ask.usual())).flatten();
        Ok(self.view(reported).map(|view| RangeView { data, instead, ..view }))
    }
}

/// What was spent and brought.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    cost: i64,
    revenue: i64,
    /// A platform that counts nothing at all does not report what came of it.
    counted: bool,
}

impl Sums {
    fn add(&mut self, totals: &Totals) {
        self.cost = self.cost.saturating_add(totals.cost.micros);
        self.revenue = self.revenue.saturating_add(totals.revenue.micros);
        self.counted |=
            totals.clicks != 0 || totals.conversions_micros != 0 || totals.revenue.micros != 0;
    }

    fn outcome(self) -> Option<f64> {
        self.counted.then(|| units(self.revenue))
    }

    fn roas(self) -> Option<f64> {
        (self.counted && self.cost > 0).then(|| self.revenue as f64 / self.cost as f64)
    }

    /// By which shares spend and outcome differ from what they were.
    fn changes(self, before: Option<Self>) -> (Option<f64>, Option<f64>) {
        let outcome = before.and_then(Self::outcome);
        (
            change(units(self.cost), before.map(|before| units(before.cost))),
            self.outcome().and_then(|now| change(now, outcome)),
        )
    }
}

/// Campaigns as they are served. Their days are asked for once for all of them, and so is what
/// they spent before.
pub(super) async fn views(
    app: &App,
    workspace: WorkspaceId,
    all: &[Stored<Campaign>],
    ranged: Option<&Ranged>,
) -> Result<Vec<CampaignView>, Problem> {
    let scope = app.scope(workspace);
    let ids: Vec<Id<Campaign>> = all.iter().map(|stored| stored.id).collect();
    let arms = scope.arms().newest_of(&ids).await?;
    let arms: BTreeMap<_, _> = arms.into_iter().map(|arm| (arm.body.campaign_id, arm)).collect();
    let mut reported: BTreeMap<Id<Campaign>, Vec<CampaignDay>> = BTreeMap::new();
    let span = ranged.and_then(Ranged::span);
    if let Some(span) = span.clone() {
        for day in scope.facts().series_of(ids.clone(), span).await? {
            reported.entry(day.campaign_id).or_default().push(day);
        }
    }
    let mut before: BTreeMap<(Id<Campaign>, Currency), Sums> = BTreeMap::new();
    if let Some(span) = ranged.and_then(Ranged::before) {
        for sum in scope.facts().sums_of(ids, span).await? {
            let key = (sum.campaign_id, sum.totals.cost.currency);
            before.entry(key).or_default().add(&sum.totals);
        }
    }
    let served = |stored: &Stored<Campaign>| {
        let days = reported.get(&stored.id).map_or(&[][..], Vec::as_slice);
        let before = before.get(&(stored.id, stored.body.budget.currency)).copied();
        view(stored, arms.get(&stored.id), days, before, span.as_ref())
    };
    Ok(all.iter().map(served).collect())
}

fn view(
    stored: &Stored<Campaign>,
    arm: Option<&Stored<Arm>>,
    days: &[CampaignDay],
    before: Option<Sums>,
    span: Option<&Span>,
) -> CampaignView {
    let body = &stored.body;
    // Money of another currency than the budget's cannot be added to it.
    let own = |day: &&CampaignDay| day.totals.cost.currency == body.budget.currency;
    let mut sums = Sums::default();
    days.iter().filter(own).for_each(|day| sums.add(&day.totals));
    let costs = days.iter().filter(own).map(|day| (day.day, day.totals.cost.micros));
    let (trend, trend_days) = span.map_or((Vec::new(), 1), |span| trend(costs, span));
    let (spend_change, outcome_change) = sums.changes(before);
    CampaignView {
        id: stored.id,
        name: body.name.clone(),
        platform: arm.map_or(&body.source, |arm| &arm.body.platform).clone(),
        channel: arm.map(|arm| arm.body.channel.clone()).unwrap_or_default(),
        status: body.status.as_str(),
        currency: body.budget.currency.code().to_owned(),
        budget: units(body.budget.micros),
        spend: units(sums.cost),
        spend_change,
        outcome: sums.outcome(),
        outcome_change,
        outcome_unit: "revenue",
        outcome_is_money: true,
        roas: sums.roas(),
        trend,
        trend_days,
        from: days.first().map(|day| day.day),
        to: days.last().map(|day| day.day),
    }
}

/// Up to how many days a small line shows single days, and up to how many it shows weeks.
const DAYS_TO_WEEKS: [usize; 2] = [56, 728];

/// What was spent in equal stretches up to the end of the range, and how long one is. Days without
/// a report are days without spend; what is not a whole stretch at the beginning is left out.
fn trend(costs: impl Iterator<Item = (NaiveDate, i64)>, span: &Span) -> (Vec<f64>, usize) {
    let place = |day: NaiveDate| usize::try_from((day - span.from).num_days()).ok();
    let length = place(span.to).unwrap_or_default() + 1;
    let mut daily = vec![0_i64; length];
    for (day, cost) in costs {
        if let Some(value) = place(day).and_then(|place| daily.get_mut(place)) {
            *value = value.saturating_add(cost);
        }
    }
    let [single, weekly] = DAYS_TO_WEEKS;
    let step = if length <= single {
        1
    } else if length <= weekly {
        7
    } else {
        28
    };
    let mut trend: Vec<f64> =
        daily.rchunks_exact(step).map(|days| units(days.iter().sum())).collect();
    trend.reverse();
    (trend, step)
}

/// What campaigns can be filtered by; those without a channel have none to filter by.
pub(super) fn choices(kinds: Vec<CampaignKind>) -> CampaignChoices {
    let mut platforms: Vec<String> = kinds.iter().map(|kind| kind.platform.clone()).collect();
    let mut channels: Vec<String> = kinds.into_iter().map(|kind| kind.channel).collect();
    channels.retain(|channel| !channel.is_empty());
    for names in [&mut platforms, &mut channels] {
        names.sort();
        names.dedup();
    }
    CampaignChoices { platforms, channels }
}

/// All campaigns of a filter together.
pub(super) async fn summary(
    app: &App,
    workspace: WorkspaceId,
    filter: &CampaignFilter,
    ranged: Option<&Ranged>,
    choices: CampaignChoices,
) -> Result<CampaignSummary, Problem> {
    let Some(ranged) = ranged else {
        return Ok(CampaignSummary { range: None, totals: Vec::new(), choices });
    };
    let facts = app.scope(workspace).facts();
    let mut reported = 0;
    let mut now: BTreeMap<Currency, Sums> = BTreeMap::new();
    if let Some(span) = ranged.span() {
        for whole in facts.whole(filter, span).await? {
            reported = reported.max(usize::try_from(whole.days).unwrap_or_default());
            now.entry(whole.totals.cost.currency).or_default().add(&whole.totals);
        }
    }
    let mut before: BTreeMap<Currency, Sums> = BTreeMap::new();
    if let Some(span) = ranged.before() {
        for whole in facts.whole(filter, span).await? {
            before.entry(whole.totals.cost.currency).or_default().add(&whole.totals);
        }
    }
    let totals = now.iter().map(|(currency, sums)| {
        let (spend_change, outcome_change) = sums.changes(before.get(currency).copied());
        CampaignTotal {
            currency: currency.code().to_owned(),
            spend: units(sums.cost),
            spend_change,
            outcome: sums.outcome(),
            outcome_change,
            roas: sums.roas(),
        }
    });
    Ok(CampaignSummary { range: ranged.view(reported), totals: totals.collect(), choices })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trend_counts_from_the_end_and_knows_days_without_spend() {
        let day = |number: u64| NaiveDate::default() + chrono::Days::new(number);
        let span =
            |days: u64| Span { from: day(0), to: day(days - 1), attribution: USUAL.to_owned() };
        let costs = [(day(1), 2_000_000), (day(3), 1_000_000)];
        assert_eq!(trend(costs.into_iter(), &span(4)), (vec![0.0, 2.0, 0.0, 1.0], 1));
        let every = |days: u64| (0..days).map(move |number| (day(number), 1_000_000));
        let (weeks, step) = trend(every(60), &span(60));
        assert_eq!((weeks, step), (vec![7.0; 8], 7), "four days at the beginning are no week");
        assert_eq!(trend(every(1000), &span(1000)).1, 28);
    }
}
