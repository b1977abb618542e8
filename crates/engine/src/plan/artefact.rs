//! A plan's documents and its folder, and how a plan is read back.

use std::path::Path;

use outlay_planner::advise::Found;
use outlay_planner::plan::{Plan, SCHEMA};
use outlay_report::{ReportOptions, plan_html};

use super::{AskError, Planner};
use crate::error::EngineError;
use crate::folder::{self, Owner, Shelf};

/// The plan for machines.
const JSON: &str = "plan.json";
/// Every cell of the plan, for spreadsheets and to be priced again.
pub(super) const CSV: &str = "plan.csv";
const PAGE: &str = "plan.html";

/// The folder of a plan.
pub const PLAN: Shelf<'static> = Shelf {
    what: "plan",
    unwritable: "out.write",
    file: "out.file",
    occupied: "out.occupied",
    owner: Owner::Marker(JSON),
    files: &[JSON, CSV, PAGE],
    replaces: &[],
};

/// A plan with every cell of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// The plan with its price, its proof and its alternatives.
    pub plan: Plan,
    /// Spend per cell, `[channel][geo][period]`, in units of the fit's currency.
    pub cells: Vec<f64>,
    /// The same as a table (CSV), one cell per line, in full precision.
    pub table: String,
    /// Whether the search was cancelled: the plan is the best found until then, and its
    /// certificate is not complete.
    pub stopped: bool,
}

impl Planned {
    /// A plan that a search found.
    pub(super) fn found(planner: &Planner, plan: Plan, found: Found) -> Self {
        let stopped = found.solution.stopped;
        Self { stopped, ..Self::given(planner, plan, found.cells) }
    }

    /// A plan that was given.
    pub(super) fn given(planner: &Planner, plan: Plan, cells: Vec<f64>) -> Self {
        Self { table: csv(planner, &cells), plan, cells, stopped: false }
    }

    /// The documents of the plan, by name: for machines, for spreadsheets, and a page.
    ///
    /// # Errors
    /// [`EngineError::Artefact`].
    pub fn documents(&self) -> Result<Vec<(String, Vec<u8>)>, EngineError> {
        let internal = |e| EngineError::Artefact { code: "plan.write", source: e };
        let json = serde_json::to_vec_pretty(&self.plan).map_err(|e| internal(e.into()))?;
        let page =
            plan_html(&self.plan, &ReportOptions::default()).map_err(|e| internal(e.into()))?;
        Ok(vec![
            (JSON.to_owned(), json),
            (CSV.to_owned(), self.table.clone().into_bytes()),
            (PAGE.to_owned(), page.into_bytes()),
        ])
    }

    /// Writes the plan's folder, whole or not at all.
    ///
    /// # Errors
    /// [`crate::folder::FolderError`].
    pub fn write(&self, out: &Path) -> Result<(), EngineError> {
        Ok(folder::write(out, &PLAN, &self.documents()?)?)
    }
}

/// Every cell, one per line, in full precision.
fn csv(planner: &Planner, cells: &[f64]) -> String {
    let response = &planner.outlook.response;
    let several = response.geos.len() > 1;
    let mut text =
        String::from(if several { "channel,geo,period,spend\n" } else { "channel,period,spend\n" });
    for (c, channel) in response.channels.iter().enumerate() {
        for (g, geo) in response.geos.iter().enumerate() {
            for t in 0..response.horizon {
                let period = &planner.periods[t];
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
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

/// Reads a plan back; a folder or its file may be named.
///
/// # Errors
/// [`AskError`] when it cannot be read, is no plan, or is of another version.
pub fn read(path: &Path) -> Result<Plan, EngineError> {
    let file = if path.is_dir() { path.join(JSON) } else { path.to_path_buf() };
    let text = std::fs::read_to_string(&file)
        .map_err(|source| AskError::Unreadable { path: file.clone(), source })?;
    let plan: Plan = serde_json::from_str(&text)
        .map_err(|source| AskError::NoPlan { path: file.clone(), source })?;
    if plan.schema == SCHEMA {
        return Ok(plan);
    }
    Err(AskError::Schema { path: file, found: plan.schema }.into())
}

#[cfg(test)]
mod tests {
    use super::field;

    #[test]
    fn what_spreadsheets_take_for_a_formula_is_text() {
        for start in ['=', '+', '-', '@', '\t', '\r', '\n'] {
            let written = field(&format!("{start}1+1"));
            assert!(written.trim_start_matches('"').starts_with('\''), "{written:?}");
        }
        assert_eq!(field("tv"), "tv");
        assert_eq!(field("=a,\"b\""), "\"'=a,\"\"b\"\"\"");
    }
}
