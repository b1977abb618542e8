//! Periods of equal kind in order: days, ISO weeks, months.

use std::fmt;

use chrono::{Datelike, Days, Months, NaiveDate};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Length of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Granularity {
    /// Calendar days.
    Day,
    /// Seven days, starting on whichever weekday the data starts.
    Week,
    /// Calendar months.
    Month,
}

impl Granularity {
    /// The start of the period `n` after the one that starts at `date`.
    pub fn advance(self, date: NaiveDate, n: u32) -> Option<NaiveDate> {
        match self {
            Self::Day => date.checked_add_days(Days::new(u64::from(n))),
            Self::Week => date.checked_add_days(Days::new(7 * u64::from(n))),
            Self::Month => date.checked_add_months(Months::new(n)),
        }
    }

    /// Periods in a year, on average.
    pub fn per_year(self) -> f64 {
        match self {
            Self::Day => 365.25,
            Self::Week => 365.25 / 7.0,
            Self::Month => 12.0,
        }
    }

    /// Whole periods after which the same season (and weekday) comes again.
    pub fn periods_per_whole_year(self) -> usize {
        match self {
            Self::Day => 364,
            Self::Week => 52,
            Self::Month => 12,
        }
    }

    /// The word for one period.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }
}

impl fmt::Display for Granularity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.noun())
    }
}

/// Why a list of dates is not a calendar.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CalendarError {
    /// There is no date.
    #[error("there are no periods")]
    Empty,
    /// A date stands twice, or the dates run backwards.
    #[error("{0} follows {1}: dates must increase and be unique")]
    Order(NaiveDate, NaiveDate),
    /// Periods are missing.
    #[error("{missing} {granularity}(s) missing after {after} (next is {next})")]
    Gap {
        /// Last period before the gap.
        after: NaiveDate,
        /// First period after the gap.
        next: NaiveDate,
        /// How many periods are missing.
        missing: usize,
        /// The calendar's period length.
        granularity: Granularity,
    },
    /// The steps fit no period length.
    #[error("the step from {0} to {1} is neither a day, a week nor a month")]
    Irregular(NaiveDate, NaiveDate),
}

/// A gapless sequence of periods, each named by its first day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    granularity: Granularity,
    starts: Vec<NaiveDate>,
}

impl Calendar {
    /// Builds a calendar from the first days of its periods.
    ///
    /// # Errors
    /// [`CalendarError`] when dates repeat, run backwards, leave gaps or fit no granularity.
    pub fn from_dates(starts: Vec<NaiveDate>) -> Result<Self, CalendarError> {
        let granularity = Self::infer_granularity(&starts)?;
        for pair in starts.windows(2) {
            let (a, b) = (pair[0], pair[1]);
            if granularity.advance(a, 1) != Some(b) {
                let mut missing = 0;
                while granularity.advance(a, missing + 1).is_some_and(|d| d < b) {
                    missing += 1;
                }
                return Err(if granularity.advance(a, missing + 1) == Some(b) {
                    CalendarError::Gap { after: a, next: b, missing: missing as usize, granularity }
                } else {
                    CalendarError::Irregular(a, b)
                });
            }
        }
        Ok(Self { granularity, starts })
    }

    /// The period length that the smallest step between the dates suggests; a single date is a
    /// week.
    ///
    /// # Errors
    /// [`CalendarError`] when the dates are empty, unordered, or step by something else.
    pub fn infer_granularity(starts: &[NaiveDate]) -> Result<Granularity, CalendarError> {
        if starts.is_empty() {
            return Err(CalendarError::Empty);
        }
        let mut smallest: Option<(i64, NaiveDate, NaiveDate)> = None;
        for pair in starts.windows(2) {
            let step = (pair[1] - pair[0]).num_days();
            if step <= 0 {
                return Err(CalendarError::Order(pair[1], pair[0]));
            }
            if smallest.is_none_or(|(s, _, _)| step < s) {
                smallest = Some((step, pair[0], pair[1]));
            }
        }
        match smallest {
            None | Some((7, _, _)) => Ok(Granularity::Week),
            Some((1, _, _)) => Ok(Granularity::Day),
            Some((28..=31, _, _)) if starts.iter().all(|d| d.day() == starts[0].day()) => {
                Ok(Granularity::Month)
            }
            Some((step, _, _)) if step % 7 == 0 => Ok(Granularity::Week),
            Some((_, a, b)) => Err(CalendarError::Irregular(a, b)),
        }
    }

    /// `n` periods from `first` on.
    pub fn regular(granularity: Granularity, first: NaiveDate, n: usize) -> Self {
        let starts = (0..n)
            .map_while(|i| u32::try_from(i).ok().and_then(|i| granularity.advance(first, i)))
            .collect();
        Self { granularity, starts }
    }

    /// Period length.
    pub fn granularity(&self) -> Granularity {
        self.granularity
    }

    /// First days of the periods, in order.
    pub fn starts(&self) -> &[NaiveDate] {
        &self.starts
    }

    /// Number of periods.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Whether there is no period.
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// Index of the period that contains `date`, if any.
    pub fn index_of(&self, date: NaiveDate) -> Option<usize> {
        let after = self.starts.partition_point(|start| *start <= date);
        let index = after.checked_sub(1)?;
        let end = self.granularity.advance(self.starts[index], 1)?;
        (date < end).then_some(index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn weeks_days_and_months_are_told_apart() {
        for (dates, expected) in [
            (["2024-01-01", "2024-01-08", "2024-01-15"], Granularity::Week),
            (["2024-01-01", "2024-01-02", "2024-01-03"], Granularity::Day),
            (["2024-01-01", "2024-02-01", "2024-03-01"], Granularity::Month),
        ] {
            let calendar = Calendar::from_dates(dates.iter().map(|d| day(d)).collect()).unwrap();
            assert_eq!(calendar.granularity(), expected);
        }
    }

    #[test]
    fn a_gap_is_named() {
        let error = Calendar::from_dates(
            ["2024-01-01", "2024-01-08", "2024-01-29"].iter().map(|d| day(d)).collect(),
        )
        .unwrap_err();
        assert_eq!(error.to_string(), "2 week(s) missing after 2024-01-08 (next is 2024-01-29)");
    }

    #[test]
    fn a_date_finds_its_period() {
        let calendar = Calendar::regular(Granularity::Week, day("2024-01-01"), 3);
        assert_eq!(calendar.index_of(day("2024-01-10")), Some(1));
        assert_eq!(calendar.index_of(day("2023-12-31")), None);
        assert_eq!(calendar.index_of(day("2024-01-22")), None);
    }
}
