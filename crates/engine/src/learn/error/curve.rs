//! Why there is no curve.

use thiserror::Error;

use crate::error::{Kind, Told};

/// Why there is no response curve.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum CurveError {
    /// The fit has no such channel.
    #[error("the fit has no channel `{name}`")]
    Unknown {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
    /// The channel costs nothing.
    #[error("`{0}` has no spend, so no curve over spend")]
    NoSpend(String),
    /// No amount of money.
    #[error("spend must be zero or more, not {0}")]
    Spend(f64),
}

impl Told for CurveError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown { .. } => "curves.channel",
            Self::NoSpend(_) => "curves.no-spend",
            Self::Spend(_) => "curves.spend",
        }
    }

    fn kind(&self) -> Kind {
        Kind::Data
    }

    fn next(&self) -> String {
        match self {
            Self::Unknown { known, .. } => format!("it has {known}"),
            Self::NoSpend(_) => "its contribution stands in `outlay show`".to_owned(),
            Self::Spend(_) => "give an amount for the fit's whole period".to_owned(),
        }
    }
}
