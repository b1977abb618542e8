//! A folder of results: whole or absent, and never over somebody else's files.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::failure::{Exit, Failure};

/// Writes files into a folder: a new one, an empty one, or one that holds `marker` from an earlier
/// run. They are completed beside their place and then moved.
pub(crate) fn write(out: &Path, marker: &str, files: &[(String, Vec<u8>)]) -> Result<(), Failure> {
    let failed = |e: io::Error| {
        Failure::new(
            Exit::Files,
            "out.write",
            format!("cannot write to {}: {e}", out.display()),
            "choose a folder that you may write to; nothing was written",
        )
    };
    check(out, marker)?;
    let parent = match out.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        _ => PathBuf::from("."),
    };
    fs::create_dir_all(&parent).map_err(failed)?;
    let name = out.file_name().map_or_else(String::new, |n| n.to_string_lossy().into());
    let draft = parent.join(format!(".{name}.outlay-{}", std::process::id()));
    let done = fs::create_dir(&draft)
        .and_then(|()| {
            files.iter().try_for_each(|(name, bytes)| fs::write(draft.join(name), bytes))
        })
        .and_then(|()| {
            if out.is_dir() {
                files
                    .iter()
                    .try_for_each(|(name, _)| fs::rename(draft.join(name), out.join(name)))?;
                fs::remove_dir(&draft)
            } else {
                fs::rename(&draft, out)
            }
        });
    done.map_err(|e| {
        // What is left of the draft is of no use; a failure to remove it must not hide the cause.
        let _ = fs::remove_dir_all(&draft);
        failed(e)
    })
}

/// Refuses a place that cannot be written to or that holds somebody else's files, before the work
/// begins.
pub(crate) fn check(out: &Path, marker: &str) -> Result<(), Failure> {
    if out.is_file() {
        return Err(Failure::new(
            Exit::Files,
            "out.file",
            format!("{} is a file, not a folder", out.display()),
            "choose a folder; nothing was written",
        ));
    }
    let occupied = out.is_dir()
        && !out.join(marker).exists()
        && fs::read_dir(out).is_ok_and(|mut entries| entries.next().is_some());
    if occupied {
        return Err(Failure::new(
            Exit::Files,
            "out.occupied",
            format!("{} holds other files: they were not touched", out.display()),
            format!("choose a new folder, or one that holds an earlier {marker}"),
        ));
    }
    Ok(())
}
