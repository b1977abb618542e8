//! Why a file could not be read.

use std::path::PathBuf;

use thiserror::Error;

/// Why a file could not be read as a table.
#[derive(Debug, Error)]
pub enum ReadError {
    /// The file could not be opened or read.
    #[error("cannot read `{path}`: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The path is a folder.
    #[error("`{0}` is a folder: name a file in it")]
    Folder(PathBuf),
    /// The file is larger than the limit; nothing of it was read.
    #[error(
        "the file has {bytes} bytes, more than the limit of {limit}: it was not read; sum it up to one row per period (and geo) or raise `data.file_bytes_max`"
    )]
    TooLarge {
        /// Size of the file.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// There are more rows than the limit.
    #[error(
        "the file has more than {limit} rows: sum it up to one row per period (and geo) or raise `data.rows_max`"
    )]
    TooManyRows {
        /// The limit.
        limit: u64,
    },
    /// There are more columns than the limit.
    #[error("the file has {columns} columns, more than the limit of {limit} (`data.columns_max`)")]
    TooManyColumns {
        /// Columns found.
        columns: usize,
        /// The limit.
        limit: usize,
    },
    /// There is nothing in the file.
    #[error("the file is empty: export it again with a header line and one row per period")]
    Empty,
    /// There is a header and nothing under it.
    #[error("the file has a header (line {line}) and no rows under it: check the export's filter")]
    HeaderOnly {
        /// Line of the header.
        line: u64,
    },
    /// The first line holds values.
    #[error(
        "line {line} holds values (`{cell}`) where column names are expected: add a first line with a name for each column"
    )]
    NoHeader {
        /// The line.
        line: u64,
        /// One of the values.
        cell: String,
    },
    /// Two columns share a name.
    #[error(
        "the column name `{name}` stands twice (columns {first} and {second}, line {line}): rename one of them"
    )]
    DuplicateColumn {
        /// The name.
        name: String,
        /// Place of the first.
        first: usize,
        /// Place of the second.
        second: usize,
        /// Line of the header.
        line: u64,
    },
    /// A row has more or fewer cells than the header.
    #[error("line {line} has {found} cells, the header has {expected} (line {header}): {advice}")]
    Ragged {
        /// The line.
        line: u64,
        /// Cells found.
        found: usize,
        /// Cells expected.
        expected: usize,
        /// Line of the header.
        header: u64,
        /// What to look for.
        advice: &'static str,
    },
    /// The file has one column only.
    #[error(
        "only one column (`{name}`) was found: is the delimiter another than comma, semicolon, tab or pipe? name it with `--delimiter`"
    )]
    OneColumn {
        /// Its name.
        name: String,
    },
    /// The bytes are no table at all.
    #[error("this is {what}, not a table: {advice}")]
    NotATable {
        /// What the bytes look like.
        what: &'static str,
        /// What to do.
        advice: &'static str,
    },
    /// The encoding asked for is unknown.
    #[error("unknown encoding `{0}`: use a name such as utf-8, utf-16le or windows-1252")]
    Encoding(String),
    /// The delimited text could not be parsed.
    #[error("the text cannot be split into cells: {0}")]
    Delimited(#[from] csv::Error),
    /// The workbook could not be opened.
    #[error("the workbook cannot be read ({0}): open it in a spreadsheet and save it again")]
    Workbook(#[from] calamine::XlsxError),
    /// The workbook has no such sheet.
    #[error("the workbook has no sheet `{sheet}`: it has {}", .sheets.join(", "))]
    Sheet {
        /// The sheet asked for.
        sheet: String,
        /// The sheets there are.
        sheets: Vec<String>,
    },
    /// The Parquet file could not be read.
    #[error("the Parquet file cannot be read ({0}): write it again")]
    Parquet(#[from] parquet::errors::ParquetError),
    /// A Parquet column is nested or binary.
    #[error(
        "the Parquet column `{column}` holds {found}: only flat columns of numbers, dates and text can be read"
    )]
    ParquetColumn {
        /// The column.
        column: String,
        /// What it holds.
        found: &'static str,
    },
    /// A decoder gave up on damaged bytes.
    #[error("the file is damaged: export it again")]
    Damaged,
}

impl ReadError {
    /// Stable name of the kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::File { .. } | Self::Folder(_) => "files.read",
            Self::TooLarge { .. } => "data.too-large",
            Self::TooManyRows { .. } => "data.too-many-rows",
            Self::TooManyColumns { .. } => "data.too-many-columns",
            Self::Empty => "data.empty",
            Self::HeaderOnly { .. } => "data.header-only",
            Self::NoHeader { .. } => "data.no-header",
            Self::DuplicateColumn { .. } => "data.duplicate-column",
            Self::Ragged { .. } => "data.ragged-row",
            Self::OneColumn { .. } => "data.one-column",
            Self::NotATable { .. } => "data.not-a-table",
            Self::Encoding(_) => "data.encoding",
            Self::Sheet { .. } => "data.sheet",
            Self::ParquetColumn { .. } => "data.parquet-column",
            Self::Delimited(_) | Self::Workbook(_) | Self::Parquet(_) | Self::Damaged => {
                "data.damaged"
            }
        }
    }

    /// Whether the file could not be read at all, as opposed to its content being refused.
    pub fn is_access(&self) -> bool {
        matches!(self, Self::File { .. } | Self::Folder(_))
    }
}
