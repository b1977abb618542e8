//! How long an effect lasts: the weight of each period after the exposure as a bar, with its
//! 90 % interval.

use outlay_mmm::summary::BandSeries;

use super::{Frame, span_with_zero};
use crate::format::Locale;
use crate::palette::Look;
use crate::svg::Svg;

/// Bars for as many periods as still matter.
pub(crate) fn draw(
    title: &str,
    look: Look,
    weights: &BandSeries,
    unit: &str,
    locale: Locale,
) -> String {
    let frame =
        Frame { width: 200.0, height: 140.0, left: 34.0, right: 8.0, top: 26.0, bottom: 38.0 };
    let mut svg =
        Svg::new(frame.width, frame.height, &format!("chart small {}", look.class()), title);
    let count = shown(weights);
    let (_, high) = span_with_zero(weights.q95.iter().chain(&weights.q50).copied());
    let y = frame.y((0.0, if high > 0.0 { high * 1.05 } else { 1.0 }));
    svg.text("unit start", (0.0, frame.top - 12.0), "share of the effect");
    for tick in crate::scale::ticks(0.0, y.domain.1, 3) {
        svg.line(
            if tick == 0.0 { "zero" } else { "grid" },
            (frame.left, y.at(tick)),
            (frame.width - frame.right, y.at(tick)),
        );
        let text = format!("{}%", locale.compact(tick * 100.0));
        svg.text("tick end", (frame.left - 4.0, y.at(tick) + 4.0), &text);
    }
    let step = (frame.width - frame.left - frame.right) / count.max(1) as f64;
    let width = (step * 0.62).min(22.0);
    let every = count.div_ceil(8).max(1);
    for lag in 0..count {
        let middle = frame.left + step * (lag as f64 + 0.5);
        let value = |band: &[f64]| band.get(lag).copied().unwrap_or(f64::NAN);
        if let median @ 0.0.. = value(&weights.q50) {
            svg.rect(
                "bar",
                middle - width / 2.0,
                y.within(median),
                width,
                frame.floor() - y.within(median),
            );
        }
        let (low, high) = (value(&weights.q05), value(&weights.q95));
        if low.is_finite() && high.is_finite() {
            svg.line("whisker", (middle, y.within(low)), (middle, y.within(high)));
        }
        if lag % every == 0 {
            svg.text("tick middle", (middle, frame.floor() + 17.0), &lag.to_string());
        }
    }
    svg.text("unit end", (frame.width - frame.right, frame.floor() + 33.0), unit);
    svg.finish()
}

/// How many periods are worth drawing: up to the last whose upper bound reaches half a per cent.
fn shown(weights: &BandSeries) -> usize {
    let last = weights.q95.iter().rposition(|w| *w >= 0.005).map_or(0, |i| i + 1);
    last.max(3).min(weights.q50.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn negligible_periods_are_left_out() {
        let q50 = vec![0.6, 0.3, 0.08, 0.02, 0.0, 0.0, 0.0];
        let q95 = vec![0.7, 0.4, 0.1, 0.03, 0.004, 0.001, 0.0];
        let weights = BandSeries { q05: vec![0.0; 7], q50, q95, ..BandSeries::default() };
        assert_eq!(shown(&weights), 4);
        let drawn = draw("Search", Look::of(0), &weights, "weeks after", Locale::POINT);
        assert_eq!(drawn.matches("class=\"bar\"").count(), 4);
        assert_eq!(shown(&BandSeries::default()), 0);
    }
}
