//! Decision code holds no business constant: a number in it is a key of the registry, or a line of
//! `xtask/literals.txt` with its reason.

mod lexer;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use lexer::{Number, Place, numbers};

/// Where it is decided what people are told about money, and where money goes.
const DECIDES: [&str; 16] = [
    "crates/planner/src/advise.rs",
    "crates/planner/src/advise",
    "crates/planner/src/study.rs",
    "crates/planner/src/pricing.rs",
    "crates/planner/src/from_fit.rs",
    "crates/planner/src/problem.rs",
    "crates/planner/src/problem",
    "crates/govern/src",
    "crates/mmm/src/summarise.rs",
    "crates/mmm/src/summarise",
    "crates/mmm/src/ridge/health.rs",
    "crates/mmm/src/model/returns.rs",
    "crates/mmm/src/compare.rs",
    "crates/connect/src/quality",
    "crates/engine/src",
    "crates/server/src/work",
];

/// Where statements are spoken; only the numbers in them are looked at.
const SPEAKS_SQL: [&str; 2] = ["crates/store/src", "crates/jobs/src"];

/// Nothing, everything, the sign, a pair and its half, and per cent: no decision is in them.
const FREE: [f64; 5] = [0.0, 1.0, 2.0, 0.5, 100.0];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn sources(place: &Path) -> Vec<PathBuf> {
    if place.is_file() {
        return vec![place.to_owned()];
    }
    let mut found: Vec<PathBuf> = fs::read_dir(place)
        .unwrap_or_else(|error| panic!("{}: {error}", place.display()))
        .flat_map(|entry| sources(&entry.unwrap().path()))
        .filter(|path| path.extension().is_some_and(|end| end == "rs"))
        .filter(|path| path.file_name().is_some_and(|name| name != "tests.rs"))
        .collect();
    found.sort();
    found
}

fn counts(number: &Number) -> bool {
    let value = number.text.parse::<f64>();
    number.place != Place::Index && !value.is_ok_and(|value| FREE.contains(&value))
}

/// The numbers in force: `(file, number)` with the lines.
fn found() -> BTreeMap<(String, String), Vec<usize>> {
    let root = root();
    let mut found: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    let decides = DECIDES.iter().map(|place| (place, true));
    for (place, all) in decides.chain(SPEAKS_SQL.iter().map(|place| (place, false))) {
        for path in sources(&root.join(place)) {
            let name = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
            let text = fs::read_to_string(&path).unwrap();
            for number in numbers(&text) {
                if counts(&number) && (all || number.place == Place::Sql) {
                    found.entry((name.clone(), number.text)).or_default().push(number.line);
                }
            }
        }
    }
    found
}

/// The lines of the list: file, number, reason.
fn allowed() -> BTreeMap<(String, String), String> {
    let text = fs::read_to_string(root().join("xtask/literals.txt")).unwrap();
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let mut parts = line.splitn(3, char::is_whitespace).map(str::trim);
            let (file, number) = (parts.next().unwrap(), parts.next());
            let reason = parts.next().unwrap_or_default();
            assert!(reason.len() > 10, "xtask/literals.txt: `{line}` gives no reason");
            ((file.to_owned(), number.unwrap().to_owned()), reason.to_owned())
        })
        .collect()
}

#[test]
fn decision_code_holds_no_business_constant() {
    let (found, allowed) = (found(), allowed());
    let new: Vec<String> = found
        .iter()
        .filter(|(key, _)| !allowed.contains_key(*key))
        .map(|((file, number), lines)| format!("{file}:{}  {number}", lines[0]))
        .collect();
    assert!(
        new.is_empty(),
        "numbers in decision code: make each a key of crates/core/src/registry.rs, or, where it \
         decides nothing, a line of xtask/literals.txt with its reason\n{}",
        new.join("\n")
    );
    let gone: Vec<String> = allowed
        .keys()
        .filter(|key| !found.contains_key(*key))
        .map(|(file, number)| format!("{file} {number}"))
        .collect();
    assert!(
        gone.is_empty(),
        "lines of xtask/literals.txt that allow nothing:\n{}",
        gone.join("\n")
    );
}
