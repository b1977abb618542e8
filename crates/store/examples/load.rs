//! Fills a store with metric facts and measures the named questions.
//!
//! ```text
//! cargo run --release -p outlay-store --example load -- sqlite://load.db 10000000
//! cargo run --release -p outlay-store --example load -- postgres://me@localhost/load 10000000
//! ```
//!
//! Every run fills a workspace of its own; with 0 facts the newest one is measured again. Printed
//! are the median and the 99th percentile of each question over varied ranges and campaigns, and
//! how the database answers it.

#![allow(clippy::print_stdout)]

use std::error::Error;
use std::time::{Duration, Instant};

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use outlay_core::{Currency, Money};
use outlay_store::{
    Arm, Campaign, Fact, Facts, Id, NamedQuery, Page, Partition, RankBy, RunStatus, Span, Store,
    StoreOptions, Workspace,
};
use uuid::Uuid;

const CAMPAIGNS: usize = 250;
const ARMS: usize = 40;
/// Days that one load replaces.
const WINDOW: usize = 10;
const SOURCE: &str = "load";
const ATTRIBUTION: &str = "7d_click";
const ROUNDS: usize = 200;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().ok_or("usage: load ADDRESS [FACTS]")?;
    let wanted: usize = arguments.next().map_or(Ok(10_000_000), |text| text.parse())?;
    let store = Store::open(&address.parse()?, StoreOptions::default()).await?;
    let now = Utc::now();
    let currency: Currency = "EUR".parse()?;
    store.migrate(now).await?;
    if wanted == 0 {
        let newest = store.workspaces().list(Page::default()).await?.rows;
        let scope = store.workspace(newest.first().ok_or("there is no workspace yet")?.id);
        let campaigns = scope.campaigns().list(Page::default()).await?.rows;
        let campaigns: Vec<_> = campaigns.iter().map(|campaign| campaign.id).collect();
        let last = scope.facts().latest(None, 1).await?.first().ok_or("there are no facts")?.day;
        let days = usize::try_from((last - day(0)).num_days())? + 1;
        return measure(scope.facts(), &campaigns, days).await;
    }
    let body = Workspace { name: "Load".to_owned(), currency, time_zone: "UTC".to_owned() };
    let workspace = store.workspaces().create(body, now).await?.id;
    let scope = store.workspace(workspace);
    let mut arms = Vec::new();
    for number in 0..CAMPAIGNS {
        let campaign = scope.campaigns().create(campaign(number)?, now).await?.id;
        for _ in 0..ARMS {
            arms.push((campaign, scope.arms().create(arm(campaign), now).await?.id));
        }
    }
    let days = wanted.div_ceil(arms.len());
    let started = Instant::now();
    for from in (0..days).step_by(WINDOW) {
        let to = (from + WINDOW).min(days) - 1;
        let load: Vec<Fact> = arms
            .iter()
            .flat_map(|arm| (from..=to).map(move |number| fact(*arm, number, currency, now)))
            .collect();
        let partition = Partition { source: SOURCE.to_owned(), from: day(from), to: day(to) };
        scope.facts().replace(&partition, &load).await?;
    }
    let (took, facts) = (started.elapsed(), days * arms.len());
    println!(
        "{}: {facts} facts in {:.0} s, {:.0} per second",
        store.engine(),
        took.as_secs_f64(),
        facts as f64 / took.as_secs_f64()
    );
    let started = Instant::now();
    store.analyse().await?;
    println!("analysed in {:.1} s", started.elapsed().as_secs_f64());
    let campaigns: Vec<_> = arms.iter().map(|(campaign, _)| *campaign).collect();
    measure(scope.facts(), &campaigns, days).await
}

/// Asks every question often, each time about other days and campaigns.
async fn measure(
    facts: Facts<'_>,
    campaigns: &[Id<Campaign>],
    days: usize,
) -> Result<(), Box<dyn Error>> {
    println!("{:<34} {:>8} {:>8} {:>8}  plan", "question", "rows", "p50 ms", "p99 ms");
    for name in [
        "totals per campaign and day, 30 days",
        "a campaign's series, 365 days",
        "top 10 by cost, 90 days",
        "latest 50 facts",
        "summary, 365 days",
    ] {
        let mut times = Vec::new();
        let (mut rows, mut plan) = (0, Vec::new());
        for round in 0..ROUNDS {
            let span = |length: usize| {
                let last = days - 1 - (round * 37) % days.saturating_sub(length).max(1);
                let from = day(last.saturating_sub(length - 1));
                Span { from, to: day(last), attribution: ATTRIBUTION.to_owned() }
            };
            let campaign = campaigns[(round * 7919) % campaigns.len()];
            let started = Instant::now();
            let query = match name.chars().next() {
                Some('a') => {
                    rows = facts.series(campaign, span(365)).await?.len();
                    NamedQuery::Series(campaign, span(365))
                }
                Some('l') => {
                    rows = facts.latest(None, 50).await?.len();
                    NamedQuery::Latest(None, 50)
                }
                Some('s') => {
                    rows = facts.summary(span(365)).await?.len();
                    NamedQuery::Summary(span(365))
                }
                _ if name.starts_with("top") => {
                    rows = facts.top(span(90), RankBy::Cost, 10).await?.len();
                    NamedQuery::Top(span(90), RankBy::Cost, 10)
                }
                _ => {
                    rows = facts.campaign_days(span(30)).await?.len();
                    NamedQuery::CampaignDays(span(30))
                }
            };
            times.push(started.elapsed());
            if round == 0 {
                plan = facts.plan(&query).await?;
            }
        }
        times.sort();
        let at = |share: usize| milliseconds(times[(times.len() - 1) * share / 100]);
        println!("{name:<34} {rows:>8} {:>8.2} {:>8.2}", at(50), at(99));
        plan.iter().for_each(|line| println!("    {line}"));
    }
    Ok(())
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn day(number: usize) -> NaiveDate {
    NaiveDate::default() + TimeDelta::days(18_000 + number as i64)
}

fn campaign(number: usize) -> Result<Campaign, Box<dyn Error>> {
    Ok(Campaign {
        name: format!("Campaign {number}"),
        source: SOURCE.to_owned(),
        external_id: Some(Uuid::now_v7().to_string()),
        budget: Money::new(100_000_000, "EUR".parse()?),
        start_date: day(0),
        end_date: None,
        status: RunStatus::Active,
    })
}

fn arm(campaign_id: Id<Campaign>) -> Arm {
    Arm {
        campaign_id,
        platform: "google_ads".to_owned(),
        channel: "search".to_owned(),
        creative: None,
        external_id: None,
        bid: None,
        status: RunStatus::Active,
    }
}

fn fact(
    (campaign_id, arm_id): (Id<Campaign>, Id<Arm>),
    number: usize,
    currency: Currency,
    now: DateTime<Utc>,
) -> Fact {
    let noise = (number as u64 ^ arm_id.uuid().as_u64_pair().1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let clicks = (noise >> 55) as i64;
    let euros = |micros| Money::new(micros, currency);
    Fact {
        campaign_id,
        arm_id,
        day: day(number),
        at: day(number).and_time(NaiveTime::MIN).and_utc(),
        attribution: ATTRIBUTION.to_owned(),
        time_zone: "UTC".to_owned(),
        impressions: clicks * 40,
        clicks,
        conversions_micros: clicks * 20_000,
        cost: euros(clicks * 350_000),
        revenue: euros(clicks * 900_000),
        extracted_at: now,
        is_final: true,
        batch_id: Uuid::nil(),
    }
}
