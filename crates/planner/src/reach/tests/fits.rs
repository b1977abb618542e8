use proptest::prelude::*;

use super::super::*;

fn given(unit: Unit, points: Vec<ReachPoint>) -> ReachPoints {
    ReachPoints {
        channel: "video".into(),
        segment: Segment::new(),
        population: 1e6,
        unit,
        cost_per_thousand: None,
        points,
    }
}

fn points(list: &[(f64, f64)]) -> Vec<ReachPoint> {
    list.iter().map(|&(bought, reached)| ReachPoint { bought, frequency: 1, reached }).collect()
}

/// Exact points of a known curve at frequencies 1, 2 and 4.
fn exact(truth: &Nbd, most: f64) -> Vec<ReachPoint> {
    let mut points = Vec::new();
    for i in 1..=8 {
        for frequency in [1, 2, 4] {
            let bought = most * f64::from(i) / 8.0;
            points.push(ReachPoint { bought, frequency, reached: truth.reach(bought, frequency) });
        }
    }
    points
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_known_distribution_is_found_again(
        share in 0.2..0.95f64, mean in 0.5..8.0f64, shape in -1.5..2.0f64, on_target in 0.3..1.0f64,
        elasticity in 0.3..1.0f64, impressions: bool,
    ) {
        let reachable = share * 1e6;
        let (unit, most, rate, elasticity) = if impressions {
            (Unit::Impressions, mean * reachable / on_target, on_target / reachable, 1.0)
        } else {
            (Unit::Spend, 1e5, mean.powf(1.0 / elasticity) / 1e5, elasticity)
        };
        let truth = Nbd::new(reachable, rate, shape.exp()).unwrap();
        let truth = truth.with_elasticity(elasticity).unwrap();
        let (curve, report) = fit(&given(unit, exact(&truth, most)), &FitSettings::default()).unwrap();
        prop_assert!(report.curve.rmse < 1.0, "{report:?}");
        prop_assert!(report.pooled.is_empty() && report.notes.is_empty(), "{report:?}");
        // Three times as far as the points, at a frequency that was not given. The points pin the
        // curve down to people; what lies beyond is worth a little less.
        let (found, true_value) = (curve.reach(3.0 * most, 3), truth.reach(3.0 * most, 3));
        prop_assert!((found - true_value).abs() < 1e-3 * 1e6, "{found} {true_value} {report:?}");
        if impressions {
            prop_assert!((report.on_target.unwrap() - on_target).abs() < 0.01, "{report:?}");
        }
        prop_assert!((report.joint.elasticity() - elasticity).abs() < 0.01, "{report:?}");
    }
}

#[test]
fn points_that_fall_are_pooled_and_named() {
    let list = [(1e3, 1e5), (4e3, 3.2e5), (2e3, 2.2e5), (3e3, 1.8e5), (5e3, 3.5e5)];
    let settings = FitSettings { method: Method::Interpolate, ..FitSettings::default() };
    let (curve, report) = fit(&given(Unit::Spend, points(&list)), &settings).unwrap();
    let pooled: Vec<(usize, f64)> = report.pooled.iter().map(|p| (p.index, p.pooled)).collect();
    assert_eq!(pooled, [(2, 2e5), (3, 2e5)]);
    assert!((curve.reach(2e3, 1) - 2e5).abs() < 1e-6 && (curve.reach(3e3, 1) - 2e5).abs() < 1e-6);
    // The curve misses only what was pooled: twice 20,000 of five points.
    assert!((report.curve.rmse - (2.0 * 2e4f64.powi(2) / 5.0).sqrt()).abs() < 1.0);
    assert_eq!(report.curve.at, 3);
    assert!(report.family.rmse > 0.0 && report.range == (1e3, 5e3));
}

#[test]
fn what_the_points_do_not_show_is_said() {
    // A straight line: nobody knows where it ends.
    let line = points(&[(1e3, 1e4), (2e3, 2e4), (3e3, 3e4)]);
    let (_, report) = fit(&given(Unit::Spend, line), &FitSettings::default()).unwrap();
    assert!(report.notes.contains(&FitNote::CeilingNotSeen), "{:?}", report.notes);

    let two = points(&[(1e3, 1e5), (5e3, 3e5)]);
    let (curve, report) = fit(&given(Unit::Spend, two.clone()), &FitSettings::default()).unwrap();
    assert_eq!(report.notes, [FitNote::ShapeAssumed(1.0), FitNote::ElasticityAssumed(1.0)]);
    assert!((curve.reach(5e3, 1) - 3e5).abs() < 1.0);

    let mut order = two;
    order.push(ReachPoint { bought: 5e3, frequency: 2, reached: 3.1e5 });
    let settings = FitSettings { method: Method::PerFrequency, ..FitSettings::default() };
    let (curve, report) = fit(&given(Unit::Spend, order), &settings).unwrap();
    assert!(report.notes.contains(&FitNote::OutOfOrder(2)));
    assert!(report.notes.contains(&FitNote::JointAtFrequency(2)));
    assert!(curve.reach(5e3, 2) <= curve.reach(5e3, 1));
}

#[test]
fn a_ceiling_and_a_shape_from_elsewhere_are_kept() {
    let list = points(&[(1e3, 1e5), (5e3, 3e5), (9e3, 3.8e5)]);
    let settings = FitSettings { largest_share: 0.4, shape: Some(2.5), ..FitSettings::default() };
    let (curve, report) = fit(&given(Unit::Spend, list.clone()), &settings).unwrap();
    assert!(curve.limit(1) <= 4e5 && report.joint.shape() == 2.5);
    let settings = FitSettings { largest_share: 0.3, ..FitSettings::default() };
    assert!(matches!(fit(&given(Unit::Spend, list), &settings), Err(ReachError::Value { .. })));
}

#[test]
fn too_little_is_refused_with_what_is_needed() {
    let fit_of = |unit, list: &[(f64, f64)]| {
        fit(&given(unit, points(list)), &FitSettings::default()).map(|_| ())
    };
    let channel = || "video".to_owned();
    assert_eq!(
        fit_of(Unit::Spend, &[(1.0, 1.0), (0.0, 0.0)]),
        Err(ReachError::TooFewPoints { channel: channel(), given: 1, needed: 2 })
    );
    assert_eq!(
        fit_of(Unit::Impressions, &[]),
        Err(ReachError::TooFewPoints { channel: channel(), given: 0, needed: 1 })
    );
    assert_eq!(
        fit_of(Unit::Impressions, &[(5.0, 0.0)]),
        Err(ReachError::NobodyReached { channel: channel() })
    );
    let settings = FitSettings { on_target: Some(0.5), ..FitSettings::default() };
    let spend = given(Unit::Spend, points(&[(1e3, 1e5), (5e3, 3e5)]));
    assert_eq!(
        fit(&spend, &settings).map(|_| ()),
        Err(ReachError::NoImpressions { channel: channel() })
    );
}

#[test]
fn the_answer_does_not_depend_on_the_order_of_points() {
    let mut list = vec![(1e3, 1e5), (4e3, 3.2e5), (2e3, 2.2e5), (3e3, 1.8e5), (5e3, 3.5e5)];
    let settings = FitSettings::default();
    let (curve, _) = fit(&given(Unit::Spend, points(&list)), &settings).unwrap();
    list.reverse();
    let (other, _) = fit(&given(Unit::Spend, points(&list)), &settings).unwrap();
    assert_eq!(curve, other);
}

proptest! {
    #[test]
    fn absurd_magnitudes_are_refused_or_fitted_within_bounds(
        list in prop::collection::vec((-200.0..200.0f64, 0.0..1.0f64, 1u32..100), 1..6),
        population in -200.0..200.0f64, spend: bool, method in 0..3usize,
    ) {
        let population = 10f64.powf(population);
        let unit = if spend { Unit::Spend } else { Unit::Impressions };
        let points = list.iter().map(|&(bought, share, frequency)| {
            let bought = 10f64.powf(bought);
            let most = if spend { population } else { population.min(bought / f64::from(frequency)) };
            ReachPoint { bought, frequency, reached: share * most }
        });
        let given = ReachPoints { population, ..given(unit, points.collect()) };
        let method = [Method::Joint, Method::PerFrequency, Method::Interpolate][method];
        let settings = FitSettings { method, ..FitSettings::default() };
        if let Ok((curve, _)) = fit(&given, &settings) {
            for x in [1e-9, 0.3, 1.0, 7.0, 1e9] {
                for frequency in [1, 2, 50] {
                    let people = curve.reach(x * curve.last(), frequency);
                    prop_assert!((0.0..=population).contains(&people), "{people}");
                }
            }
            prop_assert!(curve.needed(0.5 * population, 1).is_ok());
            prop_assert!(curve.at(curve.last(), &[1, 3]).is_ok());
        }
    }
}
