use super::super::*;

/// A curve of one age group in one country.
fn curve(channel: &str, age: &str, geo: &str, population: f64) -> ReachCurve {
    let mut segment = Segment::new();
    for (key, value) in [("age", age), ("geo", geo)] {
        if !value.is_empty() {
            segment.insert(key.into(), value.into());
        }
    }
    let points = [(0.1, 0.1), (0.5, 0.35), (2.0, 0.7)]
        .map(|(x, y)| (x * population, y * population))
        .map(|(bought, reached)| ReachPoint { bought, frequency: 1, reached });
    let given = ReachPoints {
        channel: channel.into(),
        segment,
        population,
        unit: Unit::Impressions,
        cost_per_thousand: Some(8.0),
        points: points.to_vec(),
    };
    fit(&given, &FitSettings::default()).unwrap().0
}

#[test]
fn a_filter_keeps_the_segments_that_carry_its_labels() {
    let curves = [
        curve("tv", "18-34", "DE", 1e6),
        curve("tv", "35-64", "DE", 2e6),
        curve("tv", "18-34", "AT", 1e5),
        curve("tv", "", "CH", 1e5),
    ];
    let read = |text: &str| -> Vec<usize> {
        #[derive(serde::Deserialize)]
        struct Wrapped {
            filter: SegmentFilter,
        }
        let filter = toml::from_str::<Wrapped>(text).unwrap().filter;
        let kept = filter.choose(&curves);
        (0..4).filter(|&i| kept.iter().any(|curve| **curve == curves[i])).collect()
    };
    assert_eq!(read("filter = { age = ['18-34'] }"), [0, 2]);
    assert_eq!(read("filter = { age = ['18-34', '35-64'], geo = ['DE'] }"), [0, 1]);
    assert_eq!(read("filter = {}"), [0, 1, 2, 3]);
    assert_eq!(read("filter = { device = ['mobile'] }"), [0; 0]);
}

#[test]
fn segments_without_overlap_add_up_and_stay_within_bounds() {
    let parts = [curve("tv", "18-34", "DE", 1e6), curve("tv", "35-64", "DE", 3e6)];
    let whole = aggregate(&parts, None).unwrap();
    assert_eq!(whole.population(), 4e6);
    assert_eq!(whole.segment().iter().next(), Some((&"geo".to_owned(), &"DE".to_owned())));
    assert_eq!(whole.segment().len(), 1);
    for bought in [0.0, 1e5, 2e6, 1e8] {
        for frequency in [1, 3] {
            let sum =
                parts[0].reach(0.25 * bought, frequency) + parts[1].reach(0.75 * bought, frequency);
            let people = whole.reach(bought, frequency);
            assert!((people - sum).abs() < 1e-6 && people <= 4e6);
            assert!(people * f64::from(frequency) <= bought * (1.0 + 1e-9));
        }
    }
    let at = whole.at(2e6, &[1]).unwrap();
    assert!((at.cost.unwrap() - 16_000.0).abs() < 1e-6);
    assert_eq!(at.impression_source, ImpressionSource::Given);
    assert!(!at.extrapolated && whole.at(8.1e6, &[1]).unwrap().extrapolated);

    // Money for one segment only reaches that one.
    let young = aggregate(&parts, Some(&[1.0, 0.0])).unwrap();
    assert_eq!(young.reach(1e6, 1), parts[0].reach(1e6, 1));
    assert_eq!(young.limit(1), parts[0].limit(1));
}

#[test]
fn an_aggregate_is_a_curve_like_any_other() {
    let tv = aggregate(&[curve("tv", "18-34", "DE", 1e6), curve("tv", "35-64", "DE", 3e6)], None)
        .unwrap();
    let Needed::Bought { bought, .. } = tv.needed(1e6, 1).unwrap() else {
        panic!("reachable");
    };
    assert!((tv.reach(bought, 1) - 1e6).abs() < 1e-3);
    let video = curve("video", "", "DE", 4e6);
    let best = split(&[tv, video], &SplitRequest::new(2e4)).unwrap();
    assert_eq!(best.method, SplitMethod::EqualMarginals);
    assert!((best.spent - 2e4).abs() < 1e-6 && best.channels.iter().all(|c| c.spend > 1e3));
}

#[test]
fn segments_that_may_overlap_do_not_add_up() {
    let young = curve("tv", "18-34", "DE", 1e6);
    let old = curve("tv", "35-64", "DE", 1e6);
    let overlap = |other: ReachCurve| aggregate(&[young.clone(), other], None).unwrap_err();
    for other in [young.clone(), curve("tv", "", "DE", 1e6), curve("tv", "", "", 1e6)] {
        assert!(matches!(overlap(other), ReachError::SegmentsOverlap { .. }));
    }
    assert!(matches!(
        overlap(curve("radio", "35-64", "DE", 1e6)),
        ReachError::ChannelsDiffer { .. }
    ));
    let curves = [young.clone(), old.clone()];
    assert!(aggregate(&curves, Some(&[1.0])).is_err());
    assert!(aggregate(&curves, Some(&[0.0, 0.0])).is_err());
    assert!(aggregate(&curves, Some(&[-1.0, 2.0])).is_err());
    assert!(aggregate(&[], None).is_err());
}

#[test]
fn channels_combine_within_segments_and_segments_add_up() {
    let curves = [
        curve("tv", "18-34", "DE", 1e6),
        curve("video", "18-34", "DE", 1e6),
        curve("tv", "35-64", "DE", 2e6),
    ];
    let bought = [5e5, 2e5, 1e6];
    let reach = reach_by_segment(&curves, &bought, 1).unwrap();
    let share = |i: usize| curves[i].reach(bought[i], 1) / curves[i].population();
    assert_eq!(reach.len(), 2);
    let both = share(0) + share(1) - share(0) * share(1);
    assert!((reach[0].share - both).abs() < 1e-12);
    assert!((reach[1].people - curves[2].reach(1e6, 1)).abs() < 1e-6);

    assert!(reach_by_segment(&curves, &bought[..2], 1).is_err());
    let everybody = [curves[0].clone(), curve("tv", "", "DE", 3e6)];
    assert!(reach_by_segment(&everybody, &[1.0, 1.0], 1).is_err());
    let other_size = [curves[0].clone(), curve("video", "18-34", "DE", 1.1e6)];
    assert!(reach_by_segment(&other_size, &[1.0, 1.0], 1).is_err());
}

#[test]
fn exposures_of_channels_add_up_in_the_combined_frequency() {
    let curves = [curve("tv", "", "DE", 1e6), curve("video", "", "DE", 1e6)];
    let bought = [5e5, 1e6];
    let share = |i: usize, k: u32| curves[i].reach(bought[i], k) / 1e6;
    let once = combined_frequency(&curves, &bought, 1).unwrap();
    assert!((once - (share(0, 1) + share(1, 1) - share(0, 1) * share(1, 1))).abs() < 1e-12);
    // Twice: not (0,0), (0,1) or (1,0).
    let none = (1.0 - share(0, 1)) * (1.0 - share(1, 1));
    let first = (share(0, 1) - share(0, 2)) * (1.0 - share(1, 1));
    let second = (1.0 - share(0, 1)) * (share(1, 1) - share(1, 2));
    let twice = combined_frequency(&curves, &bought, 2).unwrap();
    assert!((twice - (1.0 - none - first - second)).abs() < 1e-12);
    assert!(
        (combined_frequency(&curves[..1], &bought[..1], 3).unwrap() - share(0, 3)).abs() < 1e-12
    );
    assert!(combined_frequency(&curves, &bought, 0).is_err());
}
