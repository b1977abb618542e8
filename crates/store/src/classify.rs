//! From the database layer's errors to ours: the only place that knows codes of engines.

use sea_orm::sqlx::error::{DatabaseError, Error as SqlxError, ErrorKind};
use sea_orm::{DbErr, RuntimeErr};

use crate::error::StoreError;

/// Errors of waiting: another transaction won, or no connection came free in time.
const BUSY: [&str; 7] = ["5", "6", "261", "517", "40001", "40P01", "55P03"];

/// Violations of a check or of NOT NULL that the layer calls "other" on SQLite.
const REFUSED: [&str; 2] = ["275", "1299"];

pub(crate) fn classify(error: DbErr) -> StoreError {
    match &error {
        DbErr::ConnectionAcquire(_) => StoreError::Busy { source: Box::new(error) },
        DbErr::Exec(RuntimeErr::SqlxError(cause))
        | DbErr::Query(RuntimeErr::SqlxError(cause))
        | DbErr::Conn(RuntimeErr::SqlxError(cause)) => match cause.as_ref() {
            SqlxError::Database(database) => by_kind(database.as_ref(), &error),
            SqlxError::PoolTimedOut => StoreError::Busy { source: Box::new(error.clone()) },
            SqlxError::ColumnDecode { .. }
            | SqlxError::Decode(_)
            | SqlxError::ColumnNotFound(_) => {
                StoreError::Corrupt { what: "row", source: Box::new(error.clone()) }
            }
            _ => StoreError::Database { source: Box::new(error.clone()) },
        },
        DbErr::Type(_) | DbErr::Json(_) | DbErr::TryIntoErr { .. } => {
            StoreError::Corrupt { what: "row", source: Box::new(error) }
        }
        _ => StoreError::Database { source: Box::new(error) },
    }
}

fn by_kind(database: &dyn DatabaseError, error: &DbErr) -> StoreError {
    let code = database.code().unwrap_or_default();
    let constraint = constraint(database);
    let source = Box::new(error.clone());
    match database.kind() {
        ErrorKind::UniqueViolation => StoreError::Duplicate { constraint, source },
        ErrorKind::ForeignKeyViolation => StoreError::Reference { constraint, source },
        ErrorKind::NotNullViolation | ErrorKind::CheckViolation => {
            StoreError::Refused { constraint, source }
        }
        _ if BUSY.contains(&code.as_ref()) => StoreError::Busy { source },
        _ if REFUSED.contains(&code.as_ref()) => StoreError::Refused { constraint, source },
        _ => StoreError::Database { source },
    }
}

/// PostgreSQL names the constraint; SQLite ends its message with it, or with the columns.
fn constraint(database: &dyn DatabaseError) -> String {
    let message = || database.message().rsplit("failed: ").next().unwrap_or_default().to_owned();
    database.constraint().map_or_else(message, str::to_owned)
}
