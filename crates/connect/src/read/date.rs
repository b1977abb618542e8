//! Dates as people write them. A week or a month stands for its first day.

mod words;

use chrono::{Datelike, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

use words::{RANGE_WORDS, is_week_word, is_weekday, month_of};

pub(crate) use words::fold;

/// A notation for dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum DateFormat {
    /// `2024-01-31`, `2024/01/31`, `2024.1.31`
    Iso,
    /// `31.01.2024`, `31/1/24`
    DayFirst,
    /// `01/31/2024`, `1-31-24`
    MonthFirst,
    /// `20240131`
    Compact,
    /// `2024-W05`, `KW 5 2024`, `Week 5, 2024`: the Monday of the ISO week
    IsoWeek,
    /// `31 Jan 2024`, `31. Januar 2024`, `January 31, 2024`
    DayMonthName,
    /// `Jan 2024`, `février 2024`, `Mär-24`
    MonthName,
    /// `2024-01`, `01/2024`, `2024M01`
    YearMonth,
    /// `202401`: year and month
    CompactMonth,
    /// `202405`: year and ISO week
    CompactWeek,
    /// Days since the turn of 1899/1900, as spreadsheets count (45322 is 2024-01-31)
    ExcelSerial,
    /// The file itself marks the cells as dates
    Native,
}

impl DateFormat {
    /// Notations that can be read from text, the surest first.
    pub(crate) const TEXTUAL: [Self; 10] = [
        Self::Iso,
        Self::Compact,
        Self::DayFirst,
        Self::MonthFirst,
        Self::IsoWeek,
        Self::DayMonthName,
        Self::MonthName,
        Self::YearMonth,
        Self::CompactMonth,
        Self::CompactWeek,
    ];

    /// How the notation looks, for people.
    pub fn example(self) -> &'static str {
        match self {
            Self::Iso => "yyyy-mm-dd",
            Self::DayFirst => "dd/mm/yyyy",
            Self::MonthFirst => "mm/dd/yyyy",
            Self::Compact => "yyyymmdd",
            Self::IsoWeek => "yyyy-Www",
            Self::DayMonthName => "dd month yyyy",
            Self::MonthName => "month yyyy",
            Self::YearMonth => "yyyy-mm",
            Self::CompactMonth => "yyyymm",
            Self::CompactWeek => "yyyyww",
            Self::ExcelSerial => "spreadsheet day number",
            Self::Native => "date cells",
        }
    }

    /// Whether cells of the notation are bare numbers, so that only the header or the whole
    /// column can tell that they are dates.
    pub(crate) fn is_bare_number(self) -> bool {
        matches!(self, Self::CompactMonth | Self::CompactWeek | Self::ExcelSerial)
    }
}

/// What is left of a text while a date is read off its front.
#[derive(Clone, Copy)]
struct Cursor<'a>(&'a str);

impl<'a> Cursor<'a> {
    fn digits(&mut self, least: usize, most: usize) -> Option<(u32, usize)> {
        let length = self.0.bytes().take_while(u8::is_ascii_digit).count();
        if length < least || length > most {
            return None;
        }
        let (digits, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        digits.parse().ok().map(|value| (value, length))
    }

    fn separator(&mut self, allowed: &[char]) -> Option<char> {
        let trimmed = self.0.trim_start();
        let spaces = self.0.len() > trimmed.len();
        if let Some(c) = trimmed.chars().next().filter(|c| allowed.contains(c)) {
            self.0 = trimmed.get(c.len_utf8()..)?.trim_start();
            return Some(c);
        }
        if spaces && allowed.contains(&' ') {
            self.0 = trimmed;
            return Some(' ');
        }
        None
    }

    fn skip(&mut self, allowed: &[char]) {
        self.0 = self.0.trim_start_matches(|c: char| c.is_whitespace() || allowed.contains(&c));
    }

    fn word(&mut self) -> Option<&'a str> {
        let end = self.0.find(|c: char| !c.is_alphabetic()).unwrap_or(self.0.len());
        let (word, rest) = self.0.split_at_checked(end)?;
        self.0 = rest;
        (!word.is_empty()).then_some(word)
    }

    fn year(&mut self) -> Option<i32> {
        let (value, length) = self.digits(2, 4)?;
        match (value, length) {
            (0..70, 2) => Some(2000 + value as i32),
            (70..100, 2) => Some(1900 + value as i32),
            (1900..2200, 4) => Some(value as i32),
            _ => None,
        }
    }

    fn year4(&mut self) -> Option<i32> {
        let (value, _) = self.digits(4, 4)?;
        (1900..2200).contains(&value).then_some(value as i32)
    }
}

fn is_time(text: &str) -> bool {
    let mut rest = Cursor(text);
    let joined = rest.0.strip_prefix(['T', 't']);
    match joined {
        Some(after) => rest.0 = after,
        None if rest.0.starts_with([' ', ',', '\u{a0}']) => rest.skip(&[',']),
        None => return false,
    }
    if rest.0.is_empty() {
        return true;
    }
    let Some((hour, _)) = rest.digits(1, 2) else { return false };
    hour <= 24
        && rest.0.chars().all(|c| {
            c.is_ascii_digit()
                || matches!(c, ':' | '.' | ',' | '+' | '-' | ' ')
                || c.is_ascii_alphabetic()
        })
        && rest.0.len() <= 24
}

/// A date from the front of a text; what follows must be a time of day or the end of a range.
fn finish(date: Option<NaiveDate>, rest: Cursor<'_>, format: DateFormat) -> Option<NaiveDate> {
    let tail = rest.0;
    if tail.trim_end_matches(['.', ' ']).is_empty() || is_time(tail) {
        return date;
    }
    let mut after = rest;
    after.skip(&['-', '–', '—', '/']);
    let mut ahead = after;
    if let Some(word) = ahead.word() {
        let folded: String = word.chars().map(fold).collect();
        if RANGE_WORDS.contains(&folded.as_str()) {
            after = ahead;
            after.skip(&[]);
        }
    }
    (after.0.len() < tail.len() && front(after.0, format).is_some()).then_some(date).flatten()
}

fn monday(year: i32, week: u32) -> Option<NaiveDate> {
    NaiveDate::from_isoywd_opt(year, week, Weekday::Mon)
}

fn week(text: &str) -> Option<(Option<NaiveDate>, Cursor<'_>)> {
    let mut c = Cursor(text);
    let date = if let Some(year) = c.year4() {
        c.skip(&['-', '/', '_', '.', ',']);
        is_week_word(c.word()?).then_some(())?;
        c.skip(&['.', '-', ':']);
        let (number, _) = c.digits(1, 2)?;
        let start = monday(year, number);
        let mut ahead = c;
        if ahead.separator(&['-']).is_some()
            && let Some((weekday, 1)) = ahead.digits(1, 1)
        {
            c = ahead;
            start
                .filter(|_| (1..=7).contains(&weekday))
                .and_then(|d| d.checked_add_days(chrono::Days::new(u64::from(weekday) - 1)))
        } else {
            start
        }
    } else {
        is_week_word(c.word()?).then_some(())?;
        c.skip(&['.', '-', ':']);
        let (number, _) = c.digits(1, 2)?;
        c.separator(&['-', '/', ',', '_', '.', ' '])?;
        c.skip(&['(']);
        let year = c.year()?;
        c.skip(&[')']);
        monday(year, number)
    };
    Some((date, c))
}

fn front(text: &str, format: DateFormat) -> Option<NaiveDate> {
    let mut c = Cursor(text);
    let ymd = NaiveDate::from_ymd_opt;
    let date = match format {
        DateFormat::Iso => {
            let y = c.year4()?;
            let mark = c.separator(&['-', '/', '.'])?;
            let (m, _) = c.digits(1, 2)?;
            (c.separator(&['-', '/', '.'])? == mark).then_some(())?;
            let (d, _) = c.digits(1, 2)?;
            ymd(y, m, d)
        }
        DateFormat::DayFirst | DateFormat::MonthFirst => {
            let (a, _) = c.digits(1, 2)?;
            let mark = c.separator(&['-', '/', '.', ' '])?;
            let (b, _) = c.digits(1, 2)?;
            (c.separator(&['-', '/', '.', ' '])? == mark).then_some(())?;
            let y = c.year()?;
            if format == DateFormat::DayFirst { ymd(y, b, a) } else { ymd(y, a, b) }
        }
        DateFormat::Compact => {
            let (n, _) = c.digits(8, 8)?;
            let y = i32::try_from(n / 10_000).ok()?;
            (1950..2100).contains(&y).then_some(())?;
            ymd(y, n / 100 % 100, n % 100)
        }
        DateFormat::IsoWeek => {
            let (date, rest) = week(text)?;
            c = rest;
            date
        }
        DateFormat::DayMonthName => {
            if c.0.starts_with(|x: char| x.is_ascii_digit()) {
                let (d, _) = c.digits(1, 2)?;
                c.skip(&['.', '-', '/']);
                let m = month_of(c.word()?)?;
                c.skip(&['.', '-', '/', ',', '\'']);
                ymd(c.year()?, m, d)
            } else {
                let m = month_of(c.word()?)?;
                c.skip(&['.', '-']);
                let (d, _) = c.digits(1, 2)?;
                c.separator(&[',', '-', ' '])?;
                ymd(c.year4()?, m, d)
            }
        }
        DateFormat::MonthName => {
            if let Some(y) = c.year4() {
                c.skip(&['-', '/', '.']);
                ymd(y, month_of(c.word()?)?, 1)
            } else {
                let m = month_of(c.word()?)?;
                c.skip(&['.', '-', '/', ',', '\'', '’']);
                ymd(c.year()?, m, 1)
            }
        }
        DateFormat::YearMonth => {
            let mut ahead = c;
            if let Some(y) = ahead.year4() {
                c = ahead;
                c.separator(&['-', '/', '.', 'M', 'm', '_'])?;
                let (m, _) = c.digits(1, 2)?;
                ymd(y, m, 1)
            } else {
                let (m, _) = c.digits(1, 2)?;
                c.separator(&['-', '/', '.'])?;
                ymd(c.year4()?, m, 1)
            }
        }
        DateFormat::CompactMonth => {
            let (n, _) = c.digits(6, 6)?;
            let y = i32::try_from(n / 100).ok()?;
            (1950..2100).contains(&y).then_some(())?;
            ymd(y, n % 100, 1)
        }
        DateFormat::CompactWeek => {
            let (n, _) = c.digits(6, 6)?;
            let y = i32::try_from(n / 100).ok()?;
            (1950..2100).contains(&y).then_some(())?;
            monday(y, n % 100)
        }
        DateFormat::ExcelSerial => {
            let (n, _) = c.digits(4, 6)?;
            let decimals = c.0.strip_prefix('.').unwrap_or("");
            c.0 = decimals.trim_start_matches(|x: char| x.is_ascii_digit());
            from_serial(f64::from(n))
        }
        DateFormat::Native => return None,
    };
    date.filter(|d| (1900..2200).contains(&d.year()))?;
    finish(date, c, format)
}

/// The date of a spreadsheet's day number, for the years 1950 to 2100.
pub(crate) fn from_serial(serial: f64) -> Option<NaiveDate> {
    if !(18_264.0..73_415.0).contains(&serial) {
        return None;
    }
    NaiveDate::from_ymd_opt(1899, 12, 30)?.checked_add_days(chrono::Days::new(serial as u64))
}

/// The date a text names in a notation; `None` when it does not fit.
pub(crate) fn parse(text: &str, format: DateFormat) -> Option<NaiveDate> {
    let text = text.trim();
    if text.is_empty() || text.len() > 80 {
        return None;
    }
    if let Some(date) = front(text, format) {
        return Some(date);
    }
    // A weekday may stand before the date: `Mon, 01/02/2024`, `Mo 01.02.2024`.
    let mut c = Cursor(text);
    let word = c.word()?;
    if word.chars().count() > 10 || format == DateFormat::IsoWeek || month_of(word).is_some() {
        return None;
    }
    c.skip(&[',', '.']);
    (c.0.len() < text.len() && c.0.starts_with(|x: char| x.is_ascii_digit()))
        .then(|| front(c.0, format))
        .flatten()
        .filter(|_| is_weekday(word))
}

/// Whether a text reads as a date in a notation that is no bare number.
pub(crate) fn looks_like_date(text: &str) -> bool {
    DateFormat::TEXTUAL.iter().any(|f| !f.is_bare_number() && parse(text, *f).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use DateFormat as F;
    use proptest::prelude::*;

    fn day(text: &str) -> Option<NaiveDate> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn dates_of_many_countries_are_read() {
        for (text, format, date) in [
            ("2024-01-31", F::Iso, "2024-01-31"),
            ("2024/1/5", F::Iso, "2024-01-05"),
            ("2024-01-31T00:00:00Z", F::Iso, "2024-01-31"),
            ("2024-01-31 00:00:00+01:00", F::Iso, "2024-01-31"),
            ("2024-01-01 - 2024-01-07", F::Iso, "2024-01-01"),
            ("31.01.2024", F::DayFirst, "2024-01-31"),
            ("31.1.24", F::DayFirst, "2024-01-31"),
            ("Mo, 29.01.2024", F::DayFirst, "2024-01-29"),
            ("01.01.2024 bis 07.01.2024", F::DayFirst, "2024-01-01"),
            ("1/31/2024 12:00 AM", F::MonthFirst, "2024-01-31"),
            ("20240131", F::Compact, "2024-01-31"),
            ("2024-W05", F::IsoWeek, "2024-01-29"),
            ("2024W05", F::IsoWeek, "2024-01-29"),
            ("2024-W05-3", F::IsoWeek, "2024-01-31"),
            ("KW 5 2024", F::IsoWeek, "2024-01-29"),
            ("KW05/2024", F::IsoWeek, "2024-01-29"),
            ("Week 5, 2024", F::IsoWeek, "2024-01-29"),
            ("31 Jan 2024", F::DayMonthName, "2024-01-31"),
            ("31. Januar 2024", F::DayMonthName, "2024-01-31"),
            ("Jan 31, 2024", F::DayMonthName, "2024-01-31"),
            ("5-Mär-24", F::DayMonthName, "2024-03-05"),
            ("Jan 2024", F::MonthName, "2024-01-01"),
            ("févr. 2024", F::MonthName, "2024-02-01"),
            ("Dez-23", F::MonthName, "2023-12-01"),
            ("2024-01", F::YearMonth, "2024-01-01"),
            ("2024M01", F::YearMonth, "2024-01-01"),
            ("01/2024", F::YearMonth, "2024-01-01"),
            ("202402", F::CompactMonth, "2024-02-01"),
            ("202405", F::CompactWeek, "2024-01-29"),
            ("45322", F::ExcelSerial, "2024-01-31"),
        ] {
            assert_eq!(parse(text, format), day(date), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in
            ["", "event1", "12", "31/31/2024", "2024-13-01", "tv 2024-01-01", "jui 2024", "1.5"]
        {
            assert!(!looks_like_date(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in ".{0,30}") {
            let _ = looks_like_date(&text);
            let _ = parse(&text, F::ExcelSerial);
        }

        #[test]
        fn a_written_date_reads_back(days in 0_u64..40_000) {
            let date = NaiveDate::from_ymd_opt(1970, 1, 1).unwrap() + chrono::Days::new(days);
            let (y, m, d) = (date.year(), date.month(), date.day());
            prop_assert_eq!(parse(&format!("{y}-{m:02}-{d:02}"), F::Iso), Some(date));
            prop_assert_eq!(parse(&format!("{d}.{m}.{y}"), F::DayFirst), Some(date));
            prop_assert_eq!(parse(&format!("{m:02}/{d:02}/{y} 00:00"), F::MonthFirst), Some(date));
        }
    }
}
