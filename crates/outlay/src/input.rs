//! From the files that a user names to a panel and a specification.

use std::fs;
use std::path::Path;

use outlay_connect::{Mapped, ReadOptions, load};
use outlay_core::Panel;
use outlay_core::registry::Registry;
use outlay_mmm::model::ModelError;
use outlay_mmm::spec::{Preset, Spec, SpecError};

use crate::commands::describe::{mapping_text, refused};
use crate::failure::{Exit, Failure};

/// A panel, and the mapping that made it.
pub(crate) struct Input {
    /// The data.
    pub(crate) panel: Panel,
    /// The mapping as a file.
    pub(crate) mapping: String,
    /// Name of the source, for reports.
    pub(crate) source: String,
    /// What was decided while the panel was built.
    pub(crate) notes: Vec<String>,
}

/// Reads a file under its mapping, the user's or a proposed one.
pub(crate) fn panel(
    file: &Path,
    mapping: Option<&Path>,
    registry: &Registry,
) -> Result<Input, Failure> {
    let text = mapping.map(mapping_text).transpose()?;
    let options = ReadOptions::from_registry(registry);
    let mapped = load(file, text.as_deref(), options).map_err(|e| refused(file, mapping, &e))?;
    let built = mapped.panel(registry).map_err(|e| {
        // Each problem's message ends with what to do about it.
        let advice = "`outlay describe` shows the file as it was read";
        Failure::new(
            Exit::Data,
            e.problems.first().map_or("data.refused", |p| p.code()),
            format!("{}: {e}", file.display()),
            advice,
        )
    })?;
    let source = file.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    Ok(Input {
        panel: built.panel,
        mapping: text.unwrap_or_else(|| written(&mapped)),
        source,
        notes: built.notes.iter().map(|n| n.message.clone()).collect(),
    })
}

/// A proposed mapping as a file.
fn written(mapped: &Mapped) -> String {
    mapped.mapping.to_toml(|_| None)
}

/// Reads a specification, or takes a preset as it stands.
pub(crate) fn spec(path: Option<&Path>, preset: Option<Preset>) -> Result<Spec, Failure> {
    let Some(path) = path else { return Ok(Spec::preset(preset.unwrap_or(Preset::Outlay))) };
    let text = fs::read_to_string(path).map_err(|e| {
        Failure::new(
            Exit::Files,
            "spec.unreadable",
            format!("cannot read the specification {}: {e}", path.display()),
            "check the path and the rights",
        )
    })?;
    Spec::from_toml(&text).map_err(|e| spec_refused(path, &e))
}

fn spec_refused(path: &Path, error: &SpecError) -> Failure {
    Failure::new(
        Exit::Specification,
        "spec.refused",
        format!("{}: {error}", path.display()),
        "docs/specification.md lists every key",
    )
}

/// A model that cannot be built, with the exit code that says whose fault it is.
pub(crate) fn model_refused(error: &ModelError) -> Failure {
    let (exit, code, next) = match error {
        ModelError::Spec(_) | ModelError::Holidays(_) => {
            (Exit::Specification, "spec.refused", "docs/specification.md lists every key")
        }
        ModelError::NoSpend(_) => {
            (Exit::Specification, "spec.no-spend", "docs/data-preparation.md shows how to map it")
        }
        ModelError::KpiNotPositive { .. } => (
            Exit::Data,
            "data.kpi-not-positive",
            "use `likelihood.family = \"normal\"`, or a KPI that is always positive",
        ),
        ModelError::NothingObserved => {
            (Exit::Specification, "spec.holdout", "shorten `holdout` in the specification")
        }
        ModelError::TooManyParameters { .. } => (
            Exit::Data,
            "data.too-thin",
            "`outlay describe` says which channels are hard to tell apart",
        ),
    };
    Failure::new(exit, code, error.to_string(), next)
}
