//! Estimates: a dot at the median, a thick bar for 50 %, a thin one for 90 %.

use outlay_mmm::summary::Estimate;

use super::Frame;
use crate::format::Locale;
use crate::scale::{Linear, nice_domain};
use crate::svg::Svg;
use crate::terms::shorten;

/// One row of the chart.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// Whose estimate it is, made safe to show.
    pub(crate) name: String,
    /// Class that sets its colour.
    pub(crate) class: String,
    /// Shape of its dot.
    pub(crate) shape: usize,
    /// The estimate.
    pub(crate) estimate: Estimate,
    /// What was believed before, drawn in grey above.
    pub(crate) before: Option<Estimate>,
    /// The number at the right.
    pub(crate) shown: String,
    /// What hover and focus say.
    pub(crate) tip: String,
}

/// A chart of estimates, one row each.
#[derive(Debug, Clone)]
pub(crate) struct Dots {
    /// What assistive technology reads first.
    pub(crate) title: String,
    /// Unit at the axis.
    pub(crate) unit: String,
    /// Rows from top to bottom.
    pub(crate) rows: Vec<Row>,
    /// A value worth comparing with, and its name.
    pub(crate) reference: Option<(f64, String)>,
    /// Whether the axis holds every interval to its ends; otherwise wide tails become arrows.
    pub(crate) whole: bool,
    /// Number format.
    pub(crate) locale: Locale,
}

impl Dots {
    /// The drawing beside another one on a desk: names at the left, numbers at the right.
    pub(crate) fn wide(&self) -> String {
        let height = if self.has_before() { 42.0 } else { 32.0 };
        let longest =
            |length: fn(&Row) -> usize| self.rows.iter().map(length).max().unwrap_or(0) as f64;
        let frame = Frame {
            width: 540.0,
            height: 26.0 + height * self.rows.len() as f64 + 40.0,
            left: 20.0 + 7.2 * longest(|r| r.name.chars().count().min(18)),
            right: 16.0 + 6.9 * longest(|r| r.shown.chars().count()),
            top: 26.0,
            bottom: 40.0,
        };
        self.draw(&frame, height, false)
    }

    /// The drawing on a phone: name and number above each bar.
    pub(crate) fn narrow(&self) -> String {
        let height = if self.has_before() { 58.0 } else { 48.0 };
        let frame = Frame {
            width: 350.0,
            height: 22.0 + height * self.rows.len() as f64 + 40.0,
            left: 8.0,
            right: 8.0,
            top: 22.0,
            bottom: 40.0,
        };
        self.draw(&frame, height, true)
    }

    fn has_before(&self) -> bool {
        self.rows.iter().any(|r| r.before.is_some())
    }

    fn domain(&self) -> (f64, f64) {
        let estimates: Vec<&Estimate> = self.rows.iter().map(|r| &r.estimate).collect();
        if self.whole {
            let ends = estimates.iter().flat_map(|e| [e.q05, e.q50, e.q95]);
            let reference = self.reference.as_ref().map(|(value, _)| *value);
            let (low, high) = super::span_with_zero(ends.chain(reference));
            return nice_domain(low, high, 10);
        }
        let before: Vec<&Estimate> = self.rows.iter().filter_map(|r| r.before.as_ref()).collect();
        domain(&estimates, &before, self.reference.as_ref().map(|(value, _)| *value))
    }

    fn draw(&self, frame: &Frame, height: f64, narrow: bool) -> String {
        let mut svg = Svg::new(frame.width, frame.height, "chart", &self.title);
        let x = frame.x(self.domain());
        frame.draw_x(&mut svg, &x, &self.unit, self.locale, if narrow { 5 } else { 4 });
        if x.domain.0 < 0.0 {
            svg.line("zero", (x.at(0.0), frame.top), (x.at(0.0), frame.floor()));
        }
        if let Some((value, name)) = &self.reference {
            draw_reference(&mut svg, frame, &x, *value, name);
        }
        for (index, row) in self.rows.iter().enumerate() {
            let top = frame.top + height * index as f64;
            draw_row(&mut svg, frame, &x, row, top, height, narrow);
        }
        svg.finish()
    }
}

/// Axis ends: wide tails are cut (and drawn as arrows) so that the other rows can be read. `extra`
/// are estimates that may be cut altogether.
pub(super) fn domain(
    estimates: &[&Estimate],
    extra: &[&Estimate],
    reference: Option<f64>,
) -> (f64, f64) {
    let finite = |v: f64| v.is_finite().then_some(v);
    let estimates = || estimates.iter();
    let all = || estimates().chain(extra);
    let thick = estimates().filter_map(|e| finite(e.q75)).fold(0.0, f64::max);
    let thin = all().filter_map(|e| finite(e.q95)).fold(0.0, f64::max);
    let thick_low = estimates().filter_map(|e| finite(e.q25)).fold(0.0, f64::min);
    let thin_low = all().filter_map(|e| finite(e.q05)).fold(0.0, f64::min);
    let mut high = if thick > 0.0 { thin.min(2.5 * thick) } else { thin };
    let mut low =
        if thick_low < 0.0 { thin_low.max(2.5 * thick_low) } else { thin_low.max(-0.5 * high) };
    if let Some(value) = reference {
        high = high.max(value * 1.1);
        low = low.min(value);
    }
    let (low, high) = if high > low { (low, high) } else { (0.0, 1.0) };
    let nice = nice_domain(low, high, 10);
    if low == 0.0 { (0.0, nice.1) } else { nice }
}

/// A value worth comparing with: a dashed line with its name above.
pub(super) fn draw_reference(svg: &mut Svg, frame: &Frame, x: &Linear, value: f64, name: &str) {
    let at = x.at(value);
    svg.line("reference", (at, frame.top - 6.0), (at, frame.floor()));
    let end = at > frame.width - frame.right - 70.0;
    let class = if end { "unit end" } else { "unit start" };
    svg.text(class, (at + if end { -4.0 } else { 4.0 }, frame.top - 9.0), name);
}

fn draw_row(
    svg: &mut Svg,
    frame: &Frame,
    x: &Linear,
    row: &Row,
    top: f64,
    height: f64,
    narrow: bool,
) {
    svg.open_mark(&format!("row {}", row.class), &row.tip);
    svg.rect("hit", 0.0, top + 1.0, frame.width, height - 2.0);
    let middle = if narrow { top + 30.0 } else { top + height / 2.0 };
    if narrow {
        svg.text("label start", (frame.left, top + 16.0), &shorten(&row.name, 26));
        svg.text("value end", (frame.width - frame.right, top + 16.0), &row.shown);
    } else {
        svg.text("label end", (frame.left - 12.0, middle + 4.0), &shorten(&row.name, 18));
        svg.text("value end", (frame.width - 2.0, middle + 4.0), &row.shown);
    }
    let middle = match &row.before {
        Some(before) => {
            draw_interval(svg, x, before, "before", middle - if narrow { 0.0 } else { 7.0 });
            middle + if narrow { 14.0 } else { 6.0 }
        }
        None => middle + if narrow { 4.0 } else { 0.0 },
    };
    draw_interval(svg, x, &row.estimate, "after", middle);
    if row.estimate.q50.is_finite() && inside(x, row.estimate.q50) {
        draw_dot(svg, row.shape, x.at(row.estimate.q50), middle);
    }
    svg.close();
}

pub(super) fn inside(x: &Linear, value: f64) -> bool {
    value >= x.domain.0 && value <= x.domain.1
}

pub(super) fn draw_interval(svg: &mut Svg, x: &Linear, e: &Estimate, class: &str, y: f64) {
    if !e.q05.is_finite() || !e.q95.is_finite() {
        return;
    }
    svg.line(&format!("thin {class}"), (x.within(e.q05), y), (x.within(e.q95), y));
    if e.q25.is_finite() && e.q75.is_finite() && e.q75 >= x.domain.0 && e.q25 <= x.domain.1 {
        svg.line(&format!("thick {class}"), (x.within(e.q25), y), (x.within(e.q75), y));
    }
    // An arrow says that the interval goes on beyond the axis.
    if e.q95 > x.domain.1 {
        let end = x.range.1;
        svg.path(
            &format!("arrow {class}"),
            &format!("M{} {}l6 4l-6 4z", short(end - 1.0), short(y - 4.0)),
        );
    }
    if e.q05 < x.domain.0 {
        let end = x.range.0;
        svg.path(
            &format!("arrow {class}"),
            &format!("M{} {}l-6 4l6 4z", short(end + 1.0), short(y - 4.0)),
        );
    }
}

/// A dot; from the eleventh channel on its shape tells it from the one of the same colour.
pub(crate) fn draw_dot(svg: &mut Svg, shape: usize, x: f64, y: f64) {
    let at = |dx: f64, dy: f64| format!("{} {}", short(x + dx), short(y + dy));
    match shape {
        0 => svg.circle("dot", (x, y), 5.0),
        1 => svg.path(
            "dot",
            &format!("M{}L{}L{}L{}Z", at(0.0, -6.0), at(6.0, 0.0), at(0.0, 6.0), at(-6.0, 0.0)),
        ),
        2 => svg.rect("dot", x - 4.6, y - 4.6, 9.2, 9.2),
        _ => svg.path("dot", &format!("M{}L{}L{}Z", at(0.0, -6.0), at(5.6, 4.4), at(-5.6, 4.4))),
    }
}

fn short(value: f64) -> String {
    crate::svg::coordinate(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::palette::Look;

    fn estimate(centre: f64, spread: f64) -> Estimate {
        Estimate {
            mean: centre,
            sd: spread,
            q05: centre - 1.6 * spread,
            q25: centre - 0.7 * spread,
            q50: centre,
            q75: centre + 0.7 * spread,
            q95: centre + 1.6 * spread,
        }
    }

    fn chart(estimates: &[Estimate]) -> Dots {
        let rows = estimates
            .iter()
            .enumerate()
            .map(|(i, e)| Row {
                name: format!("channel <{i}>"),
                class: Look::of(i * 10).class(),
                shape: Look::of(i * 10).pattern(),
                estimate: *e,
                before: None,
                shown: Locale::POINT.interval(e, 1),
                tip: format!("channel <{i}>"),
            })
            .collect();
        Dots {
            title: "Return per euro".into(),
            unit: "€ per €".into(),
            rows,
            reference: Some((1.0, "pays back".into())),
            whole: false,
            locale: Locale::POINT,
        }
    }

    #[test]
    fn a_row_is_a_dot_with_two_bars() {
        insta::assert_snapshot!(chart(&[estimate(1.9, 0.3)]).wide().replace("><", ">\n<"));
    }

    #[test]
    fn a_wide_tail_becomes_an_arrow() {
        let drawn =
            chart(&[estimate(1.0, 0.2), Estimate { q95: 90.0, ..estimate(1.5, 0.3) }]).wide();
        assert_eq!(drawn.matches("arrow").count(), 1);
        assert!(!drawn.contains(">100<") && drawn.contains("&lt;1&gt;"));
    }

    #[test]
    fn a_whole_axis_cuts_no_tail() {
        let mut whole = chart(&[Estimate { q05: -9.0, q25: -0.1, ..estimate(0.5, 0.3) }]);
        assert_eq!(whole.wide().matches("arrow").count(), 1);
        whole.whole = true;
        assert_eq!(whole.wide().matches("arrow").count(), 0);
    }

    #[test]
    fn missing_estimates_leave_the_row_without_marks() {
        let nothing = Estimate {
            mean: f64::NAN,
            sd: f64::NAN,
            q05: f64::NAN,
            q25: f64::NAN,
            q50: f64::NAN,
            q75: f64::NAN,
            q95: f64::NAN,
        };
        let drawn = chart(&[nothing]).narrow();
        assert!(drawn.contains("—") && !drawn.contains("dot") && !drawn.contains("NaN"));
    }
}
