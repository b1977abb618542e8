//! Dependencies point down: the table of allowed edges in `ARCHITECTURE.md`, held.

use crate::workspace::{MATHEMATICS, packages, root};

/// Which crate may depend on which crates of the workspace (tests and benchmarks aside).
const ALLOWED: [(&str, &[&str]); 17] = [
    ("outlay-core", &[]),
    ("outlay-stats", &["outlay-core"]),
    ("outlay-inference", &["outlay-core", "outlay-stats"]),
    ("outlay-mmm", &["outlay-core", "outlay-stats", "outlay-inference"]),
    ("outlay-world", &["outlay-core", "outlay-stats"]),
    ("outlay-connect", &["outlay-core", "outlay-stats"]),
    ("outlay-planner", &["outlay-core", "outlay-stats", "outlay-mmm"]),
    ("outlay-govern", &["outlay-core"]),
    ("outlay-store", &["outlay-core"]),
    ("outlay-jobs", &["outlay-core", "outlay-store"]),
    ("outlay-config", &["outlay-core"]),
    ("outlay-report", &["outlay-core", "outlay-mmm", "outlay-planner"]),
    (
        "outlay-engine",
        &[
            "outlay-core",
            "outlay-inference",
            "outlay-mmm",
            "outlay-planner",
            "outlay-connect",
            "outlay-report",
        ],
    ),
    (
        "outlay-server",
        &[
            "outlay-core",
            "outlay-config",
            "outlay-connect",
            "outlay-mmm",
            "outlay-planner",
            "outlay-world",
            "outlay-engine",
            "outlay-store",
            "outlay-jobs",
        ],
    ),
    (
        "outlay",
        &[
            "outlay-core",
            "outlay-config",
            "outlay-stats",
            "outlay-inference",
            "outlay-mmm",
            "outlay-planner",
            "outlay-world",
            "outlay-connect",
            "outlay-report",
            "outlay-engine",
            "outlay-server",
        ],
    ),
    ("outlay-load", &[]),
    ("xtask", &[]),
];

/// Crates that bring effects or a runtime; mathematics has no use for them.
const EFFECTS: [&str; 20] = [
    "async-std",
    "calamine",
    "clap",
    "csv",
    "ctrlc",
    "datafusion",
    "hyper",
    "indicatif",
    "memmap2",
    "object_store",
    "parquet",
    "redis",
    "reqwest",
    "sea-orm",
    "sea-orm-migration",
    "sqlx",
    "tempfile",
    "tokio",
    "ureq",
    "walkdir",
];

#[test]
fn crates_know_only_what_lies_below_them() {
    for package in packages() {
        let (_, allowed) = ALLOWED
            .iter()
            .find(|(name, _)| *name == package.name)
            .unwrap_or_else(|| panic!("{} is not in the table of allowed edges", package.name));
        for dependency in package.normal() {
            let ours = ALLOWED.iter().any(|(name, _)| *name == dependency);
            assert!(
                !ours || allowed.contains(&dependency),
                "{} must not depend on {dependency}: move the code down, or draw the edge in the \
                 table and in ARCHITECTURE.md and say why",
                package.name
            );
        }
    }
}

#[test]
fn the_table_has_no_circle() {
    for (place, (name, allowed)) in ALLOWED.iter().enumerate() {
        for below in *allowed {
            let position = ALLOWED.iter().position(|(other, _)| other == below).unwrap();
            assert!(position < place, "{name} must stand after {below}");
        }
    }
}

#[test]
fn mathematics_brings_no_effects() {
    let packages = packages();
    for name in MATHEMATICS {
        let package = packages.iter().find(|package| package.name == name).unwrap();
        for dependency in package.normal() {
            assert!(!EFFECTS.contains(&dependency), "{name} depends on {dependency}");
        }
    }
}

#[test]
fn the_architecture_page_names_every_crate() {
    let page = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    for (name, allowed) in ALLOWED {
        let short = |name: &str| format!("`{}`", name.trim_start_matches("outlay-"));
        let row = page
            .lines()
            .find(|line| line.starts_with(&format!("| {} |", short(name))))
            .unwrap_or_else(|| panic!("ARCHITECTURE.md has no row for {}", short(name)));
        for below in allowed {
            assert!(
                row.contains(&short(below)) || row.contains("all of the above"),
                "the row of {name} in ARCHITECTURE.md does not name {below}"
            );
        }
    }
}
