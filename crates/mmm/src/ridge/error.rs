//! Why a ridge cannot be fitted.

use thiserror::Error;

/// Why a ridge search was refused or ended without a model.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum RidgeError {
    /// A setting is impossible.
    #[error("ridge setting `{key}` {problem}")]
    Setting {
        /// Dotted name of the setting.
        key: String,
        /// What is wrong and what would be right.
        problem: String,
    },
    /// A setting names a series that the panel does not have.
    #[error("ridge setting `{key}` names `{name}`, which is not in the data: use one of {known}")]
    UnknownSeries {
        /// Dotted name of the setting.
        key: String,
        /// The unknown name.
        name: String,
        /// The names that exist.
        known: String,
    },
    /// The modelling window is too short to split and fit.
    #[error(
        "the modelling window has {periods} period(s), at least {minimum} are needed: widen `window_start` and `window_end`, or switch `validation` off"
    )]
    Window {
        /// Periods in the window.
        periods: usize,
        /// Periods needed.
        minimum: usize,
    },
    /// A lift test lies outside of the window or measured no lift.
    #[error("lift test {index} {problem}")]
    LiftTest {
        /// Position in the settings, from 1.
        index: usize,
        /// What is wrong and what would be right.
        problem: String,
    },
    /// Design columns have different lengths.
    #[error("column `{column}` has {got} rows, {expected} expected")]
    Shape {
        /// The column.
        column: String,
        /// Rows found.
        got: usize,
        /// Rows expected.
        expected: usize,
    },
    /// The search was stopped before its first model.
    #[error("the search was cancelled before the first model: start it again")]
    Cancelled,
    /// No hyper-parameter vector gave finite objectives.
    #[error(
        "none of {tried} hyper-parameter vectors gave a usable model: every media channel was set to zero; check the signs and the modelling window"
    )]
    NoModel {
        /// Vectors tried.
        tried: usize,
    },
}
