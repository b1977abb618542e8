//! Why there is no fit.

mod curve;
mod reopen;

use std::io;
use std::path::PathBuf;

use outlay_core::holidays::HolidayError;
use outlay_inference::SampleError;
use outlay_mmm::fit::FitError;
use outlay_mmm::model::ModelError;
use outlay_mmm::ridge::RidgeError;
use outlay_mmm::spec::SpecError;
use thiserror::Error;

use crate::error::{Kind, Told};

pub use curve::CurveError;
pub use reopen::ReopenError;

/// Why there is no fit.
#[derive(Debug, Error)]
pub enum LearnError {
    /// The specification's file could not be read.
    #[error("cannot read the specification {}: {source}", path.display())]
    SpecFile {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The specification was refused.
    #[error("{place}{source}")]
    Spec {
        /// The specification's name, as it stands before the reason.
        place: String,
        /// Why.
        source: SpecError,
    },
    /// A specification and a preset were given.
    #[error("both a specification and a preset are given")]
    Twice,
    /// The specification cannot be written down.
    #[error(transparent)]
    Unwritable(SpecError),
    /// Specification and data make no model.
    #[error(transparent)]
    Model(ModelError),
    /// Nothing could be drawn.
    #[error(transparent)]
    Sample(SampleError),
    /// The work was cancelled before there was anything to keep.
    #[error("interrupted before the first draw: nothing was written")]
    Cancelled,
    /// The ridge was refused.
    #[error(transparent)]
    Ridge(RidgeError),
    /// The bundled calendar has no such country or years.
    #[error(transparent)]
    Holidays(HolidayError),
}

impl From<FitError> for LearnError {
    fn from(error: FitError) -> Self {
        match error {
            FitError::Model(e) => Self::Model(e),
            FitError::Sample(SampleError::Cancelled) => Self::Cancelled,
            FitError::Sample(e) => Self::Sample(e),
        }
    }
}

const KEYS: &str = "docs/specification.md lists every key";

impl Told for LearnError {
    fn code(&self) -> &'static str {
        match self {
            Self::SpecFile { .. } => "spec.unreadable",
            Self::Spec { .. } | Self::Unwritable(_) | Self::Holidays(_) => "spec.refused",
            Self::Twice => "spec.twice",
            Self::Model(error) => model(error).1,
            Self::Sample(SampleError::Setting { .. }) => "spec.sampling",
            Self::Sample(_) => "fit.failed",
            Self::Cancelled => "fit.interrupted",
            Self::Ridge(_) => "ridge.refused",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::SpecFile { .. } => Kind::Storage,
            Self::Spec { .. } | Self::Twice | Self::Unwritable(_) | Self::Holidays(_) => {
                Kind::Specification
            }
            Self::Model(error) => model(error).0,
            Self::Sample(SampleError::Setting { .. }) => Kind::Specification,
            Self::Sample(_) => Kind::NoAnswer,
            Self::Cancelled | Self::Ridge(RidgeError::Cancelled) => Kind::Cancelled,
            Self::Ridge(_) => Kind::Data,
        }
    }

    fn next(&self) -> String {
        match self {
            Self::SpecFile { .. } => "check the path and the rights",
            Self::Spec { .. } => KEYS,
            Self::Twice => "give one of them: a specification names its preset",
            Self::Unwritable(_) => "use finite numbers",
            Self::Model(error) => model(error).2,
            Self::Sample(SampleError::Setting { .. }) => "see `outlay fit --help`",
            Self::Sample(_) => {
                "`outlay describe` says what is weak about the data; narrower priors may help"
            }
            Self::Cancelled => "run again; fewer `--warmup` draws come sooner to the first draw",
            Self::Ridge(_) => "`outlay fit --help` lists the settings",
            Self::Holidays(_) => "see docs/specification.md",
        }
        .to_owned()
    }
}

/// A model that cannot be built: whose fault it is, its code, and what to do.
fn model(error: &ModelError) -> (Kind, &'static str, &'static str) {
    match error {
        ModelError::Spec(_) | ModelError::Holidays(_) => {
            (Kind::Specification, "spec.refused", KEYS)
        }
        ModelError::NoSpend(_) => {
            (Kind::Specification, "spec.no-spend", "docs/data-preparation.md shows how to map it")
        }
        ModelError::KpiNotPositive { .. } => (
            Kind::Data,
            "data.kpi-not-positive",
            "use `likelihood.family = \"normal\"`, or a KPI that is always positive",
        ),
        ModelError::NoiseNotShared { .. } => (Kind::Specification, "spec.noise-not-shared", KEYS),
        ModelError::NothingObserved => {
            (Kind::Specification, "spec.holdout", "shorten `holdout` in the specification")
        }
        ModelError::TooManyParameters { .. } => (
            Kind::Data,
            "data.too-thin",
            "`outlay describe` says which channels are hard to tell apart",
        ),
    }
}
