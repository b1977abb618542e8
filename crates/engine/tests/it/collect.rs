//! Collect: bytes in, what they hold out.

use std::fs;
use std::path::PathBuf;

use outlay_connect::mapping::FileDialect;
use outlay_connect::{DecimalMark, Input};
use outlay_core::registry::Registry;
use outlay_engine::Kind;
use outlay_engine::collect::{Text, collect, mapping_text, save_mapping};
use rust_xlsxwriter::Workbook;
use serde_json::json;
use tempfile::TempDir;

use crate::brand::{collected, csv, upload};

#[test]
fn an_upload_is_described_with_its_totals_and_its_first_rows() {
    let collected = collected(csv(60)).unwrap();
    let described = serde_json::to_value(collected.describe(&Registry::default())).unwrap();
    assert_eq!(described["ready"], true);
    assert_eq!(described["source"]["file"], "brand.csv");
    assert_eq!(described["panel"]["periods"], 60);
    let totals = serde_json::to_value(collected.totals().unwrap()).unwrap();
    assert_eq!(totals, described["totals"]);
    let series = totals["series"].as_array().unwrap();
    let names: Vec<&str> = series.iter().map(|s| s["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["revenue", "tv", "search"]);
    let preview = serde_json::to_value(collected.preview(2)).unwrap();
    assert_eq!((&preview["rows"], &preview["of"]), (&json!(2), &json!(60)));
    assert_eq!(preview["columns"][0]["cells"], json!(["2022-01-03", "2022-01-10"]));
    assert_eq!(preview["columns"][2]["cells"][0], json!(1000.0));
    assert_eq!(preview["lines"], json!([2, 3]));
}

#[test]
fn bytes_and_a_file_are_the_same_data() {
    let folder = TempDir::new().unwrap();
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (row, line) in (0_u32..).zip(csv(40).lines()) {
        for (column, cell) in (0_u16..).zip(line.split(',')) {
            match cell.parse::<f64>() {
                Ok(number) => sheet.write_number(row, column, number).unwrap(),
                Err(_) => sheet.write_string(row, column, cell).unwrap(),
            };
        }
    }
    let files = [("a.csv", csv(40).into_bytes()), ("a.xlsx", book.save_to_buffer().unwrap())];
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::write(&path, &bytes).unwrap();
        let read = |input: &Input| {
            collect(input, None, &FileDialect::default(), &Registry::default()).unwrap()
        };
        let (disk, memory) = (read(&Input::Path(path)), read(&Input::memory(name, bytes)));
        assert_eq!(disk.mapped, memory.mapped, "{name}");
        assert_eq!(memory.file, name);
    }
}

#[test]
fn a_mapping_as_a_person_sends_it_back_is_obeyed_or_refused_by_line() {
    let first = collected(csv(60)).unwrap();
    let mut mapping = first.mapped.mapping.clone();
    mapping.channels.retain(|c| c.name == "tv");
    mapping.ignored.push("search_spend".into());
    let text = Text::unnamed(mapping_text(&mapping));
    let dialect = FileDialect::default();
    let again = collect(&upload(csv(60)), Some(&text), &dialect, &Registry::default()).unwrap();
    assert_eq!(again.mapped.mapping, mapping);
    assert!(again.mapped.proposal.is_none());

    let wrong = Text::unnamed("version = 1\n[date]\ncolumn = \"day\"\n[kpi]\ncolumn = 3\n");
    let error =
        collect(&upload(csv(60)), Some(&wrong), &dialect, &Registry::default()).unwrap_err();
    let problem = serde_json::to_value(error.problem()).unwrap();
    assert_eq!(problem["kind"], "specification");
    assert_eq!(problem["code"], "mapping.refused");
    assert!(problem["title"].as_str().unwrap().starts_with("line "), "{problem}");
    assert!(!problem["next"].as_str().unwrap().is_empty());
}

#[test]
fn what_cannot_be_read_says_whose_fault_it_is() {
    let refused = |input: &Input, dialect: &FileDialect| {
        collect(input, None, dialect, &Registry::default()).unwrap_err()
    };
    let own = FileDialect::default();
    let empty = refused(&upload(""), &own);
    assert_eq!((empty.kind(), empty.code()), (Kind::Data, "data.empty"));
    let nowhere = refused(&Input::Path(PathBuf::from("no/such/file.csv")), &own);
    assert_eq!((nowhere.kind(), nowhere.code()), (Kind::NotFound, "files.read"));
    let small = Registry::with([("data.file_bytes_max".to_owned(), 1000.0)]).unwrap();
    let large = collect(&upload(csv(60)), None, &own, &small).unwrap_err();
    assert_eq!((large.kind(), large.code()), (Kind::Data, "data.too-large"));
    // A header alone holds no data, in whatever dialect.
    let dialect = FileDialect { decimal: Some(DecimalMark::Comma), ..own };
    let bare = refused(&upload("date;umsatz;tv_spend\n"), &dialect);
    assert_eq!(bare.code(), "data.header-only");
}

#[test]
fn a_mapping_that_a_person_may_have_edited_is_not_overwritten() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("mapping.toml");
    save_mapping(&path, "a = 1\n", false).unwrap();
    save_mapping(&path, "a = 1\n", false).unwrap();
    let error = save_mapping(&path, "a = 2\n", false).unwrap_err();
    assert_eq!((error.kind(), error.code()), (Kind::Conflict, "files.exists"));
    save_mapping(&path, "a = 2\n", true).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "a = 2\n");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}
