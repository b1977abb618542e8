//! `cargo xtask test`: all tests with cargo-nextest where it is installed, else with cargo's own
//! runner; documentation tests; one plain closing line.

use std::io::{self, BufRead, BufReader, IsTerminal, Read, Write};
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::thread;
use std::time::Instant;

use crate::step::{Failed, cargo, has, root, timed};
use crate::tally::Tally;

/// Runs all tests; `args` go to the runner of the unit and integration tests.
pub(crate) fn all(args: &[String]) -> Result<(), Failed> {
    let start = Instant::now();
    let shared = shared_folder();
    if shared.is_none() {
        println!("    no reference folder: tests against the references skip themselves");
    }
    let nextest = has("nextest");
    let mut runs: Vec<Command> = Vec::new();
    if nextest {
        runs.push(cargo(&["nextest", "run", "--locked", "--no-fail-fast"]));
    } else {
        // Documentation tests have a run of their own below, so that both runners cover the same.
        runs.push(cargo(&["test", "--locked", "--no-fail-fast", "--all-targets"]));
    }
    if args.is_empty() {
        runs.push(cargo(&["test", "--locked", "--no-fail-fast", "--doc"]));
    }
    let chosen = args.iter().any(|arg| arg.starts_with("-p") || arg.starts_with("--package"));
    for run in &mut runs {
        if !chosen {
            run.arg("--workspace");
        }
        run.args(args);
    }
    let mut tally = Tally::default();
    let mut worst = Ok(());
    for run in &mut runs {
        if io::stderr().is_terminal() {
            run.env("CARGO_TERM_COLOR", "always");
        }
        let outcome = timed(run, |run| counted(run, &mut tally));
        worst = worst.and(outcome);
    }
    let Tally { passed, failed, skipped } = tally;
    println!(
        "\ntests: {passed} passed, {failed} failed, {skipped} skipped in {:.0} s ({}; references: {})",
        start.elapsed().as_secs_f64(),
        if nextest { "cargo-nextest" } else { "cargo test" },
        shared.map_or_else(|| "absent".to_owned(), |folder| folder.display().to_string()),
    );
    println!("{}", if worst.is_ok() { "all tests passed" } else { "there are failures" });
    worst
}

/// The folder with reference data: `OUTLAY_SHARED`, or `shared` beside the repository.
fn shared_folder() -> Option<PathBuf> {
    std::env::var_os("OUTLAY_SHARED")
        .map(PathBuf::from)
        .or_else(|| Some(root().parent()?.join("shared")))
        .filter(|folder| folder.is_dir())
}

/// Runs a test runner, passing its output on line by line and counting.
fn counted(command: &mut Command, tally: &mut Tally) -> io::Result<ExitStatus> {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let shared = Mutex::new(tally);
    thread::scope(|scope| {
        scope.spawn(|| stdout.map(|pipe| pass_on(pipe, io::stdout(), &shared)));
        scope.spawn(|| stderr.map(|pipe| pass_on(pipe, io::stderr(), &shared)));
    });
    child.wait()
}

/// Copies lines from a pipe; a reader that went away does not stop the tests.
fn pass_on(pipe: impl Read, mut out: impl Write, tally: &Mutex<&mut Tally>) {
    let mut lines = BufReader::new(pipe);
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
        let _ = out.write_all(&line).and_then(|()| out.flush());
        if let Ok(mut tally) = tally.lock() {
            tally.read(&String::from_utf8_lossy(&line));
        }
        line.clear();
    }
}
