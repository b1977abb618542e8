//! The whole path from a file to a panel, as commands take it.

use std::path::Path;

use outlay_core::registry::Registry;
use thiserror::Error;

use crate::mapping::{FileDialect, Mapping, MappingError};
use crate::panel::PanelFromFile;
use crate::problem::PanelRefused;
use crate::propose::{Proposal, ProposeError, propose};
use crate::read::{Input, ReadError, ReadOptions, read_input};
use crate::table::Table;

/// A file that was read, and the mapping for it: the user's, or a proposed one.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapped {
    /// The file's columns.
    pub table: Table,
    /// What they mean.
    pub mapping: Mapping,
    /// The proposal, where the mapping is one.
    pub proposal: Option<Proposal>,
}

/// Why a file could not be mapped.
#[derive(Debug, Error)]
pub enum LoadError {
    /// The file was refused.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The mapping was refused.
    #[error(transparent)]
    Mapping(#[from] MappingError),
    /// No mapping could be proposed.
    #[error(transparent)]
    Propose(#[from] ProposeError),
}

impl LoadError {
    /// Stable name of the kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Read(error) => error.code(),
            Self::Mapping(_) => "mapping.refused",
            Self::Propose(error) => error.code(),
        }
    }
}

/// Reads a file and maps it: with the text of a mapping file, or with a proposal.
///
/// # Errors
/// [`LoadError`] when the file or the mapping is refused, or nothing can be proposed.
pub fn load(path: &Path, mapping: Option<&str>, options: ReadOptions) -> Result<Mapped, LoadError> {
    load_input(&Input::Path(path.to_path_buf()), mapping, options)
}

/// As [`load`], wherever the file is.
///
/// # Errors
/// As [`load`].
pub fn load_input(
    input: &Input,
    mapping: Option<&str>,
    options: ReadOptions,
) -> Result<Mapped, LoadError> {
    let Some(text) = mapping else {
        let table = read_input(input, &options)?;
        let mut proposal = propose(&table)?;
        proposal.mapping.file = dialect(&options);
        return Ok(Mapped { table, mapping: proposal.mapping.clone(), proposal: Some(proposal) });
    };
    let mapping = Mapping::from_toml(text)?;
    let table = read_input(input, &mapping.read_options(options))?;
    mapping.check_against(&table, Some(text))?;
    Ok(Mapped { table, mapping, proposal: None })
}

/// What a person said about the dialect; what was found out is found out again.
fn dialect(options: &ReadOptions) -> FileDialect {
    FileDialect {
        delimiter: options.delimiter,
        encoding: options.encoding.clone(),
        decimal: options.decimal,
        sheet: options.sheet.clone(),
        header_row: options.header_row,
    }
}

impl Mapped {
    /// The panel of the file under its mapping.
    ///
    /// # Errors
    /// [`PanelRefused`] with every problem found.
    pub fn panel(&self, registry: &Registry) -> Result<PanelFromFile, PanelRefused> {
        self.mapping.panel(&self.table, registry)
    }
}
