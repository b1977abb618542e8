//! Check: the quality card, and what is refused.

use outlay_core::registry::Registry;
use outlay_engine::Kind;
use outlay_engine::check::{Checked, card, check, ready};
use serde_json::Value;

use crate::brand::{collected, csv, data};

fn carded(text: &str) -> Value {
    let card = card(&collected(text).unwrap(), &Registry::default());
    serde_json::to_value(card).unwrap()
}

fn state<'a>(card: &'a Value, heading: &str) -> &'a str {
    let aspects = card["aspects"].as_array().unwrap();
    let found = aspects.iter().find(|a| a["heading"] == heading);
    found.unwrap_or_else(|| panic!("no {heading}"))["state"].as_str().unwrap()
}

#[test]
fn sound_data_has_a_card_without_blame_and_says_what_it_allows() {
    let card = carded(&csv(104));
    assert_eq!(card["ready"], true);
    for heading in ["completeness", "gaps", "duplicates"] {
        assert_eq!(state(&card, heading), "good", "{card:#}");
    }
    let columns = card["completeness"].as_array().unwrap();
    assert!(columns.iter().all(|c| c["share"] == 1.0 && c["rows"] == 104));
    let allows = &card["allows"];
    assert_eq!(allows["observations"], 104);
    assert_eq!(allows["backtest_origins"], 3);
    assert_eq!(allows["seasons"], true);
    assert!(allows["channels_at_most"].as_u64().unwrap() >= 2);
    assert!(allows["sentence"].as_str().unwrap().starts_with("104 weeks are enough for about"));
}

#[test]
fn more_history_never_allows_less() {
    let most: Vec<u64> = [20, 40, 80, 160]
        .map(|weeks| carded(&csv(weeks))["allows"]["channels_at_most"].as_u64().unwrap())
        .to_vec();
    assert!(most.is_sorted(), "{most:?}");
    let short = carded(&csv(40));
    assert_eq!(short["allows"]["seasons"], false);
    assert_eq!(short["allows"]["backtest_origins"], 0);
}

#[test]
fn each_defect_stands_under_its_heading() {
    let rows: Vec<String> = csv(104).lines().map(str::to_owned).collect();
    let text = |rows: &[String]| rows.join("\n") + "\n";

    let mut gap = rows.clone();
    gap.drain(50..53);
    let card = carded(&text(&gap));
    assert_eq!((card["ready"].as_bool(), state(&card, "gaps")), (Some(false), "bad"));

    let mut twice = rows.clone();
    twice.insert(20, twice[20].clone());
    assert_eq!(state(&carded(&text(&twice)), "duplicates"), "bad");

    let mut hole = rows.clone();
    let cut = hole[30].rfind(',').unwrap() + 1;
    hole[30].truncate(cut);
    let card = carded(&text(&hole));
    assert_eq!(state(&card, "completeness"), "bad");
    let search = card["completeness"].as_array().unwrap();
    let search = search.iter().find(|c| c["column"] == "search_spend").unwrap();
    assert_eq!(search["present"], 103);

    let mut spike = rows;
    let mut cells: Vec<String> = spike[40].split(',').map(str::to_owned).collect();
    cells[1] = "900000".into();
    spike[40] = cells.join(",");
    assert_eq!(state(&carded(&text(&spike)), "values"), "note");
}

#[test]
fn what_makes_no_panel_is_refused_with_a_code_and_a_next_step() {
    let mut rows: Vec<String> = csv(104).lines().map(str::to_owned).collect();
    rows.drain(50..53);
    let collected = collected(rows.join("\n")).unwrap();
    let registry = Registry::default();
    let error = check(&collected, &registry).unwrap_err();
    assert_eq!((error.kind(), error.code()), (Kind::Data, "data.missing-periods"));
    let problem = error.problem();
    assert!(problem.title.starts_with("brand.csv: "), "{}", problem.title);
    assert!(!problem.next.is_empty());
    let described = collected.describe(&registry);
    let blocked = ready(&collected.file, &described).unwrap_err();
    assert_eq!(blocked.code(), "data.missing-periods");
}

#[test]
fn checked_data_is_kept_as_json_and_refused_when_it_was_tampered_with() {
    let data = data();
    let mut kept = serde_json::to_value(&data).unwrap();
    let again: Checked = serde_json::from_value(kept.clone()).unwrap();
    assert_eq!(again, data);
    assert_eq!(again.panel.fingerprint(), data.panel.fingerprint());
    kept["panel"]["geos"] = serde_json::json!([]);
    let error = serde_json::from_value::<Checked>(kept).unwrap_err();
    assert!(error.to_string().contains("no panel"), "{error}");
}
