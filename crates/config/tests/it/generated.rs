use std::path::Path;

#[test]
fn the_committed_files_are_the_keys() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let made = [
        ("docs/configuration.md", outlay_config::reference()),
        ("config/base.toml", outlay_config::template()),
    ];
    for (file, made) in made {
        let path = root.join(file);
        if std::env::var_os("OUTLAY_UPDATE").is_some() {
            std::fs::write(&path, &made).unwrap();
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(committed == made, "{file} is old: run `cargo xtask codegen`");
    }
}

#[test]
fn the_schema_knows_every_key_and_nothing_else() {
    let schema = outlay_config::schema();
    let mut named = 0;
    for (section, inside) in schema["properties"].as_object().unwrap() {
        assert_eq!(inside["additionalProperties"], false);
        for key in inside["properties"].as_object().unwrap().keys() {
            assert!(outlay_config::entry(&format!("{section}.{key}")).is_some());
            named += 1;
        }
    }
    assert_eq!(named, outlay_config::entries().count());
}
