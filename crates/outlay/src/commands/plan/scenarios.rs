//! `outlay plan compare`: plans side by side, on the screen or in a spreadsheet.

use std::path::{Path, PathBuf};

use outlay_engine::plan::{Compared, compare, read};
use outlay_planner::plan::Plan;

use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::render;

/// Arguments of `outlay plan compare`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Folders that `outlay plan --out` wrote: two or more. A folder's name is its scenario's.
    #[arg(required = true, num_args = 2..)]
    plans: Vec<PathBuf>,
    /// File for the comparison: .csv, .json or .xlsx.
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Runs the command.
pub(super) fn run(args: &Args, context: &Context) -> Result<(), Failure> {
    let plans: Vec<(String, Plan)> = args
        .plans
        .iter()
        .map(|path| Ok((name(path), read(path)?)))
        .collect::<Result<_, Failure>>()?;
    let compared = compare(&plans);
    if let Some(out) = &args.out {
        write(out, &compared)?;
    }
    if context.json() {
        anstream::println!("{}", compared.json()?);
    } else {
        let unit = plans.first().map_or("", |(_, p)| p.question.outcome_unit.as_str());
        anstream::print!("{}", render::compared(&compared, unit));
        if let Some(out) = &args.out {
            anstream::println!("\nwritten to {}", out.display());
        }
    }
    Ok(())
}

fn name(path: &Path) -> String {
    let folder = if path.is_dir() { Some(path) } else { path.parent() };
    let name = folder.and_then(Path::file_name).map(|n| n.to_string_lossy().into_owned());
    name.filter(|n| !n.is_empty()).unwrap_or_else(|| path.display().to_string())
}

fn write(out: &Path, compared: &Compared) -> Result<(), Failure> {
    let kind = out.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
    let bytes = match kind.as_str() {
        "json" => compared.json()?.into_bytes(),
        "csv" => compared.csv().into_bytes(),
        "xlsx" => compared.xlsx()?,
        other => {
            return Err(Failure::new(
                Exit::Files,
                "plan.export",
                format!("`{other}` is no format for a comparison"),
                "end the file's name in .csv, .json or .xlsx",
            ));
        }
    };
    std::fs::write(out, bytes).map_err(|e| {
        let message = format!("cannot write {}: {e}", out.display());
        Failure::new(Exit::Files, "plan.export", message, "choose another file")
    })
}
