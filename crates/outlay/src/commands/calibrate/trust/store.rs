//! `scores.jsonl`: what has been answered so far. Lines are added whole and never changed.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::Mutex;

use super::LINES;
use super::line::{Key, Line, SCHEMA};
use crate::failure::{Exit, Failure};

/// The lines of a folder; without one, nothing is kept.
pub(super) struct Store {
    known: HashMap<Key, Line>,
    file: Option<Mutex<File>>,
}

impl Store {
    /// Reads what is there. Of two lines with one key the later counts; what is no line (a run
    /// that was killed while it wrote) is passed over.
    pub(super) fn open(out: Option<&Path>) -> Result<Self, Failure> {
        let Some(out) = out else { return Ok(Self { known: HashMap::new(), file: None }) };
        let path = out.join(LINES);
        let unusable = |e: &io::Error| {
            Failure::new(
                Exit::Files,
                "calibrate.lines",
                format!("cannot use {}: {e}", path.display()),
                "choose another folder for --out",
            )
        };
        let text = match fs::read_to_string(&path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => String::new(),
            other => other.map_err(|e| unusable(&e))?,
        };
        let lines = text.lines().filter_map(|line| serde_json::from_str::<Line>(line).ok());
        let known = lines.filter(|l| l.schema == SCHEMA).map(|l| (l.key.clone(), l)).collect();
        let mut file =
            OpenOptions::new().create(true).append(true).open(&path).map_err(|e| unusable(&e))?;
        if !text.is_empty() && !text.ends_with('\n') {
            file.write_all(b"\n").map_err(|e| unusable(&e))?;
        }
        Ok(Self { known, file: Some(Mutex::new(file)) })
    }

    /// What is known under a key.
    pub(super) fn known(&self, key: &Key) -> Option<&Line> {
        self.known.get(key)
    }

    /// Adds a line.
    pub(super) fn add(&self, line: &Line) -> Result<(), Failure> {
        let Some(file) = &self.file else { return Ok(()) };
        let lost = |e: &dyn std::fmt::Display| {
            let message = format!("cannot add to {LINES}: {e}");
            Failure::new(Exit::Files, "calibrate.lines", message, "what was added before is kept")
        };
        let text = serde_json::to_string(line).map_err(|e| lost(&e))? + "\n";
        let mut file = file.lock().map_err(|e| lost(&e))?;
        file.write_all(text.as_bytes()).map_err(|e| lost(&e))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(seed: u64, failed: &str) -> Line {
        let text = |t: &str| t.to_owned();
        Line {
            schema: text(SCHEMA),
            key: Key {
                class: text("mixed"),
                seed,
                row: text("outlay"),
                method: text("nuts"),
                settings: text("2 × (400 + 400)"),
                spec: text("a"),
                brand: text("b"),
                through_file: true,
                version: text("0.1.0"),
            },
            program: String::new(),
            result: None,
            failed: Some(text(failed)),
        }
    }

    #[test]
    fn lines_are_found_again_and_a_torn_one_is_passed_over() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::open(Some(home.path())).unwrap();
        store.add(&line(1, "first")).unwrap();
        store.add(&line(1, "second")).unwrap();
        drop(store);
        let path = home.path().join(LINES);
        let torn = fs::read_to_string(&path).unwrap() + "{\"schema\":\"outlay/sc";
        fs::write(&path, torn).unwrap();
        let store = Store::open(Some(home.path())).unwrap();
        assert_eq!(store.known(&line(1, "").key).unwrap().failed.as_deref(), Some("second"));
        store.add(&line(2, "third")).unwrap();
        let store = Store::open(Some(home.path())).unwrap();
        assert!(store.known(&line(2, "").key).is_some());
        assert!(store.known(&line(3, "").key).is_none());
    }

    #[test]
    fn without_a_folder_nothing_is_kept() {
        let store = Store::open(None).unwrap();
        store.add(&line(1, "first")).unwrap();
        assert!(store.known(&line(1, "").key).is_none());
    }
}
