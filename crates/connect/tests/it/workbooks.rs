//! Workbooks as agencies send them.

use std::path::PathBuf;

use outlay_connect::{ReadError, ReadOptions, read_table};
use rust_xlsxwriter::{Format, Workbook, Worksheet};
use tempfile::TempDir;

use crate::brand::{Brand, brand, read_path};

fn saved(folder: &TempDir, mut book: Workbook) -> PathBuf {
    let path = folder.path().join("media.xlsx");
    book.save(&path).unwrap();
    path
}

/// Days since the spreadsheets' epoch.
fn serial(date: chrono::NaiveDate) -> f64 {
    (date - chrono::NaiveDate::from_ymd_opt(1899, 12, 30).unwrap()).num_days() as f64
}

fn body(sheet: &mut Worksheet, b: &Brand, row: u32, column: u16, date: Option<&Format>) {
    for w in 0..b.dates.len() {
        let r = row + w as u32;
        match date {
            Some(format) => sheet.write_number_with_format(r, column, serial(b.dates[w]), format),
            None => sheet.write_number(r, column, serial(b.dates[w])),
        }
        .unwrap();
        for (i, cents) in [b.revenue[w], b.tv[w], b.search[w], b.clicks[w]].iter().enumerate() {
            sheet.write_number(r, column + 1 + i as u16, *cents as f64 / 100.0).unwrap();
        }
    }
}

#[test]
fn a_plain_sheet_with_real_dates() {
    let (folder, b) = (TempDir::new().unwrap(), brand(60));
    let mut book = Workbook::new();
    let date = Format::new().set_num_format("dd.mm.yyyy");
    let sheet = book.add_worksheet().set_name("Daten").unwrap();
    for (c, name) in
        ["Datum", "Umsatz", "TV Kosten", "Search Kosten", "Search Klicks"].iter().enumerate()
    {
        sheet.write_string(0, c as u16, *name).unwrap();
    }
    body(sheet, &b, 1, 0, Some(&date));
    let mapped = read_path(&saved(&folder, book));
    assert_eq!(mapped.table.source.sheet.as_deref(), Some("Daten"));
    b.matches(&mapped);
}

#[test]
fn merged_headers_titles_margins_totals_and_an_empty_first_sheet() {
    let (folder, b) = (TempDir::new().unwrap(), brand(60));
    let mut book = Workbook::new();
    let plain = Format::new();
    let date = Format::new().set_num_format("yyyy-mm-dd");
    book.add_worksheet().set_name("Deckblatt").unwrap();
    let sheet = book.add_worksheet().set_name("Media").unwrap();
    sheet.merge_range(1, 2, 1, 6, "Media report 2022, all channels", &plain).unwrap();
    sheet.write_string(5, 4, "TV").unwrap();
    sheet.merge_range(5, 5, 5, 6, "Search", &plain).unwrap();
    for (c, name) in ["Week", "Revenue", "Spend", "Spend", "Clicks"].iter().enumerate() {
        sheet.write_string(6, 2 + c as u16, *name).unwrap();
    }
    body(sheet, &b, 7, 2, Some(&date));
    let last = 7 + 60;
    sheet.write_string(last, 2, "Total").unwrap();
    for (i, series) in [&b.revenue, &b.tv, &b.search, &b.clicks].iter().enumerate() {
        sheet.write_number(last, 3 + i as u16, series.iter().sum::<i64>() as f64 / 100.0).unwrap();
    }
    sheet.write_string(last + 2, 2, "Source: agency").unwrap();
    let path = saved(&folder, book);
    let mapped = read_path(&path);
    assert_eq!(mapped.table.source.sheet.as_deref(), Some("Media"));
    let names: Vec<&str> = mapped.table.columns.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["Week", "Revenue", "TV Spend", "Search Spend", "Search Clicks"]);
    b.matches(&mapped);
    let options = ReadOptions { sheet: Some("nowhere".into()), ..ReadOptions::default() };
    let error = read_table(&path, &options).unwrap_err();
    assert!(matches!(&error, ReadError::Sheet { sheets, .. } if sheets.len() == 2), "{error}");
}

#[test]
fn dates_without_a_date_format_are_day_numbers() {
    let (folder, b) = (TempDir::new().unwrap(), brand(60));
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (c, name) in
        ["date", "revenue", "tv_spend", "search_spend", "search_clicks"].iter().enumerate()
    {
        sheet.write_string(2, c as u16, *name).unwrap();
    }
    body(sheet, &b, 3, 0, None);
    b.matches(&read_path(&saved(&folder, book)));
}

#[test]
fn numbers_kept_as_text_and_a_lone_cell_far_away() {
    let (folder, b) = (TempDir::new().unwrap(), brand(60));
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (c, name) in
        ["Datum", "Umsatz", "Kosten TV", "Kosten Search", "Klicks Search"].iter().enumerate()
    {
        sheet.write_string(0, c as u16, *name).unwrap();
    }
    let style = crate::brand::Style { decimal: ',', group: Some('.'), date: crate::brand::german };
    for (r, row) in b.rows(style).iter().enumerate() {
        for (c, cell) in row.iter().enumerate() {
            sheet.write_string(r as u32 + 1, c as u16, cell).unwrap();
        }
    }
    let path = saved(&folder, book);
    b.matches(&read_path(&path));
    let mut far = Workbook::new();
    let sheet = far.add_worksheet();
    sheet.write_string(0, 0, "date").unwrap();
    sheet.write_string(1_048_575, 16_383, "lost").unwrap();
    far.save(&path).unwrap();
    let error = read_table(&path, &ReadOptions::default()).unwrap_err();
    assert!(matches!(error, ReadError::TooManyColumns { .. }), "{error}");
}

#[test]
fn an_empty_workbook_and_a_header_alone() {
    let folder = TempDir::new().unwrap();
    let mut book = Workbook::new();
    book.add_worksheet();
    let error = read_table(&saved(&folder, book), &ReadOptions::default()).unwrap_err();
    assert!(matches!(error, ReadError::Empty), "{error}");
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_string(0, 0, "date").unwrap();
    sheet.write_string(0, 1, "sales").unwrap();
    let error = read_table(&saved(&folder, book), &ReadOptions::default()).unwrap_err();
    assert!(matches!(error, ReadError::HeaderOnly { line: 1 }), "{error}");
}
