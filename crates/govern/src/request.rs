//! A proposed change with everything that the rules need to know about it.

use chrono::{DateTime, FixedOffset, NaiveDate};
use outlay_core::Money;
use serde::{Deserialize, Serialize};

use crate::error::GuardError;
use crate::evidence::{CacInterval, DailySpend, ReturnInterval};

/// One proposed change of one daily budget.
///
/// A raise needs evidence: `returns`, `history`, and `cac` where a cap is set. A cut needs none,
/// so that spending can be reduced when the models are down.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// What is changed, by a name that is unique among all accounts.
    pub target: String,
    /// The time of the check in the account's zone: its offset decides which day it is.
    pub at: DateTime<FixedOffset>,
    /// The daily budget from which the proposal was made.
    pub read: Money,
    /// The daily budget in force, read just before the check.
    pub now: Money,
    /// The daily budget asked for.
    pub asked: Money,
    /// What this budget went through on the account's day.
    pub day: DayLedger,
    /// Whether the target is tried out, rather than known to be best.
    pub exploring: bool,
    /// The budgets that the target belongs to, as they are before this change.
    pub portfolio: Portfolio,
    /// Cost of an acquired customer, where known.
    pub cac: Option<CacInterval>,
    /// Return on the money, where known.
    pub returns: Option<ReturnInterval>,
    /// Daily spend of whole days, in any order; days outside the window of history are ignored.
    pub history: Vec<DailySpend>,
}

/// A budget's day: where it started and what changed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayLedger {
    /// The daily budget when the account's day began.
    pub start: Money,
    /// Recent changes in any order; those of other days are ignored.
    pub changes: Vec<Change>,
}

/// A change that was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// When.
    pub at: DateTime<FixedOffset>,
    /// The daily budget before.
    pub before: Money,
    /// The daily budget after.
    pub after: Money,
}

/// The budgets among which exploration is limited: the channels of an account, or the arms of a
/// campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Portfolio {
    /// Its name, unique among all accounts.
    pub id: String,
    /// Sum of all daily budgets.
    pub total: Money,
    /// Sum of the daily budgets of what is explored.
    pub exploring: Money,
}

impl DayLedger {
    /// How far the budget has travelled on the day of `at`, in micros: from the day's start over
    /// `changes` (the ledger's and `more`) to `now`, ups and downs added.
    ///
    /// Where one change does not begin at the value that the one before left, somebody changed
    /// the budget elsewhere; that distance was travelled too.
    ///
    /// # Errors
    /// [`GuardError::Time`] when a time has no date in the account's zone.
    pub(crate) fn travelled(
        &self,
        more: &[Change],
        at: DateTime<FixedOffset>,
        now: Money,
    ) -> Result<i128, GuardError> {
        let (zone, today) = (*at.offset(), account_date(at, *at.offset())?);
        let mut changes = Vec::with_capacity(self.changes.len() + more.len());
        for change in self.changes.iter().chain(more) {
            if account_date(change.at, zone)? == today {
                changes.push(change);
            }
        }
        changes.sort_by_key(|change| change.at);
        let mut value = self.start;
        let mut sum = 0;
        for change in changes {
            sum += distance(value, change.before) + distance(change.before, change.after);
            value = change.after;
        }
        Ok(sum + distance(value, now))
    }
}

/// The date of an instant in an account's zone.
///
/// # Errors
/// [`GuardError::Time`] at the very ends of the calendar, where the zone leads out of it.
pub(crate) fn account_date(
    at: DateTime<FixedOffset>,
    zone: FixedOffset,
) -> Result<NaiveDate, GuardError> {
    let local = at.naive_utc().checked_add_offset(zone);
    local.map(|local| local.date()).ok_or(GuardError::Time)
}

fn distance(a: Money, b: Money) -> i128 {
    (i128::from(a.micros) - i128::from(b.micros)).abs()
}

#[cfg(test)]
mod tests {
    use chrono::Utc;

    use super::*;

    fn eur(micros: i64) -> Money {
        Money::new(micros, "EUR".parse().unwrap())
    }

    fn at(text: &str) -> DateTime<FixedOffset> {
        DateTime::parse_from_rfc3339(text).unwrap()
    }

    fn change(time: &str, before: i64, after: i64) -> Change {
        Change { at: at(time), before: eur(before), after: eur(after) }
    }

    #[test]
    fn ups_and_downs_add_up_in_the_order_of_time() {
        let changes = vec![
            change("2026-11-18T12:00:00+01:00", 105, 100),
            change("2026-11-18T08:00:00+01:00", 100, 105),
        ];
        let day = DayLedger { start: eur(100), changes };
        assert_eq!(day.travelled(&[], at("2026-11-18T15:00:00+01:00"), eur(100)), Ok(10));
    }

    #[test]
    fn a_change_made_elsewhere_counts() {
        let day = DayLedger { start: eur(100), changes: Vec::new() };
        assert_eq!(day.travelled(&[], at("2026-11-18T15:00:00+01:00"), eur(107)), Ok(7));
        let between = vec![change("2026-11-18T12:00:00+01:00", 103, 104)];
        let day = DayLedger { start: eur(100), changes: between };
        assert_eq!(day.travelled(&[], at("2026-11-18T15:00:00+01:00"), eur(107)), Ok(7));
    }

    #[test]
    fn the_day_is_the_account_s() {
        // 23:30 UTC on the 17th is half past midnight on the 18th in Berlin.
        let late = vec![change("2026-11-17T23:30:00Z", 100, 105)];
        let day = DayLedger { start: eur(100), changes: late };
        let berlin = at("2026-11-18T09:00:00+01:00");
        let london = at("2026-11-18T08:00:00+00:00");
        assert_eq!(day.travelled(&[], berlin, eur(105)), Ok(5));
        let day = DayLedger { start: eur(105), ..day };
        assert_eq!(day.travelled(&[], london, eur(105)), Ok(0), "yesterday in London");
    }

    #[test]
    fn the_ends_of_the_calendar_are_an_error() {
        let zone = FixedOffset::east_opt(3_600).unwrap();
        let end = DateTime::<Utc>::MAX_UTC.with_timezone(&zone);
        assert_eq!(account_date(end, zone), Err(GuardError::Time));
        let day = DayLedger { start: eur(100), changes: Vec::new() };
        assert_eq!(day.travelled(&[], end, eur(100)), Err(GuardError::Time));
    }
}
