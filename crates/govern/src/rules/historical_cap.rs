//! A daily budget may not exceed a multiple of the highest daily spend of the last days (ledger
//! S4-018). A budget that already does may only go down.

use chrono::{Days, NaiveDate};

use super::Reach;
use crate::error::GuardError;
use crate::evidence::DailySpend;
use crate::proposal::Proposal;
use crate::request::account_date;

/// The cap, and the day that it rests on.
pub(crate) struct HistoricalCap {
    /// Highest daily budget in micros.
    pub(crate) cap: i128,
    peak: DailySpend,
}

/// The cap for `proposal`; `None` without a day of history in the window.
///
/// # Errors
/// [`GuardError::Time`] when the time has no date in the account's zone.
pub(crate) fn cap(proposal: &Proposal<'_>) -> Result<Option<HistoricalCap>, GuardError> {
    let (request, limits) = (proposal.request, proposal.limits);
    let today = account_date(request.at, *request.at.offset())?;
    let window = Days::new(limits.history_days.into());
    let first = today.checked_sub_days(window).unwrap_or(NaiveDate::MIN);
    // Today is not over: its spend says nothing yet.
    let days = request.history.iter().filter(|day| (first..today).contains(&day.date));
    Ok(days.copied().max_by_key(|day| day.spend.micros).map(|peak| {
        let cap = limits.history_multiple.floor_of(peak.spend.micros.into());
        HistoricalCap { cap, peak }
    }))
}

pub(super) fn reach(proposal: &Proposal<'_>) -> Result<Reach, GuardError> {
    if !proposal.is_raise() {
        return Ok(Reach::Free);
    }
    let HistoricalCap { cap, peak } =
        cap(proposal)?.ok_or(GuardError::Missing("a day of spend in the window of history"))?;
    let because = format!(
        "The budget may be at most {} times the highest daily spend of the last {} days, {} on {}, \
         which is {}; it is {} now, and {} was asked.",
        proposal.limits.history_multiple,
        proposal.limits.history_days,
        proposal.text(peak.spend.micros),
        peak.date,
        proposal.text(cap),
        proposal.text(proposal.now.micros),
        proposal.text(proposal.request.asked.micros),
    );
    let most = (cap - i128::from(proposal.now.micros)).max(0);
    Ok(Reach::UpTo { most, because })
}
