//! Plans from a fit: what is written, what is refused, and that the figures hang together.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;

use crate::brand::Sheet;
use crate::outlay::{names, outlay};

/// A folder with one small fit that all tests read.
fn folder() -> &'static Path {
    static FOLDER: OnceLock<TempDir> = OnceLock::new();
    FOLDER
        .get_or_init(|| {
            let folder = TempDir::new().unwrap();
            Sheet::national(104, 2).save(folder.path());
            let args = ["fit", "data.csv", "--out", "fit", "--chains", "2", "--warmup", "200"];
            outlay(folder.path(), &[&args[..], &["--draws", "150", "--backtest", "0"]].concat());
            folder
        })
        .path()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

fn plan(args: &[&str], out: &str) -> Value {
    let run = outlay(folder(), &[&["plan", "fit", "--out", out], args].concat());
    run.succeeded();
    let text = fs::read_to_string(folder().join(out).join("plan.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn a_plan_is_a_folder_whose_figures_add_up() {
    let plan = plan(&["--horizon", "8w"], "sums");
    assert_eq!(names(&folder().join("sums")), ["plan.csv", "plan.html", "plan.json"]);
    let channels = plan["channels"].as_array().unwrap();
    let sum = |key: &str| channels.iter().map(|c| number(&c[key])).sum::<f64>();
    let planned = number(&plan["totals"]["planned"]);
    assert!((sum("planned") / planned - 1.0).abs() < 1e-9);
    assert!((planned / number(&plan["totals"]["current"]) - 1.0).abs() < 1e-6);
    let expected: f64 = channels.iter().map(|c| number(&c["expected"]["mean"])).sum();
    assert!((expected / number(&plan["totals"]["expected"]["mean"]) - 1.0).abs() < 1e-9);
    for channel in channels {
        let cells = channel["periods"].as_array().unwrap();
        assert_eq!(cells.len(), 8);
        let of: f64 = cells.iter().map(|c| number(&c["planned"])).sum();
        assert!((of - number(&channel["planned"])).abs() < 1e-6 * planned);
        let (now, then) = (number(&channel["current"]), number(&channel["planned"]));
        assert!(then >= 0.5 * now - 1e-6 * planned && then <= 1.5 * now + 1e-6 * planned);
    }
    // The mean plan is expected to be no worse than doing nothing, and proves its gap.
    let idle = &plan["comparison"][0];
    assert!(number(&idle["difference"]["mean"]) >= -1e-3 * expected);
    assert!(number(&plan["certificate"]["gap"]) <= 2e-3);
    assert!(number(&plan["certificate"]["bound"]) >= number(&plan["certificate"]["value"]));
    // The spreadsheet spends what the plan says.
    let csv = fs::read_to_string(folder().join("sums/plan.csv")).unwrap();
    let total: f64 =
        csv.lines().skip(1).map(|l| l.rsplit(',').next().unwrap().parse::<f64>().unwrap()).sum();
    assert!((total / planned - 1.0).abs() < 1e-9);
}

#[test]
fn the_same_question_gives_the_same_bytes_on_any_number_of_threads() {
    plan(&["--threads", "1"], "one");
    plan(&["--threads", "4"], "four");
    for file in ["plan.json", "plan.csv", "plan.html"] {
        let read = |out: &str| fs::read(folder().join(out).join(file)).unwrap();
        assert_eq!(read("one"), read("four"), "{file}");
    }
}

#[test]
fn a_plan_is_priced_again_at_its_own_price() {
    let first = plan(&["--horizon", "6w"], "first");
    let run = outlay(folder(), &["plan", "price", "fit", "first", "--json"]);
    let again: Value = serde_json::from_str(&run.succeeded().stdout).unwrap();
    let of = |plan: &Value| number(&plan["totals"]["expected"]["mean"]);
    assert!((of(&again) / of(&first) - 1.0).abs() < 1e-6, "{} {}", of(&again), of(&first));
    assert!(again["certificate"].is_null());
}

#[test]
fn clashes_and_strange_input_name_their_cause() {
    let write = |name: &str, text: &str| fs::write(folder().join(name), text).unwrap();
    let channel = {
        let text = fs::read_to_string(folder().join("fit/summary.json")).unwrap();
        let summary: Value = serde_json::from_str(&text).unwrap();
        summary["channels"].as_object().unwrap().keys().next().unwrap().clone()
    };
    write("clash.toml", &format!("[channel.{channel}]\nmin = 9e9\n"));
    let ask =
        |args: &[&str]| outlay(folder(), &[&["plan", "fit", "--out", "never"], args].concat());
    ask(&["--budget", "1000", "-c", "clash.toml"]).refused(4, &["cannot all hold", &channel]);
    write("unknown.toml", "[channel.telly]\nmin = 1.0\n");
    ask(&["-c", "unknown.toml"]).refused(4, &["telly", "it has"]);
    write("typo.toml", "budgit = 3\n");
    ask(&["-c", "typo.toml"]).refused(4, &["line 1", "budgit"]);
    write("locked.toml", "[every-channel]\nlock = true\n");
    ask(&["-c", "locked.toml"]).refused(4, &["locked"]);
    ask(&["--budget", "0"]).refused(4, &["zero"]);
    ask(&["--budget", "lots"]).refused(4, &["lots"]);
    ask(&["--horizon", "3y"]).refused(4, &["2 years"]);
    ask(&["--horizon", "soon"]).refused(4, &["soon", "13w"]);
    ask(&["--objective", "fame"]).refused(4, &["fame"]);
    outlay(folder(), &["plan", "nowhere", "--out", "never"]).refused(6, &["nowhere"]);
    outlay(folder(), &["plan", "fit", "--out", "fit"]).refused(6, &["not touched"]);
    write("own.csv", "channel,spend\ntelly,5\n");
    outlay(folder(), &["plan", "price", "fit", "own.csv"]).refused(3, &["telly"]);
    assert!(!folder().join("never").exists());
}

#[test]
fn plans_stand_side_by_side_and_leave_for_a_spreadsheet() {
    plan(&["--horizon", "5w"], "bold");
    plan(&["--horizon", "5w", "--objective", "cautious"], "careful");
    let run = outlay(folder(), &["plan", "compare", "bold", "careful", "--json"]);
    let compared: Value = serde_json::from_str(&run.succeeded().stdout).unwrap();
    let scenarios = compared["scenarios"].as_array().unwrap();
    let order: Vec<&str> = scenarios.iter().map(|s| s["name"].as_str().unwrap()).collect();
    assert_eq!(order, ["doing nothing", "bold", "careful"]);
    assert!(compared["warnings"].as_array().unwrap().is_empty());
    for file in ["s.csv", "s.json", "s.xlsx"] {
        outlay(folder(), &["plan", "compare", "bold", "careful", "--out", file]).succeeded();
        assert!(fs::metadata(folder().join(file)).unwrap().len() > 100, "{file}");
    }
    outlay(folder(), &["plan", "compare", "bold", "careful", "--out", "s.doc"])
        .refused(6, &["doc"]);
}

#[test]
fn a_front_rises_and_knowledge_is_never_worth_less_than_nothing() {
    let args = ["plan", "front", "fit", "--horizon", "4w", "--points", "4", "--json"];
    let front: Value = serde_json::from_str(&outlay(folder(), &args).succeeded().stdout).unwrap();
    let points = front["points"].as_array().unwrap();
    assert!(points.len() >= 2);
    for pair in points.windows(2) {
        assert!(number(&pair[1]["spend"]) > number(&pair[0]["spend"]));
        assert!(number(&pair[1]["expected"]) > number(&pair[0]["expected"]));
    }
    let args = ["plan", "sensitivity", "fit", "--horizon", "4w", "--json"];
    let study: Value = serde_json::from_str(&outlay(folder(), &args).succeeded().stdout).unwrap();
    for swing in study["swings"].as_array().unwrap() {
        assert!(number(&swing["lost"]) >= 0.0);
    }
    let all = number(&study["all"]);
    for known in study["knowledge"].as_array().unwrap() {
        assert!(number(&known["worth"]) >= 0.0);
    }
    assert!(all >= 0.0);
}

#[test]
fn reach_is_planned_from_a_table_of_points() {
    let dir = TempDir::new().unwrap();
    let points = "channel,population,unit,bought,reached\n\
        tv,1000,spend,10,180\ntv,1000,spend,50,480\nvideo,1000,spend,5,150\nvideo,1000,spend,20,390\n";
    fs::write(dir.path().join("points.csv"), points).unwrap();
    let run = outlay(
        dir.path(),
        &["plan", "reach", "points.csv", "--budget", "60", "--out", "reach.json", "--json"],
    );
    run.succeeded();
    let answer: Value = serde_json::from_str(&run.stdout).unwrap();
    let file = fs::read_to_string(dir.path().join("reach.json")).unwrap();
    assert_eq!(answer, serde_json::from_str::<Value>(&file).unwrap());
    let shares = answer["split"]["channels"].as_array().unwrap();
    let spent: f64 = shares.iter().map(|c| number(&c["spend"])).sum();
    assert!((spent - 60.0).abs() < 0.01, "{spent}");
    let run = outlay(dir.path(), &["plan", "reach", "points.csv", "--target", "0.9999"]);
    assert_eq!(run.code, Some(4), "{}", run.stderr);
    assert!(run.stderr.contains("cannot be reached"), "{}", run.stderr);
}
