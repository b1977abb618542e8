//! What a process that died left of its artefacts: parts of an object that was never finished, and
//! objects that no row came to refer to.

use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use futures_util::StreamExt;
use object_store::ObjectStoreExt;

use super::{ObjectError, ObjectKey, Objects, layer};
use crate::workspaces::WorkspaceId;

/// Tells by an object's name inside of its workspace whether it must stay.
pub type Wanted = Box<dyn Fn(&str) -> bool + Send>;

impl Objects {
    /// Removes the objects of a workspace that were last written before `before` and that `wanted`
    /// does not know; says how many. `wanted` is asked for after the objects were listed, so that
    /// a row which was written meanwhile counts.
    ///
    /// # Errors
    /// When the store fails, or `wanted` does.
    pub async fn remove_unwanted<E: From<ObjectError>, F>(
        &self,
        workspace: WorkspaceId,
        before: DateTime<Utc>,
        wanted: impl FnOnce() -> F,
    ) -> Result<u64, E>
    where
        F: Future<Output = Result<Wanted, E>>,
    {
        let prefix = ObjectKey(format!("workspace/{workspace}"));
        let mut old = Vec::new();
        let mut found = self.layer.list(Some(&prefix.place()));
        while let Some(meta) = found.next().await {
            let meta = meta.map_err(|error| layer(error, &prefix))?;
            if meta.last_modified < before {
                old.push(meta.location);
            }
        }
        drop(found);
        if old.is_empty() {
            return Ok(0);
        }
        let wanted = wanted().await?;
        let root = format!("{prefix}/");
        old.retain(|place| place.as_ref().strip_prefix(&root).is_some_and(|name| !wanted(name)));
        for place in &old {
            self.layer.delete(place).await.map_err(|error| layer(error, &prefix))?;
        }
        Ok(old.len() as u64)
    }

    /// Removes parts of objects in a local folder that nobody has written to for `age`; says how
    /// many. Clouds have rules of their own for uploads that were never completed.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub async fn remove_parts(&self, age: Duration) -> io::Result<u64> {
        let Some(folder) = self.folder.clone() else { return Ok(0) };
        let found = tokio::task::spawn_blocking(move || parts(&folder, age));
        found.await.map_err(io::Error::other)?
    }
}

fn parts(root: &Path, age: Duration) -> io::Result<u64> {
    let (mut open, mut removed) = (vec![root.to_owned()], 0);
    while let Some(folder) = open.pop() {
        // What vanishes meanwhile was finished or given up.
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries {
            let entry = entry?;
            let Ok(about) = entry.metadata() else { continue };
            if about.is_dir() {
                open.push(entry.path());
            } else if is_part(&entry.file_name().to_string_lossy())
                && SystemTime::now().duration_since(about.modified()?).is_ok_and(|old| old >= age)
                && std::fs::remove_file(entry.path()).is_ok()
            {
                removed += 1;
            }
        }
    }
    Ok(removed)
}

/// Whether a file is what the local store writes beside an object before it renames it. No key of
/// ours has a `#`.
fn is_part(name: &str) -> bool {
    let number = name.rsplit_once('#').map(|(_, number)| number);
    number.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
}
