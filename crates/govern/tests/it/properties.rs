//! What must hold for every proposal.

use std::collections::{HashMap, HashSet};

use outlay_govern::{Change, GuardError, Request, Rule, Verdict, check, check_exact};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::case::{Case, cases};
use crate::example::micros;
use crate::oracle;

fn judged(case: &Case) -> Result<Verdict, GuardError> {
    check(&case.request(), &case.limits())
}

/// The verdict; a case whose CAC is missing where it is needed is checked to be refused.
fn verdict(case: &Case) -> Result<Option<Verdict>, TestCaseError> {
    match judged(case) {
        Ok(verdict) => Ok(Some(verdict)),
        Err(error) => {
            prop_assert!(matches!(error, GuardError::Missing(_)), "{}", error);
            prop_assert!(case.cap > 0 && case.cac.is_none() && case.asked > case.now);
            Ok(None)
        }
    }
}

/// How far the verdict lets the budget go; nowhere without one.
fn reach(case: &Case) -> u64 {
    judged(case).map_or(0, |verdict| verdict.allowed.micros.abs_diff(case.now))
}

/// Cases that never bind would prove nothing.
#[test]
fn generated_cases_meet_every_rule_and_every_outcome() {
    let mut runner = TestRunner::deterministic();
    let mut seen: HashMap<String, u32> = HashMap::new();
    for _ in 0..2_000 {
        let case = cases().new_tree(&mut runner).unwrap().current();
        let Ok(verdict) = judged(&case) else { continue };
        *seen.entry(format!("{:?}", verdict.outcome())).or_default() += 1;
        if let Some(decisive) = verdict.decisive() {
            *seen.entry(decisive.rule.to_string()).or_default() += 1;
        }
    }
    assert_eq!(seen.len(), 3 + Rule::ALL.len(), "{seen:?}");
    assert!(seen.values().all(|count| *count >= 50), "{seen:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_allowed_value_breaches_any_rule(case in cases()) {
        if let Some(verdict) = verdict(&case)? {
            let breached = oracle::breaches(&case, verdict.allowed.micros);
            prop_assert!(breached.is_empty(), "{:?} by {:?}", breached, verdict);
        }
    }

    #[test]
    fn one_micro_further_would_breach_a_rule(case in cases()) {
        if let Some(verdict) = verdict(&case)?
            && verdict.allowed != verdict.asked
        {
            let step = (case.asked - case.now).signum();
            let further = verdict.allowed.micros + step;
            prop_assert!(!oracle::breaches(&case, further).is_empty(), "{:?}", verdict);
        }
    }

    #[test]
    fn the_rules_that_bound_are_those_that_the_asked_value_breaches(case in cases()) {
        if let Some(verdict) = verdict(&case)? {
            let bound: Vec<Rule> = verdict.bounds.iter().map(|bound| bound.rule).collect();
            prop_assert_eq!(bound, oracle::breaches(&case, case.asked));
        }
    }

    #[test]
    fn every_binding_leaves_a_reason_and_the_least_decides(case in cases()) {
        if let Some(verdict) = verdict(&case)? {
            prop_assert_eq!(verdict.bounds.is_empty(), verdict.allowed == verdict.asked);
            for bound in &verdict.bounds {
                prop_assert!(bound.reason.ends_with('.') && bound.reason.len() > 30);
                prop_assert_eq!(bound.asked, verdict.asked);
                prop_assert!(bound.allowed != bound.asked);
            }
            if let Some(decisive) = verdict.decisive() {
                prop_assert_eq!(decisive.allowed, verdict.allowed);
            }
            if case.asked != case.now {
                prop_assert_eq!(verdict.bounds.len() + verdict.room.len(), Rule::ALL.len());
            }
        }
    }

    #[test]
    fn the_allowed_value_lies_between_the_current_and_the_asked_one(case in cases()) {
        if let Some(verdict) = verdict(&case)? {
            let (low, high) = (case.now.min(case.asked), case.now.max(case.asked));
            prop_assert!((low..=high).contains(&verdict.allowed.micros));
        }
    }

    #[test]
    fn what_is_allowed_is_allowed_exactly(case in cases()) {
        if let Some(verdict) = verdict(&case)? {
            let again = Request { asked: verdict.allowed, ..case.request() };
            prop_assert!(check_exact(&again, &case.limits()).is_ok());
            let exact = check_exact(&case.request(), &case.limits());
            prop_assert_eq!(exact.is_ok(), oracle::breaches(&case, case.asked).is_empty());
        }
    }

    #[test]
    fn a_tighter_limit_never_allows_more(case in cases(), which in 0..9_usize, by in 0.0..1.0_f64) {
        let less = |value: i64| (value as f64 * by) as i64;
        let mut tight = case.clone();
        match which {
            0 => tight.change = less(case.change),
            1 => tight.day = less(case.day),
            2 => tight.exploration = less(case.exploration),
            3 => tight.cap = less(if case.cap == 0 { 100_000_000 } else { case.cap }).max(1),
            4 => tight.raise_bound = 1_000_000 - less(1_000_000 - case.raise_bound),
            5 => tight.multiple = less(case.multiple),
            6 => tight.window = less(case.window).max(1),
            7 => tight.uncertainty = less(case.uncertainty),
            _ => tight.freezes.push((None, Some(case.at + 1 - less(2)))),
        }
        prop_assert!(reach(&tight) <= reach(&case), "{:?}", tight);
    }

    #[test]
    fn asking_again_and_again_stays_within_the_day(case in cases(), minutes in 0..300_i64) {
        let mut case = case;
        let limit = i128::from(case.day) * i128::from(case.start) / 1_000_000;
        let most = oracle::used(&case).max(limit);
        for _ in 0..4 {
            let Ok(verdict) = judged(&case) else { return Ok(()) };
            let (before, after) = (case.now, verdict.allowed.micros);
            case.changes.push((case.at, before, after));
            // A change recorded later than this one would be travelled to and back.
            case.changes.retain(|change| change.0 <= case.at);
            let moved = i128::from(after) - i128::from(before);
            let total = i128::from(case.total) + moved;
            if total > i64::MAX.into() {
                return Ok(());
            }
            case.total = total as i64;
            case.explored += if case.exploring { moved as i64 } else { 0 };
            case.now = after;
            let later = Case { at: case.at + minutes, ..case.clone() };
            if later.today() != case.today() {
                return Ok(());
            }
            prop_assert!(oracle::used(&case) <= most);
            case = later;
        }
    }

    #[test]
    fn a_stale_value_is_never_judged(case in cases(), drift in 1..1_000_i64) {
        let mut request = case.request();
        request.now = micros(if case.now > drift { case.now - drift } else { case.now + drift });
        let stale = matches!(check(&request, &case.limits()), Err(GuardError::Stale { .. } | GuardError::Portfolio(_)));
        prop_assert!(stale);
    }

    #[test]
    fn the_order_of_the_day_s_changes_in_the_ledger_does_not_matter(case in cases()) {
        let mut request = case.request();
        let times: HashSet<_> = request.day.changes.iter().map(|c: &Change| c.at).collect();
        prop_assume!(times.len() == request.day.changes.len());
        let forward = check(&request, &case.limits());
        request.day.changes.reverse();
        prop_assert_eq!(forward, check(&request, &case.limits()));
    }
}
