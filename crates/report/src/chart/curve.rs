//! A small curve with bands: how an effect levels off.

use outlay_mmm::summary::Curve;

use super::{Frame, span_with_zero};
use crate::format::Locale;
use crate::palette::Look;
use crate::svg::{Svg, polyline};

/// The effect against the level of exposure, relative to the highest observed level.
pub(crate) fn draw(title: &str, look: Look, curve: &Curve, locale: Locale) -> String {
    let frame =
        Frame { width: 200.0, height: 140.0, left: 34.0, right: 8.0, top: 26.0, bottom: 38.0 };
    let mut svg =
        Svg::new(frame.width, frame.height, &format!("chart small {}", look.class()), title);
    let (low, high) = span_with_zero([&curve.y.q95, &curve.y.q05].into_iter().flatten().copied());
    let y = frame.y((low, high.max(1.0)));
    let end = curve.x.iter().copied().filter(|v| v.is_finite()).fold(0.0, f64::max);
    let x = frame.x((0.0, end));
    frame.draw_y(&mut svg, &y, "effect (1 = at highest seen)", locale, 3);
    frame.draw_x(&mut svg, &x, "level (1 = highest seen)", locale, 4);
    let at: Vec<f64> = curve.x.iter().map(|v| x.at_or_nan(*v)).collect();
    svg.path("band wide-band", &super::series::band(&at, &curve.y.q05, &curve.y.q95, &y));
    svg.path("band half-band", &super::series::band(&at, &curve.y.q25, &curve.y.q75, &y));
    let median = |beyond: bool| {
        let points = curve.x.iter().zip(&curve.y.q50);
        polyline(
            points
                .filter(|(v, _)| if beyond { **v >= 1.0 } else { **v <= 1.0 })
                .map(|(v, o)| (x.at_or_nan(*v), y.at_or_nan(*o))),
        )
    };
    svg.path("median", &median(false));
    svg.path("median beyond", &median(true));
    svg.finish()
}
