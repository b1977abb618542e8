//! A distribution that matters as twenty dots that can be counted (Kay, Kola, Hullman and Munson
//! 2016, quantile dotplots).

use std::collections::BTreeMap;

use outlay_mmm::summary::Estimate;

use super::Frame;
use crate::format::Locale;
use crate::scale::nice_domain;
use crate::svg::Svg;

/// How many dots stand for the whole distribution.
pub(crate) const DOTS: usize = 20;

/// Columns that the dots are stacked in.
const COLUMNS: f64 = 10.0;

/// The middle of each twentieth of a distribution, read from its five quantiles; lines between
/// the quantiles go on beyond the outer two. Empty where a quantile is not finite.
pub(crate) fn quantile_dots(e: &Estimate) -> Vec<f64> {
    let known = [(0.05, e.q05), (0.25, e.q25), (0.5, e.q50), (0.75, e.q75), (0.95, e.q95)];
    if known.iter().any(|(_, v)| !v.is_finite()) {
        return Vec::new();
    }
    (0..DOTS)
        .map(|i| {
            let p = (i as f64 + 0.5) / DOTS as f64;
            let after = known.iter().position(|(q, _)| *q >= p).unwrap_or(4).max(1);
            let ((p0, v0), (p1, v1)) = (known[after - 1], known[after]);
            v0 + (v1 - v0) * (p - p0) / (p1 - p0)
        })
        .collect()
}

/// The dots over an axis, those below `reference` hollow.
pub(crate) fn draw(
    title: &str,
    dots: &[f64],
    reference: f64,
    name: &str,
    unit: &str,
    locale: Locale,
) -> String {
    let frame =
        Frame { width: 350.0, height: 170.0, left: 8.0, right: 8.0, top: 30.0, bottom: 40.0 };
    let mut svg = Svg::new(frame.width, frame.height, "chart quantiles", title);
    let low = dots.iter().copied().fold(reference, f64::min);
    let high = dots.iter().copied().fold(reference, f64::max);
    let margin = 0.08 * (high - low).max(0.1 * high.abs().max(1e-9));
    let domain = nice_domain(
        (low - margin).max(if low >= 0.0 { 0.0 } else { low - margin }),
        high + margin,
        10,
    );
    let x = frame.x(domain);
    frame.draw_x(&mut svg, &x, unit, locale, 5);
    let at = x.at(reference);
    svg.line("reference", (at, frame.top - 6.0), (at, frame.floor()));
    let end = at > frame.width * 0.7;
    let class = if end { "unit end" } else { "unit start" };
    svg.text(class, (at + if end { -4.0 } else { 4.0 }, frame.top - 9.0), name);

    // Columns of equal width that meet at the reference, so that no column holds both kinds.
    let width = ((high - low) / COLUMNS).max(f64::MIN_POSITIVE);
    let radius = (0.5 * (x.at(width) - x.at(0.0)) - 0.5).clamp(2.0, 6.5);
    let mut columns: BTreeMap<i64, usize> = BTreeMap::new();
    for dot in dots {
        let column = ((dot - reference) / width).floor();
        let stacked = columns.entry(column as i64).or_default();
        let centre = x.at(reference + (column + 0.5) * width);
        let y = frame.floor() - radius - 3.0 - *stacked as f64 * (2.0 * radius + 1.0);
        let class = if *dot >= reference { "quantile above" } else { "quantile below" };
        svg.circle(class, (centre, y.max(radius)), radius);
        *stacked += 1;
    }
    svg.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_dots_follow_the_quantiles() {
        let e = Estimate { mean: 2.0, sd: 1.0, q05: 0.5, q25: 1.5, q50: 2.0, q75: 2.5, q95: 3.5 };
        let dots = quantile_dots(&e);
        assert_eq!(dots.len(), DOTS);
        assert!(dots.windows(2).all(|w| w[0] < w[1]));
        assert_eq!(dots.iter().filter(|d| **d < e.q50).count(), 10);
        assert!(quantile_dots(&Estimate { q95: f64::NAN, ..e }).is_empty());
        let drawn = draw("Return", &dots, 1.0, "pays back", "€ per €", Locale::POINT);
        assert_eq!(
            drawn.matches("quantile below").count(),
            dots.iter().filter(|d| **d < 1.0).count()
        );
    }
}
