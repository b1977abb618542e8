//! A budget of EUR 6,000 that may be raised, for tests that change one thing about it.

use chrono::{DateTime, FixedOffset, NaiveDate};
use outlay_core::registry::Registry;
use outlay_core::{Currency, Money};
use outlay_govern::{
    CacInterval, Change, DailySpend, DayLedger, Freeze, Limits, Portfolio, Request, ReturnInterval,
    Rule, Verdict,
};

pub(crate) fn currency() -> Currency {
    "EUR".parse().unwrap()
}

pub(crate) fn eur(units: i64) -> Money {
    micros(units * 1_000_000)
}

pub(crate) fn micros(micros: i64) -> Money {
    Money::new(micros, currency())
}

pub(crate) fn at(text: &str) -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339(text).unwrap()
}

pub(crate) fn change(time: &str, before: Money, after: Money) -> Change {
    Change { at: at(time), before, after }
}

/// A change from EUR 6,000 with good evidence, on a day without changes so far.
pub(crate) fn asking(asked: Money) -> Request {
    from(eur(6_000), asked)
}

/// As [`asking`], from another budget.
pub(crate) fn from(now: Money, asked: Money) -> Request {
    let date = NaiveDate::from_ymd_opt(2026, 11, 3).unwrap();
    Request {
        target: "search".to_owned(),
        at: at("2026-11-18T09:00:00+01:00"),
        read: now,
        now,
        asked,
        day: DayLedger { start: now, changes: Vec::new() },
        exploring: false,
        portfolio: Portfolio {
            id: "shop".to_owned(),
            total: micros(now.micros.saturating_mul(10)),
            exploring: eur(0),
        },
        cac: Some(CacInterval { lower: eur(30), upper: Some(eur(45)) }),
        returns: Some(ReturnInterval { lower: 1.4, mean: 1.9, upper: 2.5 }),
        history: vec![DailySpend { date, spend: now }],
    }
}

pub(crate) fn limits(settings: &[(&str, f64)]) -> Limits {
    frozen(settings, Vec::new())
}

pub(crate) fn frozen(settings: &[(&str, f64)], freezes: Vec<Freeze>) -> Limits {
    let settings = settings.iter().map(|(key, value)| ((*key).to_owned(), *value));
    Limits::new(&Registry::with(settings).unwrap(), currency(), freezes).unwrap()
}

/// The rules that bound.
pub(crate) fn bound(verdict: &Verdict) -> Vec<Rule> {
    verdict.bounds.iter().map(|bound| bound.rule).collect()
}

/// The reason that a rule gave.
pub(crate) fn reason(verdict: &Verdict, rule: Rule) -> &str {
    &verdict.bounds.iter().find(|bound| bound.rule == rule).unwrap().reason
}
