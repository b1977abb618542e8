//! A kind of row: which table, which columns, how it is written and read.

use chrono::{DateTime, Utc};
use sea_orm::{DbErr, QueryResult, Value};
use serde::Serialize;

use crate::field::Field;
use crate::id::Id;

/// What lies in a table of its own. Implemented by `record!` only.
pub trait Record: Sized + Send + Sync {
    /// The table.
    const TABLE: &'static str;
    /// What a person calls one of them.
    const NOUN: &'static str;

    /// Its columns, apart from those that every row has.
    fn columns() -> Vec<String>;

    /// Its values, in the order of the columns.
    fn values(&self) -> Vec<Value>;

    /// Reads it.
    fn read(row: &QueryResult) -> Result<Self, DbErr>;
}

/// A row as it is stored: what it holds, and what every row has.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stored<T> {
    /// Its identity.
    pub id: Id<T>,
    /// Counts the changes, from 1; a change must name the version that it is based on.
    pub version: i64,
    /// When it was made, in UTC.
    pub created_at: DateTime<Utc>,
    /// When it was last changed, in UTC.
    pub updated_at: DateTime<Utc>,
    /// What it holds.
    pub body: T,
}

impl<T> Stored<T> {
    /// The entity tag of this version, for HTTP.
    pub fn etag(&self) -> String {
        format!("\"{}-{}\"", self.id.uuid().simple(), self.version)
    }
}

impl<T: Record> Stored<T> {
    pub(crate) fn read(row: &QueryResult) -> Result<Self, DbErr> {
        Ok(Self {
            id: Field::read(row, "id")?,
            version: Field::read(row, "version")?,
            created_at: Field::read(row, "created_at")?,
            updated_at: Field::read(row, "updated_at")?,
            body: T::read(row)?,
        })
    }
}

/// Declares a kind of row: the struct that the rest of the program sees, and its columns.
macro_rules! record {
    (
        $(#[$meta:meta])*
        $name:ident in $table:literal, $noun:literal {
            $($(#[$note:meta])* $field:ident: $type:ty),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize)]
        pub struct $name {
            $($(#[$note])* pub $field: $type),*
        }

        impl $crate::record::Record for $name {
            const TABLE: &'static str = $table;
            const NOUN: &'static str = $noun;

            fn columns() -> Vec<String> {
                let mut out = Vec::new();
                $(<$type as $crate::field::Field>::columns(stringify!($field), &mut out);)*
                out
            }

            fn values(&self) -> Vec<sea_orm::Value> {
                let mut out = Vec::new();
                $($crate::field::Field::values(&self.$field, &mut out);)*
                out
            }

            fn read(row: &sea_orm::QueryResult) -> Result<Self, sea_orm::DbErr> {
                Ok(Self { $($field: $crate::field::Field::read(row, stringify!($field))?),* })
            }
        }
    };
}

pub(crate) use record;
