//! `cargo xtask demo`: build the binary and run its demo.

use std::process::Command;

use crate::step::{Failed, cargo, run};

/// Builds `outlay` and hands the terminal to `outlay demo ARGS`.
pub(crate) fn hand_over(args: &[String]) -> Result<(), Failed> {
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

fn demo(args: &[String]) -> Command {
    let mut command = cargo(&["run", "--quiet", "--package", "outlay", "--locked", "--", "demo"]);
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
