//! Where the header is: under titles and blank rows, over one row or several, and what the
//! columns are called.

use super::cell::{Cell, OwnedCell, is_missing};
use super::date::looks_like_date;
use super::error::ReadError;
use super::number::looks_like_number;

/// How many rows are looked at to find the header.
pub(crate) const SEARCH_ROWS: usize = 200;
/// A header that is spread over rows has at most this many.
const HEADER_ROWS_MAX: usize = 3;

/// A row near the top, with its line in the file.
#[derive(Debug, Clone)]
pub(crate) struct TopRow {
    pub(crate) line: u64,
    pub(crate) cells: Vec<OwnedCell>,
    /// Whether merged cells touch the row.
    pub(crate) merged: bool,
}

/// The header: names, their line, and which of the top rows is the first under it.
#[derive(Debug, Clone)]
pub(crate) struct Header {
    pub(crate) names: Vec<String>,
    pub(crate) line: u64,
    pub(crate) first_row: usize,
    /// Rows above the header that were skipped.
    pub(crate) skipped: usize,
    /// Header rows that were joined into the names.
    pub(crate) joined: usize,
}

impl TopRow {
    fn filled(&self) -> usize {
        self.cells.iter().filter(|c| !c.borrow().is_blank()).count()
    }

    fn cell(&self, column: usize) -> Cell<'_> {
        self.cells.get(column).map_or(Cell::Blank, OwnedCell::borrow)
    }
}

fn is_value(cell: Cell<'_>) -> bool {
    match cell {
        Cell::Number(_) | Cell::Date(_) | Cell::Flag(_) => true,
        Cell::Text(text) => !is_missing(text) && (looks_like_number(text) || looks_like_date(text)),
        Cell::Blank => false,
    }
}

/// Whether a row can hold the names of columns: not much narrower than the table, mostly words.
fn could_name(row: &TopRow, widest: usize) -> bool {
    let values = row.cells.iter().filter(|c| is_value(c.borrow())).count();
    row.filled() >= 2 && row.filled() * 3 >= widest && values * 2 < row.filled()
}

/// The first row that is data: it has a value in a column where the next row has one too. A row
/// far narrower than the table is data only under names: above them it is a title (a report's
/// dates), below them a period of which little is known.
fn first_data_row(rows: &[TopRow]) -> Option<usize> {
    let widest = rows.iter().map(TopRow::filled).max().unwrap_or(0);
    let candidates: Vec<usize> =
        (0..rows.len()).filter(|i| rows.get(*i).is_some_and(|r| r.filled() > 0)).collect();
    let mut named = false;
    for (place, index) in candidates.iter().enumerate() {
        let row = rows.get(*index)?;
        let narrow = row.filled() * 3 < widest;
        if narrow && !named {
            continue;
        }
        named |= could_name(row, widest);
        let next = candidates.get(place + 1).and_then(|i| rows.get(*i));
        let continues = |column: usize| next.is_none_or(|n| is_value(n.cell(column)));
        if (0..row.cells.len()).any(|c| is_value(row.cell(c)) && continues(c)) {
            return Some(*index);
        }
    }
    None
}

/// Finds the header in the rows at the top of a file.
pub(crate) fn find(rows: &[TopRow], chosen: Option<u64>) -> Result<Header, ReadError> {
    let Some(first_filled) = rows.iter().position(|r| r.filled() > 0) else {
        return Err(ReadError::Empty);
    };
    let header_row = match chosen {
        Some(line) => rows.iter().position(|r| r.line == line).ok_or(ReadError::Empty)?,
        None => match first_data_row(rows) {
            Some(data) => header_above(rows, data)?,
            // Nothing but words: the widest early row names the columns.
            None => rows.iter().position(|r| r.filled() >= 2).unwrap_or(first_filled),
        },
    };
    let top = header_top(rows, header_row);
    let (Some(block), Some(last)) = (rows.get(top..=header_row), rows.get(header_row)) else {
        return Err(ReadError::Empty);
    };
    let skipped = rows.iter().take(top).filter(|r| r.filled() > 0).count();
    let names = names(block);
    Ok(Header { names, line: last.line, first_row: header_row + 1, skipped, joined: block.len() })
}

/// The row above the first data row that names the columns.
fn header_above(rows: &[TopRow], data: usize) -> Result<usize, ReadError> {
    let first = |row: &TopRow| {
        let value = row.cells.iter().find(|c| is_value(c.borrow()));
        ReadError::NoHeader {
            line: row.line,
            cell: value.map(|c| c.borrow().shown()).unwrap_or_default(),
        }
    };
    let Some(row) = rows.get(data) else { return Err(ReadError::Empty) };
    let above = (0..data).rev().find(|i| rows.get(*i).is_some_and(|r| r.filled() > 0));
    match above.and_then(|i| rows.get(i).map(|r| (i, r))) {
        // A title over the values is no header: it is far narrower than they are.
        Some((i, header)) if header.filled() * 2 >= row.filled() || header.filled() >= 3 => Ok(i),
        Some(_) | None => {
            // Names that look like values (years, numbers) are names if few of them do.
            let values = row.cells.iter().filter(|c| is_value(c.borrow())).count();
            if values * 2 < row.filled() { Ok(data) } else { Err(first(row)) }
        }
    }
}

/// The first of the rows that together make the header: rows above are added while the names
/// are incomplete or repeat, or when merged cells tie them together.
fn header_top(rows: &[TopRow], last: usize) -> usize {
    let mut top = last;
    while last - top + 1 < HEADER_ROWS_MAX {
        let Some(above) = top.checked_sub(1).and_then(|i| rows.get(i)) else { break };
        let Some(block) = rows.get(top..=last) else { break };
        let current = names(block);
        let incomplete = current.iter().skip(1).any(String::is_empty)
            && current
                .iter()
                .zip(above.cells.iter())
                .any(|(n, c)| n.is_empty() && !c.borrow().is_blank());
        let repeats = current
            .iter()
            .enumerate()
            .any(|(i, n)| !n.is_empty() && current.iter().skip(i + 1).any(|m| m == n));
        let words = above.filled() > 0 && !above.cells.iter().any(|c| is_value(c.borrow()));
        let spans = above.filled() >= 2
            || repeats
            || above.cells.first().is_some_and(|c| c.borrow().is_blank());
        if !(words && (repeats || (incomplete && above.filled() >= 2) || (above.merged && spans))) {
            break;
        }
        top -= 1;
    }
    top
}

/// Joins header rows: a group name counts for the blank cells to its right.
fn names(block: &[TopRow]) -> Vec<String> {
    let width = block.iter().map(|r| r.cells.len()).max().unwrap_or(0);
    let mut names = vec![Vec::<String>::new(); width];
    for (level, row) in block.iter().enumerate() {
        let is_last = level + 1 == block.len();
        let mut group = String::new();
        for (column, name) in names.iter_mut().enumerate() {
            let text = row.cell(column).shown();
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            let under_something =
                !block.get(level + 1..).unwrap_or(&[]).iter().all(|r| r.cell(column).is_blank());
            if !text.is_empty() {
                group.clone_from(&text);
            } else if is_last || !under_something {
                continue;
            }
            if !group.is_empty() && name.last() != Some(&group) {
                name.push(group.clone());
            }
        }
    }
    names.into_iter().map(|parts| parts.join(" ")).collect()
}

/// Gives blank names a number and refuses names that repeat.
pub(crate) fn settle_names(names: &mut [String], line: u64) -> Result<(), ReadError> {
    for (index, name) in names.iter_mut().enumerate() {
        if name.is_empty() {
            *name = format!("column {}", index + 1);
        }
    }
    let mut seen = std::collections::HashMap::new();
    for (index, name) in names.iter().enumerate() {
        if let Some(first) = seen.insert(name.as_str(), index) {
            return Err(ReadError::DuplicateColumn {
                name: name.clone(),
                first: first + 1,
                second: index + 1,
                line,
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &[&str]) -> Vec<TopRow> {
        text.iter()
            .enumerate()
            .map(|(i, line)| TopRow {
                line: i as u64 + 1,
                cells: line.split(';').map(OwnedCell::text).collect(),
                merged: false,
            })
            .collect()
    }

    #[test]
    fn titles_and_blank_rows_stand_above_the_header() {
        let header = find(
            &rows(&[
                "Weekly report",
                "2024-01-01 - 2024-03-01",
                "",
                "date;tv;sales",
                "2024-01-01;1;2",
                "2024-01-08;3;4",
            ]),
            None,
        )
        .unwrap();
        assert_eq!((header.line, header.first_row, header.skipped), (4, 4, 2));
        assert_eq!(header.names, ["date", "tv", "sales"]);
    }

    #[test]
    fn a_first_row_with_little_but_its_date_is_data() {
        let header = find(
            &rows(&[
                "Weekly report",
                "week;name;value 0;value 1;value 2",
                "2019-04-29;;;;",
                "2019-05-06;a;;1;2",
                "2019-05-13;b;;3;4",
            ]),
            None,
        )
        .unwrap();
        assert_eq!((header.line, header.first_row, header.skipped), (2, 2, 1));
        assert_eq!(header.names, ["week", "name", "value 0", "value 1", "value 2"]);
    }

    #[test]
    fn dates_of_a_report_are_a_title() {
        let header = find(
            &rows(&[
                "2024-01-01",
                "2024-03-01",
                "date;tv;sales;price",
                "2024-01-01;1;2;3",
                "2024-01-08;3;4;5",
            ]),
            None,
        )
        .unwrap();
        assert_eq!((header.line, header.skipped), (3, 2));
    }

    #[test]
    fn group_names_spread_to_the_right() {
        let header = find(
            &rows(&[
                ";TV;;Radio;",
                "Week;Cost;GRP;Cost;GRP",
                "2024-01-01;1;2;3;4",
                "2024-01-08;1;2;3;4",
            ]),
            None,
        )
        .unwrap();
        assert_eq!(header.names, ["Week", "TV Cost", "TV GRP", "Radio Cost", "Radio GRP"]);
        assert_eq!(header.joined, 2);
    }

    #[test]
    fn values_without_names_are_refused() {
        let error = find(&rows(&["2024-01-01;1;2", "2024-01-08;3;4"]), None).unwrap_err();
        assert!(matches!(error, ReadError::NoHeader { line: 1, .. }), "{error}");
    }

    #[test]
    fn repeated_names_are_refused() {
        let mut names = ["a".to_owned(), String::new(), "a".to_owned()];
        let error = settle_names(&mut names, 1).unwrap_err();
        assert!(error.to_string().contains("columns 1 and 3"), "{error}");
    }
}
