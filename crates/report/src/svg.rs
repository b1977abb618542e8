//! A small SVG writer: elements with classes, escaped text, short coordinates. Colours come from
//! the page's style sheet, so that one drawing serves light, dark and paper.

use std::fmt::Write;

/// A drawing under construction.
#[derive(Debug)]
pub(crate) struct Svg {
    body: String,
    open: Vec<&'static str>,
}

/// One element before it is closed.
#[derive(Debug)]
pub(crate) struct Element<'a> {
    svg: &'a mut Svg,
    name: &'static str,
}

impl Svg {
    /// A drawing of `width` by `height` units that scales with its place on the page. `title` is
    /// what assistive technology reads; `class` is for style and script.
    pub(crate) fn new(width: f64, height: f64, class: &str, title: &str) -> Self {
        Self::with_scale(width, height, class, title, "")
    }

    /// The same, with the numbers from which the script finds positions again.
    pub(crate) fn with_scale(
        width: f64,
        height: f64,
        class: &str,
        title: &str,
        scale: &str,
    ) -> Self {
        let mut svg = Self { body: String::new(), open: Vec::new() };
        let root = svg.element("svg");
        let root = if scale.is_empty() { root } else { root.attribute("data-scale", scale) };
        root.attribute("class", class)
            .attribute("xmlns", "http://www.w3.org/2000/svg")
            .attribute("viewBox", &format!("0 0 {} {}", coordinate(width), coordinate(height)))
            .attribute("role", "group")
            .attribute("aria-label", title)
            .open();
        svg
    }

    /// Starts an element.
    pub(crate) fn element(&mut self, name: &'static str) -> Element<'_> {
        self.body.push('<');
        self.body.push_str(name);
        Element { svg: self, name }
    }

    /// Closes the element that was opened last.
    pub(crate) fn close(&mut self) {
        if let Some(name) = self.open.pop() {
            let _ = write!(self.body, "</{name}>");
        }
    }

    /// A straight line.
    pub(crate) fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        self.element("line")
            .attribute("class", class)
            .number("x1", from.0)
            .number("y1", from.1)
            .number("x2", to.0)
            .number("y2", to.1)
            .end();
    }

    /// A rectangle.
    pub(crate) fn rect(&mut self, class: &str, x: f64, y: f64, width: f64, height: f64) {
        self.element("rect")
            .attribute("class", class)
            .number("x", x)
            .number("y", y)
            .number("width", width.max(0.0))
            .number("height", height.max(0.0))
            .end();
    }

    /// A circle.
    pub(crate) fn circle(&mut self, class: &str, centre: (f64, f64), radius: f64) {
        self.element("circle")
            .attribute("class", class)
            .number("cx", centre.0)
            .number("cy", centre.1)
            .number("r", radius)
            .end();
    }

    /// A path.
    pub(crate) fn path(&mut self, class: &str, path: &str) {
        if !path.is_empty() {
            self.element("path").attribute("class", class).attribute("d", path).end();
        }
    }

    /// Text at a point; the class says where it is anchored (`start`, `middle`, `end`).
    pub(crate) fn text(&mut self, class: &str, at: (f64, f64), text: &str) {
        self.element("text")
            .attribute("class", class)
            .number("x", at.0)
            .number("y", at.1)
            .content(text);
    }

    /// A group with a tooltip that the keyboard reaches.
    pub(crate) fn open_mark(&mut self, class: &str, tip: &str) {
        self.element("g")
            .attribute("class", &format!("mark {class}"))
            .attribute("tabindex", "0")
            .attribute("role", "img")
            .attribute("aria-label", tip)
            .open();
        self.element("title").content(tip);
    }

    /// The finished drawing.
    pub(crate) fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        self.body
    }
}

impl Element<'_> {
    /// Adds an attribute; the value is escaped.
    pub(crate) fn attribute(self, name: &str, value: &str) -> Self {
        let _ = write!(self.svg.body, " {name}=\"");
        escape_into(&mut self.svg.body, value);
        self.svg.body.push('"');
        self
    }

    /// Adds a coordinate.
    pub(crate) fn number(self, name: &str, value: f64) -> Self {
        let _ = write!(self.svg.body, " {name}=\"{}\"", coordinate(value));
        self
    }

    /// Ends an element without content.
    pub(crate) fn end(self) {
        self.svg.body.push_str("/>");
    }

    /// Leaves the element open for what follows.
    pub(crate) fn open(self) {
        self.svg.body.push('>');
        self.svg.open.push(self.name);
    }

    /// Ends the element with text.
    pub(crate) fn content(self, text: &str) {
        self.svg.body.push('>');
        escape_into(&mut self.svg.body, text);
        let _ = write!(self.svg.body, "</{}>", self.name);
    }
}

/// A polyline through points; gaps where a value is not finite. Steps are relative, counted in
/// tenths so that rounding does not add up: half the size of absolute coordinates.
pub(crate) fn polyline(points: impl IntoIterator<Item = (f64, f64)>) -> String {
    let mut path = String::new();
    let mut pen: Option<(i64, i64)> = None;
    for (x, y) in points {
        if !x.is_finite() || !y.is_finite() {
            pen = None;
            continue;
        }
        let at = (tenths(x), tenths(y));
        let (command, dx, dy) = match pen {
            None => ('M', at.0, at.1),
            Some(from) => ('l', at.0 - from.0, at.1 - from.1),
        };
        let _ = write!(
            path,
            "{command}{} {}",
            coordinate(dx as f64 / 10.0),
            coordinate(dy as f64 / 10.0)
        );
        pen = Some(at);
    }
    path
}

fn tenths(value: f64) -> i64 {
    (value.clamp(-1e5, 1e5) * 10.0).round() as i64
}

/// The closed area between two lines over the same abscissae; points with a value that is not
/// finite are left out.
pub(crate) fn area(points: &[(f64, f64, f64)]) -> String {
    let finite =
        || points.iter().filter(|(x, a, b)| x.is_finite() && a.is_finite() && b.is_finite());
    if finite().count() < 2 {
        return String::new();
    }
    let there = finite().map(|(x, low, _)| (*x, *low));
    let back = finite().rev().map(|(x, _, high)| (*x, *high));
    format!("{}Z", polyline(there.chain(back)))
}

/// A coordinate with one decimal at most.
pub(crate) fn coordinate(value: f64) -> String {
    let value = if value.is_finite() { value.clamp(-1e5, 1e5) } else { 0.0 };
    let text = format!("{value:.1}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

fn escape_into(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() && c != '\n' && c != '\t' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_attributes_are_escaped_and_elements_closed() {
        let mut svg = Svg::new(10.0, 20.0, "chart", "a \"b\" <c>");
        svg.open_mark("x", "</title><script>");
        svg.text("start", (0.0, 1.25), "R&D <b>\u{0}");
        let drawn = svg.finish();
        assert!(drawn.contains("aria-label=\"a &quot;b&quot; &lt;c&gt;\""));
        assert!(drawn.contains(">R&amp;D &lt;b&gt;\u{fffd}</text></g></svg>"));
        assert!(!drawn.contains("<script"));
    }

    #[test]
    fn lines_break_where_values_are_missing() {
        assert_eq!(
            polyline([(0.0, 1.0), (1.0, f64::NAN), (2.0, 3.0), (3.0, 4.04)]),
            "M0 1M2 3l1 1"
        );
        assert_eq!(area(&[(0.0, 1.0, 2.0), (1.0, 1.0, 3.0)]), "M0 1l1 0l0 2l-1 -1Z");
        assert_eq!(area(&[(0.0, 1.0, 2.0)]), "");
        assert_eq!(coordinate(f64::INFINITY), "0");
    }
}
