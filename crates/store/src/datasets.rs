//! Data sets: what was uploaded, how its columns are read, the panels made of it, and what came
//! from what.

use chrono::{DateTime, Utc};
use serde_json::Value as Json;
use uuid::Uuid;

use crate::error::Result;
use crate::field::{Cell, Field, stamp, words};
use crate::id::Id;
use crate::link::{Link, rows};
use crate::page::{Page, Slice};
use crate::record::{Stored, record};
use crate::rows::Rows;
use crate::statement::places;
use crate::users::User;
use crate::workspaces::WorkspaceId;

words! {
    /// How far an upload is.
    UploadState {
        /// Parts are still coming.
        Receiving = "receiving",
        /// All of it is there.
        Complete = "complete",
        /// It was given up.
        Failed = "failed",
    }
}

record! {
    /// A file as it was sent; its content lies in the object store.
    Upload in "uploads", "upload" {
        /// The file's name, as the sender calls it; never used as a path.
        name: String,
        /// What the sender says it is.
        media_type: String,
        /// Bytes that were announced.
        bytes_expected: Option<i64>,
        /// Bytes that are there.
        bytes_received: i64,
        /// SHA-256 of the whole, in hexadecimal, once complete.
        sha256: Option<String>,
        /// Where the content lies.
        object_key: String,
        /// How far it is.
        state: UploadState,
        /// Who sent it.
        created_by: Option<Id<User>>,
    }
}

words! {
    /// How far a data set is.
    DatasetState {
        /// The mapping is not confirmed.
        Draft = "draft",
        /// A model may learn from it.
        Ready = "ready",
        /// Kept for its models only.
        Archived = "archived",
    }
}

record! {
    /// A table of data with a name.
    Dataset in "datasets", "data set" {
        /// What people call it.
        name: String,
        /// Where it came from.
        upload_id: Option<Id<Upload>>,
        /// How far it is.
        state: DatasetState,
        /// Fingerprint of the panel in force; names the version of the data.
        fingerprint: Option<String>,
        /// Columns, types, first rows: what `describe` found.
        description: Json,
        /// What the checks said.
        quality: Option<Json>,
    }
}

record! {
    /// How the columns of a data set are read. Numbered; an edit is a new one.
    Mapping in "mappings", "mapping" {
        /// Of which data set.
        dataset_id: Id<Dataset>,
        /// Counts from 1 within the data set.
        number: i64,
        /// The mapping itself.
        body: Json,
        /// Whether a person agreed to it.
        confirmed: bool,
    }
}

record! {
    /// A panel made of a data set by a mapping; its numbers lie in the object store.
    StoredPanel in "panels", "panel" {
        /// Of which data set.
        dataset_id: Id<Dataset>,
        /// By which mapping.
        mapping_id: Id<Mapping>,
        /// Fingerprint of its content.
        fingerprint: String,
        /// How many geos.
        geos: i64,
        /// How many periods.
        periods: i64,
        /// How many media channels.
        channels: i64,
        /// Where the numbers lie.
        object_key: String,
        /// Names, totals, ranges.
        summary: Json,
    }
}

record! {
    /// That one thing was made of another.
    LineageEdge in "lineage", "lineage edge" {
        /// Kind of the source (`upload`, `panel`, …).
        source_kind: String,
        /// Its identity.
        source_id: Uuid,
        /// Kind of what was made.
        target_kind: String,
        /// Its identity.
        target_id: Uuid,
        /// The step that made it (`import`, `fit`, …).
        step: String,
        /// Versions and settings of the step.
        detail: Json,
    }
}

/// Uploads that still wait for parts though the last one came before `before`, with their
/// workspaces.
pub(crate) async fn silent(
    link: Link<'_>,
    before: DateTime<Utc>,
) -> Result<Vec<(WorkspaceId, Stored<Upload>)>> {
    let sql = "SELECT * FROM uploads WHERE state = 'receiving' AND updated_at < $1 ORDER BY id";
    let found = link.all(sql, vec![DateTime::cell(Some(&stamp(before)))]).await?;
    rows(&found, |row| Ok((Field::read(row, "workspace_id")?, Stored::read(row)?)))
}

impl Rows<'_, Mapping> {
    /// Stores the next mapping of a data set.
    ///
    /// # Errors
    /// [`crate::StoreError::Duplicate`] when two come at once: try again.
    pub async fn add(
        self,
        dataset_id: Id<Dataset>,
        body: Json,
        confirmed: bool,
        now: DateTime<Utc>,
    ) -> Result<Stored<Mapping>> {
        let number = self.latest(dataset_id).await?.map_or(1, |last| last.body.number + 1);
        self.create(Mapping { dataset_id, number, body, confirmed }, now).await
    }

    /// The newest mapping of a data set.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn latest(self, dataset: Id<Dataset>) -> Result<Option<Stored<Mapping>>> {
        let values = vec![Id::cell(Some(&dataset))];
        let found = self.select("dataset_id = $1", values, "ORDER BY number DESC LIMIT 1").await?;
        Ok(found.into_iter().next())
    }
}

impl Rows<'_, StoredPanel> {
    /// The panels of a data set, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn of_dataset(
        self,
        dataset: Id<Dataset>,
        page: Page,
    ) -> Result<Slice<Stored<StoredPanel>>> {
        self.page("dataset_id = $1", vec![Id::cell(Some(&dataset))], page).await
    }
}

impl Rows<'_, LineageEdge> {
    /// What was made of this.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn from(self, source: Uuid) -> Result<Vec<Stored<LineageEdge>>> {
        self.select("source_id = $1", vec![Uuid::cell(Some(&source))], "ORDER BY id").await
    }

    /// What each of these was made of.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn to_any(self, targets: &[Uuid]) -> Result<Vec<Stored<LineageEdge>>> {
        if targets.is_empty() {
            return Ok(Vec::new());
        }
        let values = targets.iter().map(|target| Uuid::cell(Some(target))).collect();
        let condition = format!("target_id IN ({})", places(1, targets.len()));
        self.select(&condition, values, "ORDER BY id").await
    }

    /// What this was made of.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn to(self, target: Uuid) -> Result<Vec<Stored<LineageEdge>>> {
        self.select("target_id = $1", vec![Uuid::cell(Some(&target))], "ORDER BY id").await
    }
}
