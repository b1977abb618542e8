//! Estimates in groups: one for the whole, and below it, smaller, the parts or alternatives that
//! it stands for.

use outlay_mmm::summary::Estimate;

use super::Frame;
use super::dots::{domain, draw_dot, draw_interval, draw_reference, inside};
use crate::format::Locale;
use crate::scale::Linear;
use crate::svg::Svg;
use crate::terms::shorten;

/// An estimate with its name.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    /// Whose estimate it is, made safe to show.
    pub(crate) name: String,
    /// Class that sets its colour.
    pub(crate) class: String,
    /// Shape of its dot.
    pub(crate) shape: usize,
    /// The estimate.
    pub(crate) estimate: Estimate,
    /// The number at the right.
    pub(crate) shown: String,
    /// What hover and focus say.
    pub(crate) tip: String,
}

/// The whole and what belongs to it.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    /// The whole.
    pub(crate) head: Line,
    /// Its parts.
    pub(crate) parts: Vec<Line>,
}

/// A chart of groups.
#[derive(Debug, Clone)]
pub(crate) struct Groups {
    /// What assistive technology reads first.
    pub(crate) title: String,
    /// Unit at the axis.
    pub(crate) unit: String,
    /// Groups from top to bottom.
    pub(crate) groups: Vec<Group>,
    /// A value worth comparing with, and its name.
    pub(crate) reference: Option<(f64, String)>,
    /// Number format.
    pub(crate) locale: Locale,
}

const HEAD: f64 = 25.0;
const PART: f64 = 18.0;
const GAP: f64 = 9.0;

/// Characters of a name before it is cut.
const NAME: usize = 22;

impl Groups {
    /// The drawing for a desk: names at the left, numbers at the right.
    pub(crate) fn wide(&self) -> String {
        let right = 16.0 + 6.9 * self.longest(|l| l.shown.chars().count());
        self.draw(&self.frame(540.0, right), true)
    }

    /// The drawing for a phone: the numbers are left to the table.
    pub(crate) fn narrow(&self) -> String {
        self.draw(&self.frame(350.0, 12.0), false)
    }

    fn lines(&self) -> impl Iterator<Item = &Line> {
        self.groups.iter().flat_map(|g| std::iter::once(&g.head).chain(&g.parts))
    }

    fn longest(&self, length: fn(&Line) -> usize) -> f64 {
        self.lines().map(length).max().unwrap_or(0) as f64
    }

    fn frame(&self, width: f64, right: f64) -> Frame {
        let tall = |g: &Group| HEAD + PART * g.parts.len() as f64 + GAP;
        Frame {
            width,
            height: 26.0 + self.groups.iter().map(tall).sum::<f64>() + 40.0,
            left: 20.0 + 6.4 * self.longest(|l| l.name.chars().count().min(NAME)),
            right,
            top: 26.0,
            bottom: 40.0,
        }
    }

    fn draw(&self, frame: &Frame, numbers: bool) -> String {
        let mut svg = Svg::new(frame.width, frame.height, "chart", &self.title);
        let estimates: Vec<&Estimate> = self.lines().map(|l| &l.estimate).collect();
        let reference = self.reference.as_ref().map(|(value, _)| *value);
        let x = frame.x(domain(&estimates, &[], reference));
        frame.draw_x(&mut svg, &x, &self.unit, self.locale, 4);
        if x.domain.0 < 0.0 {
            svg.line("zero", (x.at(0.0), frame.top), (x.at(0.0), frame.floor()));
        }
        if let Some((value, name)) = &self.reference {
            draw_reference(&mut svg, frame, &x, *value, name);
        }
        let mut top = frame.top;
        for group in &self.groups {
            draw_line(&mut svg, frame, &x, &group.head, (top, HEAD), numbers, false);
            top += HEAD;
            for part in &group.parts {
                draw_line(&mut svg, frame, &x, part, (top, PART), numbers, true);
                top += PART;
            }
            top += GAP;
        }
        svg.finish()
    }
}

/// A line from `top` on, of a height.
fn draw_line(
    svg: &mut Svg,
    frame: &Frame,
    x: &Linear,
    line: &Line,
    (top, height): (f64, f64),
    numbers: bool,
    part: bool,
) {
    let middle = top + height / 2.0;
    svg.open_mark(&format!("row {}", line.class), &line.tip);
    svg.rect("hit", 0.0, top, frame.width, height);
    let (label, value) =
        if part { ("part-label end", "part-value end") } else { ("label end", "value end") };
    svg.text(label, (frame.left - 12.0, middle + 4.0), &shorten(&line.name, NAME));
    if numbers {
        svg.text(value, (frame.width - 2.0, middle + 4.0), &line.shown);
    }
    draw_interval(svg, x, &line.estimate, if part { "part" } else { "after" }, middle);
    if line.estimate.q50.is_finite() && inside(x, line.estimate.q50) {
        draw_dot(svg, line.shape, x.at(line.estimate.q50), middle);
    }
    svg.close();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(name: &str, centre: f64) -> Line {
        let estimate = Estimate {
            mean: centre,
            sd: 0.2,
            q05: centre - 0.4,
            q25: centre - 0.1,
            q50: centre,
            q75: centre + 0.1,
            q95: centre + 0.4,
        };
        Line {
            name: name.into(),
            class: "k0".into(),
            shape: 0,
            estimate,
            shown: Locale::POINT.interval(&estimate, 1),
            tip: name.into(),
        }
    }

    fn chart() -> Groups {
        Groups {
            title: "Return per euro".into(),
            unit: "€ per €".into(),
            groups: vec![Group {
                head: line("search", 1.5),
                parts: vec![line("additive", 1.7), line("multiplicative", 1.2)],
            }],
            reference: None,
            locale: Locale::POINT,
        }
    }

    #[test]
    fn parts_stand_smaller_below_the_whole() {
        let drawn = chart().wide();
        assert_eq!(drawn.matches("thin after").count(), 1);
        assert_eq!(drawn.matches("thin part").count(), 2);
        assert!(drawn.find("search").unwrap() < drawn.find("additive").unwrap());
        assert!(drawn.contains("1.7 (1.3–2.1)"));
    }

    #[test]
    fn a_phone_leaves_the_numbers_to_the_table() {
        assert!(!chart().narrow().contains("1.7 (1.3–2.1)"));
    }
}
