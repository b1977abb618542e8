//! Folders that hold no fit, or a damaged one: said so, with what to do.

use std::fs;

use tempfile::TempDir;

use crate::outlay::outlay;

const FILES: i32 = 6;

#[test]
fn a_folder_without_a_fit_is_said_so() {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("empty")).unwrap();
    outlay(folder.path(), &["show", "empty"]).refused(FILES, &["empty", "summary.json"]);
    outlay(folder.path(), &["show", "nowhere"]).refused(FILES, &["nowhere"]);
    outlay(folder.path(), &["compare", "nowhere", "empty"]).refused(FILES, &["nowhere"]);
}

#[test]
fn a_damaged_summary_is_said_so() {
    for text in
        ["", "{\"schema\": \"outlay/summary/1\"", "[1, 2]", "{\"schema\": \"outlay/summary/99\"}"]
    {
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join("fit")).unwrap();
        fs::write(folder.path().join("fit/summary.json"), text).unwrap();
        let run = outlay(folder.path(), &["show", "fit"]);
        run.refused(FILES, &["summary.json"]);
    }
}

#[test]
fn every_configuration_key_is_listed_with_its_source() {
    let folder = TempDir::new().unwrap();
    let text = outlay(folder.path(), &["config"]);
    let json = outlay(folder.path(), &["config", "--json"]);
    text.succeeded();
    json.succeeded();
    let listed: Vec<serde_json::Value> = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(listed.len(), outlay_config::entries().count());
    for setting in outlay_core::registry::SETTINGS {
        assert!(text.stdout.contains(setting.key), "{} is not listed", setting.key);
        let entry = listed.iter().find(|entry| entry["key"] == setting.key).unwrap();
        assert_eq!(entry["source"], setting.source);
        assert_eq!(entry["default"], setting.default);
    }
}
