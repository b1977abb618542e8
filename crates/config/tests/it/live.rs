use outlay_config::{Live, keys};

use crate::layers::sources;

#[test]
fn what_may_change_changes_what_may_not_waits_and_what_is_wrong_does_neither() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("base.toml");
    let write = |text: &str| std::fs::write(&file, text).unwrap();
    write("[log]\nfilter = \"warn\"\n");
    let sources = sources(Some(folder.path()), &[], &[]);
    let live = Live::new(Some(sources.clone()), sources.load().unwrap());
    assert_eq!(live.reload().unwrap(), outlay_config::Reloaded::default());

    write("[log]\nfilter = \"debug\"\n[server]\nlisten = \"127.0.0.1:1\"\n");
    let reloaded = live.reload().unwrap();
    assert_eq!(reloaded.changed, ["log.filter"]);
    assert_eq!(reloaded.waiting, ["server.listen"]);
    assert_eq!(live.now().get(&keys::LOG_FILTER), "debug");
    assert_eq!(live.now().get(&keys::SERVER_LISTEN).port(), 8787);

    write("[log]\nfiltre = \"error\"\n");
    assert!(live.reload().unwrap_err().next().contains("log.filter"));
    assert_eq!(live.now().get(&keys::LOG_FILTER), "debug");
}

#[test]
fn a_business_key_changes_while_the_process_runs() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("base.toml");
    std::fs::write(&file, "").unwrap();
    let sources = sources(Some(folder.path()), &[], &[]);
    let live = Live::new(Some(sources.clone()), sources.load().unwrap());
    let setting = outlay_core::registry::SETTINGS.iter().find(|s| s.is_live()).unwrap();
    let (section, key) = setting.key.split_once('.').unwrap();
    std::fs::write(&file, format!("[{section}]\n{key} = {:?}\n", setting.max)).unwrap();
    assert_eq!(live.reload().unwrap().changed, [setting.key]);
    assert_eq!(live.now().registry().get(setting), setting.max);
}
