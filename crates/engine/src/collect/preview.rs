//! The first rows of a file as they were read, for a person to look at.

use outlay_connect::{Reading, Table, Values};
use serde::Serialize;

/// The first rows of a file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Preview {
    /// The columns, in the order of the file.
    pub columns: Vec<PreviewColumn>,
    /// Rows shown.
    pub rows: usize,
    /// Rows of the file.
    pub of: usize,
    /// Line (or sheet row) of each row shown, counted from 1.
    pub lines: Vec<u64>,
}

/// A column of a preview.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PreviewColumn {
    /// Header.
    pub name: String,
    /// How its cells were read.
    pub reading: Reading,
    /// One cell per row: a number, a text (dates as `yyyy-mm-dd`), or `null` where it is missing or
    /// could not be read.
    pub cells: Vec<Cell>,
}

/// A cell.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Cell {
    /// A number.
    Number(f64),
    /// Text, or a date.
    Text(String),
    /// Nothing that could be read.
    Missing,
}

impl Preview {
    pub(super) fn new(table: &Table, rows: usize) -> Self {
        let rows = rows.min(table.rows());
        let columns = table.columns.iter().map(|column| PreviewColumn {
            name: column.name.clone(),
            reading: column.reading,
            cells: (0..rows).map(|row| cell(&column.values, row)).collect(),
        });
        Self {
            columns: columns.collect(),
            rows,
            of: table.rows(),
            lines: table.lines.iter().take(rows).copied().collect(),
        }
    }
}

fn cell(values: &Values, row: usize) -> Cell {
    let found = match values {
        Values::Number(v) => v.get(row).copied().flatten().map(Cell::Number),
        Values::Date(v) => v.get(row).copied().flatten().map(|d| Cell::Text(d.to_string())),
        Values::Text(v) => v.get(row).cloned().flatten().map(Cell::Text),
    };
    found.unwrap_or(Cell::Missing)
}
