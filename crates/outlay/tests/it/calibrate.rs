//! `outlay calibrate` end to end, on the smallest brands that say anything.

use std::fs;

use serde_json::Value;

use crate::outlay::outlay;

const SMALL: [&str; 7] = ["calibrate", "--simulations", "10", "--periods", "24", "--channels", "1"];

#[test]
fn a_calibration_leaves_figures_and_a_page_whatever_the_threads() {
    let dir = tempfile::tempdir().unwrap();
    let with = |threads: &str, out: &str| {
        let args = [&SMALL[..], &["--threads", threads, "--out", out]].concat();
        let run = outlay(dir.path(), &args);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        assert!(run.stdout.starts_with("Over 10 simulated data sets the ranks of all "));
        fs::read_to_string(dir.path().join(out).join("calibration.json")).unwrap()
    };
    let text = with("1", "one");
    assert_eq!(text, with("2", "two"));
    let answer: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(answer["schema"], "outlay/calibration/1");
    assert_eq!(answer["completed"], 10);
    assert_eq!(answer["passed"], true);
    let quantities = answer["quantities"].as_array().unwrap();
    let page = fs::read_to_string(dir.path().join("one/calibration.html")).unwrap();
    assert_eq!(page.matches("<figure").count(), quantities.len());
    assert!(!page.contains("http"), "the page needs nothing from elsewhere");
    for quantity in quantities {
        assert_eq!(quantity["ranks"].as_array().unwrap().len(), 10);
        assert!(page.contains(quantity["name"].as_str().unwrap()));
    }
}

#[test]
fn worlds_are_counted() {
    let dir = tempfile::tempdir().unwrap();
    let run = outlay(dir.path(), &["calibrate", "--worlds", "2", "--json", "--out", "c"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let answer: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(answer["coverage"]["worlds"], 2);
    let returns = answer["returns"].as_array().unwrap();
    assert_eq!(answer["coverage"]["estimates"], returns.len());
    let holds = |r: &&Value| {
        let at = |v: &Value| v.as_f64().unwrap();
        let e = &r["estimate"];
        (at(&e["q05"])..=at(&e["q95"])).contains(&at(&r["truth"]))
    };
    let held = returns.iter().filter(holds).count() as f64 / returns.len() as f64;
    assert!((answer["coverage"]["coverage_90"]["mean"].as_f64().unwrap() - held).abs() < 1e-12);
    assert_eq!(fs::read_to_string(dir.path().join("c/coverage.json")).unwrap(), run.stdout);
}

#[test]
fn what_cannot_be_is_refused_before_the_work() {
    let dir = tempfile::tempdir().unwrap();
    let run = |more: &[&str]| outlay(dir.path(), &[&SMALL[..], more].concat());
    fs::write(dir.path().join("file"), "mine").unwrap();
    run(&["--out", "file"]).refused(6, &["file"]);
    fs::write(
        dir.path().join("spec.toml"),
        "version = 1\n[channel.billboards.adstock]\nmax_lag = 2\n",
    )
    .unwrap();
    run(&["--spec", "spec.toml", "--out", "c"]).refused(4, &["billboards", "search"]);
    assert!(!dir.path().join("c").exists(), "nothing half-written");
    run(&["--spec", "absent.toml"]).refused(6, &["absent.toml"]);
    outlay(dir.path(), &["calibrate", "absent.csv"]).refused(6, &["absent.csv"]);
}
