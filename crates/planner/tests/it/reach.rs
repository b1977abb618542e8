//! Reach curves on the curve calibration file of Robyn (`df_curve_reach_freq`: cumulated spend and
//! people reached at least 1 to 10 times), where it is present.

#![allow(clippy::unwrap_used)]

use std::path::PathBuf;

use outlay_planner::reach::{
    FitNote, FitReport, FitSettings, Method, Needed, ReachCurve, ReachRow, Unit, fit, from_rows,
};

/// People in the market: Robyn's file does not say. Its largest reach is 6.4 million.
const POPULATION: f64 = 1e7;

fn robyn(test: &str) -> Option<Vec<ReachRow>> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let shared = std::env::var_os("OUTLAY_SHARED").map_or(root.join("../shared"), PathBuf::from);
    let Ok(text) = std::fs::read_to_string(shared.join("data/mmm/robyn/df_curve_reach_freq.csv"))
    else {
        println!("skipped {test}: no reference data (set OUTLAY_SHARED to its folder)");
        return None;
    };
    let rows = text.lines().skip(1).map(|line| {
        let cells: Vec<&str> = line.split(',').collect();
        let bucket = cells[2].trim_matches('"').trim_start_matches("reach ").trim_end_matches('+');
        ReachRow {
            channel: "robyn".into(),
            segment: String::new(),
            population: POPULATION,
            unit: Unit::Spend,
            cost_per_thousand: None,
            bought: cells[0].parse().unwrap(),
            frequency: bucket.parse().unwrap(),
            reached: cells[1].parse().unwrap(),
        }
    });
    Some(rows.collect())
}

fn fitted(rows: &[ReachRow], method: Method) -> (ReachCurve, FitReport) {
    let points = from_rows(rows).unwrap();
    assert_eq!(points.len(), 1);
    fit(&points[0], &FitSettings { method, ..FitSettings::default() }).unwrap()
}

/// Monotone, bounded by the population, ordered by frequency, also four times beyond the points
/// and at frequencies that were not given.
fn assert_possible(curve: &ReachCurve) {
    for frequency in 1..=12 {
        let mut before = 0.0;
        for bought in (0..=400).map(|i| 1e3 * f64::from(i)) {
            let people = curve.reach(bought, frequency);
            assert!(people >= before && people <= POPULATION, "{frequency}+ at {bought}");
            assert!(frequency == 1 || people <= curve.reach(bought, frequency - 1));
            before = people;
        }
    }
}

#[test]
fn reach_once_is_fitted_to_its_noise() {
    let Some(rows) = robyn("reach curve of Robyn") else { return };
    let once: Vec<ReachRow> = rows.into_iter().filter(|row| row.frequency == 1).collect();
    let (curve, report) = fitted(&once, Method::Joint);
    assert_possible(&curve);
    // 2.5 to 6.4 million people. A Hill curve with a free ceiling, Robyn's family, leaves 31,200.
    assert!(report.curve.rmse < 31_100.0, "{report:?}");
    assert!(report.curve.largest_relative < 0.011, "{report:?}");
    // The points do fall here and there: noise, which a monotone curve cannot follow.
    assert_eq!(report.pooled.len(), 7);
    // They end at 64 % of the market; that it is the market they head for is an assumption.
    assert_eq!(report.notes, [FitNote::CeilingNotSeen]);
    assert!(matches!(curve.needed(5e6, 1), Ok(Needed::Bought { extrapolated: false, .. })));
    assert!(matches!(curve.needed(7e6, 1), Ok(Needed::Bought { extrapolated: true, .. })));
}

#[test]
fn kept_points_leave_only_what_is_not_monotone() {
    let Some(rows) = robyn("kept points of Robyn") else { return };
    let (curve, report) = fitted(&rows, Method::Interpolate);
    assert_possible(&curve);
    assert!(report.curve.rmse < 4_300.0, "{report:?}");
    assert!(report.curve.largest_relative < 0.0042, "{report:?}");
    assert_eq!(report.pooled.len(), 39);
}

#[test]
fn frequencies_that_follow_no_common_distribution_are_told_apart() {
    let Some(rows) = robyn("frequencies of Robyn") else { return };
    let (curve, report) = fitted(&rows, Method::PerFrequency);
    assert_possible(&curve);
    assert!(report.curve.rmse < 26_500.0, "{report:?}");
    assert!(report.curve.largest_relative < 0.013, "{report:?}");
    // Robyn's file reaches 1.8 of 2.5 million people ten times with its first purchase: no one
    // negative binomial distribution does that, and the report shows it.
    assert!(report.family.rmse > 10.0 * report.curve.rmse);
    assert_eq!(report.per_frequency, Some(report.curve));
    let (_, joint) = fitted(&rows, Method::Joint);
    assert_eq!((joint.curve, joint.per_frequency), (report.family, report.per_frequency));
    assert!(report.notes.contains(&FitNote::OutOfOrder(259)));
}
