//! Lists in pages: newest first, continued by an opaque cursor.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};
use uuid::Uuid;

use crate::error::StoreError;

/// Where a list goes on: behind a row. Rows that are added or removed meanwhile move no others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor(pub(crate) Uuid);

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a{}", self.0.simple())
    }
}

impl FromStr for Cursor {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        let digits = text.strip_prefix('a').filter(|rest| rest.len() == 32);
        let uuid = digits.and_then(|digits| Uuid::try_parse(digits).ok());
        uuid.map(Self).ok_or(StoreError::Cursor)
    }
}

impl Serialize for Cursor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Which part of a list is asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Page {
    /// Behind which row; from the newest where nothing is said.
    pub after: Option<Cursor>,
    /// How many rows; the store's own maximum where nothing, or more, is said.
    pub limit: Option<u32>,
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Slice<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Where it goes on, if it does.
    pub next: Option<Cursor>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_the_wire_and_nonsense_is_refused() {
        let cursor = Cursor(Uuid::from_u128(7));
        assert_eq!(cursor.to_string().parse::<Cursor>().unwrap(), cursor);
        for text in ["", "a", "b00000000000000000000000000000007", "a' OR 1=1 --"] {
            assert!(matches!(text.parse::<Cursor>(), Err(StoreError::Cursor)), "{text}");
        }
    }
}
