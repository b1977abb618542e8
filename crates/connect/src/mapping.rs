//! What the columns of a file mean: proposed by [`propose`](crate::propose), edited by people,
//! kept as a TOML file.

mod file;
mod suggest;
mod written;

use chrono::NaiveDate;
use outlay_core::{Currency, Granularity, KpiKind};
use serde::{Deserialize, Serialize};

use crate::read::{DateFormat, DecimalMark, ReadOptions};

pub use file::MappingError;

/// The version of the mapping file that this program writes and reads.
pub const VERSION: u32 = 1;

/// What the columns of a file mean.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = ColumnMapping))]
pub struct Mapping {
    /// Version of the format, [`VERSION`].
    pub version: u32,
    /// Currency of spend and revenue, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schema(value_type = Option<String>))]
    pub currency: Option<Currency>,
    /// What to do about missing media values.
    #[serde(default)]
    pub missing: Missing,
    /// Period length the rows must have; found from the dates when not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub granularity: Option<Granularity>,
    /// Period length to sum the rows up to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aggregate: Option<Granularity>,
    /// Columns that explain the KPI and are no lever: weather, competitors.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub controls: Vec<String>,
    /// The user's own levers that are no media: price, promotion.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub treatments: Vec<String>,
    /// Columns of events: 0/1 flags, or text with one indicator per name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<String>,
    /// Columns that are left out on purpose.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ignored: Vec<String>,
    /// How the file is to be read, where the program guesses wrong.
    #[serde(default, skip_serializing_if = "FileDialect::is_default")]
    pub file: FileDialect,
    /// The column of dates.
    pub date: DateMapping,
    /// First and last date that count.
    #[serde(default, skip_serializing_if = "Window::is_open")]
    pub window: Window,
    /// The column of geos.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub geo: Option<GeoMapping>,
    /// How rows become columns, for a file with a row per channel or per quantity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub long: Option<LongMapping>,
    /// The outcome.
    pub kpi: KpiMapping,
    /// Paid channels.
    #[serde(default)]
    pub channels: Vec<ChannelMapping>,
    /// Media without spend.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub organic: Vec<OrganicMapping>,
}

/// What to do about missing media values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = MissingMedia))]
pub enum Missing {
    /// Refuse the data and name the cells.
    #[default]
    Refuse,
    /// A blank cell of a media column means that nothing ran.
    Zero,
}

/// How the file is to be read, where the program guesses wrong.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct FileDialect {
    /// Character between fields.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<char>,
    /// Character encoding, by its WHATWG label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// Decimal mark of every number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decimal: Option<DecimalMark>,
    /// Sheet of a workbook.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// Line of the last header row, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header_row: Option<u64>,
}

impl FileDialect {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// The column of dates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct DateMapping {
    /// Name of the column.
    pub column: String,
    /// Notation of the dates; found from the column when not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<DateFormat>,
}

/// First and last date that count, both included.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = DateWindow))]
pub struct Window {
    /// First date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<NaiveDate>,
    /// Last date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<NaiveDate>,
}

impl Window {
    fn is_open(&self) -> bool {
        self.start.is_none() && self.end.is_none()
    }

    pub(crate) fn holds(&self, date: NaiveDate) -> bool {
        self.start.is_none_or(|s| date >= s) && self.end.is_none_or(|e| date <= e)
    }
}

/// The column of geos.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct GeoMapping {
    /// Name of the column.
    pub column: String,
    /// Column with the number of people per geo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub population: Option<String>,
}

/// How rows become columns. Either `channel` and `metrics` (a row per period and channel; the
/// new columns are called `<channel> <metric>`), or `variable` and `value` (a row per period and
/// quantity; the new columns are called as the quantities).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct LongMapping {
    /// Column that names the channel of a row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// Columns that belong to the channel of the row: spend, impressions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metrics: Vec<String>,
    /// Column that names the quantity of a row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variable: Option<String>,
    /// Column that holds the quantity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// The outcome.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct KpiMapping {
    /// Name of the column.
    pub column: String,
    /// Money or a count.
    pub kind: KpiKind,
    /// Revenue of one unit of a count: a column, or a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revenue_per_unit: Option<RevenuePerUnit>,
}

/// Revenue of one unit of a count.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum RevenuePerUnit {
    /// The same everywhere.
    Value(f64),
    /// Given per row in a column.
    Column(String),
}

/// A paid channel. Without exposure columns its spend is the exposure.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ChannelMapping {
    /// Name that people use.
    pub name: String,
    /// Column of money spent.
    pub spend: String,
    /// Column of impressions, clicks or rating points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exposure: Option<String>,
    /// Column of people reached; needs `frequency`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reach: Option<String>,
    /// Column of average contacts of those reached; needs `reach`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frequency: Option<String>,
    /// What `exposure` counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

/// Media without spend.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct OrganicMapping {
    /// Name that people use.
    pub name: String,
    /// Column of what reached people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exposure: Option<String>,
    /// Column of people reached; needs `frequency`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reach: Option<String>,
    /// Column of average contacts of those reached; needs `reach`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frequency: Option<String>,
    /// What `exposure` counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

impl Mapping {
    /// The reading options with the mapping's dialect over them.
    pub fn read_options(&self, mut options: ReadOptions) -> ReadOptions {
        let file = &self.file;
        options.delimiter = options.delimiter.or(file.delimiter);
        options.encoding = options.encoding.or_else(|| file.encoding.clone());
        options.decimal = options.decimal.or(file.decimal);
        options.sheet = options.sheet.or_else(|| file.sheet.clone());
        options.header_row = options.header_row.or(file.header_row);
        if let Some(format) = self.date.format.filter(|f| *f != DateFormat::Native) {
            options.date_formats.push((self.date.column.clone(), format));
        }
        options
    }

    /// Every column the mapping names, with the place that names it, in the order of the file.
    pub(crate) fn columns(&self) -> Vec<(String, &str)> {
        fn add<'a>(out: &mut Vec<(String, &'a str)>, key: String, column: Option<&'a String>) {
            if let Some(column) = column {
                out.push((key, column));
            }
        }
        let mut out = Vec::new();
        let lists = [
            ("controls", &self.controls),
            ("treatments", &self.treatments),
            ("events", &self.events),
            ("ignored", &self.ignored),
        ];
        for (key, list) in lists {
            list.iter().for_each(|c| add(&mut out, key.to_owned(), Some(c)));
        }
        add(&mut out, "date.column".to_owned(), Some(&self.date.column));
        if let Some(geo) = &self.geo {
            add(&mut out, "geo.column".to_owned(), Some(&geo.column));
            add(&mut out, "geo.population".to_owned(), geo.population.as_ref());
        }
        add(&mut out, "kpi.column".to_owned(), Some(&self.kpi.column));
        if let Some(RevenuePerUnit::Column(column)) = &self.kpi.revenue_per_unit {
            add(&mut out, "kpi.revenue_per_unit".to_owned(), Some(column));
        }
        for channel in &self.channels {
            let key = |part: &str| format!("channels.{}.{part}", channel.name);
            add(&mut out, key("spend"), Some(&channel.spend));
            add(&mut out, key("exposure"), channel.exposure.as_ref());
            add(&mut out, key("reach"), channel.reach.as_ref());
            add(&mut out, key("frequency"), channel.frequency.as_ref());
        }
        for organic in &self.organic {
            let key = |part: &str| format!("organic.{}.{part}", organic.name);
            add(&mut out, key("exposure"), organic.exposure.as_ref());
            add(&mut out, key("reach"), organic.reach.as_ref());
            add(&mut out, key("frequency"), organic.frequency.as_ref());
        }
        out
    }
}
