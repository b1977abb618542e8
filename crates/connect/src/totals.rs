//! "Does this match?": what a file adds up to, per month and series, to be compared with the
//! user's own books.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use outlay_core::KpiKind;
use serde::{Deserialize, Serialize};

use crate::long::{self, Shape};
use crate::mapping::Mapping;
use crate::problem::Problem;
use crate::table::{Column, Table};

/// What a total is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum TotalOf {
    /// The outcome.
    Kpi,
    /// Money spent.
    Spend,
    /// What reached people by a paid channel.
    Exposure,
    /// What reached people without spend.
    Organic,
}

/// The totals of one series.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SeriesTotal {
    /// What it is a total of.
    pub of: TotalOf,
    /// The KPI or the channel.
    pub name: String,
    /// The column of the file.
    pub column: String,
    /// What is counted (`revenue`, `spend`, `impressions`, …).
    pub unit: String,
    /// One total per month, in the order of [`Totals::months`].
    pub by_month: Vec<f64>,
    /// The sum over all months.
    pub total: f64,
}

/// Totals per month and series. A row counts for the month of its date, so a week counts for
/// the month in which it starts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(as = DataTotals))]
pub struct Totals {
    /// The months, as `yyyy-mm`, in order.
    pub months: Vec<String>,
    /// The series: KPI first, then each channel.
    pub series: Vec<SeriesTotal>,
}

/// Adds up the mapped columns of a table exactly: the sums are those of the decimal numbers in
/// the file, rounded once.
///
/// # Errors
/// [`Problem`] when a long table cannot be made wide or the date column holds no dates.
pub fn totals(table: &Table, mapping: &Mapping) -> Result<Totals, Problem> {
    let wide;
    let table = match &mapping.long {
        None => table,
        Some(long) => {
            let geo = mapping.geo.as_ref().map(|g| g.column.as_str());
            wide = long::widen(table, &Shape { date: &mapping.date.column, geo, long })?.table;
            &wide
        }
    };
    mapping.check_columns(table, None)?;
    let Some(dates) = table.column(&mapping.date.column).and_then(Column::dates) else {
        return Err(Problem::WrongType {
            column: mapping.date.column.clone(),
            role: "the date",
            found: "something else",
            expected: "dates",
        });
    };
    let month = |d: &NaiveDate| (d.year(), d.month());
    let counted: Vec<Option<(i32, u32)>> =
        dates.iter().map(|d| d.filter(|d| mapping.window.holds(*d)).as_ref().map(month)).collect();
    let months: Vec<(i32, u32)> = {
        let mut all: Vec<(i32, u32)> = counted.iter().flatten().copied().collect();
        all.sort_unstable();
        all.dedup();
        all
    };
    let series = series(mapping)
        .into_iter()
        .filter_map(|(of, name, column, unit)| {
            let values = table.column(column)?.numbers()?;
            let mut sums: BTreeMap<(i32, u32), DecimalSum> = BTreeMap::new();
            for (month, value) in counted.iter().zip(values) {
                if let (Some(month), Some(value)) = (month, value) {
                    sums.entry(*month).or_default().add(*value);
                }
            }
            let by_month =
                months.iter().map(|m| sums.get(m).map_or(0.0, DecimalSum::value)).collect();
            let mut total = DecimalSum::default();
            sums.values().for_each(|sum| total.join(sum));
            let total = total.value();
            Some(SeriesTotal { of, name, column: column.to_owned(), unit, by_month, total })
        })
        .collect();
    Ok(Totals { months: months.iter().map(|(y, m)| format!("{y}-{m:02}")).collect(), series })
}

type Wanted<'a> = (TotalOf, String, &'a str, String);

fn series(mapping: &Mapping) -> Vec<Wanted<'_>> {
    let kind = match mapping.kpi.kind {
        KpiKind::Revenue => "revenue",
        KpiKind::Count => "count",
    };
    let kpi = &mapping.kpi.column;
    let mut out = vec![(TotalOf::Kpi, kpi.clone(), kpi.as_str(), kind.to_owned())];
    for channel in &mapping.channels {
        out.push((TotalOf::Spend, channel.name.clone(), &channel.spend, "spend".to_owned()));
        if let Some(column) = &channel.exposure {
            let unit = channel.unit.clone().unwrap_or_else(|| "exposure".to_owned());
            out.push((TotalOf::Exposure, channel.name.clone(), column, unit));
        }
        if let Some(column) = &channel.reach {
            out.push((TotalOf::Exposure, channel.name.clone(), column, "reach".to_owned()));
        }
    }
    for organic in &mapping.organic {
        if let Some(column) = organic.exposure.as_ref().or(organic.reach.as_ref()) {
            let unit = organic.unit.clone().unwrap_or_else(|| "reach".to_owned());
            out.push((TotalOf::Organic, organic.name.clone(), column, unit));
        }
    }
    out
}

/// Decimals that are kept exactly.
const SCALE: usize = 18;

/// A sum of decimal numbers without rounding on the way: 0.1 + 0.2 is 0.3. A double is taken
/// for the shortest decimal that denotes it, which is what stood in the file.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct DecimalSum {
    exact: i128,
    /// What does not fit the exact sum.
    rest: f64,
}

impl DecimalSum {
    pub(crate) fn add(&mut self, value: f64) {
        match fixed(value).and_then(|v| self.exact.checked_add(v)) {
            Some(sum) => self.exact = sum,
            None => self.rest += value,
        }
    }

    fn join(&mut self, other: &Self) {
        match self.exact.checked_add(other.exact) {
            Some(sum) => self.exact = sum,
            None => self.rest += other.value() - other.rest,
        }
        self.rest += other.rest;
    }

    pub(crate) fn value(&self) -> f64 {
        let digits = format!("{:0>width$}", self.exact.unsigned_abs(), width = SCALE + 1);
        let (whole, fraction) = digits.split_at(digits.len() - SCALE);
        let sign = if self.exact < 0 { "-" } else { "" };
        let exact: f64 = format!("{sign}{whole}.{fraction}").parse().unwrap_or(f64::NAN);
        if self.rest == 0.0 { exact } else { exact + self.rest }
    }
}

/// A number as an integer of 10⁻¹⁸; `None` when it has more digits than that.
fn fixed(value: f64) -> Option<i128> {
    let text = format!("{value}");
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    if fraction.len() > SCALE || whole.len() > 19 {
        return None;
    }
    let zeros = "0".repeat(SCALE - fraction.len());
    format!("{whole}{fraction}{zeros}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tenths_add_up() {
        let mut sum = DecimalSum::default();
        (0..10).for_each(|_| sum.add(0.1));
        sum.add(-0.25);
        assert_eq!(sum.value(), 0.75);
        sum.add(1e300);
        assert_eq!(sum.value(), 1e300);
    }

    proptest! {
        #[test]
        fn cents_add_up_to_the_cent(cents in prop::collection::vec(-1_000_000_000_i64..1_000_000_000, 0..200)) {
            let mut sum = DecimalSum::default();
            cents.iter().for_each(|c| sum.add(*c as f64 / 100.0));
            prop_assert_eq!(sum.value(), cents.iter().sum::<i64>() as f64 / 100.0);
        }
    }
}
