//! Where a calibration is put: tried before the work begins, written whole or not at all.

use std::path::Path;

use outlay_engine::EngineError;
use outlay_engine::folder::{Draft, Owner, Shelf};

use crate::failure::Failure;

/// A folder that can be written to.
pub(super) struct Place(Draft);

impl Place {
    /// Makes the folder, and makes sure that nothing but earlier answers would be replaced.
    pub(super) fn open(out: &Path, names: &[&str]) -> Result<Self, Failure> {
        let shelf = Shelf {
            what: "calibration",
            unwritable: "calibrate.write",
            file: "calibrate.write",
            occupied: "calibrate.write",
            owner: Owner::Anybody,
            files: names,
            replaces: &[],
        };
        Ok(Self(Draft::open_in(out, &shelf).map_err(EngineError::from)?))
    }

    /// Writes all files, then moves them to their names.
    pub(super) fn write(self, files: &[(&str, &[u8])]) -> Result<(), Failure> {
        let put = |(name, bytes): &(&str, &[u8])| self.0.put(name, bytes);
        files.iter().try_for_each(put).map_err(EngineError::from)?;
        Ok(self.0.publish().map_err(EngineError::from)?)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

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
