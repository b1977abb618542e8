//! A table written in any dialect is read back as it was.

use chrono::{Days, NaiveDate};
use outlay_connect::{ReadOptions, Values, read_table};
use proptest::prelude::*;
use tempfile::TempDir;

use crate::brand::{Style, american, british, compact, german, iso, stamp, week_number};

#[derive(Debug, Clone)]
struct Written {
    first: u64,
    columns: Vec<Vec<Option<i64>>>,
    labels: Vec<Option<String>>,
    style: Style,
    delimiter: char,
    encoding: usize,
    sign: Option<&'static str>,
    missing: &'static str,
    line_end: &'static str,
    quote_all: bool,
}

/// A text that does not say "no value" in so many words.
fn label() -> impl Strategy<Value = String> {
    "[A-Zäöüéç][a-zß ]{0,8}[a-z;,|\"]".prop_filter("a missing value", |label| {
        !["na", "nan", "null", "none", "nil", "missing", "undefined"]
            .contains(&label.to_lowercase().as_str())
    })
}

const DATES: [fn(NaiveDate) -> String; 7] =
    [iso, german, british, american, week_number, compact, stamp];

prop_compose! {
    fn written()(
        rows in 12_usize..60,
        width in 1_usize..5,
    )(
        columns in prop::collection::vec(
            prop::collection::vec(prop::option::weighted(0.9, -5_000_000_000_i64..5_000_000_000), rows), width),
        labels in prop::collection::vec(prop::option::weighted(0.9, label()), rows),
        first in 0_u64..2000,
        date in 0_usize..7,
        comma in any::<bool>(),
        group in 0_usize..5,
        delimiter in prop::sample::select(vec![',', ';', '\t', '|']),
        encoding in 0_usize..4,
        sign in prop::sample::select(vec![None, Some("€"), Some("USD"), Some("£")]),
        missing in prop::sample::select(vec!["", "n/a", "-", "NULL"]),
        line_end in prop::sample::select(vec!["\n", "\r\n"]),
        quote_all in any::<bool>(),
    ) -> Written {
        let decimal = if comma { ',' } else { '.' };
        let group = [None, Some(if comma { '.' } else { ',' }), Some(' '), Some('\''), Some('\u{a0}')][group];
        Written {
            first, columns, labels, delimiter, encoding, sign, missing, line_end, quote_all,
            style: Style { decimal, group, date: DATES[date] },
        }
    }
}

impl Written {
    fn date(&self, row: usize) -> NaiveDate {
        // Mondays, so that week numbers name them too.
        NaiveDate::from_ymd_opt(2015, 1, 5).unwrap() + Days::new(7 * (self.first / 7 + row as u64))
    }

    fn text(&self) -> String {
        let quote = |cell: &str| {
            let needs = self.quote_all || cell.contains([self.delimiter, '"', '\n']);
            if needs { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
        };
        let mut header = vec!["week".to_owned(), "näme".to_owned()];
        header.extend((0..self.columns.len()).map(|i| format!("value {i}")));
        let mut lines = vec![header];
        for row in 0..self.labels.len() {
            let mut line = vec![(self.style.date)(self.date(row))];
            line.push(self.labels[row].clone().unwrap_or_else(|| self.missing.to_owned()));
            for column in &self.columns {
                line.push(match column[row] {
                    None => self.missing.to_owned(),
                    Some(cents) => match self.sign {
                        None => self.style.money(cents),
                        Some(sign) => format!("{} {sign}", self.style.money(cents)),
                    },
                });
            }
            lines.push(line);
        }
        let delimiter = self.delimiter.to_string();
        lines
            .iter()
            .map(|l| {
                l.iter().map(|c| quote(c)).collect::<Vec<_>>().join(&delimiter) + self.line_end
            })
            .collect()
    }

    fn bytes(&self) -> Vec<u8> {
        let text = self.text();
        let utf16 = || text.encode_utf16().flat_map(u16::to_le_bytes);
        match self.encoding {
            0 => text.into_bytes(),
            1 => [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
            2 => b"\xFF\xFE".iter().copied().chain(utf16()).collect(),
            _ => utf16().collect(),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]
    #[test]
    fn a_table_in_any_dialect_reads_back(written in written()) {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("table.csv");
        std::fs::write(&path, written.bytes()).unwrap();
        let table = read_table(&path, &ReadOptions::default());
        let table = table.map_err(|e| TestCaseError::fail(format!("{e}\n{}", written.text())))?;
        prop_assert_eq!(table.rows(), written.labels.len());
        let dates: Vec<_> = (0..table.rows()).map(|r| Some(written.date(r))).collect();
        prop_assert_eq!(&table.columns[0].values, &Values::Date(dates), "{}", written.text());
        let labels: Vec<Option<String>> =
            written.labels.iter().map(|l| l.as_ref().map(|l| l.trim().to_owned())).collect();
        if labels.iter().any(Option::is_some) {
            prop_assert_eq!(&table.columns[1].values, &Values::Text(labels), "{}", written.text());
        }
        for (i, column) in written.columns.iter().enumerate() {
            let cents: Vec<Option<f64>> = column.iter().map(|c| c.map(|c| c as f64 / 100.0)).collect();
            prop_assert_eq!(&table.columns[2 + i].values, &Values::Number(cents), "{}", written.text());
        }
    }
}
