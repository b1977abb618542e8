//! Models and the scenarios that were planned with them.

use chrono::{DateTime, Utc};
use serde_json::Value as Json;

use crate::datasets::{Dataset, StoredPanel};
use crate::error::{Result, StoreError};
use crate::field::{Cell, stamp, words};
use crate::id::Id;
use crate::page::{Page, Slice};
use crate::record::{Stored, record};
use crate::rows::Rows;

words! {
    /// How far a model is.
    ModelState {
        /// Waits for a worker.
        Queued = "queued",
        /// Chains run.
        Fitting = "fitting",
        /// It answers.
        Ready = "ready",
        /// It was not learned.
        Failed = "failed",
        /// A person stopped it.
        Cancelled = "cancelled",
    }
}

record! {
    /// A model: what it was asked to be, and what became of it. Its draws lie in the object store.
    Model in "models", "model" {
        /// Which line of versions it belongs to.
        name: String,
        /// Counts from 1 within the name.
        number: i64,
        /// What it learns from.
        dataset_id: Id<Dataset>,
        /// The panel, once it is made.
        panel_id: Option<Id<StoredPanel>>,
        /// The specification, in TOML.
        specification: String,
        /// Fingerprint of the data it saw.
        data_fingerprint: Option<String>,
        /// Seed of its chains.
        seed: i64,
        /// How far it is.
        state: ModelState,
        /// The summary, once it is ready.
        summary: Option<Json>,
        /// Folder of its files in the object store.
        artefact_key: Option<String>,
        /// Why it failed.
        error: Option<String>,
        /// Since when others plan with it.
        published_at: Option<DateTime<Utc>>,
    }
}

words! {
    /// How far a scenario is.
    ScenarioState {
        /// Being written.
        Draft = "draft",
        /// Waits for a worker.
        Queued = "queued",
        /// Being solved.
        Solving = "solving",
        /// It has a plan.
        Ready = "ready",
        /// It could not be solved.
        Failed = "failed",
        /// A person stopped it.
        Cancelled = "cancelled",
    }
}

record! {
    /// A question to the planner under a name, with its answer.
    Scenario in "scenarios", "scenario" {
        /// What people call it.
        name: String,
        /// Planned with which model.
        model_id: Id<Model>,
        /// Budget, limits, objective.
        request: Json,
        /// The plan, once it is ready.
        result: Option<Json>,
        /// How far it is.
        state: ScenarioState,
        /// Why it failed.
        error: Option<String>,
    }
}

impl Rows<'_, Model> {
    /// The number that the next model of this name takes.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn next_number(self, name: &str) -> Result<i64> {
        let values = vec![String::cell(Some(&name.to_owned()))];
        let last = self.select("name = $1", values, "ORDER BY number DESC LIMIT 1").await?;
        Ok(last.first().map_or(1, |model| model.body.number + 1))
    }

    /// The versions of this name, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn versions(self, name: &str, page: Page) -> Result<Slice<Stored<Model>>> {
        self.page("name = $1", vec![String::cell(Some(&name.to_owned()))], page).await
    }

    /// The version of this name that others plan with.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn published(self, name: &str) -> Result<Option<Stored<Model>>> {
        let values = vec![String::cell(Some(&name.to_owned()))];
        let found = self.select("name = $1 AND published_at IS NOT NULL", values, "").await?;
        Ok(found.into_iter().next())
    }

    /// Makes this version the one that others plan with, instead of the one before, in one
    /// transaction.
    ///
    /// # Errors
    /// [`StoreError::Invalid`] for a model that is not ready, [`StoreError::Conflict`] when it was
    /// changed meanwhile.
    pub async fn publish(
        self,
        id: Id<Model>,
        version: i64,
        now: DateTime<Utc>,
    ) -> Result<Stored<Model>> {
        if self.link.transaction.is_some() {
            return self.publish_inside(id, version, now).await;
        }
        let transaction = crate::transaction::begin(self.link.pools).await?;
        let inside = Rows::<Model>::new(transaction.link(), self.workspace);
        let published = inside.publish_inside(id, version, now).await?;
        transaction.commit().await?;
        Ok(published)
    }

    async fn publish_inside(
        self,
        id: Id<Model>,
        version: i64,
        now: DateTime<Utc>,
    ) -> Result<Stored<Model>> {
        let mut model = self.get(id).await?;
        if model.body.state != ModelState::Ready {
            let reason = format!(
                "only a model that is ready is published, this one is {}",
                model.body.state
            );
            return Err(StoreError::Invalid { what: "publishing", reason });
        }
        model.version = version;
        let at = stamp(now);
        let (scope, values) = self.scope(vec![
            String::cell(Some(&model.body.name)),
            Id::cell(Some(&id)),
            DateTime::cell(Some(&at)),
        ]);
        let sql = format!(
            "UPDATE models SET published_at = NULL, version = version + 1, updated_at = $3
             WHERE {scope} AND name = $1 AND id <> $2 AND published_at IS NOT NULL"
        );
        self.link.run(&sql, values).await?;
        model.body.published_at = Some(at);
        self.update(model, now).await
    }
}

impl Rows<'_, Scenario> {
    /// The scenarios of a model, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn of_model(self, model: Id<Model>, page: Page) -> Result<Slice<Stored<Scenario>>> {
        self.page("model_id = $1", vec![Id::cell(Some(&model))], page).await
    }
}
