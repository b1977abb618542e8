//! What an operator asks before and between starts: `doctor`, `migrate`, `config`.

use std::net::TcpListener;

use serde_json::Value;
use tempfile::TempDir;

use crate::outlay::{Run, outlay};

/// `outlay ARGS`, on a port that is free and in a folder of its own.
fn asked(folder: &TempDir, args: &[&str]) -> Run {
    let place = ["--listen", "127.0.0.1:0", "--data", "data"];
    outlay(folder.path(), &[args, &place[..]].concat())
}

/// What is wrong, by name, and what to do.
fn findings(run: &Run) -> Vec<(String, String)> {
    let found: Vec<Value> = serde_json::from_str(&run.stdout).unwrap();
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap().to_owned();
    let wrong = found.iter().filter(|finding| finding["ok"] == false);
    wrong.map(|finding| (text(finding, "name"), text(finding, "next"))).collect()
}

#[test]
fn doctor_finds_nothing_where_nothing_is_wrong() {
    let folder = TempDir::new().unwrap();
    asked(&folder, &["doctor"]).succeeded();
}

#[test]
fn doctor_says_what_to_do_about_each_obstacle() {
    let folder = TempDir::new().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    std::fs::write(folder.path().join("file"), "no folder").unwrap();
    std::fs::write(folder.path().join("no.db"), "no database, whatever it is called").unwrap();
    // Flags, the finding, and a word of the next step.
    let table = [
        (vec!["--listen", &address], "address", "--listen"),
        (vec!["--data", "file/data"], "data folder", "--data"),
        (vec!["--database", "sqlite://no.db"], "database", "database"),
        (vec!["--database", "postgres://nobody@127.0.0.1:1/none"], "database", "password"),
    ];
    for (flags, name, next) in table {
        let mut args = vec!["doctor", "--json"];
        for (flag, default) in [("--listen", "127.0.0.1:0"), ("--data", "data")] {
            if !flags.contains(&flag) {
                args.extend([flag, default]);
            }
        }
        args.extend(&flags);
        let run = outlay(folder.path(), &args);
        assert_eq!(run.code, Some(6), "{flags:?}: {}{}", run.stdout, run.stderr);
        let found = findings(&run);
        let found = found.iter().find(|(wrong, _)| wrong == name);
        assert!(found.is_some_and(|(_, does)| does.contains(next)), "{flags:?}: {}", run.stdout);
    }
}

#[test]
fn a_secret_that_is_not_there_is_named_and_an_address_that_is_none_is_not_repeated() {
    let folder = TempDir::new().unwrap();
    let missing = asked(&folder, &["doctor", "--database", "env:OUTLAY_TEST_NO_SUCH_VARIABLE"]);
    missing.refused(6, &["OUTLAY_TEST_NO_SUCH_VARIABLE"]);
    let broken = asked(&folder, &["doctor", "--database", "canary-4711"]);
    broken.refused(4, &["store.url"]);
    assert!(!broken.stderr.contains("canary-4711"), "{}", broken.stderr);
}

#[test]
fn the_schema_goes_up_down_and_up_again_and_what_others_rely_on_comes_with_it() {
    let folder = TempDir::new().unwrap();
    let pending = |run: &Run| {
        let found: Value = serde_json::from_str(&run.succeeded().stdout).unwrap();
        (found["applied"].as_array().unwrap().len(), found["pending"].as_u64().unwrap())
    };
    let status = || pending(&asked(&folder, &["migrate", "status", "--json"]));
    let (none, all) = status();
    assert!(none == 0 && all > 0);
    asked(&folder, &["doctor", "--contract"])
        .described_and_refused(6, &["do not hold", "--ensure"]);

    asked(&folder, &["migrate", "up"]).succeeded();
    assert_eq!(status(), (all as usize, 0));
    asked(&folder, &["doctor", "--contract"]).succeeded();

    let unconfirmed = asked(&folder, &["migrate", "down", "--to", "0"]);
    assert_eq!(unconfirmed.code, Some(2), "{}", unconfirmed.stderr);
    assert_eq!(status(), (all as usize, 0));
    asked(&folder, &["migrate", "down", "--to", "3", "--lose-data"]).succeeded();
    assert_eq!(status(), (3, all - 3));
    asked(&folder, &["migrate", "up"]).succeeded();
    let twice = asked(&folder, &["doctor", "--contract", "--ensure", "--json"]);
    let twice: Value = serde_json::from_str(&twice.succeeded().stdout).unwrap();
    assert_eq!(twice["made"], serde_json::json!([]));
    assert!(twice["names"].as_array().unwrap().iter().all(|name| name["rows"] == 0));
}

#[test]
fn config_says_where_a_value_comes_from_and_refuses_what_it_does_not_know() {
    let folder = TempDir::new().unwrap();
    let listed = outlay(folder.path(), &["config", "--json", "--set", "jobs.slots=3"]);
    let listed: Vec<Value> = serde_json::from_str(&listed.succeeded().stdout).unwrap();
    let slots = listed.iter().find(|row| row["key"] == "jobs.slots").unwrap();
    assert_eq!((&slots["value"], &slots["from"]), (&3.0.into(), &"flag --set".into()));
    outlay(folder.path(), &["config", "check"]).succeeded();
    let wrong = ["config", "check", "--set", "jobs.slot=3"];
    outlay(folder.path(), &wrong).refused(4, &["jobs.slot", "jobs.slots"]);
    let schema = outlay(folder.path(), &["config", "schema"]);
    assert!(serde_json::from_str::<Value>(&schema.succeeded().stdout).is_ok());
}
