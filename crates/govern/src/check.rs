//! One proposal against every rule.

use crate::error::GuardError;
use crate::limits::Limits;
use crate::proposal::{Earlier, Proposal};
use crate::request::Request;
use crate::rules::{Reach, Rule, cac_cap, historical_cap, uncertainty};
use crate::verdict::{Bound, Room, Verdict};

/// How far `request` may go under `limits`, and what stood in the way.
///
/// The allowed value is the one nearest to what was asked that no rule refuses; it is the value
/// in force where there is none nearer. A request for the value in force is allowed as it is.
///
/// # Errors
/// [`GuardError`] when the request cannot be judged: a stale value, amounts that are missing,
/// negative, zero or in another currency, evidence that is missing or contradicts itself.
pub fn check(request: &Request, limits: &Limits) -> Result<Verdict, GuardError> {
    judge(&Proposal::read(request, limits, &Earlier::default())?)
}

/// Whether `request` may be applied exactly as asked; the verdict then has no bounds.
///
/// This is the check at the moment of applying: what a person approved is applied or refused,
/// never adjusted.
///
/// # Errors
/// As [`check`], and [`GuardError::Bound`] with every bound when a rule does not allow it.
pub fn check_exact(request: &Request, limits: &Limits) -> Result<Verdict, GuardError> {
    let verdict = check(request, limits)?;
    if verdict.bounds.is_empty() { Ok(verdict) } else { Err(GuardError::Bound(verdict.bounds)) }
}

/// The verdict on a validated proposal.
pub(crate) fn judge(proposal: &Proposal<'_>) -> Result<Verdict, GuardError> {
    let (now, asked, size) = (proposal.now, proposal.request.asked, proposal.size());
    let mut moved = size;
    let mut reaches = Vec::with_capacity(Rule::ALL.len());
    if size > 0 {
        for rule in Rule::ALL {
            let reach = rule.reach(proposal)?;
            if let Reach::UpTo { most, .. } = reach {
                moved = moved.min(most);
            }
            reaches.push((rule, reach));
        }
    }
    let (mut bounds, mut room) = (Vec::new(), Vec::new());
    for (rule, reach) in reaches {
        match reach {
            Reach::UpTo { most, because: reason } if most < size => {
                bounds.push(Bound { rule, reason, asked, allowed: proposal.moved(most) });
            }
            Reach::UpTo { most, .. } => {
                room.push(Room { rule, left: Some(proposal.money(most - moved)) });
            }
            Reach::Free => room.push(Room { rule, left: None }),
        }
    }
    let (cac, cap_reason) = cac_cap::standing(proposal).unzip();
    Ok(Verdict {
        target: proposal.request.target.clone(),
        current: now,
        asked,
        allowed: proposal.moved(moved),
        bounds,
        room,
        cac,
        cap_reason: cap_reason.flatten(),
        historical_cap: historical_cap::cap(proposal)?.map(|found| proposal.money(found.cap)),
        uncertainty: uncertainty::found(proposal)?,
    })
}
