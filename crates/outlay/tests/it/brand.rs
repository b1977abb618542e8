//! A small brand as a file, and the ways in which files go wrong.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use chrono::{Days, NaiveDate};

/// A table as a user would export it.
#[derive(Clone)]
pub(crate) struct Sheet {
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

impl Sheet {
    /// Weekly data of a brand with this many spend columns; every number is made by arithmetic,
    /// so that the file is the same everywhere.
    pub(crate) fn national(weeks: usize, channels: usize) -> Self {
        let mut header = vec!["date".to_owned(), "revenue".to_owned()];
        header.extend((0..channels).map(|m| format!("{}_spend", name(m))));
        let rows = (0..weeks)
            .map(|t| {
                let spends: Vec<f64> = (0..channels).map(|m| spend(t, m)).collect();
                let media: f64 = spends.iter().map(|x| 2500.0 * x / (x + 1500.0)).sum::<f64>();
                let season = (t as f64 * std::f64::consts::TAU / 52.18).sin();
                let revenue = 40_000.0 + 6_000.0 * season + media + 900.0 * wiggle(t, 97);
                let mut row = vec![monday(t).to_string(), format!("{revenue:.2}")];
                row.extend(spends.iter().map(|x| format!("{x:.2}")));
                row
            })
            .collect();
        Self { header, rows }
    }

    /// The same brand in several geos.
    pub(crate) fn geos(weeks: usize, channels: usize, geos: &[&str]) -> Self {
        let one = Self::national(weeks, channels);
        let mut header = one.header.clone();
        header.insert(1, "geo".to_owned());
        let rows = geos
            .iter()
            .flat_map(|geo| {
                one.rows.iter().map(|row| {
                    let mut row = row.clone();
                    row.insert(1, (*geo).to_owned());
                    row
                })
            })
            .collect();
        Self { header, rows }
    }

    /// The position of a column.
    pub(crate) fn column(&self, name: &str) -> usize {
        self.header.iter().position(|column| column == name).unwrap()
    }

    /// Writes one cell over.
    pub(crate) fn set(mut self, row: usize, column: &str, value: &str) -> Self {
        let column = self.column(column);
        self.rows[row][column] = value.to_owned();
        self
    }

    /// Writes a whole column over.
    pub(crate) fn fill(mut self, column: &str, value: &str) -> Self {
        for row in 0..self.rows.len() {
            self = self.set(row, column, value);
        }
        self
    }

    /// Leaves rows out.
    pub(crate) fn without(mut self, rows: std::ops::Range<usize>) -> Self {
        self.rows.drain(rows);
        self
    }

    /// The file's text.
    pub(crate) fn text(&self) -> String {
        let mut text = self.header.join(",");
        text.push('\n');
        for row in &self.rows {
            writeln!(text, "{}", row.join(",")).unwrap();
        }
        text
    }

    /// Saves the file as `data.csv` in a folder.
    pub(crate) fn save(&self, folder: &Path) -> PathBuf {
        let path = folder.join("data.csv");
        std::fs::write(&path, self.text()).unwrap();
        path
    }
}

/// First day of week `t`.
pub(crate) fn monday(t: usize) -> NaiveDate {
    NaiveDate::from_ymd_opt(2023, 1, 2).unwrap() + Days::new(7 * t as u64)
}

/// Names of the first channels; further ones are numbered.
fn name(channel: usize) -> String {
    ["tv", "search", "social"]
        .get(channel)
        .map_or_else(|| format!("channel_{channel:03}"), |name| (*name).to_owned())
}

/// Spend that runs in its own rhythm per channel.
fn spend(t: usize, channel: usize) -> f64 {
    let running = !(t + 3 * channel).is_multiple_of(5 + channel % 7);
    if running { 1_000.0 + 150.0 * channel as f64 + 600.0 * wiggle(t, 31 + channel) } else { 0.0 }
}

/// A number in -1..1 that looks like noise and is the same everywhere.
fn wiggle(t: usize, salt: usize) -> f64 {
    let mixed = (t * 7919 + salt * 104_729) % 10_007;
    (mixed * mixed % 10_007) as f64 / 5_003.5 - 1.0
}
