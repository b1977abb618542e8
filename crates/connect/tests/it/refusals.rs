//! What is no sound data is refused with where and what to do.

use std::fs::File;

use outlay_connect::{ReadError, ReadOptions, read_table};
use tempfile::TempDir;

use crate::brand::Style;
use crate::brand::{brand, iso, refusal};

const STYLE: Style = Style { decimal: '.', group: None, date: iso };

/// Rows of a sound file, its header first.
fn sound(weeks: usize) -> Vec<Vec<String>> {
    let header = ["date", "revenue", "tv_spend", "search_spend", "search_clicks"];
    let mut rows = vec![header.iter().map(|h| (*h).to_owned()).collect::<Vec<_>>()];
    rows.extend(brand(weeks).rows(STYLE));
    rows
}

fn text(rows: &[Vec<String>]) -> String {
    rows.iter().map(|r| r.join(",") + "\n").collect()
}

#[track_caller]
fn refused(text: &str, words: &[&str]) {
    let message = refusal("data.csv", text.as_bytes());
    for word in words {
        assert!(message.contains(word), "no `{word}` in: {message}");
    }
}

#[test]
fn files_without_a_table() {
    refused("", &["the file is empty"]);
    refused(" \n\n", &["the file is empty"]);
    refused("\u{feff}", &["the file is empty"]);
    refused("date,revenue,tv_spend\n", &["line 1", "no rows under it"]);
    refused("2024-01-01,1,2\n2024-01-08,3,4\n", &["line 1", "2024-01-01", "add a first line"]);
    refused("only\n1\n2\n", &["only one column (`only`)"]);
    refused("{\"a\": 1}", &["a JSON document"]);
    refused("<html><table>", &["HTML"]);
    refused("%PDF-1.7 ...", &["PDF"]);
}

#[test]
fn binary_files() {
    for (bytes, words) in [
        (&b"\x1f\x8b\x08\x00aaaa"[..], "gzip"),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "before 2007"),
        (b"PK\x03\x04 no zip at all", "workbook"),
        (b"PAR1 no parquet at all PAR1", "Parquet"),
        (b"a\0b\0\0\0c\x01\x02\x03\x00\x00\x00", "binary"),
    ] {
        let message = refusal("data.bin", bytes);
        assert!(message.contains(words), "no `{words}` in: {message}");
    }
}

#[test]
fn headers_that_repeat_and_rows_that_do_not_fit() {
    refused(
        "date,tv,tv\n2024-01-01,1,2\n2024-01-08,1,2\n",
        &["`tv` stands twice", "columns 2 and 3"],
    );
    let mut rows = sound(20);
    rows[7].push("extra".into());
    refused(&text(&rows), &["line 8 has 6 cells, the header has 5", "needs quotes"]);
    let mut rows = sound(20);
    rows[20].truncate(2);
    refused(&text(&rows), &["line 21 has 2 cells", "cut off"]);
}

#[test]
fn text_among_numbers_and_dates() {
    let mut rows = sound(30);
    rows[12][2] = "tbc".into();
    refused(&text(&rows), &["line 13, column `tv_spend`: `tbc` is not a number"]);
    rows[15][0] = "week 15".into();
    refused(&text(&rows), &["line 16, column `date`: `week 15` is not a date"]);
}

#[test]
fn dates_that_repeat_or_are_missing() {
    let mut rows = sound(30);
    let again = rows[10].clone();
    rows.push(again);
    refused(&text(&rows), &["2022-03-07 stands in lines 11 and 32", "keep one row per date"]);
    let mut rows = sound(30);
    rows.drain(10..13);
    refused(
        &text(&rows),
        &["3 week(s) are missing after 2022-02-28", "2022-03-07, 2022-03-14, 2022-03-21"],
    );
    let mut rows = sound(30);
    rows[10][0] = String::new();
    refused(&text(&rows), &["line 11: `date` is blank"]);
    let mut rows = sound(30);
    rows[10][0] = "2022-03-09".into();
    refused(&text(&rows), &["evenly spaced"]);
}

#[test]
fn media_that_cannot_be() {
    let mut rows = sound(30);
    rows[4][3] = "-5.50".into();
    refused(&text(&rows), &["line 5 (2022-01-24), column `search_spend`: -5.5 is negative"]);
    let mut rows = sound(30);
    rows.iter_mut().skip(1).for_each(|r| r[2] = "0".into());
    refused(&text(&rows), &["tv", "zero throughout"]);
}

#[test]
fn too_little_data() {
    refused(&text(&sound(5)), &["5 period(s) are too few"]);
    let mut rows = sound(50);
    for channel in 0..200 {
        rows[0].push(format!("c{channel}_spend"));
        for (w, row) in rows.iter_mut().enumerate().skip(1) {
            row.push(((w * 7 + channel) % 13).to_string());
        }
    }
    refused(&text(&rows), &["50 observation(s)", "202 channel(s)", "join small channels"]);
}

#[test]
fn files_without_outcome_media_or_dates() {
    refused("date,tv_spend\n2024-01-01,1\n2024-01-08,2\n", &["outcome", "joined from the shop"]);
    refused("date,revenue\n2024-01-01,1\n2024-01-08,2\n", &["media"]);
    refused("a,revenue,tv_spend\nx,1,2\ny,3,4\n", &["no column holds dates", "`a` (text)"]);
}

#[test]
fn a_geo_with_missing_weeks() {
    let b = brand(30);
    let mut rows = String::from("geo,date,revenue,tv_spend\n");
    for geo in ["north", "south", "west"] {
        for (w, date) in b.dates.iter().enumerate() {
            if geo != "south" || !(5..8).contains(&w) {
                rows.push_str(&format!("{geo},{date},{},{}\n", b.revenue[w], b.tv[w]));
            }
        }
    }
    refused(&rows, &["geo `south` misses 3 week(s): 2022-02-07, 2022-02-14, 2022-02-21"]);
}

#[test]
fn a_file_above_the_limit_is_not_read() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("huge.csv");
    // Sparse: it takes no room on the disk, and reading it would take a while.
    File::create(&path).unwrap().set_len(2_000_000_000).unwrap();
    let error = read_table(&path, &ReadOptions::default()).unwrap_err();
    assert!(matches!(error, ReadError::TooLarge { bytes: 2_000_000_000, .. }), "{error}");
    let error = read_table(folder.path(), &ReadOptions::default()).unwrap_err();
    assert!(error.is_access(), "{error}");
    let options = ReadOptions { rows_max: 10, ..ReadOptions::default() };
    std::fs::write(&path, text(&sound(20))).unwrap();
    assert!(matches!(
        read_table(&path, &options).unwrap_err(),
        ReadError::TooManyRows { limit: 10 }
    ));
}
