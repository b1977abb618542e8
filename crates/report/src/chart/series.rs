//! Values over time: a line with bands, what was seen as a thin dark line, held-out periods
//! marked.

use chrono::NaiveDate;
use outlay_mmm::summary::BandSeries;

use super::{Bins, Frame, span_with_zero};
use crate::format::Locale;
use crate::scale::{day, nice_domain};
use crate::svg::{Svg, area, polyline};

/// Points that the wide drawing shows at most; more periods are averaged.
pub(crate) const POINTS: usize = 560;

/// What was seen beside what was expected.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Series<'a> {
    /// What assistive technology reads first.
    pub(crate) title: &'a str,
    /// Unit at the axis.
    pub(crate) unit: &'a str,
    /// First days of the periods.
    pub(crate) dates: &'a [NaiveDate],
    /// Observed values.
    pub(crate) actual: &'a [f64],
    /// The mean line.
    pub(crate) expected: &'a BandSeries,
    /// Where new observations fall.
    pub(crate) predictive: &'a BandSeries,
    /// Which periods the model did not see.
    pub(crate) held_out: &'a [bool],
    /// Number format.
    pub(crate) locale: Locale,
}

impl Series<'_> {
    /// The drawing across a desk.
    pub(crate) fn wide(&self) -> String {
        let frame = Frame {
            width: 1120.0,
            height: 300.0,
            left: 52.0,
            right: 12.0,
            top: 34.0,
            bottom: 26.0,
        };
        self.draw(&frame, 9, 5, POINTS)
    }

    /// The drawing on a phone.
    pub(crate) fn narrow(&self) -> String {
        let frame =
            Frame { width: 350.0, height: 240.0, left: 44.0, right: 6.0, top: 34.0, bottom: 26.0 };
        self.draw(&frame, 4, 4, POINTS / 3)
    }

    fn draw(&self, frame: &Frame, dates: usize, values: usize, points: usize) -> String {
        let mut svg = Svg::new(frame.width, frame.height, "chart series", self.title);
        let (Some(start), Some(end)) = (self.dates.first(), self.dates.last()) else {
            return svg.finish();
        };
        let seen = [self.actual, &self.predictive.q05, &self.predictive.q95, &self.expected.q50];
        let (low, high) = span_with_zero(seen.into_iter().flatten().copied());
        let y = frame.y(nice_domain(low, high, values));
        let x = frame.x((0.0, day(*start, *end)));
        let each: Vec<f64> = self.dates.iter().map(|d| x.at(day(*start, *d))).collect();
        let bins = Bins::new(self.dates.len(), points);
        let at = bins.means(&each);
        let edges = |low: &[f64], high: &[f64]| band(&at, &bins.means(low), &bins.means(high), &y);
        let line = |values: &[f64]| {
            polyline(at.iter().zip(bins.means(values)).map(|(x, v)| (*x, y.at_or_nan(v))))
        };

        self.draw_held_out(&mut svg, frame, &each);
        frame.draw_y(&mut svg, &y, self.unit, self.locale, values);
        frame.draw_dates(&mut svg, *start, *end, dates);
        svg.path("band wide-band", &edges(&self.predictive.q05, &self.predictive.q95));
        svg.path("band half-band", &edges(&self.predictive.q25, &self.predictive.q75));
        svg.path("expected", &line(&self.expected.q50));
        svg.path("actual", &line(self.actual));
        svg.finish()
    }

    fn draw_held_out(&self, svg: &mut Svg, frame: &Frame, at: &[f64]) {
        let half = if at.len() > 1 {
            (at[at.len() - 1] - at[0]) / (at.len() - 1) as f64 / 2.0
        } else {
            4.0
        };
        let mut first = None;
        let mut named = false;
        for index in 0..=at.len() {
            let held = index < at.len() && self.held_out.get(index).copied().unwrap_or(false);
            match (first, held) {
                (None, true) => first = Some(index),
                (Some(from), false) => {
                    let left = (at[from] - half).max(frame.left);
                    let right = (at[index - 1] + half).min(frame.width - frame.right);
                    svg.rect("held-out", left, frame.top, right - left, frame.floor() - frame.top);
                    if !named {
                        svg.text("unit end", (right, frame.top - 6.0), "not shown to the model");
                        named = true;
                    }
                    first = None;
                }
                _ => {}
            }
        }
    }
}

impl crate::scale::Linear {
    /// The position of a value; `NaN` where the value is not finite, so that lines break there.
    pub(crate) fn at_or_nan(&self, value: f64) -> f64 {
        if value.is_finite() { self.at(value) } else { f64::NAN }
    }
}

/// The area between two series of values.
pub(crate) fn band(at: &[f64], low: &[f64], high: &[f64], y: &crate::scale::Linear) -> String {
    let points: Vec<(f64, f64, f64)> = at
        .iter()
        .zip(low)
        .zip(high)
        .map(|((x, low), high)| (*x, y.at_or_nan(*low), y.at_or_nan(*high)))
        .collect();
    area(&points)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn held_out_periods_are_marked_once() {
        let start = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap();
        let dates: Vec<_> = (0..6).map(|w| start + chrono::TimeDelta::weeks(w)).collect();
        let values = vec![1.0, 2.0, f64::NAN, 2.0, 3.0, 2.0];
        let flat = BandSeries {
            q05: vec![0.5; 6],
            q95: vec![3.5; 6],
            q25: vec![1.0; 6],
            q75: vec![3.0; 6],
            q50: vec![2.0; 6],
            mean: vec![2.0; 6],
        };
        let series = Series {
            title: "Seen and expected",
            unit: "revenue, €",
            dates: &dates,
            actual: &values,
            expected: &flat,
            predictive: &flat,
            held_out: &[false, false, false, false, true, true],
            locale: Locale::POINT,
        };
        let drawn = series.narrow();
        assert_eq!(drawn.matches("class=\"held-out\"").count(), 1);
        insta::assert_snapshot!(drawn.replace("><", ">\n<"));
        assert!(Series { dates: &[], ..series }.wide().ends_with("</svg>"));
    }
}
