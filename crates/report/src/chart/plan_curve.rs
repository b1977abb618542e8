//! The response curve of a channel in a plan: solid where spend was seen, dashed beyond, a dot
//! where we are, a ring where the plan goes, and the slope there as a short tangent.

use outlay_mmm::summary::Estimate;
use outlay_planner::plan::Curve;

use super::response::{draw_median, draw_tangent};
use super::{Frame, span_with_zero};
use crate::format::Locale;
use crate::palette::Look;
use crate::scale::{Linear, nice_domain};
use crate::svg::Svg;

/// A point on a curve with what hover and focus say.
#[derive(Debug, Clone)]
pub(crate) struct Point {
    /// Spend.
    pub(crate) spend: f64,
    /// Outcome.
    pub(crate) outcome: f64,
    /// What hover and focus say.
    pub(crate) tip: String,
}

/// One channel's curve.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PlanCurve<'a> {
    /// What assistive technology reads first.
    pub(crate) title: &'a str,
    /// The channel's colour.
    pub(crate) look: Look,
    /// The curve.
    pub(crate) curve: &'a Curve,
    /// Spend up to which the data has seen it; what is not finite is no end.
    pub(crate) observed_to: f64,
    /// Where we are.
    pub(crate) now: &'a Point,
    /// Where the plan goes.
    pub(crate) plan: &'a Point,
    /// Return on the next unit there.
    pub(crate) slope: f64,
    /// What the tangent is called: `next euro: €0.60`.
    pub(crate) next: &'a str,
    /// Unit of spend at the axis.
    pub(crate) spend_unit: &'a str,
    /// Unit of outcome at the axis.
    pub(crate) outcome_unit: &'a str,
    /// Number format.
    pub(crate) locale: Locale,
}

/// Closer than this the two marks share a place, and words for both would overlap.
const APART: f64 = 36.0;

impl PlanCurve<'_> {
    /// The drawing, for a phone and for three beside each other on a desk.
    pub(crate) fn draw(&self) -> String {
        let frame =
            Frame { width: 350.0, height: 250.0, left: 46.0, right: 14.0, top: 34.0, bottom: 42.0 };
        let curve = self.curve;
        let spends = curve.spend.iter().copied().chain([self.now.spend, self.plan.spend]);
        let (_, x_end) = span_with_zero(spends);
        let all = curve.outcome.iter().flat_map(|e| [e.q05, e.q50, e.q95]);
        let (low, high) = span_with_zero(all.chain([self.now.outcome, self.plan.outcome]));
        let x = frame.x((0.0, x_end));
        let y = frame.y(nice_domain(low, high, 4));
        let class = format!("chart curve {}", self.look.class());
        let mut svg = Svg::new(frame.width, frame.height, &class, self.title);
        frame.draw_y(&mut svg, &y, self.outcome_unit, self.locale, 4);
        frame.draw_x(&mut svg, &x, self.spend_unit, self.locale, 4);

        let at: Vec<f64> = curve.spend.iter().map(|s| x.at_or_nan(*s)).collect();
        let line =
            |pick: fn(&Estimate) -> f64| -> Vec<f64> { curve.outcome.iter().map(pick).collect() };
        let band = |low, high| super::series::band(&at, &line(low), &line(high), &y);
        svg.path("band wide-band", &band(|e| e.q05, |e| e.q95));
        svg.path("band half-band", &band(|e| e.q25, |e| e.q75));
        let median = line(|e| e.q50);
        if let (Some(first), Some(last)) = (curve.spend.first(), curve.spend.last()) {
            // The line ends where the curve does, and without a finite end all of it was seen.
            let edge = if self.observed_to.is_finite() { self.observed_to } else { *last };
            let edge = edge.max(*first).min(*last);
            let words = ![self.now, self.plan].iter().any(|p| {
                let (dx, up) = (x.at(p.spend) - x.at(edge), frame.floor() - y.at(p.outcome));
                up < 46.0 && (-40.0..150.0).contains(&dx)
            });
            draw_median(&mut svg, &frame, (&x, &y), (&curve.spend, &median), edge, words);
        }
        self.draw_marks(&mut svg, &frame, &x, &y);
        svg.finish()
    }

    fn draw_marks(&self, svg: &mut Svg, frame: &Frame, x: &Linear, y: &Linear) {
        let (now, plan) = (self.now, self.plan);
        let place = |p: &Point| {
            (p.spend.is_finite() && p.outcome.is_finite()).then(|| (x.at(p.spend), y.at(p.outcome)))
        };
        let (dot, ring) = (place(now), place(plan));
        let apart = match (dot, ring) {
            (Some(a), Some(b)) => (a.0 - b.0).hypot(a.1 - b.1) >= APART,
            _ => true,
        };
        if ring.is_some() {
            draw_tangent(svg, frame, (x, y), (plan.spend, plan.outcome), self.slope, self.next);
        }
        let mut mark = |class: &str, radius: f64, at: (f64, f64), name: &str, tip: &str| {
            svg.open_mark("point", tip);
            // A ring has no inside of its own to hover over.
            svg.circle("hit", at, 13.0);
            svg.circle(class, at, radius);
            if apart {
                let edge = at.0 > frame.width - frame.right - 34.0;
                // Below the curve there is room, unless the axis is there.
                let low = at.1 > frame.floor() - 24.0;
                let (class, dx) = match (edge, low) {
                    (true, _) => ("unit end", -2.0),
                    (false, true) => ("unit start", 16.0),
                    (false, false) => ("unit start", 9.0),
                };
                let dy = if low { -4.0 } else { 19.0 };
                // The tangent of a plan at the floor takes its room.
                if !low || name == "now" {
                    svg.text(class, (at.0 + dx, at.1 + dy), name);
                }
            }
            svg.close();
        };
        if let Some(at) = dot {
            mark("dot", 5.0, at, "now", &now.tip);
        }
        if let Some(at) = ring {
            mark("ring", 8.0, at, "plan", &plan.tip);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn estimate(median: f64) -> Estimate {
        let at = |share: f64| median * share;
        Estimate {
            mean: median,
            sd: at(0.2),
            q05: at(0.7),
            q25: at(0.9),
            q50: median,
            q75: at(1.1),
            q95: at(1.3),
        }
    }

    fn curve() -> Curve {
        Curve {
            spend: vec![0.0, 50.0, 100.0, 150.0, 200.0],
            outcome: [0.0, 60.0, 100.0, 130.0, 150.0].map(estimate).to_vec(),
        }
    }

    fn draw(curve: &Curve, observed_to: f64, now: f64, plan: f64) -> String {
        let median: Vec<f64> = curve.outcome.iter().map(|e| e.q50).collect();
        let point = |spend, tip: &str| Point {
            spend,
            outcome: crate::chart::interpolate(&curve.spend, &median, spend),
            tip: tip.into(),
        };
        PlanCurve {
            title: "Search",
            look: Look::of(0),
            curve,
            observed_to,
            now: &point(now, "now"),
            plan: &point(plan, "plan"),
            slope: 0.6,
            next: "next euro: €0.60",
            spend_unit: "spend, €",
            outcome_unit: "revenue, €",
            locale: Locale::POINT,
        }
        .draw()
    }

    #[test]
    fn a_dot_stands_where_we_are_and_a_ring_where_the_plan_goes() {
        insta::assert_snapshot!(draw(&curve(), 120.0, 60.0, 150.0).replace("><", ">\n<"));
    }

    #[test]
    fn a_curve_seen_throughout_has_no_dashes() {
        for all in [500.0, f64::INFINITY, f64::NAN] {
            assert!(!draw(&curve(), all, 60.0, 150.0).contains("beyond"));
        }
    }

    #[test]
    fn marks_that_touch_share_no_words() {
        assert!(!draw(&curve(), 120.0, 100.0, 102.0).contains(">plan</text>"));
    }

    #[test]
    fn an_empty_curve_has_no_marks() {
        let drawn = draw(&Curve { spend: vec![], outcome: vec![] }, f64::NAN, 1.0, 2.0);
        assert!(!drawn.contains("ring") && !drawn.contains("NaN"));
    }
}
