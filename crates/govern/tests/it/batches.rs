//! Batches: what is shared is shared, whichever part of them is applied in the end.

use outlay_core::Money;
use outlay_govern::{
    GuardError, Limits, Outcome, Portfolio, Request, Rule, Verdict, check, check_all,
};
use proptest::prelude::*;

use crate::case::{budget, share};
use crate::example::{asking, bound, eur, limits, micros, reason};

fn member(name: &str, exploring: bool, asked: Money, portfolio: &Portfolio) -> Request {
    let (target, portfolio) = (name.to_owned(), portfolio.clone());
    Request { target, exploring, portfolio, ..asking(asked) }
}

fn shop(total: i64, exploring: i64) -> Portfolio {
    Portfolio { id: "shop".to_owned(), total: eur(total), exploring: eur(exploring) }
}

fn verdicts(requests: &[Request], limits: &Limits) -> Vec<Verdict> {
    check_all(requests, limits).into_iter().map(Result::unwrap).collect()
}

#[test]
fn exploration_is_shared_in_the_order_of_input() {
    let shop = shop(130_000, 12_640);
    let requests = [
        member("a", true, eur(6_300), &shop),
        member("b", true, eur(6_300), &shop),
        member("c", true, eur(6_300), &shop),
    ];
    let found = verdicts(&requests, &limits(&[]));
    // The room is 360; a raise of 300 costs 270 of it, since the total grows as well.
    assert_eq!(found[0].allowed, eur(6_300));
    assert_eq!(found[1].allowed, eur(6_100));
    assert_eq!(found[2].outcome(), Outcome::Hold);
    assert_eq!(
        reason(&found[1], Rule::ExplorationShare),
        "Exploring may take at most 10 % of the EUR 130,000 in shop; it takes EUR 12,640, and with \
         what earlier changes of the batch may take, so this exploring budget may rise by at most \
         EUR 100, and EUR 300 was asked."
    );
    let backwards: Vec<_> = requests.iter().rev().cloned().collect();
    let allowed: Vec<_> = verdicts(&backwards, &limits(&[])).iter().map(|v| v.allowed).collect();
    assert_eq!(allowed, [eur(6_300), eur(6_100), eur(6_000)], "first come, first served");
}

#[test]
fn room_that_an_earlier_change_would_make_is_not_lent() {
    let shop = shop(100_000, 10_000);
    let requests =
        [member("known", false, eur(6_300), &shop), member("new", true, eur(6_030), &shop)];
    let found = verdicts(&requests, &limits(&[]));
    assert_eq!(found[0].outcome(), Outcome::AsAsked);
    assert_eq!(found[1].outcome(), Outcome::Hold, "the first may still be rejected by a person");
}

#[test]
fn portfolios_do_not_share() {
    let (shop, app) =
        (shop(130_000, 12_640), Portfolio { id: "app".into(), ..shop(130_000, 12_640) });
    let requests = [member("a", true, eur(6_300), &shop), member("b", true, eur(6_300), &app)];
    assert!(verdicts(&requests, &limits(&[])).iter().all(|v| v.outcome() == Outcome::AsAsked));
}

#[test]
fn a_second_change_of_a_target_counts_the_first_as_made() {
    // The totals are from before the batch: the raised budget is more than all of them.
    let shop = shop(6_000, 0);
    let first = member("a", false, eur(6_300), &shop);
    let second = Request { read: eur(6_300), asked: eur(6_600), ..first.clone() };
    let third = Request { read: eur(6_600), asked: eur(6_700), ..first.clone() };
    let found = verdicts(&[first, second, third], &limits(&[]));
    assert_eq!(found[0].allowed, eur(6_300));
    assert_eq!(found[1].allowed, eur(6_600));
    assert_eq!(found[2].allowed, eur(6_600));
    assert_eq!(bound(&found[2]), [Rule::PerDay]);
}

#[test]
fn a_second_change_from_the_old_value_is_stale() {
    let first = member("a", false, eur(6_300), &shop(60_000, 0));
    let found = check_all(&[first.clone(), first], &limits(&[]));
    assert!(matches!(found[1], Err(GuardError::Stale { .. })));
}

#[test]
fn totals_must_agree_and_what_cannot_be_judged_takes_nothing() {
    let good = member("b", true, eur(6_300), &shop(130_000, 12_640));
    let missing =
        Request { returns: None, ..member("a", true, eur(6_300), &shop(130_000, 12_640)) };
    let other = member("c", true, eur(6_300), &shop(130_000, 12_641));
    let found = check_all(&[missing, good, other], &limits(&[]));
    assert!(matches!(found[0], Err(GuardError::Missing(_))));
    assert_eq!(found[1].as_ref().unwrap().outcome(), Outcome::AsAsked);
    assert!(matches!(found[2], Err(GuardError::PortfolioDisagrees(_))));
}

/// Budgets of one portfolio with what is asked for each: budget, asked, exploring.
fn members() -> impl Strategy<Value = Vec<(i64, i64, bool)>> {
    let budget = prop_oneof![1..=100_i64, 1..=10_000_000_000_i64, Just(i64::MAX / 100)];
    let asked =
        (budget, 500_000..=1_500_000_i64, any::<bool>()).prop_map(|(now, times, exploring)| {
            let asked = i128::from(now) * i128::from(times) / 1_000_000;
            (now, (asked as i64).max(1), exploring)
        });
    prop::collection::vec(asked, 1..7)
}

fn open(exploration: i64) -> Limits {
    limits(&[
        ("guard.change_share_max", 1.0),
        ("guard.day_share_max", 1.0),
        ("guard.exploration_share_max", exploration as f64 / 1e6),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn whichever_changes_are_applied_no_share_is_exceeded(members in members(), limit in share(100_000)) {
        let sum = |exploring_only: bool| -> i64 {
            members.iter().filter(|m| m.2 || !exploring_only).map(|m| m.0).sum()
        };
        let (total, exploring) = (sum(false), sum(true));
        let portfolio =
            Portfolio { id: "p".into(), total: micros(total), exploring: micros(exploring) };
        let requests: Vec<Request> = members.iter().enumerate().map(|(i, (now, asked, exploring))| {
            let request = crate::example::from(micros(*now), micros(*asked));
            Request {
                target: i.to_string(), exploring: *exploring, portfolio: portfolio.clone(), ..request
            }
        }).collect();
        let limits = open(limit);
        let found = verdicts(&requests, &limits);
        for subset in 0..(1_u32 << members.len()) {
            let (mut e, mut t) = (i128::from(exploring), i128::from(total));
            for (i, (now, _, exploring)) in members.iter().enumerate() {
                let moved = i128::from(found[i].allowed.micros) - i128::from(*now);
                if subset >> i & 1 == 1 {
                    t += moved;
                    e += if *exploring { moved } else { 0 };
                }
            }
            let (e0, t0) = (i128::from(exploring), i128::from(total));
            let within = e * 1_000_000 <= i128::from(limit) * t;
            prop_assert!(within || e * t0 <= e0 * t, "subset {:b} of {:?}", subset, found);
        }
        // The first has all the room, and nobody has more than alone.
        prop_assert_eq!(Ok(found[0].clone()), check(&requests[0], &limits));
        for (request, joint) in requests.iter().zip(&found) {
            let alone = check(request, &limits).unwrap().allowed.micros;
            let now = request.now.micros;
            prop_assert!(joint.allowed.micros.abs_diff(now) <= alone.abs_diff(now));
        }
    }

    #[test]
    fn a_chain_on_one_target_stays_within_the_day(
        start in budget(), steps in prop::collection::vec((any::<bool>(), 0..=60_000_i64), 1..8),
    ) {
        let (limits, mut requests) = (limits(&[]), Vec::new());
        let mut value = start;
        for (up, millionths) in steps {
            let step = i128::from(value) * i128::from(millionths) / 1_000_000;
            let asked = i128::from(value) + if up { step } else { -step };
            let mut request = crate::example::from(micros(start), micros(start));
            request.asked = micros(asked.clamp(1, i64::MAX.into()) as i64);
            request.read = micros(value);
            requests.push(request);
            value = check_all(&requests, &limits).pop().unwrap().unwrap().allowed.micros;
        }
        let travelled: i128 = verdicts(&requests, &limits).iter()
            .map(|v| i128::from(v.allowed.micros.abs_diff(v.current.micros))).sum();
        prop_assert!(travelled * 10 <= i128::from(start));
    }
}
