//! Where an acquired customer may cost more than the cap, the direction is down (ledger S4-018,
//! S4-019, S4-064).
//!
//! S4-064 asks for the lower bound of the interval and does not say for which decision. Taken for
//! both it would raise budgets that probably break the cap, since a wide interval nearly always
//! begins below it. So each direction is judged by the bound that makes it hard, as the ledger
//! defines its number "CAC cap": a raise needs the *upper* bound within the cap, and a budget is
//! said to have to fall only when even the *lower* bound is above. Both points are settings.

use super::Reach;
use crate::error::GuardError;
use crate::evidence::{CacInterval, CacStanding};
use crate::proposal::Proposal;
use crate::ratio::Ratio;

/// Where the CAC stands against the cap, and why it forbids a raise where it does; `None` without
/// a cap or without a CAC.
pub(crate) fn standing(proposal: &Proposal<'_>) -> Option<(CacStanding, Option<String>)> {
    let limits = proposal.limits;
    let cap = limits.cac_cap?;
    let cac = proposal.request.cac?;
    let above = |position| match point(&cac, position) {
        Some(point) if point <= cap.micros.into() => None,
        point => Some((position, point)),
    };
    let because = |(position, point): (Ratio, Option<i128>)| {
        let place = match position {
            Ratio::ZERO => "lower bound of the CAC".to_owned(),
            Ratio::ONE => "upper bound of the CAC".to_owned(),
            other => format!("CAC at {} of its interval", other.percent()),
        };
        let is = match point {
            Some(point) => format!("is {}", proposal.text(point)),
            None => "is not known to have a limit".to_owned(),
        };
        let cap = proposal.text(cap.micros);
        format!("The {place} {is}, above the cap of {cap}, so the budget may only go down.")
    };
    Some(match (above(limits.cac_cut), above(limits.cac_raise)) {
        (Some(cut), _) => (CacStanding::Over, Some(because(cut))),
        (None, Some(raise)) => (CacStanding::Unclear, Some(because(raise))),
        (None, None) => (CacStanding::Under, None),
    })
}

pub(super) fn reach(proposal: &Proposal<'_>) -> Result<Reach, GuardError> {
    if !proposal.is_raise() || proposal.limits.cac_cap.is_none() {
        return Ok(Reach::Free);
    }
    match standing(proposal) {
        None => Err(GuardError::Missing("the interval of the CAC, since a cap is set")),
        Some((_, Some(because))) => Ok(Reach::none(because)),
        Some((_, None)) => Ok(Reach::Free),
    }
}

/// The CAC at a position between the bounds, in micros, rounded up; `None` where it has no limit.
fn point(cac: &CacInterval, position: Ratio) -> Option<i128> {
    let lower = i128::from(cac.lower.micros);
    match cac.upper {
        Some(upper) => Some(lower + position.ceil_of(i128::from(upper.micros) - lower)),
        None => (position == Ratio::ZERO).then_some(lower),
    }
}
