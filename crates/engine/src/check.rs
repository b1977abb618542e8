//! Check: what a file makes under its mapping, and whether it may be learnt from.

mod card;
mod error;

use outlay_connect::{Description, PanelFromFile, Severity};
use outlay_core::registry::Registry;
use outlay_core::{Panel, PanelDraft};
use serde::{Deserialize, Serialize};

use crate::collect::Collected;
use crate::error::EngineError;

pub use card::{Allowance, Aspect, Card, Completeness, Heading, SCHEMA, State, card};
pub use error::CheckError;

/// Data that may be learnt from. It can be kept as JSON, so that a fit needs neither the file nor
/// its mapping again; a panel that was tampered with is refused when it is read back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub struct Checked {
    /// The data.
    pub panel: Panel,
    /// The mapping that made it, as a file.
    pub mapping: String,
    /// Name of the source, for reports.
    pub source: String,
    /// What was decided while the panel was built, one sentence each.
    pub notes: Vec<String>,
}

/// [`Checked`] as it is kept, before its panel is validated again.
#[derive(Deserialize)]
struct Stored {
    panel: PanelDraft,
    mapping: String,
    source: String,
    notes: Vec<String>,
}

impl TryFrom<Stored> for Checked {
    type Error = CheckError;

    fn try_from(stored: Stored) -> Result<Self, CheckError> {
        let Stored { panel, mapping, source, notes } = stored;
        let panel = Panel::new(panel).map_err(CheckError::Stored)?;
        Ok(Self { panel, mapping, source, notes })
    }
}

/// Builds and validates the panel of a file under its mapping.
///
/// # Errors
/// [`CheckError::Refused`] with every problem found.
pub fn check(collected: &Collected, registry: &Registry) -> Result<Checked, EngineError> {
    let built = collected.mapped.panel(registry);
    let PanelFromFile { panel, notes } =
        built.map_err(|source| CheckError::Refused { file: collected.file.clone(), source })?;
    Ok(Checked {
        panel,
        mapping: collected.mapping.clone(),
        source: collected.source.clone(),
        notes: notes.into_iter().map(|note| note.message).collect(),
    })
}

/// Refuses a file that was described and cannot be fitted, by the worst of its findings.
///
/// # Errors
/// [`CheckError::NotReady`].
pub fn ready(file: &str, description: &Description) -> Result<(), EngineError> {
    if description.ready {
        return Ok(());
    }
    let first = description.findings.iter().find(|f| f.severity == Severity::Error);
    Err(CheckError::NotReady { file: file.to_owned(), finding: first.cloned().map(Box::new) }
        .into())
}
