use proptest::prelude::*;

use super::super::*;

/// Points of several frequencies that are possible but otherwise arbitrary: neither monotone nor
/// in order of frequency.
fn any_points() -> impl Strategy<Value = ReachPoints> {
    let point = (1.0..1e6f64, 1u32..6, 0.0..1.0f64);
    let price = prop::option::of(0.5..50.0f64);
    (prop::collection::vec(point, 3..14), 1e4..1e6f64, price, any::<bool>())
        .prop_map(|(points, population, cost_per_thousand, spend)| {
            let unit = if spend { Unit::Spend } else { Unit::Impressions };
            let per_unit = if spend { cost_per_thousand.map(|c| 1000.0 / c) } else { Some(1.0) };
            let points = points
                .into_iter()
                .map(|(bought, frequency, share)| {
                    let most =
                        per_unit.map_or(f64::INFINITY, |p| bought * p / f64::from(frequency));
                    ReachPoint { bought, frequency, reached: 1e-3 + share * most.min(population) }
                })
                .map(|p| ReachPoint { reached: p.reached.min(population), ..p })
                .filter(|p| {
                    per_unit.is_none_or(|u| p.reached * f64::from(p.frequency) <= p.bought * u)
                })
                .collect();
            ReachPoints {
                channel: "tv".into(),
                segment: Segment::new(),
                population,
                unit,
                cost_per_thousand,
                points,
            }
        })
        .prop_filter("enough points", |points| points.points.len() >= 3)
}

fn any_method() -> impl Strategy<Value = Method> {
    prop_oneof![Just(Method::Joint), Just(Method::PerFrequency), Just(Method::Interpolate)]
}

fn any_curve() -> impl Strategy<Value = (ReachPoints, ReachCurve, FitReport, Method)> {
    (any_points(), any_method()).prop_map(|(points, method)| {
        let settings = FitSettings { method, ..FitSettings::default() };
        let (curve, report) = fit(&points, &settings).unwrap();
        (points, curve, report, method)
    })
}

/// Amounts from far below the points to far beyond them.
fn amounts(curve: &ReachCurve) -> Vec<f64> {
    (-60..=60).map(|i| curve.last() * (f64::from(i) * 0.15).exp()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn reach_is_zero_at_zero_monotone_and_bounded((points, curve, report, _) in any_curve()) {
        prop_assert!(report.joint.reachable() <= points.population);
        prop_assert!(report.on_target.is_none_or(|share| share <= 1.0 + 1e-9));
        for frequency in 1..=7 {
            prop_assert_eq!(curve.reach(0.0, frequency), 0.0);
            prop_assert_eq!(curve.reach(f64::NAN, frequency), 0.0);
            let mut before = 0.0;
            for bought in amounts(&curve) {
                let people = curve.reach(bought, frequency);
                let rounding = 1e-9 * points.population;
                prop_assert!(people >= before - rounding, "{frequency} {bought} {people} {before}");
                prop_assert!(people <= points.population);
                prop_assert!(people <= curve.limit(frequency) + rounding);
                prop_assert!(people <= curve.reach(bought, frequency - 1) + rounding);
                if let Some(per_unit) = curve.impressions_per_unit() {
                    prop_assert!(people * f64::from(frequency) <= per_unit * bought * (1.0 + 1e-9));
                }
                prop_assert!(curve.slope(bought, frequency) >= 0.0);
                before = people;
            }
        }
    }

    #[test]
    fn the_fitted_curve_of_people_reached_once_is_concave(points in any_points()) {
        let (curve, _) = fit(&points, &FitSettings::default()).unwrap();
        let mut slope = f64::INFINITY;
        for bought in amounts(&curve) {
            let next = curve.slope(bought, 1);
            prop_assert!(next <= slope * (1.0 + 1e-12));
            slope = next;
        }
        for pair in amounts(&curve).windows(2) {
            let middle = curve.reach(0.5 * (pair[0] + pair[1]), 1);
            let chord = 0.5 * (curve.reach(pair[0], 1) + curve.reach(pair[1], 1));
            prop_assert!(middle >= chord - 1e-9 * points.population);
        }
    }

    #[test]
    fn needed_and_reach_undo_each_other((points, curve, ..) in any_curve(), part in 0.0..0.99f64) {
        for frequency in [1, 2, 4] {
            let target = part * curve.reach(2.0 * curve.last(), frequency);
            let Needed::Bought { bought, cost, extrapolated } =
                curve.needed(target, frequency).unwrap()
            else {
                return Err(TestCaseError::fail("reachable"));
            };
            // The smallest amount that is enough. Where the curve is steep beyond the resolution of
            // its argument, its own rounding decides.
            let rounding = 1e-9 * points.population;
            prop_assert!((curve.reach(bought, frequency) - target).abs() <= rounding);
            prop_assert!(curve.reach(0.999 * bought, frequency) <= target + rounding);
            prop_assert_eq!(extrapolated, bought > curve.last());
            prop_assert_eq!(cost.is_some(), curve.cost_per_unit().is_some());
        }
        let at_most = curve.limit(1);
        let beyond = curve.needed(at_most * 1.01 + 1.0, 1).unwrap();
        prop_assert_eq!(beyond, Needed::NotReachable { at_most });
    }

    #[test]
    fn the_numbers_of_a_plan_belong_together((points, curve, ..) in any_curve(), x in 0.01..3.0f64) {
        let bought = x * curve.last();
        let at = curve.at(bought, &[1, 2, 3]).unwrap();
        let people = at.reach[0].people;
        prop_assert_eq!(at.extrapolated, x > 1.0);
        prop_assert!((at.grps - 100.0 * at.impressions / points.population).abs() <= 1e-9 * at.grps);
        if people > 1e-9 * points.population {
            prop_assert!(at.average_frequency.unwrap() >= 1.0 - 1e-9);
            // Reach × frequency = gross rating points.
            let grps = 100.0 * at.reach[0].share * at.average_frequency.unwrap();
            prop_assert!((grps - at.grps).abs() <= 1e-9 * at.grps);
        }
        if let Some(cost) = at.cost_per_person {
            prop_assert!((cost * people - at.cost.unwrap()).abs() <= 1e-9 * at.cost.unwrap());
        }
    }

    #[test]
    fn kept_points_are_passed_through_once_they_are_monotone(points in any_points()) {
        let mut points = points;
        points.points.iter_mut().for_each(|p| p.frequency = 1);
        let settings = FitSettings { method: Method::Interpolate, ..FitSettings::default() };
        let (curve, report) = fit(&points, &settings).unwrap();
        for (index, p) in points.points.iter().enumerate() {
            let pooled = report.pooled.iter().find(|pooled| pooled.index == index);
            let expected = pooled.map_or(p.reached, |pooled| pooled.pooled);
            let people = curve.reach(p.bought, 1);
            prop_assert!((people - expected).abs() < 1e-6 * points.population);
        }
        // Beyond the last point the curve neither jumps nor stops before the family's limit.
        let end = curve.last();
        let jump = curve.reach(end * (1.0 + 1e-12), 1) - curve.reach(end, 1);
        prop_assert!(jump.abs() < 1e-6 * points.population);
        // It gains no more than the family does there.
        let gain = curve.reach(2.0 * end, 1) - curve.reach(end, 1);
        let family = report.joint.reach(2.0 * end, 1) - report.joint.reach(end, 1);
        prop_assert!(gain <= family + 1e-9 * points.population);
    }
}

#[test]
fn an_exposure_curve_has_goergs_inverse() {
    let points = ReachPoints {
        channel: "tv".into(),
        segment: Segment::new(),
        population: 1e6,
        unit: Unit::Impressions,
        cost_per_thousand: Some(5.0),
        points: vec![ReachPoint { bought: 4e5, frequency: 1, reached: 2e5 }],
    };
    let (curve, report) = fit(&points, &FitSettings::default()).unwrap();
    // One point: R = M I / (M + I) with M = R I / (I − R) (Goerg 2014).
    let most = 2e5 * 4e5 / 2e5;
    assert!((report.joint.reachable() - most).abs() < 1e-3 * most);
    assert_eq!(report.notes, [FitNote::ShapeAssumed(1.0), FitNote::OnTargetAssumed(1.0)]);
    let Needed::Bought { bought, cost, extrapolated } = curve.needed(3e5, 1).unwrap() else {
        panic!("reachable");
    };
    let exact = most * 3e5 / (most - 3e5);
    assert!((bought - exact).abs() < 1e-3 * exact && extrapolated);
    assert_eq!(cost, Some(bought * 5.0 / 1000.0));
    let at = curve.at(4e5, &[1]).unwrap();
    assert!((at.average_frequency.unwrap() - 2.0).abs() < 1e-3);
    assert!((at.grps - 40.0).abs() < 1e-9);
    assert!((at.cost_per_person.unwrap() - 2000.0 / 2e5).abs() < 1e-6);
    // dR/dI = (M/(M+I))² = 1/4: four impressions for the next person.
    assert!((at.next_person_cost.unwrap() - 4.0 * 0.005).abs() < 1e-5);
}

#[test]
fn questions_without_sense_are_refused() {
    let points = ReachPoints {
        channel: "tv".into(),
        segment: Segment::new(),
        population: 1e6,
        unit: Unit::Spend,
        cost_per_thousand: None,
        points: [(1e3, 1e5), (1e4, 4e5)]
            .map(|(bought, reached)| ReachPoint { bought, frequency: 1, reached })
            .to_vec(),
    };
    let (curve, _) = fit(&points, &FitSettings::default()).unwrap();
    assert!(curve.at(-1.0, &[1]).is_err());
    assert!(curve.at(1.0, &[0]).is_err());
    assert!(curve.needed(f64::NAN, 1).is_err());
    assert!(matches!(curve.needed(0.0, 1), Ok(Needed::Bought { bought: 0.0, .. })));
    let nothing = curve.at(0.0, &[1]).unwrap();
    assert_eq!((nothing.average_frequency, nothing.cost_per_person), (None, None));
    assert_eq!(nothing.impression_source, ImpressionSource::Modelled);
}

#[test]
fn modelled_impressions_are_never_fewer_than_people() {
    // The middle point lies above what the family makes of all three.
    let list = [(1e3, 1e3), (2e3, 3e4), (3e3, 4e4)];
    let points = ReachPoints {
        channel: "tv".into(),
        segment: Segment::new(),
        population: 1e6,
        unit: Unit::Spend,
        cost_per_thousand: None,
        points: list.map(|(bought, reached)| ReachPoint { bought, frequency: 1, reached }).to_vec(),
    };
    let settings = FitSettings { method: Method::Interpolate, ..FitSettings::default() };
    let (curve, report) = fit(&points, &settings).unwrap();
    assert!(report.joint.impressions(2e3) < 3e4);
    assert_eq!(curve.at(2e3, &[1]).unwrap().average_frequency, Some(1.0));
}
