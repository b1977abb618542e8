use super::*;

fn estimate(mean: f64, half: f64) -> Estimate {
    Estimate {
        mean,
        sd: half / 1.645,
        q05: mean - half,
        q25: mean - 0.4 * half,
        q50: mean,
        q75: mean + 0.4 * half,
        q95: mean + half,
    }
}

fn judged(distance_in_half_widths: f64) -> Option<f64> {
    // Half-widths 3 and 4 give a half-width of the difference of 5.
    Pair::new(estimate(10.0, 3.0), estimate(10.0 + 5.0 * distance_in_half_widths, 4.0)).distance
}

#[test]
fn distance_is_in_half_widths_of_the_difference() {
    for d in [0.0, 0.4, 1.0, 2.0] {
        assert!((judged(d).unwrap() - d).abs() < 1e-12);
    }
    let pair = Pair::new(estimate(1.0, 2.0), estimate(3.0, 1.0));
    assert_eq!(pair.difference, 2.0);
    assert_eq!(pair.width_ratio, Some(0.5));
}

#[test]
fn points_without_width_agree_only_when_equal() {
    assert_eq!(Pair::new(estimate(1.0, 0.0), estimate(1.0, 0.0)).distance, Some(0.0));
    assert_eq!(Pair::new(estimate(1.0, 0.0), estimate(1.5, 0.0)).distance, None);
    assert_eq!(Pair::new(estimate(1.0, 0.0), estimate(1.5, 0.5)).distance, Some(1.0));
}

#[test]
fn only_differing_top_level_parts_are_listed() {
    let a = serde_json::json!({"trend": {"knots": 3}, "seed": 1, "old": true});
    let b = serde_json::json!({"trend": {"knots": 4}, "seed": 1, "new": [1]});
    let parts: Vec<String> = difference::specs(&a, &b).into_iter().map(|d| d.part).collect();
    assert_eq!(parts, ["old", "trend", "new"]);
}
