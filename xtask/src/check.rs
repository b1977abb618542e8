//! `cargo xtask check`: what must hold before a change is looked at.

use crate::step::{Failed, cargo, has, run};

/// Formatting, lints, the workspace's shape, and licences where cargo-deny is installed.
pub(crate) fn all() -> Result<(), Failed> {
    run(&mut cargo(&["fmt", "--all", "--check"]))?;
    run(&mut cargo(&[
        "clippy",
        "--workspace",
        "--all-targets",
        "--locked",
        "--",
        "--deny",
        "warnings",
    ]))?;
    run(&mut cargo(&["test", "--quiet", "--package", "xtask", "--locked"]))?;
    if has("deny") {
        run(&mut cargo(&["deny", "--workspace", "check", "bans", "licenses", "sources"]))?;
    } else {
        println!("    cargo-deny is not installed: licences and bans are not checked");
    }
    Ok(())
}
