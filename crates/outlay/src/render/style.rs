//! Colour for state only; word and shape say the same without it.

use anstyle::{AnsiColor, Style};
use outlay_mmm::summary::Verdict;

/// The style of a verdict.
fn of(verdict: Verdict) -> Style {
    let colour = match verdict {
        Verdict::Ok => AnsiColor::Green,
        Verdict::Review => AnsiColor::Yellow,
        Verdict::Fail => AnsiColor::Red,
    };
    colour.on_default().bold()
}

/// The shape of a verdict.
pub(crate) fn shape(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ok => "●",
        Verdict::Review => "▲",
        Verdict::Fail => "■",
    }
}

/// The word for a verdict.
fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ok => "ok",
        Verdict::Review => "review",
        Verdict::Fail => "fail",
    }
}

/// Shape and word without colour, for places that count columns.
pub(crate) fn plain(verdict: Verdict) -> String {
    format!("{} {}", shape(verdict), word(verdict))
}

/// Shape and word in colour.
pub(crate) fn state(verdict: Verdict) -> String {
    paint(verdict, &plain(verdict))
}

/// Text in the colour of a verdict.
pub(crate) fn paint(verdict: Verdict, text: &str) -> String {
    let style = of(verdict);
    format!("{style}{text}{style:#}")
}
