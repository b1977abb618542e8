//! Whatever bytes come, nothing panics and nothing hangs.

use outlay_connect::{ReadOptions, describe, load};
use outlay_core::registry::Registry;
use proptest::prelude::*;
use tempfile::TempDir;

/// Takes bytes through the whole path; any answer will do.
fn through(bytes: &[u8]) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("data");
    std::fs::write(&path, bytes).unwrap();
    if let Ok(mapped) = load(&path, None, ReadOptions::default()) {
        let description = describe(&mapped, &Registry::default(), |x| x.to_string());
        assert!(serde_json::to_string(&description).is_ok());
        let _ = mapped.panel(&Registry::default());
    }
}

/// Cells that are nearly something.
fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        "[0-9]{1,6}",
        "-?[0-9]{1,3}[.,' ][0-9]{1,4}",
        "20[12][0-9]-[01][0-9]-[0-3][0-9]",
        "[0-3][0-9][./-][01][0-9][./-]20[12][0-9]",
        prop::sample::select(vec![
            "",
            "na",
            "Total",
            "€ 5",
            "(3)",
            "tv",
            "\"",
            "TRUE",
            "Jan 24",
            "KW 3",
            "1e999",
            "NaN",
            "99999999999999999999"
        ])
        .prop_map(str::to_owned),
        ".{0,6}",
    ]
}

fn header() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "date",
            "Datum",
            "revenue",
            "tv_spend",
            "tv_I",
            "Kanal",
            "geo",
            "value",
            "metric",
            "reach",
            "frequency",
            "population",
            "events",
            "",
            "revenue_per_conversion",
            "conversions",
            "total"
        ])
        .prop_map(str::to_owned),
        ".{0,8}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        through(&bytes);
    }

    #[test]
    fn bytes_that_start_as_a_workbook_or_parquet(kind in 0..2, bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let magic: &[u8] = if kind == 0 { b"PK\x03\x04" } else { b"PAR1" };
        through(&[magic, &bytes, if kind == 0 { b"" } else { b"PAR1" }].concat());
    }

    #[test]
    fn tables_of_nearly_sensible_cells(
        header in prop::collection::vec(header(), 1..7),
        rows in prop::collection::vec(prop::collection::vec(cell(), 1..7), 0..40),
        delimiter in prop::sample::select(vec![",", ";", "\t"]),
    ) {
        let mut text = header.join(delimiter);
        for row in &rows {
            let mut row = row.clone();
            row.resize(header.len(), String::new());
            text.push('\n');
            text.push_str(&row.join(delimiter));
        }
        through(text.as_bytes());
    }
}
