//! The workspace as its manifests describe it.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Crates that do mathematics: pure, synchronous, no clock, no input or output.
pub(crate) const MATHEMATICS: [&str; 7] = [
    "outlay-core",
    "outlay-stats",
    "outlay-inference",
    "outlay-mmm",
    "outlay-planner",
    "outlay-govern",
    "outlay-world",
];

pub(crate) struct Dependency {
    pub(crate) name: String,
    /// Whether it is there for tests and benchmarks only.
    pub(crate) development: bool,
}

pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) folder: PathBuf,
    pub(crate) dependencies: Vec<Dependency>,
}

impl Package {
    /// Names of the crates that end up in what is built from this one.
    pub(crate) fn normal(&self) -> impl Iterator<Item = &str> {
        self.dependencies.iter().filter(|d| !d.development).map(|d| d.name.as_str())
    }
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// All members of the workspace.
pub(crate) fn packages() -> Vec<Package> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().iter().map(package).collect()
}

fn package(value: &Value) -> Package {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let dependency = |d: &Value| Dependency {
        name: text(&d["name"]),
        development: d["kind"].as_str() == Some("dev"),
    };
    Package {
        name: text(&value["name"]),
        folder: Path::new(value["manifest_path"].as_str().unwrap()).parent().unwrap().to_owned(),
        dependencies: value["dependencies"].as_array().unwrap().iter().map(dependency).collect(),
    }
}
