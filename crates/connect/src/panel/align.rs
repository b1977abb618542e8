//! Rows on a calendar: every geo has every period exactly once, or the reader is told which.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{Datelike, Days, NaiveDate};
use outlay_core::{Calendar, CalendarError, Granularity};

use crate::mapping::Mapping;
use crate::problem::Problem;
use crate::table::{Column, Note, Table};

/// How many missing dates a message names.
const NAMED_DATES: usize = 5;

/// Where each cell of the panel finds its rows.
pub(crate) struct Frame {
    pub(crate) calendar: Calendar,
    pub(crate) geos: Vec<String>,
    pub(crate) population: Vec<f64>,
    /// Rows of the table for each cell, `[geo][period]`; several where rows are summed up.
    pub(crate) rows: Vec<Vec<usize>>,
}

impl Frame {
    pub(crate) fn cells(&self) -> usize {
        self.geos.len() * self.calendar.len()
    }

    /// Geo and first day of a cell.
    pub(crate) fn place(&self, cell: usize) -> (Option<String>, NaiveDate) {
        let periods = self.calendar.len().max(1);
        let date = self.calendar.starts().get(cell % periods).copied().unwrap_or_default();
        let geo = self.geos.get(cell / periods).filter(|_| self.geos.len() > 1).cloned();
        (geo, date)
    }

    /// The calendar without its first periods.
    pub(crate) fn calendar_from(&self, lead_in: usize) -> Calendar {
        let first = self.calendar.starts().get(lead_in).copied().unwrap_or_default();
        Calendar::regular(self.calendar.granularity(), first, self.calendar.len() - lead_in)
    }
}

/// Name of the only geo of a national panel.
const NATIONAL: &str = "national";

/// Checks that the date column holds readable dates.
pub(crate) fn check_dates(mapping: &Mapping, table: &Table) -> Result<(), Problem> {
    let name = &mapping.date.column;
    let Some(column) = table.column(name) else {
        let error = mapping.check_columns(table, None).err();
        return Err(error.map_or(
            Problem::WrongType {
                column: name.clone(),
                role: "the date",
                found: "nothing",
                expected: "dates",
            },
            Problem::Mapping,
        ));
    };
    if column.dates().is_none() {
        return Err(Problem::WrongType {
            column: name.clone(),
            role: "the date",
            found: column.values.noun(),
            expected: "dates",
        });
    }
    cells(column, "date").map_or(Ok(()), Err)
}

/// The problem of unreadable cells in a column, if there are any.
pub(crate) fn cells(column: &Column, expected: &'static str) -> Option<Problem> {
    column.unreadable.first().map(|first| Problem::Cell {
        column: column.name.clone(),
        line: first.line,
        text: first.text.clone(),
        expected,
        count: column.unreadable.len(),
    })
}

/// Finds the calendar and the geos, and which rows stand where.
pub(crate) fn frame(
    mapping: &Mapping,
    table: &Table,
    notes: &mut Vec<Note>,
) -> Result<Frame, Vec<Problem>> {
    check_dates(mapping, table).map_err(|p| vec![p])?;
    let dates = table.column(&mapping.date.column).and_then(Column::dates).unwrap_or(&[]);
    let blank: Vec<usize> =
        (0..table.rows()).filter(|r| dates.get(*r).copied().flatten().is_none()).collect();
    if let Some(row) = blank.first() {
        return Err(vec![Problem::BlankKey {
            column: mapping.date.column.clone(),
            line: table.line(*row),
            count: blank.len(),
        }]);
    }
    let all: Vec<NaiveDate> = dates.iter().copied().flatten().collect();
    let (Some(first), Some(last)) = (all.iter().min().copied(), all.iter().max().copied()) else {
        return Err(vec![Problem::EmptyWindow { first: NaiveDate::MIN, last: NaiveDate::MAX }]);
    };
    let kept: Vec<usize> =
        (0..all.len()).filter(|r| all.get(*r).is_some_and(|d| mapping.window.holds(*d))).collect();
    if kept.is_empty() {
        return Err(vec![Problem::EmptyWindow { first, last }]);
    }
    if kept.len() < all.len() {
        notes.push(Note::new(
            "window",
            format!(
                "{} of {} rows lie outside the window and were left out",
                all.len() - kept.len(),
                all.len()
            ),
        ));
    }
    let days = month_starts(&all, notes);
    let geo_of = geos(mapping, table, &kept)?;
    let mut at: BTreeMap<(usize, NaiveDate), Vec<usize>> = BTreeMap::new();
    for row in &kept {
        let (Some(day), Some(geo)) = (days.get(*row), geo_of.of_row.get(row)) else { continue };
        at.entry((*geo, *day)).or_default().push(*row);
    }
    repeated(table, &at, &geo_of.names)?;
    place(mapping, table, at, geo_of, notes)
}

/// The geos in the order of their first row, and the geo of each row.
struct Geos {
    names: Vec<String>,
    of_row: HashMap<usize, usize>,
}

fn geos(mapping: &Mapping, table: &Table, kept: &[usize]) -> Result<Geos, Vec<Problem>> {
    let Some(geo) = &mapping.geo else {
        let of_row = kept.iter().map(|r| (*r, 0)).collect();
        return Ok(Geos { names: vec![NATIONAL.to_owned()], of_row });
    };
    let Some(column) = table.column(&geo.column) else {
        return mapping.check_columns(table, None).map_or_else(
            |e| Err(vec![e.into()]),
            |()| Ok(Geos { names: vec![], of_row: HashMap::new() }),
        );
    };
    let mut names = Vec::<String>::new();
    let mut index = HashMap::<String, usize>::new();
    let mut of_row = HashMap::new();
    let mut blank = Vec::new();
    for row in kept {
        match column.label(*row) {
            None => blank.push(*row),
            Some(label) => {
                let next = names.len();
                let at = *index.entry(label.trim().to_owned()).or_insert(next);
                if at == next {
                    names.push(label.trim().to_owned());
                }
                of_row.insert(*row, at);
            }
        }
    }
    match blank.first() {
        Some(row) => Err(vec![Problem::BlankKey {
            column: geo.column.clone(),
            line: table.line(*row),
            count: blank.len(),
        }]),
        None => Ok(Geos { names, of_row }),
    }
}

/// Month ends become month starts, so that months are evenly spaced.
fn month_starts(dates: &[NaiveDate], notes: &mut Vec<Note>) -> Vec<NaiveDate> {
    let is_last = |d: &NaiveDate| d.checked_add_days(Days::new(1)).is_some_and(|n| n.day() == 1);
    let several = dates.iter().any(|d| Some(d) != dates.first());
    if !several || !dates.iter().all(is_last) {
        return dates.to_vec();
    }
    notes.push(Note::new(
        "month-ends",
        "the dates are the last days of months; each stands for its month",
    ));
    dates.iter().map(|d| d.with_day(1).unwrap_or(*d)).collect()
}

fn repeated(
    table: &Table,
    at: &BTreeMap<(usize, NaiveDate), Vec<usize>>,
    names: &[String],
) -> Result<(), Vec<Problem>> {
    let mut twice = at.iter().filter(|(_, rows)| rows.len() > 1);
    let Some(((geo, date), rows)) = twice.next() else { return Ok(()) };
    let count = rows.len() - 1 + twice.map(|(_, rows)| rows.len() - 1).sum::<usize>();
    let line = |i: usize| rows.get(i).map_or(0, |r| table.line(*r));
    Err(vec![Problem::Duplicate {
        date: *date,
        geo: names.get(*geo).filter(|_| names.len() > 1).cloned(),
        first: line(0),
        second: line(1),
        count,
    }])
}

/// First day of the period of `to` that holds a date; weeks start as `anchor` does.
fn period_start(date: NaiveDate, to: Granularity) -> NaiveDate {
    match to {
        Granularity::Day => date,
        Granularity::Week => date
            .checked_sub_days(Days::new(u64::from(date.weekday().num_days_from_monday())))
            .unwrap_or(date),
        Granularity::Month => date.with_day(1).unwrap_or(date),
    }
}

fn place(
    mapping: &Mapping,
    table: &Table,
    at: BTreeMap<(usize, NaiveDate), Vec<usize>>,
    geos: Geos,
    notes: &mut Vec<Note>,
) -> Result<Frame, Vec<Problem>> {
    let days: BTreeSet<NaiveDate> = at.keys().map(|(_, d)| *d).collect();
    let days: Vec<NaiveDate> = days.into_iter().collect();
    let calendar = calendar(days)?;
    if let Some(expected) = mapping.granularity.filter(|g| *g != calendar.granularity()) {
        return Err(vec![Problem::Granularity { found: calendar.granularity(), expected }]);
    }
    missing_in_geos(&calendar, &at, &geos.names)?;
    let periods = calendar.len();
    let index: HashMap<NaiveDate, usize> =
        calendar.starts().iter().enumerate().map(|(i, d)| (*d, i)).collect();
    let mut rows = vec![Vec::new(); geos.names.len() * periods];
    for ((geo, day), found) in at {
        let cell = index.get(&day).and_then(|t| rows.get_mut(geo * periods + t));
        if let Some(slot) = cell {
            *slot = found;
        }
    }
    let population = population(mapping, table, &rows, geos.names.len(), notes);
    let frame = Frame { calendar, geos: geos.names, population: population?, rows };
    match mapping.aggregate {
        Some(to) if to != frame.calendar.granularity() => aggregate(frame, to, notes),
        _ => Ok(frame),
    }
}

fn calendar(days: Vec<NaiveDate>) -> Result<Calendar, Vec<Problem>> {
    match Calendar::from_dates(days.clone()) {
        Ok(calendar) => Ok(calendar),
        Err(CalendarError::Gap { granularity, .. }) => {
            let held: BTreeSet<NaiveDate> = days.iter().copied().collect();
            let (Some(first), Some(last)) = (days.first(), days.last()) else {
                return Err(vec![Problem::Calendar(CalendarError::Empty)]);
            };
            let mut missing = Vec::new();
            let mut count = 0;
            let mut off_grid = held.len();
            for date in
                (0..).map_while(|n| granularity.advance(*first, n)).take_while(|d| d <= last)
            {
                if held.contains(&date) {
                    off_grid -= 1;
                } else {
                    count += 1;
                    if missing.len() < NAMED_DATES {
                        missing.push(date);
                    }
                }
            }
            if off_grid > 0 {
                // Dates beside the grid: say where the rhythm breaks instead of a false list.
                let uneven = days.windows(2).find_map(|pair| match pair {
                    [a, b] if granularity.advance(*a, 1) != Some(*b) => Some((*a, *b)),
                    _ => None,
                });
                let (a, b) = uneven.unwrap_or((*first, *last));
                return Err(vec![Problem::Calendar(CalendarError::Irregular(a, b))]);
            }
            let first_missing = missing.first().copied().unwrap_or(*last);
            let before = days.partition_point(|d| *d < first_missing);
            let after = before.checked_sub(1).and_then(|i| days.get(i)).copied().unwrap_or(*first);
            Err(vec![Problem::Gap { after, missing, count, granularity }])
        }
        Err(error) => Err(vec![Problem::Calendar(error)]),
    }
}

fn missing_in_geos(
    calendar: &Calendar,
    at: &BTreeMap<(usize, NaiveDate), Vec<usize>>,
    names: &[String],
) -> Result<(), Vec<Problem>> {
    let mut first: Option<(String, Vec<NaiveDate>, usize)> = None;
    let mut others = 0;
    for (index, name) in names.iter().enumerate() {
        let missing: Vec<NaiveDate> =
            calendar.starts().iter().filter(|d| !at.contains_key(&(index, **d))).copied().collect();
        if missing.is_empty() {
            continue;
        }
        if first.is_some() {
            others += 1;
        } else {
            let count = missing.len();
            first = Some((name.clone(), missing.into_iter().take(NAMED_DATES).collect(), count));
        }
    }
    match first {
        None => Ok(()),
        Some((geo, missing, count)) => Err(vec![Problem::GeoGap {
            geo,
            missing,
            count,
            granularity: calendar.granularity(),
            others,
        }]),
    }
}

fn population(
    mapping: &Mapping,
    table: &Table,
    rows: &[Vec<usize>],
    geos: usize,
    notes: &mut Vec<Note>,
) -> Result<Vec<f64>, Vec<Problem>> {
    let name = mapping.geo.as_ref().and_then(|g| g.population.as_ref());
    let Some(column) = name.and_then(|n| table.column(n)) else {
        if geos > 1 {
            notes.push(Note::new(
                "no-population",
                "no column of population: every geo counts the same",
            ));
        }
        return Ok(vec![1.0; geos]);
    };
    let Some(numbers) = column.numbers() else {
        return Err(vec![Problem::WrongType {
            column: column.name.clone(),
            role: "the population",
            found: column.values.noun(),
            expected: "numbers",
        }]);
    };
    if let Some(problem) = cells(column, "number") {
        return Err(vec![problem]);
    }
    let mut varies = false;
    let periods = rows.len() / geos.max(1);
    let mut out = Vec::with_capacity(geos);
    for chunk in rows.chunks(periods.max(1)) {
        let values: Vec<f64> =
            chunk.iter().flatten().filter_map(|r| numbers.get(*r).copied().flatten()).collect();
        varies |= values.iter().any(|v| Some(v) != values.first());
        // A constant stays exact; a mean of equal doubles might not.
        out.push(match values.first() {
            Some(first) if values.iter().all(|v| v == first) => *first,
            _ => values.iter().sum::<f64>() / values.len() as f64,
        });
    }
    if varies {
        notes.push(Note::new(
            "population-varies",
            format!("`{}` changes over time; the mean of each geo was taken", column.name),
        ));
    }
    Ok(out)
}

/// Joins periods; incomplete ones at the ends are left out.
fn aggregate(frame: Frame, to: Granularity, notes: &mut Vec<Note>) -> Result<Frame, Vec<Problem>> {
    let from = frame.calendar.granularity();
    let possible = matches!((from, to), (Granularity::Day, Granularity::Week | Granularity::Month));
    if !possible {
        return Err(vec![Problem::Aggregate { from, to }]);
    }
    let mut periods: BTreeMap<NaiveDate, Vec<usize>> = BTreeMap::new();
    for (t, day) in frame.calendar.starts().iter().enumerate() {
        periods.entry(period_start(*day, to)).or_default().push(t);
    }
    let before = periods.len();
    periods.retain(|start, days| {
        let end = to.advance(*start, 1).unwrap_or(*start);
        days.len() as i64 == (end - *start).num_days()
    });
    if periods.len() < before {
        notes.push(Note::new(
            "incomplete-periods",
            format!("{} incomplete {to}(s) at the ends were left out", before - periods.len()),
        ));
    }
    let starts: Vec<NaiveDate> = periods.keys().copied().collect();
    let calendar = match starts.first() {
        Some(first) => Calendar::regular(to, *first, starts.len()),
        None => return Err(vec![Problem::Calendar(CalendarError::Empty)]),
    };
    let old = frame.calendar.len();
    let mut rows = Vec::with_capacity(frame.geos.len() * starts.len());
    for geo in 0..frame.geos.len() {
        for days in periods.values() {
            rows.push(
                days.iter()
                    .filter_map(|t| frame.rows.get(geo * old + t))
                    .flatten()
                    .copied()
                    .collect(),
            );
        }
    }
    notes.push(Note::new("aggregated", format!("{from}s were summed up to {to}s")));
    Ok(Frame { calendar, geos: frame.geos, population: frame.population, rows })
}
