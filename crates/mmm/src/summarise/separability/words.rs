//! What cannot be told apart, in a sentence: what holds, the number that stands, what to do.

use super::super::sentence::{unit_of_spend, with_interval};
use crate::summary::{DataSummary, Estimate, JointReason};

/// Names before the rest is counted.
const NAMES: usize = 6;

/// One sentence about channels.
pub(super) fn sentence(
    names: &[&str],
    reason: JointReason,
    roi: &Estimate,
    data: &DataSummary,
) -> String {
    let who = listed(names);
    let what = format!("{} per {} spent", with_interval(data, roi), unit_of_spend(data));
    match reason {
        JointReason::RanTogether => format!(
            "{who} always ran together: the data says what they bring together, {what}, not what \
             each does; pause one of them for a few weeks to learn it."
        ),
        JointReason::TradeOff => format!(
            "{who} cannot be told apart: the data says what they bring together, {what}, but what \
             one brings more the other brings less; run one of them alone for a few weeks to learn \
             it."
        ),
        JointReason::NeverVaried => format!(
            "{who} never paused and hardly varied: what it brings looks like sales that come \
             anyway, and its {what} rests largely on what was believed before; pause or double it for a \
             few weeks to learn it."
        ),
        JointReason::PriorUnmoved if names.len() > 1 => format!(
            "{who} are where they were believed to be: the data says little about each, and their \
             {what} together rests on the priors; pause or double one at a time to learn it."
        ),
        JointReason::PriorUnmoved => format!(
            "{who} is where it was believed to be: the data says little about it, and its {what} \
             rests on the prior; pause or double it for a few weeks to learn it."
        ),
    }
}

/// `a`, `a and b`, `a, b and c`, or the first few and how many more.
fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] if names.len() <= NAMES => format!("{} and {last}", first.join(", ")),
        _ => format!("{} and {} more", names[..NAMES].join(", "), names.len() - NAMES),
    }
}

#[cfg(test)]
mod tests {
    use super::listed;

    #[test]
    fn names_are_listed_and_many_are_counted() {
        assert_eq!(listed(&["a"]), "a");
        assert_eq!(listed(&["a", "b"]), "a and b");
        assert_eq!(listed(&["a", "b", "c"]), "a, b and c");
        assert_eq!(
            listed(&["a", "b", "c", "d", "e", "f", "g", "h"]),
            "a, b, c, d, e, f and 2 more"
        );
    }
}
