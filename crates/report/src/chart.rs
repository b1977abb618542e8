//! The pictures: each module draws one form of the grammar of pictures as SVG.

pub(crate) mod bars;
pub(crate) mod curve;
pub(crate) mod dots;
pub(crate) mod groups;
pub(crate) mod plan_curve;
pub(crate) mod quantile;
pub(crate) mod response;
pub(crate) mod series;
pub(crate) mod stack;
pub(crate) mod track;
pub(crate) mod waterfall;
pub(crate) mod weights;

use chrono::NaiveDate;

use crate::format::Locale;
use crate::scale::{Linear, date_ticks, day, ticks};
use crate::svg::Svg;

/// A drawing's extent and the margins around its plot.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame {
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) left: f64,
    pub(crate) right: f64,
    pub(crate) top: f64,
    pub(crate) bottom: f64,
}

impl Frame {
    /// The horizontal scale over a domain.
    pub(crate) fn x(&self, domain: (f64, f64)) -> Linear {
        Linear::new(domain, (self.left, self.width - self.right))
    }

    /// The vertical scale over a domain; large values are up.
    pub(crate) fn y(&self, domain: (f64, f64)) -> Linear {
        Linear::new(domain, (self.height - self.bottom, self.top))
    }

    /// Where the plot ends below.
    pub(crate) fn floor(&self) -> f64 {
        self.height - self.bottom
    }

    /// The vertical axis: hairlines at ticks, labels at the left, the unit above.
    pub(crate) fn draw_y(
        &self,
        svg: &mut Svg,
        y: &Linear,
        unit: &str,
        locale: Locale,
        target: usize,
    ) {
        svg.text("unit start", (0.0, self.top - 14.0), unit);
        for tick in ticks(y.domain.0, y.domain.1, target) {
            let at = y.at(tick);
            let class = if tick == 0.0 { "zero" } else { "grid" };
            svg.line(class, (self.left, at), (self.width - self.right, at));
            svg.text("tick end", (self.left - 6.0, at + 4.0), &locale.compact(tick));
        }
    }

    /// The horizontal axis of amounts: short ticks with labels, the unit at the right end below.
    pub(crate) fn draw_x(
        &self,
        svg: &mut Svg,
        x: &Linear,
        unit: &str,
        locale: Locale,
        target: usize,
    ) {
        let floor = self.floor();
        svg.line("axis", (self.left, floor), (self.width - self.right, floor));
        for tick in ticks(x.domain.0, x.domain.1, target) {
            let at = x.at(tick);
            svg.line("axis", (at, floor), (at, floor + 4.0));
            svg.text("tick middle", (at, floor + 17.0), &locale.compact(tick));
        }
        svg.text("unit end", (self.width - self.right, floor + 33.0), unit);
    }

    /// The horizontal axis of dates.
    pub(crate) fn draw_dates(
        &self,
        svg: &mut Svg,
        start: NaiveDate,
        end: NaiveDate,
        target: usize,
    ) {
        let x = self.x((0.0, day(start, end)));
        let floor = self.floor();
        svg.line("axis", (self.left, floor), (self.width - self.right, floor));
        for (date, label) in date_ticks(start, end, target) {
            let at = x.at(day(start, date));
            svg.line("axis", (at, floor), (at, floor + 4.0));
            // A label at the very edge would be cut.
            let near_end = at > self.width - 24.0;
            svg.text(if near_end { "tick end" } else { "tick middle" }, (at, floor + 17.0), &label);
        }
    }
}

/// Largest and smallest finite value, with zero among them: axes of amounts start at zero.
pub(crate) fn span_with_zero(values: impl IntoIterator<Item = f64>) -> (f64, f64) {
    values
        .into_iter()
        .filter(|v| v.is_finite())
        .fold((0.0, 0.0), |(low, high): (f64, f64), v| (low.min(v), high.max(v)))
}

/// Moves label positions apart so that neighbours keep `gap`, inside `low..=high`, in order.
pub(crate) fn spread(wanted: &[f64], gap: f64, low: f64, high: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|a, b| wanted[*a].total_cmp(&wanted[*b]));
    let mut placed = vec![low; wanted.len()];
    let mut next = low;
    for &i in &order {
        placed[i] = wanted[i].max(next);
        next = placed[i] + gap;
    }
    let mut ceiling = high;
    for &i in order.iter().rev() {
        placed[i] = placed[i].min(ceiling);
        ceiling = placed[i] - gap;
    }
    placed
}

/// The value of a tabulated line at `x`, linear between its points, constant beyond; `NaN`
/// without points.
pub(crate) fn interpolate(xs: &[f64], ys: &[f64], x: f64) -> f64 {
    let points = xs.len().min(ys.len());
    let Some(last) = points.checked_sub(1) else { return f64::NAN };
    let after = xs[..points].partition_point(|v| *v < x);
    match after {
        0 => ys[0],
        i if i > last => ys[last],
        i => {
            let width = xs[i] - xs[i - 1];
            let share = if width > 0.0 { (x - xs[i - 1]) / width } else { 1.0 };
            ys[i - 1] + share * (ys[i] - ys[i - 1])
        }
    }
}

/// Neighbouring periods drawn as one point when there are more than the eye or the file needs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bins {
    periods: usize,
    /// Periods in a point.
    pub(crate) size: usize,
    /// Number of points.
    pub(crate) count: usize,
}

impl Bins {
    /// Bins that make at most `points` of `periods`.
    pub(crate) fn new(periods: usize, points: usize) -> Self {
        let size = periods.div_ceil(points.max(1)).max(1);
        Self { periods, size, count: periods.div_ceil(size) }
    }

    /// Means of the finite values of each bin; `NaN` where there are none.
    pub(crate) fn means(&self, values: &[f64]) -> Vec<f64> {
        (0..self.count)
            .map(|bin| {
                let from = bin * self.size;
                let to = (from + self.size).min(self.periods).min(values.len());
                let finite: Vec<f64> = values
                    .get(from..to)
                    .unwrap_or(&[])
                    .iter()
                    .copied()
                    .filter(|v| v.is_finite())
                    .collect();
                finite.iter().sum::<f64>() / finite.len() as f64
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tabulated_lines_are_linear_between_and_constant_beyond() {
        let (xs, ys) = ([0.0, 1.0, 3.0], [0.0, 2.0, 4.0]);
        assert_eq!([-1.0, 0.5, 2.0, 9.0].map(|x| interpolate(&xs, &ys, x)), [0.0, 1.0, 3.0, 4.0]);
        assert!(interpolate(&[], &[], 1.0).is_nan());
    }

    #[test]
    fn bins_average_and_skip_gaps() {
        let bins = Bins::new(5, 3);
        assert_eq!(bins.means(&[1.0, 3.0, f64::NAN, 4.0, 5.0]), [2.0, 4.0, 5.0]);
    }

    proptest! {
        #[test]
        fn labels_keep_their_distance(wanted in proptest::collection::vec(0.0_f64..100.0, 1..8)) {
            let mut placed = spread(&wanted, 10.0, 0.0, 100.0);
            placed.sort_by(f64::total_cmp);
            prop_assert!(placed.windows(2).all(|w| w[1] - w[0] >= 10.0 - 1e-9));
            prop_assert!(placed.iter().all(|p| (-1e-9..=100.0 + 1e-9).contains(p)));
        }
    }
}
