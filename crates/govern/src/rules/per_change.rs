//! `|new − value as read| ≤ share × value as read` (ledger S4-022).

use super::Reach;
use crate::proposal::Proposal;

pub(super) fn reach(proposal: &Proposal<'_>) -> Reach {
    let share = proposal.limits.change;
    let most = share.floor_of(proposal.now.micros.into());
    let because = format!(
        "One change may move the budget by at most {} of {}, which is {}; {} was asked.",
        share.percent(),
        proposal.text(proposal.now.micros),
        proposal.text(most),
        proposal.text(proposal.size()),
    );
    Reach::UpTo { most, because }
}
