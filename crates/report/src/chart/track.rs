//! A plan: per channel a track like a slider's, with the least and the most that the limits allow,
//! where we are, where the plan goes, and a lock where something holds it there.

use super::Frame;
use crate::format::Locale;
use crate::palette::Look;
use crate::scale::Linear;
use crate::svg::{Svg, coordinate};
use crate::terms::shorten;

/// On which side of the plan's mark the lock stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lock {
    /// There is none.
    Open,
    /// Before it: it could not be less.
    Before,
    /// After it: it could not be more, or was not to be changed.
    After,
}

/// One channel.
#[derive(Debug, Clone)]
pub(crate) struct Track {
    /// Name, made safe to show.
    pub(crate) name: String,
    /// Colour.
    pub(crate) look: Look,
    /// Least and most that the limits allow; absent where there were none.
    pub(crate) limits: Option<(f64, f64)>,
    /// Spend of doing nothing.
    pub(crate) now: f64,
    /// Planned spend.
    pub(crate) planned: f64,
    /// Where the lock stands.
    pub(crate) lock: Lock,
    /// What holds it, in a few words; may be empty.
    pub(crate) held: String,
    /// The amounts: `€2.1M → €2.4M`.
    pub(crate) shown: String,
    /// What hover and focus say.
    pub(crate) tip: String,
}

/// A chart of tracks, each on a scale of its own from zero.
#[derive(Debug, Clone)]
pub(crate) struct Tracks<'a> {
    /// What assistive technology reads first.
    pub(crate) title: &'a str,
    /// Tracks from top to bottom.
    pub(crate) tracks: &'a [Track],
    /// Sign before amounts.
    pub(crate) sign: &'a str,
    /// Number format.
    pub(crate) locale: Locale,
}

/// How far a track goes beyond the plan where the limits allow much more.
const BEYOND: f64 = 1.6;

/// Radius of the ring at the plan.
const RING: f64 = 7.5;

impl Tracks<'_> {
    /// The drawing for a desk: names at the left, amounts at the right.
    pub(crate) fn wide(&self) -> String {
        let longest =
            |length: fn(&Track) -> usize| self.tracks.iter().map(length).max().unwrap_or(0) as f64;
        let row = 50.0;
        let frame = Frame {
            width: 1120.0,
            height: 4.0 + row * self.tracks.len() as f64,
            left: 34.0 + 7.2 * longest(|t| t.name.chars().count().min(22)),
            right: 44.0
                + (7.1 * longest(|t| t.shown.chars().count()))
                    .max(5.8 * longest(|t| t.held.chars().count())),
            top: 2.0,
            bottom: 2.0,
        };
        let mut svg = Svg::new(frame.width, frame.height, "chart tracks", self.title);
        for (index, track) in self.tracks.iter().enumerate() {
            let top = frame.top + row * index as f64;
            svg.open_mark(&format!("row {}", track.look.class()), &track.tip);
            svg.rect("hit", 0.0, top + 1.0, frame.width, row - 2.0);
            svg.text("label end", (frame.left - 26.0, top + 24.0), &shorten(&track.name, 22));
            let right = frame.width - 2.0;
            let lift = if track.held.is_empty() { 24.0 } else { 20.0 };
            svg.text("value end", (right, top + lift), &track.shown);
            if !track.held.is_empty() {
                svg.text("part-value end", (right, top + 37.0), &track.held);
            }
            self.draw(&mut svg, &frame, track, top + 20.0);
            svg.close();
        }
        svg.finish()
    }

    /// The drawing for a phone: name and amounts above the track, what holds it below.
    pub(crate) fn narrow(&self) -> String {
        let tall = |t: &Track| if t.held.is_empty() { 66.0 } else { 84.0 };
        let frame = Frame {
            width: 350.0,
            height: 4.0 + self.tracks.iter().map(tall).sum::<f64>(),
            left: 12.0,
            right: 28.0,
            top: 2.0,
            bottom: 2.0,
        };
        let mut svg = Svg::new(frame.width, frame.height, "chart tracks", self.title);
        let mut top = frame.top;
        for track in self.tracks {
            svg.open_mark(&format!("row {}", track.look.class()), &track.tip);
            svg.rect("hit", 0.0, top + 1.0, frame.width, tall(track) - 2.0);
            let room = 44_usize.saturating_sub(track.shown.chars().count()).clamp(8, 26);
            svg.text("label start", (2.0, top + 16.0), &shorten(&track.name, room));
            svg.text("value end", (frame.width - 2.0, top + 16.0), &track.shown);
            self.draw(&mut svg, &frame, track, top + 34.0);
            if !track.held.is_empty() {
                svg.text("part-value start", (2.0, top + 72.0), &track.held);
            }
            svg.close();
            top += tall(track);
        }
        svg.finish()
    }

    fn draw(&self, svg: &mut Svg, frame: &Frame, track: &Track, y: f64) {
        let end = end_of(track);
        let x = frame.x((0.0, end));
        svg.line("rail", (x.range.0, y), (x.range.1, y));
        if let Some((min, max)) = track.limits {
            svg.line("allowed", (x.within(min), y), (x.within(max), y));
            if !max.is_finite() || max > end {
                // The limits allow more than the track shows.
                let at = x.range.1 + 3.0;
                let path = format!("M{} {}l6 4l-6 4z", coordinate(at), coordinate(y - 4.0));
                svg.path("open-end", &path);
            }
            self.draw_limits(svg, &x, (min, max), y + 21.0);
        }
        if track.now.is_finite() && track.planned.is_finite() {
            svg.line("move", (x.within(track.now), y), (x.within(track.planned), y));
        }
        if track.planned.is_finite() {
            svg.circle("handle", (x.within(track.planned), y), RING);
        }
        if track.now.is_finite() {
            svg.circle("dot", (x.within(track.now), y), 4.5);
        }
        let at = x.within(track.planned);
        match track.lock {
            Lock::Open => {}
            Lock::Before => draw_lock(svg, at - RING - 13.0, y),
            Lock::After => draw_lock(svg, at + RING + 4.0, y),
        }
    }

    /// The amounts at both ends of what is allowed; one text where they lie close together.
    fn draw_limits(&self, svg: &mut Svg, x: &Linear, (min, max): (f64, f64), y: f64) {
        let money = |v: f64| format!("{}{}", self.sign, self.locale.compact(v));
        let (low, high) = (x.within(min), x.within(max));
        if !max.is_finite() {
            svg.text("limit middle", (low.max(x.range.0 + 10.0), y), &money(min));
            svg.text("limit end", (x.range.1, y), "no upper limit");
        } else if max - min <= 1e-9 * max.abs() {
            svg.text("limit middle", (low.max(x.range.0 + 14.0), y), &money(min));
        } else if high - low < 86.0 {
            let both = format!("{}–{}", money(min), self.locale.compact(max));
            let half = 3.1 * both.chars().count() as f64;
            let middle = ((low + high) / 2.0).clamp(x.range.0 + half, x.range.1 - half);
            svg.text("limit middle", (middle, y), &both);
        } else {
            let class = if low - x.range.0 < 20.0 { "limit start" } else { "limit middle" };
            svg.text(class, (low, y), &money(min));
            let class = if x.range.1 - high < 20.0 { "limit end" } else { "limit middle" };
            let far = max > x.domain.1;
            let most = money(max);
            svg.text(class, (high, y), &if far { format!("up to {most}") } else { most });
        }
    }
}

/// The amount at the right end of a track: the most allowed, unless that is far away.
fn end_of(track: &Track) -> f64 {
    let amounts = [track.now, track.planned].into_iter().filter(|v| v.is_finite());
    let used = amounts.fold(0.0, f64::max);
    let most = track.limits.map_or(used, |(_, max)| max);
    if used <= 0.0 {
        return if most.is_finite() { most } else { 1.0 };
    }
    if most <= 2.0 * BEYOND * used { used.max(most) } else { BEYOND * used }
}

/// A padlock whose left edge lies at `x`, its middle at `y`.
fn draw_lock(svg: &mut Svg, x: f64, y: f64) {
    svg.rect("lock", x, y - 1.5, 9.0, 7.0);
    let shackle =
        format!("M{} {}v-2.5a2.6 2.6 0 0 1 5.2 0v2.5", coordinate(x + 1.9), coordinate(y - 1.5));
    svg.path("shackle", &shackle);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn track(min: f64, max: f64, now: f64, planned: f64) -> Track {
        Track {
            name: "Search <b>".into(),
            look: Look::of(0),
            limits: Some((min, max)),
            now,
            planned,
            lock: Lock::Open,
            held: String::new(),
            shown: "€100 → €130".into(),
            tip: "Search".into(),
        }
    }

    fn draw(tracks: &[Track]) -> Tracks<'_> {
        Tracks { title: "The plan", tracks, sign: "€", locale: Locale::POINT }
    }

    #[test]
    fn a_track_shows_least_now_planned_and_most() {
        let held = Track {
            lock: Lock::After,
            held: "at its most · one more euro of room brings €0.31".into(),
            ..track(80.0, 130.0, 100.0, 130.0)
        };
        insta::assert_snapshot!(draw(&[held]).wide().replace("><", ">\n<"));
    }

    #[test]
    fn a_far_limit_is_an_arrow_and_none_says_so() {
        let far = [track(0.0, 9e9, 100.0, 130.0)];
        let none = [track(0.0, f64::INFINITY, 100.0, 130.0)];
        assert!(draw(&far).wide().contains("open-end") && draw(&far).wide().contains("€9B"));
        assert!(draw(&none).narrow().contains("open-end"));
        assert!(draw(&none).narrow().contains("no upper limit"));
        assert!(!draw(&[track(0.0, 200.0, 100.0, 130.0)]).wide().contains("open-end"));
    }

    #[test]
    fn nothing_planned_and_missing_amounts_leave_a_track() {
        for odd in [track(0.0, 0.0, 0.0, 0.0), track(0.0, f64::NAN, f64::NAN, f64::NAN)] {
            let tracks = [odd];
            let drawn = format!("{}{}", draw(&tracks).wide(), draw(&tracks).narrow());
            assert!(drawn.contains("rail") && !drawn.contains("NaN") && !drawn.contains("inf"));
        }
        assert!(draw(&[]).wide().ends_with("</svg>"));
    }

    #[test]
    fn without_limits_there_is_no_bar_of_what_they_allow() {
        let tracks = [Track { limits: None, ..track(0.0, 0.0, 100.0, 130.0) }];
        let drawn = draw(&tracks).wide();
        assert!(!drawn.contains("allowed") && !drawn.contains("limit"));
    }

    #[test]
    fn close_limits_are_one_text() {
        let tracks = [track(99.0, 101.0, 100.0, 101.0)];
        assert!(draw(&tracks).wide().contains("€99–101"));
    }
}
