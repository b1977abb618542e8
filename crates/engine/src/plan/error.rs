//! Why there is no plan.

use std::io;
use std::path::PathBuf;

use outlay_connect::ReadError;
use outlay_planner::advise::PlanError;
use outlay_planner::plan::SCHEMA;
use outlay_planner::problem::{FileError, ProblemError};
use thiserror::Error;

use crate::error::{Kind, Told};

/// The forms that a plan of the user's own may have.
pub(super) const FORMS: &str = "give columns `channel` and `spend` (and `period`, `geo`), or a column per channel and a row per period";

/// Why there is no plan.
#[derive(Debug, Error)]
pub enum AskError {
    /// The horizon is none.
    #[error("`{text}` is no horizon for a fit of {noun}s")]
    Horizon {
        /// What was asked for.
        text: String,
        /// The word for one period.
        noun: &'static str,
        /// How it is written.
        example: &'static str,
    },
    /// The horizon is empty.
    #[error("a plan needs at least one period")]
    NoPeriod {
        /// How it is written.
        example: &'static str,
    },
    /// The horizon is too far.
    #[error("a horizon of {periods} {noun}s is beyond {years} years")]
    TooFar {
        /// Periods asked for.
        periods: usize,
        /// The word for one period.
        noun: &'static str,
        /// Years that may be planned.
        years: f64,
    },
    /// The objective is none.
    #[error("`{0}` is no objective")]
    Objective(String),
    /// The budget is no amount.
    #[error("`{0}` is no amount")]
    Amount(String),
    /// The budget is zero.
    #[error("the budget is zero: there is nothing to place")]
    ZeroBudget,
    /// A budget of a front is none.
    #[error("`{0}` is no budget")]
    Budget(String),
    /// The gap is none.
    #[error("{0} is no gap")]
    Gap(f64),
    /// The file of limits could not be read.
    #[error("cannot read {}: {source}", path.display())]
    LimitsFile {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The limits were refused.
    #[error("{place}{source}")]
    Limits {
        /// The name of the limits, as it stands before the reason.
        place: String,
        /// Why.
        source: FileError,
    },
    /// A front of one plan.
    #[error("a front has at least two plans")]
    FewPoints,
    /// A front without a range.
    #[error("the smallest budget is not below the largest")]
    NoRange,
    /// The planner refused, or was stopped.
    #[error(transparent)]
    Planner(PlanError),
    /// A plan of the user's own could not be read.
    #[error(transparent)]
    OwnRead(ReadError),
    /// A plan of the user's own makes no sense for this fit.
    #[error("{place}: {reason}")]
    Own {
        /// The plan.
        place: String,
        /// Why.
        reason: String,
        /// What to do.
        next: String,
    },
    /// An earlier plan could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is no plan.
    #[error("{} is no plan: {source}", path.display())]
    NoPlan {
        /// The file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// The plan was written by another version.
    #[error("{} is of schema `{found}`, not `{SCHEMA}`", path.display())]
    Schema {
        /// The file.
        path: PathBuf,
        /// Its schema.
        found: String,
    },
}

impl Told for AskError {
    fn code(&self) -> &'static str {
        match self {
            Self::Horizon { .. } | Self::NoPeriod { .. } | Self::TooFar { .. } => "plan.horizon",
            Self::Objective(_) => "plan.objective",
            Self::Amount(_) | Self::ZeroBudget | Self::Budget(_) => "plan.budget",
            Self::Gap(_) => "plan.gap",
            Self::LimitsFile { .. } | Self::Limits { .. } => "plan.constraints",
            Self::FewPoints | Self::NoRange => "plan.front",
            Self::Planner(error) => refused(error).1,
            Self::OwnRead(_) | Self::Own { .. } => "plan.own",
            Self::Unreadable { .. } => "plan.unreadable",
            Self::NoPlan { .. } => "plan.damaged",
            Self::Schema { .. } => "plan.schema",
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::LimitsFile { .. } => Kind::Storage,
            Self::Planner(error) => refused(error).0,
            Self::OwnRead(_) | Self::Own { .. } => Kind::Data,
            Self::Unreadable { source, .. } if source.kind() == io::ErrorKind::NotFound => {
                Kind::NotFound
            }
            Self::Unreadable { .. } => Kind::Storage,
            Self::NoPlan { .. } | Self::Schema { .. } => Kind::Damaged,
            _ => Kind::Specification,
        }
    }

    fn next(&self) -> String {
        let amounts = "write it as 1200000, 500k or 1.2M";
        match self {
            Self::Horizon { example, .. } => format!("write it as {example}"),
            Self::NoPeriod { example } => format!("write the horizon as {example}"),
            Self::TooFar { years, .. } => format!(
                "nothing is known of responses that far ahead: plan {years} years at most, and again then"
            ),
            Self::Objective(_) => "use outcome, profit, cautious[:0.1], quantile:0.1, goal:2M, roas:3, cpa:25 or mroi:1".to_owned(),
            Self::Amount(_) => format!("{amounts}, or `free`"),
            Self::ZeroBudget => "give a budget above zero, or `free`".to_owned(),
            Self::Budget(_) => amounts.to_owned(),
            Self::Gap(_) => "give a share between 0 and 1, such as 0.001".to_owned(),
            Self::LimitsFile { .. } => "name a file with limits (TOML)".to_owned(),
            Self::Limits { .. } => "correct it (`docs/planning.md` lists what may stand there); nothing was written".to_owned(),
            Self::FewPoints => "raise --points".to_owned(),
            Self::NoRange => "change --from or --to".to_owned(),
            Self::Planner(error) => refused(error).2.to_owned(),
            Self::OwnRead(_) => FORMS.to_owned(),
            Self::Own { next, .. } => next.clone(),
            Self::Unreadable { .. } | Self::NoPlan { .. } => {
                "name a folder that `outlay plan --out DIR` wrote".to_owned()
            }
            Self::Schema { .. } => "plan again with this version".to_owned(),
        }
    }
}

/// The planner's refusal: whose fault it is, its code, and what to do.
fn refused(error: &PlanError) -> (Kind, &'static str, &'static str) {
    match error {
        PlanError::Response(_) => {
            (Kind::Data, "plan.response", "look at the fit with `outlay show`")
        }
        PlanError::Problem(ProblemError::Clash { .. }) => {
            (Kind::Specification, "plan.clash", "relax one of them; nothing was written")
        }
        PlanError::Problem(ProblemError::Unknown { .. }) => {
            (Kind::Specification, "plan.unknown", "correct the name; nothing was written")
        }
        PlanError::Problem(ProblemError::AllLocked) => (
            Kind::Specification,
            "plan.locked",
            "unlock one, or price the plan with `outlay plan price`",
        ),
        PlanError::Problem(_) => {
            (Kind::Specification, "plan.problem", "correct it; nothing was written")
        }
        PlanError::Target { .. } => (
            Kind::Specification,
            "plan.target",
            "lower the target, or the least that must be spent; nothing was written",
        ),
        PlanError::Stopped => (Kind::Cancelled, "plan.stopped", "run it again and let it finish"),
    }
}
