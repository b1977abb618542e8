use crate::layers::sources;

/// All that is wrong, and the first next step.
fn refused(variables: &[(&str, &str)], flags: &[(&str, &str)]) -> (String, String) {
    let error = sources(None, variables, flags).load().unwrap_err();
    (error.to_string(), error.next())
}

#[test]
fn an_unknown_key_is_refused_and_the_nearest_is_named() {
    let (said, next) = refused(&[], &[("server.lisen", "127.0.0.1:1")]);
    assert!(said.contains("server.lisen"), "{said}");
    assert!(next.contains("server.listen"), "{next}");
}

#[test]
fn a_value_out_of_range_is_told_with_what_is_allowed() {
    let (said, _) = refused(&[("OUTLAY__JOBS__SLOTS", "0")], &[]);
    assert!(said.contains("OUTLAY__JOBS__SLOTS") && said.contains("jobs.slots"), "{said}");
    assert!(said.contains("1024"), "{said}");
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let flags = [("jobs.slots", "many"), ("log.format", "xml"), ("nothing.at_all", "1")];
    let (said, _) = refused(&[("OUTLAY_ENV", "prodution")], &flags);
    assert_eq!(said.lines().count(), 4, "{said}");
}

#[test]
fn a_file_that_is_no_toml_is_told_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("base.toml");
    std::fs::write(&file, "[log]\nfilter = info\n").unwrap();
    let error = sources(Some(folder.path()), &[], &[]).load().unwrap_err();
    assert!(error.to_string().contains("line 2"), "{error}");
    let missing = sources(Some(&folder.path().join("none")), &[], &[]).load().unwrap_err();
    assert!(missing.next().contains("--config"), "{missing}");
}
