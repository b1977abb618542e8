//! Generated cases as plain integers, from which both the request and the oracle are made.

use chrono::{DateTime, Days, FixedOffset, NaiveDate};
use outlay_core::registry::Registry;
use outlay_govern::{
    CacInterval, Change, DailySpend, DayLedger, Freeze, Limits, Portfolio, Request, ReturnInterval,
};
use proptest::prelude::*;

use crate::example::{currency, micros};

/// Minutes from the epoch to 2026-11-18 00:00 UTC.
const BASE: i64 = 29_916_000;

/// A request and its limits; shares in millionths, money in micros, times in minutes.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) change: i64,
    pub(crate) day: i64,
    pub(crate) exploration: i64,
    /// Zero is off.
    pub(crate) cap: i64,
    pub(crate) raise_bound: i64,
    pub(crate) cut_bound: i64,
    pub(crate) multiple: i64,
    pub(crate) window: i64,
    /// In hundredths.
    pub(crate) uncertainty: i64,
    /// Start and end, in minutes of UTC.
    pub(crate) freezes: Vec<(Option<i64>, Option<i64>)>,
    /// Minutes of UTC.
    pub(crate) at: i64,
    /// Minutes east of UTC.
    pub(crate) zone: i64,
    pub(crate) now: i64,
    pub(crate) asked: i64,
    pub(crate) start: i64,
    /// Minutes of UTC, before, after.
    pub(crate) changes: Vec<(i64, i64, i64)>,
    pub(crate) exploring: bool,
    pub(crate) explored: i64,
    pub(crate) total: i64,
    pub(crate) cac: Option<(i64, Option<i64>)>,
    pub(crate) returns: (f64, f64, f64),
    /// Days before the account's day, and spend.
    pub(crate) history: Vec<(i64, i64)>,
}

impl Case {
    /// The account's day, counted from the epoch.
    pub(crate) fn today(&self) -> i64 {
        (self.at + self.zone).div_euclid(1_440)
    }

    pub(crate) fn limits(&self) -> Limits {
        let share = |millionths: i64| millionths as f64 / 1e6;
        let settings = [
            ("guard.change_share_max", share(self.change)),
            ("guard.day_share_max", share(self.day)),
            ("guard.exploration_share_max", share(self.exploration)),
            ("guard.cac_cap", share(self.cap)),
            ("guard.cac_raise_bound", share(self.raise_bound)),
            ("guard.cac_cut_bound", share(self.cut_bound)),
            ("guard.history_multiple_max", share(self.multiple)),
            ("guard.history_days", self.window as f64),
            ("guard.uncertainty_max", self.uncertainty as f64 / 100.0),
        ];
        let registry = Registry::with(settings.map(|(key, value)| (key.to_owned(), value)));
        let freezes = self.freezes.iter().map(|(start, end)| {
            let utc = |minutes: i64| instant(minutes, 0);
            Freeze::new(None, start.map(utc), end.map(utc), "test".to_owned()).unwrap()
        });
        Limits::new(&registry.unwrap(), currency(), freezes.collect()).unwrap()
    }

    pub(crate) fn request(&self) -> Request {
        // Changes are told in a zone of their own: only the instant may count.
        let change = |&(at, before, after): &(i64, i64, i64)| Change {
            at: instant(at, -300),
            before: micros(before),
            after: micros(after),
        };
        let today = NaiveDate::default() + Days::new(self.today() as u64);
        let spend = |&(ago, spend): &(i64, i64)| DailySpend {
            date: today - chrono::TimeDelta::days(ago),
            spend: micros(spend),
        };
        let (lower, mean, upper) = self.returns;
        Request {
            target: "target".to_owned(),
            at: instant(self.at, self.zone),
            read: micros(self.now),
            now: micros(self.now),
            asked: micros(self.asked),
            day: DayLedger {
                start: micros(self.start),
                changes: self.changes.iter().map(change).collect(),
            },
            exploring: self.exploring,
            portfolio: Portfolio {
                id: "portfolio".to_owned(),
                total: micros(self.total),
                exploring: micros(self.explored),
            },
            cac: self.cac.map(|(lower, upper)| CacInterval {
                lower: micros(lower),
                upper: upper.map(micros),
            }),
            returns: Some(ReturnInterval { lower, mean, upper }),
            history: self.history.iter().map(spend).collect(),
        }
    }
}

fn instant(minutes: i64, zone: i64) -> DateTime<FixedOffset> {
    let zone = FixedOffset::east_opt((zone * 60) as i32).unwrap();
    DateTime::from_timestamp(minutes * 60, 0).unwrap().with_timezone(&zone)
}

/// Budgets from one micro to the largest there are.
pub(crate) fn budget() -> impl Strategy<Value = i64> + Clone {
    prop_oneof![1..=100_i64, 1..=2_000_000_000_000_i64, (i64::MAX - 1_000)..=i64::MAX, 1..=i64::MAX]
}

/// Shares in millionths: the default, no limit at all, none allowed, and anything between.
pub(crate) fn share(default: i64) -> impl Strategy<Value = i64> + Clone {
    let any = 0..=1_000_000_i64;
    prop_oneof![4 => Just(default), 6 => Just(1_000_000), 1 => Just(0), 3 => 0..=200_000_i64, 2 => any]
}

/// An amount moved by up to `millionths` of itself and a few micros.
fn near(about: i64, millionths: i64) -> impl Strategy<Value = i64> + Clone {
    let by = prop_oneof![Just(0), -millionths..=millionths];
    (by, -2..=2_i64)
        .prop_map(move |(share, micros)| money(part(about, share) + i128::from(micros), about))
}

fn part(of: i64, millionths: i64) -> i128 {
    i128::from(of) * i128::from(millionths) / 1_000_000
}

/// A positive amount, `moved` from `about`.
fn money(moved: i128, about: i64) -> i64 {
    (i128::from(about) + moved).clamp(1, i64::MAX.into()) as i64
}

/// Start of the day, and changes of that day, the one before and the one after.
fn day(now: i64, at: i64) -> impl Strategy<Value = (i64, Vec<(i64, i64, i64)>)> {
    let change = (-1_500..=1_500_i64, near(now, 30_000), near(now, 30_000));
    let change = change.prop_map(move |(later, before, after)| (at + later, before, after));
    let changes = prop_oneof![2 => Just(Vec::new()), 3 => prop::collection::vec(change, 1..4)];
    (prop_oneof![2 => Just(now), 2 => near(now, 30_000), 1 => near(now, 900_000)], changes)
}

/// Cap, points of the interval for raise and cut, and the interval: off, about its edge, anywhere.
type Cac = (i64, i64, i64, Option<(i64, Option<i64>)>);

fn cac() -> impl Strategy<Value = Cac> {
    let point = || prop_oneof![Just(0_i64), Just(1_000_000), 0..=1_000_000_i64];
    let interval = (0..=120_000_000_i64, prop::option::weighted(0.9, 0..=60_000_000_i64));
    let cap = prop_oneof![2 => Just(None), 1 => (-2..=2_i64).prop_map(Some), 2 => (0..=90_000_000_i64).prop_map(Some)];
    (cap, point(), point(), interval, 0..20).prop_map(|(cap, a, b, (lower, width), known)| {
        let (raise, cut) = (a.max(b), a.min(b));
        let edge = lower + part(width.unwrap_or(0), raise) as i64;
        let cap = cap.map_or(0, |above| (edge + above).max(1));
        (cap, raise, cut, (known > 0).then_some((lower, width.map(|width| lower + width))))
    })
}

/// Multiple, window, and days before today with their spend, one of them in every window.
fn history(now: i64) -> impl Strategy<Value = (i64, i64, Vec<(i64, i64)>)> {
    let multiple = prop_oneof![4 => Just(1_500_000_i64), 1 => Just(0), 4 => 900_000..=1_100_000_i64, 4 => Just(100_000_000)];
    let spend = || prop_oneof![8 => near(now, 100_000), 1 => Just(0)];
    let days = prop::collection::vec((-2..=50_i64, spend()), 0..6);
    (multiple, 1..=40_i64, spend(), days).prop_map(|(multiple, window, yesterday, mut days)| {
        days.push((1, yesterday));
        (multiple, window, days)
    })
}

/// Whether the target is exploring, what explores in all, and the total.
fn portfolio(now: i64) -> impl Strategy<Value = (bool, i64, i64)> {
    let share = || prop_oneof![1 => Just(0_i64), 2 => 0..=200_000_i64, 1 => 0..=1_000_000_i64];
    (any::<bool>(), share(), share()).prop_map(move |(exploring, more, others)| {
        let more = part((i64::MAX - now).min(now), more) as i64;
        let others = part((i64::MAX - now - more).min(now.saturating_mul(20)), others) as i64;
        (exploring, if exploring { now + more } else { more }, now + more + others)
    })
}

/// Limit in hundredths, and a return: mostly certain, sometimes at the edge, sometimes negative.
fn returns() -> impl Strategy<Value = (i64, (f64, f64, f64))> {
    let mean = prop_oneof![9 => 0.5..3.0_f64, 1 => -1.0..0.5_f64];
    (prop_oneof![3 => Just(80_i64), 1 => 1..=200_i64], mean, 0.0..1.0_f64, 0.0..1.0_f64)
        .prop_map(|(limit, mean, down, up)| (limit, (mean - down, mean, mean + up)))
}

fn freezes() -> impl Strategy<Value = Vec<(Option<i64>, Option<i64>)>> {
    let edge = || prop_oneof![Just(None), (-3_000..=3_000_i64).prop_map(|m| Some(BASE + m))];
    let freeze = (edge(), edge()).prop_filter_map("a freeze lasts", |(start, end)| {
        (start.is_none() || end.is_none() || start < end).then_some((start, end))
    });
    prop_oneof![8 => Just(Vec::new()), 1 => prop::collection::vec(freeze, 1..3)]
}

/// Any case that is judged, but for a CAC that may be missing.
pub(crate) fn cases() -> impl Strategy<Value = Case> {
    let at = (BASE - 2_000..=BASE + 2_000, (-56..=56_i64).prop_map(|quarters| quarters * 15));
    (at, budget()).prop_flat_map(|((at, zone), now)| {
        let shares = (share(50_000), share(100_000), share(100_000));
        let parts =
            (shares, day(now, at), cac(), history(now), portfolio(now), returns(), freezes());
        // What is asked: the edge of a rule, or anything.
        let asked = (0..8_usize, -2..=2_i64, prop_oneof![3 => near(now, 300_000), 1 => budget()]);
        (parts, asked).prop_map(move |(parts, (edge, micros, anything))| {
            let (shares, day, cac, history, portfolio, returns, freezes) = parts;
            let asked = match edge {
                0 => money(part(now, shares.0), now),
                1 => money(-part(now, shares.0), now),
                2 => money(part(day.0, shares.1), now),
                3 => money(-part(day.0, shares.1), now),
                4 => money(part(history.2[0].1, history.0), 0),
                _ => anything,
            };
            Case {
                change: shares.0,
                day: shares.1,
                exploration: shares.2,
                cap: cac.0,
                raise_bound: cac.1,
                cut_bound: cac.2,
                multiple: history.0,
                window: history.1,
                uncertainty: returns.0,
                freezes,
                at,
                zone,
                now,
                asked: money(micros.into(), asked),
                start: day.0,
                changes: day.1,
                exploring: portfolio.0,
                explored: portfolio.1,
                total: portfolio.2,
                cac: cac.3,
                returns: returns.1,
                history: history.2,
            }
        })
    })
}
