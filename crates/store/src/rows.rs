//! The rows of one kind: made, read, listed, changed, removed; always of one workspace where the
//! kind belongs to one.

use std::marker::PhantomData;

use chrono::{DateTime, Utc};
use sea_orm::Value;

use crate::classify::classify;
use crate::error::{Result, StoreError};
use crate::field::{Cell, stamp};
use crate::id::Id;
use crate::link::{Link, rows};
use crate::outline::{COLUMN, spec};
use crate::page::{Cursor, Page, Slice};
use crate::record::{Record, Stored};
use crate::workspaces::WorkspaceId;

/// The rows of kind `T` within reach: those of one workspace.
///
/// Every statement carries the workspace, so that a row of another one is not found, whatever
/// identity is asked for.
pub struct Rows<'c, T> {
    pub(crate) link: Link<'c>,
    pub(crate) workspace: Option<WorkspaceId>,
    kind: PhantomData<fn() -> T>,
}

impl<T> Clone for Rows<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Rows<'_, T> {}

impl<'c, T: Record> Rows<'c, T> {
    pub(crate) fn new(link: Link<'c>, workspace: Option<WorkspaceId>) -> Self {
        Self { link, workspace, kind: PhantomData }
    }

    /// Stores a new row, made at `now`.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`], [`StoreError::Reference`] or [`StoreError::Refused`] where the
    /// schema does not allow it.
    pub async fn create(self, body: T, now: DateTime<Utc>) -> Result<Stored<T>> {
        self.create_as(Id::new(now), body, now).await
    }

    /// Stores a new row under an identity that the caller chose.
    ///
    /// # Errors
    /// As [`Rows::create`].
    pub async fn create_as(self, id: Id<T>, body: T, now: DateTime<Utc>) -> Result<Stored<T>> {
        let at = stamp(now);
        let mut columns = vec!["id", "version", "created_at", "updated_at"];
        let mut values = vec![
            Id::cell(Some(&id)),
            i64::cell(Some(&1)),
            DateTime::cell(Some(&at)),
            DateTime::cell(Some(&at)),
        ];
        if let Some(workspace) = self.workspace {
            columns.push("workspace_id");
            values.push(Id::cell(Some(&workspace)));
        }
        let own = T::columns();
        columns.extend(own.iter().map(String::as_str));
        values.extend(body.values());
        let mut places: Vec<String> = (1..=values.len()).map(|n| format!("${n}")).collect();
        if let Some(spec) = spec(T::TABLE)
            && let Some(place) = columns.iter().position(|column| *column == spec.document)
        {
            let outline = spec.expression(self.link.engine(), &places[place]);
            columns.push(COLUMN);
            places.push(outline);
        }
        let sql = format!(
            "INSERT INTO {} ({}) VALUES ({})",
            T::TABLE,
            columns.join(", "),
            places.join(", ")
        );
        self.link.run(&sql, values).await?;
        Ok(Stored { id, version: 1, created_at: at, updated_at: at, body })
    }

    /// The row with this identity.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where this workspace has none.
    pub async fn get(self, id: Id<T>) -> Result<Stored<T>> {
        let found = self.find(id).await?;
        found.ok_or_else(|| StoreError::NotFound { kind: T::NOUN, id: id.to_string() })
    }

    /// The row with this identity, if this workspace has it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find(self, id: Id<T>) -> Result<Option<Stored<T>>> {
        let found = self.select("id = $1", vec![Id::cell(Some(&id))], "").await?;
        Ok(found.into_iter().next())
    }

    /// A page of all rows, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list(self, page: Page) -> Result<Slice<Stored<T>>> {
        self.page("1 = 1", Vec::new(), page).await
    }

    /// How many there are.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count(self) -> Result<u64> {
        let (scope, values) = self.scope(Vec::new());
        let sql = format!("SELECT COUNT(*) AS number FROM {} WHERE {scope}", T::TABLE);
        let row = self.link.one(&sql, values).await?;
        let number =
            row.map(|row| row.try_get::<i64>("", "number")).transpose().map_err(classify)?;
        Ok(number.unwrap_or_default().unsigned_abs())
    }

    /// Stores a changed body, if the row still has the version that the change is based on.
    /// Gives the row with its new version.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when somebody else was faster, [`StoreError::NotFound`] when it is
    /// gone.
    pub async fn update(self, changed: Stored<T>, now: DateTime<Utc>) -> Result<Stored<T>> {
        let at = stamp(now);
        let mut values = changed.body.values();
        let mut sets: Vec<String> = T::columns()
            .iter()
            .enumerate()
            .map(|(place, column)| format!("{column} = ${}", place + 1))
            .collect();
        if let Some(spec) = spec(T::TABLE)
            && let Some(place) = T::columns().iter().position(|column| *column == spec.document)
        {
            let value = format!("${}", place + 1);
            sets.push(format!("{COLUMN} = {}", spec.expression(self.link.engine(), &value)));
        }
        values.push(DateTime::cell(Some(&at)));
        sets.push(format!("updated_at = ${}", values.len()));
        values.push(Id::cell(Some(&changed.id)));
        values.push(i64::cell(Some(&changed.version)));
        let (id, version) = (values.len() - 1, values.len());
        let (scope, values) = self.scope(values);
        let sql = format!(
            "UPDATE {} SET {}, version = version + 1 WHERE {scope} AND id = ${id} AND version = ${version}",
            T::TABLE,
            sets.join(", ")
        );
        if self.link.run(&sql, values).await? == 1 {
            return Ok(Stored { version: changed.version + 1, updated_at: at, ..changed });
        }
        Err(self.conflict(changed.id, changed.version).await?)
    }

    /// Removes a row, if it still has this version.
    ///
    /// # Errors
    /// As [`Rows::update`]; [`StoreError::Reference`] while something refers to it.
    pub async fn delete(self, id: Id<T>, version: i64) -> Result<()> {
        let (scope, values) = self.scope(vec![Id::cell(Some(&id)), i64::cell(Some(&version))]);
        let sql = format!("DELETE FROM {} WHERE {scope} AND id = $1 AND version = $2", T::TABLE);
        if self.link.run(&sql, values).await? == 1 {
            return Ok(());
        }
        Err(self.conflict(id, version).await?)
    }

    /// Why a change met no row.
    async fn conflict(self, id: Id<T>, expected: i64) -> Result<StoreError> {
        let found = self.get(id).await?.version;
        Ok(StoreError::Conflict { kind: T::NOUN, id: id.to_string(), expected, found })
    }

    /// Rows that meet a condition of ours, behind the page's cursor, newest first.
    pub(crate) async fn page(
        self,
        condition: &str,
        values: Vec<Value>,
        page: Page,
    ) -> Result<Slice<Stored<T>>> {
        self.page_columns(&T::columns(), condition, values, page).await
    }

    /// As [`Rows::page`], with other words for the columns.
    pub(crate) async fn page_columns(
        self,
        columns: &[String],
        condition: &str,
        mut values: Vec<Value>,
        page: Page,
    ) -> Result<Slice<Stored<T>>> {
        let most = self.link.options().page;
        let limit = page.limit.unwrap_or(most).clamp(1, most) as usize;
        let mut condition = condition.to_owned();
        if let Some(Cursor(after)) = page.after {
            values.push(Value::Uuid(Some(after)));
            condition = format!("({condition}) AND id < ${}", values.len());
        }
        // One more than asked for says whether the list goes on.
        let tail = format!("ORDER BY id DESC LIMIT {}", limit + 1);
        let mut rows = self.select_columns(columns, &condition, values, &tail).await?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(|row| Cursor(row.id.uuid()));
        Ok(Slice { rows, next })
    }

    /// Rows that meet a condition of ours; its values are `$1` and on.
    pub(crate) async fn select(
        self,
        condition: &str,
        values: Vec<Value>,
        tail: &str,
    ) -> Result<Vec<Stored<T>>> {
        self.select_columns(&T::columns(), condition, values, tail).await
    }

    /// As [`Rows::select`], with other words for the columns.
    pub(crate) async fn select_columns(
        self,
        columns: &[String],
        condition: &str,
        values: Vec<Value>,
        tail: &str,
    ) -> Result<Vec<Stored<T>>> {
        let (scope, values) = self.scope(values);
        let sql = format!(
            "SELECT id, version, created_at, updated_at, {} FROM {} WHERE {scope} AND ({condition}) {tail}",
            columns.join(", "),
            T::TABLE
        );
        rows(&self.link.all(&sql, values).await?, Stored::read)
    }

    /// The condition that keeps a statement inside of the workspace.
    pub(crate) fn scope(self, mut values: Vec<Value>) -> (String, Vec<Value>) {
        let Some(workspace) = self.workspace else { return ("1 = 1".to_owned(), values) };
        values.push(Id::cell(Some(&workspace)));
        (format!("workspace_id = ${}", values.len()), values)
    }
}
