//! How the planner grows with each dimension, as a plot.

use std::fmt::Write as _;
use std::process::Command;

use serde_json::Value;

use super::case::Size;

/// What everything is varied from: half a year of a mid-sized advertiser.
const BASE: Size = Size { channels: 20, geos: 1, periods: 26, draws: 500, rows: 20, bent: false };
/// Regions are varied without periods.
const REGIONS: Size =
    Size { channels: 20, geos: 50, periods: 1, draws: 500, rows: 20, bent: false };
/// Multiples of the base.
const TIMES: [f64; 5] = [0.25, 0.5, 1.0, 2.0, 4.0];

/// A dimension: name, colour, and the size at a multiple of the base.
type Dimension = (&'static str, &'static str, fn(f64) -> Size);

fn times(base: usize, by: f64) -> usize {
    (base as f64 * by).round() as usize
}

// Colours that stay apart for colour-blind readers (Okabe and Ito).
const DIMENSIONS: [Dimension; 5] = [
    ("channels", "#0072b2", |by| Size { channels: times(BASE.channels, by), ..BASE }),
    ("periods", "#d55e00", |by| Size { periods: times(BASE.periods, by), ..BASE }),
    ("draws", "#009e73", |by| Size { draws: times(BASE.draws, by), ..BASE }),
    ("limits", "#cc79a7", |by| Size { rows: times(BASE.rows, by), ..BASE }),
    ("regions (no periods)", "#56b4e9", |by| Size { geos: times(REGIONS.geos, by), ..REGIONS }),
];

/// Measures, prints and plots.
pub(crate) fn plot(path: &str) {
    let lines = DIMENSIONS.map(|(name, colour, size)| {
        let seconds = TIMES.map(|by| {
            let answer = of(size(by));
            println!("{answer}");
            answer["cpu_s"].as_f64().unwrap().max(0.01)
        });
        (name, colour, seconds)
    });
    std::fs::write(path, drawn(&lines)).unwrap();
    eprintln!("{path}");
}

/// One problem in a process of its own.
fn of(size: Size) -> Value {
    let Size { channels, geos, periods, draws, rows, .. } = size;
    let numbers = [channels, geos, periods, draws, rows].map(|n| n.to_string());
    let output = Command::new(std::env::current_exe().unwrap()).args(numbers).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

/// CPU seconds against multiples of the base, both logarithmic.
fn drawn(lines: &[(&str, &str, [f64; TIMES.len()])]) -> String {
    let (left, right, top, bottom) = (60.0, 500.0, 20.0, 300.0);
    let all = || lines.iter().flat_map(|l| l.2);
    let low = all().fold(f64::INFINITY, f64::min).log10().floor();
    let high = all().fold(0.0, f64::max).log10().ceil();
    let x = |by: f64| left + (right - left) * (by.log2() + 2.0) / 4.0;
    let y = |s: f64| bottom - (bottom - top) * (s.log10() - low) / (high - low);
    let mut svg = String::from(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 700 350\" role=\"img\" \
         font-family=\"system-ui, sans-serif\" font-size=\"12\">\n\
         <title>CPU seconds of a plan by the size of the problem</title>\n\
         <rect width=\"700\" height=\"350\" fill=\"#ffffff\"/>\n",
    );
    let mut line = |text: std::fmt::Arguments<'_>| writeln!(svg, "{text}").unwrap();
    for power in low as i32..=high as i32 {
        let (at, seconds) = (y(10f64.powi(power)), 10f64.powi(power));
        line(format_args!(
            "<path d=\"M{left} {at:.1}H{right}\" stroke=\"#dddddd\"/>\
             <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\" fill=\"#333333\">{seconds} s</text>",
            left - 8.0,
            at + 4.0,
        ));
    }
    for by in TIMES {
        let at = x(by);
        line(format_args!(
            "<path d=\"M{at:.1} {top}V{bottom}\" stroke=\"#eeeeee\"/>\
             <text x=\"{at:.1}\" y=\"{}\" text-anchor=\"middle\" fill=\"#333333\">× {by}</text>",
            bottom + 18.0,
        ));
    }
    line(format_args!(
        "<text x=\"{left}\" y=\"{}\" fill=\"#333333\">one dimension at a time, as a multiple of \
         {} channels, {} periods, {} draws, {} limits ({} regions without periods)</text>",
        bottom + 40.0,
        BASE.channels,
        BASE.periods,
        BASE.draws,
        BASE.rows,
        REGIONS.geos,
    ));
    // Names stand beside the last points, moved apart where they would meet.
    let mut ends: Vec<_> = lines.iter().map(|(n, c, s)| (y(s[TIMES.len() - 1]), *n, *c)).collect();
    ends.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut last = f64::NEG_INFINITY;
    for (name, colour, seconds) in lines {
        let points: Vec<String> = TIMES
            .iter()
            .zip(seconds)
            .map(|(by, s)| format!("{:.1},{:.1}", x(*by), y(*s)))
            .collect();
        line(format_args!(
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\">\
             <title>{name}</title></polyline>",
            points.join(" ")
        ));
    }
    for (at, name, colour) in ends {
        last = (last + 15.0).max(at);
        line(format_args!(
            "<text x=\"{}\" y=\"{:.1}\" fill=\"{colour}\">{name}</text>",
            right + 8.0,
            last + 4.0,
        ));
    }
    svg.push_str("</svg>\n");
    svg
}
