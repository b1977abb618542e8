//! Carry-over, response and drift of a drawn channel: families that the mix model does not know.

use rand_chacha::ChaCha8Rng;

use super::{Frame, chance};
use crate::random::{uniform, whole};
use crate::spec::{Adstock, Change, Flighting, Order, Saturation};

/// Carry-over in weeks, told in periods.
pub(super) fn adstock(frame: &Frame, rng: &mut ChaCha8Rng) -> Adstock {
    let week = frame.week;
    let per_period = |weekly: f64| weekly.powf(1.0 / week);
    let periods = |weeks: f64| ((weeks * week).round() as usize).max(1);
    let kind = whole(rng, (0, 3));
    if frame.mix.long_memory {
        match kind {
            0 => Adstock::TwoSpeed {
                fast: per_period(uniform(rng, (0.2, 0.5))),
                slow: per_period(uniform(rng, (0.88, 0.95))),
                share: uniform(rng, (0.3, 0.7)),
            },
            1 => Adstock::PowerLaw {
                scale: week * uniform(rng, (1.0, 3.0)),
                exponent: uniform(rng, (1.0, 1.8)),
            },
            2 => Adstock::LatePeak {
                peak: week * uniform(rng, (2.0, 6.0)),
                shape: uniform(rng, (1.5, 4.0)),
            },
            _ => Adstock::Plateau { periods: periods(uniform(rng, (4.0, 10.0))) },
        }
    } else {
        match kind {
            0 => Adstock::TwoSpeed {
                fast: per_period(uniform(rng, (0.1, 0.4))),
                slow: per_period(uniform(rng, (0.6, 0.8))),
                share: uniform(rng, (0.2, 0.5)),
            },
            1 => Adstock::PowerLaw {
                scale: week * uniform(rng, (0.5, 1.5)),
                exponent: uniform(rng, (2.0, 3.5)),
            },
            2 => Adstock::LatePeak {
                peak: week * uniform(rng, (0.2, 1.2)),
                shape: uniform(rng, (1.5, 4.0)),
            },
            _ => Adstock::Plateau { periods: periods(uniform(rng, (1.0, 3.0))) },
        }
    }
}

/// Response and its place before or after carry-over.
pub(super) fn response(
    frame: &Frame,
    flighting: Flighting,
    frequency: Option<f64>,
    rng: &mut ChaCha8Rng,
) -> (Saturation, Order) {
    // For reach and frequency the argument is the frequency itself.
    let unit = frequency.unwrap_or(1.0);
    let kind = whole(rng, (0, 3));
    let saturation = if frame.mix.bent {
        match kind {
            0 => Saturation::Threshold {
                level: unit * uniform(rng, (0.3, 0.7)),
                half: unit * uniform(rng, (0.4, 1.5)),
            },
            1 => Saturation::SCurve {
                centre: unit * uniform(rng, (0.7, 1.5)),
                steep: uniform(rng, (2.0, 5.0)) / unit,
            },
            2 => Saturation::Kinked { at: unit * uniform(rng, (0.6, 1.3)), then: 0.25 },
            _ => Saturation::Power { exponent: uniform(rng, (0.9, 1.0)) },
        }
    } else if kind < 2 {
        Saturation::Logarithmic { scale: unit * uniform(rng, (0.2, 1.5)) }
    } else {
        Saturation::TwoAudience {
            fast: unit * uniform(rng, (0.2, 0.6)),
            slow: unit * uniform(rng, (1.5, 4.0)),
            share: uniform(rng, (0.3, 0.7)),
        }
    };
    // Carried-over pressure of rare bursts may never pass a threshold: there it comes first.
    let fragile = matches!(saturation, Saturation::Threshold { .. } | Saturation::SCurve { .. });
    let steady = matches!(flighting, Flighting::AlwaysOn {});
    let first = chance(rng, 0.35) || (fragile && !steady);
    (saturation, if first { Order::SaturationFirst } else { Order::AdstockFirst })
}

/// How a channel's effect changes.
pub(super) fn change(frame: &Frame, rng: &mut ChaCha8Rng) -> Option<Change> {
    let (some, line) = (chance(rng, 0.7), chance(rng, 0.5));
    let total = uniform(rng, (0.3, 1.0));
    let total = if chance(rng, 0.5) { total } else { -total };
    let per_year = uniform(rng, (0.2, 0.5));
    match (frame.mix.drift && some, line) {
        (false, _) => None,
        (true, true) => Some(Change::Linear { total }),
        (true, false) => Some(Change::Walk { per_year }),
    }
}
