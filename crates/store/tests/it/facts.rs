//! Metric facts: loads replace, sums are exact, questions use their index.

use chrono::NaiveTime;
use outlay_core::Money;
use outlay_store::{
    Arm, Campaign, CampaignFilter, Fact, NamedQuery, Partition, RankBy, Replaced, Scope, Span,
    Store, StoreError, Stored,
};
use uuid::Uuid;

use crate::support::{arm, campaign, day, euros, later, now, on_both, workspace};

fn fact(campaign: &Stored<Campaign>, arm: &Stored<Arm>, number: i64, cost: i64) -> Fact {
    Fact {
        campaign_id: campaign.id,
        arm_id: arm.id,
        day: day(number),
        at: day(number).and_time(NaiveTime::MIN).and_utc(),
        attribution: "7d_click".to_owned(),
        time_zone: "Europe/Berlin".to_owned(),
        impressions: 1000,
        clicks: 10,
        conversions_micros: 333_333,
        cost: euros(cost),
        revenue: euros(2 * cost),
        extracted_at: now(),
        is_final: false,
        batch_id: Uuid::from_u128(1),
    }
}

async fn pair(shop: Scope<'_>, name: &str) -> (Stored<Campaign>, Stored<Arm>) {
    let made = shop.campaigns().create(campaign(name), now()).await.unwrap();
    let arm = shop.arms().create(arm(&made), now()).await.unwrap();
    (made, arm)
}

fn days(from: i64, to: i64) -> Partition {
    Partition { source: "google_ads:1".to_owned(), from: day(from), to: day(to) }
}

fn span(from: i64, to: i64) -> Span {
    Span { from: day(from), to: day(to), attribution: "7d_click".to_owned() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_load_replaces_what_its_source_said_before() {
    on_both(async |fresh| {
        let id = workspace(&fresh.store, "Shop").await;
        let shop = fresh.store.workspace(id);
        let (one, arm_one) = pair(shop, "one").await;
        let (two, arm_two) = pair(shop, "two").await;
        let load: Vec<Fact> = (0..10)
            .flat_map(|number| [fact(&one, &arm_one, number, 5), fact(&two, &arm_two, number, 7)])
            .collect();
        let facts = shop.facts();
        for expected in [0, 20] {
            let replaced = facts.replace(&days(0, 9), &load).await.unwrap();
            assert_eq!(replaced, Replaced { removed: expected, written: 20 });
        }
        // Restated: campaign two never ran on the last day.
        let restated = [fact(&one, &arm_one, 9, 6)];
        facts.replace(&days(9, 9), &restated).await.unwrap();

        let series = facts.series(one.id, span(0, 9)).await.unwrap();
        assert_eq!(series.len(), 10);
        assert_eq!(series[9].totals.cost, euros(6));
        assert_eq!(series[9].totals.roas(), Some(2.0));
        let summary = facts.summary(span(8, 9)).await.unwrap();
        let costs: Vec<Money> = summary.iter().map(|day| day.totals.cost).collect();
        assert_eq!(costs, [euros(12), euros(6)]);
        let top = facts.top(span(0, 9), RankBy::Cost, 1).await.unwrap();
        assert_eq!((top[0].campaign_id, top[0].totals.cost), (two.id, euros(63)));
        assert_eq!(top[0].totals.conversions_micros, 9 * 333_333, "sums are exact");
        assert_eq!(facts.campaign_days(span(0, 9)).await.unwrap().len(), 19);
        assert_eq!(facts.ends("7d_click", None).await.unwrap(), Some((day(0), day(9))));
        assert_eq!(facts.ends("7d_click", Some(two.id)).await.unwrap(), Some((day(0), day(8))));
        assert_eq!(facts.ends("1d_view", None).await.unwrap(), None);
        let sums = facts.sums_of(vec![one.id, two.id], span(7, 9)).await.unwrap();
        let sum = |id| sums.iter().find(|sum| sum.campaign_id == id).unwrap().totals.cost;
        assert_eq!((sums.len(), sum(one.id), sum(two.id)), (2, euros(16), euros(14)));
        let all = CampaignFilter::default();
        let channel = Some(arm(&one).channel);
        for filter in [all, CampaignFilter { channel, ..CampaignFilter::default() }] {
            let whole = facts.whole(&filter, span(7, 9)).await.unwrap();
            let found: Vec<_> = whole.iter().map(|one| (one.days, one.totals.cost)).collect();
            assert_eq!(found, [(3, euros(30))], "{filter:?}");
        }
        let nowhere =
            CampaignFilter { channel: Some("none".to_owned()), ..CampaignFilter::default() };
        assert!(facts.whole(&nowhere, span(0, 9)).await.unwrap().is_empty());
        let latest = facts.latest(None, 2).await.unwrap();
        assert_eq!(latest[0], restated[0]);
        let before = facts.latest(Some(latest[0].at), 1).await.unwrap();
        assert_eq!(before[0].day, day(8));
        let other = Span { attribution: "1d_view".to_owned(), ..span(0, 9) };
        assert!(facts.summary(other).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_load_that_is_not_right_changes_nothing() {
    on_both(async |fresh| {
        let id = workspace(&fresh.store, "Shop").await;
        let shop = fresh.store.workspace(id);
        let (one, arm_one) = pair(shop, "one").await;
        let good = [fact(&one, &arm_one, 0, 5)];
        shop.facts().replace(&days(0, 0), &good).await.unwrap();
        let outside = [fact(&one, &arm_one, 3, 5)];
        let mut mixed = [fact(&one, &arm_one, 0, 5)];
        mixed[0].revenue.currency = "USD".parse().unwrap();
        for bad in [outside, mixed] {
            let refused = shop.facts().replace(&days(0, 0), &bad).await;
            assert!(matches!(refused, Err(StoreError::Invalid { .. })), "{refused:?}");
        }
        let elsewhere = Partition { source: "meta:1".to_owned(), ..days(0, 0) };
        let refused = shop.facts().replace(&elsewhere, &good).await;
        assert!(matches!(refused, Err(StoreError::Invalid { .. })), "{refused:?}");
        let twice = [good[0].clone(), good[0].clone()];
        let refused = shop.facts().replace(&days(0, 0), &twice).await;
        assert!(matches!(refused, Err(StoreError::Duplicate { .. })), "{refused:?}");
        assert_eq!(shop.facts().latest(None, 9).await.unwrap(), good);
        assert_eq!(shop.facts().summary(span(0, 9)).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn loads_of_two_sources_meet_in_the_sums() {
    on_both(async |fresh| {
        let id = workspace(&fresh.store, "Shop").await;
        let shop = fresh.store.workspace(id);
        let (one, arm_one) = pair(shop, "one").await;
        let mut body = campaign("meta");
        body.source = "meta:1".to_owned();
        let two = shop.campaigns().create(body, now()).await.unwrap();
        let arm_two = shop.arms().create(arm(&two), now()).await.unwrap();
        let load = |store: Store, source: &str, facts: Vec<Fact>| {
            let partition = Partition { source: source.to_owned(), ..days(0, 9) };
            tokio::spawn(async move {
                for _ in 0..5 {
                    store.workspace(id).facts().replace(&partition, &facts).await.unwrap();
                }
            })
        };
        let google = (0..10).map(|number| fact(&one, &arm_one, number, 5)).collect();
        let meta = (0..10).map(|number| fact(&two, &arm_two, number, 7)).collect();
        let google = load(fresh.store.clone(), "google_ads:1", google);
        let meta = load(fresh.store.clone(), "meta:1", meta);
        google.await.unwrap();
        meta.await.unwrap();
        let summary = shop.facts().summary(span(0, 9)).await.unwrap();
        assert!(summary.iter().all(|day| day.totals.cost == euros(12)), "{summary:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_question_is_answered_by_its_index() {
    on_both(async |fresh| {
        let id = workspace(&fresh.store, "Shop").await;
        let shop = fresh.store.workspace(id);
        let mut load = Vec::new();
        let mut last = None;
        for number in 0..30 {
            let (one, arm_one) = pair(shop, &number.to_string()).await;
            load.extend((0..900).map(|number| fact(&one, &arm_one, number, 5)));
            last = Some(one);
        }
        shop.facts().replace(&days(0, 899), &load).await.unwrap();
        fresh.store.analyse().await.unwrap();
        let last = last.unwrap().id;
        let series = NamedQuery::Series(last, span(0, 60));
        let by_campaign = ("campaign_days_campaign", "campaign_days_campaign");
        for (query, sqlite, postgres) in [
            (
                NamedQuery::CampaignDays(span(0, 6)),
                "campaign_days USING PRIMARY KEY",
                "campaign_days_pkey",
            ),
            (series, by_campaign.0, by_campaign.1),
            (NamedQuery::SeriesOf(vec![last], span(0, 60)), by_campaign.0, by_campaign.1),
            (NamedQuery::Sums(vec![last], span(0, 60)), by_campaign.0, by_campaign.1),
            (NamedQuery::Ends("7d_click".to_owned(), Some(last)), by_campaign.0, by_campaign.1),
            (
                NamedQuery::Whole(CampaignFilter::default(), span(0, 6)),
                "workspace_days USING PRIMARY KEY",
                "workspace_days_pkey",
            ),
            (
                NamedQuery::Top(span(0, 6), RankBy::Cost, 5),
                "campaign_days USING PRIMARY KEY",
                "campaign_days_pkey",
            ),
            (NamedQuery::Latest(None, 20), "metric_facts_latest", "metric_facts_latest"),
            (NamedQuery::Latest(Some(later(0)), 20), "metric_facts_latest", "metric_facts_latest"),
            (
                NamedQuery::Summary(span(0, 6)),
                "workspace_days USING PRIMARY KEY",
                "workspace_days_pkey",
            ),
        ] {
            let plan = shop.facts().plan(&query).await.unwrap().join("\n");
            let index = match fresh.store.engine() {
                outlay_store::Engine::Sqlite => sqlite,
                outlay_store::Engine::Postgres => postgres,
            };
            assert!(plan.contains(index), "{query:?} should use {index}:\n{plan}");
        }
    })
    .await;
}
