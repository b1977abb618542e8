//! Rows without the most of a large document: what lists and decisions need is a word or two of it,
//! and reading hundreds of kilobytes for those words would cost more than all the rest.

use std::ops::Deref;

use chrono::{DateTime, Utc};

use crate::engine::Engine;
use crate::error::{Result, StoreError};
use crate::field::{Cell, stamp};
use crate::id::Id;
use crate::models::{Model, ModelState, Scenario};
use crate::page::{Page, Slice};
use crate::record::{Record, Stored};
use crate::rows::Rows;

/// A row of which a document was read in outline only. To look at: it cannot be stored again.
#[derive(Debug, Clone, PartialEq)]
pub struct Outline<T>(Stored<T>);

impl<T> Deref for Outline<T> {
    type Target = Stored<T>;

    fn deref(&self) -> &Stored<T> {
        &self.0
    }
}

/// A kind of row with a large document.
pub trait Outlined: Record {}

impl Outlined for Model {}
impl Outlined for Scenario {}

/// Column of the outline.
pub(crate) const COLUMN: &str = "outline";

/// Which document of a table has an outline, and what is kept of it.
pub(crate) struct Spec {
    /// Column of the document.
    pub(crate) document: &'static str,
    /// Objects of it, or itself (an empty name), and which of their members.
    kept: &'static [(&'static str, &'static [&'static str])],
}

/// The outline of a table's rows, where they have one.
pub(crate) fn spec(table: &str) -> Option<Spec> {
    match table {
        "models" => Some(Spec {
            document: "summary",
            kept: &[("", &["sentence", "approximate"]), ("health", &["verdict", "score"])],
        }),
        "scenarios" => Some(Spec {
            document: "result",
            kept: &[("", &["sentence"]), ("totals", &["planned"]), ("question", &["currency"])],
        }),
        _ => None,
    }
}

impl Spec {
    /// The outline of the document that `of` stands for, a column or a bound value.
    pub(crate) fn expression(&self, engine: Engine, of: &str) -> String {
        let object = match engine {
            Engine::Sqlite => "json_object",
            Engine::Postgres => "jsonb_build_object",
        };
        let pair = |path: &[&str]| {
            let name = path.last().copied().unwrap_or_default();
            match engine {
                // As it stands there: read as a number and written again it would lose digits.
                Engine::Sqlite => format!("'{name}', {of} -> '$.{}'", path.join(".")),
                Engine::Postgres => {
                    format!("'{name}', CAST({of} AS JSONB) #> '{{{}}}'", path.join(","))
                }
            }
        };
        let mut parts = Vec::new();
        for (above, names) in self.kept {
            let below = |name: &&str| match *above {
                "" => pair(&[name]),
                above => pair(&[above, name]),
            };
            let inner: Vec<String> = names.iter().map(below).collect();
            parts.push(match *above {
                "" => inner.join(", "),
                above => format!("'{above}', {object}({})", inner.join(", ")),
            });
        }
        format!("CASE WHEN {of} IS NULL THEN NULL ELSE {object}({}) END", parts.join(", "))
    }
}

/// The columns of a kind, the document's replaced by its outline; by one that is made now for rows
/// that were written before there were outlines.
fn columns<T: Outlined>(engine: Engine) -> Vec<String> {
    let own = T::columns().into_iter();
    let (Some(spec), Some(outline)) = (spec(T::TABLE), outline::<T>(engine)) else {
        return own.collect();
    };
    let named = format!("{outline} AS {}", spec.document);
    own.map(|column| if column == spec.document { named.clone() } else { column }).collect()
}

/// The outline of a row.
fn outline<T: Outlined>(engine: Engine) -> Option<String> {
    let spec = spec(T::TABLE)?;
    let (document, made) = (spec.document, spec.expression(engine, spec.document));
    Some(format!("CASE WHEN {document} IS NULL THEN NULL ELSE COALESCE({COLUMN}, {made}) END"))
}

impl<T: Outlined> Rows<'_, T> {
    /// The row with this identity, in outline.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where this workspace has none.
    pub async fn outline(self, id: Id<T>) -> Result<Outline<T>> {
        let columns = columns::<T>(self.link.engine());
        let values = vec![Id::cell(Some(&id))];
        let found = self.select_columns(&columns, "id = $1", values, "").await?.into_iter().next();
        let missing = || StoreError::NotFound { kind: T::NOUN, id: id.to_string() };
        found.map(Outline).ok_or_else(missing)
    }

    /// A page of all rows, newest first, in outline.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn outlines(self, page: Page) -> Result<Slice<Outline<T>>> {
        let columns = columns::<T>(self.link.engine());
        let found = self.page_columns(&columns, "1 = 1", Vec::new(), page).await?;
        Ok(Slice { rows: found.rows.into_iter().map(Outline).collect(), next: found.next })
    }
}

impl Rows<'_, Model> {
    /// The version of any name that others plan with, in outline: of several, the one published
    /// last.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn published_last(self) -> Result<Option<Outline<Model>>> {
        let columns = columns::<Model>(self.link.engine());
        let tail = "ORDER BY published_at DESC, id DESC LIMIT 1";
        let condition = "published_at IS NOT NULL";
        let found = self.select_columns(&columns, condition, Vec::new(), tail).await?;
        Ok(found.into_iter().next().map(Outline))
    }

    /// The newest model that answers exactly (no approximation), was learnt after `since`, and is not
    /// published, in outline.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn waiting_since(self, since: DateTime<Utc>) -> Result<Option<Outline<Model>>> {
        let engine = self.link.engine();
        let columns = columns::<Model>(engine);
        let outline = outline::<Model>(engine).unwrap_or_default();
        let approximate = match engine {
            Engine::Sqlite => format!("json_extract({outline}, '$.approximate') = 0"),
            Engine::Postgres => format!("({outline}) ->> 'approximate' = 'false'"),
        };
        let condition =
            format!("published_at IS NULL AND state = $1 AND created_at > $2 AND {approximate}");
        let values =
            vec![ModelState::cell(Some(&ModelState::Ready)), DateTime::cell(Some(&stamp(since)))];
        let newest = "ORDER BY id DESC LIMIT 1";
        let found = self.select_columns(&columns, &condition, values, newest).await?;
        Ok(found.into_iter().next().map(Outline))
    }
}
