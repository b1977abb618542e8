//! The mapping read from a TOML file, strictly.

use thiserror::Error;

use super::suggest::{suggest, suggestion_for_key};
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
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = "version = 1\n[date]\ncolumn = \"week\"\n[kpi]\ncolumn = \"sales\"\nkind = \"revenue\"\n[[channels]]\nname = \"tv\"\nspend = \"tv_cost\"\n";

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
