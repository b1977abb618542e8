//! The bundled calendar: public holidays and retail events per country, 2010 to 2035.
//!
//! The facts, their source and the rules for retail events are in `data/README.md` of this crate.
//! Dates are civil dates in the country.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use thiserror::Error;

const BUNDLE: &str = include_str!("../data/holidays.txt");

/// Countries that people write in more than one way, by the code the calendar knows.
const ALIASES: [(&str, &str); 13] = [
    ("UK", "GB"),
    ("GREAT BRITAIN", "GB"),
    ("ENGLAND", "GB"),
    ("USA", "US"),
    ("UNITED STATES OF AMERICA", "US"),
    ("UAE", "AE"),
    ("DEUTSCHLAND", "DE"),
    ("HOLLAND", "NL"),
    ("KOREA", "KR"),
    ("CZECH REPUBLIC", "CZ"),
    ("TÜRKIYE", "TR"),
    ("EL", "GR"),
    ("BRASIL", "BR"),
];

/// What kind of day it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HolidayKind {
    /// A public holiday on its own date.
    Public,
    /// A day off in lieu of the holiday it is named after.
    Observed,
    /// A day on which people shop or give, without a day off.
    Retail,
}

impl HolidayKind {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "public" => Some(Self::Public),
            "observed" => Some(Self::Observed),
            "retail" => Some(Self::Retail),
            _ => None,
        }
    }
}

impl fmt::Display for HolidayKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Public => "public",
            Self::Observed => "observed",
            Self::Retail => "retail",
        })
    }
}

/// One day of the calendar.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Holiday {
    /// The date.
    pub date: NaiveDate,
    /// English name, the same in every year.
    pub name: &'static str,
    /// What kind of day it is.
    pub kind: HolidayKind,
    /// Whether the date was computed ahead of an announcement and may move by a day.
    pub estimated: bool,
}

/// A country of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Country {
    /// ISO 3166-1 alpha-2 code.
    pub code: &'static str,
    /// English name.
    pub name: &'static str,
}

/// Why the calendar has no answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum HolidayError {
    /// The country is not in the calendar.
    #[error("no holidays are known for country {given:?}: {hint}")]
    UnknownCountry {
        /// What was asked for.
        given: String,
        /// The nearest country, or the list of all.
        hint: String,
    },
    /// The dates reach beyond the calendar.
    #[error(
        "holidays are known from {first} to {last}, not for {from} to {to}: leave the holidays \
         out, or name them as a control column"
    )]
    OutsideCoverage {
        /// First date asked for.
        from: NaiveDate,
        /// Last date asked for.
        to: NaiveDate,
        /// First date of the calendar.
        first: NaiveDate,
        /// Last date of the calendar.
        last: NaiveDate,
    },
    /// The first date comes after the last.
    #[error("the range of holidays ends on {to}, before it starts on {from}")]
    Backwards {
        /// First date asked for.
        from: NaiveDate,
        /// Last date asked for.
        to: NaiveDate,
    },
    /// A line of the bundled file cannot be read; a release never has one.
    #[error("line {line} of the bundled holiday calendar cannot be read")]
    Bundle {
        /// One-based line number.
        line: usize,
    },
}

/// The countries of the calendar, by code.
pub fn countries() -> Vec<Country> {
    BUNDLE
        .lines()
        .filter_map(|line| {
            let (code, name) = line.strip_prefix("C|")?.split_once('|')?;
            Some(Country { code, name })
        })
        .collect()
}

/// First and last date that the calendar covers.
///
/// # Errors
/// [`HolidayError::Bundle`] when the bundled file is damaged.
pub fn coverage() -> Result<(NaiveDate, NaiveDate), HolidayError> {
    for (index, line) in BUNDLE.lines().enumerate() {
        if let Some(range) = line.strip_prefix("R|") {
            let dates = range.split_once('|').and_then(|(first, last)| {
                let first = NaiveDate::from_ymd_opt(first.parse().ok()?, 1, 1)?;
                Some((first, NaiveDate::from_ymd_opt(last.parse().ok()?, 12, 31)?))
            });
            return dates.ok_or(HolidayError::Bundle { line: index + 1 });
        }
    }
    Err(HolidayError::Bundle { line: 0 })
}

/// The country with this code (upper or lower case).
///
/// # Errors
/// [`HolidayError::UnknownCountry`] with the nearest country.
pub fn country(code: &str) -> Result<Country, HolidayError> {
    let wanted = code.trim().to_uppercase();
    countries()
        .into_iter()
        .find(|country| country.code == wanted)
        .ok_or_else(|| HolidayError::UnknownCountry { given: code.to_owned(), hint: hint(&wanted) })
}

/// Holidays of a country from `from` to `to`, both included, in order of date and name.
///
/// # Errors
/// [`HolidayError`] when the country is unknown or the dates reach beyond the calendar.
///
/// ```
/// use outlay_core::holidays::in_range;
///
/// let days = in_range("DE", "2024-12-24".parse()?, "2024-12-31".parse()?)?;
/// let names: Vec<_> = days.iter().map(|day| day.name).collect();
/// assert_eq!(names, ["Christmas Day", "Second Day of Christmas"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn in_range(
    country: &str,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<Holiday>, HolidayError> {
    let code = self::country(country)?.code;
    if to < from {
        return Err(HolidayError::Backwards { from, to });
    }
    let (first, last) = coverage()?;
    if from < first || to > last {
        return Err(HolidayError::OutsideCoverage { from, to, first, last });
    }
    let mut days = Vec::new();
    for (index, line) in BUNDLE.lines().enumerate() {
        let Some(rest) = line.strip_prefix("H|").and_then(|rest| rest.strip_prefix(code)) else {
            continue;
        };
        parse_entry(rest, &mut days).ok_or(HolidayError::Bundle { line: index + 1 })?;
    }
    days.retain(|day| (from..=to).contains(&day.date));
    days.sort();
    Ok(days)
}

/// Reads `|kind|name|dates` and appends its days.
fn parse_entry(rest: &'static str, days: &mut Vec<Holiday>) -> Option<()> {
    let mut fields = rest.strip_prefix('|')?.splitn(3, '|');
    let kind = HolidayKind::parse(fields.next()?)?;
    let name = fields.next()?;
    for token in fields.next()?.split(' ') {
        let (dates, estimated) = match token.strip_suffix('~') {
            Some(dates) => (dates, true),
            None => (token, false),
        };
        let (years, month_day) = dates.split_once('-')?;
        let (month, day) = month_day.split_once('-')?;
        let (first, last) = years.split_once("..").unwrap_or((years, years));
        for year in first.parse::<i32>().ok()?..=last.parse().ok()? {
            let date = NaiveDate::from_ymd_opt(year, month.parse().ok()?, day.parse().ok()?)?;
            days.push(Holiday { date, name, kind, estimated });
        }
    }
    Some(())
}

/// What to write instead of an unknown country.
fn hint(wanted: &str) -> String {
    let all = countries();
    let alias = ALIASES.iter().find(|(alias, _)| *alias == wanted).map(|(_, code)| *code);
    let nearest = all
        .iter()
        .find(|country| alias == Some(country.code) || country.name.to_uppercase() == wanted)
        .or_else(|| {
            // Short inputs are near to everything: only names are compared by distance.
            all.iter()
                .map(|country| (distance(&country.name.to_uppercase(), wanted), country))
                .filter(|(edits, country)| *edits * 3 <= country.name.len())
                .min_by_key(|(edits, _)| *edits)
                .map(|(_, country)| country)
        });
    match nearest {
        Some(country) => format!("did you mean {:?} ({})?", country.code, country.name),
        None => {
            let codes: Vec<_> = all.iter().map(|country| country.code).collect();
            format!("use one of {}", codes.join(", "))
        }
    }
}

/// Levenshtein distance in characters.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut previous = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let substituted = row[j] + usize::from(x != *y);
            previous.push(substituted.min(row[j + 1] + 1).min(previous[j] + 1));
        }
        row = previous;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use chrono::{Datelike, Days, Weekday};

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn year(country: &str, year: i32) -> Vec<Holiday> {
        let from = NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
        in_range(country, from, NaiveDate::from_ymd_opt(year, 12, 31).unwrap()).unwrap()
    }

    fn find(days: &[Holiday], name: &str) -> NaiveDate {
        days.iter().find(|day| day.name == name).unwrap_or_else(|| panic!("no {name}")).date
    }

    /// Easter Sunday of the Gregorian calendar (Meeus 1991, chapter 8).
    fn easter(year: i32) -> NaiveDate {
        let (a, b, c) = (year % 19, year / 100, year % 100);
        let (d, e, g) = (b / 4, b % 4, (8 * b + 13) / 25);
        let h = (19 * a + b - d - g + 15) % 30;
        let (i, k) = (c / 4, c % 4);
        let l = (32 + 2 * e + 2 * i - h - k) % 7;
        let m = (a + 11 * h + 22 * l) / 451;
        let n = h + l - 7 * m + 114;
        NaiveDate::from_ymd_opt(year, (n / 31) as u32, (n % 31 + 1) as u32).unwrap()
    }

    #[test]
    fn every_country_and_line_can_be_read() {
        let (first, last) = coverage().unwrap();
        assert_eq!((first, last), (day("2010-01-01"), day("2035-12-31")));
        let all = countries();
        assert_eq!(all.len(), 52);
        let mut total = 0;
        for country in &all {
            let days = in_range(country.code, first, last).unwrap();
            for y in first.year()..=last.year() {
                let public = days
                    .iter()
                    .filter(|day| day.date.year() == y && day.kind == HolidayKind::Public);
                let n = public.count();
                assert!((5..=30).contains(&n), "{} has {n} public holidays in {y}", country.code);
            }
            total += days.len();
        }
        let lines = BUNDLE.lines().filter(|line| line.starts_with("H|")).count();
        assert!(total > 10 * lines, "{total} days from {lines} lines");
    }

    #[test]
    fn easter_moves_and_its_holidays_with_it() {
        for y in 2010..=2035 {
            let sunday = easter(y);
            for code in ["DE", "FR", "IT", "GB", "AT", "PL"] {
                assert_eq!(find(&year(code, y), "Easter Monday"), sunday + Days::new(1), "{code}");
            }
            let germany = year("DE", y);
            assert_eq!(find(&germany, "Good Friday"), sunday - Days::new(2));
            assert_eq!(find(&germany, "Ascension Day"), sunday + Days::new(39));
            assert_eq!(find(&germany, "Pentecost Monday"), sunday + Days::new(50));
            assert_eq!(find(&year("GB", y), "Mother's Day"), sunday - Days::new(21));
        }
    }

    #[test]
    fn weekday_rules_hold_in_every_year() {
        for y in 2010..=2035 {
            let states = year("US", y);
            let thanksgiving = find(&states, "Thanksgiving Day");
            assert_eq!(thanksgiving.weekday(), Weekday::Thu);
            assert!((22..=28).contains(&thanksgiving.day()));
            assert_eq!(find(&states, "Black Friday"), thanksgiving + Days::new(1));
            assert_eq!(find(&states, "Cyber Monday"), thanksgiving + Days::new(4));
            let mothers = find(&states, "Mother's Day");
            assert_eq!((mothers.weekday(), mothers.month()), (Weekday::Sun, 5));
            assert!((8..=14).contains(&mothers.day()));
            assert_ne!(find(&year("FR", y), "Mother's Day"), easter(y) + Days::new(49));
        }
    }

    #[test]
    fn known_years_have_their_days() {
        let count = |code, y, kind| year(code, y).iter().filter(|day| day.kind == kind).count();
        assert_eq!(count("DE", 2024, HolidayKind::Public), 9);
        assert_eq!(count("DE", 2017, HolidayKind::Public), 10);
        assert_eq!(count("US", 2023, HolidayKind::Public), 11);
        assert_eq!(count("US", 2023, HolidayKind::Observed), 2);
        assert_eq!(count("GB", 2023, HolidayKind::Public), 9);
        assert_eq!(count("FR", 2024, HolidayKind::Public), 11);
        assert_eq!(find(&year("CN", 2024), "Singles' Day"), day("2024-11-11"));
        assert_eq!(find(&year("IN", 2024), "Diwali"), day("2024-10-31"));
        assert_eq!(find(&year("TR", 2024), "Ramadan begins"), day("2024-03-11"));
        let observed: Vec<_> =
            year("US", 2021).into_iter().filter(|d| d.kind == HolidayKind::Observed).collect();
        assert!(observed.iter().any(|d| d.name == "Christmas Day" && d.date == day("2021-12-24")));
    }

    #[test]
    fn a_range_includes_both_ends_and_is_sorted() {
        let days = in_range("us", day("2024-11-28"), day("2024-12-25")).unwrap();
        let dates: Vec<_> = days.iter().map(|d| d.date.to_string()).collect();
        assert_eq!(dates, ["2024-11-28", "2024-11-29", "2024-12-02", "2024-12-25"]);
        assert!(in_range("US", day("2024-08-05"), day("2024-08-05")).unwrap().is_empty());
    }

    #[test]
    fn an_unknown_country_gets_a_suggestion() {
        for (given, code) in [("UK", "GB"), ("usa", "US"), ("Germany", "DE"), ("Swizerland", "CH")]
        {
            let message = country(given).unwrap_err().to_string();
            assert!(message.contains(&format!("did you mean {code:?}")), "{message}");
        }
        let message = country("XX").unwrap_err().to_string();
        assert!(message.contains("use one of AE, AR, AT"), "{message}");
        assert!(country("").is_err());
    }

    #[test]
    fn dates_beyond_the_calendar_are_refused() {
        let error = in_range("DE", day("2009-12-28"), day("2010-02-01")).unwrap_err();
        assert!(error.to_string().starts_with("holidays are known from 2010-01-01 to 2035-12-31"));
        assert!(in_range("DE", day("2035-12-01"), day("2036-01-04")).is_err());
        let backwards = in_range("DE", day("2024-02-01"), day("2024-01-01")).unwrap_err();
        assert!(matches!(backwards, HolidayError::Backwards { .. }));
    }
}
