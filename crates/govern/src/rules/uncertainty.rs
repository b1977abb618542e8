//! No raise on a return that is too uncertain: half its 90 % interval over its mean must be below
//! the limit (ledger S4-060: `uncertainty_pct < 0.8`).

use super::Reach;
use crate::error::GuardError;
use crate::proposal::Proposal;

pub(super) fn reach(proposal: &Proposal<'_>) -> Result<Reach, GuardError> {
    if !proposal.is_raise() {
        return Ok(Reach::Free);
    }
    let returns = proposal.request.returns;
    let returns = returns.ok_or(GuardError::Missing("the interval of the return"))?;
    let limit = proposal.limits.uncertainty;
    Ok(match returns.uncertainty()? {
        Some(found) if found < limit => Reach::Free,
        Some(found) => Reach::none(format!(
            "The return of {:.3} is too uncertain for a raise: half of its 90 % interval from {:.3} \
             to {:.3} is {found:.3} of it, and must be below {limit}.",
            returns.mean, returns.lower, returns.upper,
        )),
        None => Reach::none(format!(
            "The return is {:.3} (90 % interval from {:.3} to {:.3}), and a raise needs one above \
             zero.",
            returns.mean, returns.lower, returns.upper,
        )),
    })
}

/// The uncertainty as far as it is a number.
pub(crate) fn found(proposal: &Proposal<'_>) -> Result<Option<f64>, GuardError> {
    let returns = proposal.request.returns;
    let found = returns.map(|returns| returns.uncertainty()).transpose()?.flatten();
    Ok(found.filter(|found| found.is_finite()))
}
