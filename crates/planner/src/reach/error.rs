//! Why a question about reach has no answer.

use thiserror::Error;

/// Why a question about reach has no answer.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum ReachError {
    /// A number that cannot be.
    #[error("{what} must be {rule}, not {value}")]
    Value {
        /// What was given.
        what: &'static str,
        /// What it must be.
        rule: &'static str,
        /// The value given.
        value: f64,
    },
    /// A point that cannot be.
    #[error("point {} of `{channel}`: {rule} (reached {reached}, at most {most} is possible)", index + 1)]
    Point {
        /// The channel.
        channel: String,
        /// The point, from 0.
        index: usize,
        /// What is wrong and what to do.
        rule: &'static str,
        /// People reached.
        reached: f64,
        /// Highest possible value.
        most: f64,
    },
    /// Not enough points for a curve.
    #[error(
        "`{channel}` has {given} points with something bought, {needed} are needed: add points, or \
         a cost per thousand impressions"
    )]
    TooFewPoints {
        /// The channel.
        channel: String,
        /// Points given.
        given: usize,
        /// Points needed.
        needed: usize,
    },
    /// Nobody is reached at any point.
    #[error("no point of `{channel}` reaches anybody")]
    NobodyReached {
        /// The channel.
        channel: String,
    },
    /// A segment label that cannot be read.
    #[error("`{label}` is not a segment label: write `key=value`, several with `;` between")]
    Label {
        /// The text.
        label: String,
    },
    /// Rows of one curve that contradict each other.
    #[error("the rows of `{channel}` differ in {what}: give one value for the whole curve")]
    Rows {
        /// The channel.
        channel: String,
        /// What differs.
        what: &'static str,
    },
    /// Nothing was given.
    #[error("no {what}")]
    Nothing {
        /// What is missing.
        what: &'static str,
    },
    /// Lists that belong together but differ in length.
    #[error("{given} {what} for {needed} curves")]
    Lengths {
        /// What was counted.
        what: &'static str,
        /// How many were given.
        given: usize,
        /// How many are needed.
        needed: usize,
    },
    /// A channel's price is unknown.
    #[error("`{channel}` is measured in impressions: give its cost per thousand to plan money")]
    NoCost {
        /// The channel.
        channel: String,
    },
    /// A share of impressions was given, but no impressions are known.
    #[error("`{channel}` has spend without a cost per thousand: its share on target means nothing")]
    NoImpressions {
        /// The channel.
        channel: String,
    },
    /// Curves of different populations cannot be combined.
    #[error(
        "`{first}` and `{second}` describe different populations: combine within one segment, or \
         aggregate segments first"
    )]
    PopulationsDiffer {
        /// A channel.
        first: String,
        /// Another channel.
        second: String,
    },
    /// Segments that may hold the same person do not add up.
    #[error(
        "the segments `{first}` and `{second}` may overlap: only segments that differ in a label \
         they share add up"
    )]
    SegmentsOverlap {
        /// A segment.
        first: String,
        /// Another segment.
        second: String,
    },
    /// Curves of different channels are not segments of one.
    #[error("`{first}` and `{second}` are different channels: aggregate one channel at a time")]
    ChannelsDiffer {
        /// A channel.
        first: String,
        /// Another channel.
        second: String,
    },
    /// Curves measured in different units do not add up.
    #[error("`{first}` and `{second}` are measured in different units: give both in spend")]
    UnitsDiffer {
        /// A channel.
        first: String,
        /// Another channel.
        second: String,
    },
    /// No such channel.
    #[error("no curve of a channel `{name}`")]
    UnknownChannel {
        /// The name asked for.
        name: String,
    },
    /// Impressions exceed what the largest frequency can deliver.
    #[error(
        "{impressions} impressions on {reachable} people are more than {largest} each: raise the \
         largest frequency or lower the impressions"
    )]
    TooManyImpressions {
        /// Impressions to deliver.
        impressions: f64,
        /// People who can be reached.
        reachable: f64,
        /// Largest frequency allowed.
        largest: f64,
    },
    /// A response that is not a number.
    #[error("the response of draw {draw} at frequency {frequency} is not a finite number")]
    Response {
        /// The draw.
        draw: usize,
        /// The frequency.
        frequency: f64,
    },
    /// Limits that leave no split.
    #[error("the least spends add up to {least}, more than the budget of {budget}")]
    Budget {
        /// Sum of the least spends.
        least: f64,
        /// The budget.
        budget: f64,
    },
    /// The target cannot be reached with any budget.
    #[error("{target} people cannot be reached: at most {at_most}")]
    Target {
        /// People asked for.
        target: f64,
        /// Most that can be reached.
        at_most: f64,
    },
}

/// `value` when it is finite and `holds`; the error otherwise.
pub(crate) fn check(
    what: &'static str,
    rule: &'static str,
    value: f64,
    holds: bool,
) -> Result<f64, ReachError> {
    if value.is_finite() && holds {
        Ok(value)
    } else {
        Err(ReachError::Value { what, rule, value })
    }
}
