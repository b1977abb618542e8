//! What cannot be judged is an error, never a silent pass.

use chrono::{DateTime, FixedOffset, Utc};
use outlay_core::Money;
use outlay_govern::{
    CacInterval, Freeze, GuardError, Request, ReturnInterval, check, check_all, check_exact,
};

use crate::example::{asking, at, change, eur, limits, micros};

/// The code of the error for the raise to EUR 6,100 with one thing about it changed.
fn refused(spoil: impl FnOnce(&mut Request)) -> &'static str {
    let mut request = asking(eur(6_100));
    spoil(&mut request);
    let limits = limits(&[("guard.cac_cap", 50.0)]);
    let error = check(&request, &limits).unwrap_err();
    assert_eq!(check_exact(&request, &limits), Err(error.clone()));
    assert_eq!(check_all(&[request], &limits), [Err(error.clone())]);
    error.code()
}

#[test]
fn zero_and_negative_budgets() {
    for amount in [eur(0), eur(-1), micros(i64::MIN)] {
        assert_eq!(refused(|r| r.read = amount), "guard.not_positive");
        assert_eq!(refused(|r| r.now = amount), "guard.not_positive");
        assert_eq!(refused(|r| r.asked = amount), "guard.not_positive");
        assert_eq!(refused(|r| r.day.start = amount), "guard.not_positive");
    }
}

#[test]
fn negative_amounts() {
    let (bad, time) = (micros(-1), "2026-11-18T07:00:00Z");
    assert_eq!(refused(|r| r.portfolio.total = bad), "guard.negative");
    assert_eq!(refused(|r| r.portfolio.exploring = bad), "guard.negative");
    assert_eq!(refused(|r| r.history[0].spend = bad), "guard.negative");
    assert_eq!(refused(|r| r.day.changes = vec![change(time, bad, eur(1))]), "guard.negative");
    assert_eq!(refused(|r| r.day.changes = vec![change(time, eur(1), bad)]), "guard.negative");
    let cac = CacInterval { lower: bad, upper: None };
    assert_eq!(refused(|r| r.cac = Some(cac)), "guard.negative");
}

#[test]
fn another_currency_anywhere() {
    let usd = Money::new(6_000_000_000, "USD".parse().unwrap());
    let time = "2026-11-18T07:00:00Z";
    assert_eq!(refused(|r| r.read = usd), "guard.currency");
    assert_eq!(refused(|r| r.now = usd), "guard.currency");
    assert_eq!(refused(|r| r.asked = usd), "guard.currency");
    assert_eq!(refused(|r| r.day.start = usd), "guard.currency");
    assert_eq!(refused(|r| r.day.changes = vec![change(time, usd, eur(1))]), "guard.currency");
    assert_eq!(refused(|r| r.day.changes = vec![change(time, eur(1), usd)]), "guard.currency");
    assert_eq!(refused(|r| r.portfolio.total = usd), "guard.currency");
    assert_eq!(refused(|r| r.portfolio.exploring = usd), "guard.currency");
    assert_eq!(refused(|r| r.history[0].spend = usd), "guard.currency");
    let lower = CacInterval { lower: usd, upper: Some(eur(45)) };
    let upper = CacInterval { lower: eur(30), upper: Some(usd) };
    assert_eq!(refused(|r| r.cac = Some(lower)), "guard.currency");
    assert_eq!(refused(|r| r.cac = Some(upper)), "guard.currency");
}

#[test]
fn missing_evidence_for_a_raise() {
    assert_eq!(refused(|r| r.cac = None), "guard.missing");
    assert_eq!(refused(|r| r.returns = None), "guard.missing");
    assert_eq!(refused(|r| r.history.clear()), "guard.missing");
    let old = "2026-10-20".parse().unwrap();
    assert_eq!(refused(|r| r.history[0].date = old), "guard.missing");
}

#[test]
fn intervals_that_are_none() {
    let reversed = CacInterval { lower: eur(45), upper: Some(eur(30)) };
    assert_eq!(refused(|r| r.cac = Some(reversed)), "guard.interval");
    for (lower, mean, upper) in [(2.0, 1.5, 1.0), (f64::NAN, 1.0, 2.0), (0.0, 1.0, f64::INFINITY)] {
        let returns = ReturnInterval { lower, mean, upper };
        assert_eq!(refused(|r| r.returns = Some(returns)), "guard.interval");
    }
}

#[test]
fn a_stale_value() {
    assert_eq!(refused(|r| r.now = micros(6_000_000_001)), "guard.stale");
    let request = Request { now: eur(6_050), ..asking(eur(6_100)) };
    assert_eq!(
        check(&request, &limits(&[])).unwrap_err().to_string(),
        "the proposal rests on EUR 6,000, but the budget is now EUR 6,050: propose again; target \
         `search`"
    );
}

#[test]
fn totals_that_do_not_hold_their_parts() {
    assert_eq!(refused(|r| r.portfolio.total = micros(5_999_999_999)), "guard.portfolio");
    assert_eq!(refused(|r| r.portfolio.exploring = eur(60_001)), "guard.portfolio");
    assert_eq!(refused(|r| r.portfolio.exploring = eur(54_001)), "guard.portfolio");
    assert_eq!(refused(|r| r.exploring = true), "guard.portfolio");
    let all = |r: &mut Request| (r.exploring, r.portfolio.exploring) = (true, eur(60_001));
    assert_eq!(refused(all), "guard.portfolio");
}

#[test]
fn times_at_the_end_of_the_calendar() {
    let zone = FixedOffset::east_opt(3_600).unwrap();
    let end: DateTime<FixedOffset> = DateTime::<Utc>::MAX_UTC.with_timezone(&zone);
    assert_eq!(refused(|r| r.at = end), "guard.time");
    let last = change("2026-11-18T07:00:00Z", eur(6_000), eur(6_000));
    assert_eq!(
        refused(|r| r.day.changes = vec![outlay_govern::Change { at: end, ..last }]),
        "guard.time"
    );
}

#[test]
fn a_freeze_that_ends_before_it_starts() {
    let day = Some(at("2026-11-24T00:00:00+01:00"));
    let same = Some(at("2026-11-23T23:00:00Z"));
    let freeze = Freeze::new(None, day, same, "none".to_owned());
    assert!(matches!(freeze, Err(GuardError::Freeze { .. })));
}

#[test]
fn errors_say_whether_a_new_proposal_can_help() {
    assert!(GuardError::Missing("evidence").may_propose_again());
    assert!(!GuardError::CacBounds.may_propose_again());
}
