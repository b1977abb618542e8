//! Bad input: a clear message, the documented exit code, and nothing half-written.

use std::fs::File;

use tempfile::TempDir;

use crate::brand::{Sheet, monday};
use crate::outlay::{names, outlay};

const DATA: i32 = 3;
const SPECIFICATION: i32 = 4;
const FILES: i32 = 6;

/// Describes and fits a file's text and asserts that both refuse it with these words, and that
/// the folder holds nothing new.
#[track_caller]
fn refused(text: &str, code: i32, words: &[&str]) {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("data.csv"), text).unwrap();
    outlay(folder.path(), &["describe", "data.csv"]).described_and_refused(code, words);
    outlay(folder.path(), &["fit", "data.csv", "--out", "fit"]).refused(code, words);
    assert_eq!(names(folder.path()), ["data.csv"], "something was left behind");
}

#[test]
fn an_empty_file_is_refused() {
    refused("", DATA, &["data.csv", "empty"]);
    refused("\n\n \n", DATA, &["data.csv"]);
    refused("\u{feff}", DATA, &["data.csv", "empty"]);
}

#[test]
fn a_header_without_rows_is_refused() {
    let mut sheet = Sheet::national(1, 3);
    sheet.rows.clear();
    refused(&sheet.text(), DATA, &["data.csv", "row"]);
}

#[test]
fn a_duplicate_date_is_refused_with_the_date() {
    let sheet = Sheet::national(60, 3).set(20, "date", &monday(19).to_string());
    refused(&sheet.text(), DATA, &[&monday(19).to_string()]);
    let mut doubled = Sheet::national(60, 3);
    doubled.rows.insert(31, doubled.rows[30].clone());
    refused(&doubled.text(), DATA, &[&monday(30).to_string()]);
}

#[test]
fn missing_weeks_are_refused_with_where_they_are() {
    let sheet = Sheet::national(60, 3).without(25..28);
    refused(&sheet.text(), DATA, &["3", "missing", &monday(25).to_string()]);
}

#[test]
fn text_in_a_number_is_refused_with_column_and_cell() {
    let sheet = Sheet::national(60, 3).set(17, "tv_spend", "about 900");
    // The header is line 1, so the eighteenth row is line 19.
    refused(&sheet.text(), DATA, &["tv_spend", "about 900", "line 19"]);
}

#[test]
fn a_hole_in_a_spend_column_is_not_taken_for_zero() {
    let sheet = Sheet::national(60, 3).set(17, "tv_spend", "");
    refused(&sheet.text(), DATA, &["tv_spend"]);
}

#[test]
fn negative_spend_is_refused_with_its_place() {
    let sheet = Sheet::national(60, 3).set(40, "search_spend", "-120.50");
    refused(&sheet.text(), DATA, &["search_spend", "negative", "-120.5", "line 42"]);
}

#[test]
fn a_channel_that_never_ran_is_refused_by_name() {
    let sheet = Sheet::national(60, 3).fill("social_spend", "0");
    refused(&sheet.text(), DATA, &["social", "zero"]);
}

#[test]
fn a_kpi_that_never_changes_is_refused() {
    let sheet = Sheet::national(60, 3).fill("revenue", "40000");
    refused(&sheet.text(), DATA, &["revenue", "never changes"]);
}

#[test]
fn one_geo_with_missing_weeks_is_refused_by_name() {
    let sheet = Sheet::geos(40, 2, &["north", "south", "west"]).without(50..53);
    refused(&sheet.text(), DATA, &["south"]);
}

#[test]
fn five_rows_are_too_few() {
    refused(&Sheet::national(5, 2).text(), DATA, &["5", "too few"]);
}

#[test]
fn two_hundred_channels_on_fifty_rows_are_refused() {
    refused(&Sheet::national(50, 200).text(), DATA, &["200", "50"]);
}

#[test]
fn a_file_without_any_spend_is_refused() {
    refused(&Sheet::national(60, 0).text(), DATA, &["channel"]);
}

#[test]
fn a_binary_file_is_refused() {
    let folder = TempDir::new().unwrap();
    let noise: Vec<u8> =
        (0..4096_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    std::fs::write(folder.path().join("data.csv"), noise).unwrap();
    outlay(folder.path(), &["fit", "data.csv", "--out", "fit"]).refused(DATA, &["data.csv"]);
    assert_eq!(names(folder.path()), ["data.csv"]);
}

#[test]
fn a_broken_parquet_or_spreadsheet_is_refused() {
    for file in ["data.parquet", "data.xlsx"] {
        let folder = TempDir::new().unwrap();
        std::fs::write(folder.path().join(file), "this is no such file").unwrap();
        let run = outlay(folder.path(), &["fit", file, "--out", "fit"]);
        run.refused(DATA, &[file]);
        assert_eq!(names(folder.path()), [file]);
    }
}

/// The file is sparse: it takes no room, and reading it all would take minutes.
#[test]
fn a_file_of_two_gigabytes_is_refused_unread() {
    let folder = TempDir::new().unwrap();
    let file = File::create(folder.path().join("data.csv")).unwrap();
    file.set_len(2 << 30).unwrap();
    drop(file);
    for command in [&["describe", "data.csv"][..], &["fit", "data.csv", "--out", "fit"][..]] {
        outlay(folder.path(), command).refused(DATA, &["data.csv", "data.file_bytes_max"]);
    }
    assert_eq!(names(folder.path()), ["data.csv"]);
}

#[test]
fn a_file_that_is_not_there_is_said_so() {
    let folder = TempDir::new().unwrap();
    for command in [
        &["describe", "nowhere.csv"][..],
        &["fit", "nowhere.csv", "--out", "fit"][..],
        &["show", "nowhere"][..],
        &["simulate", "nowhere.toml", "--out", "brand"][..],
    ] {
        outlay(folder.path(), command).refused(FILES, &["nowhere"]);
    }
    assert!(names(folder.path()).is_empty());
}

#[test]
fn a_folder_is_no_data_file() {
    let folder = TempDir::new().unwrap();
    std::fs::create_dir(folder.path().join("data.csv")).unwrap();
    outlay(folder.path(), &["describe", "data.csv"]).refused(FILES, &["data.csv"]);
}

/// Root may write everywhere; below a regular file nobody can.
#[test]
fn an_output_folder_that_cannot_be_made_is_refused_before_the_fit() {
    let folder = TempDir::new().unwrap();
    Sheet::national(60, 2).save(folder.path());
    std::fs::write(folder.path().join("notes"), "mine").unwrap();
    let run = outlay(folder.path(), &["fit", "data.csv", "--out", "notes/fit"]);
    run.refused(FILES, &["notes"]);
    assert_eq!(names(folder.path()), ["data.csv", "notes"]);
    assert_eq!(std::fs::read_to_string(folder.path().join("notes")).unwrap(), "mine");
}

/// Fits with a specification and asserts that it is refused with these words.
#[track_caller]
fn specification_refused(spec: &str, words: &[&str]) {
    let folder = TempDir::new().unwrap();
    Sheet::national(60, 3).save(folder.path());
    std::fs::write(folder.path().join("model.toml"), spec).unwrap();
    let run = outlay(folder.path(), &["fit", "data.csv", "--spec", "model.toml", "--out", "fit"]);
    run.refused(SPECIFICATION, words);
    assert_eq!(names(folder.path()), ["data.csv", "model.toml"]);
}

#[test]
fn a_channel_that_the_data_does_not_have_is_refused_with_those_it_has() {
    let spec = "version = 1\n\n[channel.radio.adstock]\nmax_lag = 4\n";
    specification_refused(spec, &["radio", "tv", "search", "social"]);
}

#[test]
fn an_unknown_key_is_refused_with_its_line() {
    specification_refused("version = 1\n\n[media.adstock]\nmaxlag = 4\n", &["maxlag", "line 4"]);
}

#[test]
fn an_impossible_prior_is_refused_with_its_line() {
    let spec = "version = 1\n\n[media.adstock]\nalpha = { normal = { mean = 0.0, sd = 1.0 } }\n";
    specification_refused(spec, &["media.adstock.alpha", "0 to 1", "line 4"]);
    let spec = "version = 1\n[media.effect]\nprior = { log-normal = { mu = 0.0, sigma = -1.0 } }\n";
    specification_refused(spec, &["media.effect.prior", "line 3"]);
}

#[test]
fn a_specification_without_or_of_another_version_is_refused() {
    specification_refused("preset = \"outlay\"\n", &["version = 1"]);
    specification_refused("version = 99\n", &["version", "99"]);
    specification_refused("version = \n", &["line 1"]);
}

#[test]
fn an_unknown_country_is_refused_with_a_suggestion() {
    let spec = "version = 1\n[baseline.holidays]\ncountries = [\"UK\"]\n";
    specification_refused(spec, &["UK", "GB"]);
}

#[test]
fn a_wrong_world_is_refused_with_its_line() {
    let folder = TempDir::new().unwrap();
    let world = "version = 1\n\n[[channels]]\nname = \"tv\"\nspend = -5.0\n";
    std::fs::write(folder.path().join("world.toml"), world).unwrap();
    let run = outlay(folder.path(), &["simulate", "world.toml", "--out", "brand"]);
    run.refused(SPECIFICATION, &["spend", "line 5"]);
    assert_eq!(names(folder.path()), ["world.toml"]);
}

#[test]
fn a_wrong_call_ends_with_two_and_a_hint() {
    let folder = TempDir::new().unwrap();
    for args in [&["fit"][..], &["fitt"][..], &["fit", "data.csv", "--outt", "x"][..]] {
        let run = outlay(folder.path(), args);
        assert_eq!(run.code, Some(2), "{}", run.stderr);
        assert!(run.stderr.contains("Usage") || run.stderr.contains("similar"), "{}", run.stderr);
    }
}

#[test]
fn machines_get_the_problem_as_json() {
    let folder = TempDir::new().unwrap();
    Sheet::national(60, 3).set(40, "tv_spend", "-7").save(folder.path());
    let run = outlay(folder.path(), &["--json", "fit", "data.csv", "--out", "fit"]);
    assert_eq!(run.code, Some(DATA), "{}", run.stderr);
    let problem = run.problem();
    assert_eq!(problem["exit"], DATA);
    assert!(problem["title"].as_str().unwrap().contains("tv"), "{problem}");
    assert!(problem["code"].as_str().unwrap().starts_with("data."), "{problem}");
    for key in ["type", "next"] {
        assert!(!problem[key].as_str().unwrap().is_empty(), "`{key}` is empty: {problem}");
    }
    assert_eq!(names(folder.path()), ["data.csv"]);
}
