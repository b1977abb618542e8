//! How results look in the terminal: one sentence, a table aligned on the decimal point, where
//! the files are, the next command to try.
//!
//! Everything here returns text with styles in it; `anstream` drops the styles where the output
//! is no terminal or `NO_COLOR` is set.

mod comparison;
mod curve;
pub(crate) mod describe;
mod plan;
mod reach;
mod settings;
mod structures;
mod style;
mod summary;
mod table;

pub(crate) use comparison::comparison;
pub(crate) use curve::curve;
pub(crate) use plan::{compared, front, plan, repriced, sensitivity};
pub(crate) use reach::reached;
pub(crate) use settings::settings;
pub(crate) use summary::summary;
pub(crate) use table::{Column, set};

/// Columns of the terminal; 100 where the output is no terminal, so that files do not depend on
/// who wrote them.
pub(crate) fn width() -> usize {
    let columns = console::Term::stdout().size_checked().map(|(_, columns)| usize::from(columns));
    columns.unwrap_or(100).max(40)
}
