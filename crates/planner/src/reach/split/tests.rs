use proptest::prelude::*;

use super::*;
use crate::reach::curve::Body;
use crate::reach::{Nbd, Unit};

const PEOPLE: f64 = 1e6;

/// A curve in money that reaches at most `most` of the people, `rate` exposures per unit of money.
fn curve(channel: &str, most: f64, rate: f64, shape: f64) -> ReachCurve {
    ReachCurve {
        channel: channel.into(),
        segment: Default::default(),
        population: PEOPLE,
        unit: Unit::Spend,
        impressions_per_unit: None,
        cost_per_unit: Some(1.0),
        last: 1e5,
        body: Body::Fitted {
            joint: Nbd::new(most * PEOPLE, rate, shape).unwrap(),
            own: Vec::new(),
        },
    }
}

fn three() -> [ReachCurve; 3] {
    [curve("tv", 0.9, 3e-5, 0.8), curve("video", 0.7, 5e-5, 2.0), curve("radio", 0.5, 2e-5, 0.3)]
}

fn spends(split: &Split) -> Vec<f64> {
    split.channels.iter().map(|channel| channel.spend).collect()
}

#[test]
fn exponential_curves_of_everybody_give_all_to_the_cheapest_exposures() {
    // −ln(1 − r) is a straight line there (up to the finite shape): only the rate counts.
    let curves = [curve("tv", 1.0, 3e-5, 1e7), curve("video", 1.0, 5e-5, 1e7)];
    let best = split(&curves, &SplitRequest::new(5e4)).unwrap();
    assert!(best.channels[1].spend > 49_000.0, "{:?}", spends(&best));
}

#[test]
fn straight_gains_are_no_reason_to_leave_money() {
    let curves = [curve("a", 1.0, 5e-5, 1e15), curve("b", 1.0, 5e-5, 1e15)];
    let best = split(&curves, &SplitRequest::new(5e4)).unwrap();
    assert!((best.spent - 5e4).abs() < 1e-6 && best.unspent < 1e-6, "{best:?}");
    assert_eq!(best.method, SplitMethod::EqualMarginals);
}

#[test]
fn equal_channels_get_equal_money_and_the_marginals_agree() {
    let curves = [curve("a", 0.8, 4e-5, 1.0), curve("b", 0.8, 4e-5, 1.0)];
    let best = split(&curves, &SplitRequest::new(6e4)).unwrap();
    assert_eq!(best.method, SplitMethod::EqualMarginals);
    assert!((best.channels[0].spend - 3e4).abs() < 1e-3);
    let r = best.channels[0].share;
    assert!((best.combined.share - (1.0 - (1.0 - r) * (1.0 - r))).abs() < 1e-12);
    // One more unit anywhere: slope × share the other does not reach.
    let person = 1.0 / (curves[0].slope(3e4, 1) * (1.0 - r));
    assert!((best.next_person_cost.unwrap() - person).abs() < 1e-4 * person);
}

#[test]
fn bounds_hold_and_money_without_room_is_left() {
    let mut request = SplitRequest::new(6e4);
    let bounds = |least, most| Bounds { least, most };
    request.bounds = vec![bounds(0.0, Some(1e4)), bounds(2e4, None), bounds(0.0, Some(5e3))];
    for frequency in [1, 3] {
        request.frequency = frequency;
        let best = split(&three(), &request).unwrap();
        let s = spends(&best);
        assert!(s[0] <= 1e4 && s[1] >= 2e4 && s[2] <= 5e3, "{s:?}");
        assert!((best.spent - 6e4).abs() < 1e-6 && best.unspent < 1e-6);
    }
    request.bounds[1].most = Some(2e4);
    for frequency in [1, 3] {
        request.frequency = frequency;
        let best = split(&three(), &request).unwrap();
        assert_eq!(spends(&best), [1e4, 2e4, 5e3]);
        assert_eq!((best.unspent, best.next_person_cost), (2.5e4, None));
    }
    request.bounds[1].least = 7e4;
    request.bounds[1].most = None;
    assert!(matches!(split(&three(), &request), Err(ReachError::Budget { .. })));
}

#[test]
fn the_grid_and_equal_marginals_agree_where_both_apply() {
    let curves = three();
    let request = SplitRequest::new(8e4);
    let objective = Objective::new(&curves, &request).unwrap();
    let exact = equal_marginals::solve(&objective, 8e4);
    let (on_grid, _) = grid::solve(&objective, 8e4, 400);
    let refined = exchange::improve(&objective, on_grid.clone(), 8e4, |s| objective.separable(s));
    assert!(objective.separable(&on_grid) <= objective.separable(&exact));
    assert!(objective.separable(&exact) - objective.separable(&refined) < 1e-10);
}

#[test]
fn s_shaped_reach_concentrates_a_small_budget() {
    // Three exposures each cost a lot: half the money in each of two equal channels buys none.
    let curves = [curve("a", 0.8, 4e-5, 3.0), curve("b", 0.8, 4e-5, 3.0)];
    let mut request = SplitRequest::new(2e4);
    request.frequency = 3;
    let best = split(&curves, &request).unwrap();
    assert!(matches!(best.method, SplitMethod::Grid { .. }));
    let largest = spends(&best).into_iter().fold(0.0, f64::max);
    assert!(largest > 1.99e4, "{:?}", spends(&best));
    // Exposures of different channels add up: together they reach more people three times.
    assert!(best.across >= best.combined.share);
}

#[test]
fn channels_that_reach_the_same_people_are_not_both_paid_for() {
    let curves = [curve("tv", 0.8, 4e-5, 1.0), curve("replay", 0.8, 3.9e-5, 1.0)];
    let mut request = SplitRequest::new(6e4);
    let independent = split(&curves, &request).unwrap();
    assert!(spends(&independent).iter().all(|&s| s > 2e4));
    request.duplication =
        vec![PairFactor { first: "tv".into(), second: "replay".into(), factor: 1e6 }];
    let nested = split(&curves, &request).unwrap();
    assert_eq!(nested.method, SplitMethod::Exchange);
    assert!(nested.channels[0].spend > 5.99e4, "{:?}", spends(&nested));
}

#[test]
fn the_cheapest_split_reaches_its_target_and_not_much_more() {
    let mut request = SplitRequest::new(5e5);
    for frequency in [1, 2] {
        request.frequency = frequency;
        let best = cheapest(4e5, &three(), &request).unwrap();
        assert!(best.people >= 4e5 && best.people < 4.001e5, "{}", best.people);
        request.budget = best.spent;
        let again = split(&three(), &request).unwrap();
        assert!((again.people - best.people).abs() < 10.0);
        request.budget = 5e5;
    }
    let refused = cheapest(9.99e5, &three(), &request);
    assert!(matches!(refused, Err(ReachError::Target { .. })));
    assert_eq!(cheapest(0.0, &three(), &request).unwrap().spent, 0.0);
}

#[test]
fn requests_without_sense_are_refused() {
    let good = SplitRequest::new(1e4);
    let curves = three();
    let bad = [
        SplitRequest { budget: -1.0, ..good.clone() },
        SplitRequest { frequency: 0, ..good.clone() },
        SplitRequest { steps: 0, ..good.clone() },
        SplitRequest { bounds: vec![Bounds::default()], ..good.clone() },
        SplitRequest { bounds: vec![Bounds { least: 2.0, most: Some(1.0) }; 3], ..good.clone() },
    ];
    for request in bad {
        assert!(split(&curves, &request).is_err(), "{request:?}");
    }
    assert!(split(&[], &good).is_err());
    let mut priceless = curves.clone();
    priceless[1].cost_per_unit = None;
    assert_eq!(split(&priceless, &good), Err(ReachError::NoCost { channel: "video".into() }));
    let mut elsewhere = curves;
    elsewhere[1].population = 2e6;
    assert!(matches!(split(&elsewhere, &good), Err(ReachError::PopulationsDiffer { .. })));
}

/// Shares of the money above the least spends that respect the largest ones.
fn feasible(weights: &[f64], bounds: &[Bounds], budget: f64) -> Vec<f64> {
    let mut spends: Vec<f64> = bounds.iter().map(|b| b.least).collect();
    let mut rest = budget - spends.iter().sum::<f64>();
    for _ in 0..50 {
        let total: f64 = weights.iter().sum();
        let before = rest;
        for (i, weight) in weights.iter().enumerate() {
            let most = bounds[i].most.unwrap_or(f64::INFINITY);
            let more = (before * weight / total).min(most - spends[i]).min(rest).max(0.0);
            spends[i] += more;
            rest -= more;
        }
    }
    spends
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn no_random_split_reaches_more(
        channels in prop::collection::vec(
            (0.1..1.0f64, -12.0..-8.0f64, -2.0..3.0f64, 0.0..5e3f64, 1e4..1e5f64), 2..5),
        weights in prop::collection::vec(prop::collection::vec(0.01..1.0f64, 5), 20),
        budget in 2e4..2e5f64,
        frequency in 1u32..4,
    ) {
        let curves: Vec<ReachCurve> = channels.iter().enumerate()
            .map(|(i, &(m, rate, shape, ..))| curve(&i.to_string(), m, rate.exp(), shape.exp()))
            .collect();
        let bounds: Vec<Bounds> =
            channels.iter().map(|c| Bounds { least: c.3, most: Some(c.4) }).collect();
        let request = SplitRequest { frequency, bounds: bounds.clone(), ..SplitRequest::new(budget) };
        let best = split(&curves, &request).unwrap();
        let objective = Objective::new(&curves, &request).unwrap();
        prop_assert!(best.spent <= budget * (1.0 + 1e-9));
        // Equal marginals are exact; a grid of 400 steps may miss a little between its points.
        let tolerance = if frequency == 1 { 1e-10 } else { 1e-5 };
        for weights in &weights {
            let other = feasible(&weights[..curves.len()], &bounds, budget);
            prop_assert!(objective.combined(&other) <= best.combined.share + tolerance);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn absurd_budgets_still_give_numbers(
        channels in prop::collection::vec((0.01..1.0f64, -60.0..60.0f64, -4.0..4.0f64), 1..4),
        budget in -100.0..100.0f64,
        frequency in 1u32..4,
        factor in 0.0..5.0f64,
    ) {
        let curves: Vec<ReachCurve> = channels.iter().enumerate()
            .map(|(i, &(m, rate, shape))| curve(&i.to_string(), m, rate.exp(), shape.exp()))
            .collect();
        let budget = 10f64.powf(budget);
        let mut request = SplitRequest { frequency, steps: 50, ..SplitRequest::new(budget) };
        for overlap in [false, true] {
            if overlap && curves.len() > 1 {
                let (first, second) = ("0".into(), "1".into());
                request.duplication.push(PairFactor { first, second, factor });
            }
            let best = split(&curves, &request).unwrap();
            prop_assert!((best.spent - budget).abs() <= 1e-9 * budget, "{best:?}");
            prop_assert!(best.channels.iter().all(|channel| channel.spend >= 0.0), "{best:?}");
            prop_assert!((0.0..=1.0).contains(&best.combined.share), "{best:?}");
            prop_assert!((0.0..=1.0).contains(&best.across), "{best:?}");
        }
    }
}
