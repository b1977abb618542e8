//! `cargo xtask codegen`: files that are generated from the code and committed, written anew.
//!
//! Each is written by the test that otherwise compares it, so that the two cannot differ in how
//! they make it.

use crate::build_ui::npm;
use crate::step::{Failed, cargo, root, run};

/// Set while files are to be written instead of compared.
const UPDATE: &str = "OUTLAY_UPDATE";

/// The package and the name of the test of each generated file.
const FILES: [(&str, &str); 2] = [
    ("outlay-config", "the_committed_files_are_the_keys"),
    ("outlay-server", "the_committed_description_is_the_codes"),
];

/// Writes the dashboard's types from the description of the API, where its tools are installed;
/// `npm run lint` fails while they are stale.
fn types() -> Result<(), Failed> {
    let web = root().join("web");
    if !web.join("node_modules").is_dir() {
        println!("    web/src/api/schema.d.ts is left: `npm ci` in web/, then `npm run types`");
        return Ok(());
    }
    run(npm(&web).args(["run", "types"]))
}

/// Writes every generated file.
pub(crate) fn all() -> Result<(), Failed> {
    for (package, test) in FILES {
        run(cargo(&["test", "--quiet", "--package", package, "--test", "it", test])
            .env(UPDATE, "1"))?;
    }
    types()
}
