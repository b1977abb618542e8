//! The planner beside the peers' optimisers: expected outcome by the peer's own response function,
//! and time.
//!
//! ```sh
//! cargo run --release -p outlay-planner --example plan_peers -- [--seconds 2] [--only TEXT] [--json] [answers.json …]
//! ```
//!
//! Without files, our fits of the peers' models are planned, and the peers' allocations and times
//! are those of the reference folder (`OUTLAY_SHARED`, or `../shared` beside the repository); their
//! local searches run again on our draws. Files are what `benches/peers/plan_*.py` writes: the
//! peer's own draws with the peer's own answers. Each plan is repeated for some seconds and its
//! mean time taken. `RAYON_NUM_THREADS` sets the threads.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a benchmark on known data: what is missing should stop it loudly"
)]

use std::path::Path;
use std::time::Instant;

use contest::{Contest, EXACT, Theirs, USUAL, numbers};
use outlay_planner::evaluate::Evaluator;
use outlay_planner::response::Response;
use outlay_planner::solve::Effort;
use serde_json::{Value, json};

#[path = "../tests/it/peers/contest.rs"]
mod contest;
#[path = "../tests/it/peers/meridian.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod meridian;
#[path = "../tests/it/peers/pymc.rs"]
mod pymc;
#[path = "../tests/it/peers/robyn.rs"]
#[allow(dead_code, reason = "the tests use the rest")]
mod robyn;
#[path = "../../mmm/tests/it/shared.rs"]
mod shared;

/// What a peer took, where it is known.
#[derive(Clone, Copy, Default)]
struct Took {
    wall: Option<f64>,
    cpu: Option<f64>,
}

/// Wall and CPU seconds of a call.
#[derive(Clone, Copy)]
struct Cost {
    wall: f64,
    cpu: f64,
}

fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) / 100.0
}

/// Mean cost of a call, repeated for some seconds of CPU time: its clock has hundredths.
fn cost(seconds: f64, mut call: impl FnMut()) -> Cost {
    let (cpu, clock, mut calls) = (cpu_seconds(), Instant::now(), 0.0);
    loop {
        call();
        calls += 1.0;
        let (spent, wall) = (cpu_seconds() - cpu, clock.elapsed().as_secs_f64());
        if spent >= seconds || wall >= 10.0 * seconds {
            return Cost { wall: wall / calls, cpu: spent / calls };
        }
    }
}

struct Bench {
    seconds: f64,
    json: bool,
    /// Part of the name of the problems wanted.
    only: String,
}

impl Bench {
    /// From the draws to a plan with its price: response functions, search, certificate, outcome
    /// of the plan and of the current spend.
    fn time(&self, contest: &Contest, respond: &dyn Fn() -> Response, effort: Effort) -> Cost {
        cost(self.seconds, || {
            let response = respond();
            let solution = contest.solve(effort);
            let evaluator = Evaluator::new(&response);
            for x in [&solution.x, &contest.current] {
                std::hint::black_box(evaluator.outcomes(&contest.design.spread(x)));
            }
        })
    }

    fn show(&self, name: &str, contest: &Contest, respond: &dyn Fn() -> Response, took: Took) {
        let start = (contest.measure)(&contest.current);
        for (effort, gap) in [(EXACT, "1e-8"), (USUAL, "1e-3")] {
            let ours = contest.ours(effort);
            let cost = self.time(contest, respond, effort);
            for theirs in &contest.theirs {
                let outcome = (contest.measure)(&theirs.allocation);
                let [wall, cpu] = [(took.wall, cost.wall), (took.cpu, cost.cpu)]
                    .map(|(theirs, ours)| theirs.map(|t| t / ours));
                if self.json {
                    println!(
                        "{}",
                        json!({
                            "problem": name, "draws": contest.response.draws.len(),
                            "start": start, "peer": theirs.from, "peer_outcome": outcome,
                            "peer_allocation": theirs.allocation, "gap_asked": effort.gap,
                            "outcome": ours.outcome, "allocation": ours.solution.x,
                            "gap": ours.gap, "bound": ours.bound, "wall_s": cost.wall,
                            "cpu_s": cost.cpu, "peer_wall_s": took.wall, "peer_cpu_s": took.cpu,
                            "wall_ratio": wall, "cpu_ratio": cpu,
                        })
                    );
                    continue;
                }
                let ratio = |r: Option<f64>| r.map_or(String::new(), |r| format!("{r:.0}"));
                println!(
                    "| {name} | {} | {outcome:.2} | {gap} | {:.2} | {:+.2} | {:+.1e} | {:.1e} | {:.4} | {:.4} | {} | {} |",
                    theirs.from,
                    ours.outcome,
                    ours.outcome - outcome,
                    ours.outcome / outcome - 1.0,
                    ours.gap,
                    cost.wall,
                    cost.cpu,
                    ratio(wall),
                    ratio(cpu),
                );
            }
        }
    }

    fn head(&self) {
        if !self.json {
            println!(
                "| problem | peer's answer | its outcome | gap asked | our outcome | difference | relative | gap proved | wall s | CPU s | peer's wall / ours | peer's CPU / ours |"
            );
            println!("|---|---|---|---|---|---|---|---|---|---|---|---|");
        }
    }
}

fn main() {
    let (mut files, mut bench) =
        (Vec::new(), Bench { seconds: 2.0, json: false, only: String::new() });
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--json" => bench.json = true,
            "--only" => bench.only = args.next().unwrap(),
            "--seconds" => bench.seconds = args.next().unwrap().parse().unwrap(),
            _ => files.push(arg),
        }
    }
    bench.head();
    for file in &files {
        let file: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        match file["peer"].as_str().unwrap() {
            "PyMC-Marketing" => written_pymc(&bench, &file),
            "Meridian" => written_meridian(&bench, &file),
            other => panic!("no peer {other:?} is known here"),
        }
    }
    if files.is_empty() {
        references(&bench);
    }
}

/// Compares the peer's own figure for its answer with ours of the same answer.
fn agree(name: &str, theirs: f64, ours: f64) {
    let off = ours / theirs - 1.0;
    eprintln!("{name}: the peer says {theirs:.2} of its answer, we say {ours:.2} ({off:+.1e})");
}

fn took(answer: &Value) -> Took {
    Took { wall: answer["wall_s"].as_f64(), cpu: answer["cpu_s"].as_f64() }
}

fn written_pymc(bench: &Bench, file: &Value) {
    let posterior = pymc::Posterior::written(file);
    for answer in file["answers"].as_array().unwrap() {
        let weekly = answer["weekly"].as_f64().unwrap();
        let allocation = numbers(&answer["allocation"]);
        let name = format!("PyMC-Marketing, {weekly} a week, {} draws", posterior.draws());
        agree(
            &name,
            answer["outcome"].as_f64().unwrap(),
            posterior.total(&allocation, pymc::PEERS),
        );
        let contest = posterior.contest(weekly, vec![Theirs { from: "SLSQP", allocation }]);
        bench.show(&name, &contest, &|| posterior.response(), took(answer));
    }
}

fn written_meridian(bench: &Bench, file: &Value) {
    let posterior = meridian::Posterior::written(file);
    let answer = &file["answer"];
    let allocation = numbers(&answer["allocation"]);
    let case = file["case"].as_str().unwrap();
    let name = format!("Meridian, {case}, {} draws", posterior.draws());
    let own: f64 = posterior.brought(&allocation).iter().sum();
    agree(&name, answer["outcome"].as_f64().unwrap(), own);
    let again = meridian::Grid::new(&posterior).search(&posterior);
    eprintln!("{name}: its search ends at {allocation:?}, ours of the same rules at {again:?}");
    let contest = posterior.contest(vec![Theirs { from: "grid search", allocation }]);
    bench.show(&name, &contest, &|| posterior.response(), took(answer));
}

fn references(bench: &Bench) {
    let Some(shared) = shared::folder("the peers") else { std::process::exit(2) };
    let wanted = |name: &str| name.contains(&bench.only);
    if wanted("PyMC-Marketing") {
        references_of_pymc(bench, &shared);
    }
    for (case, chains, draws) in [("national", 4, 1000), ("geo", 2, 500)] {
        if wanted(&format!("Meridian, {case}")) {
            references_of_meridian(bench, &shared, case, chains, draws);
        }
    }
    for bounds in [(0.5, 2.0), (0.7, 1.5)] {
        for when_any in [false, true] {
            if wanted("Robyn") {
                robyns(bench, &robyn::fits(&shared), bounds, when_any);
            }
        }
    }
}

fn references_of_pymc(bench: &Bench, shared: &Path) {
    let (posterior, _) = pymc::Posterior::fitted(shared);
    for known in pymc::recorded(shared) {
        let name = format!("PyMC-Marketing, {} a week, {} draws", known.weekly, posterior.draws());
        agree(&name, known.total, posterior.total(&known.allocation, pymc::PEERS));
        let slsqp = Theirs { from: "SLSQP, recorded", allocation: known.allocation };
        let took = Took { wall: Some(known.wall), cpu: Some(known.cpu) };
        let contest = posterior.contest(known.weekly, vec![slsqp]);
        bench.show(&name, &contest, &|| posterior.response(), took);
    }
}

fn references_of_meridian(bench: &Bench, shared: &Path, case: &str, chains: usize, draws: usize) {
    let posterior = meridian::Posterior::fitted(shared, case, chains, draws);
    let known = meridian::recorded(shared, case);
    let grid = meridian::Grid::new(&posterior);
    let name = format!("Meridian, {case}, {} draws", posterior.draws());
    let contest = posterior.contest(vec![
        Theirs { from: "grid search, recorded", allocation: known.allocation },
        Theirs { from: "grid search, same draws", allocation: grid.search(&posterior) },
    ]);
    let took = Took { wall: Some(known.wall), cpu: None };
    bench.show(&name, &contest, &|| posterior.response(), took);
}

/// All fits of Robyn together: how often and by how much the local search is below.
fn robyns(
    bench: &Bench,
    fits: &[(String, Vec<robyn::Channel>)],
    bounds: (f64, f64),
    when_any: bool,
) {
    let (mut below, mut worst, mut least, mut gap) = (0, 0.0_f64, f64::INFINITY, 0.0_f64);
    let (mut spent, mut usual) = (Cost { wall: 0.0, cpu: 0.0 }, f64::INFINITY);
    for (_, channels) in fits {
        let limits = robyn::Limits::new(channels, bounds, when_any);
        let contest = robyn::contest(channels, &limits, Vec::new());
        let theirs = (contest.measure)(&limits.search(channels));
        let ours = contest.ours(EXACT);
        let won = ours.outcome / theirs - 1.0;
        (worst, least, gap) = (worst.max(won), least.min(won), gap.max(ours.gap));
        usual = usual.min(contest.ours(USUAL).outcome / theirs - 1.0);
        below += usize::from(won > 1e-6);
        let cost = bench.time(&contest, &|| contest.response.clone(), EXACT);
        spent.wall += cost.wall / fits.len() as f64;
        spent.cpu += cost.cpu / fits.len() as f64;
    }
    let of = if when_any { "weeks with spend" } else { "all weeks" };
    eprintln!(
        "Robyn, {} fits, {bounds:?} times the mean of {of}: the local search is below by more than \
         1e-6 in {below}, by at most {worst:.2e}; ours is below by at most {:.1e} (asked as usual: \
         {:.1e}); largest gap proved {gap:.1e}; {:.5} s wall, {:.5} s CPU a plan",
        fits.len(),
        -least,
        -usual,
        spent.wall,
        spent.cpu,
    );
}
