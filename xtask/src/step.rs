//! Running a program as a named, timed step.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus};
use std::time::Instant;

/// Why a task stopped.
#[derive(Debug)]
pub(crate) struct Failed {
    message: String,
    code: u8,
}

impl Failed {
    /// A failure with a message and exit code 1.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: 1 }
    }

    /// A program that could not be started.
    pub(crate) fn start(program: &Command, error: &io::Error) -> Self {
        Self::new(format!("cannot start {}: {error}", line(program)))
    }

    /// A program that ended with something else than success; its exit code is kept.
    pub(crate) fn status(program: &Command, status: ExitStatus) -> Self {
        let code = status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1);
        Self { message: format!("{} ended with {status}", line(program)), code: code.max(1) }
    }

    pub(crate) fn exit(&self) -> ExitCode {
        ExitCode::from(self.code)
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest).to_owned()
}

/// The cargo that runs this task, started in the root of the repository.
pub(crate) fn cargo(args: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(args).current_dir(root());
    command
}

/// Whether `cargo SUBCOMMAND` is installed.
pub(crate) fn has(subcommand: &str) -> bool {
    cargo(&[subcommand, "--version"]).output().is_ok_and(|output| output.status.success())
}

/// Runs a program, saying what runs and how long it took.
pub(crate) fn run(command: &mut Command) -> Result<(), Failed> {
    timed(command, |command| command.status())
}

/// Announces a program, has it run, and says how long it took.
pub(crate) fn timed(
    command: &mut Command,
    execute: impl FnOnce(&mut Command) -> io::Result<ExitStatus>,
) -> Result<(), Failed> {
    let name = line(command);
    println!("==> {name}");
    let start = Instant::now();
    let status = execute(command).map_err(|error| Failed::start(command, &error))?;
    println!("    {:.1} s: {name}", start.elapsed().as_secs_f64());
    if status.success() { Ok(()) } else { Err(Failed::status(command, status)) }
}

/// A program and its arguments as one would type them.
fn line(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or_default();
    std::iter::once(program)
        .chain(command.get_args())
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}
