use proptest::prelude::*;

use super::*;

fn hill(half_saturation: f64, slope: f64, effect: f64) -> HillResponse {
    HillResponse { half_saturation, slope, effect }
}

fn ask(q: &FrequencyQuestion, draws: &[HillResponse]) -> Result<OptimalFrequency, ReachError> {
    optimal_frequency(q, draws.len(), |d, f| draws[d].at(f))
}

/// Meridian's definition, written down a second time: the grid 1, 1.1, …, the posterior mean
/// return of impressions / f people at frequency f, its argmax.
fn meridian(draws: &[HillResponse], impressions: f64, largest: f64) -> f64 {
    let grid: Vec<f64> = (10..).map(|i| i as f64 / 10.0).take_while(|&f| f <= largest).collect();
    let roi = |f: f64| draws.iter().map(|d| d.at(f) * impressions / f).sum::<f64>();
    grid.iter().copied().fold(1.0, |best, f| if roi(f) > roi(best) { f } else { best })
}

#[test]
fn a_single_hill_curve_has_its_closed_form_optimum() {
    // d/df [f^(s−1)/(f^s + c^s)] = 0 at f = c (s − 1)^(1/s).
    for (c, s) in [(3.0, 2.0), (4.0, 1.5), (2.0, 4.0)] {
        let best = ask(&FrequencyQuestion::new(1e6, 20.0), &[hill(c, s, 2.0)]).unwrap();
        let exact = c * f64::powf(s - 1.0, 1.0 / s);
        // Golden section knows a maximum to the square root of rounding.
        assert!((best.frequency - exact).abs() < 1e-6 * exact, "{} {exact}", best.frequency);
        assert_eq!(best.border, None);
        assert_eq!(best.draws_at_border, 0.0);
        assert!((best.reach - 1e6 / exact).abs() < 10.0);
    }
}

#[test]
fn a_concave_response_asks_for_everybody_once_and_a_late_one_for_the_largest() {
    let question = FrequencyQuestion::new(1e6, 10.0);
    let once = ask(&question, &[hill(3.0, 0.8, 1.0)]).unwrap();
    assert_eq!((once.frequency, once.border), (1.0, Some(Border::OncePerPerson)));
    assert_eq!(once.draws_at_border, 1.0);
    let late = ask(&question, &[hill(30.0, 3.0, 1.0)]).unwrap();
    assert_eq!((late.frequency, late.border), (10.0, Some(Border::Largest)));
}

#[test]
fn people_who_do_not_exist_cannot_be_reached() {
    let mut question = FrequencyQuestion::new(1e6, 10.0);
    question.reachable = Some(2.5e5);
    // Alone, the optimum were 2; a quarter of a million people must take four each.
    let best = ask(&question, &[hill(2.0, 2.0, 1.0)]).unwrap();
    assert_eq!((best.frequency, best.border), (4.0, Some(Border::Reachable)));
    assert_eq!(best.reach, 2.5e5);
    // Today's plan claims half a million people; half of them do not exist.
    question.current = Some(2.0);
    let staying = ask(&question, &[hill(2.0, 2.0, 1.0)]).unwrap().staying.unwrap();
    assert!((staying.loss.mean - 2.5e5 * (0.8 - 0.5)).abs() < 1e-6);
    question.reachable = Some(9e4);
    let refused = ask(&question, &[hill(2.0, 2.0, 1.0)]);
    assert!(matches!(refused, Err(ReachError::TooManyImpressions { .. })));
}

#[test]
fn staying_where_the_optimum_is_loses_nothing_and_elsewhere_something() {
    let draws: Vec<HillResponse> =
        (0..200).map(|d| hill(2.0 + 0.01 * f64::from(d), 2.0, 1.0)).collect();
    let mut question = FrequencyQuestion::new(1e6, 10.0);
    let best = ask(&question, &draws).unwrap();
    question.current = Some(best.frequency);
    assert_eq!(ask(&question, &draws).unwrap().staying.unwrap().loss.mean, 0.0);
    question.current = Some(8.0);
    let staying = ask(&question, &draws).unwrap().staying.unwrap();
    assert!(staying.loss.low > 0.0 && staying.loss.low < staying.loss.mean);
    assert!(staying.share > 0.0 && staying.share < 1.0);
    assert_eq!(staying.probability, 1.0);
    // The optima of single draws are c (s − 1)^(1/s) = c here.
    assert!(
        (best.per_draw.low - 2.0995).abs() < 1e-3 && (best.per_draw.high - 3.8905).abs() < 1e-3
    );
}

#[test]
fn a_response_that_is_not_a_number_is_named() {
    let question = FrequencyQuestion::new(1e6, 3.0);
    let refused =
        optimal_frequency(&question, 3, |d, f| if d == 1 && f > 2.0 { f64::NAN } else { 1.0 });
    assert!(matches!(refused, Err(ReachError::Response { draw: 1, .. })));
    let refused = optimal_frequency(&question, 0, |_, _| 1.0);
    assert_eq!(refused, Err(ReachError::Nothing { what: "draws" }));
}

#[test]
fn questions_without_sense_are_refused() {
    let good = FrequencyQuestion::new(1e6, 3.0);
    let bad = [
        FrequencyQuestion { impressions: 0.0, ..good.clone() },
        FrequencyQuestion { largest: 1.0, ..good.clone() },
        FrequencyQuestion { step: 0.0, ..good.clone() },
        FrequencyQuestion { step: 1e-9, ..good.clone() },
        FrequencyQuestion { level: 1.0, ..good.clone() },
        FrequencyQuestion { current: Some(0.5), ..good.clone() },
        FrequencyQuestion { reachable: Some(f64::NAN), ..good.clone() },
    ];
    for question in bad {
        let refused = optimal_frequency(&question, 1, |_, _| 1.0);
        assert!(matches!(refused, Err(ReachError::Value { .. })), "{question:?}");
    }
}

#[test]
fn a_question_is_read_with_its_defaults() {
    let read: FrequencyQuestion = toml::from_str("impressions = 1e6\nlargest = 8.0").unwrap();
    assert_eq!(read, FrequencyQuestion::new(1e6, 8.0));
}

proptest! {
    #[test]
    fn the_optimum_is_within_one_grid_step_of_meridians(
        draws in prop::collection::vec((0.5..8.0f64, 0.5..4.0f64, 0.1..3.0f64), 1..40),
        largest in 2.0..12.0f64,
    ) {
        let draws: Vec<HillResponse> = draws.into_iter().map(|(c, s, e)| hill(c, s, e)).collect();
        let largest = (largest * 10.0).round() / 10.0;
        let best = ask(&FrequencyQuestion::new(1e6, largest), &draws).unwrap();
        let reference = meridian(&draws, 1e6, largest);
        prop_assert!((best.grid_frequency - reference).abs() < 1e-9);
        prop_assert!((best.frequency - reference).abs() <= 0.1 + 1e-9);
        let mean = |f: f64| draws.iter().map(|d| d.at(f) * 1e6 / f).sum::<f64>();
        prop_assert!(mean(best.frequency) >= mean(reference) * (1.0 - 1e-12));
    }

    #[test]
    fn the_answer_does_not_depend_on_the_scale_of_effects_or_impressions(
        c in 1.0..6.0f64, s in 1.1..4.0f64, scale in 1e-6..1e6f64,
    ) {
        let one = ask(&FrequencyQuestion::new(1e6, 10.0), &[hill(c, s, 1.0)]).unwrap();
        let other = ask(&FrequencyQuestion::new(1e6 * scale, 10.0), &[hill(c, s, scale)]).unwrap();
        prop_assert!((one.frequency - other.frequency).abs() < 1e-5 * one.frequency);
    }
}
