//! `Σ |changes of the account's day| ≤ share × value at its start` (ledger S4-023).
//!
//! Ups and downs add up and do not cancel: a budget that is moved back and forth all day keeps a
//! platform's bidding in its learning phase, and a sum of sizes bounds the net change as well.

use super::Reach;
use crate::error::GuardError;
use crate::proposal::Proposal;
use crate::request::account_date;

pub(super) fn reach(proposal: &Proposal<'_>) -> Result<Reach, GuardError> {
    let (share, request) = (proposal.limits.day, proposal.request);
    let start = i128::from(request.day.start.micros);
    let allowance = share.floor_of(start);
    let used = request.day.travelled(&proposal.earlier.changes, request.at, proposal.now)?;
    let most = (allowance - used).max(0);
    let because = format!(
        "Changes on {} may add up to at most {} of the {} that the day began with, which is {}; {} \
         is used, which leaves {}, and {} was asked.",
        account_date(request.at, *request.at.offset())?,
        share.percent(),
        proposal.text(start),
        proposal.text(allowance),
        proposal.text(used),
        proposal.text(most),
        proposal.text(proposal.size()),
    );
    Ok(Reach::UpTo { most, because })
}
