//! `cargo xtask build-ui`: the dashboard under `web/`, built when its sources have changed.
//!
//! Sources are told apart by a hash of their names and contents, not by their times: a fresh clone
//! and a change of branch touch files without changing them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use crate::step::{Failed, root, run};

/// The oldest Node.js that the build tools run on.
const NODE: (u32, u32) = (20, 19);

/// What the sources were when `dist` was built; inside it, so that it goes when `dist` goes.
const BUILT: &str = "dist/.sources";
/// What the lock file was when the packages were installed.
const INSTALLED: &str = "node_modules/.sources";

/// Files and folders that decide what the dashboard becomes.
const SOURCES: [&str; 7] = [
    "src",
    "public",
    "index.html",
    "package.json",
    "package-lock.json",
    "tsconfig.json",
    "vite.config.ts",
];
/// Files that decide which packages are installed.
const PACKAGES: [&str; 3] = ["package.json", "package-lock.json", ".npmrc"];

/// Builds the dashboard unless what is there was built from the same sources.
pub(crate) fn when_changed() -> Result<(), Failed> {
    let web = root().join("web");
    let sources = hash(&web, &SOURCES).map_err(|error| unreadable(&web, &error))?;
    if is(&web, BUILT, &sources) && web.join("dist/index.html").is_file() {
        println!("    the dashboard is up to date");
        return Ok(());
    }
    check_node(&version_of("node"))?;
    let packages = hash(&web, &PACKAGES).map_err(|error| unreadable(&web, &error))?;
    if !is(&web, INSTALLED, &packages) {
        run(npm(&web).args(["ci", "--no-audit", "--no-fund"]))?;
        remember(&web, INSTALLED, &packages)?;
    }
    let first = !web.join("dist/index.html").is_file();
    run(npm(&web).args(["run", "build"]))?;
    if first {
        // A program that was compiled without a dashboard looks for none until it is compiled again.
        let embeds = root().join("crates/server/src/ui.rs");
        fs::File::options()
            .append(true)
            .open(&embeds)
            .and_then(|file| file.set_modified(SystemTime::now()))
            .map_err(|error| unreadable(&embeds, &error))?;
    }
    remember(&web, BUILT, &sources)
}

/// npm, started in `web`; on Windows it is a script and has to be named so.
pub(crate) fn npm(web: &Path) -> Command {
    let mut command = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    command.current_dir(web);
    command
}

/// What `PROGRAM --version` prints; `None` where it cannot be started.
fn version_of(program: &str) -> Option<String> {
    let output = Command::new(program).arg("--version").output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Whether this Node.js will do; says what to install where it will not.
fn check_node(version: &Option<String>) -> Result<(), Failed> {
    let (major, minor) = NODE;
    let advice = format!(
        "install Node.js {major}.{minor} or later with its npm, then run `cargo xtask build-ui` again; \
         everything but the dashboard works without it"
    );
    let Some(version) = version else {
        return Err(Failed::new(format!(
            "the dashboard is built with Node.js, which is not installed (or not on PATH): {advice}"
        )));
    };
    match number(version) {
        Some(found) if found >= NODE => Ok(()),
        _ => Err(Failed::new(format!("this Node.js is {version}, which is too old: {advice}"))),
    }
}

/// Major and minor of `v20.19.1`.
fn number(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.strip_prefix('v').unwrap_or(version).split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

fn is(web: &Path, stamp: &str, hash: &str) -> bool {
    fs::read_to_string(web.join(stamp)).is_ok_and(|text| text == hash)
}

fn remember(web: &Path, stamp: &str, hash: &str) -> Result<(), Failed> {
    let path = web.join(stamp);
    fs::write(&path, hash).map_err(|error| unreadable(&path, &error))
}

fn unreadable(path: &Path, error: &io::Error) -> Failed {
    Failed::new(format!("cannot read or write {}: {error}", path.display()))
}

/// A hash of names and contents of the files among `names`; what does not exist counts as absent.
fn hash(web: &Path, names: &[&str]) -> io::Result<String> {
    let mut files = Vec::new();
    for name in names {
        collect(&web.join(name), &mut files)?;
    }
    files.sort();
    let mut hash = Fnv::default();
    for file in files {
        let name = file.strip_prefix(web).unwrap_or(&file).to_string_lossy().replace('\\', "/");
        let content = fs::read(&file)?;
        // Lengths keep a name's end apart from its content's start.
        hash.add(&(name.len() as u64).to_le_bytes());
        hash.add(name.as_bytes());
        hash.add(&(content.len() as u64).to_le_bytes());
        hash.add(&content);
    }
    Ok(format!("{:016x}", hash.0))
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            collect(&entry?.path(), files)?;
        }
    } else if path.is_file() {
        files.push(path.to_owned());
    }
    Ok(())
}

/// FNV-1a: tells changes apart, protects against nobody.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder of its own for one test, gone at its end.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("xtask-{name}-{}", std::process::id()));
            fs::create_dir_all(path.join("src/pages")).unwrap();
            Self(path)
        }

        fn write(&self, name: &str, content: &str) {
            fs::write(self.0.join(name), content).unwrap();
        }

        fn hash(&self) -> String {
            hash(&self.0, &SOURCES).unwrap()
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn a_hash_follows_names_and_contents_of_sources_only() {
        let web = Folder::new("hash");
        web.write("src/main.tsx", "one");
        let first = web.hash();
        web.write("README.md", "not a source");
        assert_eq!(web.hash(), first);
        web.write("src/pages/home.tsx", "");
        let second = web.hash();
        assert_ne!(second, first);
        fs::rename(web.0.join("src/pages/home.tsx"), web.0.join("src/pages/plan.tsx")).unwrap();
        assert_ne!(web.hash(), second);
        web.write("src/main.tsx", "two");
        fs::remove_file(web.0.join("src/pages/plan.tsx")).unwrap();
        assert_ne!(web.hash(), first);
        web.write("src/main.tsx", "one");
        assert_eq!(web.hash(), first);
    }

    #[test]
    fn a_stamp_holds_until_the_sources_change() {
        let web = Folder::new("stamp");
        web.write("src/main.tsx", "one");
        assert!(!is(&web.0, BUILT, &web.hash()));
        fs::create_dir_all(web.0.join("dist")).unwrap();
        remember(&web.0, BUILT, &web.hash()).unwrap();
        assert!(is(&web.0, BUILT, &web.hash()));
        web.write("src/main.tsx", "two");
        assert!(!is(&web.0, BUILT, &web.hash()));
    }

    #[test]
    fn a_missing_or_old_node_is_named_with_what_to_do() {
        assert!(check_node(&Some("v20.19.0".into())).is_ok());
        assert!(check_node(&Some("v24.1.0".into())).is_ok());
        let missing = check_node(&None).unwrap_err().to_string();
        assert!(missing.contains("not installed") && missing.contains("cargo xtask build-ui"));
        for old in ["v18.20.4", "v20.9.0", "what"] {
            assert!(check_node(&Some(old.into())).unwrap_err().to_string().contains("too old"));
        }
    }
}
