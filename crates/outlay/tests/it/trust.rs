//! `outlay calibrate --class` end to end: answers beside the truth of brands that are nobody's
//! model.

use std::fs;

use serde_json::Value;

use crate::outlay::outlay;

const SMALL: [&str; 9] = [
    "calibrate",
    "--worlds",
    "2",
    "--class",
    "short,bent",
    "--preset",
    "outlay,prior",
    "--method",
    "laplace",
];

/// Without what differs between equal runs.
fn timeless(text: &str) -> Value {
    fn strip(value: &mut Value) {
        match value {
            Value::Object(map) => {
                map.remove("cpu_seconds");
                map.values_mut().for_each(strip);
            }
            Value::Array(all) => all.iter_mut().for_each(strip),
            _ => {}
        }
    }
    let mut value = serde_json::from_str(text).unwrap();
    strip(&mut value);
    value
}

#[test]
fn a_run_goes_on_where_it_was_whatever_the_threads() {
    let dir = tempfile::tempdir().unwrap();
    let with = |threads: &str, out: &str| {
        let args = [&SMALL[..], &["--threads", threads, "--out", out]].concat();
        let run = outlay(dir.path(), &args);
        run.succeeded();
        (run.stdout, fs::read_to_string(dir.path().join(out).join("scores.json")).unwrap())
    };
    let lines = || fs::read_to_string(dir.path().join("one/scores.jsonl")).unwrap();
    let (shown, first) = with("1", "one");
    assert!(shown.starts_with("On 4 brands the returns of `outlay` are off by "), "{shown}");
    let kept = lines();
    assert_eq!(kept.lines().count(), 8);
    // Three answers and a torn line are left of a run that was killed.
    let torn: String = kept.lines().take(3).map(|line| format!("{line}\n")).collect();
    fs::write(dir.path().join("one/scores.jsonl"), torn + "{\"schema\": \"outl").unwrap();
    let (_, again) = with("2", "one");
    assert_eq!(timeless(&again), timeless(&first));
    assert_eq!(lines().lines().count(), 9, "five answers more, and the torn line");
    let (_, other) = with("2", "two");
    assert_eq!(timeless(&other), timeless(&first));
    with("2", "one");
    assert_eq!(lines().lines().count(), 9, "nothing is done twice");
}

#[test]
fn the_table_follows_from_its_lines() {
    let dir = tempfile::tempdir().unwrap();
    let run = outlay(dir.path(), &[&SMALL[..], &["--json", "--out", "t"]].concat());
    run.succeeded();
    let answer: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(fs::read_to_string(dir.path().join("t/scores.json")).unwrap(), run.stdout);
    let classes: Vec<&str> =
        answer["table"].as_array().unwrap().iter().map(|e| e["class"].as_str().unwrap()).collect();
    assert_eq!(classes, ["short", "short", "bent", "bent", "all", "all"]);
    let text = fs::read_to_string(dir.path().join("t/scores.jsonl")).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let own: Vec<&Value> =
        lines.iter().filter(|l| l["row"] == "prior" && l["class"] == "bent").collect();
    let number = |value: &Value| value.as_f64().unwrap();
    let error = |line: &Value| {
        let channels = line["result"]["channels"].as_array().unwrap();
        let off = |c: &Value| (number(&c["estimate"]["mean"]) - number(&c["truth"])).abs();
        channels.iter().map(off).sum::<f64>() / channels.len() as f64
    };
    let mean = own.iter().map(|line| error(line)).sum::<f64>() / own.len() as f64;
    assert!((number(&answer["table"][3]["score"]["error_mean"]["mean"]) - mean).abs() < 1e-12);
    // Doing nothing leaves everything that could be gained.
    for line in own.iter().filter(|l| !l["result"]["score"]["regret"].is_null()) {
        assert!((number(&line["result"]["score"]["regret"]) - 1.0).abs() < 1e-9);
    }
    let page = fs::read_to_string(dir.path().join("t/scores.md")).unwrap();
    assert_eq!(page.lines().filter(|line| line.starts_with("| all | ")).count(), 2);
}

#[test]
fn plans_of_every_style_keep_the_money_and_are_priced_by_the_world() {
    let dir = tempfile::tempdir().unwrap();
    let run = outlay(dir.path(), &[&SMALL[..], &["--json", "--out", "t"]].concat());
    run.succeeded();
    let answer: Value = serde_json::from_str(&run.stdout).unwrap();
    let number = |value: &Value| value.as_f64().unwrap();
    let text = fs::read_to_string(dir.path().join("t/scores.jsonl")).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let styles = |line: &Value| -> Vec<String> {
        line["result"]["styles"].as_object().unwrap().keys().cloned().collect()
    };
    let share = |line: &Value, outcome: f64| {
        let plan = &line["result"]["plan"];
        outcome / (number(&plan["do_nothing"]) - number(&plan["silence"]))
    };
    for line in &lines {
        let (result, own) = (&line["result"], line["result"]["style"].as_str().unwrap());
        let (planned, wanted): (_, &[&str]) = match line["row"].as_str().unwrap() {
            "prior" => ("no-change", &["no-change"]),
            _ => (
                "planner",
                &[
                    "cautious",
                    "climb",
                    "greedy",
                    "half",
                    "no-change",
                    "planner",
                    "returns",
                    "separate",
                    "strict",
                ],
            ),
        };
        assert_eq!(styles(line), wanted);
        assert_eq!(own, planned);
        assert_eq!(result["multipliers"], result["styles"][own]["multipliers"]);
        assert_eq!(result["plan"]["planned"], result["styles"][own]["outcome"]);
        for (style, planned) in result["styles"].as_object().unwrap() {
            let multiples = planned["multipliers"].as_array().unwrap();
            assert!(multiples.iter().all(|m| (0.5..=1.5).contains(&number(m))), "{style}");
            // The truth's best plan is found to a thousandth of a grid step or so.
            let above = number(&planned["outcome"]) - number(&result["plan"]["best"]);
            assert!(share(line, above) < 1e-3, "{style} is above the best plan by {above}");
        }
        assert_eq!(result["styles"]["no-change"]["outcome"], result["plan"]["do_nothing"]);
        assert_eq!(number(&result["styles"]["no-change"]["moved"]), 0.0);
    }
    // The table follows from the lines.
    let plans = answer["plans"].as_array().unwrap();
    assert_eq!(plans.len(), 10);
    let own = |plan: &&Value| plan["row"] == "outlay" && plan["style"] == "cautious";
    let cautious = plans.iter().find(own).unwrap();
    let lost = lines.iter().filter(|line| line["row"] == "outlay").map(|line| {
        let result = &line["result"];
        let planned = number(&result["styles"]["cautious"]["outcome"]);
        share(line, number(&result["plan"]["best"]) - planned)
    });
    assert!((number(&cautious["lost"]) - lost.sum::<f64>() / 4.0).abs() < 1e-12);
    for plan in plans.iter().filter(|plan| plan["style"] == "no-change") {
        assert!((number(&plan["of_gain"]) - 1.0).abs() < 1e-9);
        assert_eq!((number(&plan["stays"]), number(&plan["harm"])), (1.0, 0.0));
    }
    let page = fs::read_to_string(dir.path().join("t/scores.md")).unwrap();
    assert_eq!(page.lines().filter(|line| line.starts_with("| outlay | ")).count(), 9);
    assert!(page.contains("| outlay | planner * | 4 |"), "{page}");
}

#[test]
fn a_specification_of_ones_own_is_a_row_and_what_failed_is_said() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(
        dir.path().join("mine.toml"),
        "version = 1\n[channel.billboards.adstock]\nmax_lag = 2\n",
    )
    .unwrap();
    let args = ["calibrate", "--worlds", "1", "--class", "short", "--preset", "prior"];
    let mine = ["--spec", "mine.toml", "--method", "laplace", "--out", "t"];
    let run = outlay(dir.path(), &[&args[..], &mine].concat());
    run.described_and_refused(5, &["1 of 2 answers"]);
    assert!(run.stdout.contains("no answer of mine on short 1: "), "{}", run.stdout);
    assert!(run.stdout.contains("billboards"), "{}", run.stdout);
    let text = fs::read_to_string(dir.path().join("t/scores.json")).unwrap();
    let answer: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(answer["failed"][0]["row"], "mine");
    assert_eq!(answer["table"][1]["score"], Value::Null);
    // Only rows of a table can be several.
    fs::write(dir.path().join("other.toml"), "version = 1\n").unwrap();
    let two = ["calibrate", "--spec", "mine.toml", "--spec", "other.toml"];
    outlay(dir.path(), &two).refused(4, &["several specifications", "--class"]);
}

#[test]
fn answers_of_another_program_stand_in_the_same_table() {
    let dir = tempfile::tempdir().unwrap();
    let own = ["calibrate", "--worlds", "1", "--class", "short", "--out", "t"];
    let first = ["--preset", "prior", "--keep-data"];
    outlay(dir.path(), &[&own[..], &first].concat()).succeeded();
    let folder = dir.path().join("t/brands/short-1");
    let read = |path: &str| -> Value {
        serde_json::from_str(&fs::read_to_string(folder.join(path)).unwrap()).unwrap()
    };
    let brand = read("brand.json");
    let header = fs::read_to_string(folder.join("data.csv")).unwrap();
    let header: Vec<&str> = header.lines().next().unwrap().split(',').collect();
    let channels = brand["channels"].as_array().unwrap();
    for column in channels.iter().flat_map(|c| [&c["spend"], &c["exposure"], &c["reach"]]) {
        assert!(column.as_str().is_none_or(|name| header.contains(&name)), "{column} {header:?}");
    }
    // Somebody who says 1 about everything and would spend on the first channel.
    let estimate = serde_json::json!({
        "mean": 1.0, "sd": 0.1, "q05": 0.8, "q25": 0.9, "q50": 1.0, "q75": 1.1, "q95": 1.2
    });
    let of_each = |value: &dyn Fn(usize) -> Value| -> Value {
        let pairs = channels.iter().enumerate();
        pairs.map(|(i, c)| (c["name"].as_str().unwrap().to_owned(), value(i))).collect()
    };
    let points = brand["multiples"].as_array().unwrap();
    let line = |i: usize| -> Value {
        points.iter().map(|m| m.as_f64().unwrap() * if i == 0 { 2e6 } else { 1.0 }).collect()
    };
    let mut answer = serde_json::json!({
        "schema": "outlay/answer/1", "brand": brand["brand"], "program": "somebody 1.0",
        "returns": of_each(&|_| estimate.clone()), "total": 1e6, "curves": of_each(&line),
        "cpu_seconds": 0.1,
    });
    fs::write(folder.join("somebody.json"), answer.to_string()).unwrap();
    let second = ["--preset", "prior", "--answers", "somebody"];
    let run = outlay(dir.path(), &[&own[..], &second].concat());
    run.succeeded();
    let text = fs::read_to_string(dir.path().join("t/scores.jsonl")).unwrap();
    let told: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert_eq!((&told["row"], &told["method"]), (&"somebody".into(), &"told".into()));
    assert_eq!(told["result"]["channels"][0]["estimate"], estimate);
    let plan = told["result"]["multipliers"].as_array().unwrap();
    assert!(plan[0].as_f64().unwrap() > 1.2, "{plan:?}");
    // An answer on another brand is refused and said.
    answer["brand"] = "another".into();
    fs::write(folder.join("somebody.json"), answer.to_string()).unwrap();
    let run = outlay(dir.path(), &[&own[..], &second].concat());
    run.described_and_refused(5, &["1 of 2 answers"]);
    assert!(run.stdout.contains("answer again"), "{}", run.stdout);
}

#[test]
fn classes_that_are_not_known_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let run = outlay(dir.path(), &["calibrate", "--worlds", "1", "--class", "odd"]);
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    assert!(run.stderr.contains("long-memory"), "{}", run.stderr);
    let run = outlay(dir.path(), &["calibrate", "--class", "mixed"]);
    assert_eq!(run.code, Some(2), "{}", run.stderr);
}
