//! A folder of this process for what is only needed for a while. What a process that died left is
//! removed by the next one; a lock, which dies with its holder, tells who is alive.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use uuid::Uuid;

/// The folder; gone with this value.
#[derive(Debug)]
pub(crate) struct Scratch {
    path: PathBuf,
    lock: PathBuf,
    _held: File,
}

impl Scratch {
    /// A folder of our own below `root`, after those of the dead were removed.
    pub(crate) fn open(root: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(root)?;
        clear(root)?;
        let name = Uuid::now_v7().simple().to_string();
        let (path, lock) = (root.join(&name), root.join(format!("{name}.lock")));
        let held = File::create(&lock)?;
        // Somebody who clears holds it for a moment at most.
        held.lock()?;
        std::fs::create_dir(&path)?;
        Ok(Self { path, lock, _held: held })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed now is removed by the next process.
        let _ = std::fs::remove_dir_all(&self.path);
        let _ = std::fs::remove_file(&self.lock);
    }
}

/// Removes what the dead left. The folder goes first: without its lock nobody would remove it.
fn clear(root: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(root)? {
        let lock = entry?.path();
        if lock.extension().is_none_or(|extension| extension != "lock") {
            continue;
        }
        let file = match File::open(&lock) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        match file.try_lock() {
            Ok(()) => {
                let folder = lock.with_extension("");
                // Without its folder it is somebody who is just beginning.
                if folder.is_dir() && std::fs::remove_dir_all(folder).is_ok() {
                    let _ = std::fs::remove_file(&lock);
                }
            }
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dead_are_cleared_and_the_living_are_not() {
        let root = tempfile::tempdir().unwrap();
        let living = Scratch::open(root.path()).unwrap();
        std::fs::write(living.path().join("mine"), "x").unwrap();
        std::fs::create_dir(root.path().join("dead")).unwrap();
        std::fs::write(root.path().join("dead/half"), "x").unwrap();
        std::fs::write(root.path().join("dead.lock"), "").unwrap();
        let other = Scratch::open(root.path()).unwrap();
        assert!(living.path().join("mine").exists());
        assert!(!root.path().join("dead").exists() && !root.path().join("dead.lock").exists());
        drop((living, other));
        assert_eq!(std::fs::read_dir(root.path()).unwrap().count(), 0);
    }
}
