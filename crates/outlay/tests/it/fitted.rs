//! What a fit leaves behind, and the commands that read it.

use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::brand::Sheet;
use crate::outlay::{names, outlay};

fn fitted() -> TempDir {
    let folder = TempDir::new().unwrap();
    Sheet::national(104, 2).save(folder.path());
    let args = ["fit", "data.csv", "--out", "fit", "--warmup", "400", "--draws", "400"];
    outlay(folder.path(), &[&args[..], &["--backtest", "0"]].concat());
    folder
}

#[test]
fn a_fit_is_one_folder_that_can_be_read_again() {
    let folder = fitted();
    let files = names(&folder.path().join("fit"));
    for file in [
        "arviz.json",
        "draws.parquet",
        "mapping.toml",
        "panel.json",
        "report.html",
        "spec.toml",
        "summary.json",
    ] {
        assert!(files.iter().any(|f| f == file), "{file} is missing: {files:?}");
    }
    let shown = outlay(folder.path(), &["show", "fit", "--json"]);
    let summary: Value = serde_json::from_str(&shown.stdout).unwrap();
    let (name, channel) = summary["channels"].as_object().unwrap().iter().next().unwrap();

    // The curve from the stored draws passes through the contribution in the summary.
    let spend = channel["spend"].as_f64().unwrap();
    let args = ["curves", "fit", "--channel", name, "--spend", &format!("{spend}"), "--json"];
    let curve: Value = serde_json::from_str(&outlay(folder.path(), &args).stdout).unwrap();
    let at = curve["points"][0]["outcome"]["mean"].as_f64().unwrap();
    let contribution = channel["contribution"]["mean"].as_f64().unwrap();
    assert!((at / contribution - 1.0).abs() < 1e-9, "{at} against {contribution}");

    // Baseline and channels add up to the prediction.
    let d = &summary["decomposition"];
    let mean = |v: &Value, t: usize| v["mean"][t].as_f64().unwrap();
    for t in 0..d["dates"].as_array().unwrap().len() {
        let parts: f64 = d["channels"].as_object().unwrap().values().map(|c| mean(c, t)).sum();
        let expected = mean(&d["expected"], t);
        assert!((mean(&d["baseline"], t) + parts - expected).abs() < 1e-6 * expected.abs());
    }
}

#[test]
fn a_warm_start_goes_on_from_an_earlier_fit() {
    let folder = fitted();
    let args = ["fit", "data.csv", "--out", "again", "--warm", "fit", "--draws", "200"];
    let run = outlay(folder.path(), &[&args[..], &["--backtest", "0"]].concat());
    assert!(names(folder.path()).contains(&"again".to_owned()), "{}", run.stderr);
    let read = |fit: &str| -> Value {
        let text = std::fs::read_to_string(folder.path().join(fit).join("summary.json")).unwrap();
        serde_json::from_str(&text).unwrap()
    };
    let warmup = |v: &Value| v["diagnostics"]["warmup"].as_u64().unwrap();
    assert!(warmup(&read("again")) < warmup(&read("fit")));
}

#[test]
fn arviz_opens_the_draws() {
    let available = Command::new("python3").args(["-c", "import arviz"]).output();
    if !available.is_ok_and(|o| o.status.success()) {
        println!("skipped: python3 with arviz is not installed");
        return;
    }
    let folder = fitted();
    let script = "import arviz as az; d = az.from_json('fit/arviz.json'); s = az.summary(d); \
        assert d.sample_stats.diverging.shape == d.sample_stats.energy.shape; print(len(s))";
    let run =
        Command::new("python3").args(["-c", script]).current_dir(folder.path()).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    assert!(String::from_utf8_lossy(&run.stdout).trim().parse::<usize>().unwrap() > 5);
}
