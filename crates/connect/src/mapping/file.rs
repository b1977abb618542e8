//! The mapping as a TOML file: written with its reasons as comments, read back strictly.

use std::fmt::Write as _;

use thiserror::Error;

use super::{Mapping, VERSION};
use crate::table::Table;

/// Why a mapping file was refused.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum MappingError {
    /// The text is no mapping: a syntax error, an unknown key, a value of the wrong kind.
    #[error("line {line} of the mapping: {reason}{suggestion}")]
    Syntax {
        /// Line of the mapping, counted from 1.
        line: usize,
        /// What is wrong.
        reason: String,
        /// A likely intention, or nothing.
        suggestion: String,
    },
    /// The mapping was written for another version of the format.
    #[error(
        "line {line} of the mapping: version {found} is unknown: this program reads version {VERSION}"
    )]
    Version {
        /// Line of the mapping.
        line: usize,
        /// The version found.
        found: u32,
    },
    /// A column is named that the file does not have.
    #[error("{place}: the file has no column `{column}`{suggestion}")]
    UnknownColumn {
        /// Line and key that name it.
        place: String,
        /// The name.
        column: String,
        /// A likely intention, or the columns there are.
        suggestion: String,
    },
    /// Keys that exclude or need each other.
    #[error("{place}: {reason}")]
    Contradiction {
        /// Line and key.
        place: String,
        /// What is wrong.
        reason: String,
    },
}

/// A mapping and the text it came from, so that problems can be found in it.
fn line_of(text: &str, position: usize) -> usize {
    text.get(..position).map_or(1, |before| before.matches('\n').count() + 1)
}

/// Where a mapping's text names a column; line 0 when there is no text.
fn place(text: Option<&str>, key: &str, column: &str) -> String {
    let quoted = [
        format!("\"{}\"", column.replace('\\', "\\\\").replace('"', "\\\"")),
        format!("'{column}'"),
    ];
    let word = key.rsplit(['.', ' ']).next().unwrap_or(key);
    let lines = || text.into_iter().flat_map(str::lines).enumerate();
    let holds = |line: &str| quoted.iter().any(|q| line.contains(q.as_str()));
    let line = lines()
        .find(|(_, line)| holds(line) && line.trim_start().starts_with(word))
        .or_else(|| lines().find(|(_, line)| holds(line)))
        .map(|(index, _)| index + 1);
    match line {
        Some(line) => format!("line {line} of the mapping (`{key}`)"),
        None => format!("the mapping's `{key}`"),
    }
}

impl Mapping {
    /// Reads a mapping from TOML; unknown keys are refused.
    ///
    /// # Errors
    /// [`MappingError`] with the line and the reason.
    pub fn from_toml(text: &str) -> Result<Self, MappingError> {
        let mapping: Self = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| line_of(text, span.start));
            let reason = error.message().lines().collect::<Vec<_>>().join(" ");
            let suggestion = suggestion_for_key(&reason);
            MappingError::Syntax { line, reason, suggestion }
        })?;
        if mapping.version != VERSION {
            let line = text.lines().position(|l| l.trim_start().starts_with("version"));
            return Err(MappingError::Version {
                line: line.map_or(1, |l| l + 1),
                found: mapping.version,
            });
        }
        mapping.check_pairs(Some(text))?;
        Ok(mapping)
    }

    /// Checks that the table has every column the mapping names.
    ///
    /// # Errors
    /// [`MappingError::UnknownColumn`] with a suggestion.
    pub fn check_columns(&self, table: &Table, text: Option<&str>) -> Result<(), MappingError> {
        let names: Vec<&str> = table.columns.iter().map(|c| c.name.as_str()).collect();
        for (key, column) in self.columns() {
            if !names.contains(&column) {
                return Err(MappingError::UnknownColumn {
                    place: place(text, &key, column),
                    column: column.to_owned(),
                    suggestion: suggest(column, &names),
                });
            }
        }
        Ok(())
    }

    /// Checks the columns against a file as it was read, before a long layout is made wide.
    pub(crate) fn check_against(
        &self,
        table: &Table,
        text: Option<&str>,
    ) -> Result<(), MappingError> {
        let Some(long) = &self.long else { return self.check_columns(table, text) };
        let geo = self.geo.as_ref().map(|g| ("geo.column", &g.column));
        let date = Some(("date.column", &self.date.column));
        let keys = [
            ("long.channel", &long.channel),
            ("long.variable", &long.variable),
            ("long.value", &long.value),
        ];
        let keys = keys.iter().filter_map(|(key, column)| column.as_ref().map(|c| (*key, c)));
        let metrics = long.metrics.iter().map(|m| ("long.metrics", m));
        let names: Vec<&str> = table.columns.iter().map(|c| c.name.as_str()).collect();
        for (key, column) in date.into_iter().chain(geo).chain(keys).chain(metrics) {
            if !names.contains(&column.as_str()) {
                return Err(MappingError::UnknownColumn {
                    place: place(text, key, column),
                    column: column.clone(),
                    suggestion: suggest(column, &names),
                });
            }
        }
        let geo = self.geo.as_ref().map(|g| g.column.as_str());
        let shape = crate::long::Shape { date: &self.date.column, geo, long };
        // Cells that keep the table from being widened are a problem of the data, named later.
        match crate::long::widen(table, &shape) {
            Ok(wide) => self.check_columns(&wide.table, text),
            Err(_) => Ok(()),
        }
    }

    /// Keys that only make sense together.
    fn check_pairs(&self, text: Option<&str>) -> Result<(), MappingError> {
        let refuse = |key: String, name: &str, reason: &str| {
            Err(MappingError::Contradiction {
                place: place(text, &key, name),
                reason: reason.to_owned(),
            })
        };
        let channels = self
            .channels
            .iter()
            .map(|c| ("channels", &c.name, &c.exposure, &c.reach, &c.frequency));
        let organic =
            self.organic.iter().map(|c| ("organic", &c.name, &c.exposure, &c.reach, &c.frequency));
        for (key, name, exposure, reach, frequency) in channels.chain(organic) {
            let key = format!("{key} name");
            if reach.is_some() != frequency.is_some() {
                return refuse(
                    key,
                    name,
                    "reach and frequency belong together: give both or neither",
                );
            }
            if exposure.is_some() && reach.is_some() {
                return refuse(key, name, "give either an exposure, or reach and frequency");
            }
            if exposure.is_none() && reach.is_none() && key.starts_with("organic") {
                return refuse(key, name, "an organic channel needs an exposure column");
            }
        }
        if let Some(long) = &self.long {
            let by_channel = long.channel.is_some() && !long.metrics.is_empty();
            let by_variable = long.variable.is_some() && long.value.is_some();
            if by_channel == by_variable {
                return refuse(
                    "long".to_owned(),
                    "",
                    "give either `channel` and `metrics`, or `variable` and `value`",
                );
            }
        }
        if let (Some(start), Some(end)) = (self.window.start, self.window.end)
            && start > end
        {
            return refuse(
                "window.start".to_owned(),
                &start.to_string(),
                "the window ends before it starts",
            );
        }
        Ok(())
    }

    /// The mapping as TOML that people can edit; `comment` gives the reason for a column.
    pub fn to_toml(&self, comment: impl Fn(&str) -> Option<String>) -> String {
        let mut out = String::from(
            "# What the columns of the file mean. Edit it and pass it with `--mapping`.\n",
        );
        let mut put = |line: String| {
            out.push_str(&line);
            out.push('\n');
        };
        let text = |s: &str| toml::Value::String(s.to_owned()).to_string();
        let why = |column: &str| {
            comment(column).map(|c| format!("  # {}", c.replace('\n', " "))).unwrap_or_default()
        };
        put(format!("version = {}", self.version));
        if let Some(currency) = self.currency {
            put(format!("currency = {}", text(currency.code())));
        }
        put(format!(
            "missing = \"{}\"  # blank media cells: \"refuse\", or \"zero\" for nothing ran",
            match self.missing {
                super::Missing::Refuse => "refuse",
                super::Missing::Zero => "zero",
            }
        ));
        if let Some(granularity) = self.granularity {
            put(format!("granularity = \"{granularity}\""));
        }
        if let Some(aggregate) = self.aggregate {
            put(format!("aggregate = \"{aggregate}\"  # rows are summed up to this period"));
        }
        let lists = [
            ("controls", "explain the outcome, are no lever", &self.controls),
            ("treatments", "own levers that are no media: price, promotion", &self.treatments),
            ("events", "0/1 flags, or event names", &self.events),
            ("ignored", "left out", &self.ignored),
        ];
        for (key, meaning, list) in lists {
            if list.is_empty() {
                continue;
            }
            put(format!("# {meaning}\n{key} = ["));
            for column in list {
                put(format!("  {},{}", text(column), why(column)));
            }
            put("]".to_owned());
        }
        let file = &self.file;
        if !file.is_default() {
            put("\n[file]".to_owned());
            if let Some(c) = file.delimiter {
                put(format!("delimiter = {}", text(&c.to_string())));
            }
            if let Some(s) = &file.encoding {
                put(format!("encoding = {}", text(s)));
            }
            if let Some(mark) = file.decimal {
                let name = if mark == crate::DecimalMark::Point { "point" } else { "comma" };
                put(format!("decimal = \"{name}\""));
            }
            if let Some(s) = &file.sheet {
                put(format!("sheet = {}", text(s)));
            }
            if let Some(n) = file.header_row {
                put(format!("header_row = {n}"));
            }
        }
        put("\n[date]".to_owned());
        put(format!("column = {}{}", text(&self.date.column), why(&self.date.column)));
        if let Some(format) = self.date.format {
            let name = toml::Value::try_from(format).map(|v| v.to_string()).unwrap_or_default();
            put(format!("format = {name}  # {}", format.example()));
        }
        if !self.window.is_open() {
            put("\n[window]".to_owned());
            for (key, date) in [("start", self.window.start), ("end", self.window.end)] {
                if let Some(date) = date {
                    put(format!("{key} = \"{date}\""));
                }
            }
        }
        if let Some(geo) = &self.geo {
            put("\n[geo]".to_owned());
            put(format!("column = {}{}", text(&geo.column), why(&geo.column)));
            if let Some(population) = &geo.population {
                put(format!("population = {}{}", text(population), why(population)));
            }
        }
        if let Some(long) = &self.long {
            put("\n[long]  # rows that become columns".to_owned());
            let pairs =
                [("channel", &long.channel), ("variable", &long.variable), ("value", &long.value)];
            for (key, column) in pairs {
                if let Some(column) = column {
                    put(format!("{key} = {}{}", text(column), why(column)));
                }
            }
            if !long.metrics.is_empty() {
                let list: Vec<String> = long.metrics.iter().map(|m| text(m)).collect();
                put(format!("metrics = [{}]", list.join(", ")));
            }
        }
        put("\n[kpi]".to_owned());
        put(format!("column = {}{}", text(&self.kpi.column), why(&self.kpi.column)));
        put(format!(
            "kind = \"{}\"  # revenue or count",
            match self.kpi.kind {
                outlay_core::KpiKind::Revenue => "revenue",
                outlay_core::KpiKind::Count => "count",
            }
        ));
        match &self.kpi.revenue_per_unit {
            Some(super::RevenuePerUnit::Value(value)) => {
                put(format!("revenue_per_unit = {value:?}"))
            }
            Some(super::RevenuePerUnit::Column(column)) => {
                put(format!("revenue_per_unit = {}{}", text(column), why(column)));
            }
            None => {}
        }
        let media = self.channels.iter().map(|c| {
            ("channels", &c.name, Some(&c.spend), &c.exposure, &c.reach, &c.frequency, &c.unit)
        });
        let organic = self
            .organic
            .iter()
            .map(|c| ("organic", &c.name, None, &c.exposure, &c.reach, &c.frequency, &c.unit));
        for (table, name, spend, exposure, reach, frequency, unit) in media.chain(organic) {
            put(format!("\n[[{table}]]\nname = {}", text(name)));
            let columns = [
                ("spend", spend),
                ("exposure", exposure.as_ref()),
                ("reach", reach.as_ref()),
                ("frequency", frequency.as_ref()),
            ];
            for (key, column) in columns {
                if let Some(column) = column {
                    put(format!("{key} = {}{}", text(column), why(column)));
                }
            }
            if let Some(unit) = unit {
                put(format!("unit = {}", text(unit)));
            }
        }
        out
    }
}

/// `; did you mean ...?` for the unknown key that serde complains about.
fn suggestion_for_key(reason: &str) -> String {
    let Some(rest) = reason.strip_prefix("unknown field `") else { return String::new() };
    let mut quoted = rest.split('`').step_by(2);
    let Some(key) = quoted.next() else { return String::new() };
    let known: Vec<&str> = rest.split('`').skip(2).step_by(2).collect();
    closest(key, &known).map(|best| format!("; did you mean `{best}`?")).unwrap_or_default()
}

/// A likely intention among the names there are, or the first of them.
fn suggest(name: &str, names: &[&str]) -> String {
    if let Some(best) = closest(name, names) {
        return format!("; did you mean `{best}`?");
    }
    let mut text = String::from("; it has ");
    for (index, name) in names.iter().take(12).enumerate() {
        let _ = write!(text, "{}`{name}`", if index > 0 { ", " } else { "" });
    }
    if names.len() > 12 {
        let _ = write!(text, " and {} more", names.len() - 12);
    }
    text
}

/// The nearest name within a third of its length in edits.
pub(crate) fn closest<'a>(name: &str, names: &[&'a str]) -> Option<&'a str> {
    let wanted = name.to_lowercase();
    let best = names
        .iter()
        .map(|candidate| (edit_distance(&wanted, &candidate.to_lowercase()), *candidate))
        .min_by_key(|(distance, _)| *distance)?;
    (best.0 <= 1 + wanted.chars().count() / 4).then_some(best.1)
}

/// Levenshtein's distance, two rows at a time.
fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(200).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().take(200).enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (j, y) in b.iter().enumerate() {
            let above = row.get(j + 1).copied().unwrap_or(usize::MAX);
            let cost = (diagonal + usize::from(x != *y)).min(above + 1).min(left + 1);
            if let Some(slot) = row.get_mut(j) {
                *slot = left;
            }
            diagonal = above;
            left = cost;
        }
        if let Some(slot) = row.last_mut() {
            *slot = left;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = "version = 1\n[date]\ncolumn = \"week\"\n[kpi]\ncolumn = \"sales\"\nkind = \"revenue\"\n[[channels]]\nname = \"tv\"\nspend = \"tv_cost\"\n";

    #[test]
    fn edits_are_counted() {
        for (a, b, n) in
            [("kitten", "sitting", 3), ("", "abc", 3), ("same", "same", 0), ("ab", "ba", 2)]
        {
            assert_eq!(edit_distance(a, b), n, "{a} {b}");
        }
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_line_and_a_suggestion() {
        let error = Mapping::from_toml(&SMALL.replace("spend =", "spends =")).unwrap_err();
        let text = error.to_string();
        assert!(text.starts_with("line 9 of the mapping: unknown field `spends`"), "{text}");
        assert!(text.ends_with("did you mean `spend`?"), "{text}");
    }

    #[test]
    fn reach_without_frequency_and_a_wrong_version_are_refused() {
        let error = Mapping::from_toml(&format!("{SMALL}reach = \"r\"\n")).unwrap_err();
        assert!(error.to_string().contains("line 8"), "{error}");
        let error = Mapping::from_toml(&SMALL.replace("version = 1", "version = 7")).unwrap_err();
        assert_eq!(error, MappingError::Version { line: 1, found: 7 });
    }
}
