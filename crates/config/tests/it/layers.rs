use std::path::Path;

use outlay_config::{Flag, Origin, Settings, Sources, keys};

/// A folder with files; sources that read it, with these variables and flags.
fn load(files: &[(&str, &str)], variables: &[(&str, &str)], flags: &[(&str, &str)]) -> Settings {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let config = (!files.is_empty()).then(|| folder.path().to_owned());
    sources(config.as_deref(), variables, flags).load().unwrap()
}

pub(crate) fn sources(
    config: Option<&Path>,
    variables: &[(&str, &str)],
    flags: &[(&str, &str)],
) -> Sources {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    Sources {
        config: config.map(Path::to_owned),
        variables: variables.iter().map(owned).collect(),
        flags: flags.iter().map(|(key, value)| Flag::set(key, value)).collect(),
    }
}

#[test]
fn each_layer_wins_over_the_ones_before_it() {
    let base = ("base.toml", "[log]\nfilter = \"base\"");
    let own = ("production.toml", "[log]\nfilter = \"production\"");
    let env = ("OUTLAY_ENV", "production");
    let variable = ("OUTLAY__LOG__FILTER", "variable");
    let flag = ("log.filter", "flag");
    // Files, variables, flags; the value in force, and the word that its origin holds.
    let table: [(&[_], &[_], &[_], &str, &str); 6] = [
        (&[], &[], &[], "info", "default"),
        (&[base], &[], &[], "base", "base.toml"),
        (&[base, own], &[], &[], "base", "base.toml"),
        (&[base, own], &[env], &[], "production", "production.toml"),
        (&[base, own], &[env, variable], &[], "variable", "OUTLAY__LOG__FILTER"),
        (&[base, own], &[env, variable], &[flag], "flag", "--set"),
    ];
    for (files, variables, flags, value, origin) in table {
        let settings = load(files, variables, flags);
        assert_eq!(settings.get(&keys::LOG_FILTER), value);
        assert!(settings.origin("log.filter").to_string().contains(origin), "{value}");
    }
}

#[test]
fn an_environment_brings_its_own_defaults() {
    assert!(!load(&[], &[], &[]).get(&keys::SERVER_SECURE_COOKIES));
    for name in ["staging", "production"] {
        let settings = load(&[], &[("OUTLAY_ENV", name)], &[]);
        assert!(settings.get(&keys::SERVER_SECURE_COOKIES));
        let carried = format!("{name}.toml");
        assert_eq!(settings.origin("server.secure_cookies"), Origin::Carried(carried));
    }
}

#[test]
fn business_keys_come_from_the_same_layers() {
    let least = outlay_core::registry::SETTINGS.iter().find(|s| s.is_live()).unwrap();
    let low = least.min.to_string();
    let settings = load(&[], &[], &[(least.key, &low)]);
    assert_eq!(settings.registry().get(least), least.min);
    assert_eq!(load(&[], &[], &[]).registry().get(least), least.default);
}

#[test]
fn a_short_variable_sets_the_key_that_it_stands_for() {
    let settings = load(&[], &[("OUTLAY_LISTEN", "127.0.0.1:1234")], &[]);
    assert_eq!(settings.get(&keys::SERVER_LISTEN).port(), 1234);
}
