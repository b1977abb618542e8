//! Tables with a row per channel or per quantity, turned into a column per quantity.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use indexmap::IndexMap;

use crate::mapping::LongMapping;
use crate::problem::Problem;
use crate::table::{Column, Note, Reading, Table, Values};

/// The parts of a long table that make its rows.
pub(crate) struct Shape<'a> {
    pub(crate) date: &'a str,
    pub(crate) geo: Option<&'a str>,
    pub(crate) long: &'a LongMapping,
}

/// A long table made wide.
pub(crate) struct Wide {
    pub(crate) table: Table,
    /// Columns that should say the same in all rows of a period and do not.
    pub(crate) conflicts: BTreeMap<String, Problem>,
}

/// Name of the column of a channel's metric.
pub(crate) fn name(channel: &str, metric: &str) -> String {
    format!("{channel} {metric}")
}

type Key = (NaiveDate, Option<String>);

/// Rows of the wide table by date and geo, each with its rows in the long table.
fn groups(table: &Table, shape: &Shape<'_>) -> IndexMap<Key, Vec<usize>> {
    let dates = table.column(shape.date).and_then(Column::dates).unwrap_or(&[]);
    let geo = shape.geo.and_then(|g| table.column(g));
    let mut groups: IndexMap<Key, Vec<usize>> = IndexMap::new();
    for row in 0..table.rows() {
        if let Some(date) = dates.get(row).copied().flatten() {
            let geo = geo.and_then(|g| g.label(row));
            groups.entry((date, geo)).or_default().push(row);
        }
    }
    groups
}

/// Makes a long table wide: the metrics of each channel become columns, cells of the same
/// period and channel are summed, and a channel without a row in a period has zero there.
pub(crate) fn widen(table: &Table, shape: &Shape<'_>) -> Result<Wide, Problem> {
    let long = shape.long;
    let (by, metrics): (&str, Vec<&str>) = match (&long.channel, &long.variable, &long.value) {
        (Some(channel), _, _) => (channel, long.metrics.iter().map(String::as_str).collect()),
        (None, Some(variable), Some(value)) => (variable, vec![value]),
        _ => ("", Vec::new()),
    };
    let by_channel = long.channel.is_some();
    let Some(key_column) = table.column(by) else {
        return Err(Problem::Mapping(crate::MappingError::UnknownColumn {
            place: "the mapping's `long`".into(),
            column: by.to_owned(),
            suggestion: String::new(),
        }));
    };
    let groups = groups(table, shape);
    let mut keys: IndexMap<String, ()> = IndexMap::new();
    let mut blank = Vec::new();
    for row in 0..table.rows() {
        match key_column.label(row) {
            Some(label) => {
                keys.entry(label.trim().to_owned()).or_default();
            }
            None => blank.push(row),
        }
    }
    if let Some(row) = blank.first() {
        return Err(Problem::BlankKey {
            column: by.to_owned(),
            line: table.line(*row),
            count: blank.len(),
        });
    }
    let mut out = Vec::new();
    let mut filled = 0_usize;
    for metric in &metrics {
        let Some(source) = table.column(metric) else {
            return Err(Problem::Mapping(crate::MappingError::UnknownColumn {
                place: "the mapping's `long`".into(),
                column: (*metric).to_owned(),
                suggestion: String::new(),
            }));
        };
        out.extend(spread(source, key_column, &keys, &groups, by_channel, &mut filled)?);
    }
    let mut conflicts = BTreeMap::new();
    let mut columns = Vec::new();
    for column in &table.columns {
        if column.name == by || metrics.contains(&column.name.as_str()) {
            continue;
        }
        let (shared, conflict) = shared(table, column, &groups);
        if let Some(conflict) = conflict {
            conflicts.insert(column.name.clone(), conflict);
        }
        columns.push(shared);
    }
    columns.extend(out);
    let mut notes = table.notes.clone();
    notes.push(Note::new(
        "long-layout",
        format!(
            "{} rows became {} rows with a column per {}",
            table.rows(),
            groups.len(),
            if by_channel { "channel" } else { "quantity" }
        ),
    ));
    if filled > 0 && by_channel {
        notes.push(Note::new(
            "absent-rows",
            format!("{filled} cells of channels without a row in a period were taken as zero"),
        ));
    }
    let lines = groups.values().map(|rows| rows.first().map_or(0, |r| table.line(*r))).collect();
    Ok(Wide { table: Table { source: table.source.clone(), columns, lines, notes }, conflicts })
}

/// One column per channel of a metric.
fn spread(
    source: &Column,
    key_column: &Column,
    keys: &IndexMap<String, ()>,
    groups: &IndexMap<Key, Vec<usize>>,
    by_channel: bool,
    filled: &mut usize,
) -> Result<Vec<Column>, Problem> {
    let Some(numbers) = source.numbers() else {
        return Err(Problem::WrongType {
            column: source.name.clone(),
            role: "a metric of a channel",
            found: source.values.noun(),
            expected: "numbers",
        });
    };
    let mut values: Vec<Vec<Option<f64>>> = vec![vec![None; groups.len()]; keys.len()];
    let mut seen: Vec<Vec<bool>> = vec![vec![false; groups.len()]; keys.len()];
    let mut owner: HashMap<usize, usize> = HashMap::new();
    let mut group_of: HashMap<usize, usize> = HashMap::new();
    for (group, rows) in groups.values().enumerate() {
        for row in rows {
            let Some(label) = key_column.label(*row) else { continue };
            let Some(key) = keys.get_index_of(label.trim()) else { continue };
            owner.insert(*row, key);
            group_of.insert(*row, group);
            if let Some(mark) = seen.get_mut(key).and_then(|s| s.get_mut(group)) {
                *mark = true;
            }
            let cell = values.get_mut(key).and_then(|v| v.get_mut(group));
            if let (Some(slot), Some(value)) = (cell, numbers.get(*row).copied().flatten()) {
                *slot = Some(slot.unwrap_or(0.0) + value);
            }
        }
    }
    let mut out = Vec::new();
    for (index, ((key, ()), (mut values, seen))) in
        keys.iter().zip(values.into_iter().zip(seen)).enumerate()
    {
        if values.iter().all(Option::is_none) {
            continue;
        }
        if by_channel {
            for (value, seen) in values.iter_mut().zip(&seen) {
                if !seen {
                    *value = Some(0.0);
                    *filled += 1;
                }
            }
        }
        let unreadable = source
            .unreadable
            .iter()
            .filter(|u| owner.get(&u.row) == Some(&index))
            .map(|u| crate::Unreadable {
                row: group_of.get(&u.row).copied().unwrap_or(0),
                ..u.clone()
            })
            .collect();
        out.push(Column {
            name: if by_channel { name(key, &source.name) } else { key.clone() },
            position: source.position,
            reading: source.reading,
            currency: source.currency,
            values: Values::Number(values),
            unreadable,
        });
    }
    Ok(out)
}

/// A column that says the same in all rows of a period.
fn shared(
    table: &Table,
    column: &Column,
    groups: &IndexMap<Key, Vec<usize>>,
) -> (Column, Option<Problem>) {
    let mut conflict = None;
    let mut pick = |date: NaiveDate, rows: &[usize]| -> Option<usize> {
        let mut known = rows.iter().filter(|r| column.label(**r).is_some());
        let first = *known.next()?;
        for other in known {
            if conflict.is_none() && column.label(*other) != column.label(first) {
                conflict = Some(Problem::Conflict {
                    column: column.name.clone(),
                    date,
                    first: table.line(first),
                    a: column.label(first).unwrap_or_default(),
                    second: table.line(*other),
                    b: column.label(*other).unwrap_or_default(),
                });
            }
        }
        Some(first)
    };
    let rows: Vec<Option<usize>> =
        groups.iter().map(|((date, _), rows)| pick(*date, rows)).collect();
    let values = match &column.values {
        Values::Number(v) => Values::Number(
            rows.iter().map(|r| r.and_then(|r| v.get(r).copied().flatten())).collect(),
        ),
        Values::Date(v) => {
            Values::Date(rows.iter().map(|r| r.and_then(|r| v.get(r).copied().flatten())).collect())
        }
        Values::Text(v) => {
            Values::Text(rows.iter().map(|r| r.and_then(|r| v.get(r).cloned().flatten())).collect())
        }
    };
    let reading = match column.reading {
        Reading::Flag => Reading::Number { decimal: None, percent: false },
        other => other,
    };
    (
        Column {
            values,
            reading,
            name: column.name.clone(),
            position: column.position,
            currency: column.currency,
            unreadable: column.unreadable.clone(),
        },
        conflict,
    )
}
