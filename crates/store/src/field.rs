//! How values of the domain lie in columns, the same on both engines.

use chrono::{DateTime, DurationRound, NaiveDate, TimeDelta, Utc};
use outlay_core::{Currency, Money};
use sea_orm::{DbErr, QueryResult, Value};
use serde_json::Value as Json;
use uuid::Uuid;

use crate::id::Id;

/// A value that lies in one column.
pub(crate) trait Cell: Sized {
    /// The value as the database takes it; nothing is NULL.
    fn cell(value: Option<&Self>) -> Value;

    /// Reads a column; NULL is nothing.
    fn get(row: &QueryResult, column: &str) -> Result<Option<Self>, DbErr>;
}

/// A value that lies in one or more columns.
pub(crate) trait Field: Sized {
    /// The columns of the field called `name`.
    fn columns(name: &str, out: &mut Vec<String>);

    /// Its values, in the order of the columns.
    fn values(&self, out: &mut Vec<Value>);

    /// Reads it.
    fn read(row: &QueryResult, name: &str) -> Result<Self, DbErr>;
}

/// Times are kept to the microsecond, as PostgreSQL does, so that a row reads back as written.
pub(crate) fn stamp(at: DateTime<Utc>) -> DateTime<Utc> {
    at.duration_trunc(TimeDelta::microseconds(1)).unwrap_or(at)
}

fn missing(column: &str) -> DbErr {
    DbErr::Type(format!("column `{column}` is empty"))
}

macro_rules! cell {
    ($($type:ty => $variant:ident),* $(,)?) => {$(
        impl Cell for $type {
            fn cell(value: Option<&Self>) -> Value {
                Value::$variant(value.cloned())
            }

            fn get(row: &QueryResult, column: &str) -> Result<Option<Self>, DbErr> {
                row.try_get("", column)
            }
        }
    )*};
}

cell!(bool => Bool, i64 => BigInt, f64 => Double, String => String, Uuid => Uuid, NaiveDate => ChronoDate);

impl Cell for DateTime<Utc> {
    fn cell(value: Option<&Self>) -> Value {
        Value::ChronoDateTimeUtc(value.map(|at| stamp(*at)))
    }

    fn get(row: &QueryResult, column: &str) -> Result<Option<Self>, DbErr> {
        row.try_get("", column)
    }
}

impl Cell for Json {
    fn cell(value: Option<&Self>) -> Value {
        Value::Json(value.map(|json| Box::new(json.clone())))
    }

    fn get(row: &QueryResult, column: &str) -> Result<Option<Self>, DbErr> {
        row.try_get("", column)
    }
}

impl<T> Cell for Id<T> {
    fn cell(value: Option<&Self>) -> Value {
        Value::Uuid(value.map(|id| id.uuid()))
    }

    fn get(row: &QueryResult, column: &str) -> Result<Option<Self>, DbErr> {
        Ok(row.try_get::<Option<Uuid>>("", column)?.map(Self::from_uuid))
    }
}

impl Cell for Currency {
    fn cell(value: Option<&Self>) -> Value {
        Value::String(value.map(|currency| currency.code().to_owned()))
    }

    fn get(row: &QueryResult, column: &str) -> Result<Option<Self>, DbErr> {
        let code: Option<String> = row.try_get("", column)?;
        code.map(|code| code.parse().map_err(|_| DbErr::Type(format!("{column}: `{code}`"))))
            .transpose()
    }
}

impl<T: Cell> Field for T {
    fn columns(name: &str, out: &mut Vec<String>) {
        out.push(name.to_owned());
    }

    fn values(&self, out: &mut Vec<Value>) {
        out.push(T::cell(Some(self)));
    }

    fn read(row: &QueryResult, name: &str) -> Result<Self, DbErr> {
        T::get(row, name)?.ok_or_else(|| missing(name))
    }
}

impl<T: Cell> Field for Option<T> {
    fn columns(name: &str, out: &mut Vec<String>) {
        out.push(name.to_owned());
    }

    fn values(&self, out: &mut Vec<Value>) {
        out.push(T::cell(self.as_ref()));
    }

    fn read(row: &QueryResult, name: &str) -> Result<Self, DbErr> {
        T::get(row, name)
    }
}

impl Field for Option<Money> {
    fn columns(name: &str, out: &mut Vec<String>) {
        out.push(format!("{name}_micros"));
        out.push(format!("{name}_currency"));
    }

    fn values(&self, out: &mut Vec<Value>) {
        out.push(i64::cell(self.as_ref().map(|money| &money.micros)));
        out.push(Currency::cell(self.as_ref().map(|money| &money.currency)));
    }

    fn read(row: &QueryResult, name: &str) -> Result<Self, DbErr> {
        let micros = i64::get(row, &format!("{name}_micros"))?;
        let currency = Currency::get(row, &format!("{name}_currency"))?;
        Ok(micros.zip(currency).map(|(micros, currency)| Money::new(micros, currency)))
    }
}

impl Field for Money {
    fn columns(name: &str, out: &mut Vec<String>) {
        Option::<Self>::columns(name, out);
    }

    fn values(&self, out: &mut Vec<Value>) {
        Some(*self).values(out);
    }

    fn read(row: &QueryResult, name: &str) -> Result<Self, DbErr> {
        Option::<Self>::read(row, name)?.ok_or_else(|| missing(name))
    }
}

/// A closed set of words, stored as text and held by a CHECK of the schema.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$note:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord,
            serde::Serialize, serde::Deserialize,
        )]
        pub enum $name {
            $($(#[$note])* #[serde(rename = $word)] $variant),*
        }

        impl $name {
            /// Every one of them.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The word as it is stored and served.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
        }

        // Not derived: a derive does not see words that come through a macro.
        #[cfg(feature = "schema")]
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::Type::String)
                    .enum_values(Some([$($word),*]))
                    .into()
            }
        }

        #[cfg(feature = "schema")]
        impl utoipa::ToSchema for $name {}

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::error::StoreError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().copied().find(|known| known.as_str() == text).ok_or_else(|| {
                    $crate::error::StoreError::Invalid {
                        what: stringify!($name),
                        reason: format!("`{text}` is none of the known words"),
                    }
                })
            }
        }

        impl $crate::field::Cell for $name {
            fn cell(value: Option<&Self>) -> sea_orm::Value {
                sea_orm::Value::String(value.map(|word| word.as_str().to_owned()))
            }

            fn get(row: &sea_orm::QueryResult, column: &str) -> Result<Option<Self>, sea_orm::DbErr> {
                let word: Option<String> = row.try_get("", column)?;
                word.map(|word| {
                    word.parse().map_err(|_| sea_orm::DbErr::Type(format!("{column}: `{word}`")))
                })
                .transpose()
            }
        }
    };
}

pub(crate) use words;
