//! The two databases that are spoken to.

use std::fmt;

/// Which database holds the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Embedded, in one file.
    Sqlite,
    /// A server, shared by several processes.
    Postgres,
}

impl Engine {
    pub(crate) fn backend(self) -> sea_orm::DbBackend {
        match self {
            Self::Sqlite => sea_orm::DbBackend::Sqlite,
            Self::Postgres => sea_orm::DbBackend::Postgres,
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        })
    }
}
