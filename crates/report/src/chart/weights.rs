//! Shares of a whole: a bar each, with its share at the end.

use super::Frame;
use crate::format::Locale;
use crate::svg::Svg;
use crate::terms::shorten;

/// One bar.
#[derive(Debug, Clone)]
pub(crate) struct Share {
    /// Whose share it is, made safe to show.
    pub(crate) name: String,
    /// In 0..1.
    pub(crate) share: f64,
    /// What hover and focus say.
    pub(crate) tip: String,
}

const HEIGHT: f64 = 30.0;

/// The bars from top to bottom, on a drawing of this width.
fn draw(title: &str, shares: &[Share], locale: Locale, width: f64) -> String {
    let longest = shares.iter().map(|s| s.name.chars().count().min(20)).max().unwrap_or(0) as f64;
    let frame = Frame {
        width,
        height: 8.0 + HEIGHT * shares.len() as f64,
        left: 18.0 + 7.2 * longest,
        right: 56.0,
        top: 4.0,
        bottom: 4.0,
    };
    let mut svg = Svg::new(frame.width, frame.height, "chart", title);
    let x = frame.x((0.0, 1.0));
    for (index, share) in shares.iter().enumerate() {
        let top = frame.top + HEIGHT * index as f64;
        let middle = top + HEIGHT / 2.0;
        svg.open_mark("row", &share.tip);
        svg.rect("hit", 0.0, top + 1.0, frame.width, HEIGHT - 2.0);
        svg.text("label end", (frame.left - 12.0, middle + 4.0), &shorten(&share.name, 20));
        let end = if share.share.is_finite() { x.within(share.share) } else { frame.left };
        svg.rect("weight", frame.left, middle - 7.0, (end - frame.left).max(1.0), 14.0);
        svg.text("value start", (end + 8.0, middle + 4.0), &locale.share(share.share));
        svg.close();
    }
    svg.line("axis", (frame.left, frame.top), (frame.left, frame.floor()));
    svg.finish()
}

/// The drawing for a desk.
pub(crate) fn wide(title: &str, shares: &[Share], locale: Locale) -> String {
    draw(title, shares, locale, 540.0)
}

/// The drawing for a phone.
pub(crate) fn narrow(title: &str, shares: &[Share], locale: Locale) -> String {
    draw(title, shares, locale, 350.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_long_as_its_share() {
        let share = |name: &str, share| Share { name: name.into(), share, tip: name.into() };
        let drawn = wide("Weights", &[share("a", 0.75), share("b <", 0.25)], Locale::POINT);
        let width = |nth: usize| -> f64 {
            let bar = drawn.split("class=\"weight\"").nth(nth).unwrap();
            bar.split("width=\"").nth(1).unwrap().split('"').next().unwrap().parse().unwrap()
        };
        assert!((width(1) / width(2) - 3.0).abs() < 0.01);
        assert!(drawn.contains("75 %") && drawn.contains("b &lt;"));
    }
}
