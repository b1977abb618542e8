//! The named questions that pages ask of the facts, each with the index that answers it.

use chrono::{DateTime, NaiveDate, Utc};
use outlay_core::{Currency, Money};
use sea_orm::{DbErr, QueryResult, Value};
use serde::Serialize;
use uuid::Uuid;

use super::{Fact, Facts, RankBy, Span, Totals};
use crate::campaigns::{Campaign, CampaignFilter};
use crate::engine::Engine;
use crate::error::Result;
use crate::field::{Cell, Field};
use crate::id::Id;
use crate::link::rows;
use crate::statement::places;

/// A question with its values: what [`Facts`] runs, and what [`Facts::plan`] explains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NamedQuery {
    /// Totals per campaign and day.
    CampaignDays(Span),
    /// The series of one campaign.
    Series(Id<Campaign>, Span),
    /// The series of some campaigns.
    SeriesOf(Vec<Id<Campaign>>, Span),
    /// Totals of some campaigns.
    Sums(Vec<Id<Campaign>>, Span),
    /// Totals over the campaigns that a filter names.
    Whole(CampaignFilter, Span),
    /// The first and the last day under an attribution setting, of all or of one campaign.
    Ends(String, Option<Id<Campaign>>),
    /// The campaigns with the most of something.
    Top(Span, RankBy, u32),
    /// The newest facts, or those before a time.
    Latest(Option<DateTime<Utc>>, u32),
    /// Totals per day over all campaigns.
    Summary(Span),
}

/// What a campaign did on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct CampaignDay {
    /// Which campaign.
    pub campaign_id: Id<Campaign>,
    /// Which day.
    pub day: NaiveDate,
    /// Its sums.
    pub totals: Totals,
}

/// What a campaign did over all days asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct CampaignTotals {
    /// Which campaign.
    pub campaign_id: Id<Campaign>,
    /// Its sums.
    pub totals: Totals,
}

/// What happened on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct DayTotals {
    /// Which day.
    pub day: NaiveDate,
    /// Its sums.
    pub totals: Totals,
}

const SUMS: &str = "impressions, clicks, conversions_micros, cost_micros, revenue_micros";

/// A row of SQLite crosses threads, each of its cells copied: thousands of them take longer to hand
/// over than to find. A day is one row here, its campaigns packed.
const PACKED: &str = "SELECT day, json_group_array(json_array(hex(campaign_id), currency, \
    impressions, clicks, conversions_micros, cost_micros, revenue_micros)) AS campaigns";

/// The sums of sums; `SUM` of PostgreSQL would be a decimal.
fn added() -> String {
    let added = |column| format!("CAST(SUM({column}) AS BIGINT) AS {column}");
    SUMS.split(", ").map(added).collect::<Vec<_>>().join(", ")
}

/// The index of a campaign's days, named where it has to be: a connection that was open when the
/// rows were last counted may not know that days are many and a campaign's few.
fn by_campaign(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "INDEXED BY campaign_days_campaign",
        Engine::Postgres => "",
    }
}

impl RankBy {
    fn column(self) -> &'static str {
        match self {
            Self::Impressions => "impressions",
            Self::Clicks => "clicks",
            Self::Conversions => "conversions_micros",
            Self::Cost => "cost_micros",
            Self::Revenue => "revenue_micros",
        }
    }
}

impl NamedQuery {
    /// Its SQL; `$1` is the workspace.
    fn sql(&self, engine: Engine) -> String {
        let span = "workspace_id = $1 AND day BETWEEN $2 AND $3 AND attribution = $4";
        match self {
            Self::CampaignDays(_) if engine == Engine::Sqlite => {
                format!("{PACKED} FROM campaign_days WHERE {span} GROUP BY day ORDER BY day")
            }
            Self::CampaignDays(_) => format!(
                "SELECT day, campaign_id, currency, {SUMS} FROM campaign_days
                 WHERE {span}"
            ),
            Self::Series(..) => format!(
                "SELECT day, currency, {SUMS} FROM campaign_days {}
                 WHERE {span} AND campaign_id = $5 ORDER BY day, currency",
                by_campaign(engine)
            ),
            Self::SeriesOf(campaigns, _) if engine == Engine::Sqlite => format!(
                "{PACKED} FROM campaign_days {}
                 WHERE {span} AND campaign_id IN ({}) GROUP BY day ORDER BY day",
                by_campaign(engine),
                places(5, campaigns.len())
            ),
            Self::SeriesOf(campaigns, _) => format!(
                "SELECT day, campaign_id, currency, {SUMS} FROM campaign_days
                 WHERE {span} AND campaign_id IN ({})",
                places(5, campaigns.len())
            ),
            Self::Sums(campaigns, _) => format!(
                "SELECT campaign_id, currency, {} FROM campaign_days {}
                 WHERE {span} AND campaign_id IN ({})
                 GROUP BY campaign_id, currency ORDER BY campaign_id, currency",
                added(),
                by_campaign(engine),
                places(5, campaigns.len())
            ),
            // All of them have their sums already.
            Self::Whole(filter, _) if filter.is_empty() => format!(
                "SELECT currency, COUNT(DISTINCT day) AS days, {} FROM workspace_days
                 WHERE {span} GROUP BY currency ORDER BY currency",
                added()
            ),
            Self::Whole(filter, _) => format!(
                "SELECT currency, COUNT(DISTINCT day) AS days, {} FROM campaign_days
                 WHERE {span} AND campaign_id IN
                    (SELECT id FROM campaigns WHERE workspace_id = $1 AND {})
                 GROUP BY currency ORDER BY currency",
                added(),
                filter.condition(5).0
            ),
            // Each end is one step into the index.
            Self::Ends(_, campaign) => {
                let (table, also) = match campaign {
                    Some(_) => ("campaign_days", "AND campaign_id = $3"),
                    None => ("workspace_days", ""),
                };
                let end = |order: &str| {
                    format!(
                        "SELECT day FROM (SELECT day FROM {table}
                         WHERE workspace_id = $1 AND attribution = $2 {also}
                         ORDER BY day {order} LIMIT 1) AS one"
                    )
                };
                format!("{} UNION ALL {}", end("ASC"), end("DESC"))
            }
            Self::Top(_, by, limit) => {
                // Grouped by the currency first, lest SQLite read all days through the index that
                // is in the order of the campaigns.
                format!(
                    "SELECT campaign_id, currency, {} FROM campaign_days WHERE {span}
                     GROUP BY currency, campaign_id
                     ORDER BY SUM({}) DESC, campaign_id LIMIT {limit}",
                    added(),
                    by.column()
                )
            }
            Self::Latest(before, limit) => {
                let before = if before.is_some() { "AND at < $2" } else { "" };
                format!(
                    "SELECT * FROM metric_facts WHERE workspace_id = $1 {before}
                     ORDER BY at DESC, campaign_id DESC, arm_id DESC LIMIT {limit}"
                )
            }
            Self::Summary(_) => format!(
                "SELECT day, currency, {SUMS} FROM workspace_days
                 WHERE {span} ORDER BY day, currency"
            ),
        }
    }

    fn values(&self, facts: Facts<'_>) -> Vec<Value> {
        let mut values = vec![Id::cell(Some(&facts.workspace))];
        let mut span = |span: &Span| {
            values.extend([
                NaiveDate::cell(Some(&span.from)),
                NaiveDate::cell(Some(&span.to)),
                String::cell(Some(&span.attribution)),
            ]);
        };
        match self {
            Self::CampaignDays(days) | Self::Top(days, ..) | Self::Summary(days) => span(days),
            Self::Series(campaign, days) => {
                span(days);
                values.push(Id::cell(Some(campaign)));
            }
            Self::SeriesOf(campaigns, days) | Self::Sums(campaigns, days) => {
                span(days);
                values.extend(campaigns.iter().map(|id| Id::cell(Some(id))));
            }
            Self::Whole(filter, days) => {
                span(days);
                // What is empty asks a table that knows no campaigns.
                if !filter.is_empty() {
                    values.extend(filter.condition(5).1);
                }
            }
            Self::Ends(attribution, campaign) => {
                values.push(String::cell(Some(attribution)));
                values.extend(campaign.iter().map(|id| Id::cell(Some(id))));
            }
            Self::Latest(before, _) => values.extend(before.iter().map(|at| Cell::cell(Some(at)))),
        }
        values
    }
}

impl Facts<'_> {
    /// Totals per campaign and day, by day.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn campaign_days(self, span: Span) -> Result<Vec<CampaignDay>> {
        self.days_of(&NamedQuery::CampaignDays(span)).await
    }

    async fn days_of(self, asked: &NamedQuery) -> Result<Vec<CampaignDay>> {
        let mut days = match self.link.engine() {
            Engine::Sqlite => self.ask(asked, unpack).await?.concat(),
            Engine::Postgres => self.ask(asked, campaign_day).await?,
        };
        // Their order by currency here: it would cost SQLite a sorter per row.
        days.sort_by_key(|found| (found.day, found.campaign_id, found.totals.cost.currency));
        Ok(days)
    }

    /// One campaign's days.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn series(self, campaign: Id<Campaign>, span: Span) -> Result<Vec<DayTotals>> {
        self.ask(&NamedQuery::Series(campaign, span), day_totals).await
    }

    /// The days of some campaigns, by day: one question for a whole page of them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn series_of(
        self,
        campaigns: Vec<Id<Campaign>>,
        span: Span,
    ) -> Result<Vec<CampaignDay>> {
        if campaigns.is_empty() {
            return Ok(Vec::new());
        }
        self.days_of(&NamedQuery::SeriesOf(campaigns, span)).await
    }

    /// The campaigns with the most of something, the most first. Sums of different currencies are
    /// kept apart.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn top(self, span: Span, by: RankBy, limit: u32) -> Result<Vec<CampaignTotals>> {
        let limit = limit.min(self.link.options().page);
        self.ask(&NamedQuery::Top(span, by, limit), |row| {
            let campaign_id = Field::read(row, "campaign_id")?;
            Ok(CampaignTotals { campaign_id, totals: Totals::read(row)? })
        })
        .await
    }

    /// The newest facts, or those whose period began before `before`, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn latest(self, before: Option<DateTime<Utc>>, limit: u32) -> Result<Vec<Fact>> {
        let limit = limit.min(self.link.options().page);
        self.ask(&NamedQuery::Latest(before, limit), fact).await
    }

    /// Totals per day over all campaigns, for the dashboard.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn summary(self, span: Span) -> Result<Vec<DayTotals>> {
        self.ask(&NamedQuery::Summary(span), day_totals).await
    }

    /// How the database would answer a question: one line per step.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn plan(self, query: &NamedQuery) -> Result<Vec<String>> {
        let (word, column) = match self.link.engine() {
            Engine::Sqlite => ("EXPLAIN QUERY PLAN", "detail"),
            Engine::Postgres => ("EXPLAIN", "QUERY PLAN"),
        };
        let sql = format!("{word} {}", query.sql(self.link.engine()));
        let found = self.link.all(&sql, query.values(self)).await?;
        rows(&found, |row| Field::read(row, column))
    }

    pub(super) async fn ask<T>(
        self,
        query: &NamedQuery,
        read: impl Fn(&QueryResult) -> Result<T, DbErr>,
    ) -> Result<Vec<T>> {
        rows(&self.link.all(&query.sql(self.link.engine()), query.values(self)).await?, read)
    }
}

/// Campaign, currency, and the sums in the order of [`SUMS`].
type Packed = (String, String, i64, i64, i64, i64, i64);

/// The campaigns of a day, out of one row.
fn unpack(row: &QueryResult) -> Result<Vec<CampaignDay>, DbErr> {
    let day = Field::read(row, "day")?;
    let text: String = Field::read(row, "campaigns")?;
    let wrong = |error: &dyn std::fmt::Display| DbErr::Type(format!("campaigns: {error}"));
    let packed: Vec<Packed> = serde_json::from_str(&text).map_err(|error| wrong(&error))?;
    let one =
        |(campaign, currency, impressions, clicks, conversions_micros, cost, revenue): Packed| {
            let id = Uuid::try_parse(&campaign).map_err(|error| wrong(&error))?;
            let currency: Currency = currency.parse().map_err(|error| wrong(&error))?;
            let (cost, revenue) = (Money::new(cost, currency), Money::new(revenue, currency));
            let totals = Totals { impressions, clicks, conversions_micros, cost, revenue };
            Ok(CampaignDay { campaign_id: Id::from_uuid(id), day, totals })
        };
    packed.into_iter().map(one).collect()
}

fn campaign_day(row: &QueryResult) -> Result<CampaignDay, DbErr> {
    let (campaign_id, day) = (Field::read(row, "campaign_id")?, Field::read(row, "day")?);
    Ok(CampaignDay { campaign_id, day, totals: Totals::read(row)? })
}

fn day_totals(row: &QueryResult) -> Result<DayTotals, DbErr> {
    Ok(DayTotals { day: Field::read(row, "day")?, totals: Totals::read(row)? })
}

fn fact(row: &QueryResult) -> Result<Fact, DbErr> {
    let currency: Currency = Field::read(row, "currency")?;
    Ok(Fact {
        campaign_id: Field::read(row, "campaign_id")?,
        arm_id: Field::read(row, "arm_id")?,
        day: Field::read(row, "day")?,
        at: Field::read(row, "at")?,
        attribution: Field::read(row, "attribution")?,
        time_zone: Field::read(row, "time_zone")?,
        impressions: Field::read(row, "impressions")?,
        clicks: Field::read(row, "clicks")?,
        conversions_micros: Field::read(row, "conversions_micros")?,
        cost: Money::new(Field::read(row, "cost_micros")?, currency),
        revenue: Money::new(Field::read(row, "revenue_micros")?, currency),
        extracted_at: Field::read(row, "extracted_at")?,
        is_final: Field::read(row, "final")?,
        batch_id: Field::read(row, "batch_id")?,
    })
}
