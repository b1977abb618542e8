//! Each rule at its edges.

use outlay_govern::{
    Bound, CacInterval, CacStanding, DailySpend, Freeze, GuardError, Outcome, Portfolio, Request,
    ReturnInterval, Rule, Verdict, check, check_exact,
};

use crate::example::{asking, at, bound, change, eur, from, frozen, limits, micros, reason};

#[test]
fn exactly_five_percent_is_allowed_and_one_micro_more_is_not() {
    let limits = limits(&[]);
    for edge in [eur(6_300), eur(5_700)] {
        let verdict = check_exact(&asking(edge), &limits).unwrap();
        assert_eq!(verdict.outcome(), Outcome::AsAsked);
    }
    for (asked, allowed) in [(6_300_000_001, eur(6_300)), (5_699_999_999, eur(5_700))] {
        let verdict = check(&asking(micros(asked)), &limits).unwrap();
        assert_eq!(verdict.allowed, allowed);
        assert_eq!(bound(&verdict), [Rule::PerChange]);
        assert_eq!(verdict.outcome(), Outcome::Clipped);
    }
}

#[test]
fn a_bound_says_why_with_the_figures() {
    let verdict = check(&asking(eur(4_800)), &limits(&[])).unwrap();
    let expected = Bound {
        rule: Rule::PerChange,
        reason: "One change may move the budget by at most 5 % of EUR 6,000, which is EUR 300; \
                 EUR 1,200 was asked."
            .to_owned(),
        asked: eur(4_800),
        allowed: eur(5_700),
    };
    assert_eq!(verdict.bounds[0], expected);
    assert_eq!(
        reason(&verdict, Rule::PerDay),
        "Changes on 2026-11-18 may add up to at most 10 % of the EUR 6,000 that the day began \
         with, which is EUR 600; EUR 0 is used, which leaves EUR 600, and EUR 1,200 was asked."
    );
    assert_eq!(verdict.decisive(), Some(&expected));
}

#[test]
fn limits_round_towards_the_value_in_force() {
    let limits = limits(&[]);
    // 5 % of 19 micros is 0.95: no whole micro fits.
    assert_eq!(check(&from(micros(19), micros(25)), &limits).unwrap().outcome(), Outcome::Hold);
    assert_eq!(check(&from(micros(39), micros(45)), &limits).unwrap().allowed, micros(40));
    assert_eq!(check(&from(micros(39), micros(20)), &limits).unwrap().allowed, micros(38));
}

#[test]
fn the_day_s_changes_add_up_up_and_down() {
    let limits = limits(&[]);
    let mut request = asking(eur(6_300));
    request.day.changes = vec![
        change("2026-11-18T07:00:00+01:00", eur(6_000), eur(6_200)),
        change("2026-11-18T08:00:00+01:00", eur(6_200), eur(6_000)),
    ];
    let verdict = check(&request, &limits).unwrap();
    assert_eq!(verdict.allowed, eur(6_200), "400 of 600 are used");
    assert_eq!(bound(&verdict), [Rule::PerDay]);
    let exact = Request { asked: eur(6_200), ..request };
    assert!(check_exact(&exact, &limits).is_ok(), "exactly ten percent");
}

#[test]
fn a_new_day_begins_at_the_account_s_midnight() {
    let limits = limits(&[]);
    let mut request = asking(eur(6_300));
    request.day.changes = vec![
        change("2026-11-17T22:50:00Z", eur(5_700), eur(6_000)),
        change("2026-11-17T22:55:00Z", eur(6_000), eur(5_700)),
        change("2026-11-17T22:59:59Z", eur(5_700), eur(6_000)),
    ];
    // Midnight in Berlin is 23:00 UTC: the three changes were yesterday.
    request.at = at("2026-11-18T00:00:00+01:00");
    assert_eq!(check(&request, &limits).unwrap().allowed, eur(6_300));
    // Seen from London they are today's, and have used more than the day allows.
    request.day.start = eur(5_700);
    request.at = at("2026-11-17T23:00:00+00:00");
    let verdict = check(&request, &limits).unwrap();
    assert_eq!(bound(&verdict), [Rule::PerDay]);
    assert_eq!(verdict.outcome(), Outcome::Hold);
}

#[test]
fn without_a_cap_the_cac_forbids_nothing() {
    let request = Request { cac: None, ..asking(eur(6_200)) };
    let verdict = check_exact(&request, &limits(&[])).unwrap();
    assert_eq!((verdict.cac, verdict.cap_reason), (None, None));
}

#[test]
fn a_raise_needs_the_upper_bound_of_the_cac_within_the_cap() {
    let verdict = |cap, asked| check(&asking(asked), &limits(&[("guard.cac_cap", cap)])).unwrap();
    let within = verdict(45.0, eur(6_200));
    assert_eq!((within.cac, within.outcome()), (Some(CacStanding::Under), Outcome::AsAsked));

    let unclear = verdict(44.0, eur(6_200));
    assert_eq!((unclear.cac, unclear.outcome()), (Some(CacStanding::Unclear), Outcome::Hold));
    assert_eq!(bound(&unclear), [Rule::CacCap]);
    assert_eq!(
        unclear.cap_reason.as_deref(),
        Some(
            "The upper bound of the CAC is EUR 45, above the cap of EUR 44, so the budget may only \
             go down."
        )
    );

    let over = verdict(29.0, eur(6_200));
    assert_eq!((over.cac, over.outcome()), (Some(CacStanding::Over), Outcome::Hold));
    let cut = verdict(29.0, eur(5_800));
    assert_eq!((cut.cac, cut.outcome()), (Some(CacStanding::Over), Outcome::AsAsked));
    assert!(cut.cap_reason.unwrap().starts_with("The lower bound of the CAC is EUR 30"));
}

#[test]
fn the_bound_of_the_cac_is_a_setting() {
    let lower = [("guard.cac_cap", 40.0), ("guard.cac_raise_bound", 0.0)];
    assert!(check_exact(&asking(eur(6_200)), &limits(&lower)).is_ok(), "S4-064 to the letter");
    let middle = [("guard.cac_cap", 37.0), ("guard.cac_raise_bound", 0.5)];
    let verdict = check(&asking(eur(6_200)), &limits(&middle)).unwrap();
    assert!(
        reason(&verdict, Rule::CacCap).starts_with("The CAC at 50 % of its interval is EUR 37.50")
    );
}

#[test]
fn a_cac_without_an_upper_bound_is_above_every_cap() {
    let cac = Some(CacInterval { lower: eur(1), upper: None });
    let request = Request { cac, ..asking(eur(6_200)) };
    let verdict = check(&request, &limits(&[("guard.cac_cap", 1e9)])).unwrap();
    assert_eq!((verdict.cac, verdict.outcome()), (Some(CacStanding::Unclear), Outcome::Hold));
    assert!(reason(&verdict, Rule::CacCap).contains("is not known to have a limit"));
}

#[test]
fn a_raise_stops_at_the_historical_cap() {
    let spend = |date: &str, units| DailySpend { date: date.parse().unwrap(), spend: eur(units) };
    let history = vec![
        spend("2026-10-20", 9_000), // before the window of 28 days
        spend("2026-10-21", 4_100), // its first day
        spend("2026-11-17", 4_000),
        spend("2026-11-18", 9_000), // today, which is not over
    ];
    let request = Request { history, ..asking(eur(6_300)) };
    let verdict = check(&request, &limits(&[])).unwrap();
    assert_eq!(verdict.allowed, eur(6_150));
    assert_eq!(verdict.historical_cap, Some(eur(6_150)));
    assert_eq!(
        reason(&verdict, Rule::HistoricalCap),
        "The budget may be at most 1.5 times the highest daily spend of the last 28 days, \
         EUR 4,100 on 2026-10-21, which is EUR 6,150; it is EUR 6,000 now, and EUR 6,300 was asked."
    );
}

#[test]
fn a_budget_above_the_historical_cap_may_only_fall() {
    let limits = limits(&[("guard.history_multiple_max", 0.5)]);
    assert_eq!(check(&asking(eur(6_100)), &limits).unwrap().outcome(), Outcome::Hold);
    assert!(check_exact(&asking(eur(5_900)), &limits).is_ok(), "even if it stays above");
}

fn portfolio(total: i64, exploring: i64) -> Portfolio {
    Portfolio { id: "shop".to_owned(), total: eur(total), exploring: eur(exploring) }
}

#[test]
fn exploring_takes_at_most_its_share() {
    let limits = limits(&[]);
    let mut request = asking(eur(6_300));
    request.exploring = true;
    request.portfolio = portfolio(100_000, 9_910);
    // (9,910 + 100) / (100,000 + 100) is exactly ten percent.
    let verdict = check(&request, &limits).unwrap();
    assert_eq!(verdict.allowed, eur(6_100));
    assert_eq!(
        reason(&verdict, Rule::ExplorationShare),
        "Exploring may take at most 10 % of the EUR 100,000 in shop; it takes EUR 9,910, so this \
         exploring budget may rise by at most EUR 100, and EUR 300 was asked."
    );
}

#[test]
fn cutting_the_rest_may_not_make_exploring_too_large_a_share() {
    let limits = limits(&[]);
    let mut request = asking(eur(5_700));
    request.portfolio = portfolio(100_000, 9_990);
    let verdict = check(&request, &limits).unwrap();
    assert_eq!(verdict.allowed, eur(5_900), "9,990 of 99,900");
    assert!(
        reason(&verdict, Rule::ExplorationShare)
            .ends_with("so this other budget may fall by at most EUR 100, and EUR 300 was asked.")
    );
}

#[test]
fn a_portfolio_that_explores_too_much_may_only_get_better() {
    let limits = limits(&[]);
    let verdict = |exploring, asked| {
        let request = Request { exploring, portfolio: portfolio(100_000, 20_000), ..asking(asked) };
        check(&request, &limits).unwrap().outcome()
    };
    assert_eq!(verdict(true, eur(6_100)), Outcome::Hold);
    assert_eq!(verdict(true, eur(5_900)), Outcome::AsAsked);
    assert_eq!(verdict(false, eur(5_900)), Outcome::Hold);
    assert_eq!(verdict(false, eur(6_100)), Outcome::AsAsked);
}

#[test]
fn a_share_of_nothing_and_of_everything() {
    let verdict = |share, exploring, asked, part| {
        let request = Request { exploring, portfolio: portfolio(60_000, part), ..asking(asked) };
        check(&request, &limits(&[("guard.exploration_share_max", share)])).unwrap().outcome()
    };
    assert_eq!(verdict(0.0, false, eur(5_900), 0), Outcome::AsAsked, "nothing is explored");
    assert_eq!(verdict(0.0, false, eur(5_900), 1), Outcome::Hold);
    assert_eq!(verdict(0.0, true, eur(6_100), 6_000), Outcome::Hold);
    assert_eq!(verdict(1.0, true, eur(6_100), 60_000), Outcome::AsAsked);
}

#[test]
fn nothing_changes_in_a_freeze() {
    let day = |text| Some(at(text));
    let freeze = Freeze::new(
        None,
        day("2026-11-18T09:00:00+01:00"),
        day("2026-11-19T00:00:00+01:00"),
        "Black Friday".to_owned(),
    );
    let limits = frozen(&[], vec![freeze.unwrap()]);
    for asked in [eur(6_100), eur(5_900)] {
        let verdict = check(&asking(asked), &limits).unwrap();
        assert_eq!(bound(&verdict), [Rule::Freeze]);
        assert_eq!(verdict.outcome(), Outcome::Hold);
        assert_eq!(
            verdict.bounds[0].reason,
            "Budgets are frozen from 2026-11-18 09:00 +01:00 until 2026-11-19 00:00 +01:00 \
             (Black Friday)."
        );
    }
    let before = Request { at: at("2026-11-18T08:59:59+01:00"), ..asking(eur(6_100)) };
    let after = Request { at: at("2026-11-18T23:00:00+00:00"), ..asking(eur(6_100)) };
    assert!(check_exact(&before, &limits).is_ok());
    assert!(check_exact(&after, &limits).is_ok(), "midnight in the freeze's zone");
}

#[test]
fn uncertain_evidence_stops_raises_only() {
    let limits = limits(&[]);
    let with = |asked, lower, mean, upper| {
        let returns = Some(ReturnInterval { lower, mean, upper });
        check(&Request { returns, ..asking(asked) }, &limits).unwrap()
    };
    assert_eq!(with(eur(6_100), 0.41, 2.0, 3.6).outcome(), Outcome::AsAsked);
    let edge = with(eur(6_100), 0.5, 1.25, 2.5);
    assert_eq!(edge.uncertainty, Some(0.8), "the ledger says below 0.8");
    assert_eq!(
        reason(&edge, Rule::Uncertainty),
        "The return of 1.250 is too uncertain for a raise: half of its 90 % interval from 0.500 to \
         2.500 is 0.800 of it, and must be below 0.8."
    );
    assert_eq!(with(eur(5_900), 0.5, 1.25, 2.5).outcome(), Outcome::AsAsked);
    let negative = with(eur(6_100), -0.5, -0.1, 0.2);
    assert!(reason(&negative, Rule::Uncertainty).ends_with("a raise needs one above zero."));
}

#[test]
fn a_cut_needs_no_evidence() {
    let limits = limits(&[("guard.cac_cap", 50.0)]);
    let request = Request { cac: None, returns: None, history: Vec::new(), ..asking(eur(5_900)) };
    assert!(check_exact(&request, &limits).is_ok());
}

#[test]
fn every_rule_that_bound_is_named_and_the_least_decides() {
    let returns = Some(ReturnInterval { lower: 0.0, mean: 1.0, upper: 2.0 });
    let request = Request { returns, ..asking(eur(9_500)) };
    let verdict = check(&request, &limits(&[("guard.cac_cap", 40.0)])).unwrap();
    let rules =
        [Rule::PerChange, Rule::PerDay, Rule::CacCap, Rule::HistoricalCap, Rule::Uncertainty];
    assert_eq!(bound(&verdict), rules);
    assert_eq!(verdict.allowed, eur(6_000));
    assert_eq!(verdict.decisive().unwrap().rule, Rule::CacCap);
    let alone = verdict.bounds.iter().map(|bound| bound.allowed).collect::<Vec<_>>();
    assert_eq!(alone, [eur(6_300), eur(6_600), eur(6_000), eur(9_000), eur(6_000)]);
}

#[test]
fn rules_that_did_not_bind_say_what_they_leave() {
    let verdict = check(&asking(eur(6_400)), &limits(&[])).unwrap();
    let left = |rule| verdict.room.iter().find(|room| room.rule == rule).unwrap().left;
    assert_eq!(verdict.allowed, eur(6_300));
    assert_eq!(left(Rule::PerDay), Some(eur(300)));
    assert_eq!(left(Rule::HistoricalCap), Some(eur(2_700)));
    assert_eq!(left(Rule::Freeze), None);
    assert_eq!(verdict.bounds.len() + verdict.room.len(), Rule::ALL.len());
}

#[test]
fn asking_for_the_value_in_force_is_allowed_and_needs_nothing() {
    let request = Request { returns: None, history: Vec::new(), ..asking(eur(6_000)) };
    let verdict = check_exact(&request, &limits(&[])).unwrap();
    assert_eq!((verdict.outcome(), verdict.room.len()), (Outcome::AsAsked, 0));
}

#[test]
fn what_is_applied_is_what_was_approved_or_nothing() {
    let Err(GuardError::Bound(bounds)) = check_exact(&asking(eur(6_301)), &limits(&[])) else {
        panic!("6,301 is more than five percent");
    };
    assert_eq!(bounds[0].rule, Rule::PerChange);
}

#[test]
fn requests_and_verdicts_survive_the_log() {
    let request = asking(eur(6_400));
    let text = serde_json::to_string(&request).unwrap();
    assert_eq!(serde_json::from_str::<Request>(&text).unwrap(), request);
    let verdict = check(&request, &limits(&[("guard.cac_cap", 40.0)])).unwrap();
    let text = serde_json::to_string(&verdict).unwrap();
    assert!(text.contains(r#""rule":"per-change""#) && text.contains(r#""cac":"unclear""#));
    assert_eq!(serde_json::from_str::<Verdict>(&text).unwrap(), verdict);
}

#[test]
fn the_largest_amounts_do_not_overflow() {
    let most = micros(i64::MAX);
    let open = [
        ("guard.change_share_max", 1.0),
        ("guard.day_share_max", 1.0),
        ("guard.history_multiple_max", 100.0),
        ("guard.exploration_share_max", 1.0),
    ];
    let down = check(&from(most, micros(1)), &limits(&open)).unwrap();
    assert_eq!(down.outcome(), Outcome::AsAsked);
    let up = check(&from(micros(i64::MAX / 2), most), &limits(&open)).unwrap();
    assert_eq!(up.allowed, micros(i64::MAX - 1), "twice the half, which was rounded down");
    let mut whole = from(most, micros(1));
    whole.portfolio.exploring = most;
    whole.exploring = true;
    assert!(check(&whole, &limits(&open)).is_ok());
}
