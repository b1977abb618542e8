//! What models, plans and later steps say, in the flat tables of the contract that other tools
//! read: curves, allocations, attribution, reach.
//!
//! Each is written whole for its model or plan, so that writing it again changes nothing.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{DbErr, QueryResult, Value};
use uuid::Uuid;

use crate::error::Result;
use crate::field::{Cell, Field, stamp};
use crate::id::Id;
use crate::link::{Link, rows};
use crate::models::{Model, Scenario};
use crate::page::{Cursor, Page, Slice};
use crate::statement::places;
use crate::workspaces::WorkspaceId;

/// One point of a channel's response curve.
#[derive(Debug, Clone, PartialEq)]
pub struct CurveRow {
    /// Of which model.
    pub model_id: Id<Model>,
    /// Of which channel.
    pub channel: String,
    /// Spend over the model's whole history.
    pub spend_micros: i64,
    /// ISO code; `XXX` where the data names none.
    pub currency: String,
    /// Mean outcome at this spend.
    pub response: f64,
    /// Lower end of its 90 % interval.
    pub lower: f64,
    /// Upper end.
    pub upper: f64,
    /// Outcome per unit of spend; nothing at no spend.
    pub roi: Option<f64>,
    /// Return on the next unit.
    pub mroi: Option<f64>,
    /// Half the width of the 90 % interval of the channel's ROI over its mean, as a share.
    pub uncertainty_pct: Option<f64>,
}

/// What a plan gives to one channel.
#[derive(Debug, Clone, PartialEq)]
pub struct AllocationRow {
    /// With which model.
    pub model_id: Id<Model>,
    /// By which plan.
    pub scenario_id: Option<Id<Scenario>>,
    /// Which channel.
    pub channel: String,
    /// Spend of doing nothing.
    pub current_micros: i64,
    /// Planned spend.
    pub proposed_micros: i64,
    /// ISO code; `XXX` where the data names none.
    pub currency: String,
    /// What the change brings here, in outcomes.
    pub effect: Option<f64>,
    /// Lower end of its 90 % interval.
    pub lower: Option<f64>,
    /// Upper end.
    pub upper: Option<f64>,
    /// Half the width of the 90 % interval of the channel's ROI over its mean, as a share.
    pub uncertainty_pct: Option<f64>,
}

/// A channel's share of a week's conversions under one method.
#[derive(Debug, Clone, PartialEq)]
pub struct AttributionRow {
    /// First day of the week.
    pub week_start: NaiveDate,
    /// Which channel.
    pub channel: String,
    /// `last-touch`, `markov`, `shapley`, …
    pub method: String,
    /// 0 to 1.
    pub share: f64,
    /// Conversions.
    pub conversions: Option<f64>,
    /// What they brought.
    pub revenue_micros: Option<i64>,
    /// ISO code of the revenue.
    pub currency: Option<String>,
    /// Lower end of the share's interval.
    pub lower: Option<f64>,
    /// Upper end.
    pub upper: Option<f64>,
}

/// How many people a budget reaches.
#[derive(Debug, Clone, PartialEq)]
pub struct ReachEstimate {
    /// When it was estimated.
    pub at: DateTime<Utc>,
    /// Who, as `age=18-24;geo=DE`; empty for everybody.
    pub segment: String,
    /// Money.
    pub budget_micros: i64,
    /// ISO code; `XXX` where none was named.
    pub currency: String,
    /// Contacts per person reached.
    pub frequency: Option<f64>,
    /// People.
    pub reach: i64,
    /// Impressions.
    pub impressions: Option<i64>,
    /// What the estimate rests on.
    pub source: String,
    /// More about it.
    pub detail: serde_json::Value,
}

/// The flat tables of one workspace.
#[derive(Clone, Copy)]
pub struct Mart<'c> {
    pub(crate) link: Link<'c>,
    pub(crate) workspace: WorkspaceId,
}

impl Mart<'_> {
    /// Writes a model's curves, in place of those that were there.
    ///
    /// # Errors
    /// When the database fails, or a row names a model that is not there.
    pub async fn put_curves(
        self,
        model: Id<Model>,
        curves: &[CurveRow],
        now: DateTime<Utc>,
    ) -> Result<()> {
        let own = vec![Id::cell(Some(&self.workspace)), Id::cell(Some(&model))];
        let sql = "DELETE FROM mmm_curves WHERE workspace_id = $1 AND model_id = $2";
        self.link.run(sql, own).await?;
        for row in curves {
            let values = vec![
                Id::cell(Some(&row.model_id)),
                String::cell(Some(&row.channel)),
                i64::cell(Some(&row.spend_micros)),
                String::cell(Some(&row.currency)),
                f64::cell(Some(&row.response)),
                f64::cell(Some(&row.lower)),
                f64::cell(Some(&row.upper)),
                f64::cell(row.roi.as_ref()),
                f64::cell(row.mroi.as_ref()),
                f64::cell(row.uncertainty_pct.as_ref()),
            ];
            let columns = "model_id, channel, spend_micros, currency, response, lower, upper, roi,
                mroi, uncertainty_pct";
            self.insert("mmm_curves", columns, values, now).await?;
        }
        Ok(())
    }

    /// Writes a plan's allocations, in place of those that were there.
    ///
    /// # Errors
    /// When the database fails, or a row names a model or a plan that is not there.
    pub async fn put_allocations(
        self,
        plan: Id<Scenario>,
        allocations: &[AllocationRow],
        now: DateTime<Utc>,
    ) -> Result<()> {
        let own = vec![Id::cell(Some(&self.workspace)), Id::cell(Some(&plan))];
        let sql = "DELETE FROM mmm_allocations WHERE workspace_id = $1 AND scenario_id = $2";
        self.link.run(sql, own).await?;
        for row in allocations {
            let values = vec![
                Id::cell(Some(&row.model_id)),
                Id::cell(row.scenario_id.as_ref()),
                String::cell(Some(&row.channel)),
                i64::cell(Some(&row.current_micros)),
                i64::cell(Some(&row.proposed_micros)),
                String::cell(Some(&row.currency)),
                f64::cell(row.effect.as_ref()),
                f64::cell(row.lower.as_ref()),
                f64::cell(row.upper.as_ref()),
                f64::cell(row.uncertainty_pct.as_ref()),
            ];
            let columns = "model_id, scenario_id, channel, current_micros, proposed_micros,
                currency, effect, lower, upper, uncertainty_pct";
            self.insert("mmm_allocations", columns, values, now).await?;
        }
        Ok(())
    }

    /// Adds an estimate of reach.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_reach(self, row: &ReachEstimate, now: DateTime<Utc>) -> Result<()> {
        let values = vec![
            DateTime::cell(Some(&row.at)),
            String::cell(Some(&row.segment)),
            i64::cell(Some(&row.budget_micros)),
            String::cell(Some(&row.currency)),
            f64::cell(row.frequency.as_ref()),
            i64::cell(Some(&row.reach)),
            i64::cell(row.impressions.as_ref()),
            String::cell(Some(&row.source)),
            serde_json::Value::cell(Some(&row.detail)),
        ];
        let columns = "at, segment, budget_micros, currency, frequency, reach, impressions,
            source, detail";
        self.insert("youtube_reach_estimates", columns, values, now).await
    }

    /// The curves of a model, by channel and spend.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn curves(self, model: Id<Model>, channel: Option<&str>) -> Result<Vec<CurveRow>> {
        let (condition, values) = self.of("model_id", Id::cell(Some(&model)), channel);
        let sql =
            format!("SELECT * FROM mmm_curves WHERE {condition} ORDER BY channel, spend_micros");
        rows(&self.link.all(&sql, values).await?, read_curve)
    }

    /// The allocations of a plan, by channel.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn allocations(
        self,
        plan: Id<Scenario>,
        channel: Option<&str>,
    ) -> Result<Vec<AllocationRow>> {
        let (condition, values) = self.of("scenario_id", Id::cell(Some(&plan)), channel);
        let sql = format!("SELECT * FROM mmm_allocations WHERE {condition} ORDER BY channel");
        rows(&self.link.all(&sql, values).await?, read_allocation)
    }

    /// The model whose curves are meant where none is named: the one published last, or the newest
    /// with curves where none is published.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn current_model(self) -> Result<Option<Id<Model>>> {
        let sql = "SELECT m.id AS id FROM models m
            WHERE m.workspace_id = $1 AND EXISTS (SELECT 1 FROM mmm_curves c
                WHERE c.workspace_id = m.workspace_id AND c.model_id = m.id)
            ORDER BY CASE WHEN m.published_at IS NULL THEN 1 ELSE 0 END, m.published_at DESC,
                m.id DESC LIMIT 1";
        self.identity(sql).await
    }

    /// The plan whose allocations are meant where none is named: the newest that has some.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn current_plan(self) -> Result<Option<Id<Scenario>>> {
        let sql = "SELECT s.id AS id FROM scenarios s
            WHERE s.workspace_id = $1 AND EXISTS (SELECT 1 FROM mmm_allocations a
                WHERE a.workspace_id = s.workspace_id AND a.scenario_id = s.id)
            ORDER BY s.id DESC LIMIT 1";
        self.identity(sql).await
    }

    /// Shares of channels, newest first; `only` chooses a channel and a method.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn attribution(
        self,
        only: (Option<&str>, Option<&str>),
        page: Page,
    ) -> Result<Slice<AttributionRow>> {
        let mut values = Vec::new();
        let mut condition = String::from("1 = 1");
        for (column, value) in [("channel", only.0), ("method", only.1)] {
            if let Some(value) = value {
                values.push(String::cell(Some(&value.to_owned())));
                condition += &format!(" AND {column} = ${}", values.len());
            }
        }
        self.page("channel_attribution_weekly", &condition, values, page, read_attribution).await
    }

    /// Estimates of reach, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn reach(self, page: Page) -> Result<Slice<ReachEstimate>> {
        self.page("youtube_reach_estimates", "1 = 1", Vec::new(), page, read_reach).await
    }

    fn of(self, column: &str, id: Value, channel: Option<&str>) -> (String, Vec<Value>) {
        let mut condition = format!("workspace_id = $1 AND {column} = $2");
        let mut values = vec![Id::cell(Some(&self.workspace)), id];
        if let Some(channel) = channel {
            condition += " AND channel = $3";
            values.push(String::cell(Some(&channel.to_owned())));
        }
        (condition, values)
    }

    async fn identity<T>(self, sql: &str) -> Result<Option<Id<T>>> {
        let found = self.link.all(sql, vec![Id::cell(Some(&self.workspace))]).await?;
        Ok(rows(&found, |row| Field::read(row, "id"))?.into_iter().next())
    }

    async fn insert(
        self,
        table: &str,
        columns: &str,
        mut values: Vec<Value>,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let own = [
            Id::cell(Some(&self.workspace)),
            Id::<()>::cell(Some(&Id::new(now))),
            DateTime::cell(Some(&stamp(now))),
        ];
        values.splice(0..0, own);
        let sql = format!(
            "INSERT INTO {table} (workspace_id, id, created_at, {columns}) VALUES ({})",
            places(1, values.len())
        );
        self.link.run(&sql, values).await.map(|_| ())
    }

    async fn page<T>(
        self,
        table: &str,
        condition: &str,
        mut values: Vec<Value>,
        page: Page,
        read: fn(&QueryResult) -> Result<T, DbErr>,
    ) -> Result<Slice<T>> {
        let most = self.link.options().page;
        let limit = page.limit.unwrap_or(most).clamp(1, most) as usize;
        values.push(Id::cell(Some(&self.workspace)));
        let mut condition = format!("{condition} AND workspace_id = ${}", values.len());
        if let Some(Cursor(after)) = page.after {
            values.push(Uuid::cell(Some(&after)));
            condition += &format!(" AND id < ${}", values.len());
        }
        let sql =
            format!("SELECT * FROM {table} WHERE {condition} ORDER BY id DESC LIMIT {}", limit + 1);
        let mut found = rows(&self.link.all(&sql, values).await?, |row| {
            Ok((<Uuid as Field>::read(row, "id")?, read(row)?))
        })?;
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| more).map(|(id, _)| Cursor(*id));
        Ok(Slice { rows: found.into_iter().map(|(_, row)| row).collect(), next })
    }
}

fn read_curve(row: &QueryResult) -> Result<CurveRow, DbErr> {
    Ok(CurveRow {
        model_id: Field::read(row, "model_id")?,
        channel: Field::read(row, "channel")?,
        spend_micros: Field::read(row, "spend_micros")?,
        currency: Field::read(row, "currency")?,
        response: Field::read(row, "response")?,
        lower: Field::read(row, "lower")?,
        upper: Field::read(row, "upper")?,
        roi: Field::read(row, "roi")?,
        mroi: Field::read(row, "mroi")?,
        uncertainty_pct: Field::read(row, "uncertainty_pct")?,
    })
}

fn read_allocation(row: &QueryResult) -> Result<AllocationRow, DbErr> {
    Ok(AllocationRow {
        model_id: Field::read(row, "model_id")?,
        scenario_id: Field::read(row, "scenario_id")?,
        channel: Field::read(row, "channel")?,
        current_micros: Field::read(row, "current_micros")?,
        proposed_micros: Field::read(row, "proposed_micros")?,
        currency: Field::read(row, "currency")?,
        effect: Field::read(row, "effect")?,
        lower: Field::read(row, "lower")?,
        upper: Field::read(row, "upper")?,
        uncertainty_pct: Field::read(row, "uncertainty_pct")?,
    })
}

fn read_attribution(row: &QueryResult) -> Result<AttributionRow, DbErr> {
    Ok(AttributionRow {
        week_start: Field::read(row, "week_start")?,
        channel: Field::read(row, "channel")?,
        method: Field::read(row, "method")?,
        share: Field::read(row, "share")?,
        conversions: Field::read(row, "conversions")?,
        revenue_micros: Field::read(row, "revenue_micros")?,
        currency: Field::read(row, "currency")?,
        lower: Field::read(row, "lower")?,
        upper: Field::read(row, "upper")?,
    })
}

fn read_reach(row: &QueryResult) -> Result<ReachEstimate, DbErr> {
    Ok(ReachEstimate {
        at: Field::read(row, "at")?,
        segment: Field::read(row, "segment")?,
        budget_micros: Field::read(row, "budget_micros")?,
        currency: Field::read(row, "currency")?,
        frequency: Field::read(row, "frequency")?,
        reach: Field::read(row, "reach")?,
        impressions: Field::read(row, "impressions")?,
        source: Field::read(row, "source")?,
        detail: Field::read(row, "detail")?,
    })
}
