//! No change in a freeze, up or down.

use super::Reach;
use crate::proposal::Proposal;

pub(super) fn reach(proposal: &Proposal<'_>) -> Reach {
    let request = proposal.request;
    let mut freezes = proposal.limits.freezes.iter();
    match freezes.find(|freeze| freeze.covers(&request.target, request.at)) {
        Some(freeze) => Reach::none(freeze.reason()),
        None => Reach::Free,
    }
}
