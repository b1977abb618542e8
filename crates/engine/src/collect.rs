//! Collect: from a file to a table, a mapping for it (the user's, or a proposal), and what there
//! is to say about both.

mod error;
mod preview;
mod text;

use std::fs;
use std::path::Path;

use outlay_connect::mapping::FileDialect;
use outlay_connect::{
    Description, Input, LoadError, Mapped, Mapping, ReadOptions, Totals, describe, load_input,
    totals,
};
use outlay_core::registry::Registry;
use outlay_report::format::Locale;

use crate::error::EngineError;

pub use error::CollectError;
pub use preview::{Cell, Preview, PreviewColumn};
pub use text::{Text, mapping_file};

/// A file that was read, with the mapping for it.
#[derive(Debug, Clone)]
pub struct Collected {
    /// The file as messages name it.
    pub file: String,
    /// The file without its folder, as reports name it.
    pub source: String,
    /// Table, mapping, and the proposal where the mapping is one.
    pub mapped: Mapped,
    /// The mapping as a file: as it was given, or as it would be written.
    pub mapping: String,
}

/// Reads a file under its mapping, or under a proposed one. `dialect` says how the file is to be
/// read where the program guesses wrong; what a mapping says about it comes first.
///
/// # Errors
/// [`CollectError`] when the file or the mapping is refused, or nothing can be proposed.
pub fn collect(
    input: &Input,
    mapping: Option<&Text>,
    dialect: &FileDialect,
    registry: &Registry,
) -> Result<Collected, EngineError> {
    let options = ReadOptions {
        sheet: dialect.sheet.clone(),
        delimiter: dialect.delimiter,
        encoding: dialect.encoding.clone(),
        decimal: dialect.decimal,
        header_row: dialect.header_row,
        ..ReadOptions::from_registry(registry)
    };
    let file = input.to_string();
    let mapped = load_input(input, mapping.map(|m| m.text.as_str()), options)
        .map_err(|error| refused(&file, mapping, error))?;
    let text = mapping.map(|m| m.text.clone());
    Ok(Collected {
        mapping: text.unwrap_or_else(|| mapping_text(&mapped.mapping)),
        source: input.name(),
        file,
        mapped,
    })
}

fn refused(file: &str, mapping: Option<&Text>, error: LoadError) -> CollectError {
    let file = file.to_owned();
    match error {
        LoadError::Read(source) => CollectError::Read { file, source },
        LoadError::Mapping(source) => CollectError::Mapping {
            place: mapping.map(Text::place).unwrap_or_default(),
            file,
            source,
        },
        LoadError::Propose(source) => CollectError::Propose { file, source },
    }
}

/// A mapping as a file.
pub fn mapping_text(mapping: &Mapping) -> String {
    mapping.to_toml(|_| None)
}

impl Collected {
    /// Everything there is to say about the file before it is fitted: what its columns mean, what
    /// it adds up to per month and channel ("does this match?"), and what is wrong with it.
    pub fn describe(&self, registry: &Registry) -> Description {
        describe(&self.mapped, registry, |x| Locale::POINT.compact(x))
    }

    /// The first rows of the file as they were read.
    pub fn preview(&self, rows: usize) -> Preview {
        Preview::new(&self.mapped.table, rows)
    }

    /// What the file adds up to, per month and channel: absent where its dates cannot be read.
    pub fn totals(&self) -> Option<Totals> {
        totals(&self.mapped.table, &self.mapped.mapping).ok()
    }
}

/// Writes a mapping whole or not at all; a different file that a person may have edited is kept
/// unless `force` is given.
///
/// # Errors
/// [`CollectError::MappingExists`], [`CollectError::MappingUnwritable`].
pub fn save_mapping(path: &Path, text: &str, force: bool) -> Result<(), EngineError> {
    if !force && fs::read(path).is_ok_and(|old| old != text.as_bytes()) {
        return Err(CollectError::MappingExists { path: path.to_path_buf() }.into());
    }
    let part = path.with_extension(format!("part-{}", std::process::id()));
    fs::write(&part, text).and_then(|()| fs::rename(&part, path)).map_err(|source| {
        // The part may not exist; the failure to write is what matters.
        let _ = fs::remove_file(&part);
        CollectError::MappingUnwritable { path: path.to_path_buf(), source }.into()
    })
}
