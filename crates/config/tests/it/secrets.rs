use outlay_config::{Connection, entries, keys};

use crate::layers::sources;

const CANARY: &str = "canary-4711";

#[test]
fn a_password_in_an_address_is_shown_nowhere() {
    let address = format!("postgres://me:{CANARY}@db/outlay");
    let settings = sources(None, &[("OUTLAY_DATABASE", &address)], &[]).load().unwrap();
    let shown: Vec<_> = entries().map(|e| settings.shown(&e).to_string()).collect();
    for text in [format!("{settings:?}"), shown.join("\n")] {
        assert!(!text.contains(CANARY), "{text}");
    }
    let found: Option<Connection> = settings.get(&keys::STORE_URL);
    assert!(found.unwrap().resolve().unwrap().contains(CANARY));
}

#[test]
fn an_address_that_is_refused_is_not_repeated() {
    let error = sources(None, &[("OUTLAY_DATABASE", CANARY)], &[]).load().unwrap_err();
    assert!(!error.to_string().contains(CANARY) && !format!("{error:?}").contains(CANARY));
}

#[test]
fn an_address_may_be_a_reference_and_says_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("address");
    let reference = format!("file:{}", file.display());
    let settings = sources(None, &[("OUTLAY_DATABASE", &reference)], &[]).load().unwrap();
    let address = settings.get(&keys::STORE_URL).unwrap();
    assert!(address.resolve().unwrap_err().to_string().contains("cannot be read"));
    std::fs::write(&file, "sqlite:///x.db\n").unwrap();
    assert_eq!(address.resolve().unwrap(), "sqlite:///x.db");
}
