//! How long the planner takes, by the size of the problem.
//!
//! ```sh
//! cargo run --release -p outlay-planner --example scale -- CHANNELS GEOS PERIODS DRAWS ROWS [thresholds]
//! cargo run --release -p outlay-planner --example scale -- growth docs/images/planner-growth.svg
//! ```
//!
//! The first prints one JSON line: wall and CPU seconds, the gap proved, peak memory. The second
//! varies each dimension by itself, each problem in a process of its own, and plots the lines.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a benchmark: what is missing should stop it loudly"
)]

mod case;
mod growth;

use std::time::Instant;

use case::Size;
use outlay_planner::objective::Objective;
use outlay_planner::solve::{Effort, solve};
use serde_json::{Value, json};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|a| a == "growth") {
        return growth::plot(arguments.get(1).map_or("planner-growth.svg", String::as_str));
    }
    let bent = arguments.iter().any(|a| a == "thresholds");
    let mut numbers = arguments.iter().filter_map(|a| a.parse().ok());
    let mut next = |default: usize| numbers.next().unwrap_or(default);
    let size = Size {
        channels: next(50),
        geos: next(1),
        periods: next(52),
        draws: next(1000),
        rows: next(40),
        bent,
    };
    println!("{}", measured(size));
}

/// One problem, solved once.
fn measured(size: Size) -> Value {
    let (response, design, polytope) = case::case(size);
    let (clock, cpu) = (Instant::now(), cpu_seconds());
    let effort = Effort { gap: 1e-3, nodes: 20, scouts: 128 };
    let solved =
        solve(&response, &design, &Objective::outcome(), &polytope, &[], effort, &|_| true)
            .unwrap();
    json!({
        "channels": size.channels, "geos": size.geos, "periods": size.periods,
        "draws": size.draws, "rows": size.rows, "thresholds": size.bent,
        "decisions": design.variables.len(),
        "wall_s": clock.elapsed().as_secs_f64(), "cpu_s": cpu_seconds() - cpu,
        "gap": solved.gap, "value": solved.value, "boxes": solved.nodes,
        "peak_mb": peak_megabytes(),
    })
}

/// CPU seconds of this process; 0 where the system does not tell.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    fields.skip(11).take(2).filter_map(|f| f.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// Peak resident memory of this process; 0 where the system does not tell.
fn peak_megabytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with("VmHWM")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<u64>().ok()).unwrap_or(0) / 1024
}
