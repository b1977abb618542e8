//! From the files that a user names to data and a specification.

use std::path::Path;

use outlay_connect::Input;
use outlay_connect::mapping::FileDialect;
use outlay_core::registry::Registry;
use outlay_engine::EngineError;
use outlay_engine::check::{Checked, check};
use outlay_engine::collect::{collect, mapping_file};
use outlay_engine::learn::{LearnError, spec as read_spec, spec_file};
use outlay_mmm::model::ModelError;
use outlay_mmm::spec::{Preset, Spec};

use crate::failure::Failure;

/// Reads a file under its mapping, the user's or a proposed one.
pub(crate) fn panel(
    file: &Path,
    mapping: Option<&Path>,
    registry: &Registry,
) -> Result<Checked, Failure> {
    let text = mapping.map(mapping_file).transpose()?;
    let input = Input::Path(file.to_path_buf());
    let collected = collect(&input, text.as_ref(), &FileDialect::default(), registry)?;
    Ok(check(&collected, registry)?)
}

/// Reads a specification, or takes a preset as it stands.
pub(crate) fn spec(path: Option<&Path>, preset: Option<Preset>) -> Result<Spec, Failure> {
    let text = path.map(spec_file).transpose()?;
    Ok(read_spec(text.as_ref(), preset)?)
}

/// A model that cannot be built, with the exit code that says whose fault it is.
pub(crate) fn model_refused(error: ModelError) -> Failure {
    EngineError::from(LearnError::Model(error)).into()
}
