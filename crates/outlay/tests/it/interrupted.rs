//! Ctrl-C: what was drawn is kept whole, or nothing is written.
#![cfg(unix)]

use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::brand::Sheet;
use crate::outlay::names;

const INTERRUPTED: i32 = 130;

/// A fit that would take far longer than anybody waits.
fn endless_fit(folder: &TempDir) -> Child {
    Sheet::national(104, 3).save(folder.path());
    let spec = "version = 1\n\n[sampling]\nwarmup = 200\ndraws = 5000000\n";
    std::fs::write(folder.path().join("model.toml"), spec).unwrap();
    Command::new(env!("CARGO_BIN_EXE_outlay"))
        .args(["fit", "data.csv", "--spec", "model.toml", "--out", "fit"])
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// The summary that an interrupted fit left.
fn kept(folder: &TempDir) -> Value {
    let text = std::fs::read_to_string(folder.path().join("fit/summary.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Sends Ctrl-C as a terminal would and waits for the exit code.
fn interrupt(mut child: Child) -> Option<i32> {
    let pid = child.id().to_string();
    let sent = Command::new("sh").args(["-c", &format!("kill -INT {pid}")]).status().unwrap();
    assert!(sent.success(), "the fit had ended before it was interrupted");
    let deadline = Instant::now() + Duration::from_secs(120);
    while Instant::now() < deadline {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        sleep(Duration::from_millis(50));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    panic!("the fit did not end within two minutes of being interrupted");
}

#[test]
fn an_interrupted_fit_keeps_whole_results_and_says_so() {
    // How long warm-up takes depends on the machine and what else it does: wait longer until
    // there are draws to keep.
    for seconds in [4, 15, 60] {
        let folder = TempDir::new().unwrap();
        let mut child = endless_fit(&folder);
        sleep(Duration::from_secs(seconds));
        assert!(child.try_wait().unwrap().is_none(), "the fit ended by itself");
        assert_eq!(interrupt(child), Some(INTERRUPTED));
        if names(folder.path()).contains(&"fit".to_owned()) {
            assert_eq!(names(folder.path()), ["data.csv", "fit", "model.toml"]);
            let kept = kept(&folder);
            assert_eq!(kept["diagnostics"]["interrupted"], true);
            let draws = kept["diagnostics"]["draws"].as_u64().unwrap();
            assert!((1..5_000_000).contains(&draws), "{draws} draws");
            return;
        }
    }
    panic!("no draws were kept after a minute");
}

#[test]
fn a_fit_interrupted_at_once_leaves_nothing_half_written() {
    let folder = TempDir::new().unwrap();
    let child = endless_fit(&folder);
    // The handler must be there before the signal: the file is read within this time.
    sleep(Duration::from_millis(400));
    let code = interrupt(child);
    assert!(code == Some(INTERRUPTED) || code.is_none(), "ended with {code:?}");
    let left = names(folder.path());
    if left.contains(&"fit".to_owned()) {
        assert_eq!(kept(&folder)["diagnostics"]["interrupted"], true);
    } else {
        assert_eq!(left, ["data.csv", "model.toml"]);
    }
}
