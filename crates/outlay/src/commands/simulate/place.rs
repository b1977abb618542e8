//! Where a simulation is put: all files or none, and never over somebody else's.

use std::fs;
use std::path::Path;

use outlay_engine::EngineError;
use outlay_engine::folder::{self, Owner, Shelf};
use outlay_world::TRUTH_SCHEMA;
use serde_json::Value;

use super::{DATA, TRUTH};
use crate::failure::Failure;

const SHELF: Shelf<'static> = Shelf {
    what: "simulation",
    unwritable: "simulate.write",
    file: "simulate.write",
    occupied: "simulate.occupied",
    owner: Owner::Asked(ours),
    files: &[DATA, TRUTH],
    replaces: &[],
};

/// Writes all files or none.
pub(super) fn write(out: &Path, files: &[(&str, String)]) -> Result<(), Failure> {
    Ok(folder::write(out, &SHELF, files).map_err(EngineError::from)?)
}

/// Whether a folder may be written to: one that holds no data or truth, or those of an earlier
/// simulation.
fn ours(out: &Path) -> bool {
    let (data, truth) = (out.join(DATA), out.join(TRUTH));
    if !truth.exists() {
        return !data.exists();
    }
    let schema = fs::read(&truth)
        .ok()
        .and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok())
        .and_then(|value| value.get("schema").and_then(Value::as_str).map(ToOwned::to_owned));
    schema.as_deref() == Some(TRUTH_SCHEMA)
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
