//! Cells as they stand in the file, column by column, before types are decided.

use chrono::NaiveDate;

/// One cell, borrowed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Cell<'a> {
    Blank,
    Text(&'a str),
    Number(f64),
    Date(NaiveDate),
    Flag(bool),
}

/// One cell, owned.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum OwnedCell {
    Blank,
    Text(Box<str>),
    Number(f64),
    Date(NaiveDate),
    Flag(bool),
}

impl OwnedCell {
    pub(crate) fn text(text: &str) -> Self {
        if text.trim().is_empty() { Self::Blank } else { Self::Text(text.into()) }
    }

    pub(crate) fn borrow(&self) -> Cell<'_> {
        match self {
            Self::Blank => Cell::Blank,
            Self::Text(text) => Cell::Text(text),
            Self::Number(value) => Cell::Number(*value),
            Self::Date(date) => Cell::Date(*date),
            Self::Flag(flag) => Cell::Flag(*flag),
        }
    }
}

impl Cell<'_> {
    /// Whether nothing stands in the cell.
    pub(crate) fn is_blank(&self) -> bool {
        match self {
            Self::Blank => true,
            Self::Text(text) => text.trim().is_empty(),
            _ => false,
        }
    }

    /// The cell as a person sees it.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Blank => String::new(),
            Self::Text(text) => text.trim().to_owned(),
            Self::Number(value) => value.to_string(),
            Self::Date(date) => date.to_string(),
            Self::Flag(flag) => flag.to_string(),
        }
    }
}

/// The cells of one column. Delimited text lies in one buffer, so that a file costs about its
/// own size in memory and not an allocation per cell.
#[derive(Debug, Clone)]
pub(crate) enum RawColumn {
    Text { buffer: String, ends: Vec<usize> },
    Cells(Vec<OwnedCell>),
}

impl RawColumn {
    pub(crate) fn text() -> Self {
        Self::Text { buffer: String::new(), ends: Vec::new() }
    }

    pub(crate) fn push_text(&mut self, text: &str) {
        match self {
            Self::Text { buffer, ends } => {
                buffer.push_str(text);
                ends.push(buffer.len());
            }
            Self::Cells(cells) => cells.push(OwnedCell::text(text)),
        }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Text { ends, .. } => ends.len(),
            Self::Cells(cells) => cells.len(),
        }
    }

    pub(crate) fn get(&self, row: usize) -> Cell<'_> {
        match self {
            Self::Text { buffer, ends } => {
                let start = match row.checked_sub(1) {
                    None => 0,
                    Some(before) => ends.get(before).copied().unwrap_or(buffer.len()),
                };
                let end = ends.get(row).copied().unwrap_or(buffer.len());
                match buffer.get(start..end) {
                    Some(text) if !text.trim().is_empty() => Cell::Text(text),
                    _ => Cell::Blank,
                }
            }
            Self::Cells(cells) => cells.get(row).map_or(Cell::Blank, OwnedCell::borrow),
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Cell<'_>> {
        (0..self.len()).map(|row| self.get(row))
    }

    /// The column without the rows for which `drop` holds.
    pub(crate) fn without(&self, drop: &[bool]) -> Self {
        let keep = (0..self.len()).filter(|row| !drop.get(*row).copied().unwrap_or(false));
        match self {
            Self::Text { .. } => {
                let mut kept = Self::text();
                for row in keep {
                    match self.get(row) {
                        Cell::Text(text) => kept.push_text(text),
                        _ => kept.push_text(""),
                    }
                }
                kept
            }
            Self::Cells(cells) => {
                Self::Cells(keep.filter_map(|row| cells.get(row).cloned()).collect())
            }
        }
    }
}

/// A header and the cells under it.
#[derive(Debug, Clone)]
pub(crate) struct RawTable {
    pub(crate) names: Vec<String>,
    pub(crate) columns: Vec<RawColumn>,
    pub(crate) lines: Vec<u64>,
}

/// Texts that mean "no value", in lower case. Bare `nv` and `nd` are not among them: they are
/// states.
const MISSING: &[&str] = &[
    "-",
    "--",
    "---",
    "–",
    "—",
    ".",
    "..",
    "...",
    "?",
    "na",
    "n/a",
    "n.a.",
    "n.a",
    "#n/a",
    "#na",
    "#nv",
    "nan",
    "null",
    "none",
    "nil",
    "missing",
    "\\n",
    "k.a.",
    "k. a.",
    "n.v.",
    "n.b.",
    "s/d",
    "s.d.",
    "n.d.",
    "n/d",
    "#div/0!",
    "#value!",
    "#wert!",
    "#ref!",
    "#bezug!",
    "#name?",
    "#null!",
    "#num!",
    "#zahl!",
    "#valeur!",
    "#valor!",
    "(null)",
    "(blank)",
    "(leer)",
    "<na>",
    "undefined",
];

/// Whether a text stands for a missing value.
pub(crate) fn is_missing(text: &str) -> bool {
    let text = text.trim();
    // No such text starts with a digit, and most cells do.
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return false;
    }
    text.is_empty() || (text.len() <= 10 && MISSING.contains(&text.to_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffered_column_gives_its_cells_back() {
        let mut column = RawColumn::text();
        for text in ["a", "", "  ", "ß ü"] {
            column.push_text(text);
        }
        let shown: Vec<String> = column.iter().map(|c| c.shown()).collect();
        assert_eq!(shown, ["a", "", "", "ß ü"]);
        let kept = column.without(&[true, false, false, false]);
        assert_eq!(kept.len(), 3);
        assert_eq!(kept.get(2), Cell::Text("ß ü"));
        assert_eq!(kept.get(99), Cell::Blank);
    }

    #[test]
    fn missing_values_have_many_names() {
        for text in ["", " - ", "N/A", "#N/A", "k.A.", "NaN", "–"] {
            assert!(is_missing(text), "{text}");
        }
        for text in ["0", "event1", "nano", "NV", "ND"] {
            assert!(!is_missing(text), "{text}");
        }
    }
}
