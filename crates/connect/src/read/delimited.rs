//! Delimited text: the delimiter is found out, cells stream into columns.

use std::io::Read;

use super::cell::{OwnedCell, RawColumn, RawTable};
use super::error::ReadError;
use super::header::{self, Header, SEARCH_ROWS, TopRow};
use super::{Limits, ReadOptions};
use crate::table::Note;

const CANDIDATES: [u8; 4] = [b'\t', b';', b'|', b','];

/// Bytes at the start of the text that decide the delimiter.
pub(crate) const SAMPLE_BYTES: usize = 1 << 17;

/// What was read, and how.
pub(crate) struct Delimited {
    pub(crate) raw: RawTable,
    pub(crate) delimiter: char,
    pub(crate) header: Header,
    pub(crate) notes: Vec<Note>,
}

fn reader<R: Read>(input: R, delimiter: u8) -> csv::Reader<R> {
    csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(input)
}

/// The delimiter under which most records of the sample have the same number of cells.
pub(crate) fn sniff(sample: &str, complete: bool) -> u8 {
    // A spreadsheet's own hint: a first line `sep=;`.
    if let Some(mark) = sample.strip_prefix("sep=").and_then(|s| s.bytes().next())
        && (CANDIDATES.contains(&mark))
    {
        return mark;
    }
    let mut best = (0.0, 0, b',');
    for candidate in CANDIDATES {
        let mut counts: Vec<usize> = reader(sample.as_bytes(), candidate)
            .into_records()
            .map_while(Result::ok)
            .take(2000)
            .map(|r| r.len())
            .collect();
        if !complete && counts.len() > 1 {
            counts.pop();
        }
        let mut tally = std::collections::BTreeMap::new();
        counts.iter().filter(|n| **n > 1).for_each(|n| *tally.entry(*n).or_insert(0_usize) += 1);
        if let Some((width, records)) = tally.into_iter().max_by_key(|(width, n)| (*n, *width)) {
            let share = records as f64 / counts.len() as f64;
            if share > best.0 + 1e-9 || ((share - best.0).abs() <= 1e-9 && width > best.1) {
                best = (share, width, candidate);
            }
        }
    }
    best.2
}

/// Reads delimited text from UTF-8 whose first bytes are `sample`.
pub(crate) fn read(
    input: impl Read,
    sample: &str,
    complete: bool,
    options: &ReadOptions,
    limits: Limits,
) -> Result<Delimited, ReadError> {
    let delimiter = match options.delimiter {
        Some(c) => u8::try_from(c).unwrap_or(b','),
        None => sniff(sample, complete),
    };
    let mut source = reader(input, delimiter);
    let mut record = csv::StringRecord::new();
    let mut top = Vec::new();
    while top.len() < SEARCH_ROWS && source.read_record(&mut record)? {
        let line = record.position().map_or(0, csv::Position::line);
        let hint =
            line == 1 && record.get(0).is_some_and(|c| c.starts_with("sep=")) && record.len() <= 2;
        if !hint {
            let cells = record.iter().map(OwnedCell::text).collect();
            top.push(TopRow { line, cells, merged: false });
        }
    }
    let mut header = header::find(&top, options.header_row)?;
    let mut rows = Rows::new(&mut header, limits)?;
    for row in top.get(header.first_row..).unwrap_or(&[]) {
        let texts: Vec<String> = row.cells.iter().map(|c| c.borrow().shown()).collect();
        rows.push(row.line, texts.len(), || texts.iter().map(String::as_str))?;
    }
    drop(top);
    while source.read_record(&mut record)? {
        let line = record.position().map_or(0, csv::Position::line);
        rows.push(line, record.len(), || record.iter())?;
    }
    let (raw, notes) = rows.finish()?;
    Ok(Delimited { raw, delimiter: char::from(delimiter), header, notes })
}

/// Rows on their way into columns.
struct Rows {
    raw: RawTable,
    header_line: u64,
    limits: Limits,
    /// A short line that may turn out to be a footnote.
    pending: Option<(u64, usize, String)>,
}

impl Rows {
    fn new(header: &mut Header, limits: Limits) -> Result<Self, ReadError> {
        while header.names.last().is_some_and(String::is_empty) {
            header.names.pop();
        }
        let width = header.names.len();
        if width > limits.columns {
            return Err(ReadError::TooManyColumns { columns: width, limit: limits.columns });
        }
        header::settle_names(&mut header.names, header.line)?;
        let columns = (0..width).map(|_| RawColumn::text()).collect();
        Ok(Self {
            raw: RawTable { names: header.names.clone(), columns, lines: Vec::new() },
            header_line: header.line,
            limits,
            pending: None,
        })
    }

    fn push<'a, I: Iterator<Item = &'a str>>(
        &mut self,
        line: u64,
        found: usize,
        cells: impl Fn() -> I,
    ) -> Result<(), ReadError> {
        let expected = self.raw.columns.len();
        let filled = cells().filter(|c| !c.trim().is_empty()).count();
        if filled == 0 {
            return Ok(());
        }
        if let Some((line, found, _)) = self.pending.take() {
            return Err(self.ragged(line, found));
        }
        if found < expected {
            if filled == 1 && found <= expected / 2 {
                let text = cells().find(|c| !c.trim().is_empty()).unwrap_or("").trim().to_owned();
                self.pending = Some((line, found, text));
                return Ok(());
            }
            return Err(self.ragged(line, found));
        }
        if cells().skip(expected).any(|c| !c.trim().is_empty()) {
            return Err(self.ragged(line, found));
        }
        if self.raw.lines.len() as u64 >= self.limits.rows {
            return Err(ReadError::TooManyRows { limit: self.limits.rows });
        }
        for (column, cell) in self.raw.columns.iter_mut().zip(cells()) {
            column.push_text(cell);
        }
        self.raw.lines.push(line);
        Ok(())
    }

    fn ragged(&self, line: u64, found: usize) -> ReadError {
        let expected = self.raw.columns.len();
        ReadError::Ragged {
            line,
            found,
            expected,
            header: self.header_line,
            advice: if found > expected {
                "a text or a number that contains the delimiter needs quotes"
            } else {
                "the line is cut off or misses a delimiter"
            },
        }
    }

    fn finish(mut self) -> Result<(RawTable, Vec<Note>), ReadError> {
        let mut notes = Vec::new();
        if let Some((line, found, text)) = self.pending.take() {
            let is_value =
                super::number::looks_like_number(&text) || super::date::looks_like_date(&text);
            if is_value {
                return Err(self.ragged(line, found));
            }
            notes.push(Note::new(
                "footnote",
                format!("line {line} was left out as a footnote: `{text}`"),
            ));
        }
        if self.raw.lines.is_empty() {
            return Err(ReadError::HeaderOnly { line: self.header_line });
        }
        Ok((self.raw, notes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delimiter_is_told_from_decimal_commas() {
        for (text, delimiter) in [
            ("a;b;c\n1,5;2,5;3,5\n1,5;2,5;3,5\n", b';'),
            ("a,b,c\n1.5,2.5,\"3,5\"\n", b','),
            ("a\tb\n1,5\t2,5\n", b'\t'),
            ("a|b|c\n1,000|2,000|3\n", b'|'),
            ("sep=;\na;b\n1;2\n", b';'),
            ("title, with comma\n\nDatum;Kosten\n01.01.2024;1,5\n08.01.2024;2,5\n", b';'),
        ] {
            assert_eq!(char::from(sniff(text, true)), char::from(delimiter), "{text}");
        }
    }
}
