//! Scales and ticks: where a value lies on the page, and which values stand at an axis.

use chrono::{Datelike, Days, Months, NaiveDate};

/// A linear map from values to positions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Linear {
    /// Values at the ends.
    pub(crate) domain: (f64, f64),
    /// Positions at the ends.
    pub(crate) range: (f64, f64),
}

impl Linear {
    /// A scale; a domain without extent or with ends that are not finite becomes `0..1`.
    pub(crate) fn new(domain: (f64, f64), range: (f64, f64)) -> Self {
        let extent = domain.1 - domain.0;
        let usable = extent.is_finite() && extent > 0.0;
        Self { domain: if usable { domain } else { (0.0, 1.0) }, range }
    }

    /// The position of a value; values that are not finite lie at the start.
    pub(crate) fn at(&self, value: f64) -> f64 {
        let share = (value - self.domain.0) / (self.domain.1 - self.domain.0);
        let share = if share.is_finite() { share } else { 0.0 };
        self.range.0 + share * (self.range.1 - self.range.0)
    }

    /// The position of a value, kept between the ends.
    pub(crate) fn within(&self, value: f64) -> f64 {
        let low = self.range.0.min(self.range.1);
        let high = self.range.0.max(self.range.1);
        self.at(value).clamp(low, high)
    }
}

/// Round values inside `low..=high`, about `target` of them, steps of 1, 2 or 5 times a power
/// of ten (Heckbert 1990, Graphics Gems).
pub(crate) fn ticks(low: f64, high: f64, target: usize) -> Vec<f64> {
    let step = nice_step(low, high, target);
    if step <= 0.0 {
        return Vec::new();
    }
    let first = (low / step - 1e-9).ceil();
    let last = (high / step + 1e-9).floor();
    if last - first > 1000.0 {
        return Vec::new();
    }
    // Adding zero turns a negative zero into a positive one.
    (0..=(last - first).max(-1.0) as i64).map(|i| (first + i as f64) * step + 0.0).collect()
}

/// The ends of an axis that holds `low..=high`, moved out to whole steps.
pub(crate) fn nice_domain(low: f64, high: f64, target: usize) -> (f64, f64) {
    let step = nice_step(low, high, target);
    if step <= 0.0 {
        return (0.0, 1.0);
    }
    ((low / step + 1e-9).floor() * step, (high / step - 1e-9).ceil() * step)
}

fn nice_step(low: f64, high: f64, target: usize) -> f64 {
    let span = high - low;
    if !span.is_finite() || span <= 0.0 || !low.is_finite() || target == 0 {
        return 0.0;
    }
    let raw = span / target as f64;
    let power = 10f64.powf(raw.log10().floor());
    let fraction = raw / power;
    let nice = match fraction {
        f if f < 1.5 => 1.0,
        f if f < 3.5 => 2.0,
        f if f < 7.5 => 5.0,
        _ => 10.0,
    };
    let step = nice * power;
    // Below this the step drowns in the rounding of the values themselves.
    if step > 1e-12 * low.abs().max(high.abs()) { step } else { 0.0 }
}

/// Days from `start` to `date`, as a value for a scale.
pub(crate) fn day(start: NaiveDate, date: NaiveDate) -> f64 {
    (date - start).num_days() as f64
}

/// Dates at an axis with their labels: years, quarters, months or weeks, about `target` of them.
pub(crate) fn date_ticks(
    start: NaiveDate,
    end: NaiveDate,
    target: usize,
) -> Vec<(NaiveDate, String)> {
    let days = day(start, end);
    if days <= 0.0 || target == 0 {
        return vec![(start, start.format("%-d %b %Y").to_string())];
    }
    let months = days / 30.44;
    let per_tick = months / target as f64;
    if per_tick < 0.6 {
        return short_ticks(start, end, target);
    }
    let step =
        [1_u32, 2, 3, 6, 12, 24, 60, 120].into_iter().find(|s| f64::from(*s) >= per_tick * 0.8);
    let step = step.unwrap_or(240);
    let mut date = if step >= 12 {
        NaiveDate::from_ymd_opt(start.year(), 1, 1)
    } else {
        NaiveDate::from_ymd_opt(start.year(), (start.month0() / step) * step + 1, 1)
    };
    let mut found = Vec::new();
    while let Some(current) = date.filter(|d| *d <= end && found.len() < 64) {
        if current >= start {
            let shape = match (step >= 12, current.month() == 1 || found.is_empty()) {
                (true, _) => "%Y",
                (false, true) => "%b %Y",
                (false, false) => "%b",
            };
            found.push((current, current.format(shape).to_string()));
        }
        date = current.checked_add_months(Months::new(step));
    }
    found
}

fn short_ticks(start: NaiveDate, end: NaiveDate, target: usize) -> Vec<(NaiveDate, String)> {
    let days = day(start, end);
    let step = (days / target as f64).ceil().max(1.0) as u64;
    let step = if step > 4 { step.div_ceil(7) * 7 } else { step };
    let mut found = Vec::new();
    let mut date = Some(start);
    while let Some(current) = date.filter(|d| *d <= end && found.len() < 64) {
        let shape = if found.is_empty() { "%-d %b %Y" } else { "%-d %b" };
        found.push((current, current.format(shape).to_string()));
        date = current.checked_add_days(Days::new(step));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ticks_are_round() {
        assert_eq!(ticks(0.0, 3.2, 4), [0.0, 1.0, 2.0, 3.0]);
        assert_eq!(ticks(-0.5, 0.6, 4), [-0.4, -0.2, 0.0, 0.2, 0.4, 0.6000000000000001]);
        assert_eq!(nice_domain(0.0, 1_130_000.0, 4), (0.0, 1_200_000.0));
        assert!(ticks(1.0, 1.0, 4).is_empty() && ticks(0.0, f64::NAN, 4).is_empty());
    }

    #[test]
    fn dates_are_labelled_by_year_month_or_day() {
        let date = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
        let labels = |a, b| -> Vec<String> {
            date_ticks(a, b, 6).into_iter().map(|(_, label)| label).collect()
        };
        assert_eq!(
            labels(date(2022, 1, 3), date(2024, 12, 30)),
            ["Jul 2022", "Jan 2023", "Jul", "Jan 2024", "Jul"]
        );
        assert_eq!(
            labels(date(2024, 1, 1), date(2024, 1, 20)),
            ["1 Jan 2024", "5 Jan", "9 Jan", "13 Jan", "17 Jan"]
        );
        assert_eq!(labels(date(2024, 1, 1), date(2024, 1, 1)), ["1 Jan 2024"]);
    }

    proptest! {
        #[test]
        fn ticks_lie_inside_rise_and_are_few(
            low in -1e12_f64..1e12, span in 1e-6_f64..1e12, target in 1_usize..12
        ) {
            let high = low + span;
            let found = ticks(low, high, target);
            let slack = 1e-6 * span.max(low.abs() * 1e-9);
            prop_assert!(found.len() <= 2 * target + 2);
            prop_assert!(found.windows(2).all(|w| w[0] < w[1]));
            prop_assert!(found.iter().all(|t| *t >= low - slack && *t <= high + slack));
        }

        #[test]
        fn nice_domains_hold_the_values(low in -1e9_f64..1e9, span in 1e-3_f64..1e9) {
            let (a, b) = nice_domain(low, low + span, 5);
            prop_assert!(a <= low + span * 1e-6 && b >= low + span * (1.0 - 1e-6));
        }

        #[test]
        fn scales_are_finite(a: f64, b: f64, x: f64) {
            let scale = Linear::new((a, b), (10.0, 90.0));
            prop_assert!((10.0..=90.0).contains(&scale.within(x)));
        }

        #[test]
        fn date_ticks_lie_inside(start in 0_i64..20_000, days in 0_i64..9_000, target in 1_usize..12) {
            let epoch = NaiveDate::from_ymd_opt(1980, 1, 1).unwrap();
            let start = epoch + chrono::TimeDelta::days(start);
            let end = start + chrono::TimeDelta::days(days);
            let found = date_ticks(start, end, target);
            prop_assert!(found.iter().all(|(d, _)| *d >= start && *d <= end));
            prop_assert!(found.len() <= 2 * target + 2, "{found:?}");
        }
    }
}
