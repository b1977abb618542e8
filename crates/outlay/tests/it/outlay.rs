//! Running the binary and looking at what it said and left.

use std::path::{Path, PathBuf};
use std::time::Duration;

use assert_cmd::Command;
use serde_json::Value;

/// How a run ended.
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs `outlay ARGS` in a folder; a run that hangs is killed, and has no exit code then.
pub(crate) fn outlay(folder: &Path, args: &[&str]) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_outlay"))
        .args(args)
        .current_dir(folder)
        .timeout(Duration::from_secs(300))
        .output()
        .unwrap();
    Run {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

impl Run {
    /// Asserts a refusal: this exit code, a sentence on standard error that names what matters,
    /// what to do next, nothing on standard output, and no panic.
    #[track_caller]
    pub(crate) fn refused(&self, code: i32, words: &[&str]) -> &Self {
        self.described_and_refused(code, words);
        assert!(self.stdout.is_empty(), "a refusal prints no result:\n{}", self.stdout);
        self
    }

    /// As [`Run::refused`], after a description on standard output.
    #[track_caller]
    pub(crate) fn described_and_refused(&self, code: i32, words: &[&str]) -> &Self {
        let said = format!("stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        assert!(!self.stderr.contains("panicked"), "{said}");
        assert_eq!(self.code, Some(code), "{said}");
        assert!(self.stderr.contains("error: "), "no sentence that begins with `error: `\n{said}");
        assert!(self.stderr.contains("next: "), "nothing about what to do next\n{said}");
        let lower = self.stderr.to_lowercase();
        for word in words {
            assert!(lower.contains(&word.to_lowercase()), "nothing about {word:?}\n{said}");
        }
        self
    }

    /// Asserts success.
    #[track_caller]
    pub(crate) fn succeeded(&self) -> &Self {
        let said = format!("stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        assert_eq!(self.code, Some(0), "{said}");
        self
    }

    /// Standard error's last line as JSON.
    #[track_caller]
    pub(crate) fn problem(&self) -> Value {
        let line = self.stderr.lines().last().unwrap_or_default();
        serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {}", self.stderr))
    }
}

/// Names in a folder, sorted.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// A file of the repository.
pub(crate) fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}
