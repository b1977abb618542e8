//! What every command needs to know about how it was called.

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// Sentences and tables.
    Text,
    /// One JSON document on standard output.
    Json,
}

/// How a command was called.
#[derive(Debug, Clone)]
pub(crate) struct Context {
    /// How results are printed.
    pub(crate) format: Format,
    /// Whether progress is hidden.
    pub(crate) quiet: bool,
}

impl Context {
    /// Whether machines read the output.
    pub(crate) fn json(&self) -> bool {
        self.format == Format::Json
    }
}
