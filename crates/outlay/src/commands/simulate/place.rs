//! Where a simulation is put: all files or none, and never over somebody else's.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use outlay_world::TRUTH_SCHEMA;
use serde_json::Value;

use super::{DATA, TRUTH};
use crate::failure::{Exit, Failure};

/// Writes all files or none: they are completed in a folder beside `out` and then moved.
pub(super) fn write(out: &Path, files: &[(&str, String)]) -> Result<(), Failure> {
    let failed = |e: io::Error| {
        Failure::new(
            Exit::Files,
            "simulate.write",
            format!("cannot write to {}: {e}", out.display()),
            "choose a folder that you may write to; nothing was written",
        )
    };
    if out.exists() && !ours(out)? {
        return Err(Failure::new(
            Exit::Files,
            "simulate.occupied",
            format!(
                "{} holds a {DATA} or {TRUTH} that `outlay simulate` did not write",
                out.display()
            ),
            "choose another folder; nothing was written",
        ));
    }
    let parent = match out.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    // Inside an existing folder, beside a new one: either way on the same file system, so that
    // the move at the end cannot stop half-way through a copy.
    let exists = out.is_dir();
    let home = if exists { out } else { parent };
    let created = missing_from(home);
    fs::create_dir_all(home).map_err(failed)?;
    let draft = home.join(format!(".outlay-simulate-{}", std::process::id()));
    let written = fs::create_dir(&draft)
        .and_then(|()| files.iter().try_for_each(|(name, text)| fs::write(draft.join(name), text)))
        .and_then(|()| {
            if exists {
                files
                    .iter()
                    .try_for_each(|(name, _)| fs::rename(draft.join(name), out.join(name)))?;
                fs::remove_dir(&draft)
            } else {
                fs::rename(&draft, out)
            }
        });
    written.map_err(|e| {
        // What is left of the draft is of no use; a failure to remove it must not hide the cause.
        let _ = fs::remove_dir_all(&draft);
        for folder in created.iter().rev() {
            let _ = fs::remove_dir(folder);
        }
        failed(e)
    })
}

/// Folders on the way to `home` that do not exist yet, outermost first.
fn missing_from(home: &Path) -> Vec<PathBuf> {
    let mut missing: Vec<PathBuf> = home
        .ancestors()
        .take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists())
        .map(Path::to_path_buf)
        .collect();
    missing.reverse();
    missing
}

/// Whether an existing place may be written to: a folder that holds no data or truth, or those of
/// an earlier simulation.
fn ours(out: &Path) -> Result<bool, Failure> {
    if !out.is_dir() {
        return Err(Failure::new(
            Exit::Files,
            "simulate.write",
            format!("{} is a file, not a folder", out.display()),
            "choose another folder; nothing was written",
        ));
    }
    let (data, truth) = (out.join(DATA), out.join(TRUTH));
    if !truth.exists() {
        return Ok(!data.exists());
    }
    let schema = fs::read(&truth)
        .ok()
        .and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok())
        .and_then(|value| value.get("schema").and_then(Value::as_str).map(ToOwned::to_owned));
    Ok(schema.as_deref() == Some(TRUTH_SCHEMA))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_with_other_data_is_left_alone() {
        let place = tempfile::tempdir().unwrap();
        let out = place.path();
        fs::write(out.join(DATA), "mine").unwrap();
        assert!(write(out, &[(DATA, "new".into()), (TRUTH, "{}".into())]).is_err());
        assert_eq!(fs::read_to_string(out.join(DATA)).unwrap(), "mine");
        assert_eq!(fs::read_dir(out).unwrap().count(), 1);
    }

    #[test]
    fn an_earlier_simulation_is_replaced_and_other_files_stay() {
        let place = tempfile::tempdir().unwrap();
        let out = place.path().join("a/b");
        let truth = format!("{{\"schema\":\"{TRUTH_SCHEMA}\"}}");
        write(&out, &[(DATA, "one".into()), (TRUTH, truth.clone())]).unwrap();
        fs::write(out.join("notes.txt"), "keep").unwrap();
        write(&out, &[(DATA, "two".into()), (TRUTH, truth)]).unwrap();
        assert_eq!(fs::read_to_string(out.join(DATA)).unwrap(), "two");
        assert_eq!(fs::read_dir(&out).unwrap().count(), 3);
    }

    #[test]
    fn a_file_in_the_way_leaves_nothing_behind() {
        let place = tempfile::tempdir().unwrap();
        fs::write(place.path().join("file"), "").unwrap();
        let out = place.path().join("file/below");
        assert!(write(&out, &[(DATA, "x".into())]).is_err());
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1);
    }
}
