//! `cargo xtask demo`: build the binary and run its demo, or serve it with the dashboard.

use std::process::Command;

use crate::build_ui;
use crate::step::{Failed, cargo, run};

/// Serves the demo workspace in the dashboard instead of running the demo on the terminal.
const SERVE: &str = "--serve";
/// Where the served demo keeps its store, unless `--data` says otherwise.
const STORE: &str = "out/demo-store";

/// Builds `outlay` and hands the terminal to `outlay demo ARGS`; with `--serve` among them, builds
/// the dashboard as well and hands it to `outlay serve --demo ARGS`.
pub(crate) fn hand_over(args: &[String]) -> Result<(), Failed> {
    if args.iter().any(|arg| arg == SERVE) {
        build_ui::when_changed()?;
        build()?;
        return replace(&mut serve(args));
    }
    build()?;
    replace(&mut demo(args))
}

/// Builds `outlay` and runs the demo as one step among others.
pub(crate) fn check() -> Result<(), Failed> {
    build()?;
    run(&mut demo(&[]))
}

/// Builds `outlay`.
pub(crate) fn build() -> Result<(), Failed> {
    run(&mut cargo(&["build", "--package", "outlay", "--locked"]))
}

fn serve(args: &[String]) -> Command {
    let mut command = outlay(&["serve", "--demo"]);
    if !args.iter().any(|arg| arg == "--data" || arg.starts_with("--data=")) {
        command.args(["--data", STORE]);
    }
    command.args(args.iter().filter(|arg| *arg != SERVE));
    command
}

fn demo(args: &[String]) -> Command {
    let mut command = outlay(&["demo"]);
    command.args(args);
    command
}

fn outlay(args: &[&str]) -> Command {
    let mut command = cargo(&["run", "--quiet", "--package", "outlay", "--locked", "--"]);
    command.args(args);
    if let Ok(here) = std::env::current_dir() {
        command.current_dir(here);
    }
    command
}

/// Becomes the program, so that an interrupt reaches it alone and its last words are not cut off.
#[cfg(unix)]
fn replace(command: &mut Command) -> Result<(), Failed> {
    use std::os::unix::process::CommandExt;

    let error = command.exec();
    Err(Failed::start(command, &error))
}

#[cfg(not(unix))]
fn replace(command: &mut Command) -> Result<(), Failed> {
    run(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(args: &[&str]) -> String {
        let args: Vec<String> = args.iter().map(|&arg| arg.to_owned()).collect();
        let command = serve(&args);
        let words: Vec<_> = command.get_args().map(|arg| arg.to_string_lossy()).collect();
        words.join(" ")
    }

    #[test]
    fn a_served_demo_has_a_store_of_its_own_and_hands_on_what_is_asked() {
        assert!(line(&["--serve"]).ends_with("serve --demo --data out/demo-store"));
        let own = line(&["--serve", "--data", "here", "--listen", "127.0.0.1:9000"]);
        assert!(own.ends_with("serve --demo --data here --listen 127.0.0.1:9000"));
    }
}
