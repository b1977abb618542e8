//! The columns that say which row is which: date, geo, and in a long layout the channel or the
//! quantity.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;

use super::{ProposeError, Role, Verdict};
use crate::mapping::LongMapping;
use crate::read::DateFormat;
use crate::table::{Column, Reading, Table, Values};
use crate::vocabulary::{Topic, Vocabulary};

/// The key columns of a table.
pub(crate) struct Keys {
    pub(crate) date: String,
    pub(crate) date_format: Option<DateFormat>,
    pub(crate) geo: Option<String>,
    pub(crate) long: Option<LongMapping>,
    pub(crate) verdicts: Vec<(String, Verdict)>,
}

const MEDIA: [Topic; 6] =
    [Topic::Spend, Topic::Impressions, Topic::Grp, Topic::Clicks, Topic::Reach, Topic::Frequency];
const OUTCOMES: [Topic; 3] = [Topic::Revenue, Topic::Count, Topic::Outcome];

/// Finds the key columns.
pub(crate) fn find(table: &Table) -> Result<Keys, ProposeError> {
    let (date, confidence, reason) = date_column(table)?;
    let mut verdicts = Vec::new();
    for other in &table.columns {
        if other.dates().is_some() && other.name != date.name {
            let reason = format!("another date; the rows are placed by `{}`", date.name);
            verdicts.push((other.name.clone(), Verdict::new(Role::Ignored, 0.8, reason)));
        }
    }
    verdicts.insert(0, (date.name.clone(), Verdict::new(Role::Date, confidence, reason)));
    let date_format = match date.reading {
        Reading::Date { format } if format != DateFormat::Native => Some(format),
        _ => None,
    };
    let days = date.dates().unwrap_or(&[]);
    let mut keys = Keys { date: date.name.clone(), date_format, geo: None, long: None, verdicts };
    labels(table, days, &mut keys);
    Ok(keys)
}

fn date_column(table: &Table) -> Result<(&Column, f64, String), ProposeError> {
    let vocabulary = Vocabulary::get();
    let mut best: Option<(i64, &Column, bool)> = None;
    for column in &table.columns {
        let Some(dates) = column.dates() else { continue };
        let known = dates.iter().filter(|d| d.is_some()).count() as i64;
        let named = vocabulary.names_date(&column.name);
        let end = ["end", "ende", "fin", "to", "bis", "ending", "updated", "created"];
        let ends =
            vocabulary.words(&column.name).tokens.iter().any(|t| end.contains(&t.text.as_str()));
        let distinct: HashSet<NaiveDate> = dates.iter().copied().flatten().collect();
        let score = known * 4 + if named { known } else { 0 }
            - if ends { known / 2 } else { 0 }
            - if distinct.len() < 2 { known * 3 } else { 0 };
        if best.is_none_or(|(s, _, _)| score > s) {
            best = Some((score, column, named));
        }
    }
    let Some((_, column, named)) = best else {
        let found: Vec<String> = table
            .columns
            .iter()
            .take(8)
            .map(|c| format!("`{}` ({})", c.name, c.values.noun()))
            .collect();
        return Err(ProposeError::NoDate { found: found.join(", ") });
    };
    let notation = match column.reading {
        Reading::Date { format } => format.example(),
        _ => "dates",
    };
    let (confidence, reason) = if named {
        (0.99, format!("the name says so, and the cells are dates ({notation})"))
    } else {
        (0.9, format!("the cells are dates ({notation})"))
    };
    Ok((column, confidence, reason))
}

/// A column whose values name things.
struct Labels<'a> {
    column: &'a Column,
    distinct: Vec<String>,
    is_geo_name: bool,
    is_channel_name: bool,
    is_variable_name: bool,
    /// Share of the values that name a channel.
    channel_values: f64,
    /// Share of the values that name a quantity.
    quantity_values: f64,
}

fn label_columns<'a>(table: &'a Table) -> Vec<Labels<'a>> {
    let vocabulary = Vocabulary::get();
    let mut out = Vec::new();
    for column in &table.columns {
        let words = vocabulary.words(&column.name);
        let is_text = matches!(column.values, Values::Text(_));
        let measures = MEDIA.iter().chain(&OUTCOMES).any(|t| words.has(*t));
        let coded = column.numbers().is_some() && words.has(Topic::Geo) && !measures;
        if !(is_text || coded) {
            continue;
        }
        let mut seen = HashSet::new();
        let mut distinct = Vec::new();
        let mut known = 0;
        for row in 0..table.rows() {
            if let Some(label) = column.label(row) {
                known += 1;
                if seen.insert(label.clone()) {
                    distinct.push(label);
                }
            }
        }
        // Labels name nearly every row; events name few.
        if known * 10 < table.rows() * 9 || distinct.is_empty() {
            continue;
        }
        let share = |topics: &[Topic]| {
            let hits = distinct.iter().filter(|d| {
                let words = vocabulary.words(d);
                topics.iter().any(|t| words.has(*t))
            });
            hits.count() as f64 / distinct.len() as f64
        };
        let quantities: Vec<Topic> = MEDIA.iter().chain(&OUTCOMES).copied().collect();
        out.push(Labels {
            channel_values: share(&[Topic::Channel]),
            quantity_values: share(&quantities),
            is_geo_name: words.has(Topic::Geo),
            is_channel_name: words.has(Topic::ChannelColumn),
            is_variable_name: words.has(Topic::VariableColumn),
            column,
            distinct,
        });
    }
    out
}

/// Whether date and the labels together name each row once.
fn is_key(table: &Table, days: &[Option<NaiveDate>], columns: &[&Column]) -> bool {
    let mut seen = HashSet::new();
    (0..table.rows()).all(|row| {
        let labels: Vec<Option<String>> = columns.iter().map(|c| c.label(row)).collect();
        seen.insert((days.get(row).copied().flatten(), labels))
    })
}

fn labels(table: &Table, days: &[Option<NaiveDate>], keys: &mut Keys) {
    let found = label_columns(table);
    let alone = is_key(table, days, &[]);
    let several = |l: &&Labels<'_>| l.distinct.len() > 1;
    // A quantity per row: one column of names, one of numbers.
    let numbers: Vec<&Column> = table
        .columns
        .iter()
        .filter(|c| c.numbers().is_some_and(|v| v.iter().any(Option::is_some)))
        .collect();
    let variable = found.iter().filter(several).find(|l| {
        let value =
            numbers.iter().any(|c| Vocabulary::get().words(&c.name).has(Topic::ValueColumn));
        !alone
            && l.quantity_values >= 0.3
            && (l.is_variable_name || l.quantity_values >= 0.6)
            && (numbers.len() == 1 || value)
    });
    let channel = match variable {
        Some(_) => None,
        None => found
            .iter()
            .filter(several)
            .filter(|_| !alone)
            .filter(|l| l.is_channel_name || (l.channel_values >= 0.5 && !l.is_geo_name))
            .max_by(|a, b| {
                let score = |l: &Labels<'_>| {
                    l.channel_values + f64::from(u8::from(l.is_channel_name)) * 0.5
                        - (l.distinct.len() as f64).ln() * 0.05
                };
                score(a).total_cmp(&score(b)).then(b.column.position.cmp(&a.column.position))
            }),
    };
    let taken = variable.or(channel).map(|l| l.column);
    let geo = geo_column(table, days, &found, taken, alone);
    for l in &found {
        let name = &l.column.name;
        let verdict = if taken.is_some_and(|t| t.name == *name) && variable.is_some() {
            Verdict::new(
                Role::QuantityName,
                if l.is_variable_name { 0.95 } else { 0.8 },
                "its values name quantities, one per row",
            )
        } else if taken.is_some_and(|t| t.name == *name) {
            Verdict::new(
                Role::ChannelName,
                if l.is_channel_name { 0.95 } else { 0.8 },
                format!("{} channels, one row each per period", l.distinct.len()),
            )
        } else if geo.is_some_and(|g| g.name == *name) {
            Verdict::new(
                Role::Geo,
                if l.is_geo_name { 0.98 } else { 0.75 },
                format!("{} geos, each with its own row per period", l.distinct.len()),
            )
        } else if l.distinct.len() == 1 {
            Verdict::new(Role::Ignored, 0.9, "the same text in every row")
        } else {
            continue;
        };
        keys.verdicts.push((name.clone(), verdict));
    }
    keys.geo = geo.map(|g| g.name.clone());
    if let Some(l) = variable {
        let value = numbers
            .iter()
            .find(|c| Vocabulary::get().words(&c.name).has(Topic::ValueColumn))
            .or(numbers.first());
        if let Some(value) = value {
            keys.verdicts.push((
                value.name.clone(),
                Verdict::new(Role::QuantityValue, 0.9, "holds the quantity that its row names"),
            ));
            keys.long = Some(LongMapping {
                variable: Some(l.column.name.clone()),
                value: Some(value.name.clone()),
                ..LongMapping::default()
            });
        }
    } else if let Some(l) = channel {
        let metrics = metrics(table, days, geo);
        if !metrics.is_empty() {
            keys.long = Some(LongMapping {
                channel: Some(l.column.name.clone()),
                metrics,
                ..LongMapping::default()
            });
        }
    }
}

fn geo_column<'a>(
    table: &Table,
    days: &[Option<NaiveDate>],
    found: &[Labels<'a>],
    taken: Option<&Column>,
    alone: bool,
) -> Option<&'a Column> {
    if alone {
        return None;
    }
    let mut options: Vec<&Labels<'a>> = found
        .iter()
        .filter(|l| l.distinct.len() > 1 && taken.is_none_or(|t| t.name != l.column.name))
        .filter(|l| l.is_geo_name || l.distinct.len() < table.rows() / 2)
        .collect();
    // A name that says geo first; then the column that tells the rows apart.
    options.sort_by_key(|l| (!l.is_geo_name, l.column.position));
    let keyed = options.iter().find(|l| {
        let mut columns = vec![l.column];
        columns.extend(taken);
        is_key(table, days, &columns)
    });
    let named = options.iter().find(|l| l.is_geo_name);
    if taken.is_some_and(|t| is_key(table, days, &[t])) {
        return None;
    }
    keyed.filter(|l| l.is_geo_name).or(named).or(keyed).map(|l| l.column)
}

/// Columns of numbers that belong to the channel of their row: media by name, or different
/// between the rows of a period.
fn metrics(table: &Table, days: &[Option<NaiveDate>], geo: Option<&Column>) -> Vec<String> {
    let vocabulary = Vocabulary::get();
    let mut out = Vec::new();
    for column in &table.columns {
        let Some(values) = column.numbers() else { continue };
        if geo.is_some_and(|g| g.name == column.name) {
            continue;
        }
        let words = vocabulary.words(&column.name);
        let is_media = MEDIA.iter().any(|t| words.has(*t)) && !words.has(Topic::Competitor);
        let derived = words.has(Topic::Ratio) || words.has(Topic::Per);
        let fixed = OUTCOMES.iter().any(|t| words.has(*t))
            || words.has(Topic::Population)
            || words.has(Topic::Control)
            || words.has(Topic::Treatment);
        if derived && !words.has(Topic::Frequency) {
            continue;
        }
        if is_media || (!fixed && varies(values, table, days, geo)) {
            out.push(column.name.clone());
        }
    }
    out
}

fn varies(
    values: &[Option<f64>],
    table: &Table,
    days: &[Option<NaiveDate>],
    geo: Option<&Column>,
) -> bool {
    let mut first: HashMap<(Option<NaiveDate>, Option<String>), f64> = HashMap::new();
    (0..table.rows()).any(|row| {
        let Some(value) = values.get(row).copied().flatten() else { return false };
        let key = (days.get(row).copied().flatten(), geo.and_then(|g| g.label(row)));
        *first.entry(key).or_insert(value) != value
    })
}
