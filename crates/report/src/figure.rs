//! A picture with everything that belongs to it: title, drawing for wide and for narrow places,
//! table, CSV.

use minijinja::Value;
use serde::Serialize;

use crate::table::Table;

/// A picture as the page sets it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Figure {
    /// Anchor, also the name of downloaded files.
    pub(crate) id: String,
    /// What the picture shows.
    pub(crate) title: String,
    /// One sentence on how to read it; may be empty.
    pub(crate) note: String,
    /// What the script does with it: `marks`, `series` or `response`.
    pub(crate) kind: &'static str,
    /// The drawing for wide places.
    pub(crate) wide: Value,
    /// The drawing for phones; the wide one serves where there is none.
    pub(crate) narrow: Option<Value>,
    /// Names and classes of what is drawn, where labels do not fit beside it.
    pub(crate) legend: Vec<LegendEntry>,
    /// Classes of the colours of the CSV's columns, for tooltips.
    pub(crate) looks: String,
    /// The same as a table.
    pub(crate) table: Table,
    /// A word on what the table leaves out; may be empty.
    pub(crate) table_note: String,
}

/// A name with its colour.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct LegendEntry {
    /// Class of the swatch.
    pub(crate) class: String,
    /// What it stands for.
    pub(crate) name: String,
}

impl Figure {
    /// A figure with one drawing; `kind` is `marks`.
    pub(crate) fn new(id: &str, title: impl Into<String>, wide: String, table: Table) -> Self {
        Self {
            id: id.to_owned(),
            title: title.into(),
            note: String::new(),
            kind: "marks",
            wide: Value::from_safe_string(wide),
            narrow: None,
            legend: Vec::new(),
            looks: String::new(),
            table,
            table_note: String::new(),
        }
    }

    /// Adds a sentence on how to read it.
    pub(crate) fn with_note(self, note: impl Into<String>) -> Self {
        Self { note: note.into(), ..self }
    }

    /// Adds a drawing for phones.
    pub(crate) fn with_narrow(self, narrow: String) -> Self {
        Self { narrow: Some(Value::from_safe_string(narrow)), ..self }
    }
}
