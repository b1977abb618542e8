//! The folder of a plan, and how it is read back.

use std::path::Path;

use outlay_planner::plan::{Plan, SCHEMA};
use outlay_report::{ReportOptions, plan_html};

use super::Opened;
use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::{folder, render};

/// The plan for machines.
pub(super) const PLAN: &str = "plan.json";
/// Every cell of the plan, for spreadsheets and for `outlay plan price`.
pub(super) const CSV: &str = "plan.csv";
const PAGE: &str = "plan.html";

/// Writes a plan's folder.
pub(super) fn write(
    out: &Path,
    opened: &Opened,
    plan: &Plan,
    cells: &[f64],
) -> Result<(), Failure> {
    folder::write(out, PLAN, &documents(opened, plan, cells)?)
}

/// The documents of a plan, by name.
pub(super) fn documents(
    opened: &Opened,
    plan: &Plan,
    cells: &[f64],
) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let internal = |e: &(dyn std::error::Error + 'static)| {
        Failure::from_error(Exit::Internal, "plan.write", e, "please report this")
    };
    let json = serde_json::to_vec_pretty(plan).map_err(|e| internal(&e))?;
    let page = plan_html(plan, &ReportOptions::default()).map_err(|e| internal(&e))?;
    Ok(vec![
        (PLAN.to_owned(), json),
        (CSV.to_owned(), csv(opened, cells).into_bytes()),
        (PAGE.to_owned(), page.into_bytes()),
    ])
}

/// Every cell, one per line, in full precision.
fn csv(opened: &Opened, cells: &[f64]) -> String {
    let response = &opened.outlook.response;
    let several = response.geos.len() > 1;
    let mut text =
        String::from(if several { "channel,geo,period,spend\n" } else { "channel,period,spend\n" });
    for (c, channel) in response.channels.iter().enumerate() {
        for (g, geo) in response.geos.iter().enumerate() {
            for t in 0..response.horizon {
                let period = &opened.periods[t];
                let spend = cells[response.cell(c, g, t)];
                let spend = (spend * 1e6).round() / 1e6;
                let channel = field(channel);
                if several {
                    text.push_str(&format!("{channel},{},{period},{spend}\n", field(geo)));
                } else {
                    text.push_str(&format!("{channel},{period},{spend}\n"));
                }
            }
        }
    }
    text
}

/// A field of a CSV file; one that a spreadsheet would take for a formula is quoted as text.
pub(super) fn field(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t']);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

/// Prints a plan as the user wants to see it.
pub(super) fn print(plan: &Plan, out: Option<&Path>, context: &Context) -> Result<(), Failure> {
    if context.json() {
        let text = serde_json::to_string_pretty(plan)
            .map_err(|e| Failure::from_error(Exit::Internal, "json", &e, ""))?;
        anstream::println!("{text}");
    } else {
        anstream::print!("{}", render::plan(plan, out));
    }
    Ok(())
}

/// Reads a plan back; a folder or its file may be named.
pub(super) fn read(path: &Path) -> Result<Plan, Failure> {
    let file = if path.is_dir() { path.join(PLAN) } else { path.to_path_buf() };
    let next = "name a folder that `outlay plan --out DIR` wrote";
    let text = std::fs::read_to_string(&file).map_err(|e| {
        let message = format!("cannot read {}: {e}", file.display());
        Failure::new(Exit::Files, "plan.unreadable", message, next)
    })?;
    let plan: Plan = serde_json::from_str(&text).map_err(|e| {
        let message = format!("{} is no plan: {e}", file.display());
        Failure::new(Exit::Files, "plan.damaged", message, next)
    })?;
    if plan.schema == SCHEMA {
        return Ok(plan);
    }
    let message = format!("{} is of schema `{}`, not `{SCHEMA}`", file.display(), plan.schema);
    Err(Failure::new(Exit::Files, "plan.schema", message, "plan again with this version"))
}
