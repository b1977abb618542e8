//! The mapping: proposed, written, edited, refused.

use tempfile::TempDir;

use crate::brand::Sheet;
use crate::outlay::{names, outlay};

const SPECIFICATION: i32 = 4;
const FILES: i32 = 6;

/// A folder with data and the mapping that `describe` proposes for it.
fn proposed() -> (TempDir, String) {
    let folder = TempDir::new().unwrap();
    Sheet::national(60, 3).save(folder.path());
    outlay(folder.path(), &["describe", "data.csv", "--write", "mapping.toml"]).succeeded();
    let text = std::fs::read_to_string(folder.path().join("mapping.toml")).unwrap();
    (folder, text)
}

#[test]
fn a_written_mapping_is_accepted_again() {
    let (folder, text) = proposed();
    for column in ["date", "revenue", "tv_spend", "search_spend", "social_spend"] {
        assert!(text.contains(&format!("\"{column}\"")), "{column} is not in\n{text}");
    }
    let first = outlay(folder.path(), &["--json", "describe", "data.csv"]);
    let args = ["--json", "describe", "data.csv", "--mapping", "mapping.toml"];
    let again = outlay(folder.path(), &args);
    first.succeeded();
    again.succeeded();
    let panel = |run: &str| {
        let document: serde_json::Value = serde_json::from_str(run).unwrap();
        document["totals"].clone()
    };
    assert!(panel(&first.stdout).is_object() || panel(&first.stdout).is_array());
    assert_eq!(panel(&first.stdout), panel(&again.stdout));
}

#[test]
fn an_unknown_column_is_refused_with_line_and_likely_intention() {
    let (folder, text) = proposed();
    let line = text.lines().position(|line| line.contains("\"tv_spend\"")).unwrap() + 1;
    let wrong = text.replace("\"tv_spend\"", "\"tv_spent\"");
    std::fs::write(folder.path().join("mapping.toml"), wrong).unwrap();
    for command in [&["describe"][..], &["fit", "--out", "fit"][..]] {
        let args = [command, &["data.csv", "--mapping", "mapping.toml"]].concat();
        let words = ["mapping.toml", "tv_spent", "tv_spend", &format!("line {line}")];
        outlay(folder.path(), &args).refused(SPECIFICATION, &words);
    }
    assert_eq!(names(folder.path()), ["data.csv", "mapping.toml"]);
}

#[test]
fn an_unknown_key_is_refused_with_its_line() {
    let (folder, text) = proposed();
    std::fs::write(folder.path().join("mapping.toml"), format!("curency = \"EUR\"\n{text}"))
        .unwrap();
    let args = ["describe", "data.csv", "--mapping", "mapping.toml"];
    outlay(folder.path(), &args).refused(SPECIFICATION, &["curency", "line 1", "currency"]);
}

#[test]
fn an_edited_mapping_is_not_overwritten() {
    let (folder, text) = proposed();
    let edited = format!("# mine\n{text}");
    std::fs::write(folder.path().join("mapping.toml"), &edited).unwrap();
    let write = ["describe", "data.csv", "--write", "mapping.toml"];
    outlay(folder.path(), &write).refused(FILES, &["mapping.toml", "not touched"]);
    let kept = std::fs::read_to_string(folder.path().join("mapping.toml")).unwrap();
    assert_eq!(kept, edited);
    outlay(folder.path(), &[&write[..], &["--force"]].concat()).succeeded();
    let written = std::fs::read_to_string(folder.path().join("mapping.toml")).unwrap();
    assert_eq!(written, text);
}

#[test]
fn a_mapping_that_cannot_be_written_leaves_nothing() {
    let folder = TempDir::new().unwrap();
    Sheet::national(60, 3).save(folder.path());
    let args = ["describe", "data.csv", "--write", "data.csv/mapping.toml"];
    outlay(folder.path(), &args).refused(FILES, &["mapping.toml"]);
    assert_eq!(names(folder.path()), ["data.csv"]);
}
