//! Dates that are spread over two columns: a year, and its week or month.

use chrono::{NaiveDate, Weekday};

use super::date::{DateFormat, parse};
use crate::table::{Column, Note, Reading, Values};
use crate::vocabulary::{Topic, Vocabulary};

/// Adds a column of dates made from a year and a week or month, when no column holds dates. It is
/// called after both: `Jahr + KW`.
pub(crate) fn add(columns: &mut Vec<Column>, notes: &mut Vec<Note>) {
    if columns.iter().any(|c| c.dates().is_some()) {
        return;
    }
    let vocabulary = Vocabulary::get();
    let year = columns.iter().find(|c| vocabulary.names(&c.name, Topic::Year) && is_year(c));
    let Some(year) = year else { return };
    let parts = columns.iter().filter(|c| c.name != year.name).filter_map(|part| {
        let week = vocabulary.names(&part.name, Topic::Week);
        let month = vocabulary.names(&part.name, Topic::Month);
        let (dates, format) = match (week, month) {
            (true, _) => (join(year, part, week_of), DateFormat::IsoWeek),
            (false, true) => (join(year, part, month_of), DateFormat::YearMonth),
            _ => return None,
        };
        dates.map(|dates| (part, dates, format))
    });
    let Some((part, dates, format)) = parts.into_iter().next() else { return };
    let column = Column {
        name: format!("{} + {}", year.name, part.name),
        position: year.position,
        reading: Reading::Date { format },
        currency: None,
        values: Values::Date(dates),
        unreadable: Vec::new(),
    };
    notes.push(Note::new(
        "joined-date",
        format!("the dates were made from `{}` and `{}`", year.name, part.name),
    ));
    columns.insert(0, column);
}

fn is_year(column: &Column) -> bool {
    column.unreadable.is_empty()
        && column.numbers().is_some_and(|values| {
            let known = || values.iter().flatten();
            known().count() > 0 && known().all(|y| y.fract() == 0.0 && (1950.0..2100.0).contains(y))
        })
}

fn week_of(year: i32, week: &str) -> Option<NaiveDate> {
    let digits = week.trim_start_matches(|c: char| !c.is_ascii_digit());
    NaiveDate::from_isoywd_opt(year, digits.trim().parse().ok()?, Weekday::Mon)
}

fn month_of(year: i32, month: &str) -> Option<NaiveDate> {
    match month.trim().parse() {
        Ok(number) => NaiveDate::from_ymd_opt(year, number, 1),
        Err(_) => parse(&format!("{month} {year}"), DateFormat::MonthName),
    }
}

/// One date per row; `None` unless every row that has both parts makes a date.
fn join(
    year: &Column,
    part: &Column,
    date: fn(i32, &str) -> Option<NaiveDate>,
) -> Option<Vec<Option<NaiveDate>>> {
    let years = year.numbers()?;
    let mut out = Vec::with_capacity(years.len());
    let mut made = 0;
    for (row, year) in years.iter().enumerate() {
        match (year, part.label(row)) {
            (Some(year), Some(part)) => {
                out.push(Some(date(*year as i32, &part)?));
                made += 1;
            }
            _ => out.push(None),
        }
    }
    (made > 0).then_some(out)
}
