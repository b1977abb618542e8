//! Why a file and a mapping do not make a panel, and what to do about it.

use chrono::NaiveDate;
use outlay_core::{CalendarError, Granularity, PanelError};
use thiserror::Error;

use crate::mapping::MappingError;

/// One reason why a file and a mapping do not make a panel. The message says what and where,
/// [`Problem::advice`] what to do.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum Problem {
    /// The mapping does not fit the file.
    #[error(transparent)]
    Mapping(#[from] MappingError),
    /// A column that must hold one type holds another.
    #[error("column `{column}` is mapped as {role} and holds {found}, not {expected}")]
    WrongType {
        /// The column.
        column: String,
        /// What the mapping says it is.
        role: &'static str,
        /// What it holds.
        found: &'static str,
        /// What it should hold.
        expected: &'static str,
    },
    /// Cells that do not fit the type of their column.
    #[error(
        "line {line}, column `{column}`: `{text}` is not a {expected}{}", others(*.count)
    )]
    Cell {
        /// The column.
        column: String,
        /// Line of the first such cell.
        line: u64,
        /// Its text.
        text: String,
        /// What it should be.
        expected: &'static str,
        /// How many such cells there are.
        count: usize,
    },
    /// Rows without a date or a geo.
    #[error("line {line}: `{column}` is blank{}", others(*.count))]
    BlankKey {
        /// The column.
        column: String,
        /// Line of the first such row.
        line: u64,
        /// How many such rows there are.
        count: usize,
    },
    /// No row lies in the window.
    #[error("no row lies between the window's start and end; the dates run from {first} to {last}")]
    EmptyWindow {
        /// First date of the file.
        first: NaiveDate,
        /// Last date of the file.
        last: NaiveDate,
    },
    /// A date (of a geo) has several rows.
    #[error(
        "{date}{} stands in lines {first} and {second}{}", of_geo(.geo), others(*.count)
    )]
    Duplicate {
        /// The date.
        date: NaiveDate,
        /// The geo, where there are several.
        geo: Option<String>,
        /// Line of the first row.
        first: u64,
        /// Line of the second row.
        second: u64,
        /// How many rows repeat a date.
        count: usize,
    },
    /// Periods are missing.
    #[error(
        "{count} {granularity}(s) are missing after {after}: {}", dates(.missing, *.count)
    )]
    Gap {
        /// Last period before the first gap.
        after: NaiveDate,
        /// The first of the missing periods.
        missing: Vec<NaiveDate>,
        /// How many are missing.
        count: usize,
        /// Period length.
        granularity: Granularity,
    },
    /// Periods are missing in some geos.
    #[error("geo `{geo}` misses {count} {granularity}(s): {}{}", dates(.missing, *.count), other_geos(*.others))]
    GeoGap {
        /// The first such geo.
        geo: String,
        /// The first of its missing periods.
        missing: Vec<NaiveDate>,
        /// How many are missing.
        count: usize,
        /// Period length.
        granularity: Granularity,
        /// How many further geos miss periods.
        others: usize,
    },
    /// The dates are no calendar.
    #[error("the dates are not evenly spaced: {0}")]
    Calendar(CalendarError),
    /// The rows have another period length than the mapping says.
    #[error("the rows are one {found} apart, the mapping says `granularity = \"{expected}\"`")]
    Granularity {
        /// What the dates say.
        found: Granularity,
        /// What the mapping says.
        expected: Granularity,
    },
    /// Periods cannot be split.
    #[error("rows of one {from} cannot be summed up to one {to}")]
    Aggregate {
        /// Period length of the rows.
        from: Granularity,
        /// Period length asked for.
        to: Granularity,
    },
    /// A mapped column has missing values.
    #[error(
        "column `{column}` ({role}) has no value in {count} row(s), first {date}{} (line {line})", of_geo(.geo)
    )]
    MissingValue {
        /// The column.
        column: String,
        /// What the mapping says it is.
        role: &'static str,
        /// First such period.
        date: NaiveDate,
        /// Its geo, where there are several.
        geo: Option<String>,
        /// Its line.
        line: u64,
        /// How many values are missing.
        count: usize,
        /// Whether blanks may be taken for zero.
        is_media: bool,
    },
    /// The KPI has no value in the last periods.
    #[error("the KPI `{column}` has no value in the last {count} period(s), from {from} on")]
    OpenEnd {
        /// The column.
        column: String,
        /// First period without a value.
        from: NaiveDate,
        /// How many there are.
        count: usize,
        /// Last period with a value.
        last: Option<NaiveDate>,
    },
    /// Media below zero.
    #[error(
        "line {line} ({date}{}), column `{column}`: {value} is negative{}", of_geo(.geo).trim_end_matches(','), others(*.count)
    )]
    Negative {
        /// The column.
        column: String,
        /// Period of the first such cell.
        date: NaiveDate,
        /// Its geo, where there are several.
        geo: Option<String>,
        /// Line of the first such cell.
        line: u64,
        /// The value.
        value: f64,
        /// How many such cells there are.
        count: usize,
    },
    /// Rows of the same period disagree about a value that should be the same in all of them.
    #[error("column `{column}` says {a} in line {first} and {b} in line {second}, both for {date}")]
    Conflict {
        /// The column.
        column: String,
        /// The period.
        date: NaiveDate,
        /// Line of the one row.
        first: u64,
        /// Its value.
        a: String,
        /// Line of the other row.
        second: u64,
        /// Its value.
        b: String,
    },
    /// There is no spend and no exposure.
    #[error("the mapping names no media")]
    NoMedia,
    /// Far more effects than observations.
    #[error(
        "{observations} observation(s) cannot determine the effects of {channels} channel(s): a model of them has at least {parameters} parameters"
    )]
    TooManyParameters {
        /// Geos times periods.
        observations: usize,
        /// Paid and organic channels.
        channels: usize,
        /// Parameters of the smallest sensible model.
        parameters: usize,
    },
    /// The aligned parts were refused.
    #[error(transparent)]
    Panel(#[from] PanelError),
}

fn others(count: usize) -> String {
    match count {
        0 | 1 => String::new(),
        2 => " (and in 1 other row)".to_owned(),
        n => format!(" (and in {} other rows)", n - 1),
    }
}

fn other_geos(count: usize) -> String {
    match count {
        0 => String::new(),
        1 => "; 1 other geo has gaps too".to_owned(),
        n => format!("; {n} other geos have gaps too"),
    }
}

fn of_geo(geo: &Option<String>) -> String {
    geo.as_ref().map(|g| format!(", geo `{g}`,")).unwrap_or_default()
}

fn dates(dates: &[NaiveDate], count: usize) -> String {
    let mut text = dates.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    if count > dates.len() {
        text.push_str(", …");
    }
    text
}

impl Problem {
    /// Stable name of the kind of problem.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Mapping(_) => "mapping.columns",
            Self::WrongType { .. } => "data.wrong-type",
            Self::Cell { .. } => "data.unreadable-cell",
            Self::BlankKey { .. } => "data.blank-key",
            Self::EmptyWindow { .. } => "data.empty-window",
            Self::Duplicate { .. } => "data.duplicate-dates",
            Self::Gap { .. } => "data.missing-periods",
            Self::GeoGap { .. } => "data.geo-missing-periods",
            Self::Calendar(_) => "data.uneven-dates",
            Self::Granularity { .. } => "data.granularity",
            Self::Aggregate { .. } => "data.aggregate",
            Self::MissingValue { .. } => "data.missing-values",
            Self::OpenEnd { .. } => "data.open-end",
            Self::Negative { .. } => "data.negative-media",
            Self::Conflict { .. } => "data.conflicting-rows",
            Self::NoMedia => "data.no-media",
            Self::TooManyParameters { .. } => "data.too-many-parameters",
            Self::Panel(error) => match error {
                PanelError::NoChannel => "data.no-media",
                PanelError::AllZero(_) => "data.all-zero-channel",
                PanelError::ConstantKpi(_) => "data.constant-kpi",
                PanelError::TooShort { .. } => "data.too-few-periods",
                PanelError::Negative { .. } => "data.negative-media",
                _ => "data.panel",
            },
        }
    }

    /// What to do about it.
    pub fn advice(&self) -> String {
        match self {
            Self::Mapping(_) => "correct the mapping, or let `outlay describe` propose one".into(),
            Self::WrongType { .. } => "map another column, or correct the cells".into(),
            Self::Cell { expected: "number", .. } => {
                "correct the cell; leave it blank if the value is unknown".into()
            }
            Self::Cell { .. } => "write all dates in one notation".into(),
            Self::BlankKey { .. } => "fill the cell or delete the row".into(),
            Self::EmptyWindow { .. } => "widen `[window]` in the mapping".into(),
            Self::Duplicate { geo: None, .. } => {
                "keep one row per date; if the rows are regions or channels, name their column as `[geo]` or `[long]` in the mapping".into()
            }
            Self::Duplicate { .. } => "keep one row per date and geo".into(),
            Self::Gap { .. } => "add the missing rows, or start after the gap with `start` under `[window]` in the mapping".into(),
            Self::GeoGap { .. } => "add the missing rows, leave the geo out, or narrow `[window]` in the mapping".into(),
            Self::Calendar(_) => "give one row per day, week or month; sum daily rows with gaps up to weeks with `aggregate = \"week\"` in the mapping".into(),
            Self::Granularity { .. } => "correct or delete `granularity` in the mapping".into(),
            Self::Aggregate { .. } => "choose a longer period in `aggregate`, or delete it".into(),
            Self::MissingValue { is_media: true, .. } => {
                "fill the cells; if blank means that nothing ran, set `missing = \"zero\"` in the mapping".into()
            }
            Self::MissingValue { .. } => "fill the cells, narrow `[window]`, or move the column to `ignored` in the mapping".into(),
            Self::OpenEnd { last: Some(last), .. } => {
                format!("fill them, or end before them: `end = \"{last}\"` under `[window]` in the mapping")
            }
            Self::OpenEnd { .. } => "fill the column or map another KPI".into(),
            Self::Negative { .. } => "media cannot be negative: book refunds and corrections in the period of the spend".into(),
            Self::Conflict { .. } => "give one value per period; numbers that a platform attributes to itself are no KPI: take orders or revenue from the shop".into(),
            Self::NoMedia | Self::Panel(PanelError::NoChannel) => {
                "name at least one spend or exposure column under `[[channels]]` or `[[organic]]`".into()
            }
            Self::TooManyParameters { .. } => "join small channels, add periods, or split the data by geo".into(),
            Self::Panel(PanelError::ConstantKpi(_)) => "map the column that holds the outcome as `kpi`".into(),
            Self::Panel(PanelError::AllZero(_)) => "leave the column out: move it to `ignored` in the mapping".into(),
            Self::Panel(PanelError::TooShort { .. }) => "give more history: two years of weeks are a good start".into(),
            Self::Panel(_) => String::new(),
        }
    }
}

/// The file and the mapping do not make a panel; every problem that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct PanelRefused {
    /// The problems, at least one.
    pub problems: Vec<Problem>,
}

impl std::fmt::Display for PanelRefused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                f.write_str("\n  ")?;
            }
            write!(f, "{problem}")?;
            let advice = problem.advice();
            if !advice.is_empty() {
                write!(f, ": {advice}")?;
            }
            if index == 9 && self.problems.len() > 10 {
                return write!(f, "\n  and {} more problems", self.problems.len() - 10);
            }
        }
        Ok(())
    }
}

impl std::error::Error for PanelRefused {}
