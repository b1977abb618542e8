//! What the values of a column look like, apart from its name.

use std::collections::{BTreeMap, HashMap};

use chrono::{Datelike, NaiveDate};

use crate::table::{Column, Values};

/// Statistics of a column of numbers.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Profile {
    pub(crate) known: usize,
    pub(crate) negative: usize,
    pub(crate) zeros: usize,
    pub(crate) total: f64,
    pub(crate) is_binary: bool,
    /// Never changes within a geo.
    pub(crate) is_constant: bool,
    pub(crate) is_whole: bool,
    /// Counts rows or periods, or is a number of the calendar (day of the year, week, year).
    pub(crate) counts: Option<&'static str>,
}

impl Profile {
    pub(crate) fn zero_share(&self) -> f64 {
        self.zeros as f64 / self.known.max(1) as f64
    }
}

/// Profiles a column; `dates` are the dates of the rows, `geo` names their geos.
pub(crate) fn profile(
    column: &Column,
    dates: &[Option<NaiveDate>],
    geo: Option<&Column>,
) -> Profile {
    let Values::Number(values) = &column.values else { return Profile::default() };
    let known: Vec<f64> = values.iter().copied().flatten().collect();
    let first = known.first().copied().unwrap_or(0.0);
    Profile {
        known: known.len(),
        negative: known.iter().filter(|v| **v < 0.0).count(),
        zeros: known.iter().filter(|v| **v == 0.0).count(),
        total: known.iter().sum(),
        is_binary: !known.is_empty() && known.iter().all(|v| *v == 0.0 || *v == 1.0),
        is_constant: known.iter().all(|v| *v == first)
            || geo.is_some_and(|geo| fixed_per_geo(values, geo)),
        is_whole: known.iter().all(|v| v.fract() == 0.0),
        counts: counts(values, dates),
    }
}

fn fixed_per_geo(values: &[Option<f64>], geo: &Column) -> bool {
    let mut first: HashMap<Option<String>, f64> = HashMap::new();
    values
        .iter()
        .enumerate()
        .all(|(row, value)| value.is_none_or(|v| *first.entry(geo.label(row)).or_insert(v) == v))
}

/// A quantity of the calendar that a column of numbers may repeat.
type CalendarNumber = (&'static str, fn(&NaiveDate) -> f64);

fn counts(values: &[Option<f64>], dates: &[Option<NaiveDate>]) -> Option<&'static str> {
    if values.len() < 4 || values.iter().any(Option::is_none) {
        return None;
    }
    let rows: Vec<f64> = values.iter().copied().flatten().collect();
    if steps_by_one(rows.iter().copied()) {
        return Some("counts the rows");
    }
    let pairs: Vec<(NaiveDate, f64)> =
        dates.iter().zip(&rows).filter_map(|(d, v)| d.map(|d| (d, *v))).collect();
    if pairs.len() < rows.len() {
        return None;
    }
    let by_date: BTreeMap<NaiveDate, f64> = pairs.iter().copied().collect();
    if by_date.len() > 3
        && steps_by_one(by_date.values().copied())
        && pairs.iter().all(|(d, v)| by_date.get(d) == Some(v))
    {
        return Some("counts the periods");
    }
    let numbers: [CalendarNumber; 7] = [
        ("is the day of the year", |d| f64::from(d.ordinal())),
        ("is the week of the year", |d| f64::from(d.iso_week().week())),
        ("is the month", |d| f64::from(d.month())),
        ("is the year", |d| f64::from(d.year())),
        ("is the quarter", |d| f64::from(d.month().div_ceil(3))),
        ("is the day of the week", |d| f64::from(d.weekday().num_days_from_monday())),
        ("is the day of the week", |d| f64::from(d.weekday().number_from_monday())),
    ];
    numbers
        .iter()
        .find(|(_, of)| {
            let hits: Vec<f64> = pairs.iter().filter(|(d, v)| of(d) == *v).map(|p| p.1).collect();
            // A flag that is 0 on Mondays repeats the weekday of weekly data by chance.
            let varies = hits.iter().any(|v| Some(v) != hits.first());
            varies && hits.len() * 10 >= pairs.len() * 9
        })
        .map(|(name, _)| *name)
}

fn steps_by_one(values: impl Iterator<Item = f64>) -> bool {
    let values: Vec<f64> = values.collect();
    values.len() > 3 && values.windows(2).all(|w| matches!(w, [a, b] if b - a == 1.0))
}

/// Pearson's correlation of the rows where both columns have a value; `None` when one of them
/// does not vary there.
pub(crate) fn correlation(a: &[Option<f64>], b: &[Option<f64>]) -> Option<f64> {
    let pairs: Vec<(f64, f64)> = a.iter().zip(b).filter_map(|(a, b)| a.zip(*b)).collect();
    let n = pairs.len() as f64;
    if pairs.len() < 3 {
        return None;
    }
    let mean_a = pairs.iter().map(|p| p.0).sum::<f64>() / n;
    let mean_b = pairs.iter().map(|p| p.1).sum::<f64>() / n;
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (x, y) in pairs {
        ab += (x - mean_a) * (y - mean_b);
        aa += (x - mean_a).powi(2);
        bb += (y - mean_b).powi(2);
    }
    let scale = (aa * bb).sqrt();
    (scale > 0.0 && scale.is_finite()).then(|| (ab / scale).clamp(-1.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some(values: &[f64]) -> Vec<Option<f64>> {
        values.iter().copied().map(Some).collect()
    }

    #[test]
    fn counters_and_calendar_numbers_are_recognised() {
        let dates: Vec<Option<NaiveDate>> = (0..20)
            .map(|w| NaiveDate::from_ymd_opt(2024, 1, 1).map(|d| d + chrono::Days::new(7 * w)))
            .collect();
        let rows: Vec<f64> = (0..20).map(f64::from).collect();
        assert_eq!(counts(&some(&rows), &dates), Some("counts the rows"));
        let doy: Vec<f64> = dates.iter().flatten().map(|d| f64::from(d.ordinal())).collect();
        assert_eq!(counts(&some(&doy), &dates), Some("is the day of the year"));
        let noise: Vec<f64> = rows.iter().map(|r| (r * 7.3) % 5.0).collect();
        assert_eq!(counts(&some(&noise), &dates), None);
    }

    #[test]
    fn correlation_is_pearsons() {
        let r = correlation(&some(&[1.0, 2.0, 3.0, 4.0]), &some(&[1.0, 3.0, 2.0, 5.0])).unwrap();
        assert!((r - 0.831_521_8).abs() < 1e-6, "{r}");
        assert_eq!(correlation(&some(&[1.0; 5]), &some(&[1.0, 2.0, 3.0, 4.0, 5.0])), None);
    }
}
