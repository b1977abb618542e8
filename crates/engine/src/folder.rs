//! A folder of results: whole or absent, and never over somebody else's files.
//!
//! Files are completed in a hidden folder and then moved to their names, so that whoever looks
//! sees all of them or none. The hidden folder stands inside a place that exists and beside one
//! that does not: either way on the same file system, so that the move cannot stop half-way
//! through a copy.

mod error;

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

pub use error::FolderError;

/// A kind of folder: how one is known, and what may be replaced in it.
#[derive(Debug, Clone, Copy)]
pub struct Shelf<'a> {
    /// What stands in it, for messages: `fit`, `plan`.
    pub what: &'static str,
    /// Code of a folder that cannot be written.
    pub unwritable: &'static str,
    /// Code of a place that is a file.
    pub file: &'static str,
    /// Code of a folder that holds somebody else's files.
    pub occupied: &'static str,
    /// Whose an existing folder is.
    pub owner: Owner<'a>,
    /// Names of the files, where they are known before the work.
    pub files: &'a [&'a str],
    /// Names that a later version takes away where it has none of its own. A folder among them is
    /// ours only where the first name is there.
    pub replaces: &'a [&'a str],
}

/// How an existing folder is known to be ours.
#[derive(Debug, Clone, Copy)]
pub enum Owner<'a> {
    /// It is empty, or holds this file.
    Marker(&'a str),
    /// The caller looks.
    Asked(fn(&Path) -> bool),
    /// Files with our names are ours, wherever they stand.
    Anybody,
}

/// A folder that is being completed. What is not published leaves no trace.
#[derive(Debug)]
pub struct Draft {
    target: PathBuf,
    folder: PathBuf,
    /// Folders that were made on the way, innermost first.
    created: Vec<PathBuf>,
    unwritable: &'static str,
    replaces: Vec<String>,
    marker: Option<OsString>,
}

/// Refuses a place that cannot be written to or that holds somebody else's files, before the work
/// begins. Nothing is made.
///
/// # Errors
/// [`FolderError`].
pub fn refuse_early(target: &Path, shelf: &Shelf<'_>) -> Result<(), FolderError> {
    let target_of = || target.to_path_buf();
    if target.is_file() {
        return Err(FolderError::NotAFolder { target: target_of(), code: shelf.file });
    }
    if !target.is_dir() {
        return Ok(());
    }
    let ours = match shelf.owner {
        Owner::Marker(marker) => {
            target.join(marker).exists()
                || !fs::read_dir(target).is_ok_and(|mut entries| entries.any(|e| !left(target, e)))
        }
        Owner::Asked(ours) => ours(target),
        Owner::Anybody => true,
    };
    if !ours {
        return Err(FolderError::Occupied {
            target: target_of(),
            what: shelf.what,
            code: shelf.occupied,
        });
    }
    if let Some(name) = shelf.files.iter().find(|name| target.join(name).is_dir()) {
        let source = io::Error::new(io::ErrorKind::IsADirectory, format!("{name} is a folder"));
        return Err(FolderError::Unwritable {
            target: target_of(),
            code: shelf.unwritable,
            source,
        });
    }
    Ok(())
}

/// Writes files into a folder, all or none.
///
/// # Errors
/// [`FolderError`] when the place is refused or cannot be written.
pub fn write<B: AsRef<[u8]>>(
    target: &Path,
    shelf: &Shelf<'_>,
    files: &[(impl AsRef<str>, B)],
) -> Result<(), FolderError> {
    let draft = Draft::open(target, shelf)?;
    files.iter().try_for_each(|(name, bytes)| draft.put(name.as_ref(), bytes.as_ref()))?;
    draft.publish()
}

impl Draft {
    /// Makes sure, before the work begins, that the folder can be written.
    ///
    /// # Errors
    /// [`FolderError`].
    pub fn open(target: &Path, shelf: &Shelf<'_>) -> Result<Self, FolderError> {
        refuse_early(target, shelf)?;
        let parent = match target.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        Self::within(target, if target.is_dir() { target } else { parent }, shelf)
    }

    /// As [`Draft::open`], and makes the folder itself: for work that adds to it while it goes on.
    /// A folder that was made and stayed empty goes again when nothing is published.
    ///
    /// # Errors
    /// [`FolderError`].
    pub fn open_in(target: &Path, shelf: &Shelf<'_>) -> Result<Self, FolderError> {
        refuse_early(target, shelf)?;
        Self::within(target, target, shelf)
    }

    fn within(target: &Path, home: &Path, shelf: &Shelf<'_>) -> Result<Self, FolderError> {
        let missing = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.exists();
        let mut draft = Self {
            target: target.to_path_buf(),
            folder: PathBuf::new(),
            created: home.ancestors().take_while(missing).map(Path::to_path_buf).collect(),
            unwritable: shelf.unwritable,
            replaces: shelf.replaces.iter().map(|name| (*name).to_owned()).collect(),
            marker: match shelf.owner {
                Owner::Marker(marker) => Some(marker.into()),
                Owner::Asked(_) | Owner::Anybody => None,
            },
        };
        let made = fs::create_dir_all(home).and_then(|()| hidden(home, target));
        draft.folder = made.map_err(|source| draft.failed(source))?;
        Ok(draft)
    }

    /// Writes a file. A name may lead through folders of the draft: `a/b.json`.
    ///
    /// # Errors
    /// [`FolderError::Unwritable`].
    pub fn put(&self, name: &str, bytes: &[u8]) -> Result<(), FolderError> {
        let path = self.place(name)?;
        fs::write(path, bytes).map_err(|source| self.failed(source))
    }

    /// Makes a file to be written bit by bit.
    ///
    /// # Errors
    /// [`FolderError::Unwritable`].
    pub fn create(&self, name: &str) -> Result<File, FolderError> {
        let path = self.place(name)?;
        File::create(path).map_err(|source| self.failed(source))
    }

    /// What the system said about a file of this draft, as a refusal.
    pub fn failed(&self, source: io::Error) -> FolderError {
        FolderError::Unwritable { target: self.target.clone(), code: self.unwritable, source }
    }

    /// Moves the completed files to their places; those of an earlier version are replaced.
    ///
    /// # Errors
    /// [`FolderError::Unwritable`].
    pub fn publish(mut self) -> Result<(), FolderError> {
        let moved = if self.target.is_dir() {
            let entries = self.clear().and_then(|()| fs::read_dir(&self.folder));
            entries.and_then(|entries| {
                let mut names =
                    entries.map(|e| Ok(e?.file_name())).collect::<io::Result<Vec<_>>>()?;
                // What a folder is known by comes last.
                names.sort_by_key(|name| Some(name.as_os_str()) == self.marker.as_deref());
                for name in names {
                    fs::rename(self.folder.join(&name), self.target.join(&name))?;
                }
                fs::remove_dir(&self.folder)
            })
        } else {
            fs::rename(&self.folder, &self.target)
        };
        moved.map_err(|source| self.failed(source))?;
        self.created.clear();
        Ok(())
    }

    /// Path of a file in the draft, in folders that exist.
    fn place(&self, name: &str) -> Result<PathBuf, FolderError> {
        let path = self.folder.join(name);
        if let Some(parent) = path.parent().filter(|parent| *parent != self.folder) {
            fs::create_dir_all(parent).map_err(|source| self.failed(source))?;
        }
        Ok(path)
    }

    /// Takes away what an earlier version left and this one does not have.
    fn clear(&self) -> io::Result<()> {
        let Some(first) = self.replaces.first() else { return Ok(()) };
        let ours = self.target.join(first).exists();
        // The name that says whose a folder is goes last: a stop on the way is taken up again.
        for name in self.replaces.iter().rev() {
            let path = self.target.join(name);
            if path.is_dir() && ours {
                fs::remove_dir_all(path)?;
            } else if path.is_file() && !self.folder.join(name).exists() {
                fs::remove_file(path)?;
            }
        }
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if !self.folder.as_os_str().is_empty() && self.folder.exists() {
            // What is left of a draft is of no use; nobody could do anything about a failure.
            let _ = fs::remove_dir_all(&self.folder);
        }
        for folder in &self.created {
            // Not empty, or never made: either way it stays as it is.
            let _ = fs::remove_dir(folder);
        }
    }
}

/// Attempts at a name for a hidden folder: more of them are never at work in one place.
const NAMES: usize = 1000;

/// How the names of hidden folders for a target begin.
fn prefix(target: &Path) -> String {
    let name = target.file_name().map_or_else(String::new, |n| n.to_string_lossy().into());
    format!(".{name}.outlay-")
}

/// Whether an entry of a folder is what a killed process left of its work there.
fn left(target: &Path, entry: io::Result<fs::DirEntry>) -> bool {
    entry.is_ok_and(|e| e.file_name().to_string_lossy().starts_with(&prefix(target)))
}

/// Makes a hidden folder that nobody else works in. One that a killed process of the same number
/// left (in a container every process may be number 1) is passed over.
fn hidden(home: &Path, target: &Path) -> io::Result<PathBuf> {
    let prefix = prefix(target);
    let mut taken = io::Error::from(io::ErrorKind::AlreadyExists);
    for n in 0..NAMES {
        let folder = home.join(format!("{prefix}{}-{n}", std::process::id()));
        match fs::create_dir(&folder) {
            Ok(()) => return Ok(folder),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => taken = e,
            Err(e) => return Err(e),
        }
    }
    Err(taken)
}
