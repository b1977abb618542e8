//! Excel workbooks: the sheet is found, merged cells are spread, cells keep their types.

use std::collections::BTreeMap;
use std::io::{Read, Seek};

use calamine::{DataRef, DataType, Dimensions, Reader, Xlsx};

use super::cell::{OwnedCell, RawColumn, RawTable};
use super::error::ReadError;
use super::header::{self, Header, SEARCH_ROWS, TopRow};
use super::{Limits, ReadOptions};
use crate::table::Note;

/// What was read, and how.
pub(crate) struct Workbook {
    pub(crate) raw: RawTable,
    pub(crate) sheet: String,
    pub(crate) header: Header,
    pub(crate) notes: Vec<Note>,
}

/// A sheet's cells by row, then column; only rows that hold something.
type Rows = BTreeMap<u32, BTreeMap<u32, OwnedCell>>;

/// Reads the chosen sheet, or the first that holds a table.
pub(crate) fn read<R: Read + Seek>(
    input: R,
    options: &ReadOptions,
    limits: Limits,
) -> Result<Workbook, ReadError> {
    let mut book: Xlsx<R> = Xlsx::new(input)?;
    let sheets = book.sheet_names();
    let mut notes = Vec::new();
    let chosen = match &options.sheet {
        Some(name) => match sheets.iter().find(|s| s.trim().eq_ignore_ascii_case(name.trim())) {
            Some(sheet) => Some((sheet.clone(), cells(&mut book, sheet, limits)?)),
            None => return Err(ReadError::Sheet { sheet: name.clone(), sheets }),
        },
        None => first_table(&mut book, &sheets, limits)?,
    };
    let Some((sheet, mut rows)) = chosen else { return Err(ReadError::Empty) };
    if options.sheet.is_none() && sheets.len() > 1 {
        let rest: Vec<&str> = sheets.iter().filter(|s| **s != sheet).map(String::as_str).collect();
        notes.push(Note::new(
            "sheet",
            format!(
                "sheet `{sheet}` was read; choose another with `--sheet` ({})",
                rest.join(", ")
            ),
        ));
    }
    let merged = book.merge_cells_by_sheet_name(&sheet).unwrap_or_default();
    spread(&mut rows, &merged);
    let (raw, header) = table(&rows, &merged, options, limits)?;
    Ok(Workbook { raw, sheet, header, notes })
}

/// The first sheet with more than one row and column, else the first that is not empty.
fn first_table<R: Read + Seek>(
    book: &mut Xlsx<R>,
    sheets: &[String],
    limits: Limits,
) -> Result<Option<(String, Rows)>, ReadError> {
    let mut fallback = None;
    for sheet in sheets {
        // A chart sheet has no cells to read.
        let rows = match cells(book, sheet, limits) {
            Ok(rows) => rows,
            Err(ReadError::Workbook(_)) if sheets.len() > 1 => continue,
            Err(error) => return Err(error),
        };
        let wide = rows.values().any(|r| r.len() > 1);
        if rows.len() > 1 && wide {
            return Ok(Some((sheet.clone(), rows)));
        }
        if !rows.is_empty() && fallback.is_none() {
            fallback = Some((sheet.clone(), rows));
        }
    }
    Ok(fallback)
}

/// The sheet's cells, read one by one so that a lone cell at the far end costs nothing.
fn cells<R: Read + Seek>(
    book: &mut Xlsx<R>,
    sheet: &str,
    limits: Limits,
) -> Result<Rows, ReadError> {
    let mut rows = Rows::new();
    let mut reader = book.worksheet_cells_reader(sheet)?;
    while let Some(cell) = reader.next_cell()? {
        let owned = owned(cell.get_value());
        if owned == OwnedCell::Blank {
            continue;
        }
        let (row, column) = cell.get_position();
        if rows.len() as u64 > limits.rows {
            return Err(ReadError::TooManyRows { limit: limits.rows });
        }
        if column as usize >= limits.columns {
            return Err(ReadError::TooManyColumns {
                columns: column as usize + 1,
                limit: limits.columns,
            });
        }
        rows.entry(row).or_default().insert(column, owned);
    }
    Ok(rows)
}

fn owned(value: &DataRef<'_>) -> OwnedCell {
    match value {
        DataRef::Int(n) => OwnedCell::Number(*n as f64),
        DataRef::Float(x) if x.is_finite() => OwnedCell::Number(*x),
        DataRef::String(text) => OwnedCell::text(text),
        DataRef::SharedString(text) => OwnedCell::text(text),
        DataRef::Bool(flag) => OwnedCell::Flag(*flag),
        DataRef::DateTime(_) | DataRef::DateTimeIso(_) => match (value.as_date(), value.as_f64()) {
            (Some(date), _) => OwnedCell::Date(date),
            (None, Some(x)) => OwnedCell::Number(x),
            (None, None) => OwnedCell::Blank,
        },
        DataRef::DurationIso(text) => OwnedCell::text(text),
        DataRef::Float(_) | DataRef::Error(_) | DataRef::Empty => OwnedCell::Blank,
    }
}

/// Writes the value of a merged region into all of its cells, as people see it. Regions that
/// span very many cells are decoration and stay as they are.
fn spread(rows: &mut Rows, merged: &[Dimensions]) {
    for region in merged {
        let (first, last) = (region.start, region.end);
        if last.0.saturating_sub(first.0) > 10_000 || last.1.saturating_sub(first.1) > 200 {
            continue;
        }
        let Some(value) = rows.get(&first.0).and_then(|r| r.get(&first.1)).cloned() else {
            continue;
        };
        for row in first.0..=last.0 {
            if let Some(cells) = rows.get_mut(&row) {
                for column in first.1..=last.1 {
                    cells.entry(column).or_insert_with(|| value.clone());
                }
            }
        }
    }
}

fn table(
    rows: &Rows,
    merged: &[Dimensions],
    options: &ReadOptions,
    limits: Limits,
) -> Result<(RawTable, Header), ReadError> {
    let columns = || rows.values().flat_map(|r| r.keys().copied());
    let (Some(left), Some(right)) = (columns().min(), columns().max()) else {
        return Err(ReadError::Empty);
    };
    let width = (right - left) as usize + 1;
    if width > limits.columns {
        return Err(ReadError::TooManyColumns { columns: width, limit: limits.columns });
    }
    let dense = |cells: &BTreeMap<u32, OwnedCell>| -> Vec<OwnedCell> {
        (left..=right).map(|c| cells.get(&c).cloned().unwrap_or(OwnedCell::Blank)).collect()
    };
    let top: Vec<TopRow> = rows
        .iter()
        .take(SEARCH_ROWS)
        .map(|(row, cells)| TopRow {
            line: u64::from(*row) + 1,
            cells: title_once(dense(cells), *row, merged),
            merged: merged.iter().any(|m| m.start.0 <= *row && *row <= m.end.0),
        })
        .collect();
    let mut header = header::find(&top, options.header_row)?;
    header.names.resize(width, String::new());
    let first = top.get(header.first_row).map(|r| r.line);
    let body: Vec<(u64, Vec<OwnedCell>)> = rows
        .iter()
        .map(|(row, cells)| (u64::from(*row) + 1, dense(cells)))
        .filter(|(line, _)| first.is_some_and(|first| *line >= first))
        .collect();
    if body.is_empty() {
        return Err(ReadError::HeaderOnly { line: header.line });
    }
    // A column without a name and without a value is the sheet's margin.
    let used: Vec<usize> = (0..width)
        .filter(|c| {
            header.names.get(*c).is_some_and(|n| !n.is_empty())
                || body
                    .iter()
                    .any(|(_, cells)| cells.get(*c).is_some_and(|x| *x != OwnedCell::Blank))
        })
        .collect();
    let mut names: Vec<String> =
        used.iter().filter_map(|c| header.names.get(*c).cloned()).collect();
    header::settle_names(&mut names, header.line)?;
    header.names.clone_from(&names);
    let columns = used
        .iter()
        .map(|c| {
            let cells = body.iter().map(|(_, r)| r.get(*c).cloned().unwrap_or(OwnedCell::Blank));
            RawColumn::Cells(cells.collect())
        })
        .collect();
    Ok((RawTable { names, columns, lines: body.iter().map(|(line, _)| *line).collect() }, header))
}

/// A title merged over most of the sheet counts as one cell, else it would look like a header.
fn title_once(mut cells: Vec<OwnedCell>, row: u32, merged: &[Dimensions]) -> Vec<OwnedCell> {
    let wide = |m: &&Dimensions| {
        m.start.0 <= row && row <= m.end.0 && (m.end.1 - m.start.1) as usize * 3 >= cells.len() * 2
    };
    if merged.iter().any(|m| wide(&m)) && cells.len() > 2 {
        let mut seen = false;
        for cell in &mut cells {
            if *cell != OwnedCell::Blank && std::mem::replace(&mut seen, true) {
                *cell = OwnedCell::Blank;
            }
        }
    }
    cells
}
