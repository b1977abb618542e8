//! A file as typed columns, before anybody has said what the columns mean.

use chrono::NaiveDate;
use outlay_core::Currency;
use serde::{Deserialize, Serialize};

use crate::read::date::DateFormat;
use crate::read::number::DecimalMark;

/// A file that has been read: typed columns of equal length.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Table {
    /// Where the rows come from and how they were read.
    pub source: Source,
    /// The columns, in the order of the file.
    pub columns: Vec<Column>,
    /// Line (or sheet row) of each row in the file, counted from 1.
    #[serde(skip)]
    pub lines: Vec<u64>,
    /// What was decided or dropped on the way, for people to check.
    pub notes: Vec<Note>,
}

/// Where a table comes from and in which dialect it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = FileSource))]
pub struct Source {
    /// File name without its folder.
    pub file: String,
    /// Size of the file in bytes.
    pub bytes: u64,
    /// Kind of file.
    pub format: FileFormat,
    /// Character between fields, for delimited text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<char>,
    /// Character encoding, for delimited text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// Sheet that was read, for a workbook.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// Line (or sheet row) of the last header row, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header_line: Option<u64>,
}

/// Kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum FileFormat {
    /// Delimited text: comma, semicolon, tab or pipe.
    Delimited,
    /// An Excel workbook (`.xlsx`).
    Workbook,
    /// Apache Parquet.
    Parquet,
}

/// Something that was decided or dropped while reading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    /// Stable name of the kind of note.
    pub code: &'static str,
    /// What happened, as a sentence without a full stop.
    pub message: String,
}

impl Note {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

/// One column of a table.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Column {
    /// Header text, joined over several header rows where there are several.
    pub name: String,
    /// Place in the file, counted from 1.
    pub position: usize,
    /// How the cells were read.
    pub reading: Reading,
    /// Currency that signs or codes in the cells or the header name, if one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// The values, one per row.
    #[serde(skip)]
    pub values: Values,
    /// Cells that do not fit the column's type; their value counts as missing.
    pub unreadable: Vec<Unreadable>,
}

/// How the cells of a column were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Reading {
    /// Numbers.
    Number {
        /// The decimal mark; `None` where no cell has one.
        decimal: Option<DecimalMark>,
        /// Whether cells carry a percent sign (values are then shares: `12 %` is 0.12).
        percent: bool,
    },
    /// Truth values (`yes`/`no`, `true`/`false`) as 1 and 0.
    Flag,
    /// Dates.
    Date {
        /// The notation.
        format: DateFormat,
    },
    /// Text.
    Text,
}

/// A cell that does not fit its column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unreadable {
    /// Row of the table, counted from 0.
    pub row: usize,
    /// Line (or sheet row) in the file, counted from 1.
    pub line: u64,
    /// The cell's text.
    pub text: String,
}

/// The values of a column; `None` is a missing value.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Numbers.
    Number(Vec<Option<f64>>),
    /// Days; weeks and months stand for their first day.
    Date(Vec<Option<NaiveDate>>),
    /// Text.
    Text(Vec<Option<String>>),
}

impl Values {
    /// Number of rows.
    pub fn len(&self) -> usize {
        match self {
            Self::Number(v) => v.len(),
            Self::Date(v) => v.len(),
            Self::Text(v) => v.len(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The word for the type, for messages.
    pub fn noun(&self) -> &'static str {
        match self {
            Self::Number(_) => "numbers",
            Self::Date(_) => "dates",
            Self::Text(_) => "text",
        }
    }
}

impl Column {
    /// The numbers, if the column holds numbers.
    pub fn numbers(&self) -> Option<&[Option<f64>]> {
        match &self.values {
            Values::Number(v) => Some(v),
            _ => None,
        }
    }

    /// The dates, if the column holds dates.
    pub fn dates(&self) -> Option<&[Option<NaiveDate>]> {
        match &self.values {
            Values::Date(v) => Some(v),
            _ => None,
        }
    }

    /// The text, if the column holds text.
    pub fn texts(&self) -> Option<&[Option<String>]> {
        match &self.values {
            Values::Text(v) => Some(v),
            _ => None,
        }
    }

    /// The cell of a row as text for a name (a geo, a channel); `None` where it is missing.
    pub fn label(&self, row: usize) -> Option<String> {
        match &self.values {
            Values::Text(v) => v.get(row).cloned().flatten(),
            Values::Number(v) => v.get(row).copied().flatten().map(|x| x.to_string()),
            Values::Date(v) => v.get(row).copied().flatten().map(|d| d.to_string()),
        }
    }
}

impl Table {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.lines.len()
    }

    /// The column of that exact name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|c| c.name == name)
    }

    /// Line in the file of a row.
    pub fn line(&self, row: usize) -> u64 {
        self.lines.get(row).copied().unwrap_or(0)
    }
}
