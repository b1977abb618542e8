//! Response curves: outcome against spend with bands, solid where spend was observed and dashed
//! beyond, a dot where we are, and the slope there as a short tangent.

use outlay_mmm::summary::ResponseCurve;

use super::{Frame, interpolate, span_with_zero};
use crate::format::Locale;
use crate::palette::Look;
use crate::scale::{Linear, nice_domain};
use crate::svg::{Svg, coordinate, polyline};
use crate::table::raw;

/// One channel's curve.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Response<'a> {
    /// What assistive technology reads first.
    pub(crate) title: &'a str,
    /// The channel's colour.
    pub(crate) look: Look,
    /// The curve.
    pub(crate) curve: &'a ResponseCurve,
    /// Unit of spend at the axis.
    pub(crate) spend_unit: &'a str,
    /// Unit of outcome at the axis.
    pub(crate) outcome_unit: &'a str,
    /// What the tangent is called: `next euro: €0.60`.
    pub(crate) next: &'a str,
    /// Number format.
    pub(crate) locale: Locale,
}

impl Response<'_> {
    /// The drawing on a desk.
    pub(crate) fn wide(&self) -> String {
        self.draw(&Frame {
            width: 720.0,
            height: 360.0,
            left: 56.0,
            right: 24.0,
            top: 34.0,
            bottom: 42.0,
        })
    }

    /// The drawing on a phone and on paper.
    pub(crate) fn narrow(&self) -> String {
        self.draw(&Frame {
            width: 350.0,
            height: 250.0,
            left: 46.0,
            right: 14.0,
            top: 34.0,
            bottom: 42.0,
        })
    }

    fn draw(&self, frame: &Frame) -> String {
        let curve = self.curve;
        let outcome = &curve.outcome;
        let x_end = curve.spend.iter().copied().filter(|v| v.is_finite()).fold(0.0, f64::max);
        let (low, high) = span_with_zero(
            [&outcome.q05, &outcome.q95, &outcome.q50].into_iter().flatten().copied(),
        );
        let x = frame.x((0.0, x_end));
        let y = frame.y(nice_domain(low, high, 4));
        let class = format!("chart curve {}", self.look.class());
        let scale =
            [x.range.0, x.range.1, x.domain.1, y.at(0.0), y.range.1, y.domain.1].map(raw).join(" ");
        let mut svg = Svg::with_scale(frame.width, frame.height, &class, self.title, &scale);
        frame.draw_y(&mut svg, &y, self.outcome_unit, self.locale, 4);
        frame.draw_x(
            &mut svg,
            &x,
            self.spend_unit,
            self.locale,
            if frame.width > 500.0 { 6 } else { 4 },
        );

        let at: Vec<f64> = curve.spend.iter().map(|s| x.at_or_nan(*s)).collect();
        svg.path("band wide-band", &super::series::band(&at, &outcome.q05, &outcome.q95, &y));
        svg.path("band half-band", &super::series::band(&at, &outcome.q25, &outcome.q75, &y));
        self.draw_median(&mut svg, frame, &x, &y);
        self.draw_today(&mut svg, frame, &x, &y);
        svg.finish()
    }

    fn draw_median(&self, svg: &mut Svg, frame: &Frame, x: &Linear, y: &Linear) {
        let curve = self.curve;
        let edge = interpolate(&curve.multiplier, &curve.spend, curve.observed_to);
        draw_median(svg, frame, (x, y), (&curve.spend, &curve.outcome.q50), edge, true);
    }

    /// The dot at today's spend and the tangent there.
    fn draw_today(&self, svg: &mut Svg, frame: &Frame, x: &Linear, y: &Linear) {
        let curve = self.curve;
        let spend = interpolate(&curve.multiplier, &curve.spend, 1.0);
        let outcome = interpolate(&curve.multiplier, &curve.outcome.q50, 1.0);
        let slope = interpolate(&curve.multiplier, &curve.marginal.q50, 1.0);
        if ![spend, outcome].iter().all(|v| v.is_finite()) {
            return;
        }
        draw_tangent(svg, frame, (x, y), (spend, outcome), slope, self.next);
        let (cx, cy) = (x.at(spend), y.at(outcome));
        svg.circle("dot", (cx, cy), 5.5);
        svg.text("unit start", (cx + 9.0, cy + 18.0), "today");
    }
}

/// The median of a curve: solid up to the largest spend that was seen, dashed beyond, which
/// `words` say where there is room.
pub(super) fn draw_median(
    svg: &mut Svg,
    frame: &Frame,
    (x, y): (&Linear, &Linear),
    (spend, outcome): (&[f64], &[f64]),
    edge: f64,
    words: bool,
) {
    let at_edge = interpolate(spend, outcome, edge);
    let points = || spend.iter().copied().zip(outcome.iter().copied());
    let place = |(s, o): (f64, f64)| (x.at_or_nan(s), y.at_or_nan(o));
    let seen = points().filter(|(s, _)| *s < edge).chain([(edge, at_edge)]).map(place);
    svg.path("median", &polyline(seen));
    let last = spend.last().copied().unwrap_or(0.0);
    if edge < last {
        let beyond = [(edge, at_edge)].into_iter().chain(points().filter(|(s, _)| *s > edge));
        svg.path("median beyond", &polyline(beyond.map(place)));
        let at = x.at(edge);
        if at < frame.width - frame.right - 130.0 {
            svg.line("edge", (at, frame.top), (at, frame.floor()));
            if words {
                svg.text("unit start", (at + 5.0, frame.floor() - 6.0), "beyond what was tried");
            }
        }
    }
}

/// A short line along the slope at a point of a curve, with its name above. It keeps its length on
/// the page whatever the slope; without a slope there is none.
pub(super) fn draw_tangent(
    svg: &mut Svg,
    frame: &Frame,
    (x, y): (&Linear, &Linear),
    (spend, outcome): (f64, f64),
    slope: f64,
    name: &str,
) {
    if !slope.is_finite() {
        return;
    }
    let (cx, cy) = (x.at(spend), y.at(outcome));
    let dx = 1.0;
    let dy = y.at(outcome + slope * (x.domain.1 - x.domain.0) / (x.range.1 - x.range.0)) - cy;
    let length = 46.0 / (dx * dx + dy * dy).sqrt();
    let (ux, uy) = (dx * length, dy * length);
    // No spend is below zero: the line does not leave the plot there.
    let back = ((cx - frame.left) / ux).clamp(0.0, 1.0);
    svg.path(
        "tangent",
        &format!(
            "M{} {}L{} {}",
            coordinate(cx - back * ux),
            coordinate(cy - back * uy),
            coordinate(cx + ux),
            coordinate(cy + uy)
        ),
    );
    // Above the curve there is room; at the right edge the words stand before the dot.
    let width = 7.6 * name.chars().count() as f64;
    let (class, at) = if cx > frame.width * 0.6 {
        ("next end", (cx - 14.0).max(frame.left + width))
    } else {
        let most = (frame.width - frame.right - width).max(frame.left + 6.0);
        ("next start", (cx - 6.0).max(frame.left + 6.0).min(most))
    };
    svg.text(class, (at, (cy - 26.0).max(frame.top + 4.0)), name);
}

#[cfg(test)]
mod tests {
    use super::*;
    use outlay_mmm::summary::BandSeries;

    fn scaled(by: f64) -> Vec<f64> {
        [0.0, 60.0, 100.0, 130.0, 150.0].map(|v| v * by).to_vec()
    }

    fn curve() -> ResponseCurve {
        let outcome = BandSeries {
            q05: scaled(0.7),
            q25: scaled(0.9),
            q50: scaled(1.0),
            q75: scaled(1.1),
            q95: scaled(1.3),
            mean: scaled(1.0),
        };
        let marginal = BandSeries { q50: vec![1.4, 1.0, 0.7, 0.5, 0.3], ..BandSeries::default() };
        ResponseCurve {
            multiplier: vec![0.0, 0.5, 1.0, 1.5, 2.0],
            spend: vec![0.0, 50.0, 100.0, 150.0, 200.0],
            outcome,
            marginal,
            observed_to: 1.25,
        }
    }

    fn draw(curve: &ResponseCurve) -> String {
        Response {
            title: "Search",
            look: Look::of(0),
            curve,
            spend_unit: "spend, €",
            outcome_unit: "revenue, €",
            next: "next euro: €0.70",
            locale: Locale::POINT,
        }
        .narrow()
    }

    #[test]
    fn the_curve_is_dashed_beyond_what_was_observed() {
        insta::assert_snapshot!(draw(&curve()).replace("><", ">\n<"));
    }

    #[test]
    fn a_curve_observed_throughout_has_no_dashes_and_an_empty_one_no_marks() {
        let all = ResponseCurve { observed_to: 3.0, ..curve() };
        assert!(!draw(&all).contains("beyond"));
        assert!(!draw(&ResponseCurve::default()).contains("dot"));
    }
}
