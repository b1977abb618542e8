//! The committed description of the API, from which the dashboard's types are generated.

use std::path::Path;

#[test]
fn the_committed_description_is_the_codes() {
    let made = outlay_server::api::document().to_pretty_json().unwrap() + "\n";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    if std::env::var_os("OUTLAY_UPDATE").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == made, "docs/openapi.json is old: run `cargo xtask codegen`");
}
