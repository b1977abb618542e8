//! From cells to typed columns. A column's type, decimal mark and date notation are decided by
//! the whole column, and where that is not enough by the whole file.

mod census;

use chrono::NaiveDate;
use outlay_core::{Calendar, Currency};

use super::ReadOptions;
use census::{Census, TRUE_WORDS, census};

use super::cell::{Cell, RawColumn, RawTable, is_missing};
use super::date::{self, DateFormat};
use super::number::{self, DecimalMark};
use crate::table::{Column, Note, Reading, Unreadable, Values};
use crate::vocabulary::Vocabulary;

/// A column has a type when at least this share of its cells fits it; the rest is reported.
const TYPE_SHARE: f64 = 2.0 / 3.0;

/// How a column's numbers are to be read.
struct Marks {
    file: Option<DecimalMark>,
    fallback: DecimalMark,
}

/// Types every column.
pub(crate) fn columns(
    raw: &RawTable,
    options: &ReadOptions,
    delimiter: Option<char>,
    notes: &mut Vec<Note>,
) -> Vec<Column> {
    let vocabulary = Vocabulary::get();
    let censuses: Vec<Census> = raw.columns.iter().map(census).collect();
    let points: usize = censuses.iter().filter(|c| c.points > c.commas).count();
    let commas: usize = censuses.iter().filter(|c| c.commas > c.points).count();
    let marks = Marks {
        file: options.decimal.or(match points.cmp(&commas) {
            std::cmp::Ordering::Greater => Some(DecimalMark::Point),
            std::cmp::Ordering::Less => Some(DecimalMark::Comma),
            std::cmp::Ordering::Equal => None,
        }),
        fallback: if delimiter == Some(';') { DecimalMark::Comma } else { DecimalMark::Point },
    };
    let mut out = Vec::with_capacity(raw.columns.len());
    for (index, (name, cells)) in raw.names.iter().zip(&raw.columns).enumerate() {
        let Some(census) = censuses.get(index) else { continue };
        let wanted = options.date_formats.iter().find(|(n, _)| n == name).map(|(_, f)| *f);
        let typing = Typing {
            name,
            cells,
            lines: &raw.lines,
            census,
            is_date_name: vocabulary.names_date(name),
            decimal: options.decimal,
        };
        let (values, reading, unreadable) = typing.decide(wanted, &marks, notes);
        let currency = currency(census, name, &reading, notes);
        out.push(Column {
            name: name.clone(),
            position: index + 1,
            reading,
            currency,
            values,
            unreadable,
        });
    }
    out
}

fn currency(
    census: &Census,
    name: &str,
    reading: &Reading,
    notes: &mut Vec<Note>,
) -> Option<Currency> {
    if !matches!(reading, Reading::Number { .. }) {
        return None;
    }
    if census.currencies.len() > 1 {
        let codes: Vec<&str> = census.currencies.keys().map(String::as_str).collect();
        notes.push(Note::new(
            "mixed-currencies",
            format!(
                "column `{name}` mixes currencies ({}): convert it to one before fitting",
                codes.join(", ")
            ),
        ));
        return None;
    }
    let in_cells = census.currencies.keys().next().and_then(|code| code.parse().ok());
    in_cells.or_else(|| currency_in_name(name))
}

/// A currency sign or code that stands in a header: `Spend (EUR)`, `cost_usd`, `Kosten €`.
pub(crate) fn currency_in_name(name: &str) -> Option<Currency> {
    for (sign, code) in [("€", "EUR"), ("£", "GBP"), ("$", "USD"), ("¥", "JPY"), ("₹", "INR")]
    {
        if name.contains(sign) {
            return code.parse().ok();
        }
    }
    name.split(|c: char| !c.is_ascii_alphabetic())
        .find(|word| number::CODES.iter().any(|code| code.eq_ignore_ascii_case(word)))
        .and_then(|word| word.parse().ok())
}

struct Typing<'a> {
    name: &'a str,
    cells: &'a RawColumn,
    lines: &'a [u64],
    census: &'a Census,
    is_date_name: bool,
    decimal: Option<DecimalMark>,
}

type Typed = (Values, Reading, Vec<Unreadable>);

impl Typing<'_> {
    fn decide(&self, wanted: Option<DateFormat>, marks: &Marks, notes: &mut Vec<Note>) -> Typed {
        let c = self.census;
        if c.filled == 0 {
            return (
                Values::Number(vec![None; self.cells.len()]),
                Reading::Number { decimal: None, percent: false },
                vec![],
            );
        }
        if let Some(format) = wanted {
            return self.as_dates(format);
        }
        if let Some(format) = self.date_format(notes) {
            return self.as_dates(format);
        }
        let share = |n: usize| n as f64 / c.filled as f64;
        if c.flags == c.filled {
            return self.as_flags();
        }
        if share(c.numbers) >= TYPE_SHARE && !(c.leading_zero && c.all_digits) {
            return self.as_numbers(marks, notes);
        }
        self.as_text()
    }

    fn mark(&self, marks: &Marks, notes: &mut Vec<Note>) -> Option<DecimalMark> {
        let c = self.census;
        if self.decimal.is_some() {
            return self.decimal;
        }
        match c.points.cmp(&c.commas) {
            std::cmp::Ordering::Greater => return Some(DecimalMark::Point),
            std::cmp::Ordering::Less => return Some(DecimalMark::Comma),
            std::cmp::Ordering::Equal => {}
        }
        let doubtful = c.doubtful?;
        // Long numbers without grouping in the same column: the mark does not group either.
        let own = if doubtful == '.' { DecimalMark::Point } else { DecimalMark::Comma };
        if c.ungrouped {
            return Some(own);
        }
        if let Some(file) = marks.file {
            return Some(file);
        }
        let mark = marks.fallback;
        let reading = if own == mark { "a decimal mark" } else { "a thousands separator" };
        notes.push(Note::new(
            "doubtful-decimal-mark",
            format!("`{doubtful}` in column `{}` was taken for {reading}; if that is wrong, set `decimal` in the mapping", self.name),
        ));
        Some(mark)
    }

    fn as_numbers(&self, marks: &Marks, notes: &mut Vec<Note>) -> Typed {
        let mark = self.mark(marks, notes);
        let read_with = mark.unwrap_or(DecimalMark::Point);
        let mut unreadable = Vec::new();
        let mut values = Vec::with_capacity(self.cells.len());
        for (row, cell) in self.cells.iter().enumerate() {
            values.push(match cell {
                Cell::Blank => None,
                Cell::Number(value) => Some(value),
                Cell::Flag(flag) => Some(f64::from(u8::from(flag))),
                Cell::Text(text) if is_missing(text) => None,
                Cell::Text(text) => {
                    let value = number::strip(text).and_then(|b| b.value(read_with));
                    if value.is_none() {
                        unreadable.push(self.unreadable(row, cell));
                    }
                    value
                }
                Cell::Date(_) => {
                    unreadable.push(self.unreadable(row, cell));
                    None
                }
            });
        }
        let percent = self.census.percents > 0;
        (Values::Number(values), Reading::Number { decimal: mark, percent }, unreadable)
    }

    fn as_flags(&self) -> Typed {
        let values = self.cells.iter().map(|cell| match cell {
            Cell::Flag(flag) => Some(f64::from(u8::from(flag))),
            Cell::Text(text) if !is_missing(text) => {
                Some(f64::from(u8::from(TRUE_WORDS.contains(&text.trim().to_lowercase().as_str()))))
            }
            _ => None,
        });
        (Values::Number(values.collect()), Reading::Flag, vec![])
    }

    fn as_text(&self) -> Typed {
        let values = self.cells.iter().map(|cell| match cell {
            Cell::Text(text) if is_missing(text) => None,
            Cell::Blank => None,
            other => Some(other.shown()),
        });
        (Values::Text(values.collect()), Reading::Text, vec![])
    }

    fn as_dates(&self, format: DateFormat) -> Typed {
        let mut unreadable = Vec::new();
        let mut values = Vec::with_capacity(self.cells.len());
        for (row, cell) in self.cells.iter().enumerate() {
            let blank = match cell {
                Cell::Blank => true,
                Cell::Text(text) => is_missing(text),
                _ => false,
            };
            let value = date_of(cell, format);
            if value.is_none() && !blank {
                unreadable.push(self.unreadable(row, cell));
            }
            values.push(value);
        }
        (Values::Date(values), Reading::Date { format }, unreadable)
    }

    fn unreadable(&self, row: usize, cell: Cell<'_>) -> Unreadable {
        Unreadable { row, line: self.lines.get(row).copied().unwrap_or(0), text: cell.shown() }
    }

    fn all_dates(&self, format: DateFormat) -> (Vec<NaiveDate>, usize) {
        let dates: Vec<NaiveDate> = self.cells.iter().filter_map(|c| date_of(c, format)).collect();
        let count = dates.len();
        (dates, count)
    }

    /// The notation, if the column holds dates.
    fn date_format(&self, notes: &mut Vec<Note>) -> Option<DateFormat> {
        let c = self.census;
        let enough = |count: usize| count as f64 >= TYPE_SHARE * c.filled as f64;
        if enough(c.native_dates) {
            return Some(DateFormat::Native);
        }
        if c.numeric_cells == c.filled || (c.all_digits && enough(c.numbers)) {
            return self.bare_number_format();
        }
        // Text that reads as a number is a date only if the header says so.
        let numeric = enough(c.numbers);
        if numeric && !self.is_date_name {
            return None;
        }
        // One cell is enough to rule most columns out before every cell is read.
        let probe: Vec<Cell<'_>> =
            self.cells.iter().filter(|cell| !matches!(cell, Cell::Blank)).take(12).collect();
        let mut best: Option<(usize, DateFormat)> = None;
        let mut day_month = [0, 0];
        for format in DateFormat::TEXTUAL {
            if format.is_bare_number() || !probe.iter().any(|cell| date_of(*cell, format).is_some())
            {
                continue;
            }
            let (_, count) = self.all_dates(format);
            match format {
                DateFormat::DayFirst => day_month[0] = count,
                DateFormat::MonthFirst => day_month[1] = count,
                _ => {}
            }
            if enough(count) && best.is_none_or(|(n, _)| count > n) {
                best = Some((count, format));
            }
        }
        let (_, format) = best?;
        if matches!(format, DateFormat::DayFirst | DateFormat::MonthFirst)
            && day_month[0] == day_month[1]
        {
            return Some(self.day_or_month_first(notes));
        }
        Some(format)
    }

    /// Both orders read every cell: the one whose dates step evenly is meant.
    fn day_or_month_first(&self, notes: &mut Vec<Note>) -> DateFormat {
        let even = |format| {
            let (mut dates, _) = self.all_dates(format);
            dates.sort_unstable();
            dates.dedup();
            Calendar::from_dates(dates).is_ok()
        };
        let (day, month) = (even(DateFormat::DayFirst), even(DateFormat::MonthFirst));
        let dotted = self.cells.iter().any(|c| matches!(c, Cell::Text(t) if t.contains('.')));
        if day == month {
            notes.push(Note::new(
                "doubtful-date-order",
                format!(
                    "the dates in column `{}` read as day/month as well as month/day; {} was taken: if that is wrong, set `format` under `[date]` in the mapping",
                    self.name, "day/month"
                ),
            ));
            DateFormat::DayFirst
        } else if day || dotted {
            DateFormat::DayFirst
        } else {
            DateFormat::MonthFirst
        }
    }

    /// Digits alone: `20240131` speaks for itself, `202401` and day numbers need a header that
    /// says date.
    fn bare_number_format(&self) -> Option<DateFormat> {
        let all = |format| {
            let (mut dates, count) = self.all_dates(format);
            dates.sort_unstable();
            dates.dedup();
            (count == self.census.filled && (dates.len() > 1 || count == 1)).then_some(format)
        };
        if let Some(format) = all(DateFormat::Compact) {
            return Some(format);
        }
        if !self.is_date_name {
            return None;
        }
        let week_name = Vocabulary::get().names_week(self.name);
        let order = if week_name {
            [DateFormat::CompactWeek, DateFormat::CompactMonth, DateFormat::ExcelSerial]
        } else {
            [DateFormat::CompactMonth, DateFormat::CompactWeek, DateFormat::ExcelSerial]
        };
        order.into_iter().find_map(all)
    }
}

fn date_of(cell: Cell<'_>, format: DateFormat) -> Option<NaiveDate> {
    match cell {
        Cell::Date(date) => Some(date),
        Cell::Text(text) => date::parse(text, format),
        Cell::Number(value) if format == DateFormat::ExcelSerial => date::from_serial(value),
        Cell::Number(value) if value.fract() == 0.0 && (1e5..1e8).contains(&value) => {
            date::parse(&format!("{value}"), format)
        }
        _ => None,
    }
}
