//! What can go wrong with the store, with a code and whether another try may help.

use std::error::Error as StdError;

use thiserror::Error;

use crate::address::AddressError;

/// Result of a store operation.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// A cause from the database layer, kept but not spelt out: none of its types leave this crate.
pub type Cause = Box<dyn StdError + Send + Sync>;

/// Why the store refused or failed.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The address was not understood.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// The database did not answer.
    #[error(
        "cannot open the store at {address}: check that it runs, that the path can be written, and the address in `store.url`"
    )]
    Connect {
        /// The address, without user and password.
        address: String,
        /// What the database layer said.
        #[source]
        source: Cause,
    },
    /// The schema is not the one this program was built for.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// No such row in this workspace.
    #[error("there is no {kind} {id} in this workspace")]
    NotFound {
        /// What was sought.
        kind: &'static str,
        /// Its identity.
        id: String,
    },
    /// Somebody else changed the row in between.
    #[error(
        "the {kind} {id} was changed meanwhile: it has version {found}, not {expected}; read it again"
    )]
    Conflict {
        /// What was to be changed.
        kind: &'static str,
        /// Its identity.
        id: String,
        /// The version that the change was based on.
        expected: i64,
        /// The version it has.
        found: i64,
    },
    /// There is one already.
    #[error("there is one already ({constraint})")]
    Duplicate {
        /// The constraint, or the columns of it.
        constraint: String,
        /// What the database layer said.
        #[source]
        source: Cause,
    },
    /// A row that is referred to does not exist, or is still referred to.
    #[error("what it refers to is not there, or something still refers to it ({constraint})")]
    Reference {
        /// The constraint where the database names it.
        constraint: String,
        /// What the database layer said.
        #[source]
        source: Cause,
    },
    /// A value that the schema does not allow.
    #[error("a value is not allowed ({constraint})")]
    Refused {
        /// The constraint or column.
        constraint: String,
        /// What the database layer said.
        #[source]
        source: Cause,
    },
    /// A value that never reached the database.
    #[error("{what} is not allowed: {reason}")]
    Invalid {
        /// Which value.
        what: &'static str,
        /// Why not.
        reason: String,
    },
    /// A page's cursor that this store did not make.
    #[error("the cursor is not one of this list: start again without it")]
    Cursor,
    /// A worker that is no longer the holder of a job's lease.
    #[error(
        "the lease of job {job} was lost (fence {fence}): another worker has it, or it is over"
    )]
    Fenced {
        /// The job.
        job: String,
        /// The fence that the caller holds.
        fence: i64,
    },
    /// The same idempotency key with another request.
    #[error("the idempotency key was used for a different request: send a new key")]
    KeyReused,
    /// Lost against another transaction, or waited too long for one.
    #[error("the store is busy: try again")]
    Busy {
        /// What the database layer said.
        #[source]
        source: Cause,
    },
    /// A row that cannot be read back: written by something else.
    #[error("a stored {what} cannot be read")]
    Corrupt {
        /// What was read.
        what: &'static str,
        /// Why it cannot be read.
        #[source]
        source: Cause,
    },
    /// Anything else that the database reports.
    #[error("the database reports an error")]
    Database {
        /// What the database layer said.
        #[source]
        source: Cause,
    },
    /// The store of artefacts failed.
    #[error(transparent)]
    Object(#[from] crate::objects::ObjectError),
}

/// Why a schema is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SchemaError {
    /// Migrations of this program have not run yet.
    #[error(
        "the store is {behind} migrations behind: run `outlay migrate up`, or start the server, which does the same"
    )]
    Behind {
        /// How many are pending.
        behind: usize,
    },
    /// A later program has migrated the store.
    #[error(
        "the store was migrated by a newer version of outlay (it has `{name}`): update this program, or restore the backup taken before the update"
    )]
    Future {
        /// The first migration that this program does not know.
        name: String,
    },
    /// Something else stands where one of our migrations should.
    #[error(
        "the store has the migration `{found}` where this version has `{expected}`: it belongs to another program or branch; use another database"
    )]
    Unknown {
        /// What is there.
        found: String,
        /// What should be.
        expected: String,
    },
    /// The migration that was applied is not the one in this program.
    #[error(
        "the migration `{name}` was applied with other content than this version holds (checksum {found}, expected {expected}): restore a backup, or use the version that made this store"
    )]
    Tampered {
        /// Which migration.
        name: String,
        /// Checksum in the store.
        found: String,
        /// Checksum in this program.
        expected: String,
    },
}

impl StoreError {
    /// A stable short name for programs, for example `store.conflict`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Address(_) => "store.address",
            Self::Connect { .. } => "store.connect",
            Self::Schema(SchemaError::Behind { .. }) => "store.schema_behind",
            Self::Schema(SchemaError::Future { .. }) => "store.schema_future",
            Self::Schema(SchemaError::Unknown { .. }) => "store.schema_unknown",
            Self::Schema(SchemaError::Tampered { .. }) => "store.schema_tampered",
            Self::NotFound { .. } => "store.not_found",
            Self::Conflict { .. } => "store.conflict",
            Self::Duplicate { .. } => "store.duplicate",
            Self::Reference { .. } => "store.reference",
            Self::Refused { .. } => "store.refused",
            Self::Invalid { .. } => "store.invalid",
            Self::Cursor => "store.cursor",
            Self::Fenced { .. } => "store.fenced",
            Self::KeyReused => "store.key_reused",
            Self::Busy { .. } => "store.busy",
            Self::Corrupt { .. } => "store.corrupt",
            Self::Database { .. } => "store.database",
            Self::Object(_) => "store.object",
        }
    }

    /// Whether the same call may succeed when it is made again.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Busy { .. } | Self::Connect { .. })
    }
}
