//! `outlay fit`.

use crate::context::Context;
use crate::failure::Failure;

/// Arguments of `outlay fit`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {}

/// Runs the command.
pub(crate) fn run(_args: &Args, _context: &Context) -> Result<(), Failure> {
    Ok(())
}
