//! Files in: tables of many dialects, what their columns mean, and the panel a model eats.
//!
//! The path is [`read_table`] → [`propose`] (or a [`Mapping`] read from a file) →
//! [`Mapping::panel`].
//!
//! Invariant: reading is the only effect; nothing here writes a file, reads a clock or
//! changes a number of the user's without a note that says so.

pub mod describe;
mod load;
mod long;
pub mod mapping;
mod panel;
mod problem;
mod profile;
pub mod propose;
pub mod quality;
pub mod read;
pub mod table;
pub mod totals;
mod vocabulary;

pub use describe::{Description, PanelShape, describe};
pub use load::{LoadError, Mapped, load, load_input};
pub use mapping::{Mapping, MappingError};
pub use panel::{PanelFromFile, smallest_model};
pub use problem::{PanelRefused, Problem};
pub use propose::{ColumnProposal, Proposal, ProposeError, Role, propose};
pub use quality::{Finding, Severity};
pub use read::{
    DateFormat, DecimalMark, Input, ReadError, ReadOptions, read_bytes, read_input, read_table,
};
pub use table::{Column, FileFormat, Note, Reading, Source, Table, Unreadable, Values};
pub use totals::{SeriesTotal, TotalOf, Totals, totals};
