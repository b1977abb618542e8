//! A small brand whose numbers are known to the cent, and how people write such numbers.

use std::path::Path;

use chrono::{Datelike, Days, NaiveDate};
use outlay_connect::{Mapped, PanelFromFile, ReadOptions, TotalOf, load, totals};
use outlay_core::registry::Registry;
use tempfile::TempDir;

/// Weekly numbers in cents.
pub(crate) struct Brand {
    pub(crate) dates: Vec<NaiveDate>,
    pub(crate) revenue: Vec<i64>,
    pub(crate) tv: Vec<i64>,
    pub(crate) search: Vec<i64>,
    pub(crate) clicks: Vec<i64>,
}

/// A reproducible number in 0..n.
pub(crate) fn noise(i: usize, salt: usize, n: u64) -> i64 {
    let mixed = (i as u64 + 1).wrapping_mul(6_364_136_223_846_793_005).wrapping_add(salt as u64);
    ((mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 33) as i64 % n as i64
}

pub(crate) fn brand(weeks: usize) -> Brand {
    let first = NaiveDate::from_ymd_opt(2022, 1, 3).unwrap();
    Brand {
        dates: (0..weeks).map(|w| first + Days::new(7 * w as u64)).collect(),
        revenue: (0..weeks).map(|w| 123_456_700 + noise(w, 1, 90_000_000)).collect(),
        tv: (0..weeks)
            .map(|w| if w % 4 == 3 { 0 } else { 150_000 + noise(w, 2, 2_000_000) })
            .collect(),
        search: (0..weeks).map(|w| 90_000 + noise(w, 3, 600_000)).collect(),
        clicks: (0..weeks).map(|w| 100 * (700 + noise(w, 3, 9_000))).collect(),
    }
}

/// How a file writes numbers and dates.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    pub(crate) decimal: char,
    pub(crate) group: Option<char>,
    pub(crate) date: fn(NaiveDate) -> String,
}

impl Style {
    /// Cents as an amount.
    pub(crate) fn money(&self, cents: i64) -> String {
        let whole = (cents.abs() / 100).to_string();
        let mut out = String::from(if cents < 0 { "-" } else { "" });
        for (i, c) in whole.chars().enumerate() {
            if i > 0 && (whole.len() - i).is_multiple_of(3) {
                out.extend(self.group);
            }
            out.push(c);
        }
        format!("{out}{}{:02}", self.decimal, cents.abs() % 100)
    }

    /// Cents that are whole units.
    pub(crate) fn whole(&self, cents: i64) -> String {
        let text = self.money(cents);
        text[..text.len() - 3].to_owned()
    }
}

pub(crate) fn iso(d: NaiveDate) -> String {
    d.to_string()
}

pub(crate) fn german(d: NaiveDate) -> String {
    format!("{:02}.{:02}.{}", d.day(), d.month(), d.year())
}

pub(crate) fn british(d: NaiveDate) -> String {
    format!("{}/{}/{}", d.day(), d.month(), d.year())
}

pub(crate) fn american(d: NaiveDate) -> String {
    format!("{}/{}/{:02}", d.month(), d.day(), d.year() % 100)
}

pub(crate) fn week_number(d: NaiveDate) -> String {
    format!("{}-W{:02}", d.iso_week().year(), d.iso_week().week())
}

pub(crate) fn compact(d: NaiveDate) -> String {
    format!("{}{:02}{:02}", d.year(), d.month(), d.day())
}

pub(crate) fn stamp(d: NaiveDate) -> String {
    format!("{d} 00:00:00")
}

impl Brand {
    /// Rows of text under a header of five names: date, revenue, tv, search, clicks.
    pub(crate) fn rows(&self, style: Style) -> Vec<Vec<String>> {
        (0..self.dates.len())
            .map(|w| {
                vec![
                    (style.date)(self.dates[w]),
                    style.money(self.revenue[w]),
                    style.money(self.tv[w]),
                    style.money(self.search[w]),
                    style.whole(self.clicks[w]),
                ]
            })
            .collect()
    }

    /// Asserts that a file says exactly what the brand's books say.
    #[track_caller]
    pub(crate) fn matches(&self, mapped: &Mapped) -> PanelFromFile {
        let shown = || {
            let columns: Vec<String> = mapped
                .proposal
                .iter()
                .flat_map(|p| &p.columns)
                .map(|c| format!("{} = {} ({})", c.column, c.role.noun(), c.reason))
                .collect();
            format!("{:?}\n{}\n{:?}", mapped.table.source, columns.join("\n"), mapped.table.notes)
        };
        let totals = totals(&mapped.table, &mapped.mapping).unwrap();
        let series = |of: TotalOf, name: &str| {
            let found =
                totals.series.iter().find(|s| s.of == of && s.name.to_lowercase().contains(name));
            found.unwrap_or_else(|| panic!("no {of:?} of {name}\n{}", shown()))
        };
        let truth = |cents: &[i64]| cents.iter().sum::<i64>() as f64 / 100.0;
        let kpi = totals.series.iter().find(|s| s.of == TotalOf::Kpi).unwrap();
        assert_eq!(kpi.total, truth(&self.revenue), "{}", shown());
        assert_eq!(series(TotalOf::Spend, "tv").total, truth(&self.tv), "{}", shown());
        assert_eq!(series(TotalOf::Spend, "search").total, truth(&self.search), "{}", shown());
        assert_eq!(series(TotalOf::Exposure, "search").total, truth(&self.clicks), "{}", shown());
        let month: i64 = (0..self.dates.len())
            .filter(|w| (self.dates[*w].year(), self.dates[*w].month()) == (2022, 3))
            .map(|w| self.search[w])
            .sum();
        let at = totals.months.iter().position(|m| m == "2022-03").unwrap();
        assert_eq!(series(TotalOf::Spend, "search").by_month[at], month as f64 / 100.0);
        let built =
            mapped.panel(&Registry::default()).unwrap_or_else(|e| panic!("{e}\n{}", shown()));
        assert_eq!(built.panel.calendar.starts(), self.dates, "{}", shown());
        for (w, cents) in self.tv.iter().enumerate() {
            assert_eq!(built.panel.channels[0].spend.at(0, w), *cents as f64 / 100.0);
        }
        built
    }
}

/// Writes a file and reads and maps it without help.
#[track_caller]
pub(crate) fn read_bytes(name: &str, bytes: &[u8]) -> Mapped {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    read_path(&path)
}

#[track_caller]
pub(crate) fn read_path(path: &Path) -> Mapped {
    load(path, None, ReadOptions::default()).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Why a file is refused: on reading, on mapping, or on building the panel.
#[track_caller]
pub(crate) fn refusal(name: &str, bytes: &[u8]) -> String {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    match load(&path, None, ReadOptions::default()) {
        Err(error) => error.to_string(),
        Ok(mapped) => mapped.panel(&Registry::default()).expect_err("a refusal").to_string(),
    }
}
