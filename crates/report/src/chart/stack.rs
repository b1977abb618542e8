//! Where the outcome came from: stacked areas, baseline in grey at the bottom, the actual as a
//! thin dark line.

use chrono::NaiveDate;

use super::{Bins, Frame, spread};
use crate::format::Locale;
use crate::palette::Look;
use crate::scale::{day, nice_domain};
use crate::svg::{Svg, area, polyline};
use crate::terms::shorten;

/// What a layer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layer {
    /// What would have come without media.
    Baseline,
    /// A channel with its look.
    Channel(Look),
    /// The channels that have no layer of their own.
    Others,
}

impl Layer {
    /// The class that sets the colour.
    pub(crate) fn class(self) -> String {
        match self {
            Self::Baseline => "baseline".to_owned(),
            Self::Channel(look) => look.class(),
            Self::Others => "others".to_owned(),
        }
    }

    fn pattern(self) -> usize {
        match self {
            Self::Channel(look) => look.pattern(),
            _ => 0,
        }
    }
}

/// One layer of the stack.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    /// What it is, made safe to show.
    pub(crate) name: String,
    /// Its kind.
    pub(crate) layer: Layer,
    /// Its mean per period.
    pub(crate) values: Vec<f64>,
    /// What hover and focus say.
    pub(crate) tip: String,
}

/// The stack.
#[derive(Debug, Clone)]
pub(crate) struct Stack {
    /// Prefix of ids inside the drawing.
    pub(crate) id: String,
    /// What assistive technology reads first.
    pub(crate) title: String,
    /// Unit at the axis.
    pub(crate) unit: String,
    /// First days of the periods.
    pub(crate) dates: Vec<NaiveDate>,
    /// Observed outcome.
    pub(crate) actual: Vec<f64>,
    /// Layers from the bottom up.
    pub(crate) parts: Vec<Part>,
    /// Number format.
    pub(crate) locale: Locale,
}

impl Stack {
    /// The drawing across a desk, names at the right.
    pub(crate) fn wide(&self) -> String {
        let frame = Frame {
            width: 1120.0,
            height: 340.0,
            left: 52.0,
            right: 182.0,
            top: 34.0,
            bottom: 26.0,
        };
        self.draw(&frame, "w", 190, 8, true)
    }

    /// The drawing on a phone; names stand in the legend below.
    pub(crate) fn narrow(&self) -> String {
        let frame =
            Frame { width: 350.0, height: 260.0, left: 44.0, right: 6.0, top: 34.0, bottom: 26.0 };
        self.draw(&frame, "n", 90, 4, false)
    }

    fn draw(
        &self,
        frame: &Frame,
        variant: &str,
        points: usize,
        dates: usize,
        named: bool,
    ) -> String {
        let mut svg = Svg::new(frame.width, frame.height, "chart series stack", &self.title);
        let (Some(start), Some(end)) = (self.dates.first(), self.dates.last()) else {
            return svg.finish();
        };
        let bins = Bins::new(self.dates.len(), points);
        let tops = self.cumulative(&bins);
        let actual = bins.means(&self.actual);
        let (low, high) = super::span_with_zero(tops.iter().flatten().chain(&actual).copied());
        let y = frame.y(nice_domain(low, high, 5));
        let x = frame.x((0.0, day(*start, *end)));
        let days: Vec<f64> = self.dates.iter().map(|d| day(*start, *d)).collect();
        let mut at: Vec<f64> = bins.means(&days).into_iter().map(|d| x.at(d)).collect();
        // Bins have their middle inside; the drawing still reaches from end to end.
        if let Some(first) = at.first_mut() {
            *first = x.range.0;
        }
        if let Some(last) = at.last_mut() {
            *last = x.range.1;
        }

        frame.draw_y(&mut svg, &y, &self.unit, self.locale, 5);
        self.draw_patterns(&mut svg, variant);
        for (index, part) in self.parts.iter().enumerate() {
            let points: Vec<(f64, f64, f64)> = (0..at.len())
                .map(|i| (at[i], y.at(tops[index][i]), y.at(tops[index + 1][i])))
                .collect();
            let shape = area(&points);
            svg.open_mark(&format!("layer {}", part.layer.class()), &part.tip);
            svg.path("area", &shape);
            if part.layer.pattern() > 0 {
                let fill = format!("url(#{}-{variant}-p{})", self.id, part.layer.pattern());
                svg.element("path").attribute("d", &shape).attribute("fill", &fill).end();
            }
            svg.close();
        }
        svg.path("actual", &polyline(at.iter().zip(&actual).map(|(x, v)| (*x, y.at_or_nan(*v)))));
        frame.draw_dates(&mut svg, *start, *end, dates);
        if named {
            self.draw_names(&mut svg, frame, &tops, &actual, &y);
        }
        svg.finish()
    }

    /// Lower edges: `[0]` is zero, `[k + 1]` lies on top of layer `k`.
    fn cumulative(&self, bins: &Bins) -> Vec<Vec<f64>> {
        let mut tops = vec![vec![0.0; bins.count]];
        for part in &self.parts {
            let values = bins.means(&part.values);
            let below = tops.last().cloned().unwrap_or_default();
            let top = below
                .iter()
                .enumerate()
                .map(|(i, b)| b + values.get(i).copied().filter(|v| v.is_finite()).unwrap_or(0.0))
                .collect();
            tops.push(top);
        }
        tops
    }

    fn draw_names(
        &self,
        svg: &mut Svg,
        frame: &Frame,
        tops: &[Vec<f64>],
        actual: &[f64],
        y: &crate::scale::Linear,
    ) {
        let last = |line: &[f64]| line.last().copied().unwrap_or(0.0);
        let mut wanted: Vec<f64> = (0..self.parts.len())
            .map(|k| y.at((last(&tops[k]) + last(&tops[k + 1])) / 2.0))
            .collect();
        wanted.push(y.at(last(actual)));
        let placed = spread(&wanted, 16.0, frame.top - 14.0, frame.floor() - 4.0);
        let edge = frame.width - frame.right;
        let count = self.parts.len();
        for k in 0..=count {
            let (class, name) = match self.parts.get(k) {
                Some(part) => (part.layer.class(), shorten(&part.name, 21)),
                None => ("actual-name".to_owned(), "actual".to_owned()),
            };
            svg.line(&format!("leader {class}"), (edge + 2.0, wanted[k]), (edge + 26.0, placed[k]));
            svg.text("label start", (edge + 31.0, placed[k] + 4.0), &name);
        }
    }

    fn draw_patterns(&self, svg: &mut Svg, variant: &str) {
        let used: std::collections::BTreeSet<usize> =
            self.parts.iter().map(|p| p.layer.pattern()).filter(|p| *p > 0).collect();
        if used.is_empty() {
            return;
        }
        svg.element("defs").open();
        for pattern in used {
            svg.element("pattern")
                .attribute("id", &format!("{}-{variant}-p{pattern}", self.id))
                .attribute("patternUnits", "userSpaceOnUse")
                .attribute("patternTransform", "rotate(45)")
                .number("width", 6.0)
                .number("height", 6.0)
                .open();
            match pattern {
                1 => svg.rect("pattern", 0.0, 0.0, 2.0, 6.0),
                2 => svg.circle("pattern", (3.0, 3.0), 1.6),
                _ => {
                    svg.rect("pattern", 0.0, 0.0, 1.6, 6.0);
                    svg.rect("pattern", 0.0, 0.0, 6.0, 1.6);
                }
            }
            svg.close();
        }
        svg.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stack(periods: usize) -> Stack {
        let start = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap();
        let part = |name: &str, layer, value| Part {
            name: name.into(),
            layer,
            values: vec![value; periods],
            tip: name.into(),
        };
        Stack {
            id: "s".into(),
            title: "Where revenue came from".into(),
            unit: "revenue, €".into(),
            dates: (0..periods).map(|d| start + chrono::TimeDelta::days(d as i64)).collect(),
            actual: vec![10.0; periods],
            parts: vec![
                part("baseline", Layer::Baseline, 6.0),
                part("TV & radio", Layer::Channel(Look::of(11)), 3.0),
            ],
            locale: Locale::POINT,
        }
    }

    #[test]
    fn layers_lie_on_each_other() {
        insta::assert_snapshot!(stack(3).wide().replace("><", ">\n<"));
    }

    #[test]
    fn many_periods_are_drawn_as_few_points() {
        let drawn = stack(2000).wide();
        assert!(drawn.len() < 30_000, "{}", drawn.len());
        assert!(stack(0).wide().ends_with("</svg>"));
    }
}
