//! What the cells of a column look like before its type is decided.

use std::collections::BTreeMap;

use super::super::cell::{Cell, RawColumn, is_missing};
use super::super::number::{self, DecimalMark, Evidence};

/// Words for truth values, folded to lower case.
pub(super) const TRUE_WORDS: &[&str] = &[
    "true",
    "yes",
    "y",
    "ja",
    "oui",
    "si",
    "sí",
    "sim",
    "wahr",
    "vrai",
    "verdadero",
    "vero",
    "tak",
];
pub(super) const FALSE_WORDS: &[&str] =
    &["false", "no", "n", "nein", "non", "não", "nee", "falsch", "faux", "falso", "nie"];

/// What the cells of one column look like.
#[derive(Default)]
pub(super) struct Census {
    pub(super) filled: usize,
    pub(super) numbers: usize,
    pub(super) numeric_cells: usize,
    pub(super) native_dates: usize,
    pub(super) flags: usize,
    pub(super) points: usize,
    pub(super) commas: usize,
    pub(super) doubtful: Option<char>,
    pub(super) ungrouped: bool,
    pub(super) leading_zero: bool,
    pub(super) all_digits: bool,
    pub(super) percents: usize,
    pub(super) currencies: BTreeMap<String, usize>,
}

/// Counts what a column's cells look like.
pub(super) fn census(column: &RawColumn) -> Census {
    let mut c = Census { all_digits: true, ..Census::default() };
    for cell in column.iter() {
        match cell {
            Cell::Blank => {}
            Cell::Number(_) => {
                c.filled += 1;
                c.numbers += 1;
                c.numeric_cells += 1;
            }
            Cell::Date(_) => {
                c.filled += 1;
                c.native_dates += 1;
            }
            Cell::Flag(_) => {
                c.filled += 1;
                c.flags += 1;
            }
            Cell::Text(text) if is_missing(text) => {}
            Cell::Text(text) => {
                c.filled += 1;
                census_text(text.trim(), &mut c);
            }
        }
    }
    c
}

fn census_text(text: &str, c: &mut Census) {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    c.all_digits &= digits;
    c.leading_zero |= digits && text.len() >= 4 && text.starts_with('0');
    if text.starts_with(char::is_alphabetic) {
        let folded = text.to_lowercase();
        if TRUE_WORDS.contains(&folded.as_str()) || FALSE_WORDS.contains(&folded.as_str()) {
            c.flags += 1;
            return;
        }
    }
    let Some(bare) = number::strip(text) else { return };
    let Some(evidence) = bare.evidence() else { return };
    c.numbers += 1;
    c.percents += usize::from(bare.percent);
    if let Some(currency) = bare.currency {
        *c.currencies.entry(currency.code().to_owned()).or_default() += 1;
    }
    match evidence {
        Evidence::Plain(digits) => c.ungrouped |= digits >= 4,
        Evidence::Only(DecimalMark::Point) => c.points += 1,
        Evidence::Only(DecimalMark::Comma) => c.commas += 1,
        Evidence::Either(mark) => c.doubtful = Some(mark),
    }
}
