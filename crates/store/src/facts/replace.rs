//! Loading: a source's days are replaced as a whole.

use std::collections::HashSet;

use chrono::{DateTime, NaiveDate};
use sea_orm::Value;
use uuid::Uuid;

use super::{Fact, Facts};
use crate::campaigns::Campaign;
use crate::engine::Engine;
use crate::error::{Result, StoreError};
use crate::field::{Cell, Field};
use crate::id::Id;
use crate::link::rows;

/// What a load speaks about: all campaigns of a source, on these days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partition {
    /// The account that reports, as [`Campaign::source`] has it.
    pub source: String,
    /// First day, included.
    pub from: NaiveDate,
    /// Last day, included.
    pub to: NaiveDate,
}

/// What a load did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replaced {
    /// Facts that were there before.
    pub removed: u64,
    /// Facts that are there now.
    pub written: u64,
}

const COLUMNS: &str = "workspace_id, campaign_id, day, arm_id, at, attribution, time_zone, \
    impressions, clicks, conversions_micros, cost_micros, revenue_micros, currency, \
    extracted_at, final, batch_id";

/// How many they are.
const WIDTH: usize = 16;

const SUMS: &str = "CAST(SUM(impressions) AS BIGINT), CAST(SUM(clicks) AS BIGINT), \
    CAST(SUM(conversions_micros) AS BIGINT), CAST(SUM(cost_micros) AS BIGINT), \
    CAST(SUM(revenue_micros) AS BIGINT)";

const SUM_COLUMNS: &str = "impressions, clicks, conversions_micros, cost_micros, revenue_micros";

/// The campaigns of the partition's source, for a statement whose `$1` is the workspace and whose
/// `$2` to `$4` are the partition.
const OF_PARTITION: &str = "workspace_id = $1 AND campaign_id IN
        (SELECT id FROM campaigns WHERE workspace_id = $1 AND source = $2)
    AND day BETWEEN $3 AND $4";

impl Facts<'_> {
    /// Replaces everything that the partition holds by `facts`, in one transaction; two loads of
    /// one source follow one another.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] for a fact outside of the partition, or whose cost and revenue are
    /// in different currencies; nothing is changed then.
    pub async fn replace(self, partition: &Partition, facts: &[Fact]) -> Result<Replaced> {
        if self.link.transaction.is_some() {
            return self.replace_inside(partition, facts).await;
        }
        let transaction = crate::transaction::begin(self.link.pools).await?;
        let inside = transaction.workspace(self.workspace).facts();
        let replaced = inside.replace_inside(partition, facts).await?;
        transaction.commit().await?;
        Ok(replaced)
    }

    async fn replace_inside(self, partition: &Partition, facts: &[Fact]) -> Result<Replaced> {
        if self.link.engine() == Engine::Postgres {
            let name = format!("facts {} {}", self.workspace, partition.source);
            let sql = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))";
            self.link.returning(sql, vec![String::cell(Some(&name))]).await?;
        }
        self.check(partition, facts).await?;
        let values = || {
            vec![
                Id::cell(Some(&self.workspace)),
                String::cell(Some(&partition.source)),
                NaiveDate::cell(Some(&partition.from)),
                NaiveDate::cell(Some(&partition.to)),
            ]
        };
        let sql = format!("DELETE FROM metric_facts WHERE {OF_PARTITION}");
        let removed = self.link.run(&sql, values()).await?;
        for batch in facts.chunks(self.link.options().batch) {
            self.insert(batch).await?;
        }
        self.sum_up(values).await?;
        Ok(Replaced { removed, written: facts.len() as u64 })
    }

    async fn check(self, partition: &Partition, facts: &[Fact]) -> Result<()> {
        let sql = "SELECT id FROM campaigns WHERE workspace_id = $1 AND source = $2";
        let values = vec![Id::cell(Some(&self.workspace)), String::cell(Some(&partition.source))];
        let found = self.link.returning(sql, values).await?;
        let known: HashSet<Id<Campaign>> =
            rows(&found, |row| Field::read(row, "id"))?.into_iter().collect();
        for fact in facts {
            let reason = if !(partition.from..=partition.to).contains(&fact.day) {
                format!("{} is not a day of the partition", fact.day)
            } else if fact.cost.currency != fact.revenue.currency {
                "cost and revenue are in different currencies".to_owned()
            } else if !known.contains(&fact.campaign_id) {
                format!("campaign {} is not one of {}", fact.campaign_id, partition.source)
            } else {
                continue;
            };
            return Err(StoreError::Invalid { what: "a metric fact", reason });
        }
        Ok(())
    }

    async fn insert(self, batch: &[Fact]) -> Result<()> {
        let mut values: Vec<Value> = Vec::with_capacity(batch.len() * WIDTH);
        for fact in batch {
            self.bind(fact, &mut values);
        }
        let places = self.places(batch.len());
        let sql = format!("INSERT INTO metric_facts ({COLUMNS}) VALUES {places}");
        self.link.run(&sql, values).await.map(|_| ())
    }

    /// The places of the values of `rows` facts.
    fn places(self, rows: usize) -> String {
        let row = |from: usize| match self.link.engine() {
            // SQLite seeks a named place among all others: with names, thousands of values to a
            // statement would cost their square.
            Engine::Sqlite => vec!["?".to_owned(); WIDTH],
            Engine::Postgres => {
                (from + 1..=from + WIDTH).map(|place| format!("${place}")).collect()
            }
        };
        let rows: Vec<String> =
            (0..rows).map(|number| format!("({})", row(number * WIDTH).join(", "))).collect();
        rows.join(", ")
    }

    /// The values of a fact, in the order of [`COLUMNS`].
    fn bind(self, fact: &Fact, values: &mut Vec<Value>) {
        values.extend([
            Id::cell(Some(&self.workspace)),
            Id::cell(Some(&fact.campaign_id)),
            NaiveDate::cell(Some(&fact.day)),
            Id::cell(Some(&fact.arm_id)),
            DateTime::cell(Some(&fact.at)),
            String::cell(Some(&fact.attribution)),
            String::cell(Some(&fact.time_zone)),
            i64::cell(Some(&fact.impressions)),
            i64::cell(Some(&fact.clicks)),
            i64::cell(Some(&fact.conversions_micros)),
            i64::cell(Some(&fact.cost.micros)),
            i64::cell(Some(&fact.revenue.micros)),
            Cell::cell(Some(&fact.cost.currency)),
            DateTime::cell(Some(&fact.extracted_at)),
            bool::cell(Some(&fact.is_final)),
            Uuid::cell(Some(&fact.batch_id)),
        ]);
    }

    /// Brings the sums of the partition's days in line with its facts.
    async fn sum_up(self, partition: impl Fn() -> Vec<Value>) -> Result<()> {
        let sql = format!("DELETE FROM campaign_days WHERE {OF_PARTITION}");
        self.link.run(&sql, partition()).await?;
        let sql = format!(
            "INSERT INTO campaign_days
                (workspace_id, day, campaign_id, attribution, currency, {SUM_COLUMNS})
             SELECT workspace_id, day, campaign_id, attribution, currency, {SUMS}
             FROM metric_facts WHERE {OF_PARTITION}
             GROUP BY workspace_id, day, campaign_id, attribution, currency"
        );
        self.link.run(&sql, partition()).await?;
        // A day's sum is over all sources, so that loads of different ones meet here.
        if self.link.engine() == Engine::Postgres {
            let sql = "SELECT id FROM workspaces WHERE id = $1 FOR NO KEY UPDATE";
            self.link.returning(sql, vec![Id::cell(Some(&self.workspace))]).await?;
        }
        let days = || {
            let mut values = partition();
            values.remove(1);
            values
        };
        let sql = "DELETE FROM workspace_days WHERE workspace_id = $1 AND day BETWEEN $2 AND $3";
        self.link.run(sql, days()).await?;
        let sql = format!(
            "INSERT INTO workspace_days (workspace_id, day, attribution, currency, {SUM_COLUMNS})
             SELECT workspace_id, day, attribution, currency, {SUMS}
             FROM campaign_days WHERE workspace_id = $1 AND day BETWEEN $2 AND $3
             GROUP BY workspace_id, day, attribution, currency"
        );
        self.link.run(&sql, days()).await.map(|_| ())
    }
}
