//! A fit that weighs several structures: what it says while it runs, in the terminal, in the
//! folder and on the page.

use serde_json::Value;
use tempfile::TempDir;

use crate::brand::Sheet;
use crate::outlay::{names, outlay};

const TWO: &str = r#"version = 1
[[structure]]
name = "additive"
[[structure]]
name = "multiplicative"
[structure.set]
scaling.kpi = "mean"
likelihood.family = "log-normal"
likelihood.sigma = { half-normal = { sd = 0.3 } }
baseline.knots.prior = { normal = { mean = 0.0, sd = 1.0 } }
baseline.knots.walk = { half-normal = { sd = 0.05 } }
baseline.seasonality.sd = { half-normal = { sd = 0.15 } }
"#;

/// Two channels that ran apart, and one that always ran with the second.
fn brand() -> Sheet {
    let mut sheet = Sheet::national(104, 3);
    for row in 0..sheet.rows.len() {
        let search: f64 = sheet.rows[row][sheet.column("search_spend")].parse().unwrap();
        sheet = sheet.set(row, "social_spend", &format!("{:.2}", 0.4 * search));
    }
    sheet
}

#[test]
fn several_structures_are_sampled_weighed_and_shown_beside_each_other() {
    let folder = TempDir::new().unwrap();
    brand().save(folder.path());
    std::fs::write(folder.path().join("model.toml"), TWO).unwrap();
    let args = "fit data.csv --spec model.toml --out fit --backtest 0 --warmup 300 --draws 300";
    let mut args: Vec<&str> = args.split(' ').collect();
    args.extend(["--progress", "json"]);
    let run = outlay(folder.path(), &args);

    // While it runs: which structure, and the time left of all of them.
    let progress: Vec<Value> =
        run.stderr.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let told = |number: u64, name: &str| {
        let own = progress.iter().filter(|p| p["structure"]["number"] == number);
        assert!(own.clone().count() > 0, "nothing about structure {number}: {}", run.stderr);
        for line in own {
            assert_eq!(line["structure"]["of"], 2);
            assert_eq!(line["structure"]["name"], name);
            assert_eq!(line["total"], 2 * 4 * 600);
        }
    };
    told(1, "additive");
    told(2, "multiplicative");

    // In the folder and for machines.
    let files = names(&folder.path().join("fit"));
    assert!(files.contains(&"ensemble.json".into()) && files.contains(&"structures".into()));
    let shown = outlay(folder.path(), &["show", "fit", "--json"]);
    let summary: Value = serde_json::from_str(&shown.stdout).unwrap();
    let weights: f64 = summary["structures"]
        .as_object()
        .unwrap()
        .values()
        .map(|s| s["weight"].as_f64().unwrap())
        .sum();
    assert!((weights - 1.0).abs() < 1e-9);
    let joint = &summary["joint"][0];
    assert_eq!(joint["reason"], "ran-together");
    assert_eq!(joint["channels"], serde_json::json!(["search", "social"]));

    // In the terminal: the sentence first, then channels, structures, what cannot be told.
    let text = outlay(folder.path(), &["show", "fit"]).stdout;
    let places = [
        "contribution",
        "Two structures were weighed",
        "multiplicative",
        "What the data cannot tell",
        "Fit:",
    ]
    .map(|word| text.find(word).unwrap_or_else(|| panic!("no {word:?} in\n{text}")));
    assert!(places.is_sorted(), "{text}");
    assert!(text.starts_with(summary["sentence"].as_str().unwrap().split(' ').next().unwrap()));

    // On the page.
    let page = std::fs::read_to_string(folder.path().join("fit/report.html")).unwrap();
    for section in ["<section id=\"structures\">", "<section id=\"joint\">"] {
        assert!(page.contains(section), "{section}");
    }
}
