//! What is tried out may take at most a share of its portfolio's daily budgets (ledger S4-026).
//! Budgets stand for spend: a guard-rail must hold before the money is gone.
//!
//! With total `T`, exploring part `E` and share `s`, the rule is `E ≤ s T`, so `s T − E` is room.
//! A raise of `d` on an exploring budget costs `(1 − s) d` of it, since the total grows too; a cut
//! of `d` on any other budget costs `s d`, since what is explored then weighs more. The other two
//! kinds of change cost nothing, and a portfolio that is above its share already stays open to
//! them only.
//!
//! In a batch the costs add up and the helpful changes are *not* credited: any of them may be
//! rejected later, and whichever subset is applied, in whatever order, the share still holds.

use super::Reach;
use crate::proposal::Proposal;
use crate::ratio::Ratio;

/// What each micro of the proposed change costs of the room, in millionths of a micro; `None`
/// where the change does no harm.
fn price(proposal: &Proposal<'_>) -> Option<i128> {
    let share = proposal.limits.exploration;
    match (proposal.request.exploring, proposal.is_raise()) {
        (true, true) => Some(share.complement()),
        (false, false) => Some(share.millionths()),
        _ => None,
    }
}

/// What a change by `micros` in the direction asked for takes from the room for later ones.
pub(crate) fn cost(proposal: &Proposal<'_>, micros: i128) -> i128 {
    price(proposal).unwrap_or(0) * micros
}

pub(super) fn reach(proposal: &Proposal<'_>) -> Reach {
    let Some(price) = price(proposal) else { return Reach::Free };
    let (share, portfolio) = (proposal.limits.exploration, &proposal.request.portfolio);
    let (total, exploring) = (portfolio.total.micros, portfolio.exploring.micros);
    let room = share.scaled(total.into()) - Ratio::whole(exploring.into());
    let left = room - proposal.earlier.explored;
    let most = match price {
        _ if left < 0 => 0,
        0 => return Reach::Free,
        price => left / price,
    };
    let batch = match proposal.earlier.explored {
        0 => "",
        _ => ", and with what earlier changes of the batch may take",
    };
    let consequence = match proposal.is_raise() {
        true => "this exploring budget may rise by at most",
        false => "this other budget may fall by at most",
    };
    let because = format!(
        "Exploring may take at most {} of the {} in {}; it takes {}{batch}, so {consequence} {}, \
         and {} was asked.",
        share.percent(),
        proposal.text(total),
        portfolio.id,
        proposal.text(exploring),
        proposal.text(most),
        proposal.text(proposal.size()),
    );
    Reach::UpTo { most, because }
}
