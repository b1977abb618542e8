//! Why a proposal could not be judged, or not be applied as it is.

use chrono::{DateTime, FixedOffset};
use outlay_core::{Currency, Money, MoneyError};
use thiserror::Error;

use crate::figures::amount;
use crate::verdict::Bound;

/// What keeps a proposal from a verdict. None of these ever means "go ahead".
#[derive(Debug, Clone, PartialEq, Error)]
pub enum GuardError {
    /// An amount is in another currency than the limits.
    #[error(
        "{what} is in {found}, but the account's limits are in {expected}: convert it at a dated rate first"
    )]
    Currency {
        /// Which amount.
        what: &'static str,
        /// Its currency.
        found: Currency,
        /// The currency of the limits.
        expected: Currency,
    },
    /// A budget is zero or negative. Starting and pausing are not changes of a budget.
    #[error("{what} must be more than zero, not {}: starting and pausing are other proposals", amount(.found.micros, .found.currency))]
    NotPositive {
        /// Which budget.
        what: &'static str,
        /// The amount given.
        found: Money,
    },
    /// An amount that may be zero is negative.
    #[error("{what} must not be negative, but is {}", amount(.found.micros, .found.currency))]
    Negative {
        /// Which amount.
        what: &'static str,
        /// The amount given.
        found: Money,
    },
    /// A raise lacks evidence that a rule needs.
    #[error("a raise needs {0}, which is missing")]
    Missing(&'static str),
    /// An interval runs backwards or holds something that is not a number.
    #[error("{0} is not an interval: its bounds must be numbers, the lower one first")]
    Interval(&'static str),
    /// The value has changed since the proposal was made.
    #[error(
        "the proposal rests on {}, but the budget is now {}: propose again; target `{target}`",
        amount(.read.micros, .read.currency), amount(.now.micros, .now.currency)
    )]
    Stale {
        /// What was to be changed.
        target: String,
        /// The value that the proposal was made from.
        read: Money,
        /// The value in force.
        now: Money,
    },
    /// The totals of a portfolio cannot hold what is said to be part of them.
    #[error(
        "the totals of a portfolio do not hold its parts (exploring within total, the budget within its side): read them again; portfolio `{0}`"
    )]
    Portfolio(String),
    /// Two requests of one batch disagree about the same portfolio.
    #[error(
        "two requests of a batch disagree about the totals of a portfolio: read them once for all; portfolio `{0}`"
    )]
    PortfolioDisagrees(String),
    /// A time lies so far out that it has no date in the account's zone.
    #[error("a time has no date in the account's zone")]
    Time,
    /// A freeze ends before it starts, or lasts no time at all.
    #[error("a freeze must end after it starts: {start} to {end}")]
    Freeze {
        /// First instant of the freeze.
        start: DateTime<FixedOffset>,
        /// First instant after it.
        end: DateTime<FixedOffset>,
    },
    /// The configured cap on CAC is no amount of money.
    #[error("`guard.cac_cap` is not an amount of money")]
    CacCap(#[source] MoneyError),
    /// A raise would be judged more mildly than a cut.
    #[error("`guard.cac_cut_bound` must not lie above `guard.cac_raise_bound`")]
    CacBounds,
    /// The value asked for is not allowed as it is; each bound says why.
    #[error("not allowed as asked: {}", .0.iter().map(|bound| bound.reason.as_str()).collect::<Vec<_>>().join(" "))]
    Bound(Vec<Bound>),
}

impl GuardError {
    /// A stable code for logs, interfaces and the documentation.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Currency { .. } => "guard.currency",
            Self::NotPositive { .. } => "guard.not_positive",
            Self::Negative { .. } => "guard.negative",
            Self::Missing(_) => "guard.missing",
            Self::Interval(_) => "guard.interval",
            Self::Stale { .. } => "guard.stale",
            Self::Portfolio(_) => "guard.portfolio",
            Self::PortfolioDisagrees(_) => "guard.portfolio_disagrees",
            Self::Time => "guard.time",
            Self::Freeze { .. } => "guard.freeze",
            Self::CacCap(_) => "guard.cac_cap",
            Self::CacBounds => "guard.cac_bounds",
            Self::Bound(_) => "guard.bound",
        }
    }

    /// Whether a new proposal from values that are read again can fare better. Everything else
    /// comes back the same until its input or the configuration is put right.
    pub fn may_propose_again(&self) -> bool {
        matches!(
            self,
            Self::Stale { .. }
                | Self::Portfolio(_)
                | Self::PortfolioDisagrees(_)
                | Self::Missing(_)
                | Self::Bound(_)
        )
    }
}
