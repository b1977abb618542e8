//! A change: from what doing nothing brings to what the plan brings, one step per row. The axis is
//! the difference to doing nothing, so that it starts at zero and steps can be read that are small
//! beside what both bring.

use outlay_mmm::summary::Estimate;

use super::Frame;
use crate::format::Locale;
use crate::scale::{Linear, nice_domain};
use crate::svg::Svg;
use crate::terms::shorten;

/// One row of a waterfall.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    /// Name, made safe to show.
    pub(crate) name: String,
    /// Class that sets its colour.
    pub(crate) class: String,
    /// Where it starts, as a difference to doing nothing.
    pub(crate) from: f64,
    /// Where it ends.
    pub(crate) to: f64,
    /// The interval of the step itself, where it is known.
    pub(crate) interval: Option<Estimate>,
    /// The number at the right.
    pub(crate) shown: String,
    /// What hover and focus say.
    pub(crate) tip: String,
}

/// A waterfall.
#[derive(Debug, Clone)]
pub(crate) struct Waterfall<'a> {
    /// What assistive technology reads first.
    pub(crate) title: &'a str,
    /// Unit at the axis.
    pub(crate) unit: &'a str,
    /// Steps from top to bottom.
    pub(crate) steps: &'a [Step],
    /// Number format.
    pub(crate) locale: Locale,
}

/// Height of a bar.
const BAR: f64 = 15.0;

/// Characters of a name before it is cut.
const NAME: usize = 20;

impl Waterfall<'_> {
    /// The drawing beside another one on a desk.
    pub(crate) fn wide(&self) -> String {
        let longest =
            |length: fn(&Step) -> usize| self.steps.iter().map(length).max().unwrap_or(0) as f64;
        let row = 30.0;
        let frame = Frame {
            width: 540.0,
            height: 8.0 + row * self.steps.len() as f64 + 42.0,
            left: 20.0 + 7.0 * longest(|s| s.name.chars().count().min(NAME)),
            right: 14.0 + 6.9 * longest(|s| s.shown.chars().count()),
            top: 8.0,
            bottom: 42.0,
        };
        self.draw(&frame, row, false)
    }

    /// The drawing on a phone: name and number above each bar.
    pub(crate) fn narrow(&self) -> String {
        let row = 46.0;
        let frame = Frame {
            width: 350.0,
            height: 6.0 + row * self.steps.len() as f64 + 42.0,
            left: 8.0,
            right: 8.0,
            top: 6.0,
            bottom: 42.0,
        };
        self.draw(&frame, row, true)
    }

    fn domain(&self) -> (f64, f64) {
        let ends = self.steps.iter().flat_map(|s| {
            let whisker = s.interval.map_or([s.to; 2], |e| [s.from + e.q05, s.from + e.q95]);
            [s.from, s.to].into_iter().chain(whisker)
        });
        let (low, high) = super::span_with_zero(ends);
        nice_domain(low, high, 10)
    }

    fn draw(&self, frame: &Frame, row: f64, narrow: bool) -> String {
        let mut svg = Svg::new(frame.width, frame.height, "chart waterfall", self.title);
        let x = frame.x(self.domain());
        frame.draw_x(&mut svg, &x, self.unit, self.locale, 4);
        // At the edge of a phone the line would run through the names.
        if !narrow || x.domain.0 < 0.0 {
            svg.line("reference", (x.at(0.0), frame.top), (x.at(0.0), frame.floor()));
        }
        for (index, step) in self.steps.iter().enumerate() {
            let top = frame.top + row * index as f64;
            let middle = if narrow { top + 31.0 } else { top + row / 2.0 };
            svg.open_mark(&format!("row {}", step.class), &step.tip);
            svg.rect("hit", 0.0, top + 1.0, frame.width, row - 2.0);
            if narrow {
                svg.text("label start", (frame.left, top + 17.0), &shorten(&step.name, 26));
                svg.text("value end", (frame.width - frame.right, top + 17.0), &step.shown);
            } else {
                let name = shorten(&step.name, NAME);
                svg.text("label end", (frame.left - 12.0, middle + 4.0), &name);
                svg.text("value end", (frame.width - 2.0, middle + 4.0), &step.shown);
            }
            draw_bar(&mut svg, &x, step, middle);
            if index + 1 < self.steps.len() && step.to.is_finite() {
                let at = x.within(step.to);
                let below = middle + row - BAR / 2.0;
                svg.line("joint", (at, middle + BAR / 2.0), (at, below));
            }
            svg.close();
        }
        svg.finish()
    }
}

fn draw_bar(svg: &mut Svg, x: &Linear, step: &Step, middle: f64) {
    if !step.from.is_finite() || !step.to.is_finite() {
        return;
    }
    let (a, b) = (x.within(step.from), x.within(step.to));
    // A step of nothing is still a step: a hairline says where it stands.
    svg.rect("step", a.min(b), middle - BAR / 2.0, (a - b).abs().max(1.0), BAR);
    if let Some(e) = step.interval.filter(|e| e.q05.is_finite() && e.q95.is_finite()) {
        let ends = (x.within(step.from + e.q05), x.within(step.from + e.q95));
        svg.line("whisker-ground", (ends.0, middle), (ends.1, middle));
        svg.line("whisker", (ends.0, middle), (ends.1, middle));
        for end in [ends.0, ends.1] {
            svg.line("whisker", (end, middle - 3.5), (end, middle + 3.5));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(name: &str, from: f64, to: f64) -> Step {
        Step {
            name: name.into(),
            class: "k0".into(),
            from,
            to,
            interval: None,
            shown: Locale::POINT.compact(to - from),
            tip: name.into(),
        }
    }

    fn draw(steps: &[Step]) -> Waterfall<'_> {
        Waterfall { title: "The change", unit: "revenue, €", steps, locale: Locale::POINT }
    }

    #[test]
    fn steps_hang_on_each_other() {
        let e =
            Estimate { mean: 60.0, sd: 9.0, q05: 40.0, q25: 55.0, q50: 60.0, q75: 65.0, q95: 80.0 };
        let steps = [
            step("Search", 0.0, 80.0),
            step("TV & more", 80.0, 60.0),
            Step { interval: Some(e), ..step("The plan", 0.0, 60.0) },
        ];
        insta::assert_snapshot!(draw(&steps).wide().replace("><", ">\n<"));
    }

    #[test]
    fn a_phone_has_every_step_and_missing_ones_are_left_out() {
        let steps =
            [step("Search", 0.0, 80.0), step("TV", f64::NAN, f64::NAN), step("None", 0.0, 0.0)];
        let drawn = draw(&steps).narrow();
        assert_eq!(drawn.matches("class=\"step\"").count(), 2);
        assert!(!drawn.contains("NaN") && drawn.contains("—"));
        assert!(draw(&[]).wide().ends_with("</svg>"));
    }
}
