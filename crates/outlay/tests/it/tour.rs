//! The README's five minutes, command by command, and what they must leave.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::docs::blocks;
use crate::outlay::{Run, names, outlay, repository};

/// Enough to see every step; the README's own numbers of draws take longer.
const QUICK: [&str; 8] = ["--chains", "2", "--warmup", "300", "--draws", "300", "--backtest", "0"];

/// A fit with few draws may be called unhealthy; its results are written all the same.
#[track_caller]
fn fitted(run: &Run) {
    assert!(matches!(run.code, Some(0 | 5)), "{:?}\n{}\n{}", run.code, run.stdout, run.stderr);
}

fn summary(folder: &Path) -> Value {
    let text = fs::read_to_string(folder.join("summary.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn the_five_minutes_work_as_written() {
    let page = fs::read_to_string(repository("README.md")).unwrap();
    let folder = TempDir::new().unwrap();
    let specs: Vec<String> =
        blocks(&page, "toml").into_iter().filter(|block| !block.contains("[[channels]]")).collect();
    let [spec] = specs.as_slice() else { panic!("the README should show one specification") };
    fs::write(folder.path().join("model.toml"), spec).unwrap();

    let mut steps = Vec::new();
    for line in blocks(&page, "sh").iter().flat_map(|block| block.lines()) {
        let Some(call) = line.strip_prefix("outlay ") else { continue };
        let mut args: Vec<&str> = call.split_whitespace().collect();
        let bayesian = args[0] == "fit" && !args.contains(&"ridge");
        // Calibration fits a hundred times; its options are checked with the other commands'.
        if args[0] == "calibrate" {
            continue;
        }
        if bayesian {
            args.extend(QUICK);
        }
        let run = outlay(folder.path(), &args);
        if bayesian {
            fitted(&run);
        } else {
            run.succeeded();
        }
        assert!(!run.stdout.trim().is_empty(), "`{line}` says nothing");
        steps.push(args[0].to_owned());
    }
    for step in ["simulate", "describe", "fit", "show", "curves", "plan", "compare"] {
        assert!(steps.iter().any(|done| done == step), "the README never shows `outlay {step}`");
    }

    let truth = fs::read_to_string(folder.path().join("brand/truth.json")).unwrap();
    let truth: Value = serde_json::from_str(&truth).unwrap();
    let paid = truth["channels"].as_object().unwrap().len();
    for fit in ["fit", "fit-2", "ridge"] {
        let answer = summary(&folder.path().join(fit));
        let channels = answer["channels"].as_object().unwrap();
        assert!(channels.len() >= paid.min(5), "{fit} has {} channels", channels.len());
        let report = fs::read_to_string(folder.path().join(fit).join("report.html")).unwrap();
        for outside in ["src=\"http", "href=\"http", "@import", "url(http"] {
            assert!(!report.contains(outside), "{fit}/report.html loads something: {outside}");
        }
    }
    assert!(summary(&folder.path().join("fit-2"))["fit"]["holdout"].is_object());
}

#[test]
fn the_same_seed_gives_the_same_bytes_on_any_number_of_threads() {
    let folder = TempDir::new().unwrap();
    outlay(folder.path(), &["simulate", "--example", "shop", "--out", "brand"]).succeeded();
    let fit = |out: &str, threads: &str, seed: &str| {
        let args = ["fit", "brand/data.csv", "--out", out, "--threads", threads, "--seed", seed];
        fitted(&outlay(folder.path(), &[&args[..], &QUICK].concat()));
        let mut answer = summary(&folder.path().join(out));
        answer.as_object_mut().unwrap().remove("timing").unwrap();
        let draws = fs::read(folder.path().join(out).join("draws.parquet")).unwrap();
        (serde_json::to_string(&answer).unwrap(), draws)
    };
    let one = fit("one", "1", "7");
    assert!(one == fit("two", "2", "7"), "two threads changed the answer");
    assert!(one == fit("four", "4", "7"), "four threads changed the answer");
    assert!(one != fit("other", "2", "8"), "another seed changed nothing");
}

#[test]
fn results_for_machines_are_one_json_document() {
    let folder = TempDir::new().unwrap();
    outlay(folder.path(), &["simulate", "--example", "shop", "--out", "brand"]).succeeded();
    let fit = ["--json", "fit", "brand/data.csv", "--out", "fit", "--approximate"];
    let calls: [&[&str]; 5] = [
        &["--json", "describe", "brand/data.csv"],
        &fit,
        &["--json", "show", "fit"],
        &["--json", "curves", "fit", "--channel", "tv", "--spend", "5000000"],
        &["--json", "compare", "fit", "fit"],
    ];
    for args in calls {
        let run = outlay(folder.path(), args);
        fitted(&run);
        let document: Value = serde_json::from_str(&run.stdout)
            .unwrap_or_else(|e| panic!("{args:?}: {e}\n{}", run.stdout));
        assert!(document.is_object(), "{args:?}");
    }
    let answer = summary(&folder.path().join("fit"));
    assert_eq!(answer["approximate"], true);
    assert_eq!(names(folder.path()), ["brand", "fit"]);
}
