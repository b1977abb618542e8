//! Rows without the most of a large document: what lists and decisions need is a word or two of it,
//! and reading hundreds of kilobytes for those words would cost more than all the rest.

use std::ops::Deref;

use crate::engine::Engine;
use crate::error::{Result, StoreError};
use crate::field::Cell;
use crate::id::Id;
use crate::models::{Model, Scenario};
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

/// A kind of row with a large document, and the paths of it that an outline keeps.
pub trait Outlined: Record {
    /// Column of the document.
    const DOCUMENT: &'static str;
    /// Paths to scalars, each of at most two names.
    const KEPT: &'static [(&'static str, &'static [&'static str])];
}

impl Outlined for Model {
    const DOCUMENT: &'static str = "summary";
    const KEPT: &'static [(&'static str, &'static [&'static str])] =
        &[("", &["sentence"]), ("health", &["verdict", "score"])];
}

impl Outlined for Scenario {
    const DOCUMENT: &'static str = "result";
    const KEPT: &'static [(&'static str, &'static [&'static str])] =
        &[("", &["sentence"]), ("totals", &["planned"]), ("question", &["currency"])];
}

/// The columns of a kind, the document's replaced by its outline. A document that is there stays
/// one, however little is in it.
fn columns<T: Outlined>(engine: Engine) -> Vec<String> {
    let document = T::DOCUMENT;
    let (object, value): (_, fn(&str, &str) -> String) = match engine {
        Engine::Sqlite => ("json_object", |document, path| {
            // As it stands there: read as a number and written again it would lose digits.
            format!("{document} -> '$.{}'", path.replace(',', "."))
        }),
        Engine::Postgres => {
            ("jsonb_build_object", |document, path| format!("{document} #> '{{{path}}}'"))
        }
    };
    let pair = |name: &str, path: &str| format!("'{name}', {}", value(document, path));
    let parts: Vec<String> = T::KEPT
        .iter()
        .flat_map(|(above, names)| match *above {
            "" => names.iter().map(|name| pair(name, name)).collect::<Vec<_>>(),
            above => {
                let inner: Vec<String> =
                    names.iter().map(|name| pair(name, &format!("{above},{name}"))).collect();
                vec![format!("'{above}', {object}({})", inner.join(", "))]
            }
        })
        .collect();
    let outline = format!(
        "CASE WHEN {document} IS NULL THEN NULL ELSE {object}({}) END AS {document}",
        parts.join(", ")
    );
    let own = T::columns().into_iter();
    own.map(|column| if column == document { outline.clone() } else { column }).collect()
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
}
