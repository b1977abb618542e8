//! Every direct dependency has a line in the book that says why this one.

use std::collections::BTreeSet;
use std::fs;

use crate::workspace::{packages, root};

#[test]
fn every_dependency_is_explained() {
    let page = fs::read_to_string(root().join("docs/dependencies.md")).unwrap();
    let explained: BTreeSet<&str> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`').map(|(name, _)| name))
        .collect();
    let used: BTreeSet<String> = packages()
        .iter()
        .flat_map(|package| package.dependencies.iter().map(|d| d.name.clone()))
        .filter(|name| !name.starts_with("outlay"))
        .collect();
    let used: BTreeSet<&str> = used.iter().map(String::as_str).collect();
    let missing: Vec<_> = used.difference(&explained).collect();
    let stale: Vec<_> = explained.difference(&used).collect();
    assert!(missing.is_empty(), "docs/dependencies.md says nothing about {missing:?}");
    assert!(stale.is_empty(), "docs/dependencies.md explains what nobody uses: {stale:?}");
}
