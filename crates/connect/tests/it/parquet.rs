//! Parquet with dates, timestamps, decimals, floats of both widths and nulls.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use outlay_connect::{ReadError, ReadOptions, Values, read_table};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, FloatType, Int32Type, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use tempfile::TempDir;

use crate::brand::{brand, read_path};

fn write(path: &Path, schema: &str, fill: impl FnOnce(&mut SerializedRowGroupWriter<'_, File>)) {
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let file = File::create(path).unwrap();
    let mut writer =
        SerializedFileWriter::new(file, schema, Arc::new(WriterProperties::new())).unwrap();
    let mut group = writer.next_row_group().unwrap();
    fill(&mut group);
    group.close().unwrap();
    writer.close().unwrap();
}

macro_rules! column {
    ($group:expr, $kind:ty, $values:expr, $levels:expr) => {{
        let mut column = $group.next_column().unwrap().unwrap();
        column.typed::<$kind>().write_batch($values, $levels, None).unwrap();
        column.close().unwrap();
    }};
}

#[test]
fn a_brand_in_parquet() {
    let (folder, b) = (TempDir::new().unwrap(), brand(60));
    let path = folder.path().join("brand.parquet");
    let epoch = chrono::NaiveDate::from_ymd_opt(1970, 1, 1).unwrap();
    let schema = "message brand { required int32 date (DATE); required double revenue; required int64 tv_spend (DECIMAL(18,2)); required double search_spend; required int64 search_clicks; optional binary comment (UTF8); }";
    write(&path, schema, |group| {
        let days: Vec<i32> = b.dates.iter().map(|d| (*d - epoch).num_days() as i32).collect();
        let money = |cents: &[i64]| cents.iter().map(|c| *c as f64 / 100.0).collect::<Vec<f64>>();
        let clicks: Vec<i64> = b.clicks.iter().map(|c| c / 100).collect();
        column!(group, Int32Type, &days, None);
        column!(group, DoubleType, &money(&b.revenue), None);
        column!(group, Int64Type, &b.tv, None);
        column!(group, DoubleType, &money(&b.search), None);
        column!(group, Int64Type, &clicks, None);
        column!(
            group,
            ByteArrayType,
            &[ByteArray::from("hello")],
            Some(&[&[1_i16][..], &[0; 59]].concat())
        );
    });
    b.matches(&read_path(&path));
}

#[test]
fn timestamps_floats_and_nulls_keep_their_meaning() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("types.parquet");
    let schema = "message t { required int64 ts (TIMESTAMP(MILLIS,true)); required float x; optional double y; }";
    write(&path, schema, |group| {
        let day = 86_400_000;
        column!(group, Int64Type, &[19_723 * day, 19_730 * day], None);
        column!(group, FloatType, &[0.1, -2.5], None);
        column!(group, DoubleType, &[7.25], Some(&[0, 1]));
    });
    let table = read_table(&path, &ReadOptions::default()).unwrap();
    let date = |text: &str| Some(text.parse().unwrap());
    assert_eq!(table.columns[0].values, Values::Date(vec![date("2024-01-01"), date("2024-01-08")]));
    assert_eq!(table.columns[1].values, Values::Number(vec![Some(0.1), Some(-2.5)]));
    assert_eq!(table.columns[2].values, Values::Number(vec![None, Some(7.25)]));
}

#[test]
fn nested_columns_and_no_rows_are_refused() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("nested.parquet");
    write(
        &path,
        "message t { required int32 a; required group g { required int32 b; } }",
        |group| {
            column!(group, Int32Type, &[1], None);
            column!(group, Int32Type, &[2], None);
        },
    );
    let error = read_table(&path, &ReadOptions::default()).unwrap_err();
    assert!(matches!(&error, ReadError::ParquetColumn { column, .. } if column == "g"), "{error}");
    write(&path, "message t { required int32 a; required int32 b; }", |group| {
        column!(group, Int32Type, &[], None);
        column!(group, Int32Type, &[], None);
    });
    let error = read_table(&path, &ReadOptions::default()).unwrap_err();
    assert!(matches!(error, ReadError::HeaderOnly { .. }), "{error}");
}
