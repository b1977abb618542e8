//! Files to tables: what kind of file it is, in which dialect, and which rows are no data.

pub(crate) mod cell;
pub(crate) mod date;
mod delimited;
mod encoding;
mod error;
mod header;
mod input;
pub(crate) mod number;
mod parquet;
mod totals_row;
mod typing;
mod workbook;
mod year_and_part;

use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use ::parquet::file::reader::ChunkReader;
use bytes::Bytes;
use outlay_core::registry::{Registry, keys};

pub use date::DateFormat;
pub use error::ReadError;
pub use input::Input;
pub use number::DecimalMark;

use cell::RawTable;
use encoding::{DetectError, Transcoder};
use header::Header;

use crate::table::{Column, FileFormat, Note, Source, Table, Values};

/// How to read a file; what is not set is found out from the file.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadOptions {
    /// Sheet of a workbook.
    pub sheet: Option<String>,
    /// Character between fields.
    pub delimiter: Option<char>,
    /// Character encoding, by its WHATWG label (`utf-8`, `windows-1252`).
    pub encoding: Option<String>,
    /// Decimal mark of every number.
    pub decimal: Option<DecimalMark>,
    /// Line (or sheet row) of the last header row, counted from 1.
    pub header_row: Option<u64>,
    /// Date notation of columns, by name.
    pub date_formats: Vec<(String, DateFormat)>,
    /// Largest file that is read, in bytes.
    pub bytes_max: u64,
    /// Most rows that are read.
    pub rows_max: u64,
    /// Most columns that are read.
    pub columns_max: usize,
}

/// How much is read at most.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) rows: u64,
    pub(crate) columns: usize,
}

impl ReadOptions {
    /// Everything found out from the file, with the limits of a registry.
    pub fn from_registry(registry: &Registry) -> Self {
        Self {
            sheet: None,
            delimiter: None,
            encoding: None,
            decimal: None,
            header_row: None,
            date_formats: Vec::new(),
            bytes_max: registry.get(&keys::DATA_FILE_BYTES_MAX) as u64,
            rows_max: registry.get(&keys::DATA_ROWS_MAX) as u64,
            columns_max: registry.get(&keys::DATA_COLUMNS_MAX) as usize,
        }
    }

    fn limits(&self) -> Limits {
        Limits { rows: self.rows_max, columns: self.columns_max }
    }
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self::from_registry(&Registry::default())
    }
}

/// Reads a file as a table of typed columns.
///
/// # Errors
/// [`ReadError`] when the file cannot be opened, exceeds a limit, or is no table; the message
/// names line and column where there are any.
pub fn read_table(path: &Path, options: &ReadOptions) -> Result<Table, ReadError> {
    let at = |source| ReadError::File { path: path.to_path_buf(), source };
    let meta = std::fs::metadata(path).map_err(at)?;
    if meta.is_dir() {
        return Err(ReadError::Folder(path.to_path_buf()));
    }
    if meta.len() > options.bytes_max {
        return Err(ReadError::TooLarge { bytes: meta.len(), limit: options.bytes_max });
    }
    let file = File::open(path).map_err(at)?;
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let stream = Stream { path, name, bytes: meta.len(), options };
    stream.read(file, |file| file)
}

/// Reads bytes in memory as a table of typed columns; `name` stands for the file's in messages.
///
/// # Errors
/// As [`read_table`].
pub fn read_bytes(name: &str, bytes: Bytes, options: &ReadOptions) -> Result<Table, ReadError> {
    let size = bytes.len() as u64;
    if size > options.bytes_max {
        return Err(ReadError::TooLarge { bytes: size, limit: options.bytes_max });
    }
    let stream = Stream { path: Path::new(name), name: name.to_owned(), bytes: size, options };
    stream.read(Cursor::new(bytes), Cursor::into_inner)
}

/// Reads what an input holds, wherever it is.
///
/// # Errors
/// As [`read_table`].
pub fn read_input(input: &Input, options: &ReadOptions) -> Result<Table, ReadError> {
    match input {
        Input::Path(path) => read_table(path, options),
        Input::Memory { name, bytes } => read_bytes(name, bytes.clone(), options),
    }
}

/// What is known of a file before it is read.
struct Stream<'a> {
    path: &'a Path,
    name: String,
    bytes: u64,
    options: &'a ReadOptions,
}

impl Stream<'_> {
    fn at(&self, source: std::io::Error) -> ReadError {
        ReadError::File { path: self.path.to_path_buf(), source }
    }

    /// Reads `input`; `chunks` makes of it what the Parquet reader wants.
    fn read<R: Read + Seek, C: ChunkReader + 'static>(
        self,
        mut input: R,
        chunks: impl FnOnce(R) -> C,
    ) -> Result<Table, ReadError> {
        let options = self.options;
        let mut magic = [0_u8; 8];
        let mut seen = 0;
        while let Some(rest) = magic.get_mut(seen..).filter(|r| !r.is_empty()) {
            match input.read(rest).map_err(|e| self.at(e))? {
                0 => break,
                n => seen += n,
            }
        }
        input.seek(SeekFrom::Start(0)).map_err(|e| self.at(e))?;
        let blank = Source {
            file: self.name.clone(),
            bytes: self.bytes,
            format: FileFormat::Delimited,
            delimiter: None,
            encoding: None,
            sheet: None,
            header_line: None,
        };
        match kind(magic.get(..seen).unwrap_or(&[]))? {
            FileFormat::Workbook => {
                let book =
                    guarded(|| workbook::read(BufReader::new(input), options, options.limits()))?;
                let source = Source {
                    format: FileFormat::Workbook,
                    sheet: Some(book.sheet.clone()),
                    header_line: Some(book.header.line),
                    ..blank
                };
                let mut notes = book.notes;
                notes.extend(header_notes(&book.header));
                finish(book.raw, source, options, notes)
            }
            FileFormat::Parquet => {
                let raw = guarded(|| parquet::read(chunks(input), options.limits()))?;
                let source = Source { format: FileFormat::Parquet, ..blank };
                finish(raw, source, options, Vec::new())
            }
            FileFormat::Delimited => self.delimited(input, blank),
        }
    }

    fn delimited<R: Read + Seek>(&self, mut input: R, blank: Source) -> Result<Table, ReadError> {
        let options = self.options;
        let encoding = match encoding::detect(&mut input, options.encoding.as_deref()) {
            Ok(encoding) => encoding,
            Err(DetectError::Io(source)) => return Err(self.at(source)),
            Err(DetectError::Refused(error)) => return Err(error),
        };
        input.seek(SeekFrom::Start(0)).map_err(|e| self.at(e))?;
        let mut sample = Vec::new();
        Transcoder::new(&mut input, encoding)
            .take(delimited::SAMPLE_BYTES as u64)
            .read_to_end(&mut sample)
            .map_err(|e| self.at(e))?;
        let complete = sample.len() < delimited::SAMPLE_BYTES;
        let sample = String::from_utf8_lossy(&sample);
        if sample.trim_start().starts_with(['{', '[']) && sample.contains("\":") {
            return Err(ReadError::NotATable {
                what: "a JSON document",
                advice: "export the table as CSV",
            });
        }
        if sample.trim_start().starts_with('<') {
            return Err(ReadError::NotATable {
                what: "an HTML or XML document",
                advice: "open it in a spreadsheet and save it as CSV or .xlsx",
            });
        }
        input.seek(SeekFrom::Start(0)).map_err(|e| self.at(e))?;
        let text = Transcoder::new(&mut input, encoding);
        let read = delimited::read(text, &sample, complete, options, options.limits())?;
        let source = Source {
            delimiter: Some(read.delimiter),
            encoding: Some(encoding.name().to_owned()),
            header_line: Some(read.header.line),
            ..blank
        };
        let mut notes = header_notes(&read.header);
        notes.extend(read.notes);
        finish(read.raw, source, options, notes)
    }
}

/// The kind of file by its first bytes; kinds that people try and that are no tables are named.
fn kind(magic: &[u8]) -> Result<FileFormat, ReadError> {
    let refuse = |what, advice| Err(ReadError::NotATable { what, advice });
    match magic {
        [] => Err(ReadError::Empty),
        [b'P', b'K', 3, 4, ..] => Ok(FileFormat::Workbook),
        [b'P', b'A', b'R', b'1', ..] => Ok(FileFormat::Parquet),
        [0x1f, 0x8b, ..] => refuse("a gzip archive", "unpack it first"),
        [0xD0, 0xCF, 0x11, 0xE0, ..] => {
            refuse("a workbook in the format before 2007", "save it as .xlsx")
        }
        [b'%', b'P', b'D', b'F', ..] => refuse("a PDF document", "export the table as CSV"),
        _ => Ok(FileFormat::Delimited),
    }
}

/// Runs a decoder of foreign bytes: a panic inside it is a damaged file, not the end of us.
fn guarded<T>(decode: impl FnOnce() -> Result<T, ReadError>) -> Result<T, ReadError> {
    catch_unwind(AssertUnwindSafe(decode)).unwrap_or(Err(ReadError::Damaged))
}

fn header_notes(header: &Header) -> Vec<Note> {
    let mut notes = Vec::new();
    if header.skipped > 0 {
        notes.push(Note::new(
            "title-rows",
            format!(
                "{} row(s) above the header (line {}) were skipped",
                header.skipped, header.line
            ),
        ));
    }
    if header.joined > 1 {
        notes.push(Note::new(
            "joined-header",
            format!("{} header rows were joined into one", header.joined),
        ));
    }
    notes
}

/// Types the columns, drops rows of totals, and refuses what is no table after all.
fn finish(
    raw: RawTable,
    source: Source,
    options: &ReadOptions,
    mut notes: Vec<Note>,
) -> Result<Table, ReadError> {
    if let [name] = raw.names.as_slice() {
        return Err(ReadError::OneColumn { name: name.clone() });
    }
    let mut typed = Vec::new();
    let mut columns = typing::columns(&raw, options, source.delimiter, &mut typed);
    year_and_part::add(&mut columns, &mut typed);
    let mut raw = raw;
    let dropped = totals_row::find(&raw, &columns);
    if dropped.iter().any(|d| *d) {
        for (row, line) in raw.lines.iter().enumerate() {
            if dropped.get(row).copied().unwrap_or(false) {
                notes.push(Note::new(
                    "totals-row",
                    format!("line {line} was left out as a row of totals or a footnote"),
                ));
            }
        }
        raw.columns = raw.columns.iter().map(|c| c.without(&dropped)).collect();
        let mut row = 0;
        raw.lines.retain(|_| {
            row += 1;
            !dropped.get(row - 1).copied().unwrap_or(false)
        });
        typed.clear();
        columns = typing::columns(&raw, options, source.delimiter, &mut typed);
        year_and_part::add(&mut columns, &mut typed);
    }
    notes.extend(typed);
    columns.retain(|c| !(c.name == format!("column {}", c.position) && is_void(c)));
    if raw.lines.is_empty() {
        return Err(ReadError::HeaderOnly { line: source.header_line.unwrap_or(1) });
    }
    Ok(Table { source, columns, lines: raw.lines, notes })
}

fn is_void(column: &Column) -> bool {
    match &column.values {
        Values::Number(v) => v.iter().all(Option::is_none) && column.unreadable.is_empty(),
        Values::Date(v) => v.iter().all(Option::is_none) && column.unreadable.is_empty(),
        Values::Text(v) => v.iter().all(Option::is_none),
    }
}
