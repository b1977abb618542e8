//! Where a calibration is put: tried before the work begins, written whole or not at all.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::failure::{Exit, Failure};

/// A folder that can be written to.
pub(super) struct Place {
    out: PathBuf,
    /// Folders that were made for it, outermost last; they go again when nothing is written.
    created: Vec<PathBuf>,
    part: String,
    written: bool,
}

impl Place {
    /// Makes the folder, and makes sure that nothing but earlier answers would be replaced.
    pub(super) fn open(out: &Path, names: &[&str]) -> Result<Self, Failure> {
        let missing = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.exists();
        let place = Self {
            out: out.to_path_buf(),
            created: out.ancestors().take_while(missing).map(Path::to_path_buf).collect(),
            part: format!(".part-{}", std::process::id()),
            written: false,
        };
        fs::create_dir_all(out).map_err(|e| unwritable(out, &e))?;
        if let Some(name) = names.iter().find(|name| out.join(name).is_dir()) {
            let error = io::Error::new(io::ErrorKind::IsADirectory, format!("{name} is a folder"));
            return Err(unwritable(out, &error));
        }
        let probe = out.join(&place.part);
        fs::write(&probe, "")
            .and_then(|()| fs::remove_file(&probe))
            .map_err(|e| unwritable(out, &e))?;
        Ok(place)
    }

    /// Writes all files, then moves them to their names.
    pub(super) fn write(mut self, files: &[(&str, &[u8])]) -> Result<(), Failure> {
        let part = |name: &str| self.out.join(format!("{name}{}", self.part));
        let done = files
            .iter()
            .try_for_each(|(name, bytes)| fs::write(part(name), bytes))
            .and_then(|()| {
                files.iter().try_for_each(|(name, _)| fs::rename(part(name), self.out.join(name)))
            });
        if let Err(error) = done {
            for (name, _) in files {
                // What is left of a draft is of no use; the failure to write is what matters.
                let _ = fs::remove_file(part(name));
            }
            return Err(unwritable(&self.out, &error));
        }
        self.written = true;
        Ok(())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if !self.written {
            for folder in &self.created {
                // Not empty, or never made: either way it stays as it is.
                let _ = fs::remove_dir(folder);
            }
        }
    }
}

fn unwritable(out: &Path, error: &io::Error) -> Failure {
    Failure::new(
        Exit::Files,
        "calibrate.write",
        format!("cannot write to {}: {error}", out.display()),
        "choose a folder that you may write to; nothing was written",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_come_whole_and_folders_go_again() {
        let home = tempfile::tempdir().unwrap();
        let out = home.path().join("a/b");
        drop(Place::open(&out, &["x.json"]).unwrap());
        assert!(!home.path().join("a").exists(), "nothing was written, nothing is left");
        let place = Place::open(&out, &["x.json"]).unwrap();
        place.write(&[("x.json", b"{}"), ("x.html", b"<p>")]).unwrap();
        assert_eq!(fs::read_to_string(out.join("x.json")).unwrap(), "{}");
        assert_eq!(fs::read_dir(&out).unwrap().count(), 2);
    }

    #[test]
    fn a_place_that_cannot_be_written_is_refused_before_the_work() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("file");
        fs::write(&file, "mine").unwrap();
        assert!(Place::open(&file, &[]).is_err());
        assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
        fs::create_dir(home.path().join("x.json")).unwrap();
        assert!(Place::open(home.path(), &["x.json"]).is_err());
    }
}
