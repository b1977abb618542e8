//! A folder of results is whole or absent, and never stands over somebody else's files.

use std::fs;
use std::path::Path;

use outlay_engine::folder::{Draft, FolderError, Owner, Shelf, refuse_early, write};
use outlay_engine::{EngineError, Kind};
use tempfile::TempDir;

const SHELF: Shelf<'static> = Shelf {
    what: "test",
    unwritable: "test.write",
    file: "test.file",
    occupied: "test.occupied",
    owner: Owner::Marker("index.json"),
    files: &["index.json", "old.json"],
    replaces: &["parts.json", "parts", "old.json"],
};

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn problem(error: FolderError) -> (Kind, &'static str) {
    let error = EngineError::from(error);
    assert!(!error.next().is_empty());
    (error.kind(), error.code())
}

#[test]
fn nothing_is_seen_before_it_is_whole_and_what_is_given_up_leaves_no_trace() {
    let home = TempDir::new().unwrap();
    let out = home.path().join("a/b/c");
    let draft = Draft::open(&out, &SHELF).unwrap();
    draft.put("index.json", b"{}").unwrap();
    draft.put("parts/one.json", b"1").unwrap();
    assert!(!out.exists());
    drop(draft);
    assert!(names(home.path()).is_empty());
    let draft = Draft::open(&out, &SHELF).unwrap();
    draft.put("parts/one.json", b"1").unwrap();
    draft.publish().unwrap();
    assert_eq!(names(&home.path().join("a/b")), ["c"]);
    assert_eq!(fs::read_to_string(out.join("parts/one.json")).unwrap(), "1");
}

#[test]
fn an_earlier_version_goes_with_what_the_new_one_lacks_and_other_files_stay() {
    let home = TempDir::new().unwrap();
    let out = home.path().join("out");
    let first = [("index.json", "1"), ("parts.json", "2"), ("parts/a", "a"), ("old.json", "o")];
    write(&out, &SHELF, &first).unwrap();
    fs::write(out.join("notes.txt"), "mine").unwrap();
    write(&out, &SHELF, &[("index.json", "2")]).unwrap();
    assert_eq!(names(&out), ["index.json", "notes.txt"]);
    assert_eq!(fs::read_to_string(out.join("index.json")).unwrap(), "2");
    // A folder of that name without the file that says whose it is belongs to somebody else.
    fs::create_dir(out.join("parts")).unwrap();
    write(&out, &SHELF, &[("index.json", "3")]).unwrap();
    assert_eq!(names(&out), ["index.json", "notes.txt", "parts"]);
}

#[test]
fn places_that_are_not_ours_are_refused_before_the_work() {
    let home = TempDir::new().unwrap();
    let file = home.path().join("file");
    fs::write(&file, "mine").unwrap();
    assert_eq!(problem(refuse_early(&file, &SHELF).unwrap_err()), (Kind::Conflict, "test.file"));
    let below = Draft::open(&file.join("below"), &SHELF).unwrap_err();
    assert_eq!(problem(below), (Kind::Storage, "test.write"));
    let theirs = home.path().join("theirs");
    fs::create_dir(&theirs).unwrap();
    fs::write(theirs.join("other"), "mine").unwrap();
    let occupied = Draft::open(&theirs, &SHELF).unwrap_err();
    assert_eq!(problem(occupied), (Kind::Conflict, "test.occupied"));
    assert_eq!(names(&theirs), ["other"]);
    let anybody = Shelf { owner: Owner::Anybody, ..SHELF };
    fs::create_dir(theirs.join("index.json")).unwrap();
    let way = Draft::open(&theirs, &anybody).unwrap_err();
    assert_eq!(problem(way), (Kind::Storage, "test.write"));
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
}

#[test]
fn work_that_adds_to_its_folder_has_it_from_the_beginning() {
    let home = TempDir::new().unwrap();
    let out = home.path().join("a/out");
    drop(Draft::open_in(&out, &SHELF).unwrap());
    assert!(names(home.path()).is_empty(), "an empty folder goes again");
    let draft = Draft::open_in(&out, &SHELF).unwrap();
    fs::write(out.join("lines"), "1\n").unwrap();
    drop(draft);
    assert_eq!(names(&out), ["lines"], "what was added stays");
}

#[test]
fn two_at_work_in_one_place_and_a_killed_one_do_not_disturb_each_other() {
    let home = TempDir::new().unwrap();
    let out = home.path().join("out");
    let (one, two) = (Draft::open(&out, &SHELF).unwrap(), Draft::open(&out, &SHELF).unwrap());
    one.put("index.json", b"1").unwrap();
    two.put("index.json", b"2").unwrap();
    one.publish().unwrap();
    two.publish().unwrap();
    assert_eq!(fs::read_to_string(out.join("index.json")).unwrap(), "2");
    assert_eq!(names(home.path()), ["out"]);
    // Killed in an empty folder: what is left of it is nobody's file.
    let empty = home.path().join("empty");
    fs::create_dir_all(&empty).unwrap();
    std::mem::forget(Draft::open(&empty, &SHELF).unwrap());
    write(&empty, &SHELF, &[("index.json", "3")]).unwrap();
    assert_eq!(fs::read_to_string(empty.join("index.json")).unwrap(), "3");
}
