//! A batch of proposals that share what is limited.

use std::collections::HashMap;

use crate::check::judge;
use crate::error::GuardError;
use crate::limits::Limits;
use crate::proposal::{Earlier, Proposal};
use crate::request::{Change, Portfolio, Request};
use crate::rules::exploration;
use crate::verdict::Verdict;

/// How far each of `requests` may go when all may be applied; verdicts in the order of input.
///
/// Requests are judged in that order, and what an earlier one takes is gone for a later one:
///
/// - *exploration*: whichever of the allowed changes are applied in the end, in whatever order,
///   no portfolio exceeds its share (see the rule for how);
/// - *the day*: a later change of the same target counts the earlier one as made. It must have
///   been made from the value that the earlier one leaves, and is stale otherwise.
///
/// A request that cannot be judged takes nothing, and does not stop the others.
///
/// # Errors
/// Per request as [`check`](crate::check()), and [`GuardError::PortfolioDisagrees`] when its totals
/// differ from those of an earlier request of the same portfolio: all totals are from before the
/// batch.
pub fn check_all(requests: &[Request], limits: &Limits) -> Vec<Result<Verdict, GuardError>> {
    let mut batch = Batch::default();
    requests.iter().map(|request| batch.judge(request, limits)).collect()
}

/// What the batch has taken so far.
#[derive(Default)]
struct Batch<'a> {
    /// Changes by target, in order.
    changes: HashMap<&'a str, Vec<Change>>,
    /// Totals before the batch and the exploration room taken, by portfolio.
    portfolios: HashMap<&'a str, (&'a Portfolio, i128)>,
}

impl<'a> Batch<'a> {
    fn judge(&mut self, request: &'a Request, limits: &Limits) -> Result<Verdict, GuardError> {
        let id = request.portfolio.id.as_str();
        let explored = match self.portfolios.get(id) {
            Some((portfolio, _)) if **portfolio != request.portfolio => {
                return Err(GuardError::PortfolioDisagrees(id.to_owned()));
            }
            Some((_, explored)) => *explored,
            None => 0,
        };
        let changes = self.changes.get(request.target.as_str()).cloned().unwrap_or_default();
        let earlier = Earlier { changes, explored };
        let proposal = Proposal::read(request, limits, &earlier)?;
        let verdict = judge(&proposal)?;

        let (before, after) = (verdict.current, verdict.allowed);
        let moved = (i128::from(after.micros) - i128::from(before.micros)).abs();
        let taken = explored + exploration::cost(&proposal, moved);
        self.portfolios.insert(id, (&request.portfolio, taken));
        if moved > 0 {
            let change = Change { at: request.at, before, after };
            self.changes.entry(&request.target).or_default().push(change);
        }
        Ok(verdict)
    }
}
