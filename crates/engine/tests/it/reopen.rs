//! Reading a fit back: each defect has its own words.

use std::fs;
use std::path::Path;

use outlay_engine::learn::{Fit, SUMMARY, load};
use outlay_engine::{Kind, sentence};
use outlay_mmm::summary::SCHEMA;

use crate::brand::fit;

fn failure(text: Option<&str>) -> String {
    let dir = tempfile::tempdir().unwrap();
    if let Some(text) = text {
        fs::write(dir.path().join(SUMMARY), text).unwrap();
    }
    sentence(&load(dir.path()).unwrap_err())
}

#[test]
fn a_written_summary_is_read_back_whole() {
    let dir = tempfile::tempdir().unwrap();
    let summary = &fit().summary;
    fs::write(dir.path().join(SUMMARY), serde_json::to_string(summary).unwrap()).unwrap();
    assert_eq!(&load(dir.path()).unwrap().summary, summary);
    assert_eq!(&load(&dir.path().join(SUMMARY)).unwrap().summary, summary);
    // A summary alone has answers and no draws.
    let error = Fit::open(dir.path()).unwrap_err();
    assert_eq!((error.kind(), error.code()), (Kind::Storage, "fit.unreadable"));
}

#[test]
fn each_defect_has_its_own_words() {
    let whole = serde_json::to_string_pretty(&fit().summary).unwrap();
    let cut = &whole[..whole.len() / 2];
    assert!(failure(None).contains("is not a fit: it holds no summary.json"));
    assert!(failure(Some("")).contains("it is empty"));
    assert!(failure(Some(cut)).contains("it is cut off at line"));
    assert!(failure(Some("channel,spend\n")).contains("it is not JSON"));
    assert!(failure(Some("{\"a\": 1}")).contains("it names no schema"));
    let other = whole.replacen(SCHEMA, "outlay/summary/99", 1);
    assert!(failure(Some(&other)).contains("has schema `outlay/summary/99`"));
    let twice = whole.replacen("\"seed\": ", "\"seed\": \"x\", \"old\": ", 1);
    assert!(failure(Some(&twice)).contains("line"));
    let nowhere = load(Path::new("no/such/folder")).unwrap_err();
    assert_eq!(nowhere.kind(), Kind::NotFound);
    assert!(sentence(&nowhere).contains("there is no folder"));
}
