//! `cargo xtask bench`: the benchmark programs, in release.
//!
//! A benchmark program is a file `crates/CRATE/benches/NAME.rs` with `harness = false` in the
//! crate's manifest; it prints its own figures.

use std::fs;
use std::path::Path;

use crate::step::{Failed, cargo, root, run};

struct Program {
    package: String,
    name: String,
}

/// Runs every benchmark program whose name contains the first argument (all without one).
pub(crate) fn matching(args: &[String]) -> Result<(), Failed> {
    let wanted = args.first().map_or("", String::as_str);
    let found = programs(&root())?;
    let chosen: Vec<_> = found.iter().filter(|program| program.name.contains(wanted)).collect();
    if chosen.is_empty() {
        let names: Vec<_> = found.iter().map(|program| program.name.as_str()).collect();
        return Err(Failed::new(format!(
            "no benchmark program has {wanted:?} in its name; there are: {}",
            if names.is_empty() { "none".to_owned() } else { names.join(", ") }
        )));
    }
    for Program { package, name } in chosen {
        run(&mut cargo(&["bench", "--package", package, "--bench", name, "--locked"]))?;
    }
    Ok(())
}

fn programs(root: &Path) -> Result<Vec<Program>, Failed> {
    let mut programs = Vec::new();
    for member in entries(&root.join("crates"))? {
        let benches = member.join("benches");
        if !benches.is_dir() {
            continue;
        }
        let folder = member.file_name().unwrap_or_default().to_string_lossy();
        let package =
            if folder == "outlay" { folder.into_owned() } else { format!("outlay-{folder}") };
        for file in entries(&benches)? {
            if file.extension().is_some_and(|extension| extension == "rs") {
                let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                programs.push(Program { package: package.clone(), name });
            }
        }
    }
    Ok(programs)
}

fn entries(folder: &Path) -> Result<Vec<std::path::PathBuf>, Failed> {
    let unreadable = |error| Failed::new(format!("cannot read {}: {error}", folder.display()));
    let mut paths = fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, _>>())
        .map_err(unreadable)?;
    paths.sort();
    Ok(paths)
}
