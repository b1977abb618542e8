//! Tables: what a page shows in cells, and the same with full precision as CSV.

use std::fmt::Write;

use serde::Serialize;

/// A table for people, with its raw values for machines.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Table {
    /// Column heads as shown.
    pub(crate) heads: Vec<Head>,
    /// Rows as shown.
    pub(crate) rows: Vec<Vec<Cell>>,
    /// The CSV as a `data:` address.
    pub(crate) csv: String,
}

/// The head of a column.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Head {
    /// What stands there.
    pub(crate) text: String,
    /// Whether cells are numbers, set to the right.
    pub(crate) number: bool,
    /// Whether an interval follows the number, in a column of its own so that numbers align.
    pub(crate) interval: bool,
}

/// A cell: what is shown, and what it is sorted by.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Cell {
    /// The main text.
    pub(crate) text: String,
    /// A quieter text after it, for intervals.
    pub(crate) after: String,
    /// The number for sorting, where there is one.
    pub(crate) sort: Option<String>,
    /// The exact amount, shown on hover; may be empty.
    pub(crate) exact: String,
    /// Class of a colour swatch before the text; may be empty.
    pub(crate) swatch: String,
}

impl Cell {
    /// A cell of text.
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            after: String::new(),
            sort: None,
            exact: String::new(),
            swatch: String::new(),
        }
    }

    /// A cell of a number, sorted by its value.
    pub(crate) fn number(shown: impl Into<String>, value: f64) -> Self {
        let sort = value.is_finite().then(|| raw(value));
        Self { sort, ..Self::text(shown) }
    }

    /// The same with an interval after the number: splits `1.9 (1.4–2.5)` at the bracket.
    pub(crate) fn interval(shown: &str, value: f64) -> Self {
        match shown.split_once(" (") {
            Some((text, after)) => Self { after: format!("({after}"), ..Self::number(text, value) },
            None => Self::number(shown, value),
        }
    }

    /// Adds the exact amount for hover.
    pub(crate) fn with_exact(self, exact: String) -> Self {
        Self { exact, ..self }
    }

    /// Adds a swatch of a channel's colour.
    pub(crate) fn with_swatch(self, swatch: String) -> Self {
        Self { swatch, ..self }
    }
}

impl Table {
    /// A table with heads; a head that starts with `#` is a column of numbers.
    pub(crate) fn new(heads: &[&str]) -> Self {
        let heads = heads
            .iter()
            .map(|h| match h.strip_prefix('#') {
                Some(text) => Head { text: text.to_owned(), number: true, interval: false },
                None => Head { text: (*h).to_owned(), number: false, interval: false },
            })
            .collect();
        Self { heads, ..Self::default() }
    }

    /// Appends a row.
    pub(crate) fn push(&mut self, row: Vec<Cell>) {
        for (head, cell) in self.heads.iter_mut().zip(&row) {
            head.interval |= !cell.after.is_empty();
        }
        self.rows.push(row);
    }

    /// Sets the CSV.
    pub(crate) fn with_csv(mut self, csv: &Csv) -> Self {
        self.csv = csv.address();
        self
    }
}

/// A CSV file under construction (RFC 4180), UTF-8 with a byte order mark for spreadsheets.
#[derive(Debug, Clone, Default)]
pub(crate) struct Csv {
    text: String,
    row_started: bool,
}

impl Csv {
    /// A file with a row of heads.
    pub(crate) fn new<S: AsRef<str>>(heads: impl IntoIterator<Item = S>) -> Self {
        let mut csv = Self::default();
        for head in heads {
            csv.text(head.as_ref());
        }
        csv.end();
        csv
    }

    /// Adds a cell of text. Text that a spreadsheet would run as a formula is set behind an
    /// apostrophe.
    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        self.separate();
        let defused = match text.chars().next() {
            Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{text}"),
            _ => text.to_owned(),
        };
        if defused.contains([',', '"', '\n', '\r', ';']) {
            let _ = write!(self.text, "\"{}\"", defused.replace('"', "\"\""));
        } else {
            self.text.push_str(&defused);
        }
        self
    }

    /// Adds a number; an empty cell where it is not finite.
    pub(crate) fn number(&mut self, value: f64) -> &mut Self {
        self.separate();
        if value.is_finite() {
            self.text.push_str(&raw(value));
        }
        self
    }

    /// Adds a number of a long series with five significant digits.
    pub(crate) fn short(&mut self, value: f64) -> &mut Self {
        self.number(format!("{value:.4e}").parse().unwrap_or(value))
    }

    /// Ends the row.
    pub(crate) fn end(&mut self) -> &mut Self {
        self.text.push('\n');
        self.row_started = false;
        self
    }

    fn separate(&mut self) {
        if self.row_started {
            self.text.push(',');
        }
        self.row_started = true;
    }

    /// The file as a `data:` address that a link can download.
    pub(crate) fn address(&self) -> String {
        let mut address = String::from("data:text/csv;charset=utf-8,%EF%BB%BF");
        for byte in self.text.bytes() {
            match byte {
                b'a'..=b'z'
                | b'A'..=b'Z'
                | b'0'..=b'9'
                | b','
                | b'.'
                | b'-'
                | b'_'
                | b'('
                | b')' => {
                    address.push(char::from(byte));
                }
                other => {
                    let _ = write!(address, "%{other:02X}");
                }
            }
        }
        address
    }
}

/// A number with seven significant digits, as short as they allow.
pub(crate) fn raw(value: f64) -> String {
    let rounded: f64 = format!("{value:.6e}").parse().unwrap_or(value);
    if rounded == 0.0 {
        return "0".to_owned();
    }
    if (1e-5..1e16).contains(&rounded.abs()) {
        format!("{rounded}")
    } else {
        format!("{rounded:e}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_quotes_defuses_and_leaves_gaps() {
        let mut csv = Csv::new(["channel", "return"]);
        csv.text("=cmd|' /C calc'!A0").number(1.5).end();
        csv.text("a \"b\", c").number(f64::NAN).end();
        assert_eq!(csv.text, "channel,return\n'=cmd|' /C calc'!A0,1.5\n\"a \"\"b\"\", c\",\n");
        let address = csv.address();
        assert!(address.starts_with("data:text/csv;charset=utf-8,%EF%BB%BFchannel,return%0A"));
        assert!(!address.contains(['"', '<', ' ', '\'']));
    }

    #[test]
    fn raw_numbers_are_short() {
        assert_eq!(
            [1.0 / 3.0, 1e21, 0.0, -1234567.89].map(raw),
            ["0.3333333", "1e21", "0", "-1234568"]
        );
    }

    #[test]
    fn intervals_are_split_from_their_number() {
        let cell = Cell::interval("1.9 (1.4–2.5)", 1.9);
        assert_eq!((cell.text.as_str(), cell.after.as_str()), ("1.9", "(1.4–2.5)"));
    }
}
